/*
 * What anjay/access_control.h needs of Anjay's header of this name, for an
 * LwM2M client that is not Anjay.
 */
#ifndef ANJAY_INCLUDE_ANJAY_DM_H
#define ANJAY_INCLUDE_ANJAY_DM_H

#include <stdbool.h>
#include <stdint.h>

/** The client; struct anjay_struct is its own. */
typedef struct anjay_struct anjay_t;

typedef uint16_t anjay_oid_t;
typedef uint16_t anjay_iid_t;
typedef uint16_t anjay_rid_t;
typedef uint16_t anjay_riid_t;
typedef uint16_t anjay_ssid_t;
typedef uint16_t anjay_access_mask_t;

#define ANJAY_ID_INVALID UINT16_MAX
#define ANJAY_SSID_ANY 0
#define ANJAY_SSID_BOOTSTRAP UINT16_MAX

#define ANJAY_ACCESS_MASK_NONE 0
#define ANJAY_ACCESS_MASK_READ 1
#define ANJAY_ACCESS_MASK_WRITE 2
#define ANJAY_ACCESS_MASK_EXECUTE 4
#define ANJAY_ACCESS_MASK_DELETE 8
#define ANJAY_ACCESS_MASK_CREATE 16

#endif
