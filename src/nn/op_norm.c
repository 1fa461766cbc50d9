/* op_norm.c - y = LayerNorm(residual + dropout(x)) (Ba, Kiros, Hinton 2016). */
#include "nn/tape_private.h"

#include <math.h>
#include <string.h>

typedef struct norm_node {
	nch_node node;
	nch_tensor *x, *residual, *gamma, *beta;
	nch_dropout dropout;
	float *sum, *mean, *rstd;
	float epsilon;
} norm_node;

typedef struct norm_job {
	const nch_kernels *kernels;
	nch_norm norm;
} norm_job;

static void norm_range(void *context, size_t begin, size_t end)
{
	const norm_job *job = context;
	job->kernels->norm(&job->norm, begin, end);
}

static float *zeros(nch_tape *tape, size_t count)
{
	float *data = nch_tape_floats(tape, 1, count);
	if (data != NULL)
		memset(data, 0, count * sizeof *data);
	return data;
}

static void norm_backward(nch_tape *tape, nch_node *node);
static void norm_exact(nch_exact *e, const nch_node *node);
static const nch_op norm_op = {"layer norm", norm_backward, norm_exact};

nch_tensor *nch_layer_norm(nch_tape *tape, nch_tensor *x, nch_tensor *residual, float dropout, uint32_t site, nch_tensor *gamma,
                           nch_tensor *beta, float epsilon)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *inputs[] = {x, residual, gamma, beta};
	const float *shift = beta ? beta->data : zeros(tape, x->columns);
	nch_tensor *y = nch_tape_tensor(tape, x->rows, x->columns, inputs, 4);
	norm_node *node = nch_tape_record(tape, &norm_op, y, sizeof *node);
	float *statistics = node ? nch_tape_floats(tape, 2, x->rows) : NULL;
	if (y == NULL || tape->failed)
		return NULL;
	norm_job job = {tape->compute->kernels,
	                {.columns = x->columns, .epsilon = epsilon, .x = x->data, .residual = residual ? residual->data : NULL,
	                 .dropout = nch_tape_dropout(tape, dropout, site, tape->step.token_row), .gamma = gamma->data, .beta = shift,
	                 .y = y->data}};
	if (node != NULL) {
		job.norm.sum = x->data; /* x itself is needed no longer: the sum takes its place */
		job.norm.mean = statistics;
		job.norm.rstd = statistics + x->rows;
		*node = (norm_node){node->node, x, residual, gamma, beta, job.norm.dropout, job.norm.sum, job.norm.mean, job.norm.rstd, epsilon};
	}
	nch_parallel(tape->compute, x->rows, 1, norm_range, &job);
	return y;
}

typedef struct norm_backward_job {
	const nch_kernels *kernels;
	nch_norm_backward norm;
	const nch_dropout *dropout;
	float *dx;
} norm_backward_job;

static void rows_range(void *context, size_t begin, size_t end)
{
	const norm_backward_job *job = context;
	job->kernels->norm_backward(&job->norm, begin, end);
	if (job->dx != NULL)
		job->kernels->dropout(job->dropout, job->dx, job->norm.ds, job->norm.columns, begin, end);
}

static void columns_range(void *context, size_t begin, size_t end)
{
	const norm_backward_job *job = context;
	job->kernels->norm_backward_columns(&job->norm, begin, end);
}

static void norm_backward(nch_tape *tape, nch_node *node)
{
	const norm_node *n = (norm_node *)node;
	nch_tensor *x = n->x, *residual = n->residual, *gamma = n->gamma, *beta = n->beta, *y = node->out;
	size_t floats = x->rows * x->columns;
	norm_backward_job job = {tape->compute->kernels,
	                         {.rows = x->rows, .columns = x->columns, .sum = n->sum, .mean = n->mean, .rstd = n->rstd,
	                          .gamma = gamma->data, .dy = y->grad, .ds = y->grad},
	                         &n->dropout, NULL};
	if (gamma->wants_grad && nch_gradient_open(tape, gamma) && (beta == NULL || nch_gradient_open(tape, beta))) {
		job.norm.dgamma = gamma->grad;
		job.norm.dbeta = beta ? beta->grad : zeros(tape, x->columns); /* which nobody reads */
		if (tape->failed)
			return;
		nch_parallel(tape->compute, x->columns, 64, columns_range, &job);
	}
	bool to_residual = residual != NULL && residual->wants_grad;
	if (!x->wants_grad && !to_residual)
		return;
	/* y's gradient becomes ds in place; where both x and the residual want it, x gets a copy through its dropout */
	if (x->wants_grad && (to_residual || n->dropout.p > 0.0f)) {
		job.dx = nch_gradient_take(tape, floats);
		if (job.dx == NULL)
			return;
	}
	nch_parallel(tape->compute, x->rows, 1, rows_range, &job);
	float *ds = y->grad;
	y->grad = NULL; /* its memory goes on as ds */
	y->grad_set = false;
	if (x->wants_grad)
		nch_gradient_give(tape, x, job.dx ? job.dx : ds);
	if (to_residual)
		nch_gradient_give(tape, residual, ds);
	else if (job.dx != NULL)
		nch_gradient_release(tape, ds, floats);
}

/* --- in double --- */

static void norm_exact(nch_exact *e, const nch_node *node)
{
	const norm_node *n = (const norm_node *)node;
	size_t columns = n->x->columns;
	const double *x = nch_exact_values(e, n->x), *residual = n->residual ? nch_exact_values(e, n->residual) : NULL;
	const double *gamma = nch_exact_values(e, n->gamma), *beta = n->beta ? nch_exact_values(e, n->beta) : NULL;
	double *y = nch_exact_room(e, node->out);
	if (nch_exact_failed(e))
		return;
	for (size_t r = 0; r < n->x->rows; r++, x += columns, y += columns) {
		double mean = 0, variance = 0;
		for (size_t c = 0; c < columns; c++) {
			y[c] = x[c] + (residual ? residual[r * columns + c] : 0);
			mean += y[c] / (double)columns;
		}
		for (size_t c = 0; c < columns; c++)
			variance += (y[c] - mean) * (y[c] - mean) / (double)columns;
		double rstd = 1 / sqrt(variance + (double)n->epsilon);
		for (size_t c = 0; c < columns; c++)
			y[c] = (y[c] - mean) * rstd * gamma[c] + (beta ? beta[c] : 0);
	}
}
