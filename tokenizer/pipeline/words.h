/* words.h - a text on its way through a pipeline: its characters, each with the bytes of the original that it came from, and the words that they
 * make. */
#ifndef NCH_TOKENIZER_WORDS_H
#define NCH_TOKENIZER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "tokenizer/unicode/bert_text.h"

/* Characters, and where each word ends. Before anything is cut it is one word. Start with {0}; release with nch_words_free. */
typedef struct nch_words {
	nch_bert_character *items;
	size_t count, capacity;
	size_t *ends; /* [word_count] */
	size_t word_count, end_capacity;
	bool first; /* nothing stands before the text */
} nch_words;

void nch_words_free(nch_words *words);
/* Adds a character of the bytes [begin, end). */
nch_status nch_words_add(nch_words *words, uint32_t code_point, size_t begin, size_t end, nch_error *error);
/* Ends a word, unless nothing was added since the last one. */
nch_status nch_words_end(nch_words *words, nch_error *error);

#endif
