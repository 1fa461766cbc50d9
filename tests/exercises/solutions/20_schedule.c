/* A solution of exercise 20: warm-up and decay.
 *
 * The learning rate of step 0 … total-1: it grows in a straight line from 0 to `most` over the first warmup steps, and falls in a straight line to 0 at total. */
#include "tests/exercises/exercises.h"

double exercise_schedule(double most, long step, long warmup, long total)
{
	return step < warmup ? most * (double)step / (double)warmup : most * (double)(total - step) / (double)(total - warmup);
}
