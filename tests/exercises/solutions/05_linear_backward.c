/* A solution of exercise 5: the gradient of a linear map.
 *
 * dx = dy w (m, k), dw = dyᵀ x (n, k), db = the column sums of dy (n). All three begin as zeros. */
#include "tests/exercises/exercises.h"

void exercise_linear_backward(float *dx, float *dw, float *db, const float *dy, const float *x, const float *w, size_t m, size_t n, size_t k)
{
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++) {
			db[j] += dy[i * n + j];
			for (size_t p = 0; p < k; p++) {
				dx[i * k + p] += dy[i * n + j] * w[j * k + p];
				dw[j * k + p] += dy[i * n + j] * x[i * k + p];
			}
		}
}
