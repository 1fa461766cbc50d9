/* against.h - two models on the same rows: is the difference more than chance? */
#ifndef NCH_REPORT_AGAINST_H
#define NCH_REPORT_AGAINST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"

/* McNemar's test (1947) in its exact form: of the n = only_first + only_second rows that just one of two models has right, as many or more on the
 * larger side as were seen, twice, if both sides were equally likely: min(1, 2 Σ_{i <= min} C(n, i) / 2^n). */
double nch_mcnemar(size_t only_first, size_t only_second);

typedef struct nch_against {
	size_t rows, both, only_first, only_second, neither; /* rows that are right */
	double first, second;  /* accuracies */
	double p;              /* of nch_mcnemar */
	double low, high;      /* of the difference first - second: the middle 95 % of `draws` bootstrap samples (Efron 1979, percentile method) */
	size_t draws;
} nch_against;

/* right_first, right_second (rows): whether each has the row right. The samples are drawn by Philox from the seed: the same interval everywhere. */
nch_status nch_against_make(const bool *right_first, const bool *right_second, size_t rows, size_t draws, uint64_t seed, nch_against *against,
                            nch_error *error);

/* A small table for people, and a JSON object without a line break. */
void nch_against_text(const nch_against *against, const char *first, const char *second, nch_buffer *out);
void nch_against_json(const nch_against *against, nch_buffer *out);

#endif
