/* split.c - see split.h: the random numbers and the arithmetic of NumPy and scikit-learn, so that rows fall as they do there. */
#include "data/split.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

/* --- MT19937 --- */

#define STATE_SIZE 624
#define MIDDLE 397

void nch_mt19937_seed(nch_mt19937 *generator, uint32_t seed)
{
	for (uint32_t i = 0; i < STATE_SIZE; i++) {
		generator->state[i] = seed;
		seed = 1812433253u * (seed ^ (seed >> 30)) + i + 1;
	}
	generator->position = STATE_SIZE;
}

static void refill(uint32_t *state)
{
	for (size_t i = 0; i < STATE_SIZE; i++) {
		uint32_t y = (state[i] & 0x80000000u) | (state[(i + 1) % STATE_SIZE] & 0x7FFFFFFFu);
		state[i] = state[(i + MIDDLE) % STATE_SIZE] ^ (y >> 1) ^ ((y & 1) ? 0x9908B0DFu : 0);
	}
}

uint32_t nch_mt19937_next(nch_mt19937 *generator)
{
	if (generator->position == STATE_SIZE) {
		refill(generator->state);
		generator->position = 0;
	}
	uint32_t y = generator->state[generator->position++];
	y ^= y >> 11;
	y ^= (y << 7) & 0x9D2C5680u;
	y ^= (y << 15) & 0xEFC60000u;
	return y ^ (y >> 18);
}

uint64_t nch_mt19937_interval(nch_mt19937 *generator, uint64_t max)
{
	if (max == 0)
		return 0;
	uint64_t mask = max, value;
	for (int shift = 1; shift < 64; shift *= 2)
		mask |= mask >> shift;
	do {
		value = nch_mt19937_next(generator);
		if (max > 0xFFFFFFFFu)
			value = value << 32 | nch_mt19937_next(generator);
		value &= mask;
	} while (value > max);
	return value;
}

double nch_mt19937_double(nch_mt19937 *generator)
{
	uint32_t high = nch_mt19937_next(generator) >> 5, low = nch_mt19937_next(generator) >> 6;
	return (high * 67108864.0 + low) / 9007199254740992.0;
}

void nch_mt19937_shuffle(nch_mt19937 *generator, size_t *items, size_t count)
{
	for (size_t i = count; i-- > 1;) {
		size_t j = (size_t)nch_mt19937_interval(generator, i);
		size_t swap = items[i];
		items[i] = items[j];
		items[j] = swap;
	}
}

void nch_mt19937_permutation(nch_mt19937 *generator, size_t *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		items[i] = i;
	nch_mt19937_shuffle(generator, items, count);
}

/* --- common to the splits --- */

void nch_split_free(nch_split *split)
{
	nch_free(split->train);
	nch_free(split->test);
	*split = (nch_split){0};
}

static nch_status make_split(size_t train, size_t test, nch_split *split, nch_error *error)
{
	*split = (nch_split){ .train_count = train, .test_count = test };
	split->train = nch_alloc(train, sizeof(size_t));
	split->test = nch_alloc(test, sizeof(size_t));
	if (split->train != NULL && split->test != NULL)
		return NCH_OK;
	nch_split_free(split);
	return nch_no_memory(error);
}

/* How many rows have each class, and the rows sorted by class (in a class ascending). */
typedef struct class_rows {
	size_t classes; /* highest class + 1; some may be without rows */
	size_t *counts, *starts, *rows;
} class_rows;

static void free_class_rows(class_rows *c)
{
	nch_free(c->counts);
	nch_free(c->starts);
	nch_free(c->rows);
}

