#include "heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The heap is a row of blocks: a head, then `size` bytes. First fit. */
typedef struct {
    uint32_t size;
    uint32_t taken;
} head_t;

static _Alignas(8) uint8_t heap[HEAP_SIZE];
static bool is_ready;

static head_t *at(size_t offset) {
    return (head_t *) (void *) &heap[offset];
}

static size_t next(size_t offset) {
    return offset + sizeof(head_t) + at(offset)->size;
}

void *malloc(size_t size) {
    if (!is_ready) {
        at(0)->size = HEAP_SIZE - sizeof(head_t);
        is_ready = true;
    }
    if (size > HEAP_SIZE) {
        return NULL;
    }
    uint32_t wanted = (uint32_t) ((size + 7) & ~(size_t) 7);
    for (size_t offset = 0; offset < HEAP_SIZE; offset = next(offset)) {
        head_t *head = at(offset);
        while (!head->taken && next(offset) < HEAP_SIZE && !at(next(offset))->taken) {
            head->size += (uint32_t) sizeof(head_t) + at(next(offset))->size;
        }
        if (head->taken || head->size < wanted) {
            continue;
        }
        if (head->size >= wanted + 2 * sizeof(head_t)) {
            uint32_t rest = head->size - wanted - (uint32_t) sizeof(head_t);
            head->size = wanted;
            at(next(offset))->size = rest;
            at(next(offset))->taken = 0;
        }
        head->taken = 1;
        return head + 1;
    }
    return NULL;
}

void free(void *block) {
    if (block) {
        ((head_t *) block - 1)->taken = 0;
    }
}

void *realloc(void *block, size_t size) {
    uint32_t old = block ? ((head_t *) block - 1)->size : 0;
    if (block && size <= old) {
        return block;
    }
    void *moved = malloc(size);
    if (moved && block) {
        memcpy(moved, block, old);
        free(block);
    }
    return moved;
}

size_t heap_used(void) {
    size_t used = 0;
    for (size_t offset = 0; is_ready && offset < HEAP_SIZE; offset = next(offset)) {
        used += at(offset)->taken ? sizeof(head_t) + at(offset)->size : 0;
    }
    return used;
}
