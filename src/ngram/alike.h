/* alike.h - features that always come together are one feature.
 *
 * Most n-grams of a collection occur in one text only, and many others never come without one another (" 짜증", "짜증" …). Columns of X that are the
 * same have the same weights at the optimum, since ½ ‖W‖² prefers equal shares. So m of them can be put together in one column of √m times their
 * values: with the weight W of that, each of them has W / √m, and neither a logit nor ½ ‖W‖² has changed. What is left to solve has a quarter of the
 * unknowns. */
#ifndef NCH_NGRAM_ALIKE_H
#define NCH_NGRAM_ALIKE_H

#include "ngram/sparse.h"

#define NCH_ALIKE_NONE UINT32_MAX

/* Features by kinds. Start with {0}; release with nch_alike_free. */
typedef struct nch_alike {
	size_t features, kinds;
	uint32_t *kind;    /* (features): NCH_ALIKE_NONE for one that no row has */
	uint32_t *members; /* (kinds): features of each */
} nch_alike;

/* Sorts the features of a matrix of counts into kinds: two are of one kind if they stand in the same rows, once in each. Frequent kinds have the
 * lower numbers, so that their weights lie side by side; of equally frequent ones the one that is met first. */
nch_status nch_alike_find(const nch_sparse *counts, nch_alike *alike, nch_error *error);
void nch_alike_free(nch_alike *alike);

/* *merged = the matrix (of the same cells) with a column for each kind: √members times the values of one member. *merged must be {0}. */
nch_status nch_alike_merge(const nch_sparse *x, const nch_alike *alike, nch_sparse *merged, nch_error *error);

#endif
