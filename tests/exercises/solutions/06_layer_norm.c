/* A solution of exercise 6: LayerNorm.
 *
 * One row: y = (x - mean) / √(variance + epsilon) · gain + bias. The variance is divided by n, not n - 1. */
#include "tests/exercises/exercises.h"

#include <math.h>

void exercise_layer_norm(float *y, const float *x, const float *gain, const float *bias, size_t n, float epsilon)
{
	float mean = 0, variance = 0;
	for (size_t i = 0; i < n; i++)
		mean += x[i] / (float)n;
	for (size_t i = 0; i < n; i++)
		variance += (x[i] - mean) * (x[i] - mean) / (float)n;
	for (size_t i = 0; i < n; i++)
		y[i] = (x[i] - mean) / sqrtf(variance + epsilon) * gain[i] + bias[i];
}
