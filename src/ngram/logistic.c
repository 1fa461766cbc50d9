/* logistic.c - Newton's method with conjugate gradients. */
#include "ngram/logistic.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "ngram/logistic_private.h"

typedef nch_logistic_work work;

static const double SUFFICIENT = 1e-4; /* of the decrease that the slope promises (Armijo 1966) */
enum { MOST_STEPS = 100, MOST_PRODUCTS = 250, MOST_HALVINGS = 30, RUN_CELLS = 1 << 14 };

/* --- vectors --- */

static size_t line_runs(const work *w) { return (w->lines + NCH_LINE_RUN - 1) / NCH_LINE_RUN; }

/* The lines of a run, as places in a vector. */
static size_t run_begin(const work *w, size_t run) { return run * NCH_LINE_RUN * w->wide; }
static size_t run_end(const work *w, size_t run)
{
	size_t end = (run + 1) * NCH_LINE_RUN;
	return (end < w->lines ? end : w->lines) * w->wide;
}

/* Where a run leaves its two sums, at 0. */
static double *fresh_sums(work *w, size_t run)
{
	double *sums = w->run_sums + 2 * run * w->wide;
	memset(sums, 0, 2 * w->wide * sizeof *sums);
	return sums;
}

static void dot_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	double *sum = fresh_sums(w, run);
	for (size_t i = run_begin(w, run); i < run_end(w, run); i += w->wide)
		for (size_t c = 0; c < w->wide; c++)
			sum[c] += w->from[i + c] * w->to[i + c];
}

/* sum (wide) = a · b, the line of the biases with them or not */
static void dot(work *w, const double *a, double *b, bool biases, double *sum)
{
	w->from = a;
	w->to = b;
	w->lines = w->features + (biases ? 1 : 0);
	nch_pool_run(w->pool, line_runs(w), dot_task, w);
	nch_logistic_sum(w, line_runs(w), 0, sum);
	w->lines = w->features + 1;
}

/* direction += step conjugate; residual -= step product; scaled = residual / diagonal; sums: residual · scaled, residual · residual */
static void advance_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	double *rest = fresh_sums(w, run), *left = rest + w->wide;
	for (size_t i = run_begin(w, run); i < run_end(w, run); i += w->wide)
		for (size_t c = 0; c < w->wide; c++) {
			w->direction[i + c] += w->step[c] * w->conjugate[i + c];
			double r = w->residual[i + c] -= w->step[c] * w->product[i + c];
			double z = w->scaled[i + c] = r / w->diagonal[i + c];
			rest[c] += r * z;
			left[c] += r * r;
		}
}

/* conjugate = scaled + turn conjugate */
static void turn_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	for (size_t i = run_begin(w, run); i < run_end(w, run); i += w->wide)
		for (size_t c = 0; c < w->wide; c++)
			w->conjugate[i + c] = w->scaled[i + c] + w->turn[c] * w->conjugate[i + c];
}

/* w += step direction */
static void move_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	for (size_t i = run_begin(w, run); i < run_end(w, run); i += w->wide)
		for (size_t c = 0; c < w->wide; c++)
			w->w[i + c] += w->step[c] * w->direction[i + c];
}

/* --- conjugate gradients --- */

static double tolerance_of(const work *w) { return w->p->tolerance > 0.0 ? w->p->tolerance : 1e-6; }

static bool any(const work *w, const bool *list)
{
	bool found = false;
	for (size_t c = 0; c < w->wide; c++)
		found |= list[c];
	return found;
}

static void advance(work *w, double *rest)
{
	nch_pool_run(w->pool, line_runs(w), advance_task, w);
	nch_logistic_sum(w, line_runs(w), 0, rest);
	nch_logistic_sum(w, line_runs(w), 1, w->left);
}

/* How small a part of the gradient may be left: the smaller, the nearer the optimum is (superlinear: Nocedal & Wright 2006, (7.3)), but no smaller
 * than what it takes to be done. */
static double share_left(const work *w, double length)
{
	const double part = sqrt(length), done = 0.25 * tolerance_of(w) / length;
	double share = part < 0.1 ? part : 0.1;
	share = share < done ? done : share;
	return share < 0.5 ? share : 0.5;
}

