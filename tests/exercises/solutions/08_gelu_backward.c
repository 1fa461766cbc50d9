/* A solution of exercise 8: the gradient of GELU.
 *
 * f(x) = x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2. dx = dy · f'(x); the derivative of Φ is e^(-x²/2) / √(2π). */
#include "tests/exercises/exercises.h"

#include <math.h>

void exercise_gelu_backward(float *dx, const float *dy, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float phi = expf(-0.5f * x[i] * x[i]) * 0.3989422804f;
		dx[i] = dy[i] * (0.5f * (1 + erff(x[i] * 0.7071067812f)) + x[i] * phi);
	}
}
