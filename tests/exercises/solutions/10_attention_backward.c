/* A solution of exercise 10: the gradient of attention.
 *
 * p (tokens, tokens) are the probabilities of exercise 9. dP = dout vᵀ, dv = pᵀ dout; the softmax (exercise 3); dq = dS k / √width, dk = dSᵀ q / √width. dq, dk, dv begin as zeros. */
#include "tests/exercises/exercises.h"

#include <math.h>

void exercise_attention_backward(float *dq, float *dk, float *dv, const float *dout, const float *p, const float *q, const float *k, const float *v, size_t tokens, size_t width)
{
	for (size_t i = 0; i < tokens; i++) {
		float dp[64], mean = 0;
		for (size_t j = 0; j < tokens; j++) {
			dp[j] = 0;
			for (size_t d = 0; d < width; d++) {
				dp[j] += dout[i * width + d] * v[j * width + d];
				dv[j * width + d] += p[i * tokens + j] * dout[i * width + d];
			}
			mean += p[i * tokens + j] * dp[j];
		}
		for (size_t j = 0; j < tokens; j++) {
			float ds = p[i * tokens + j] * (dp[j] - mean) / sqrtf((float)width);
			for (size_t d = 0; d < width; d++) {
				dq[i * width + d] += ds * k[j * width + d];
				dk[j * width + d] += ds * q[i * width + d];
			}
		}
	}
}