/* At d = 0: the residual is -gradient. */
static void begin_solving(work *w)
{
	size_t size = w->lines * w->wide;
	memset(w->direction, 0, size * sizeof *w->direction);
	memset(w->conjugate, 0, size * sizeof *w->conjugate);
	memset(w->product, 0, size * sizeof *w->product);
	for (size_t i = 0; i < size; i++)
		w->residual[i] = -w->gradient[i];
	memset(w->step, 0, w->wide * sizeof *w->step);
	memset(w->turn, 0, w->wide * sizeof *w->turn);
	advance(w, w->rest); /* nothing but `scaled` and the first sums */
	for (size_t c = 0; c < w->wide; c++) {
		double share = w->length[c] > 0.0 ? share_left(w, w->length[c]) : 0.0;
		w->enough[c] = share * share * w->left[c];
		w->going[c] = !w->done[c] && w->left[c] > w->enough[c];
	}
}

/* Solves H d = -gradient by preconditioned conjugate gradients (Hestenes & Stiefel 1952), until what is left is a small part of the gradient. An
 * output that is there stands still. */
static void solve(work *w, nch_logistic_result *result)
{
	begin_solving(w);
	for (size_t i = 0; i < MOST_PRODUCTS && any(w, w->going); i++) {
		nch_pool_run(w->pool, line_runs(w), turn_task, w);
		nch_logistic_rows(w, w->conjugate, w->back);
		nch_logistic_curve(w);
		nch_logistic_features(w, w->conjugate, w->product);
		result->products++;
		dot(w, w->conjugate, w->product, true, w->bend);
		for (size_t c = 0; c < w->wide; c++) {
			w->going[c] = w->going[c] && w->bend[c] > 0.0;
			w->step[c] = w->going[c] ? w->rest[c] / w->bend[c] : 0.0;
		}
		advance(w, w->turn);
		for (size_t c = 0; c < w->wide; c++) {
			double rest = w->turn[c];
			w->turn[c] = w->going[c] ? rest / w->rest[c] : 0.0;
			w->rest[c] = rest;
			w->going[c] = w->going[c] && w->left[c] > w->enough[c];
		}
	}
}

/* --- the search --- */

/* Takes the steps that are short enough, and halves the others. One that can't be halved any more is 0: f does not fall any more in double. */
static void judge_steps(work *w, int halvings)
{
	for (size_t c = 0; c < w->wide; c++) {
		double step = w->step[c], there = 0.5 * (w->square[c] + step * (2.0 * w->across[c] + step * w->ahead[c])) + w->p->c * w->loss[c];
		if (!w->going[c])
			continue;
		if (step == 0.0 || there <= w->objective[c] + SUFFICIENT * step * w->slope[c]) {
			w->done[c] = step == 0.0;
			w->objective[c] = there;
			w->going[c] = false;
		} else
			w->step[c] = halvings < MOST_HALVINGS ? 0.5 * step : 0.0;
	}
}

/* Goes along the direction as far as f falls enough. What it adds to the logits is computed once, so that no step that is tried costs a pass over the
 * cells. */
static void search(work *w)
{
	dot(w, w->w, w->direction, false, w->across);
	dot(w, w->direction, w->direction, false, w->ahead);
	dot(w, w->gradient, w->direction, true, w->slope);
	nch_logistic_rows(w, w->direction, w->along);
	for (size_t c = 0; c < w->wide; c++) {
		w->going[c] = !w->done[c];
		w->step[c] = w->going[c] ? 1.0 : 0.0;
	}
	for (int halvings = 0; any(w, w->going); halvings++) {
		nch_logistic_losses(w);
		judge_steps(w, halvings);
	}
	nch_pool_run(w->pool, line_runs(w), move_task, w);
	nch_logistic_move(w);
	dot(w, w->w, w->w, false, w->square);
}

/* --- Newton's method --- */

/* The preconditioner: 1 + C Σ x² A_cc; for the biases, which nothing holds back, without the 1. */
static void make_diagonal(work *w)
{
	nch_logistic_diagonal(w);
	nch_logistic_features(w, NULL, w->diagonal);
	double *bias = w->diagonal + w->features * w->wide;
	for (size_t c = 0; c < w->wide; c++)
		bias[c] = bias[c] > 1e-12 ? bias[c] : 1e-12;
}

