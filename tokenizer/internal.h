/* internal.h - what stands behind tokenizer.h: one struct for every kind, and the calls in which the kinds differ. */
#ifndef NCH_TOKENIZER_INTERNAL_H
#define NCH_TOKENIZER_INTERNAL_H

#include "base/buffer.h"
#include "base/memory.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/vocabulary.h"

/* The calls of one kind of tokenizer. `self` is what its loader made, `scratch` what its new_scratch made. */
typedef struct nch_tokenizer_class {
	nch_status (*encode)(const void *self, void *scratch, const char *text, size_t length, nch_tokens *tokens,
	                     nch_error *error);
	nch_status (*decode)(const void *self, const int32_t *ids, size_t count, nch_buffer *text, nch_error *error);
	nch_status (*new_scratch)(const void *self, void **scratch, nch_error *error);
	void (*free_scratch)(void *scratch);
	void (*free)(void *self);
} nch_tokenizer_class;

/* A file that the tokenizer was loaded from, kept so that it can be saved again byte for byte. */
typedef struct nch_tokenizer_file {
	char *name; /* as it is called in a model folder */
	nch_buffer bytes;
} nch_tokenizer_file;

enum { NCH_TOKENIZER_MAX_FILES = 8 };

struct nch_tokenizer {
	const nch_tokenizer_class *class;
	void *self;
	const char *kind;
	nch_vocabulary vocabulary;
	nch_specials specials;
	nch_tokenizer_file files[NCH_TOKENIZER_MAX_FILES];
	size_t file_count;
};

struct nch_tokenizer_scratch {
	const nch_tokenizer *tokenizer;
	void *inner;
};

/* Appends one token. */
static inline nch_status nch_tokens_add(nch_tokens *tokens, int32_t id, size_t begin, size_t end, nch_error *error)
{
	if (tokens->count == tokens->capacity)
		NCH_TRY(nch_grow(&tokens->items, &tokens->capacity, tokens->count + 1, sizeof *tokens->items, error));
	tokens->items[tokens->count++] = (nch_token){id, (uint32_t)begin, (uint32_t)end};
	return NCH_OK;
}

/* Loaders: each fills in everything but the files. On failure the caller frees the tokenizer. */
nch_status nch_sentencepiece_load(nch_tokenizer *tokenizer, const void *data, size_t size, nch_error *error);

#endif
