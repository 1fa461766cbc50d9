/* masking.h - the small texts of the pretraining tests, and what is hidden in them (masking.py has the same). */
#ifndef NCH_TESTS_MASKING_H
#define NCH_TESTS_MASKING_H

#include "base/memory.h"
#include "train/masking.h"

enum { VOCABULARY = 60, ROWS = 8 };

static bool special[VOCABULARY], continues[VOCABULARY];

static inline nch_masking masking(bool whole_word)
{
	for (int id = 0; id < VOCABULARY; id++) {
		special[id] = id < 5;
		continues[id] = id >= 35;
	}
	return (nch_masking){.share = 0.15, .whole_word = whole_word, .seed = 99, .mask = 4, .vocab_size = VOCABULARY, .special = special,
	                     .continues = continues};
}

static inline nch_examples examples(size_t rows)
{
	nch_examples e = {.rows = rows, .token = nch_alloc(rows * 40, sizeof *e.token), .offsets = nch_alloc(rows + 1, sizeof *e.offsets),
	                  .first = nch_alloc(rows, sizeof *e.first), .label = nch_alloc(rows, sizeof *e.label)};
	for (size_t row = 0; row < rows; row++) {
		size_t at = e.offsets[row], n = 6 + row * 11 % 23;
		e.token[at++] = 2;
		for (size_t i = 0; i < n; i++)
			e.token[at++] = (int32_t)(5 + (row * 31 + i * 17 + i * i * 3) % (VOCABULARY - 5));
		e.token[at++] = 3;
		e.first[row] = (uint32_t)(n + 2);
		e.offsets[row + 1] = at;
	}
	return e;
}

#endif
