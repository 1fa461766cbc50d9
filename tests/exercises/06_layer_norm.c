/* Exercise 6: LayerNorm. See docs/backward.md; `make exercise-6` checks it.
 *
 * One row: y = (x - mean) / √(variance + epsilon) · gain + bias. The variance is divided by n, not n - 1. */
#include "tests/exercises/exercises.h"

void exercise_layer_norm(float *y, const float *x, const float *gain, const float *bias, size_t n, float epsilon)
{
	for (size_t i = 0; i < n; i++)
		y[i] = x[i] * gain[i] + bias[i] + epsilon; /* here */
}
