/**
 * @file
 * Times and durations.
 */
#ifndef AVS_COMMONS_UTILS_TIME_H
#define AVS_COMMONS_UTILS_TIME_H

#include <avsystem/commons/avs_defs.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A duration; invalid if the nanoseconds are not below a second. */
typedef struct {
    int64_t seconds;
    int32_t nanoseconds;
} avs_time_duration_t;

/** Time of the calendar, since 1970. */
typedef struct {
    avs_time_duration_t since_real_epoch;
} avs_time_real_t;

/** Time that never goes back, since some moment. */
typedef struct {
    avs_time_duration_t since_monotonic_epoch;
} avs_time_monotonic_t;

typedef enum {
    AVS_TIME_DAY,
    AVS_TIME_HOUR,
    AVS_TIME_MIN,
    AVS_TIME_S,
    AVS_TIME_MS,
    AVS_TIME_US,
    AVS_TIME_NS
} avs_time_unit_t;

static const avs_time_duration_t AVS_TIME_DURATION_ZERO = {0, 0};
static const avs_time_duration_t AVS_TIME_DURATION_INVALID = {0, -1};
static const avs_time_real_t AVS_TIME_REAL_INVALID = {{0, -1}};
static const avs_time_monotonic_t AVS_TIME_MONOTONIC_INVALID = {{0, -1}};

static inline bool avs_time_duration_valid(avs_time_duration_t t) {
    return t.nanoseconds >= 0 && t.nanoseconds < 1000000000;
}

static inline bool avs_time_duration_less(avs_time_duration_t a, avs_time_duration_t b) {
    return avs_time_duration_valid(a) && avs_time_duration_valid(b)
           && (a.seconds < b.seconds
               || (a.seconds == b.seconds && a.nanoseconds < b.nanoseconds));
}

static inline bool avs_time_duration_equal(avs_time_duration_t a, avs_time_duration_t b) {
    return avs_time_duration_valid(a) && avs_time_duration_valid(b)
           && a.seconds == b.seconds && a.nanoseconds == b.nanoseconds;
}

/** @p value units as a duration. */
avs_time_duration_t avs_time_duration_from_scalar(int64_t value, avs_time_unit_t unit);

/**
 * A duration in whole units, rounded towards zero.
 *
 * @returns 0; -1, with nothing written, for an invalid duration or unit, or a
 *          number out of range.
 */
int avs_time_duration_to_scalar(int64_t *out, avs_time_unit_t unit,
                                avs_time_duration_t value);

/** A time in whole units since 1970; as avs_time_duration_to_scalar(). */
static inline int avs_time_real_to_scalar(int64_t *out, avs_time_unit_t unit,
                                          avs_time_real_t value) {
    return avs_time_duration_to_scalar(out, unit, value.since_real_epoch);
}

/** A time in whole units; as avs_time_duration_to_scalar(). */
static inline int avs_time_monotonic_to_scalar(int64_t *out, avs_time_unit_t unit,
                                               avs_time_monotonic_t value) {
    return avs_time_duration_to_scalar(out, unit, value.since_monotonic_epoch);
}

/** The time now. */
avs_time_real_t avs_time_real_now(void);
/** The time now. */
avs_time_monotonic_t avs_time_monotonic_now(void);

#ifdef __cplusplus
}
#endif

#endif /* AVS_COMMONS_UTILS_TIME_H */
