/* logistic_passes.c - from features to rows, what the rows make of it, and back to the features. */
#include <string.h>

#include "kernels/math.h"
#include "ngram/logistic_private.h"

void nch_logistic_sum(const nch_logistic_work *w, size_t runs, size_t which, double *to)
{
	memset(to, 0, w->wide * sizeof *to);
	for (size_t run = 0; run < runs; run++)
		for (size_t c = 0; c < w->wide; c++)
			to[c] += w->run_sums[(2 * run + which) * w->wide + c];
	double sum = 0.0;
	for (size_t c = 0; c < w->wide; c++)
		sum += to[c];
	for (size_t c = 0; w->p->softmax && c < w->wide; c++)
		to[c] = sum;
}

/* Two doubles at once, by the compilers' own vectors: each is a chain of its own, so that no bit depends on it. */
typedef double pair __attribute__((vector_size(16)));

static inline pair load_pair(const double *at)
{
	pair p;
	memcpy(&p, at, sizeof p);
	return p;
}

static inline void store_pair(double *at, pair p) { memcpy(at, &p, sizeof p); }

/* A line of a matrix: its cells. */
typedef struct cells {
	const uint32_t *column;
	const float *value;
	size_t count;
	bool squared;
} cells;

static inline double cell_value(const cells *c, size_t i)
{
	double x = (double)c->value[i];
	return c->squared ? x * x : x;
}

