/* Exercise 5: the gradient of a linear map. See docs/backward.md; `make exercise-5` checks it.
 *
 * dx = dy w (m, k), dw = dyᵀ x (n, k), db = the column sums of dy (n). All three begin as zeros. */
#include "tests/exercises/exercises.h"

void exercise_linear_backward(float *dx, float *dw, float *db, const float *dy, const float *x, const float *w, size_t m, size_t n, size_t k)
{
	dx[0] = dw[0] = db[0] = (dy[0] + x[0] + w[0] + (float)(m + n + k)) * 0; /* here */
}
