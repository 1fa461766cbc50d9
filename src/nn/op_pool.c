/* op_pool.c - from many rows to fewer: the row of one token, the mean of a sentence, the mean or the largest of neighbours. */
#include "nn/tape_private.h"

#include <string.h>

/* Of all three: which rows, and what they became. */
typedef struct pool_node {
	nch_node node;
	nch_tensor *x;
	const size_t *begin, *end; /* select: begin alone; mean: the sentences' offsets */
	bool largest;
} pool_node;

static void select_rows_backward(nch_tape *tape, nch_node *node);
static void select_rows_exact(nch_exact *e, const nch_node *node);
static const nch_op select_rows_op = {"select rows", select_rows_backward, select_rows_exact};

nch_tensor *nch_select_rows(nch_tape *tape, nch_tensor *x, const size_t *index, size_t count)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *y = nch_tape_tensor(tape, count, x->columns, &x, 1);
	pool_node *node = nch_tape_record(tape, &select_rows_op, y, sizeof *node);
	if (node != NULL) {
		node->x = x;
		node->begin = index;
	}
	for (size_t i = 0; y != NULL && i < count; i++)
		memcpy(y->data + i * x->columns, x->data + index[i] * x->columns, x->columns * sizeof *y->data);
	return y;
}

static void select_rows_backward(nch_tape *tape, nch_node *node)
{
	const pool_node *n = (pool_node *)node;
	nch_tensor *x = n->x, *y = node->out;
	if (!nch_gradient_open(tape, x))
		return;
	for (size_t i = 0; i < y->rows; i++)
		tape->compute->kernels->add(x->grad + n->begin[i] * x->columns, y->grad + i * x->columns, x->columns);
}

static void mean_rows_backward(nch_tape *tape, nch_node *node);
static void mean_rows_exact(nch_exact *e, const nch_node *node);
static const nch_op mean_rows_op = {"mean rows", mean_rows_backward, mean_rows_exact};

nch_tensor *nch_mean_rows_op(nch_tape *tape, nch_tensor *x, const nch_batch *batch)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *y = nch_tape_tensor(tape, batch->sentences, x->columns, &x, 1);
	pool_node *node = nch_tape_record(tape, &mean_rows_op, y, sizeof *node);
	if (node != NULL) {
		node->x = x;
		node->begin = batch->offsets;
	}
	if (y != NULL)
		tape->compute->kernels->mean_rows(y->data, x->data, batch->offsets, x->columns, 0, batch->sentences);
	return y;
}

static void mean_rows_backward(nch_tape *tape, nch_node *node)
{
	const pool_node *n = (pool_node *)node;
	nch_tensor *x = n->x, *y = node->out;
	const size_t *offsets = n->begin;
	if (!nch_gradient_open(tape, x))
		return;
	for (size_t s = 0; s < y->rows; s++) {
		float *dy = y->grad + s * x->columns;
		if (offsets[s + 1] > offsets[s])
			tape->compute->kernels->scale(dy, 1.0f / (float)(offsets[s + 1] - offsets[s]), x->columns);
		for (size_t r = offsets[s]; r < offsets[s + 1]; r++)
			tape->compute->kernels->add(x->grad + r * x->columns, dy, x->columns);
	}
}

/* --- neighbours --- */

typedef struct pool_job {
	const nch_kernels *kernels;
	const size_t *begin, *end;
	size_t columns;
	bool largest;
	float *y, *dx;
	const float *x, *dy;
} pool_job;

static void pool_range(void *context, size_t from, size_t to)
{
	const pool_job *job = context;
	size_t n = job->columns;
	for (size_t r = from; r < to; r++) {
		float *y = job->y + r * n;
		memcpy(y, job->x + job->begin[r] * n, n * sizeof *y);
		for (size_t i = job->begin[r] + 1; i < job->end[r]; i++) {
			const float *x = job->x + i * n;
			if (!job->largest)
				job->kernels->add(y, x, n);
			for (size_t c = 0; job->largest && c < n; c++)
				y[c] = x[c] > y[c] ? x[c] : y[c];
		}
		if (!job->largest && job->end[r] - job->begin[r] > 1)
			job->kernels->scale(y, 1.0f / (float)(job->end[r] - job->begin[r]), n);
	}
}

