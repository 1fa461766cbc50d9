/* Exercise 10: the gradient of attention. See docs/attention.md; `make exercise-10` checks it.
 *
 * p (tokens, tokens) are the probabilities of exercise 9. dP = dout vᵀ, dv = pᵀ dout; the softmax (exercise 3); dq = dS k / √width, dk = dSᵀ q / √width. dq, dk, dv begin as zeros. */
#include "tests/exercises/exercises.h"

void exercise_attention_backward(float *dq, float *dk, float *dv, const float *dout, const float *p, const float *q, const float *k, const float *v, size_t tokens, size_t width)
{
	dq[0] = dk[0] = dv[0] = (dout[0] + p[0] + q[0] + k[0] + v[0] + (float)(tokens + width)) * 0; /* here */
}