/* Logits, probabilities and f where it starts. */
static void begin(work *w)
{
	w->lines = w->features + 1;
	for (size_t c = 0; c < w->wide; c++) {
		w->step[c] = 0.0;
		w->going[c] = true;
		w->done[c] = false;
	}
	nch_logistic_rows(w, w->w, w->z);
	nch_logistic_losses(w);
	dot(w, w->w, w->w, false, w->square);
	for (size_t c = 0; c < w->wide; c++)
		w->objective[c] = 0.5 * w->square[c] + w->p->c * w->loss[c];
}

/* The gradient, and who is done with it. False: the numbers are not finite. */
static bool measure(work *w, bool first, nch_logistic_result *result)
{
	const double tolerance = tolerance_of(w);
	nch_logistic_slopes(w);
	nch_logistic_features(w, w->w, w->gradient);
	dot(w, w->gradient, w->gradient, true, w->length);
	for (size_t c = 0; c < w->wide; c++) {
		double length = sqrt(w->length[c]);
		if (!isfinite(length) || !isfinite(w->objective[c]))
			return false;
		w->start[c] = first ? length : w->start[c];
		w->length[c] = w->start[c] > 0.0 ? length / w->start[c] : 0.0;
		w->done[c] |= w->length[c] <= tolerance;
	}
	result->gradient = result->objective = 0.0;
	for (size_t c = 0; c < (w->p->softmax ? 1 : w->k); c++) {
		result->gradient = w->length[c] > result->gradient ? w->length[c] : result->gradient;
		result->objective += w->objective[c];
	}
	return true;
}

static bool all_done(const work *w)
{
	bool all = true;
	for (size_t c = 0; c < w->wide; c++)
		all &= w->done[c];
	return all;
}

static nch_status newton(work *w, nch_logistic_result *result, nch_error *error)
{
	const nch_logistic *p = w->p;
	begin(w);
	for (size_t step = 0; step < (p->most_steps > 0 ? p->most_steps : MOST_STEPS); step++) {
		if (!measure(w, step == 0, result))
			return nch_fail(error, NCH_NUMERIC, "the linear model's loss is not a finite number");
		result->steps = step;
		if (p->watch != NULL && !p->watch(p->context, step, result->objective, result->gradient))
			return nch_fail(error, NCH_CANCELLED, "stopped");
		if (all_done(w))
			return NCH_OK;
		make_diagonal(w);
		solve(w, result);
		search(w);
	}
	return NCH_OK;
}

/* --- memory --- */

/* Cuts the features into runs of about as many cells. */
static nch_status make_runs(work *w, nch_error *error)
{
	const size_t cells = w->xt.starts[w->features];
	if ((w->runs = nch_alloc(cells / RUN_CELLS + w->features / RUN_CELLS + 3, sizeof *w->runs)) == NULL)
		return nch_no_memory(error);
	for (size_t feature = 0; feature < w->features;) {
		size_t end = feature;
		while (end < w->features && end - feature < RUN_CELLS && w->xt.starts[end] - w->xt.starts[feature] < RUN_CELLS)
			end++;
		w->runs[++w->run_count] = feature = end;
	}
	return NCH_OK;
}

/* Room for a group's numbers; what no group changes is 0. */
static nch_status make_group(work *w, nch_error *error)
{
	double **const vectors[] = {&w->w, &w->gradient, &w->direction, &w->residual, &w->scaled, &w->conjugate, &w->product, &w->diagonal};
	double **const of_rows[] = {&w->z, &w->along, &w->probability, &w->curvature, &w->back};
	double **const scalars[] = {&w->objective, &w->square, &w->start, &w->length, &w->rest, &w->left, &w->enough, &w->bend, &w->turn, &w->step,
	                            &w->slope, &w->across, &w->ahead, &w->loss};
	const size_t line = w->wide * sizeof(double), runs = w->features / NCH_LINE_RUN + 1 > w->row_runs ? w->features / NCH_LINE_RUN + 1 : w->row_runs;
	bool full = true;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		full &= (*vectors[i] = nch_alloc_aligned(w->features + 1, line)) != NULL;
	for (size_t i = 0; i < sizeof of_rows / sizeof *of_rows; i++)
		full &= (*of_rows[i] = nch_alloc_aligned(w->rows, line)) != NULL;
	for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
		full &= (*scalars[i] = nch_alloc(1, line)) != NULL;
	full &= (w->run_sums = nch_alloc(runs, 2 * line)) != NULL;
	full &= (w->bias_sums = nch_alloc(w->row_runs, line)) != NULL;
	full &= (w->done = nch_alloc(w->wide, sizeof *w->done)) != NULL;
	full &= (w->going = nch_alloc(w->wide, sizeof *w->going)) != NULL;
	return full ? NCH_OK : nch_no_memory(error);
}

