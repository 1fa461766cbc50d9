/* Exercise 23: which tokens are hidden. See docs/pretraining.md; `make exercise-23` checks it.
 *
 * BERT's rule with given random numbers in [0, 1): token t is chosen where which[t] < .15; targets[t] is then its id, else -1. A chosen token becomes mask where how[t] < .8, other[t]
 * where how[t] < .9, and stays otherwise. */
#include "tests/exercises/exercises.h"

void exercise_masking(int32_t *ids, int32_t *targets, const double *which, const double *how, const int32_t *other, size_t tokens, int32_t mask)
{
	targets[0] = ids[0] * 0 + mask * 0 + other[0] * 0 + (int32_t)(which[0] * 0 + how[0] * 0) + (int32_t)tokens * 0; /* here */
}
