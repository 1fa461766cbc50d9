/* Exercise 22: the loss of replaced-token detection. See docs/pretraining.md; `make exercise-22` checks it.
 *
 * z (tokens): above 0 means "replaced". L is the mean over the tokens of -ln σ(z) where replaced, -ln(1 - σ(z)) where not; dz = ∂L/∂z. z = 100 must give no infinity. */
#include "tests/exercises/exercises.h"

double exercise_replaced_loss(float *dz, const float *z, const unsigned char *replaced, size_t tokens)
{
	for (size_t t = 0; t < tokens; t++)
		dz[t] = z[t] * 0 + (float)replaced[t] * 0; /* here */
	return 0;
}
