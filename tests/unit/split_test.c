/* Splits against scikit-learn's: hashes of its row lists, made by tests/golden/split.py. */
#include <stdlib.h>

#include "base/memory.h"
#include "data/split.h"
#include "golden/split_golden.h"
#include "test.h"

#define GROUPS 20

static uint64_t hash, place; /* as in split.py */

static void add(uint32_t value)
{
	uint64_t x = value + ++place * 0x9E3779B97F4A7C15u;
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	hash += x ^ x >> 31;
}

static void add_split(nch_status status, nch_split *split)
{
	if (status != NCH_OK) {
		add(0xFFFFFFFEu);
		return;
	}
	for (size_t i = 0; i < split->train_count; i++)
		add((uint32_t)split->train[i]);
	add(0xFFFFFFFFu);
	for (size_t i = 0; i < split->test_count; i++)
		add((uint32_t)split->test[i]);
	nch_split_free(split);
}

/* Seven classes of very different sizes: the formula of split.py. */
static int32_t *classes_of(size_t rows)
{
	static const unsigned bounds[] = { 50, 75, 87, 93, 97, 99 };
	int32_t *classes = malloc(rows * sizeof *classes);
	for (uint64_t i = 0; i < rows; i++) {
		uint32_t percent = ((uint32_t)(i * 2654435761u + i * i * 40503u) >> 16) % 100;
		classes[i] = 0;
		for (size_t k = 0; k < 6; k++)
			classes[i] += percent >= bounds[k];
	}
	return classes;
}

typedef void kind(size_t rows, uint32_t seed, const int32_t *classes);

static void kind_random(size_t rows, uint32_t seed, const int32_t *classes)
{
	nch_split split;
	(void)classes;
	add_split(nch_split_random(rows, 0.2, seed, true, NULL, &split, NULL), &split);
}

static void kind_third(size_t rows, uint32_t seed, const int32_t *classes)
{
	nch_split split;
	(void)classes;
	add_split(nch_split_random(rows, 1.0 / 3, seed, true, NULL, &split, NULL), &split);
}

static void kind_plain(size_t rows, uint32_t seed, const int32_t *classes)
{
	nch_split split;
	(void)classes;
	add_split(nch_split_random(rows, 0.2, seed, false, NULL, &split, NULL), &split);
}

static void kind_stratified(size_t rows, uint32_t seed, const int32_t *classes)
{
	nch_split split;
	add_split(nch_split_random(rows, 0.2, seed, true, classes, &split, NULL), &split);
}

static void folds_of(size_t rows, size_t folds, bool shuffle, uint32_t seed, const int32_t *classes)
{
	nch_split split;
	for (size_t fold = 0; fold < folds; fold++) {
		nch_status status = nch_split_fold(rows, folds, fold, shuffle, seed, classes, &split, NULL);
		add_split(status, &split);
		if (status != NCH_OK)
			return;
	}
}

static void kind_kfold(size_t rows, uint32_t seed, const int32_t *classes)
{
	(void)classes;
	folds_of(rows, rows < 10 ? rows : 10, true, seed, NULL);
}

static void kind_stratified_kfold(size_t rows, uint32_t seed, const int32_t *classes)
{
	folds_of(rows, 5, true, seed, classes);
}

static void kind_plain_stratified_kfold(size_t rows, uint32_t seed, const int32_t *classes)
{
	folds_of(rows, 5, false, seed, classes);
}

/* Every size of 2 to 500 in groups of 25, then the two large ones; the seeds 0 .. 50 and 1234, or the first of them. */
static void compare(const char *name, const uint64_t *golden, kind *run, bool one_seed)
{
	static const size_t large[] = { 38594, 61699 };
	for (size_t group = 0; group < GROUPS + 2; group++) {
		size_t first = group < GROUPS ? 2 + 25 * group : large[group - GROUPS];
		size_t last = group < GROUPS ? (first + 24 < 500 ? first + 24 : 500) : first;
		hash = place = 0;
		for (size_t rows = first; rows <= last; rows++) {
			int32_t *classes = classes_of(rows);
			for (uint32_t s = 0; s < (one_seed ? 1 : 52); s++)
				run(rows, s < 51 ? s : 1234, classes);
			free(classes);
		}
		if (hash != golden[group])
			printf("  %s differs for sizes %zu to %zu\n", name, first, last);
		CHECK(hash == golden[group]);
	}
}

