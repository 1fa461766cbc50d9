/* split.h - which rows train and which test, the same ones that scikit-learn takes.
 *
 * NumPy's RandomState (Mersenne Twister MT19937, Matsumoto and Nishimura 1998) and its shuffle and permutation as
 * scikit-learn calls them, so that a result here and one in a notebook speak of the same rows. */
#ifndef NCH_DATA_SPLIT_H
#define NCH_DATA_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct nch_mt19937 {
	uint32_t state[624];
	unsigned position;
} nch_mt19937;

void nch_mt19937_seed(nch_mt19937 *generator, uint32_t seed); /* RandomState(seed), 0 <= seed < 2^32 */
uint32_t nch_mt19937_next(nch_mt19937 *generator);

/* A uniform number in 0 .. max by masked rejection, as RandomState.shuffle draws it. */
uint64_t nch_mt19937_interval(nch_mt19937 *generator, uint64_t max);
double nch_mt19937_double(nch_mt19937 *generator);                                 /* 53 bits, in [0, 1) */
void nch_mt19937_shuffle(nch_mt19937 *generator, size_t *items, size_t count);     /* RandomState.shuffle */
void nch_mt19937_permutation(nch_mt19937 *generator, size_t *items, size_t count); /* RandomState.permutation(count) */

/* Two lists of row numbers, in the order in which they are to be used. Start with {0}. */
typedef struct nch_split {
	size_t *train, *test;
	size_t train_count, test_count;
} nch_split;
void nch_split_free(nch_split *split);

/* train_test_split(range(rows), test_size=share, random_state=seed, shuffle=…, stratify=classes or None) of
 * scikit-learn 1.x. `share` in (0, 1): ceil(share × rows) rows are test rows; >= 1: that many rows. `classes` (one
 * number >= 0 a row) or NULL. Errors (NCH_DATA) where scikit-learn has them: an empty side, a class with one member,
 * fewer rows on a side than classes. */
nch_status nch_split_random(size_t rows, double share, uint32_t seed, bool shuffle, const int32_t *classes, nch_split *split,
                            nch_error *error);

/* The last `share` of the rows, in order: Keras' validation_split, taken before any shuffling. The train side gets
 * floor(rows × (1 - share)) rows. */
nch_status nch_split_end(size_t rows, double share, nch_split *split, nch_error *error);

/* Fold number `fold` of KFold(folds, shuffle, random_state=seed), or of StratifiedKFold if classes are given. Both
 * lists are ascending, as scikit-learn's are. */
nch_status nch_split_fold(size_t rows, size_t folds, size_t fold, bool shuffle, uint32_t seed, const int32_t *classes,
                          nch_split *split, nch_error *error);

#endif
