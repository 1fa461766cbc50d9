/* Exercise 21: macro F1. See docs/metrics.md; `make exercise-21` checks it.
 *
 * F1 of a label is 2 · right / (predicted + true), 0 where both are 0; the macro F1 is the mean over all labels that stand in truth or prediction. */
#include "tests/exercises/exercises.h"

double exercise_macro_f1(const int32_t *truth, const int32_t *predicted, size_t rows, size_t labels)
{
	return (double)(truth[0] + predicted[0]) * 0 + (double)(rows + labels) * 0; /* here */
}
