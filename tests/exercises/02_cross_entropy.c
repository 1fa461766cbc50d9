/* Exercise 2: the gradient of cross-entropy. See docs/backward.md; `make exercise-2` checks it.
 *
 * Returns L = -ln softmax(z)[label], and fills in dz = ∂L/∂z (n). */
#include "tests/exercises/exercises.h"

double exercise_cross_entropy(float *dz, const float *z, size_t n, size_t label)
{
	for (size_t c = 0; c < n; c++)
		dz[c] = z[c] * 0; /* here */
	return (double)label * 0;
}
