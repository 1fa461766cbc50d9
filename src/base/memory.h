/* memory.h - allocation with checked sizes.
 *
 * All sizes that come from a file or a user are multiplied and added here, and nowhere else: an overflow is a failed
 * allocation. The allocation counter lets tests make the Nth allocation fail and count the allocations of a warm step. */
#ifndef NCH_BASE_MEMORY_H
#define NCH_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* *result = a * b (a + b). False, and *result untouched, if that does not fit in a size_t. */
bool nch_size_mul(size_t a, size_t b, size_t *result);
bool nch_size_add(size_t a, size_t b, size_t *result);

/* count × size bytes, all zero. NULL if there is no memory or the product overflows; never NULL for zero bytes.
 * Release with nch_free. */
void *nch_alloc(size_t count, size_t size);

/* As nch_alloc, but aligned to 64 bytes (one v16, one cache line). Release with nch_free. */
void *nch_alloc_aligned(size_t count, size_t size);

/* As nch_alloc_aligned, but with whatever content: for large memory that is written before it is read, and whose pages should
 * not be touched before. */
void *nch_alloc_untouched(size_t count, size_t size);

void nch_free(void *memory); /* NULL is allowed */

/* Makes room for at least `need` elements of `size` bytes in *array, whose capacity is *capacity elements; grows by
 * doubling, keeps the content. New elements are not initialised. On failure the array is untouched. */
nch_status nch_grow(void *array_pointer, size_t *capacity, size_t need, size_t size, nch_error *error);

/* A copy of `length` bytes and a final NUL; NULL without memory. Release with nch_free. */
char *nch_copy_text(const char *text, size_t length);

nch_status nch_no_memory(nch_error *error); /* "out of memory" */

/* For tests: the number of allocations so far, and "fail the allocation that is `count` from now" (1: the next one;
 * 0: never). */
size_t nch_alloc_count(void);
void nch_alloc_fail_after(size_t count);

#endif
