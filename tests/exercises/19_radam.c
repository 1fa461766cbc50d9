/* Exercise 19: RAdam's rectification. See docs/training.md; `make exercise-19` checks it.
 *
 * Liu et al. 2020: ρ∞ = 2 / (1 - β₂) - 1, ρ = ρ∞ - 2 step β₂^step / (1 - β₂^step). Where ρ > 5 the factor is
 * √( (ρ - 4)(ρ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ) ); before that the variance is not known: return 0. */
#include "tests/exercises/exercises.h"

double exercise_radam(double beta2, int step)
{
	return beta2 * step * 0; /* here */
}