static nch_status group_classes(const int32_t *classes, size_t rows, class_rows *c, nch_error *error)
{
	*c = (class_rows){0};
	for (size_t i = 0; i < rows; i++) {
		if (classes[i] < 0)
			return nch_fail(error, NCH_DATA,
			                "a stratified split needs one label for every row; row %zu has none", i + 1);
		if ((size_t)classes[i] >= c->classes)
			c->classes = (size_t)classes[i] + 1;
	}
	c->counts = nch_alloc(c->classes, sizeof(size_t));
	c->starts = nch_alloc(c->classes + 1, sizeof(size_t));
	c->rows = nch_alloc(rows, sizeof(size_t));
	if (c->counts == NULL || c->starts == NULL || c->rows == NULL) {
		free_class_rows(c);
		return nch_no_memory(error);
	}
	for (size_t i = 0; i < rows; i++)
		c->counts[classes[i]]++;
	for (size_t k = 0; k < c->classes; k++)
		c->starts[k + 1] = c->starts[k] + c->counts[k];
	for (size_t i = 0; i < rows; i++)
		c->rows[c->starts[classes[i]]++] = i;
	for (size_t k = c->classes; k-- > 0;)
		c->starts[k] -= c->counts[k];
	return NCH_OK;
}

/* --- train_test_split --- */

static nch_status side_sizes(size_t rows, double share, size_t *train, size_t *test, nch_error *error)
{
	if (!(share > 0) || share > 9e15)
		return nch_fail(error, NCH_USAGE, "the share of the split must lie between 0 and 1, or be a number of rows");
	double count = share < 1 ? ceil(share * (double)rows) : floor(share);
	if (!(count < (double)rows))
		return nch_fail(error, NCH_DATA,
		                "%zu rows are too few to split off %.0f of them: nothing is left to train on", rows, count);
	*test = (size_t)count;
	*train = rows - *test;
	return NCH_OK;
}

/* How many of `draws` rows each class gets (scikit-learn's _approximate_mode): the share rounded down, and what is left
 * over to the classes with the largest remainders, ties by a random choice. A class of which `all` has no rows does not
 * exist. remainder, tied, order: scratch of `classes` entries. */
static void share_out(const size_t *counts, const size_t *all, size_t classes, size_t draws, nch_mt19937 *generator,
                      size_t *shares, double *remainder, size_t *tied, size_t *order)
{
	size_t sum = 0, given = 0;
	for (size_t k = 0; k < classes; k++)
		sum += counts[k];
	for (size_t k = 0; k < classes; k++) {
		double continuous = (double)counts[k] / (double)sum * (double)draws;
		shares[k] = (size_t)floor(continuous);
		remainder[k] = all[k] > 0 ? continuous - floor(continuous) : -1;
		given += shares[k];
	}
	double above = 2;
	while (given < draws) {
		double value = -1;
		for (size_t k = 0; k < classes; k++)
			if (remainder[k] < above && remainder[k] > value)
				value = remainder[k];
		if (value < 0)
			return;
		size_t count = 0;
		for (size_t k = 0; k < classes; k++)
			if (remainder[k] == value)
				tied[count++] = k;
		nch_mt19937_permutation(generator, order, count);
		for (size_t i = 0; i < count && given < draws; i++, given++)
			shares[tied[order[i]]]++;
		above = value;
	}
}

static nch_status check_classes(const class_rows *c, const nch_split *split, nch_error *error)
{
	size_t present = 0;
	for (size_t k = 0; k < c->classes; k++) {
		present += c->counts[k] > 0;
		if (c->counts[k] == 1)
			return nch_fail(error, NCH_DATA,
			                "a stratified split needs two rows of each label; one label has a single row");
	}
	if (split->train_count < present || split->test_count < present)
		return nch_fail(
			error, NCH_DATA,
			"a stratified split needs a row of each of %zu labels on both sides; %zu and %zu rows are too few",
			present, split->train_count, split->test_count);
	return NCH_OK;
}

