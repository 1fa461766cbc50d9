/* arena.h - memory that is given back all at once.
 *
 * A training step allocates its activations from an arena and releases them by going back to a mark: no malloc once the
 * arena is warm, and the peak is known exactly. Blocks are never moved, so pointers stay valid until the mark they were
 * made after is released. */
#ifndef NCH_BASE_ARENA_H
#define NCH_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct nch_arena nch_arena;
typedef struct nch_arena_mark {
	size_t block, used;
} nch_arena_mark;

/* `block` is the size in bytes of the pieces taken from the system (0: 1 MiB); larger requests get a piece of their own.
 * NULL without memory. */
nch_arena *nch_arena_new(size_t block);
void nch_arena_free(nch_arena *arena); /* NULL is allowed */

/* count × size bytes, 64-byte aligned, NOT zeroed. NULL without memory or on overflow. */
void *nch_arena_alloc(nch_arena *arena, size_t count, size_t size);
/* A NUL-terminated copy of `length` bytes. */
char *nch_arena_text(nch_arena *arena, const char *text, size_t length);

nch_arena_mark nch_arena_get_mark(const nch_arena *arena);
void nch_arena_release(nch_arena *arena, nch_arena_mark mark); /* everything allocated since; keeps the blocks for reuse */
void nch_arena_reset(nch_arena *arena);                        /* everything */

/* A reset that also joins all blocks into one, so that memory whose needs vary from step to step settles at the largest. False without memory (the
 * arena is then empty, but usable). */
bool nch_arena_merge(nch_arena *arena);

/* Takes a block of `bytes` in advance, if the arena has none yet: a bound that is known beforehand costs nothing (pages are not touched before they
 * are used) and saves the growing. False without memory; the arena then grows as it would have. */
bool nch_arena_reserve(nch_arena *arena, size_t bytes);

size_t nch_arena_peak(const nch_arena *arena); /* the most bytes that were in use at once */

#endif
