/* vocabulary.h - the pieces by id, and the ids by piece. */
#ifndef NCH_TOKENIZER_VOCABULARY_H
#define NCH_TOKENIZER_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

/* Start with {0}, release with nch_vocabulary_free. */
typedef struct nch_vocabulary {
	nch_arena *arena; /* owns the texts */
	const char **texts; /* NUL-terminated; NULL: the id stands for nothing (a gap in a tokenizer.json) */
	uint32_t *lengths;
	size_t count, text_capacity, length_capacity;
	int32_t *slots; /* open addressing; -1: empty */
	size_t slot_count; /* a power of two */
} nch_vocabulary;

/* Gives the id `count` to a copy of the text. A text may be added again: find then gives the id it had first. text NULL: a gap. */
nch_status nch_vocabulary_add(nch_vocabulary *vocabulary, const char *text, size_t length, nch_error *error);

/* Makes find give this id for its text, even if an earlier id has the same. */
void nch_vocabulary_prefer(nch_vocabulary *vocabulary, int32_t id);

int32_t nch_vocabulary_find(const nch_vocabulary *vocabulary, const char *text, size_t length); /* -1 if absent */
void nch_vocabulary_free(nch_vocabulary *vocabulary);

/* A 64-bit hash of some bytes, for tables in memory (not for files: it depends on the byte order of the machine). */
uint64_t nch_hash_bytes(const void *bytes, size_t length);

#endif
