/**
 * @file
 * All headers that most applications need.
 */
#ifndef ANJAY_INCLUDE_ANJAY_ANJAY_H
#define ANJAY_INCLUDE_ANJAY_ANJAY_H

#include <anjay/core.h>
#include <anjay/dm.h>
#include <anjay/io.h>

#endif /* ANJAY_INCLUDE_ANJAY_ANJAY_H */