/* The mean's gradient goes to all alike; that of the largest to the first that was as large. dx is zero where nothing comes. */
static void pool_backward_range(void *context, size_t from, size_t to)
{
	const pool_job *job = context;
	size_t n = job->columns;
	for (size_t r = from; r < to; r++) {
		size_t first = job->begin[r], count = job->end[r] - first;
		const float *dy = job->dy + r * n;
		for (size_t i = 0; i < count && !job->largest; i++) {
			memcpy(job->dx + (first + i) * n, dy, n * sizeof *dy);
			if (count > 1)
				job->kernels->scale(job->dx + (first + i) * n, 1.0f / (float)count, n);
		}
		for (size_t c = 0; c < n && job->largest; c++) {
			size_t best = first;
			for (size_t i = first + 1; i < first + count; i++)
				if (job->x[i * n + c] > job->x[best * n + c])
					best = i;
			job->dx[best * n + c] = dy[c];
		}
	}
}

static void pool_rows_backward(nch_tape *tape, nch_node *node);
static void pool_rows_exact(nch_exact *e, const nch_node *node);
static const nch_op pool_rows_op = {"pool rows", pool_rows_backward, pool_rows_exact};

nch_tensor *nch_pool_rows(nch_tape *tape, nch_tensor *x, const size_t *begin, const size_t *end, size_t count, bool largest)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *y = nch_tape_tensor(tape, count, x->columns, &x, 1);
	pool_node *node = nch_tape_record(tape, &pool_rows_op, y, sizeof *node);
	if (node != NULL) {
		node->x = x;
		node->begin = begin;
		node->end = end;
		node->largest = largest;
	}
	if (y == NULL)
		return NULL;
	pool_job job = {.kernels = tape->compute->kernels, .begin = begin, .end = end, .columns = x->columns, .largest = largest, .y = y->data,
	                .x = x->data};
	nch_parallel(tape->compute, count, 1, pool_range, &job);
	return y;
}

static void pool_rows_backward(nch_tape *tape, nch_node *node)
{
	const pool_node *n = (pool_node *)node;
	nch_tensor *x = n->x, *y = node->out;
	size_t floats = x->rows * x->columns;
	pool_job job = {.kernels = tape->compute->kernels, .begin = n->begin, .end = n->end, .columns = x->columns,
	                .largest = n->largest, .x = x->data, .dy = y->grad, .dx = nch_gradient_take(tape, floats)};
	if (job.dx == NULL)
		return;
	memset(job.dx, 0, floats * sizeof *job.dx);
	nch_parallel(tape->compute, y->rows, 1, pool_backward_range, &job);
	nch_gradient_give(tape, x, job.dx);
}

/* --- in double --- */

static void pool_exactly(nch_exact *e, const nch_node *node, const size_t *begin, const size_t *end, bool largest)
{
	const nch_tensor *x = ((const pool_node *)node)->x;
	const double *values = nch_exact_values(e, x);
	double *y = nch_exact_room(e, node->out);
	if (nch_exact_failed(e))
		return;
	for (size_t i = 0; i < node->out->rows * x->columns; i++) {
		size_t row = i / x->columns, count = end[row] - begin[row];
		const double *from = values + begin[row] * x->columns + i % x->columns;
		double sum = 0, most = *from;
		for (size_t r = 0; r < count; r++) {
			double value = from[r * x->columns];
			sum += value;
			most = value > most ? value : most;
		}
		y[i] = largest ? most : sum / (double)count;
	}
}

static void select_rows_exact(nch_exact *e, const nch_node *node)
{
	const pool_node *n = (const pool_node *)node;
	const double *x = nch_exact_values(e, n->x);
	double *y = nch_exact_room(e, node->out);
	if (nch_exact_failed(e))
		return;
	for (size_t r = 0; r < node->out->rows; r++)
		memcpy(y + r * n->x->columns, x + n->begin[r] * n->x->columns, n->x->columns * sizeof *y);
}

static void mean_rows_exact(nch_exact *e, const nch_node *node)
{
	const pool_node *n = (const pool_node *)node;
	pool_exactly(e, node, n->begin, n->begin + 1, false);
}

static void pool_rows_exact(nch_exact *e, const nch_node *node)
{
	const pool_node *n = (const pool_node *)node;
	pool_exactly(e, node, n->begin, n->end, n->largest);
}
