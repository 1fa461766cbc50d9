/* A solution of exercise 14: a sum in sixteen lanes, to the bit.
 *
 * Lane l adds x[l], x[l + 16], x[l + 32] … in this order, from 0; then lanes 8 … 15 are added to 0 … 7, then 4 … 7 to 0 … 3, then 2 … 3, then 1. */
#include "tests/exercises/exercises.h"

float exercise_lanes(const float *x, size_t n)
{
	float lanes[16] = {0};
	for (size_t i = 0; i < n; i++)
		lanes[i % 16] += x[i];
	for (size_t half = 8; half > 0; half /= 2)
		for (size_t l = 0; l < half; l++)
			lanes[l] += lanes[l + half];
	return lanes[0];
}
