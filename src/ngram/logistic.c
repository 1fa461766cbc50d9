/* logistic.c - Newton's method with conjugate gradients. */
#include "ngram/logistic.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

/* Runs of fixed length: their sums are taken one after the other and then added in order, so that threads can share them out. */
enum { ROW_RUN = 256, FEATURE_RUN = 2048 };
static const double SUFFICIENT = 1e-4; /* of the decrease that the slope promises (Armijo 1966) */

/* One vector of unknowns: (features + 1, outputs); the last row are the biases. */
typedef double vector;

typedef struct work {
	const nch_logistic *p;
	nch_pool *pool;
	nch_sparse xt; /* (features, rows) */
	size_t features, rows, k, row_runs, feature_runs, size; /* k: outputs; size: (features + 1) k */
	vector *w, *gradient, *direction, *residual, *scaled, *conjugate, *product, *diagonal, *trial;
	double *p_row; /* (rows, k): probabilities */
	double *back;  /* (rows, k): what goes back from the rows to the features */
	double *sums;  /* (runs, 4): one line a run */
	double *bias_sums; /* (row_runs, k) */
	/* arguments of the tasks */
	const vector *from;
	vector *to;
	double a, b;
} work;

static double *row_of(double *matrix, size_t row, size_t k) { return matrix + row * k; }

/* --- from features to rows --- */

/* z (k) = Vᵀ x + v for one row: cells in ascending order, the bias last */
static void row_product(const work *w, const vector *v, size_t row, double *z)
{
	const nch_sparse *x = w->p->x;
	size_t k = w->k;
	for (size_t c = 0; c < k; c++)
		z[c] = 0.0;
	for (size_t i = x->starts[row]; i < x->starts[row + 1]; i++) {
		const double *weights = v + (size_t)x->column[i] * k, value = (double)x->value[i];
		for (size_t c = 0; c < k; c++)
			z[c] += value * weights[c];
	}
	for (size_t c = 0; c < k; c++)
		z[c] += v[w->features * k + c];
}

static double row_weight(const work *w, size_t row) { return w->p->row_weight != NULL ? w->p->row_weight[row] : 1.0; }

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

/* the sigmoid's loss; z (k) becomes p */
static double sigmoid_loss(const work *w, double *z, const float *goals)
{
	double loss = 0.0;
	for (size_t c = 0; c < w->k; c++) {
		double y = (double)goals[c], v = w->p->positive_weight != NULL ? w->p->positive_weight[c] : 1.0, at = z[c], p;
		double plus = soft_plus(at, &p); /* -ln(1 - p); and -ln p = plus - z */
		loss += v * y * (plus - at) + (1.0 - y) * plus;
		z[c] = p;
	}
	return loss;
}

static size_t end_of_run(const work *w, size_t run)
{
	return (run + 1) * ROW_RUN < w->rows ? (run + 1) * ROW_RUN : w->rows;
}

/* Where a run of rows adds up what it gives to the biases (k), at 0. */
static double *fresh_bias(work *w, size_t run)
{
	double *bias = w->bias_sums + run * w->k;
	memset(bias, 0, w->k * sizeof *bias);
	return bias;
}

/* Of one run of rows: probabilities, and the sum of the losses. */
static void losses_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	double sum = 0.0;
	size_t end = end_of_run(w, run);
	for (size_t row = run * ROW_RUN; row < end; row++) {
		double *z = row_of(w->p_row, row, w->k);
		row_product(w, w->from, row, z);
		sum += row_weight(w, row) * (w->p->softmax ? softmax_loss(z, w->k, w->p->label[row]) : sigmoid_loss(w, z, w->p->goals + row * w->k));
	}
	w->sums[4 * run] = sum;
}

/* The slope of C w ℓ by z, into `back`; its sum over a run for the biases. */
static void slopes_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	size_t k = w->k, end = end_of_run(w, run);
	double *bias = fresh_bias(w, run);
	for (size_t row = run * ROW_RUN; row < end; row++) {
		const double *p = row_of(w->p_row, row, k), scale = w->p->c * row_weight(w, row);
		double *back = row_of(w->back, row, k);
		for (size_t c = 0; c < k; c++) {
			if (w->p->softmax)
				back[c] = scale * (p[c] - ((size_t)w->p->label[row] == c ? 1.0 : 0.0));
			else {
				double y = (double)w->p->goals[row * k + c], v = w->p->positive_weight != NULL ? w->p->positive_weight[c] : 1.0;
				back[c] = scale * ((1.0 - y) * p[c] - v * y * (1.0 - p[c]));
			}
			bias[c] += back[c];
		}
	}
}

