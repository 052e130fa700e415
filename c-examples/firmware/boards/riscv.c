/* A RISC-V core of 32 bits from reset to main(). */
#include "board.h"

__asm__(
    ".pushsection .vectors, \"ax\"\n"
    ".option arch, +zicsr\n"
    ".globl reset\n"
    "reset:\n"
    "    la sp, stack_top\n"
    "    la t0, board_fault\n"
    "    csrw mtvec, t0\n"
    "    call board_start\n"
    ".popsection\n");

uintptr_t board_semihosting(uintptr_t operation, const void *argument) {
    register uintptr_t a0 __asm__("a0") = operation;
    register const void *a1 __asm__("a1") = argument;
    __asm__ volatile(
        ".option push\n\t"
        ".option norvc\n\t"
        "slli zero, zero, 0x1f\n\t"
        "ebreak\n\t"
        "srai zero, zero, 7\n\t"
        ".option pop"
        : "+r"(a0)
        : "r"(a1)
        : "memory");
    return a0;
}
