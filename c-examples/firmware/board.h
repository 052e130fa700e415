/* What the example needs of the board: here by semihosting, which QEMU serves. */
#ifndef BOARD_H
#define BOARD_H

/** Prints a text. */
void board_print(const char *text);
/** Ends the program; the code becomes QEMU's. */
void board_exit(int code);

#endif