/* StratifiedShuffleSplit with one split. */
static nch_status draw_stratified(const class_rows *c, uint32_t seed, nch_split *split, nch_error *error)
{
	size_t largest = 0;
	for (size_t k = 0; k < c->classes; k++)
		largest = c->counts[k] > largest ? c->counts[k] : largest;
	size_t room = largest > c->classes ? largest : c->classes;
	size_t *shares = nch_alloc(c->classes, 5 * sizeof(size_t)), *order = nch_alloc(room, sizeof(size_t));
	double *remainder = nch_alloc(c->classes, sizeof(double));
	nch_status status = NCH_OK;
	if (shares == NULL || order == NULL || remainder == NULL) {
		status = nch_no_memory(error);
	} else {
		size_t *train_share = shares, *test_share = shares + c->classes, *left = shares + 2 * c->classes;
		size_t *tied = shares + 3 * c->classes;
		nch_mt19937 generator;
		nch_mt19937_seed(&generator, seed);
		share_out(c->counts, c->counts, c->classes, split->train_count, &generator, train_share, remainder, tied,
		          order);
		for (size_t k = 0; k < c->classes; k++)
			left[k] = c->counts[k] - train_share[k];
		share_out(left, c->counts, c->classes, split->test_count, &generator, test_share, remainder, tied, order);
		size_t train = 0, test = 0;
		for (size_t k = 0; k < c->classes; k++) {
			if (c->counts[k] == 0)
				continue;
			const size_t *rows = c->rows + c->starts[k];
			nch_mt19937_permutation(&generator, order, c->counts[k]);
			for (size_t i = 0; i < train_share[k]; i++)
				split->train[train++] = rows[order[i]];
			for (size_t i = 0; i < test_share[k]; i++)
				split->test[test++] = rows[order[train_share[k] + i]];
		}
		nch_mt19937_shuffle(&generator, split->train, train);
		nch_mt19937_shuffle(&generator, split->test, test);
	}
	nch_free(shares);
	nch_free(order);
	nch_free(remainder);
	return status;
}

static nch_status split_stratified(size_t rows, uint32_t seed, const int32_t *classes, nch_split *split, nch_error *error)
{
	class_rows c;
	NCH_TRY(group_classes(classes, rows, &c, error));
	nch_status status = check_classes(&c, split, error);
	if (status == NCH_OK)
		status = draw_stratified(&c, seed, split, error);
	free_class_rows(&c);
	return status;
}

static nch_status split_shuffled(size_t rows, uint32_t seed, nch_split *split, nch_error *error)
{
	size_t *order = nch_alloc(rows, sizeof *order);
	if (order == NULL)
		return nch_no_memory(error);
	nch_mt19937 generator;
	nch_mt19937_seed(&generator, seed);
	nch_mt19937_permutation(&generator, order, rows);
	memcpy(split->test, order, split->test_count * sizeof *order);
	memcpy(split->train, order + split->test_count, split->train_count * sizeof *order);
	nch_free(order);
	return NCH_OK;
}

static void split_in_order(nch_split *split)
{
	for (size_t i = 0; i < split->train_count; i++)
		split->train[i] = i;
	for (size_t i = 0; i < split->test_count; i++)
		split->test[i] = split->train_count + i;
}

nch_status nch_split_random(size_t rows, double share, uint32_t seed, bool shuffle, const int32_t *classes, nch_split *split,
                            nch_error *error)
{
	size_t train = 0, test = 0;
	NCH_TRY(side_sizes(rows, share, &train, &test, error));
	if (!shuffle && classes != NULL)
		return nch_fail(error, NCH_USAGE, "a stratified split is always shuffled");
	NCH_TRY(make_split(train, test, split, error));
	nch_status status = NCH_OK;
	if (!shuffle)
		split_in_order(split);
	else if (classes == NULL)
		status = split_shuffled(rows, seed, split, error);
	else
		status = split_stratified(rows, seed, classes, split, error);
	if (status != NCH_OK)
		nch_split_free(split);
	return status;
}

nch_status nch_split_end(size_t rows, double share, nch_split *split, nch_error *error)
{
	if (!(share > 0 && share < 1))
		return nch_fail(error, NCH_USAGE, "the share of the split must lie between 0 and 1");
	size_t train = (size_t)floor((double)rows * (1 - share));
	if (train == 0 || train == rows)
		return nch_fail(error, NCH_DATA, "%zu rows are too few to split off the last %g of them", rows, share);
	NCH_TRY(make_split(train, rows - train, split, error));
	split_in_order(split);
	return NCH_OK;
}

/* --- KFold, StratifiedKFold --- */

/* fold_of[row] for KFold: the first rows % folds folds have a row more. */
static nch_status plain_folds(size_t rows, size_t folds, bool shuffle, uint32_t seed, size_t *fold_of, nch_error *error)
{
	size_t *order = nch_alloc(rows, sizeof *order);
	if (order == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < rows; i++)
		order[i] = i;
	if (shuffle) {
		nch_mt19937 generator;
		nch_mt19937_seed(&generator, seed);
		nch_mt19937_shuffle(&generator, order, rows);
	}
	for (size_t fold = 0, at = 0; fold < folds; fold++)
		for (size_t i = 0; i < rows / folds + (fold < rows % folds); i++)
			fold_of[order[at++]] = fold;
	nch_free(order);
	return NCH_OK;
}

