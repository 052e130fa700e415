/* A Cortex-M from reset to main(). */
#include "board.h"

#include <stdint.h>

extern uint32_t stack_top[];

void reset(void);

uintptr_t board_semihosting(uintptr_t operation, const void *argument) {
    register uintptr_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void reset(void) {
#ifdef __ARM_PCS_VFP
    /* The FPU: code for the hard-float ABI may use it from the first call on. */
    *(volatile uint32_t *) 0xe000ed88 |= 0xfu << 20;
    __asm__ volatile("dsb\n\tisb");
#endif
    board_start();
}

typedef struct {
    const void *stack;
    void (*handlers[15])(void);
} vectors_t;

__attribute__((section(".vectors"), used)) static const vectors_t VECTORS = {
    stack_top,
    {reset, board_fault, board_fault, board_fault, board_fault, board_fault, 0, 0, 0, 0,
     board_fault, board_fault, 0, board_fault, board_fault}};
