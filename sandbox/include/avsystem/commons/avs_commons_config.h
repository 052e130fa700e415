/**
 * @file
 * Stands for the configuration of avs_commons; the sandbox needs none.
 */
#ifndef AVS_COMMONS_CONFIG_H
#define AVS_COMMONS_CONFIG_H

#endif /* AVS_COMMONS_CONFIG_H */
