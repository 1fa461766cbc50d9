/* train_corpus.h - a text as trainers see it: every distinct word once, with its count, as numbers of characters. */
#ifndef NCH_TOKENIZER_TRAIN_CORPUS_H
#define NCH_TOKENIZER_TRAIN_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "tokenizer/training/training.h"

/* Distinct words and how often each was counted. Start with {0}; nch_word_counts_free. */
typedef struct nch_counted_word {
	const char *text; /* UTF-8, not NUL-terminated */
	uint32_t length;
	int64_t count;
} nch_counted_word;

typedef struct nch_word_counts {
	nch_arena *arena;
	nch_counted_word *items;
	size_t count, capacity;
	uint32_t *slots;
	size_t slot_count;
} nch_word_counts;

nch_status nch_word_counts_add(nch_word_counts *counts, const char *text, size_t length, int64_t count, nch_error *error);
void nch_word_counts_free(nch_word_counts *counts);

/* Cuts a line into words and counts them. `state` is that of the calling thread. */
typedef nch_status nch_corpus_cut(void *state, const char *line, size_t length, nch_word_counts *counts, nch_error *error);

/* Reads all lines and counts their words on all threads of the pool; states[thread] is passed to `cut`. The result is sorted by bytes, so
 * that nothing depends on the threads. */
nch_status nch_corpus_count(const nch_tokenizer_training *training, nch_training_lines *lines, void *lines_context,
                            nch_corpus_cut *cut, void *const *states, nch_word_counts *counts, nch_error *error);

typedef struct nch_corpus_word {
	uint32_t begin, length; /* in the text */
	int64_t count;
} nch_corpus_word;

typedef struct nch_corpus {
	uint32_t *text; /* the words one after the other, each with a 0 behind it; 0 is also any character that has no code */
	size_t text_length;
	nch_corpus_word *words;
	size_t word_count;
	uint32_t *characters;      /* [codes] the character of each code; codes go from 1, the most frequent first. WordPiece adds NCH_INSIDE_WORD
	                              to those that do not begin a word */
	int64_t *character_counts; /* [codes] */
	uint32_t codes;            /* how many there are, 0 included */
} nch_corpus;

/* Characters (UTF-8) that get codes however rare they are, even if the text has none of them: then their count is 0. */
typedef struct nch_required_characters {
	const char *text;
	size_t length;
} nch_required_characters;

/* Gives codes to as many characters as cover the share `coverage` of the text and to the required ones, and writes the words in them. */
nch_status nch_corpus_encode(const nch_word_counts *counts, double coverage, nch_required_characters required, nch_corpus *corpus,
                             nch_error *error);
void nch_corpus_free(nch_corpus *corpus);

#define NCH_INSIDE_WORD 0x80000000u

/* Appends a sequence of codes as UTF-8, with "##" in front if the first is inside a word. */
void nch_corpus_decode(const nch_corpus *corpus, const uint32_t *codes, size_t length, nch_buffer *out);

#endif
