/* duplicates.h - texts that stand more than once, found by their fingerprints.
 *
 * A row is kept as 16 bytes, whatever its text: 96 bits of a hash of text and pair, and a signature of its labels. Of a billion rows, the chance
 * that any two different texts have the same 96 bits is one in 10^11; they are taken for the same text then. That two sets of labels have the same
 * signature, so that a contradiction is missed, has a chance of one in 4 billion for each pair. */
#ifndef NCH_DATA_DUPLICATES_H
#define NCH_DATA_DUPLICATES_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "data/dataset.h"

typedef struct nch_text_key {
	uint64_t high; /* of text and pair */
	uint32_t low;
	uint32_t labels; /* the same for the same set of label numbers in any order */
} nch_text_key;

nch_text_key nch_text_key_of(const nch_dataset *dataset, size_t row);

typedef struct nch_duplicates {
	size_t duplicates;         /* rows whose text stood in an earlier row */
	size_t contradictions;     /* distinct texts that stand with different labels */
	size_t contradicting_rows; /* the rows of those texts */
	size_t shared_texts;       /* distinct texts that stand in the test data too */
	size_t shared_test_rows;   /* test rows whose text stands in the data */
} nch_duplicates;

/* Counts them. `test` may be NULL. Fewer than 2^30 rows. Memory: 12 to 24 bytes a row, and 4 for each duplicate. */
nch_status nch_duplicates_count(const nch_text_key *keys, size_t rows, const nch_text_key *test, size_t test_rows, nch_duplicates *found,
                                nch_error *error);

/* repeated[dataset->rows] = whether the row's text (and pair) stood in an earlier row. Memory meanwhile: 28 to 40 bytes a row. */
nch_status nch_duplicates_mark(const nch_dataset *dataset, bool *repeated, nch_error *error);

#endif
