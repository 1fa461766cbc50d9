/* A solution of exercise 23: which tokens are hidden.
 *
 * BERT's rule with given random numbers in [0, 1): token t is chosen where which[t] < .15; targets[t] is then its id, else -1. A chosen token becomes mask where how[t] < .8, other[t]
 * where how[t] < .9, and stays otherwise. */
#include "tests/exercises/exercises.h"

void exercise_masking(int32_t *ids, int32_t *targets, const double *which, const double *how, const int32_t *other, size_t tokens, int32_t mask)
{
	for (size_t t = 0; t < tokens; t++) {
		targets[t] = which[t] < .15 ? ids[t] : -1;
		if (targets[t] >= 0)
			ids[t] = how[t] < .8 ? mask : how[t] < .9 ? other[t] : ids[t];
	}
}
