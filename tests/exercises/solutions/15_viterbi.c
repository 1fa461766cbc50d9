/* A solution of exercise 15: the best way to cut a word.
 *
 * Cuts the text wholly into pieces with the greatest sum of their scores; returns the sum. ends[i]: the byte behind the i-th piece of that cut, *count of them (at most 64).
 * best[e], the best sum of a cut of the first e bytes, comes from best[e - length of a piece that ends there]. */
#include "tests/exercises/exercises.h"

#include <string.h>

double exercise_viterbi(size_t *ends, size_t *count, const char *text, const exercise_piece *pieces, size_t piece_count)
{
	double best[65];
	size_t from[65], length = strlen(text), back[65], steps = 0;
	best[0] = 0;
	for (size_t end = 1; end <= length; end++) {
		best[end] = -1e30;
		for (size_t i = 0; i < piece_count; i++) {
			size_t bytes = strlen(pieces[i].text);
			if (bytes <= end && memcmp(text + end - bytes, pieces[i].text, bytes) == 0 && best[end - bytes] + pieces[i].score > best[end]) {
				best[end] = best[end - bytes] + pieces[i].score;
				from[end] = end - bytes;
			}
		}
	}
	for (size_t end = length; end > 0; end = from[end])
		back[steps++] = end;
	for (size_t i = 0; i < steps; i++)
		ends[i] = back[steps - 1 - i];
	*count = steps;
	return best[length];
}
