/* A solution of exercise 9: attention of one head.
 *
 * q, k, v, out (tokens, width): out_i = Σ_j softmax(q_i · k / √width)_j v_j. */
#include "tests/exercises/exercises.h"

#include <math.h>

void exercise_attention(float *out, const float *q, const float *k, const float *v, size_t tokens, size_t width)
{
	for (size_t i = 0; i < tokens; i++) {
		float p[64], sum = 0, top = -1e30f;
		for (size_t j = 0; j < tokens; j++) {
			p[j] = 0;
			for (size_t d = 0; d < width; d++)
				p[j] += q[i * width + d] * k[j * width + d] / sqrtf((float)width);
			top = p[j] > top ? p[j] : top;
		}
		for (size_t j = 0; j < tokens; j++)
			sum += p[j] = expf(p[j] - top);
		for (size_t d = 0; d < width; d++) {
			out[i * width + d] = 0;
			for (size_t j = 0; j < tokens; j++)
				out[i * width + d] += p[j] / sum * v[j * width + d];
		}
	}
}
