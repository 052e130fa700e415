/*
 * malloc, realloc and free in a fixed block of 8 kB. A device with a heap of its
 * own needs none of this.
 */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>

enum { HEAP_SIZE = 8192 };

void *malloc(size_t size);
void *realloc(void *block, size_t size);
void free(void *block);

/** Bytes that are taken, the heap's own among them. */
size_t heap_used(void);

#endif
