/* What all boards here have: memory as C expects it, and semihosting. */
#include "board.h"

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[];

int main(void);

void board_print(const char *text) {
    (void) board_semihosting(0x04, text); /* SYS_WRITE0 */
}

void board_exit(int code) {
    const uintptr_t stopped[2] = {0x20026, (uintptr_t) code};
    (void) board_semihosting(0x20, stopped); /* SYS_EXIT_EXTENDED */
    for (;;) {
    }
}

/* A handler of traps has to be aligned, on RISC-V. */
__attribute__((aligned(4))) void board_fault(void) {
    board_print("fault\n");
    board_exit(2);
}

void board_start(void) {
    for (uint32_t *to = data_start, *from = data_load; to < data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
    board_exit(main());
}
