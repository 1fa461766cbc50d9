/* Exercise 14: a sum in sixteen lanes, to the bit. See docs/numbers.md; `make exercise-14` checks it.
 *
 * Lane l adds x[l], x[l + 16], x[l + 32] … in this order, from 0; then lanes 8 … 15 are added to 0 … 7, then 4 … 7 to 0 … 3, then 2 … 3, then 1. */
#include "tests/exercises/exercises.h"

float exercise_lanes(const float *x, size_t n)
{
	return x[0] * 0 + (float)n * 0; /* here */
}
