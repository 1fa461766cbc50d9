/* loss.c - binary cross-entropy, focal loss and the asymmetric losses, each with its derivative. */
#include "nn/loss.h"

#include <string.h>

#include "kernels/math.h"

#define ROW(kind, name, what) [kind] = name,
static const char *const names[NCH_LOSS_KINDS] = {NCH_LOSSES(ROW)};

nch_loss_shape nch_loss_shape_default(nch_loss_kind kind)
{
	return (nch_loss_shape){.focal_alpha = 0.25, .focal_gamma = 2.0, .gamma_neg = 4.0, .gamma_pos = kind == NCH_LOSS_ASL_SINGLE ? 0.0 : 1.0,
	                        .clip = 0.05};
}

const char *nch_loss_name(nch_loss_kind kind)
{
	return names[kind];
}

bool nch_loss_find(const char *name, nch_loss_kind *kind)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0) {
			*kind = (nch_loss_kind)i;
			return true;
		}
	return false;
}

bool nch_loss_has_cells(nch_loss_kind kind)
{
	return kind == NCH_LOSS_BCE || kind == NCH_LOSS_FOCAL || kind == NCH_LOSS_ASL;
}

double nch_loss_smooth(double y, double smoothing)
{
	return y * (1.0 - smoothing) + 0.5 * smoothing;
}

/* base^exponent for base >= 0, with 0^0 = 1. */
static double power(double base, double exponent)
{
	return exponent == 0.0 ? 1.0 : base > 0.0 ? nch_exp(exponent * nch_log(base)) : 0.0;
}

/* Its derivative by base; 0 at base 0, where it may have none. */
static double power_slope(double base, double exponent)
{
	return base > 0.0 && exponent != 0.0 ? exponent * power(base, exponent - 1.0) : 0.0;
}

/* p, q = 1 - p, -ln p and -ln q of a logit, none of them by a difference that loses digits. */
typedef struct cell {
	double p, q, minus_log_p, minus_log_q;
} cell;

static cell look_at(double z)
{
	double e = nch_exp(z > 0.0 ? -z : z), tail = nch_log(1.0 + e); /* ln(1 + e^-|z|) */
	double large = 1.0 / (1.0 + e), small = e / (1.0 + e);
	if (z > 0.0)
		return (cell){large, small, tail, tail + z};
	return (cell){small, large, tail - z, tail};
}

static double focal(const nch_loss_shape *shape, const cell *c, double y, double w, double *slope)
{
	double value = w * y * c->minus_log_p + (1.0 - y) * c->minus_log_q;
	double value_slope = (1.0 - y) * c->p - w * y * c->q;
	double miss = y * c->q + (1.0 - y) * c->p;                /* 1 - P */
	double miss_slope = c->p * c->q * (1.0 - 2.0 * y);
	double a = shape->focal_alpha < 0.0 ? 1.0 : shape->focal_alpha * y + (1.0 - shape->focal_alpha) * (1.0 - y);
	double factor = power(miss, shape->focal_gamma);
	*slope = a * (factor * value_slope + power_slope(miss, shape->focal_gamma) * miss_slope * value);
	return a * factor * value;
}

static double asymmetric(const nch_loss_shape *shape, const cell *c, double y, double w, double *slope)
{
	double over = c->p - shape->clip;                         /* 1 - r: what an easy negative is forgiven */
	bool clipped = shape->clip > 0.0;
	if (over < 0.0)
		over = 0.0;
	double minus_log_r = clipped ? -nch_log(1.0 - over) : c->minus_log_q;
	double r_slope = over > 0.0 ? -c->p * c->q : 0.0;
	double value = w * y * c->minus_log_p + (1.0 - y) * minus_log_r;
	double negative_slope = clipped ? -r_slope / (1.0 - over) : c->p;
	double miss = y * c->q + (1.0 - y) * over;                /* 1 - P */
	double gamma = shape->gamma_pos * y + shape->gamma_neg * (1.0 - y);
	double factor = power(miss, gamma);
	*slope = factor * ((1.0 - y) * negative_slope - w * y * c->q);
	if (shape->whole_gradient)
		*slope += power_slope(miss, gamma) * value * (-y * c->p * c->q - (1.0 - y) * r_slope);
	return factor * value;
}

double nch_loss_cell(nch_loss_kind kind, const nch_loss_shape *shape, double z, double y, double w, double *slope)
{
	cell c = look_at(z);
	if (kind == NCH_LOSS_FOCAL)
		return focal(shape, &c, y, w, slope);
	if (kind == NCH_LOSS_ASL)
		return asymmetric(shape, &c, y, w, slope);
	*slope = (1.0 - y) * c.p - w * y * c.q;
	return w * y * c.minus_log_p + (1.0 - y) * c.minus_log_q;
}

double nch_loss_asl_single(const nch_loss_shape *shape, const float *z, size_t classes, int32_t target, const float *goals, const float *weight,
                           double smoothing, double *slopes)
{
	double top = (double)z[0], sum = 0.0, value = 0.0, slope_sum = 0.0;
	for (size_t c = 1; c < classes; c++)
		top = (double)z[c] > top ? (double)z[c] : top;
	for (size_t c = 0; c < classes; c++)
		sum += nch_exp((double)z[c] - top);
	double log_sum = top + nch_log(sum);
	for (size_t c = 0; c < classes; c++) {
		bool positive = goals != NULL ? goals[c] > 0.5f : c == (size_t)target;
		double log_p = (double)z[c] - log_sum, p = nch_exp(log_p), gamma = positive ? shape->gamma_pos : shape->gamma_neg;
		double y = (weight ? (double)weight[c] : 1.0) * ((positive ? 1.0 - smoothing : 0.0) + smoothing / (double)classes);
		double miss = positive ? 1.0 - p : p; /* 1 - P */
		double factor = power(miss, gamma);
		value -= y * factor * log_p;
		if (slopes != NULL) { /* by ln p(c) for now */
			slopes[c] = -y * (factor + log_p * power_slope(miss, gamma) * (positive ? -p : p));
			slope_sum += slopes[c];
		}
	}
	for (size_t c = 0; slopes != NULL && c < classes; c++) /* d ln p(c) / d z(j) = [c = j] - p(j) */
		slopes[c] -= nch_exp((double)z[c] - log_sum) * slope_sum;
	return value;
}