/* The curvature weight of a sigmoid's cell: d²ℓ/dz² = (v y + 1 - y) p (1 - p) */
static double sigmoid_curvature(const work *w, size_t row, size_t c, double p)
{
	double y = (double)w->p->goals[row * w->k + c], v = w->p->positive_weight != NULL ? w->p->positive_weight[c] : 1.0;
	return (v * y + 1.0 - y) * p * (1.0 - p);
}

/* C w A u of one run of rows, u = Vᵀ x + v with V = w->from, into `back` */
static void curvature_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	size_t k = w->k, end = end_of_run(w, run);
	double *bias = fresh_bias(w, run);
	for (size_t row = run * ROW_RUN; row < end; row++) {
		const double *p = row_of(w->p_row, row, k), scale = w->p->c * row_weight(w, row);
		double *u = row_of(w->back, row, k), mean = 0.0;
		row_product(w, w->from, row, u);
		for (size_t c = 0; w->p->softmax && c < k; c++)
			mean += p[c] * u[c];
		for (size_t c = 0; c < k; c++) {
			u[c] = scale * (w->p->softmax ? p[c] * (u[c] - mean) : sigmoid_curvature(w, row, c, p[c]) * u[c]);
			bias[c] += u[c];
		}
	}
}

/* The diagonal of C w A of one run of rows, into `back`. */
static void diagonal_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	size_t k = w->k, end = end_of_run(w, run);
	double *bias = fresh_bias(w, run);
	for (size_t row = run * ROW_RUN; row < end; row++) {
		const double *p = row_of(w->p_row, row, k), scale = w->p->c * row_weight(w, row);
		double *back = row_of(w->back, row, k);
		for (size_t c = 0; c < k; c++) {
			back[c] = scale * (w->p->softmax ? p[c] * (1.0 - p[c]) : sigmoid_curvature(w, row, c, p[c]));
			bias[c] += back[c];
		}
	}
}

/* --- from rows to features --- */

/* to = a · from + Σ_i x_i back_iᵀ of one run of features, rows in ascending order. Where w->b is not 0 the cells are squared, for the diagonal. */
static void features_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	size_t k = w->k, end = (run + 1) * FEATURE_RUN < w->features ? (run + 1) * FEATURE_RUN : w->features;
	for (size_t feature = run * FEATURE_RUN; feature < end; feature++) {
		double *to = w->to + feature * k;
		const double *from = w->from != NULL ? w->from + feature * k : NULL;
		for (size_t c = 0; c < k; c++)
			to[c] = from != NULL ? from[c] : w->a;
		for (size_t i = w->xt.starts[feature]; i < w->xt.starts[feature + 1]; i++) {
			const double *back = w->back + (size_t)w->xt.column[i] * k;
			double value = (double)w->xt.value[i];
			value = w->b != 0.0 ? value * value : value;
			for (size_t c = 0; c < k; c++)
				to[c] += value * back[c];
		}
	}
}

/* to (size) = from + Xᵀ back, and the biases' sums; from NULL: the number `otherwise` in its place. */
static void to_features(work *w, nch_task *rows_task, const vector *from, double otherwise, bool squared, vector *to)
{
	nch_pool_run(w->pool, w->row_runs, rows_task, w);
	w->from = from;
	w->to = to;
	w->a = otherwise;
	w->b = squared ? 1.0 : 0.0;
	nch_pool_run(w->pool, w->feature_runs, features_task, w);
	double *bias = to + w->features * w->k;
	memset(bias, 0, w->k * sizeof *bias);
	for (size_t run = 0; run < w->row_runs; run++)
		for (size_t c = 0; c < w->k; c++)
			bias[c] += w->bias_sums[run * w->k + c];
}

/* --- vectors --- */

/* Work on vectors is cut into runs of FEATURE_RUN numbers; each leaves up to four sums. */
static size_t run_end(const work *w, size_t run) { return (run + 1) * FEATURE_RUN < w->size ? (run + 1) * FEATURE_RUN : w->size; }
static size_t vector_runs(const work *w) { return (w->size + FEATURE_RUN - 1) / FEATURE_RUN; }

