/* A solution of exercise 1: softmax.
 *
 * p_j = e^z_j / Σ_m e^z_m. Scores of 200 must not overflow: take the largest away first. */
#include "tests/exercises/exercises.h"

#include <math.h>

void exercise_softmax(float *p, const float *z, size_t n)
{
	float top = z[0], sum = 0;
	for (size_t j = 1; j < n; j++)
		top = z[j] > top ? z[j] : top;
	for (size_t j = 0; j < n; j++)
		sum += p[j] = expf(z[j] - top);
	for (size_t j = 0; j < n; j++)
		p[j] /= sum;
}