TEST(train_test_split)
{
	compare("train_test_split .2", golden_random, kind_random, false);
	compare("train_test_split 1/3", golden_third, kind_third, false);
	compare("train_test_split unshuffled", golden_plain, kind_plain, true);
}

TEST(train_test_split_stratified)
{
	compare("train_test_split stratified", golden_stratified, kind_stratified, false);
}

TEST(kfold)
{
	compare("KFold", golden_kfold, kind_kfold, false);
}

TEST(stratified_kfold)
{
	compare("StratifiedKFold", golden_stratified_kfold, kind_stratified_kfold, false);
	compare("StratifiedKFold unshuffled", golden_plain_stratified_kfold, kind_plain_stratified_kfold, true);
}

/* RandomState(1234): the first words, and doubles, as NumPy prints them. */
TEST(mersenne_twister)
{
	nch_mt19937 generator;
	nch_mt19937_seed(&generator, 5489);
	CHECK(nch_mt19937_next(&generator) == 3499211612u); /* the authors' reference output */
	CHECK(nch_mt19937_next(&generator) == 581869302u);
	nch_mt19937_seed(&generator, 1234);
	CHECK_CLOSE(nch_mt19937_double(&generator), 0.1915194503788923, 0);
	CHECK_CLOSE(nch_mt19937_double(&generator), 0.6221087710398319, 0);
}

TEST(validation_from_the_end)
{
	nch_split split;
	CHECK(nch_split_end(10, 0.2, &split, NULL) == NCH_OK);
	CHECK(split.train_count == 8 && split.test_count == 2 && split.train[7] == 7 && split.test[0] == 8);
	nch_split_free(&split);
	CHECK(nch_split_end(11, 0.2, &split, NULL) == NCH_OK);
	CHECK(split.train_count == 8 && split.test_count == 3);
	nch_split_free(&split);
	CHECK(nch_split_end(1, 0.2, &split, NULL) == NCH_DATA);
}

TEST(what_cannot_be_split)
{
	nch_split split;
	nch_error error = {0};
	const int32_t single[] = { 0, 0, 0, 1, 0 }, unlabelled[] = { 0, 0, -1, 1, 1 };
	CHECK(nch_split_random(1, 0.2, 1, true, NULL, &split, &error) == NCH_DATA);
	CHECK(nch_split_random(0, 0.2, 1, true, NULL, &split, &error) == NCH_DATA);
	CHECK(nch_split_random(5, -1, 1, true, NULL, &split, &error) == NCH_USAGE);
	CHECK(nch_split_random(5, NAN, 1, true, NULL, &split, &error) == NCH_USAGE);
	CHECK(nch_split_random(5, 5, 1, true, NULL, &split, &error) == NCH_DATA);
	CHECK(nch_split_random(5, 0.5, 1, true, single, &split, &error) == NCH_DATA);
	CHECK(nch_split_random(5, 0.5, 1, true, unlabelled, &split, &error) == NCH_DATA);
	CHECK(nch_split_fold(3, 4, 0, true, 1, NULL, &split, &error) == NCH_DATA);
	CHECK(nch_split_fold(3, 2, 2, true, 1, NULL, &split, &error) == NCH_USAGE);
	CHECK(nch_split_random(10, 3, 1, true, NULL, &split, &error) == NCH_OK);
	CHECK(split.test_count == 3);
	nch_split_free(&split);
}

/* Whichever allocation fails: an error, no leak, no crash. */
TEST(memory_runs_out)
{
	int32_t classes[20];
	for (int i = 0; i < 20; i++)
		classes[i] = i % 3;
	for (size_t n = 1; n < 20; n++) {
		nch_split split = {0};
		nch_alloc_fail_after(n);
		nch_status status = nch_split_random(20, 0.3, 7, true, classes, &split, NULL);
		nch_alloc_fail_after(0);
		CHECK(status == NCH_OK || status == NCH_MEMORY);
		nch_split_free(&split);
		nch_alloc_fail_after(n);
		status = nch_split_fold(20, 3, 1, true, 7, classes, &split, NULL);
		nch_alloc_fail_after(0);
		CHECK(status == NCH_OK || status == NCH_MEMORY);
		nch_split_free(&split);
	}
}

int main(void)
{
	RUN(mersenne_twister);
	RUN(train_test_split);
	RUN(train_test_split_stratified);
	RUN(kfold);
	RUN(stratified_kfold);
	RUN(validation_from_the_end);
	RUN(what_cannot_be_split);
	RUN(memory_runs_out);
	return test_end();
}
