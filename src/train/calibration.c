/* calibration.c - the slope of a convex function, and where it is nothing. */
#include "train/calibration.h"

#include "kernels/math.h"

/* What is summed over. */
typedef struct rows_of_logits {
	const float *logits, *goals;
	const int32_t *label;
	size_t rows, labels, which; /* which: the label whose temperature it is, for several labels a row */
} rows_of_logits;

/* d/db of -ln softmax(b z)_y: the mean logit under the softmax, less the right one. */
static double slope_of_row(const float *z, size_t labels, int32_t right, double b)
{
	double most = b * (double)z[0], sum = 0.0, mean = 0.0;
	for (size_t c = 1; c < labels; c++)
		most = b * (double)z[c] > most ? b * (double)z[c] : most;
	for (size_t c = 0; c < labels; c++) {
		double e = nch_exp(b * (double)z[c] - most);
		sum += e;
		mean += e * (double)z[c];
	}
	return mean / sum - (double)z[right];
}

static double slope_single(const rows_of_logits *r, double b)
{
	double sum = 0.0;
	for (size_t i = 0; i < r->rows; i++)
		sum += slope_of_row(r->logits + i * r->labels, r->labels, r->label[i], b);
	return sum;
}

/* d/db of the sigmoid's loss: z (σ(b z) - y) */
static double slope_multi(const rows_of_logits *r, double b)
{
	double sum = 0.0;
	for (size_t i = 0; i < r->rows; i++) {
		double z = (double)r->logits[i * r->labels + r->which], y = (double)r->goals[i * r->labels + r->which];
		double e = nch_exp(b * z < 0.0 ? b * z : -b * z), p = b * z < 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e);
		sum += z * (p - y);
	}
	return sum;
}

/* The slope rises with b. */
static double find_temperature(const rows_of_logits *r, double (*slope)(const rows_of_logits *, double))
{
	double low = 1.0 / NCH_TEMPERATURE_MOST, high = 1.0 / NCH_TEMPERATURE_LEAST;
	for (int i = 0; i < 60; i++) {
		double middle = 0.5 * (low + high);
		if (slope(r, middle) <= 0.0) /* nothing: what is left of the loss is rounding, so the rows are wholly right there */
			low = middle;
		else
			high = middle;
	}
	return 1.0 / (0.5 * (low + high));
}

double nch_temperature_single(const float *logits, const int32_t *label, size_t rows, size_t labels)
{
	const rows_of_logits r = {.logits = logits, .label = label, .rows = rows, .labels = labels};
	return find_temperature(&r, slope_single);
}

void nch_temperature_multi(const float *logits, const float *goals, size_t rows, size_t labels, float *temperatures)
{
	rows_of_logits r = {.logits = logits, .goals = goals, .rows = rows, .labels = labels};
	for (r.which = 0; r.which < labels; r.which++)
		temperatures[r.which] = (float)find_temperature(&r, slope_multi);
}
