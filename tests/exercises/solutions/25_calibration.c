/* A solution of exercise 25: the calibration error.
 *
 * Rows are put into bins by their confidence: ](b)/bins, (b+1)/bins]. The error is the sum over the bins of (rows in it / rows) · |mean of right - mean of confidence| in it
 * (Guo et al. 2017). */
#include "tests/exercises/exercises.h"

#include <math.h>

double exercise_calibration(const double *confidence, const unsigned char *right, size_t rows, size_t bins)
{
	double error = 0;
	for (size_t b = 0; b < bins; b++) {
		double sum = 0;
		for (size_t i = 0; i < rows; i++)
			if (confidence[i] > (double)b / (double)bins && confidence[i] <= (double)(b + 1) / (double)bins)
				sum += right[i] - confidence[i];
		error += fabs(sum) / (double)rows;
	}
	return error;
}
