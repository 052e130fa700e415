/* Where logs are on, a line is kept for the cases to look at. */
#ifndef MOCK_LOGGING_H
#define MOCK_LOGGING_H

#if LWM2M_LOG_LEVEL != LWM2M_LOG_DISABLED
#    define LOG_ARG_WARN(format, ...) mock_log(format, __VA_ARGS__)
void mock_log(const char *format, ...);
#else
#    define LOG_ARG_WARN(format, ...)                                                    \
        do {                                                                             \
        } while (0)
#endif

#endif
