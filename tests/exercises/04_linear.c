/* Exercise 4: a linear map. See docs/backward.md; `make exercise-4` checks it.
 *
 * y = x wᵀ + b. x (m, k), w (n, k), b (n), y (m, n), all row by row. */
#include "tests/exercises/exercises.h"

void exercise_linear(float *y, const float *x, const float *w, const float *b, size_t m, size_t n, size_t k)
{
	for (size_t i = 0; i < m * n; i++)
		y[i] = (x[0] + w[0] + b[0] + (float)k) * 0; /* here */
}
