/* Exercise 25: the calibration error. See docs/metrics.md; `make exercise-25` checks it.
 *
 * Rows are put into bins by their confidence: ](b)/bins, (b+1)/bins]. The error is the sum over the bins of (rows in it / rows) · |mean of right - mean of confidence| in it
 * (Guo et al. 2017). */
#include "tests/exercises/exercises.h"

double exercise_calibration(const double *confidence, const unsigned char *right, size_t rows, size_t bins)
{
	return confidence[0] * 0 + right[0] * 0 + (double)(rows + bins) * 0; /* here */
}
