/* examples.h - a data set as a model sees it: ids, packed, and the batches made from them. */
#ifndef NCH_DATA_EXAMPLES_H
#define NCH_DATA_EXAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "data/dataset.h"
#include "kernels/threads.h"
#include "tokenizer/tokenizer.h"

/* The rows' tokens one after the other. Start with {0}; release with nch_examples_free. */
typedef struct nch_examples {
	size_t rows;
	int32_t *token;      /* all tokens, special ones included */
	size_t *offsets;     /* (rows + 1): row i has the tokens offsets[i] .. offsets[i+1]-1 */
	uint32_t *first;     /* (rows): tokens of type 0; the others (BERT's second text) are of type 1 */
	uint32_t *second;    /* (rows): where a second text's tokens begin, 0: there is none; NULL: there are none of two texts */
	size_t around[2][3]; /* special tokens before, between and behind the texts, of rows with one text and with two; all 0: 1 1, 1 1 1 */
	int32_t *label;      /* (rows): class or -1 */
	float *goals;        /* (rows, classes) for multi-label data, else NULL */
	size_t classes;
	size_t longest;      /* tokens of the longest row */
	size_t cut;          /* rows that lost tokens to max_len */
	size_t gaps;         /* of those, rows that windows do not cover (long_texts.h) */
	size_t unknown, content; /* unknown tokens, and all but the special ones */
} nch_examples;

/* Tokenizes the rows of the data set that `rows` lists (NULL: all of them, in order), on all threads of the pool; rows longer than max_len tokens are
 * cut. The order is that of the list. */
nch_status nch_examples_make(const nch_dataset *dataset, const size_t *rows, size_t count, const nch_tokenizer *tokenizer, size_t max_len,
                             nch_pool *pool, nch_examples *examples, nch_error *error);
void nch_examples_free(nch_examples *examples);

/* Fills in `around` as this tokenizer frames texts. */
void nch_examples_frames(const nch_tokenizer *tokenizer, nch_examples *examples);

/* The same for texts that stand in no data set; the rows have no labels. pair NULL: none. */
typedef struct nch_text {
	const char *text, *pair;
	size_t length, pair_length;
	nch_target target; /* for those who apply a target mode; of no meaning to the calls below */
} nch_text;
nch_status nch_examples_from_texts(const nch_text *texts, size_t count, const nch_tokenizer *tokenizer, size_t max_len, nch_pool *pool,
                                   nch_examples *examples, nch_error *error);

/* The rows' texts (and pairs), which point into the data set; NULL without memory. Release with nch_free. */
nch_text *nch_dataset_texts(const nch_dataset *dataset, const size_t *rows, size_t count);

/* The rows' labels and goals alone, without a token: what answers are judged by. */
nch_status nch_examples_truth(const nch_dataset *dataset, const size_t *rows, size_t count, nch_examples *examples, nch_error *error);

/* The tokens of some rows as one packed batch. Start with {0}; release with nch_packed_free; reused from batch to batch. */
typedef struct nch_packed {
	size_t tokens, sentences;
	int32_t *token, *type, *position; /* (tokens) */
	size_t *offsets;                  /* (sentences + 1) */
	int32_t *label;                   /* (sentences) */
	float *goals;                     /* (sentences, classes) or NULL */
	size_t token_room, sentence_room;
} nch_packed;

/* Packs examples rows[0 .. count). Positions start at position_offset (RoBERTa) in every sentence. */
nch_status nch_packed_fill(nch_packed *packed, const nch_examples *examples, const size_t *rows, size_t count, size_t position_offset,
                           nch_error *error);
void nch_packed_free(nch_packed *packed);

#endif