/* to (1) += Σ value · v. Four chains, each of every fourth cell, so that an addition need not wait for the one before it. */
static void add_narrow(cells c, const double *v, double *to)
{
	double sum[4] = {0.0, 0.0, 0.0, 0.0};
	size_t i = 0;
	for (; i + 4 <= c.count; i += 4)
		for (size_t l = 0; l < 4; l++)
			sum[l] += cell_value(&c, i + l) * v[c.column[i + l]];
	for (size_t l = 0; i < c.count; i++, l++)
		sum[l] += cell_value(&c, i) * v[c.column[i]];
	*to += (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

/* to (4) += Σ value · v, the cells in ascending order */
static void add_four(cells c, const double *v, double *to)
{
	pair a = load_pair(to), b = load_pair(to + 2);
	for (size_t i = 0; i < c.count; i++) {
		const double *line = v + 4 * (size_t)c.column[i], x = cell_value(&c, i);
		const pair xx = {x, x};
		a += xx * load_pair(line);
		b += xx * load_pair(line + 2);
	}
	store_pair(to, a);
	store_pair(to + 2, b);
}

/* The same for eight columns of lines of `wide` numbers. */
static inline void add_eight(cells c, const double *v, size_t wide, double *to)
{
	pair a = load_pair(to), b = load_pair(to + 2), d = load_pair(to + 4), e = load_pair(to + 6);
	for (size_t i = 0; i < c.count; i++) {
		const double *line = v + wide * (size_t)c.column[i], x = cell_value(&c, i);
		const pair xx = {x, x};
		a += xx * load_pair(line);
		b += xx * load_pair(line + 2);
		d += xx * load_pair(line + 4);
		e += xx * load_pair(line + 6);
	}
	store_pair(to, a);
	store_pair(to + 2, b);
	store_pair(to + 4, d);
	store_pair(to + 6, e);
}

/* to (wide) += Σ value · v over a line's cells */
static void add_cells(const nch_sparse *x, size_t line, bool squared, const double *v, size_t wide, double *to)
{
	const size_t at = x->starts[line];
	const cells c = {x->column + at, x->value + at, x->starts[line + 1] - at, squared};
	if (wide == 1)
		add_narrow(c, v, to);
	else if (wide == 4)
		add_four(c, v, to);
	else if (wide == 8)
		add_eight(c, v, 8, to);
	else
		for (size_t part = 0; part < wide; part += 8)
			add_eight(c, v + part, wide, to + part);
}

static size_t end_of_run(const nch_logistic_work *w, size_t run)
{
	return (run + 1) * NCH_ROW_RUN < w->rows ? (run + 1) * NCH_ROW_RUN : w->rows;
}

static void rows_task(void *context, size_t run, size_t thread)
{
	nch_logistic_work *w = context;
	(void)thread;
	const double *bias = w->from + w->features * w->wide;
	for (size_t row = run * NCH_ROW_RUN; row < end_of_run(w, run); row++) {
		double *to = w->to + row * w->wide;
		memcpy(to, bias, w->wide * sizeof *to);
		add_cells(w->p->x, row, false, w->from, w->wide, to);
	}
}

void nch_logistic_rows(nch_logistic_work *w, const double *from, double *to)
{
	w->from = from;
	w->to = to;
	nch_pool_run(w->pool, w->row_runs, rows_task, w);
}

static void features_task(void *context, size_t run, size_t thread)
{
	nch_logistic_work *w = context;
	(void)thread;
	for (size_t feature = w->runs[run]; feature < w->runs[run + 1]; feature++) {
		double *to = w->to + feature * w->wide;
		if (w->from != NULL)
			memcpy(to, w->from + feature * w->wide, w->wide * sizeof *to);
		for (size_t c = 0; w->from == NULL && c < w->wide; c++)
			to[c] = 1.0;
		add_cells(&w->xt, feature, w->squared, w->back, w->wide, to);
	}
}

void nch_logistic_features(nch_logistic_work *w, const double *from, double *to)
{
	w->from = from;
	w->to = to;
	w->squared = from == NULL;
	nch_pool_run(w->pool, w->run_count, features_task, w);
	double *bias = to + w->features * w->wide;
	memset(bias, 0, w->wide * sizeof *bias);
	for (size_t run = 0; run < w->row_runs; run++)
		for (size_t c = 0; c < w->k; c++)
			bias[c] += w->bias_sums[run * w->wide + c];
}

/* --- what the rows make of it --- */

static double row_scale(const nch_logistic_work *w, size_t row) { return w->p->row_weight != NULL ? w->p->row_weight[row] : 1.0; }
static double goal(const nch_logistic_work *w, size_t row, size_t c) { return (double)w->p->goals[row * w->p->outputs + w->first + c]; }
static double positive(const nch_logistic_work *w, size_t c) { return w->p->positive_weight != NULL ? w->p->positive_weight[w->first + c] : 1.0; }

/* -ln p of a softmax; z (k) becomes p */
static double softmax_loss(double *z, size_t k, int32_t label)
{
	double most = z[0], sum = 0.0;
	for (size_t c = 1; c < k; c++)
		most = z[c] > most ? z[c] : most;
	double right = z[label] - most;
	for (size_t c = 0; c < k; c++)
		sum += z[c] = nch_exp(z[c] - most);
	for (size_t c = 0; c < k; c++)
		z[c] /= sum;
	return nch_log(sum) - right;
}

/* ln(1 + e^z), and *p = 1 / (1 + e^-z), without overflow */
static double soft_plus(double z, double *p)
{
	double e = nch_exp(z < 0.0 ? z : -z); /* e^-|z| <= 1 */
	*p = z < 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e);
	return (z > 0.0 ? z : 0.0) + nch_log(1.0 + e);
}

/* The sigmoid's loss in one output. */
static double sigmoid_loss(const nch_logistic_work *w, size_t row, size_t c, double z, double *p)
{
	double y = goal(w, row, c), plus = soft_plus(z, p); /* -ln(1 - p); and -ln p = plus - z */
	return positive(w, c) * y * (plus - z) + (1.0 - y) * plus;
}

static void losses_task(void *context, size_t run, size_t thread)
{
	nch_logistic_work *w = context;
	(void)thread;
	double *sum = w->run_sums + 2 * run * w->wide;
	memset(sum, 0, w->wide * sizeof *sum);
	for (size_t row = run * NCH_ROW_RUN; row < end_of_run(w, run); row++) {
		const double *z = w->z + row * w->wide, *along = w->along + row * w->wide, scale = row_scale(w, row);
		double *p = w->probability + row * w->wide;
		for (size_t c = 0; c < w->k; c++) {
			if (!w->going[c])
				continue;
			double at = z[c] + w->step[c] * along[c];
			if (w->p->softmax)
				p[c] = at;
			else
				sum[c] += scale * sigmoid_loss(w, row, c, at, &p[c]);
		}
		if (w->p->softmax && w->going[0])
			sum[0] += scale * softmax_loss(p, w->k, w->p->label[row]);
	}
}

void nch_logistic_losses(nch_logistic_work *w)
{
	nch_pool_run(w->pool, w->row_runs, losses_task, w);
	nch_logistic_sum(w, w->row_runs, 0, w->loss);
}

static void move_task(void *context, size_t run, size_t thread)
{
	nch_logistic_work *w = context;
	(void)thread;
	for (size_t row = run * NCH_ROW_RUN; row < end_of_run(w, run); row++)
		for (size_t c = 0; c < w->k; c++)
			w->z[row * w->wide + c] += w->step[c] * w->along[row * w->wide + c];
}

void nch_logistic_move(nch_logistic_work *w) { nch_pool_run(w->pool, w->row_runs, move_task, w); }

/* Where a run of rows adds up what it gives to the biases (wide), at 0. */
static double *fresh_bias(nch_logistic_work *w, size_t run)
{
	double *bias = w->bias_sums + run * w->wide;
	memset(bias, 0, w->wide * sizeof *bias);
	return bias;
}

static void slopes_task(void *context, size_t run, size_t thread)
{
	nch_logistic_work *w = context;
	(void)thread;
	double *bias = fresh_bias(w, run);
	for (size_t row = run * NCH_ROW_RUN; row < end_of_run(w, run); row++) {
		const double *p = w->probability + row * w->wide, scale = w->p->c * row_scale(w, row);
		double *back = w->back + row * w->wide, *curvature = w->curvature + row * w->wide;
		for (size_t c = 0; c < w->k; c++) {
			if (w->p->softmax) {
				back[c] = scale * (p[c] - ((size_t)w->p->label[row] == c ? 1.0 : 0.0));
				curvature[c] = scale * p[c];
			} else {
				double no = 1.0 - goal(w, row, c), yes = positive(w, c) * goal(w, row, c);
				back[c] = scale * (no * p[c] - yes * (1.0 - p[c]));
				curvature[c] = scale * (no + yes) * p[c] * (1.0 - p[c]); /* d²ℓ/dz² */
			}
			bias[c] += back[c];
		}
	}
}

void nch_logistic_slopes(nch_logistic_work *w) { nch_pool_run(w->pool, w->row_runs, slopes_task, w); }

static void diagonal_task(void *context, size_t run, size_t thread)
{
	nch_logistic_work *w = context;
	(void)thread;
	double *bias = fresh_bias(w, run);
	for (size_t row = run * NCH_ROW_RUN; row < end_of_run(w, run); row++) {
		const double *p = w->probability + row * w->wide, *curvature = w->curvature + row * w->wide;
		double *back = w->back + row * w->wide;
		for (size_t c = 0; c < w->k; c++)
			bias[c] += back[c] = w->p->softmax ? curvature[c] * (1.0 - p[c]) : curvature[c];
	}
}

void nch_logistic_diagonal(nch_logistic_work *w) { nch_pool_run(w->pool, w->row_runs, diagonal_task, w); }

static void curve_task(void *context, size_t run, size_t thread)
{
	nch_logistic_work *w = context;
	(void)thread;
	double *bias = fresh_bias(w, run);
	for (size_t row = run * NCH_ROW_RUN; row < end_of_run(w, run); row++) {
		const double *p = w->probability + row * w->wide, *curvature = w->curvature + row * w->wide;
		double *u = w->back + row * w->wide, mean = 0.0;
		for (size_t c = 0; w->p->softmax && c < w->k; c++)
			mean += p[c] * u[c];
		for (size_t c = 0; c < w->k; c++)
			bias[c] += u[c] = curvature[c] * (u[c] - mean);
	}
}

void nch_logistic_curve(nch_logistic_work *w) { nch_pool_run(w->pool, w->row_runs, curve_task, w); }
