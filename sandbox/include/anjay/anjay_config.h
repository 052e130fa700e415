/**
 * @file
 * What of Anjay's configuration the sandbox stands for.
 */
#ifndef ANJAY_CONFIG_H
#define ANJAY_CONFIG_H

/** Defined by the sandbox alone. */
#define ANJAY_SANDBOX

#define ANJAY_WITH_ACCESS_CONTROL
#define ANJAY_WITH_CON_ATTR
#define ANJAY_WITH_EVENT_LOOP
#define ANJAY_WITH_LWM2M11
#define ANJAY_WITH_LWM2M12
#define ANJAY_WITH_MODULE_ACCESS_CONTROL
#define ANJAY_WITH_MODULE_SECURITY
#define ANJAY_WITH_MODULE_SERVER
#define ANJAY_WITH_THREAD_SAFETY

#endif /* ANJAY_CONFIG_H */
