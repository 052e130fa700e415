/**
 * @file
 * Stands for the configuration of avs_commons.
 */
#ifndef AVS_COMMONS_CONFIG_H
#define AVS_COMMONS_CONFIG_H

/** anjay_sched_run(), all the scheduler there is, takes the client's lock. */
#define AVS_COMMONS_SCHED_THREAD_SAFE

#endif /* AVS_COMMONS_CONFIG_H */