static double sum_of(const work *w, size_t runs, size_t which)
{
	double sum = 0.0;
	for (size_t run = 0; run < runs; run++)
		sum += w->sums[4 * run + which];
	return sum;
}

static void dot_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	double sum = 0.0;
	for (size_t i = run * FEATURE_RUN; i < run_end(w, run); i++)
		sum += w->from[i] * w->to[i];
	w->sums[4 * run] = sum;
}

static double dot(work *w, vector *a, vector *b)
{
	w->from = a;
	w->to = b;
	nch_pool_run(w->pool, vector_runs(w), dot_task, w);
	return sum_of(w, vector_runs(w), 0);
}

/* ½ ‖W‖² without the biases */
static double half_square(work *w, vector *v)
{
	size_t size = w->size;
	w->size -= w->k;
	double square = dot(w, v, v);
	w->size = size;
	return 0.5 * square;
}

/* direction += a conjugate; residual -= a product; scaled = residual / diagonal; sums: residual · scaled, residual · residual */
static void advance_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	double rz = 0.0, rr = 0.0;
	for (size_t i = run * FEATURE_RUN; i < run_end(w, run); i++) {
		w->direction[i] += w->a * w->conjugate[i];
		double r = w->residual[i] -= w->a * w->product[i];
		double z = w->scaled[i] = r / w->diagonal[i];
		rz += r * z;
		rr += r * r;
	}
	w->sums[4 * run] = rz;
	w->sums[4 * run + 1] = rr;
}

/* conjugate = scaled + b conjugate */
static void turn_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	for (size_t i = run * FEATURE_RUN; i < run_end(w, run); i++)
		w->conjugate[i] = w->scaled[i] + w->b * w->conjugate[i];
}

/* trial = w + a direction */
static void try_task(void *context, size_t run, size_t thread)
{
	work *w = context;
	(void)thread;
	for (size_t i = run * FEATURE_RUN; i < run_end(w, run); i++)
		w->trial[i] = w->w[i] + w->a * w->direction[i];
}

/* --- the method --- */

static double objective(work *w, vector *at)
{
	w->from = at;
	nch_pool_run(w->pool, w->row_runs, losses_task, w);
	double losses = sum_of(w, w->row_runs, 0);
	return half_square(w, at) + w->p->c * losses;
}

/* Solves H d = -gradient by preconditioned conjugate gradients (Hestenes & Stiefel 1952), until what is left is `share` of the gradient. */
static void solve(work *w, double share, nch_logistic_result *result)
{
	memset(w->direction, 0, w->size * sizeof *w->direction);
	for (size_t i = 0; i < w->size; i++)
		w->residual[i] = -w->gradient[i];
	memset(w->conjugate, 0, w->size * sizeof *w->conjugate);
	memset(w->product, 0, w->size * sizeof *w->product);
	w->a = 0.0;
	nch_pool_run(w->pool, vector_runs(w), advance_task, w); /* nothing but scaled and the first sums */
	double rz = sum_of(w, vector_runs(w), 0), rr = sum_of(w, vector_runs(w), 1), enough = share * share * rr;
	memcpy(w->conjugate, w->scaled, w->size * sizeof *w->conjugate);
	for (size_t i = 0; i < 250 && rr > enough; i++) {
		w->from = w->conjugate;
		to_features(w, curvature_task, w->conjugate, 0.0, false, w->product);
		result->products++;
		double curvature = dot(w, w->conjugate, w->product);
		if (!(curvature > 0.0))
			return;
		w->a = rz / curvature;
		nch_pool_run(w->pool, vector_runs(w), advance_task, w);
		double next = sum_of(w, vector_runs(w), 0);
		rr = sum_of(w, vector_runs(w), 1);
		w->b = next / rz;
		rz = next;
		nch_pool_run(w->pool, vector_runs(w), turn_task, w);
	}
}

/* Goes along the direction as far as f falls enough; false: it does not fall any more in double. */
static bool search(work *w, double *f)
{
	double slope = dot(w, w->gradient, w->direction), step = 1.0;
	for (int halvings = 0; halvings < 30; halvings++, step *= 0.5) {
		w->a = step;
		nch_pool_run(w->pool, vector_runs(w), try_task, w);
		double there = objective(w, w->trial);
		if (there <= *f + SUFFICIENT * step * slope) {
			vector *swap = w->w;
			w->w = w->trial;
			w->trial = swap;
			*f = there;
			return true;
		}
	}
	objective(w, w->w); /* the probabilities of where we are */
	return false;
}

