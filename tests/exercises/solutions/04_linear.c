/* A solution of exercise 4: a linear map.
 *
 * y = x wᵀ + b. x (m, k), w (n, k), b (n), y (m, n), all row by row. */
#include "tests/exercises/exercises.h"

void exercise_linear(float *y, const float *x, const float *w, const float *b, size_t m, size_t n, size_t k)
{
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++) {
			float sum = b[j];
			for (size_t p = 0; p < k; p++)
				sum += x[i * k + p] * w[j * k + p];
			y[i * n + j] = sum;
		}
}
