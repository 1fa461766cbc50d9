/* A solution of exercise 11: dropout by address.
 *
 * Element (r, c) of these rows, which are rows first_row + r of the whole batch, is dropped where nch_random_word(seed, NCH_RANDOM_SAMPLE, step, i) < p · 2³², with the
 * address i = (first_row + r) · columns + c; the others are multiplied by 1 / (1 - p). No mask is stored: whoever asks again gets the same. */
#include "tests/exercises/exercises.h"

#include "kernels/math.h"

void exercise_dropout(float *y, const float *x, size_t first_row, size_t rows, size_t columns, float p, uint64_t seed, uint32_t step)
{
	uint32_t limit = (uint32_t)((double)p * 4294967296.0);
	for (size_t i = 0; i < rows * columns; i++)
		y[i] = nch_random_word(seed, NCH_RANDOM_SAMPLE, step, first_row * columns + i) < limit ? 0 : x[i] / (1 - p);
}
