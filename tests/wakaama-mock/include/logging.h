#include <internals.h>

/* Where logs are on, a line is kept for the cases to look at. */
#if LWM2M_LOG_LEVEL != LWM2M_LOG_DISABLED
#    define LOG_ARG_WARN(format, ...) mock_log(format, __VA_ARGS__)
void mock_log(const char *format, ...);
#endif
