/*
 * Watches malloc, realloc and free of the whole program, the Rust part included.
 * Link with -Wl,--wrap=malloc,--wrap=realloc,--wrap=free.
 */
#ifndef TEST_HEAP_H
#define TEST_HEAP_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The allocation after so many fails, and each later one if @p forever.
 * -1: none does.
 */
void heap_fail_after(long allocations, int forever);
/** Whether that has happened; takes the order back. */
int heap_has_failed(void);
/** Blocks that were taken and not given back. */
long heap_blocks(void);

#ifdef __cplusplus
}
#endif

#endif
