/* arena.c - memory that is given back all at once.
 *
 * The arena is a list of blocks; those up to `current` are in use, the ones behind it are free and wait for reuse. A mark is a
 * place in that list, so releasing to it is two assignments and no system call. */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"

struct block {
	unsigned char *data;
	size_t size, used;
};

struct nch_arena {
	struct block *blocks;
	size_t count, capacity;
	size_t current;    /* the block that is being filled (if count > 0) */
	size_t in_use;     /* bytes of all blocks up to and with the current one */
	size_t peak;
	size_t block_size; /* of an ordinary block */
};

nch_arena *nch_arena_new(size_t block)
{
	nch_arena *arena = nch_alloc(1, sizeof *arena);
	if (arena != NULL)
		arena->block_size = block > 0 ? block : (size_t)1 << 20;
	return arena;
}

void nch_arena_free(nch_arena *arena)
{
	if (arena == NULL)
		return;
	for (size_t i = 0; i < arena->count; i++)
		nch_free(arena->blocks[i].data);
	nch_free(arena->blocks);
	nch_free(arena);
}

/* Makes the next block one with room for `bytes`. The free blocks have no order of their own, so the first that is large enough
 * is moved to the front of them: none is lost when sizes vary from step to step. */
static bool next_block(nch_arena *arena, size_t bytes)
{
	size_t next = arena->count == 0 ? 0 : arena->current + 1;
	size_t found = next;
	while (found < arena->count && arena->blocks[found].size < bytes)
		found++;
	if (found == arena->count) {
		if (nch_grow(&arena->blocks, &arena->capacity, arena->count + 1, sizeof *arena->blocks, NULL) != NCH_OK)
			return false;
		size_t size = bytes > arena->block_size ? bytes : arena->block_size;
		unsigned char *data = nch_alloc_untouched(size, 1);
		if (data == NULL)
			return false;
		arena->blocks[arena->count++] = (struct block){data, size, 0};
	}
	struct block chosen = arena->blocks[found];
	arena->blocks[found] = arena->blocks[next];
	arena->blocks[next] = chosen;
	arena->blocks[next].used = 0;
	arena->current = next;
	return true;
}

/* `alignment` is a power of two, at most 64 (that of the blocks). */
static void *take(nch_arena *arena, size_t bytes, size_t alignment)
{
	struct block *block = arena->count > 0 ? &arena->blocks[arena->current] : NULL;
	size_t start = 0;
	if (block != NULL)
		start = (block->used + alignment - 1) & ~(alignment - 1);
	if (block == NULL || start > block->size || bytes > block->size - start) {
		if (!next_block(arena, bytes))
			return NULL;
		block = &arena->blocks[arena->current];
		start = 0;
	}
	arena->in_use += start + bytes - block->used;
	block->used = start + bytes;
	if (arena->in_use > arena->peak)
		arena->peak = arena->in_use;
	return block->data + start;
}

void *nch_arena_alloc(nch_arena *arena, size_t count, size_t size)
{
	size_t bytes;
	if (!nch_size_mul(count, size, &bytes) || bytes > SIZE_MAX / 2)
		return NULL;
	return take(arena, bytes, 64);
}

char *nch_arena_text(nch_arena *arena, const char *text, size_t length)
{
	if (length > SIZE_MAX / 2)
		return NULL;
	char *copy = take(arena, length + 1, 1);
	if (copy == NULL)
		return NULL;
	if (length > 0)
		memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

nch_arena_mark nch_arena_get_mark(const nch_arena *arena)
{
	if (arena->count == 0)
		return (nch_arena_mark){0, 0};
	return (nch_arena_mark){arena->current, arena->blocks[arena->current].used};
}

void nch_arena_release(nch_arena *arena, nch_arena_mark mark)
{
	if (arena->count == 0)
		return;
	arena->current = mark.block;
	arena->blocks[mark.block].used = mark.used;
	arena->in_use = 0;
	for (size_t i = 0; i <= mark.block; i++)
		arena->in_use += arena->blocks[i].used;
}

void nch_arena_reset(nch_arena *arena)
{
	nch_arena_release(arena, (nch_arena_mark){0, 0});
}

bool nch_arena_merge(nch_arena *arena)
{
	size_t total = 0;
	nch_arena_reset(arena);
	if (arena->count <= 1)
		return true;
	for (size_t i = 0; i < arena->count; i++) {
		total += arena->blocks[i].size; /* they exist all at once, so their sum fits */
		nch_free(arena->blocks[i].data);
	}
	arena->count = 0;
	unsigned char *data = nch_alloc_untouched(total, 1);
	if (data == NULL)
		return false;
	arena->blocks[arena->count++] = (struct block){data, total, 0};
	return true;
}

bool nch_arena_reserve(nch_arena *arena, size_t bytes)
{
	if (arena->count > 0)
		return true;
	if (nch_grow(&arena->blocks, &arena->capacity, 1, sizeof *arena->blocks, NULL) != NCH_OK)
		return false;
	unsigned char *data = nch_alloc_untouched(bytes, 1);
	if (data == NULL)
		return false;
	arena->blocks[arena->count++] = (struct block){data, bytes, 0};
	arena->current = 0;
	return true;
}

size_t nch_arena_peak(const nch_arena *arena)
{
	return arena->peak;
}
