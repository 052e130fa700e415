/**
 * @file
 * Small things that the other headers share.
 */
#ifndef AVS_COMMONS_DEFS_H
#define AVS_COMMONS_DEFS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <avsystem/commons/avs_commons_config.h>

/** The argument as a string, without and with its macros replaced. */
#define AVS_QUOTE(Value) #Value
#define AVS_QUOTE_MACRO(Value) AVS_QUOTE(Value)

/** How many elements an array has. */
#define AVS_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/** The struct of which @p ptr points to a member. */
#define AVS_CONTAINER_OF(ptr, type, member)                                              \
    ((type *) (void *) ((char *) (intptr_t) (ptr) -offsetof(type, member)))

#define AVS_MIN(a, b) ((a) < (b) ? (a) : (b))
#define AVS_MAX(a, b) ((a) < (b) ? (b) : (a))

#if defined(__GNUC__) || defined(__clang__)
#    define AVS_F_PRINTF(Format, Arguments)                                              \
        __attribute__((format(printf, Format, Arguments)))
#else
#    define AVS_F_PRINTF(Format, Arguments)
#endif

/** An offset in a file. */
typedef long avs_off_t;

#endif /* AVS_COMMONS_DEFS_H */
