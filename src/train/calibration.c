/* calibration.c - the least value of convex functions of one number, and of two. */
#include "train/calibration.h"

#include <math.h>

#include "kernels/math.h"

/* What is summed over. */
typedef struct rows_of_logits {
	const float *logits, *goals;
	const int32_t *label;
	size_t rows, labels, which; /* which: the label that it is about, for several labels a row */
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

/* The slope rises with b. */
static double find_temperature(const rows_of_logits *r)
{
	double low = 1.0 / NCH_TEMPERATURE_MOST, high = 1.0 / NCH_TEMPERATURE_LEAST;
	for (int i = 0; i < 60; i++) {
		double middle = 0.5 * (low + high);
		if (slope_single(r, middle) <= 0.0) /* nothing: what is left of the loss is rounding, so the rows are wholly right there */
			low = middle;
		else
			high = middle;
	}
	return 1.0 / (0.5 * (low + high));
}

double nch_temperature_single(const float *logits, const int32_t *label, size_t rows, size_t labels)
{
	const rows_of_logits r = {.logits = logits, .label = label, .rows = rows, .labels = labels};
	return find_temperature(&r);
}

/* --- several labels: σ(a z + d) --- */

typedef struct line {
	double a, d;
} line;

/* The loss of one label at a line, with its slopes and curvatures by a and d. */
typedef struct landscape {
	double loss, by_a, by_d, aa, ad, dd;
} landscape;

static landscape look_around(const rows_of_logits *r, const double goal[2], line at)
{
	landscape l = {0};
	for (size_t i = 0; i < r->rows; i++) {
		double z = (double)r->logits[i * r->labels + r->which], t = goal[r->goals[i * r->labels + r->which] >= 0.5f];
		double u = at.a * z + at.d, e = nch_exp(u < 0.0 ? u : -u), p = u < 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e), w = p * (1.0 - p);
		l.loss += (u > 0.0 ? u : 0.0) + nch_log(1.0 + e) - t * u;
		l.by_a += (p - t) * z;
		l.by_d += p - t;
		l.aa += w * z * z;
		l.ad += w * z;
		l.dd += w;
	}
	return l;
}

/* Newton's step, shortened until the loss falls; false: it does not fall any more. free: a may change, too. */
static bool newton_step(const rows_of_logits *r, const double goal[2], bool free, line *at, landscape *here)
{
	const double aa = here->aa + 1e-10, dd = here->dd + 1e-10, det = aa * dd - here->ad * here->ad;
	line step = {0.0, -here->by_d / dd};
	if (free)
		step = (line){-(dd * here->by_a - here->ad * here->by_d) / det, -(aa * here->by_d - here->ad * here->by_a) / det};
	const double slope = step.a * here->by_a + step.d * here->by_d;
	for (double length = 1.0; length > 1e-10; length *= 0.5) {
		line there = {at->a + length * step.a, at->d + length * step.d};
		landscape l = look_around(r, goal, there);
		if (l.loss < here->loss + 1e-4 * length * slope) {
			*at = there;
			*here = l;
			return true;
		}
	}
	return false;
}

static line least_loss(const rows_of_logits *r, const double goal[2], bool free, line from)
{
	landscape here = look_around(r, goal, from);
	for (int i = 0; i < 100 && newton_step(r, goal, free, &from, &here); i++)
		if (fabs(here.by_d) + (free ? fabs(here.by_a) : 0.0) < 1e-9 * (double)r->rows)
			break;
	return from;
}

/* Of the label r->which. Where the logits tell nothing, or the contrary, the temperature is the greatest there is, and the bias says how frequent the
 * label is. */
static line find_line(const rows_of_logits *r)
{
	double with = 0.0;
	for (size_t i = 0; i < r->rows; i++)
		with += r->goals[i * r->labels + r->which] >= 0.5f;
	const double goal[2] = {1.0 / ((double)r->rows - with + 2.0), (with + 1.0) / (with + 2.0)};
	line found = least_loss(r, goal, true, (line){1.0, 0.0});
	const double least = 1.0 / NCH_TEMPERATURE_MOST, most = 1.0 / NCH_TEMPERATURE_LEAST;
	if (found.a >= least && found.a <= most)
		return found;
	return least_loss(r, goal, false, (line){found.a < least ? least : most, 0.0});
}

void nch_calibrate_multi(const float *logits, const float *goals, size_t rows, size_t labels, float *temperatures, float *biases)
{
	rows_of_logits r = {.logits = logits, .goals = goals, .rows = rows, .labels = labels};
	for (r.which = 0; r.which < labels; r.which++) {
		const line found = find_line(&r);
		temperatures[r.which] = (float)(1.0 / found.a);
		biases[r.which] = (float)found.d;
	}
}
