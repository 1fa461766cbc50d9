/* tokenizer_private.h - what stands behind tokenizer.h: one struct for every kind, and the calls in which the kinds differ. */
#ifndef NCH_TOKENIZER_PRIVATE_H
#define NCH_TOKENIZER_PRIVATE_H

#include "base/buffer.h"
#include "base/memory.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/vocabulary/added_tokens.h"
#include "tokenizer/vocabulary/vocabulary.h"

/* The calls of one kind of tokenizer. `self` is what its loader made, `scratch` what its new_scratch made. */
typedef struct nch_tokenizer_class {
	/* `first`: the text begins here (else an added token stands before it) */
	nch_status (*encode)(const void *self, void *scratch, const char *text, size_t length, bool first, nch_tokens *tokens,
	                     nch_error *error);
	/* NULL: the kind shows nothing but the tokens */
	nch_status (*explain)(const void *self, void *scratch, const char *text, size_t length, nch_buffer *out, nch_error *error);
	nch_status (*decode)(const void *self, const int32_t *ids, size_t count, nch_buffer *text, nch_error *error);
	nch_status (*new_scratch)(const void *self, void **scratch, nch_error *error);
	void (*free_scratch)(void *scratch);
	void (*free)(void *self);
	/* From now on these tokens are found in the normalized text; they are there as long as `self`. NULL: the kind looks for all of them in the
	 * text as it stands. */
	nch_status (*find_normalized)(void *self, nch_added_tokens *tokens, nch_error *error);
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
	nch_frame templates[2]; /* of one text and of two, if has_templates; else they are made of `specials` */
	const char *template_fault[2]; /* why a template cannot be used; NULL: it can */
	bool has_templates;
	nch_added_tokens added; /* tokens that are found in a text before anything else is done */
	nch_added_tokens normalized; /* those that are found when it has been normalized */
	nch_tokenizer_file files[NCH_TOKENIZER_MAX_FILES];
	size_t file_count;
};

struct nch_tokenizer_scratch {
	const nch_tokenizer *tokenizer;
	void *inner;
};

/* Adds a token to the one list or the other; one with the same text, in either, is replaced. */
nch_status nch_tokenizer_add_token(nch_tokenizer *tokenizer, const nch_added_token *token, nch_error *error);
/* Makes the lists ready, when all are added. */
nch_status nch_tokenizer_finish_tokens(nch_tokenizer *tokenizer, nch_error *error);

/* Appends one token. */
static inline nch_status nch_tokens_add(nch_tokens *tokens, int32_t id, size_t begin, size_t end, nch_error *error)
{
	if (tokens->count == tokens->capacity)
		NCH_TRY(nch_grow(&tokens->items, &tokens->capacity, tokens->count + 1, sizeof *tokens->items, error));
	tokens->items[tokens->count++] = (nch_token){id, (uint32_t)begin, (uint32_t)end};
	return NCH_OK;
}

#endif
