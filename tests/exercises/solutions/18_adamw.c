/* A solution of exercise 18: a step of AdamW.
 *
 * β₁ = .9, β₂ = .999, ε = 1e-8; step counts from 1. m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g²; the weight is first multiplied by 1 - lr · decay, then goes down by
 * lr · m̂ / (√v̂ + ε), m̂ = m / (1 - β₁^step), v̂ = v / (1 - β₂^step). */
#include "tests/exercises/exercises.h"

#include <math.h>

void exercise_adamw(double *w, double *m, double *v, const double *g, size_t n, double lr, double decay, int step)
{
	for (size_t i = 0; i < n; i++) {
		m[i] = .9 * m[i] + .1 * g[i];
		v[i] = .999 * v[i] + .001 * g[i] * g[i];
		w[i] *= 1 - lr * decay;
		w[i] -= lr * m[i] / (1 - pow(.9, step)) / (sqrt(v[i] / (1 - pow(.999, step))) + 1e-8);
	}
}
