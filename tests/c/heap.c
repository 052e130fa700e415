#include "heap.h"
#include "host.h"

enum { MAX_BLOCKS = 128, POISON = 0xa5 };

static struct {
    void *block;
    size_t size;
} blocks[MAX_BLOCKS];
static long left = -1;
static int stays_failing;
static int failed;

#ifdef __cplusplus
extern "C" {
#endif
void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
#ifdef __cplusplus
}
#endif

static size_t slot_of(const void *block) {
    for (size_t i = 0; i < MAX_BLOCKS; ++i) {
        if (blocks[i].block == block) {
            return i;
        }
    }
    fprintf(stderr, block ? "a foreign block was given back\n" : "too many blocks\n");
    abort();
}

static int runs_out(void) {
    if (left < 0 || left-- > 0) {
        return 0;
    }
    failed = 1;
    left = stays_failing ? 0 : -1;
    return 1;
}

void *__wrap_malloc(size_t size) {
    void *block = runs_out() ? NULL : __real_malloc(size);
    if (block) {
        size_t slot = slot_of(NULL);
        memset(block, POISON, size);
        blocks[slot].block = block;
        blocks[slot].size = size;
    }
    return block;
}

void __wrap_free(void *block) {
    if (block) {
        size_t slot = slot_of(block);
        memset(block, POISON, blocks[slot].size);
        blocks[slot].block = NULL;
        __real_free(block);
    }
}

/* Always moves, so that a pointer kept across it is noticed. */
void *__wrap_realloc(void *block, size_t size) {
    void *moved = __wrap_malloc(size);
    if (moved && block) {
        size_t kept = blocks[slot_of(block)].size;
        memcpy(moved, block, kept < size ? kept : size);
        __wrap_free(block);
    }
    return moved;
}

void heap_fail_after(long allocations, int forever) {
    left = allocations;
    stays_failing = forever;
    failed = 0;
}

int heap_has_failed(void) {
    left = -1;
    return failed;
}

long heap_blocks(void) {
    long count = 0;
    for (size_t i = 0; i < MAX_BLOCKS; ++i) {
        count += blocks[i].block != NULL;
    }
    return count;
}
