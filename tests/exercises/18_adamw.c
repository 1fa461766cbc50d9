/* Exercise 18: a step of AdamW. See docs/training.md; `make exercise-18` checks it.
 *
 * β₁ = .9, β₂ = .999, ε = 1e-8; step counts from 1. m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g²; the weight is first multiplied by 1 - lr · decay, then goes down by
 * lr · m̂ / (√v̂ + ε), m̂ = m / (1 - β₁^step), v̂ = v / (1 - β₂^step). */
#include "tests/exercises/exercises.h"

void exercise_adamw(double *w, double *m, double *v, const double *g, size_t n, double lr, double decay, int step)
{
	w[0] += (m[0] + v[0] + g[0] + lr + decay + (double)n + step) * 0; /* here */
}
