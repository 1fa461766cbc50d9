/* Exercise 3: the gradient of softmax. See docs/attention.md; `make exercise-3` checks it.
 *
 * p = softmax(z) and dp = ∂L/∂p are given; dz_i = p_i (dp_i - Σ_m p_m dp_m). */
#include "tests/exercises/exercises.h"

void exercise_softmax_backward(float *dz, const float *p, const float *dp, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dz[i] = dp[i] * p[i] * 0; /* here */
}
