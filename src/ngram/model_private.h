/* model_private.h - what the files of the n-gram model share: from a text to its row of features. */
#ifndef NCH_NGRAM_MODEL_PRIVATE_H
#define NCH_NGRAM_MODEL_PRIVATE_H

#include "ngram/model.h"

/* One text's row while it is made. Start with {0}; reused; release with nch_ngram_row_free. */
typedef struct nch_ngram_row {
	nch_grams grams;
	nch_buffer pair_gram; /* a pair's gram with its mark before it */
	uint32_t *column;     /* (count): features */
	float *value;         /* (count): how often each; after nch_ngram_weigh x */
	size_t count, column_capacity, value_capacity;
	size_t unknown, all;  /* grams of up to NCH_NGRAM_NARROW characters */
} nch_ngram_row;
void nch_ngram_row_free(nch_ngram_row *row);

/* The bytes under which a gram is a feature: itself; in the second text of a pair with a tab before it, which no gram of a word holds. */
const char *nch_ngram_key(nch_buffer *pair_gram, const nch_grams *grams, size_t gram, bool pair, size_t *length);

/* The number of a feature. Where `grow` is not NULL grams that are new get the next number there; else *feature is model->features for those that are
 * unknown. */
nch_status nch_ngram_feature(const nch_ngram *model, nch_gram_table *grow, const char *key, size_t length, size_t *feature, nch_error *error);

/* The features of a text's grams as they are met, again and again (row->column). */
nch_status nch_ngram_features(const nch_ngram *model, nch_gram_table *grow, const nch_text *text, nch_ngram_row *row, nch_error *error);

/* Its features in ascending order, and how often each occurs. */
nch_status nch_ngram_count(const nch_ngram *model, const nch_text *text, nch_ngram_row *row, nch_error *error);

/* Counts become x: sublinear frequencies times idf, to the length 1. All in double and in the order of the cells, then rounded. */
void nch_ngram_weigh(const float *idf, const uint32_t *column, float *value, size_t count);

#endif