static void free_group(work *w)
{
	double *const all[] = {w->w, w->gradient, w->direction, w->residual, w->scaled, w->conjugate, w->product, w->diagonal, w->z, w->along,
	                       w->probability, w->curvature, w->back,
	                       w->objective, w->square, w->start, w->length, w->rest, w->left, w->enough, w->bend, w->turn, w->step,
	                       w->slope, w->across, w->ahead, w->loss, w->run_sums, w->bias_sums};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		nch_free(all[i]);
	nch_free(w->done);
	nch_free(w->going);
}

/* The outputs of this group between the caller's lines of `outputs` numbers and ours of `wide`. */
static void copy_group(const work *w, double *weights, double *bias, bool back)
{
	for (size_t line = 0; line <= w->features; line++) {
		double *theirs = (line < w->features ? weights + line * w->p->outputs : bias) + w->first, *ours = w->w + line * w->wide;
		memcpy(back ? theirs : ours, back ? ours : theirs, w->k * sizeof *ours);
	}
}

static void copy_logits(const work *w)
{
	for (size_t row = 0; w->p->logits != NULL && row < w->rows; row++)
		memcpy(w->p->logits + row * w->p->outputs + w->first, w->z + row * w->wide, w->k * sizeof *w->z);
}

static size_t width_of(size_t k)
{
	return k == 1 ? 1 : k <= 4 ? 4 : (k + 7) / 8 * 8;
}

/* Outputs first .. first + k - 1. */
static nch_status fit_group(const work *common, size_t first, size_t k, double *weights, double *bias, nch_logistic_result *result, nch_error *error)
{
	work w = *common;
	w.first = first;
	w.k = k;
	w.wide = width_of(k);
	nch_status status = make_group(&w, error);
	if (status == NCH_OK) {
		copy_group(&w, weights, bias, false);
		status = newton(&w, result, error);
	}
	if (status == NCH_OK) {
		copy_group(&w, weights, bias, true);
		copy_logits(&w);
	}
	free_group(&w);
	return status;
}

static nch_status fit(work *w, double *weights, double *bias, nch_logistic_result *result, nch_error *error)
{
	const size_t outputs = w->p->outputs, group = w->p->softmax ? outputs : NCH_LOGISTIC_GROUP;
	NCH_TRY(nch_sparse_transpose(w->p->x, &w->xt, error));
	NCH_TRY(make_runs(w, error));
	for (size_t first = 0; first < outputs; first += group) {
		nch_logistic_result part = {.products = result->products};
		NCH_TRY(fit_group(w, first, outputs - first < group ? outputs - first : group, weights, bias, &part, error));
		result->products = part.products;
		result->objective += part.objective;
		result->steps = part.steps > result->steps ? part.steps : result->steps;
		result->gradient = part.gradient > result->gradient ? part.gradient : result->gradient;
	}
	return NCH_OK;
}

nch_status nch_logistic_fit(const nch_logistic *problem, nch_pool *pool, double *weights, double *bias, nch_logistic_result *result, nch_error *error)
{
	work w = {.p = problem, .pool = pool, .rows = problem->x->rows, .features = problem->x->columns,
	          .row_runs = (problem->x->rows + NCH_ROW_RUN - 1) / NCH_ROW_RUN};
	*result = (nch_logistic_result){0};
	nch_status status = fit(&w, weights, bias, result, error);
	nch_sparse_free(&w.xt);
	nch_free(w.runs);
	return status;
}
