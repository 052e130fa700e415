/* A Cortex-M4 from reset to main(). */
#include "board.h"

#include <stdint.h>

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[], stack_top[];

int main(void);
void reset(void);

static uint32_t semihosting(uint32_t operation, const void *argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void board_print(const char *text) {
    (void) semihosting(0x04, text); /* SYS_WRITE0 */
}

void board_exit(int code) {
    const uint32_t stopped[2] = { 0x20026, (uint32_t) code };
    (void) semihosting(0x20, stopped); /* SYS_EXIT_EXTENDED */
    for (;;) {
    }
}

static void fault(void) {
    board_print("fault\n");
    board_exit(2);
}

void reset(void) {
    /* The FPU: code for the hard-float ABI may use it from the first call on. */
    *(volatile uint32_t *) 0xe000ed88 |= 0xfu << 20;
    __asm__ volatile("dsb\n\tisb");
    for (uint32_t *to = data_start, *from = data_load; to < data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
    board_exit(main());
}

typedef struct {
    const void *stack;
    void (*handlers[15])(void);
} vectors_t;

__attribute__((section(".vectors"), used)) static const vectors_t VECTORS = {
    stack_top, { reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault }
};
