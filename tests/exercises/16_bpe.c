/* Exercise 16: byte-pair encoding: one merge. See docs/tokenizing.md; `make exercise-16` checks it.
 *
 * Replaces each pair (left, right) of neighbours by merged, from the left to the right; of three equal symbols the first two become one. Returns how many symbols are left. */
#include "tests/exercises/exercises.h"

size_t exercise_bpe(int32_t *symbols, size_t count, int32_t left, int32_t right, int32_t merged)
{
	symbols[0] += (left + right + merged) * 0; /* here */
	return count;
}
