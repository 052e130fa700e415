/**
 * @file
 * Log lines on standard error. INFO and above are shown unless set otherwise.
 *
 *     avs_log(my_module, WARNING, "only %d left", count);
 */
#ifndef AVS_COMMONS_LOG_H
#define AVS_COMMONS_LOG_H

#include <stdarg.h>
#include <stdio.h>

#include <avsystem/commons/avs_defs.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    AVS_LOG_TRACE,
    AVS_LOG_DEBUG,
    AVS_LOG_INFO,
    AVS_LOG_WARNING,
    AVS_LOG_ERROR,
    /** Above all lines. */
    AVS_LOG_QUIET
} avs_log_level_t;

/** Use avs_log_set_level() and avs_log_set_default_level(). */
int avs_log_set_level__(const char *module, avs_log_level_t level);

/* Used by the macros below. */
bool anjay_sandbox_log_shows(const char *module, avs_log_level_t level);
void anjay_sandbox_log(const char *module, avs_log_level_t level, const char *text);

AVS_F_PRINTF(3, 4)
static inline void anjay_sandbox_log_f(const char *module, avs_log_level_t level,
                                       const char *format, ...) {
    char text[512];
    va_list arguments;
    if (!anjay_sandbox_log_shows(module, level)) {
        return;
    }
    va_start(arguments, format);
    (void) vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    anjay_sandbox_log(module, level, text);
}

/** Sets the lowest level that is shown of one module. */
#define avs_log_set_level(Module, Level)                                                 \
    avs_log_set_level__(AVS_QUOTE_MACRO(Module), Level)

/** Sets the lowest level that is shown of all other modules. */
#define avs_log_set_default_level(Level) ((void) avs_log_set_level__(NULL, Level))

/** Logs a line, with a level without its prefix and a format as in printf(). */
#define avs_log(Module, Level, ...)                                                      \
    anjay_sandbox_log_f(AVS_QUOTE_MACRO(Module), AVS_LOG_##Level, __VA_ARGS__)

#ifdef __cplusplus
}
#endif

#endif /* AVS_COMMONS_LOG_H */
