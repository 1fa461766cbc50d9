/* A solution of exercise 19: RAdam's rectification.
 *
 * Liu et al. 2020: ρ∞ = 2 / (1 - β₂) - 1, ρ = ρ∞ - 2 step β₂^step / (1 - β₂^step). Where ρ > 5 the factor is
 * √( (ρ - 4)(ρ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ) ); before that the variance is not known: return 0. */
#include "tests/exercises/exercises.h"

#include <math.h>

double exercise_radam(double beta2, int step)
{
	double most = 2 / (1 - beta2) - 1, power = pow(beta2, step), rho = most - 2 * step * power / (1 - power);
	return rho > 5 ? sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)) : 0;
}
