#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

/** Ends the program if the condition does not hold. */
#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,            \
                    #condition);                                                         \
            exit(1);                                                                     \
        }                                                                                \
    } while (0)

#endif