/* StratifiedKFold: the classes stand in the order in which they first appear; the sorted list of all rows' classes is
 * dealt out to the folds like cards, which says how many rows of a class each fold gets; then each class's folds are
 * shuffled. */
static nch_status stratified_folds(const class_rows *c, size_t rows, size_t folds, bool shuffle, uint32_t seed,
                                   const int32_t *classes, size_t *fold_of, nch_error *error)
{
	size_t *cards = nch_alloc(rows, sizeof *cards), *counts = nch_alloc(folds, sizeof *counts);
	bool *done = nch_alloc(c->classes, sizeof *done);
	if (cards == NULL || counts == NULL || done == NULL) {
		nch_free(cards);
		nch_free(counts);
		nch_free(done);
		return nch_no_memory(error);
	}
	nch_mt19937 generator;
	nch_mt19937_seed(&generator, seed);
	size_t dealt = 0;
	for (size_t i = 0; i < rows; i++) {
		size_t k = (size_t)classes[i], count = c->counts[k];
		if (done[k])
			continue;
		done[k] = true;
		memset(counts, 0, folds * sizeof *counts);
		for (size_t n = 0; n < count; n++)
			counts[(dealt + n) % folds]++;
		dealt += count;
		size_t at = 0;
		for (size_t fold = 0; fold < folds; fold++)
			for (size_t n = 0; n < counts[fold]; n++)
				cards[at++] = fold;
		if (shuffle)
			nch_mt19937_shuffle(&generator, cards, count);
		for (size_t n = 0; n < count; n++)
			fold_of[c->rows[c->starts[k] + n]] = cards[n];
	}
	nch_free(cards);
	nch_free(counts);
	nch_free(done);
	return NCH_OK;
}

static nch_status deal_folds(size_t rows, size_t folds, bool shuffle, uint32_t seed, const int32_t *classes, size_t *fold_of,
                             nch_error *error)
{
	if (classes == NULL)
		return plain_folds(rows, folds, shuffle, seed, fold_of, error);
	class_rows c;
	NCH_TRY(group_classes(classes, rows, &c, error));
	size_t largest = 0;
	for (size_t k = 0; k < c.classes; k++)
		largest = c.counts[k] > largest ? c.counts[k] : largest;
	nch_status status = NCH_OK;
	if (largest < folds)
		status = nch_fail(error, NCH_DATA,
		                  "%zu stratified folds need a label with that many rows; the largest has %zu", folds,
		                  largest);
	else
		status = stratified_folds(&c, rows, folds, shuffle, seed, classes, fold_of, error);
	free_class_rows(&c);
	return status;
}

nch_status nch_split_fold(size_t rows, size_t folds, size_t fold, bool shuffle, uint32_t seed, const int32_t *classes,
                          nch_split *split, nch_error *error)
{
	if (folds < 2 || fold >= folds)
		return nch_fail(error, NCH_USAGE, "fold %zu of %zu: there must be two folds or more, numbered from 0", fold,
		                folds);
	if (folds > rows)
		return nch_fail(error, NCH_DATA, "%zu rows can't make %zu folds", rows, folds);
	size_t *fold_of = nch_alloc(rows, sizeof *fold_of);
	if (fold_of == NULL)
		return nch_no_memory(error);
	nch_status status = deal_folds(rows, folds, shuffle, seed, classes, fold_of, error);
	size_t test = 0;
	for (size_t i = 0; status == NCH_OK && i < rows; i++)
		test += fold_of[i] == fold;
	if (status == NCH_OK)
		status = make_split(rows - test, test, split, error);
	for (size_t i = 0, train = 0, tested = 0; status == NCH_OK && i < rows; i++) {
		if (fold_of[i] == fold)
			split->test[tested++] = i;
		else
			split->train[train++] = i;
	}
	nch_free(fold_of);
	return status;
}
