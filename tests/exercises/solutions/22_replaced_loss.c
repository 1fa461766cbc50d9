/* A solution of exercise 22: the loss of replaced-token detection.
 *
 * z (tokens): above 0 means "replaced". L is the mean over the tokens of -ln σ(z) where replaced, -ln(1 - σ(z)) where not; dz = ∂L/∂z. z = 100 must give no infinity. */
#include "tests/exercises/exercises.h"

#include <math.h>

double exercise_replaced_loss(float *dz, const float *z, const unsigned char *replaced, size_t tokens)
{
	double sum = 0;
	for (size_t t = 0; t < tokens; t++) {
		double x = (double)z[t], s = 1 / (1 + exp(-x)); /* -ln σ(x) = ln(1 + e^-x) = max(-x, 0) + ln(1 + e^-|x|) */
		double signed_x = replaced[t] ? x : -x;
		sum += (signed_x < 0 ? -signed_x : 0) + log1p(exp(-fabs(x)));
		dz[t] = (float)((s - replaced[t]) / (double)tokens);
	}
	return sum / (double)tokens;
}
