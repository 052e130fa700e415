/*
 * malloc, realloc and free in a fixed block, of 8 kB if nothing else is said. A device
 * with a heap of its own needs none of this.
 */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>

#ifndef HEAP_SIZE
#    define HEAP_SIZE 8192
#endif

void *malloc(size_t size);
void *realloc(void *block, size_t size);
void free(void *block);

/** Bytes that are taken, the heap's own among them. */
size_t heap_used(void);

#endif
