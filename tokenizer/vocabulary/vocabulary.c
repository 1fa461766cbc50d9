/* vocabulary.c - see vocabulary.h. */
#include "tokenizer/vocabulary/vocabulary.h"

#include <string.h>

#include "base/memory.h"

static inline uint64_t mix(uint64_t value)
{
	value ^= value >> 32;
	value *= 0x9E3779B97F4A7C15u; /* 2^64 / golden ratio: Knuth's multiplicative hashing */
	return value ^ value >> 29;
}

/* Up to seven bytes as a number, the first one lowest; two reads overlap rather than that a loop asks after every byte. */
static inline uint64_t read_few(const unsigned char *p, size_t count)
{
	if (count >= 4) {
		uint32_t low = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		p += count - 4;
		uint32_t high = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		return low | (uint64_t)high << 8 * (count - 4);
	}
	if (count == 0)
		return 0;
	return p[0] | (uint64_t)p[count / 2] << 8 * (count / 2) | (uint64_t)p[count - 1] << 8 * (count - 1);
}

uint64_t nch_hash_bytes(const void *bytes, size_t length)
{
	const unsigned char *p = bytes;
	uint64_t hash = length * 0xD6E8FEB86659FD93u, word;
	for (; length >= 8; length -= 8, p += 8) {
		memcpy(&word, p, 8);
		hash = mix(hash ^ word);
	}
	return mix(hash ^ read_few(p, length));
}

/* The slot that holds the text, or the empty one where it would stand. */
static size_t find_slot(const nch_vocabulary *v, const char *text, size_t length)
{
	size_t slot = (size_t)nch_hash_bytes(text, length) & (v->slot_count - 1);
	for (; v->slots[slot] >= 0; slot = (slot + 1) & (v->slot_count - 1)) {
		int32_t id = v->slots[slot];
		if (v->lengths[id] == length && memcmp(v->texts[id], text, length) == 0)
			break;
	}
	return slot;
}

static nch_status rehash(nch_vocabulary *v, nch_error *error)
{
	size_t slot_count = v->slot_count == 0 ? 1024 : v->slot_count * 2;
	int32_t *old = v->slots, *slots = nch_alloc(slot_count, sizeof *slots);
	if (slots == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < slot_count; i++)
		slots[i] = -1;
	size_t old_count = v->slot_count;
	v->slots = slots;
	v->slot_count = slot_count;
	for (size_t i = 0; i < old_count; i++)
		if (old[i] >= 0)
			v->slots[find_slot(v, v->texts[old[i]], v->lengths[old[i]])] = old[i];
	nch_free(old);
	return NCH_OK;
}

nch_status nch_vocabulary_add(nch_vocabulary *v, const char *text, size_t length, nch_error *error)
{
	if (v->arena == NULL && (v->arena = nch_arena_new(0)) == NULL)
		return nch_no_memory(error);
	if (v->count >= INT32_MAX || length >= UINT32_MAX)
		return nch_fail(error, NCH_FORMAT, "a vocabulary of more than 2^31 pieces");
	if (v->count * 2 >= v->slot_count)
		NCH_TRY(rehash(v, error));
	NCH_TRY(nch_grow(&v->texts, &v->text_capacity, v->count + 1, sizeof *v->texts, error));
	NCH_TRY(nch_grow(&v->lengths, &v->length_capacity, v->count + 1, sizeof *v->lengths, error));
	char *copy = text != NULL ? nch_arena_text(v->arena, text, length) : NULL;
	if (text != NULL && copy == NULL)
		return nch_no_memory(error);
	v->texts[v->count] = copy;
	v->lengths[v->count] = (uint32_t)length;
	if (text != NULL) {
		size_t slot = find_slot(v, text, length);
		if (v->slots[slot] < 0)
			v->slots[slot] = (int32_t)v->count;
	}
	v->count++;
	return NCH_OK;
}

void nch_vocabulary_prefer(nch_vocabulary *v, int32_t id)
{
	v->slots[find_slot(v, v->texts[id], v->lengths[id])] = id;
}

int32_t nch_vocabulary_find(const nch_vocabulary *v, const char *text, size_t length)
{
	return v->slot_count > 0 ? v->slots[find_slot(v, text, length)] : -1;
}

void nch_vocabulary_free(nch_vocabulary *v)
{
	nch_arena_free(v->arena);
	nch_free(v->texts);
	nch_free(v->lengths);
	nch_free(v->slots);
	*v = (nch_vocabulary){0};
}
