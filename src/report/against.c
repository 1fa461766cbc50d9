/* against.c - McNemar's test and a bootstrap. */
#include "report/against.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "kernels/math.h"

double nch_mcnemar(size_t only_first, size_t only_second)
{
	size_t n = only_first + only_second, least = only_first < only_second ? only_first : only_second;
	/* terms of the binomial from the middle down would underflow for large n: each is kept as a logarithm, ln C(n, i) + n ln ½ */
	double term = (double)n * nch_log(0.5), sum = 0.0;
	for (size_t i = 0; i <= least; i++) {
		sum += nch_exp(term);
		if (i < n)
			term += nch_log((double)(n - i)) - nch_log((double)(i + 1));
	}
	return 2.0 * sum < 1.0 ? 2.0 * sum : 1.0;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The difference of one sample of rows, drawn with replacement. */
static double one_draw(const signed char *difference, size_t rows, uint64_t seed, uint32_t draw)
{
	int64_t sum = 0;
	for (size_t i = 0; i < rows; i++)
		sum += difference[nch_random_below(seed, NCH_RANDOM_SAMPLE, draw, i, (uint32_t)rows)];
	return (double)sum / (double)rows;
}

nch_status nch_against_make(const bool *right_first, const bool *right_second, size_t rows, size_t draws, uint64_t seed, nch_against *a,
                            nch_error *error)
{
	*a = (nch_against){.rows = rows, .draws = draws};
	if (rows == 0 || rows > UINT32_MAX || draws == 0)
		return nch_fail(error, NCH_DATA, "two models are set against each other on 1 to %u rows", UINT32_MAX);
	signed char *difference = nch_alloc(rows, 1);
	double *drawn = nch_alloc(draws, sizeof *drawn);
	if (difference == NULL || drawn == NULL) {
		nch_free(difference);
		nch_free(drawn);
		return nch_no_memory(error);
	}
	for (size_t i = 0; i < rows; i++) {
		a->both += right_first[i] && right_second[i];
		a->only_first += right_first[i] && !right_second[i];
		a->only_second += !right_first[i] && right_second[i];
		a->neither += !right_first[i] && !right_second[i];
		difference[i] = (signed char)((int)right_first[i] - (int)right_second[i]);
	}
	a->first = (double)(a->both + a->only_first) / (double)rows;
	a->second = (double)(a->both + a->only_second) / (double)rows;
	a->p = nch_mcnemar(a->only_first, a->only_second);
	for (size_t d = 0; d < draws; d++)
		drawn[d] = one_draw(difference, rows, seed, (uint32_t)d);
	qsort(drawn, draws, sizeof *drawn, compare_doubles);
	a->low = drawn[(size_t)(0.025 * (double)(draws - 1) + 0.5)];
	a->high = drawn[(size_t)(0.975 * (double)(draws - 1) + 0.5)];
	nch_free(difference);
	nch_free(drawn);
	return NCH_OK;
}

static void add_line(nch_buffer *out, const char *name, size_t width, double accuracy)
{
	nch_buffer_text(out, name);
	for (size_t columns = nch_utf8_columns(name, strlen(name)); columns < width; columns++)
		nch_buffer_byte(out, ' ');
	nch_buffer_printf(out, "  accuracy %.4f\n", accuracy);
}

void nch_against_text(const nch_against *a, const char *first, const char *second, nch_buffer *out)
{
	size_t one = nch_utf8_columns(first, strlen(first)), other = nch_utf8_columns(second, strlen(second));
	add_line(out, first, one > other ? one : other, a->first);
	add_line(out, second, one > other ? one : other, a->second);
	nch_buffer_printf(out, "rows: both right %zu, only the first %zu, only the second %zu, neither %zu\n", a->both, a->only_first, a->only_second, a->neither);
	nch_buffer_printf(out, "difference %+.4f, 95 %% of %zu bootstrap samples from %+.4f to %+.4f\n", a->first - a->second, a->draws, a->low, a->high);
	nch_buffer_printf(out, "McNemar's exact test: p = %.3g\n", a->p);
}

static void add_number(nch_buffer *out, const char *name, double number)
{
	nch_buffer_printf(out, ",\"%s\":", name);
	nch_json_write_double(out, number);
}

void nch_against_json(const nch_against *a, nch_buffer *out)
{
	nch_buffer_printf(out, "{\"rows\":%zu,\"both\":%zu,\"only_first\":%zu,\"only_second\":%zu,\"neither\":%zu", a->rows, a->both, a->only_first, a->only_second, a->neither);
	add_number(out, "accuracy_first", a->first);
	add_number(out, "accuracy_second", a->second);
	add_number(out, "difference", a->first - a->second);
	add_number(out, "low", a->low);
	add_number(out, "high", a->high);
	add_number(out, "p", a->p);
	nch_buffer_printf(out, ",\"draws\":%zu}", a->draws);
}
