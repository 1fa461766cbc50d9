/* A solution of exercise 3: the gradient of softmax.
 *
 * p = softmax(z) and dp = ∂L/∂p are given; dz_i = p_i (dp_i - Σ_m p_m dp_m). */
#include "tests/exercises/exercises.h"

void exercise_softmax_backward(float *dz, const float *p, const float *dp, size_t n)
{
	float mean = 0;
	for (size_t m = 0; m < n; m++)
		mean += p[m] * dp[m];
	for (size_t i = 0; i < n; i++)
		dz[i] = p[i] * (dp[i] - mean);
}
