/* What the example needs of the board: here by semihosting, which QEMU serves. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/** Prints a text. */
void board_print(const char *text);
/** Ends the program; the code becomes QEMU's. */
void board_exit(int code);

/* Between the files of boards/. */
uintptr_t board_semihosting(uintptr_t operation, const void *argument);
void board_fault(void);
void board_start(void);

#endif
