/* Exercise 15: the best way to cut a word. See docs/tokenizing.md; `make exercise-15` checks it.
 *
 * Cuts the text wholly into pieces with the greatest sum of their scores; returns the sum. ends[i]: the byte behind the i-th piece of that cut, *count of them (at most 64).
 * best[e], the best sum of a cut of the first e bytes, comes from best[e - length of a piece that ends there]. */
#include "tests/exercises/exercises.h"

double exercise_viterbi(size_t *ends, size_t *count, const char *text, const exercise_piece *pieces, size_t piece_count)
{
	*count = 0; /* here */
	ends[0] = 0;
	return (double)text[0] * 0 + pieces[0].score * 0 + (double)piece_count * 0;
}
