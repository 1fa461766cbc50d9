/* added_tokens.h - special tokens written out in a text: "[MASK]" is one token, whatever the tokenizer would make of it. */
#ifndef NCH_TOKENIZER_ADDED_TOKENS_H
#define NCH_TOKENIZER_ADDED_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "tokenizer/vocabulary/trie.h"

typedef struct nch_added_token {
	const char *text;
	size_t length;
	int32_t id;
	bool single_word; /* only where no letter or digit stands beside it */
	bool lstrip, rstrip; /* takes the blanks before it, behind it */
	bool normalized; /* looked for in the normalized text, where the kind of tokenizer has one (normalized_tokens.h) */
} nch_added_token;

/* Start with {0}, release with nch_added_tokens_free. */
typedef struct nch_added_tokens {
	nch_arena *arena;
	nch_added_token *items;
	size_t count, capacity;
	nch_trie trie;    /* made by nch_added_tokens_finish; the values are indexes */
	bool begins[256]; /* by the first byte */
} nch_added_tokens;

/* Adds a token (the text is copied); one with the same text replaces it. Then, once, finish. */
nch_status nch_added_tokens_add(nch_added_tokens *added, const nch_added_token *token, nch_error *error);
nch_status nch_added_tokens_finish(nch_added_tokens *added, nch_error *error);
void nch_added_tokens_remove(nch_added_tokens *added, const char *text, size_t length); /* before finish; a text that is not there is no matter */
void nch_added_tokens_free(nch_added_tokens *added);

/* The first token at or after `from`, the longest of those that begin at the same place; NULL if there is none. Its bytes, with the blanks that
 * it takes, are [*begin, *end). */
const nch_added_token *nch_added_tokens_find(const nch_added_tokens *added, const char *text, size_t length, size_t from,
                                             size_t *begin, size_t *end);

#endif
