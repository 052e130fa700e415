/**
 * @file
 * The heap: malloc() and its kin.
 */
#ifndef AVS_COMMONS_UTILS_MEMORY_H
#define AVS_COMMONS_UTILS_MEMORY_H

#include <avsystem/commons/avs_defs.h>

#ifdef __cplusplus
extern "C" {
#endif

void *avs_malloc(size_t size);
void *avs_calloc(size_t nmemb, size_t size);
void *avs_realloc(void *ptr, size_t size);
void avs_free(void *ptr);

#ifdef __cplusplus
}
#endif

#endif /* AVS_COMMONS_UTILS_MEMORY_H */
