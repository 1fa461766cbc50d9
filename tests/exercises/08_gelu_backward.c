/* Exercise 8: the gradient of GELU. See docs/backward.md; `make exercise-8` checks it.
 *
 * f(x) = x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2. dx = dy · f'(x); the derivative of Φ is e^(-x²/2) / √(2π). */
#include "tests/exercises/exercises.h"

void exercise_gelu_backward(float *dx, const float *dy, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dx[i] = dy[i] * x[i] * 0; /* here */
}