/* The preconditioner: 1 + C Σ x² A_cc; for the biases, which nothing holds back, without the 1. */
static void make_diagonal(work *w)
{
	w->from = NULL;
	to_features(w, diagonal_task, NULL, 1.0, true, w->diagonal);
	for (size_t i = w->features * w->k; i < w->size; i++)
		w->diagonal[i] = w->diagonal[i] > 1e-12 ? w->diagonal[i] : 1e-12;
}

static nch_status newton(work *w, nch_logistic_result *result, nch_error *error)
{
	const nch_logistic *p = w->p;
	double f = objective(w, w->w), start = 0.0, tolerance = p->tolerance > 0.0 ? p->tolerance : 1e-6;
	for (size_t step = 0; step < (p->most_steps > 0 ? p->most_steps : 100); step++) {
		vector *at = w->w;
		w->from = at;
		to_features(w, slopes_task, at, 0.0, false, w->gradient);
		double length = sqrt(dot(w, w->gradient, w->gradient));
		if (!isfinite(length) || !isfinite(f))
			return nch_fail(error, NCH_NUMERIC, "the linear model's loss is not a finite number");
		start = step == 0 ? length : start;
		result->steps = step;
		result->objective = f;
		result->gradient = start > 0.0 ? length / start : 0.0;
		if (p->watch != NULL && !p->watch(p->context, step, f, result->gradient))
			return nch_fail(error, NCH_CANCELLED, "stopped");
		if (result->gradient <= tolerance)
			return NCH_OK;
		make_diagonal(w);
		double share = sqrt(result->gradient); /* superlinear: Nocedal & Wright 2006, (7.3) */
		solve(w, share < 0.1 ? share : 0.1, result);
		if (!search(w, &f))
			return NCH_OK;
	}
	return NCH_OK;
}

static nch_status make_work(work *w, nch_error *error)
{
	const nch_logistic *p = w->p;
	w->features = p->x->columns;
	w->rows = p->x->rows;
	w->k = p->outputs;
	w->row_runs = (w->rows + ROW_RUN - 1) / ROW_RUN;
	w->feature_runs = (w->features + FEATURE_RUN - 1) / FEATURE_RUN;
	size_t cells, runs;
	if (!nch_size_mul(w->features + 1, w->k, &w->size) || !nch_size_mul(w->rows, w->k, &cells))
		return nch_no_memory(error);
	runs = vector_runs(w) > w->row_runs ? vector_runs(w) : w->row_runs;
	vector **const vectors[] = {&w->w, &w->gradient, &w->direction, &w->residual, &w->scaled, &w->conjugate, &w->product, &w->diagonal, &w->trial};
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		if ((*vectors[i] = nch_alloc(w->size, sizeof(vector))) == NULL)
			return nch_no_memory(error);
	w->p_row = nch_alloc(cells, sizeof *w->p_row);
	w->back = nch_alloc(cells, sizeof *w->back);
	w->sums = nch_alloc(runs, 4 * sizeof *w->sums);
	w->bias_sums = nch_alloc(w->row_runs, w->k * sizeof *w->bias_sums);
	if (w->p_row == NULL || w->back == NULL || w->sums == NULL || w->bias_sums == NULL)
		return nch_no_memory(error);
	return nch_sparse_transpose(p->x, &w->xt, error);
}

nch_status nch_logistic_fit(const nch_logistic *problem, nch_pool *pool, double *weights, double *bias, nch_logistic_result *result, nch_error *error)
{
	work w = {.p = problem, .pool = pool};
	*result = (nch_logistic_result){0};
	nch_status status = make_work(&w, error);
	if (status == NCH_OK) {
		memcpy(w.w, weights, w.features * w.k * sizeof *weights);
		memcpy(w.w + w.features * w.k, bias, w.k * sizeof *bias);
		status = newton(&w, result, error);
	}
	if (status == NCH_OK) {
		memcpy(weights, w.w, w.features * w.k * sizeof *weights);
		memcpy(bias, w.w + w.features * w.k, w.k * sizeof *bias);
	}
	vector *const vectors[] = {w.w, w.gradient, w.direction, w.residual, w.scaled, w.conjugate, w.product, w.diagonal, w.trial, w.p_row, w.back, w.sums, w.bias_sums};
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		nch_free(vectors[i]);
	nch_sparse_free(&w.xt);
	return status;
}
