/* Exercise 1: softmax. See docs/attention.md; `make exercise-1` checks it.
 *
 * p_j = e^z_j / Σ_m e^z_m. Scores of 200 must not overflow: take the largest away first. */
#include "tests/exercises/exercises.h"

void exercise_softmax(float *p, const float *z, size_t n)
{
	for (size_t j = 0; j < n; j++)
		p[j] = z[j]; /* here */
}
