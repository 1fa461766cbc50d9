/* A solution of exercise 21: macro F1.
 *
 * F1 of a label is 2 · right / (predicted + true), 0 where both are 0; the macro F1 is the mean over all labels that stand in truth or prediction. */
#include "tests/exercises/exercises.h"

double exercise_macro_f1(const int32_t *truth, const int32_t *predicted, size_t rows, size_t labels)
{
	double sum = 0, count = 0;
	for (size_t c = 0; c < labels; c++) {
		size_t right = 0, given = 0;
		for (size_t i = 0; i < rows; i++) {
			right += truth[i] == (int32_t)c && predicted[i] == (int32_t)c;
			given += (truth[i] == (int32_t)c) + (predicted[i] == (int32_t)c);
		}
		sum += given > 0 ? 2.0 * (double)right / (double)given : 0;
		count += given > 0;
	}
	return sum / count;
}
