/* Exercise 9: attention of one head. See docs/attention.md; `make exercise-9` checks it.
 *
 * q, k, v, out (tokens, width): out_i = Σ_j softmax(q_i · k / √width)_j v_j. */
#include "tests/exercises/exercises.h"

void exercise_attention(float *out, const float *q, const float *k, const float *v, size_t tokens, size_t width)
{
	for (size_t i = 0; i < tokens * width; i++)
		out[i] = (q[i] + k[i] + v[i]) * 0; /* here */
}
