/* op_dropout.c - dropout on its own (Srivastava et al. 2014): after the embeddings, and on what was pooled. */
#include "nn/tape_private.h"

typedef struct dropout_node {
	nch_node node;
	nch_tensor *x;
	nch_dropout dropout;
	const size_t *offsets, *addresses; /* of rows that are no longer the batch's tokens, else NULL */
	size_t sentences;
} dropout_node;

typedef struct dropout_job {
	const nch_kernels *kernels;
	nch_dropout dropout;
	float *y;
	const float *x;
	size_t columns;
} dropout_job;

static void dropout_range(void *context, size_t begin, size_t end)
{
	const dropout_job *job = context;
	job->kernels->dropout(&job->dropout, job->y, job->x, job->columns, begin, end);
}

static void dropout_backward(nch_tape *tape, nch_node *node);
static void dropout_exact(nch_exact *e, const nch_node *node);
static const nch_op dropout_op = {"dropout", dropout_backward, dropout_exact};

nch_tensor *nch_dropout_op(nch_tape *tape, nch_tensor *x, float p, uint32_t site, uint64_t first_row)
{
	if (x == NULL || tape->failed)
		return NULL;
	dropout_job job = {tape->compute->kernels, nch_tape_dropout(tape, p, site, first_row), NULL, x->data, x->columns};
	if (job.dropout.p <= 0.0f)
		return x;
	nch_tensor *y = nch_tape_tensor(tape, x->rows, x->columns, &x, 1);
	dropout_node *node = nch_tape_record(tape, &dropout_op, y, sizeof *node);
	if (node != NULL) {
		node->x = x;
		node->dropout = job.dropout;
	}
	if (y == NULL)
		return NULL;
	job.y = y->data;
	nch_parallel(tape->compute, x->rows, 1, dropout_range, &job);
	return y;
}

/* --- rows that are no longer the batch's tokens --- */

typedef struct packed_job {
	dropout_job rows;
	const size_t *offsets, *addresses;
} packed_job;

static void packed_range(void *context, size_t begin, size_t end)
{
	const packed_job *job = context;
	for (size_t s = begin; s < end; s++) {
		dropout_job rows = job->rows;
		rows.dropout.row += (uint64_t)job->addresses[s] - job->offsets[s]; /* the kernel adds the row of x; below zero comes back above it */
		dropout_range(&rows, job->offsets[s], job->offsets[s + 1]);
	}
}

nch_tensor *nch_dropout_packed(nch_tape *tape, nch_tensor *x, float p, uint32_t site, const size_t *offsets, const size_t *addresses,
                               size_t sentences)
{
	if (x == NULL || tape->failed)
		return NULL;
	packed_job job = {{tape->compute->kernels, nch_tape_dropout(tape, p, site, tape->step.token_row), NULL, x->data, x->columns}, offsets,
	                  addresses};
	if (job.rows.dropout.p <= 0.0f)
		return x;
	nch_tensor *y = nch_tape_tensor(tape, x->rows, x->columns, &x, 1);
	dropout_node *node = nch_tape_record(tape, &dropout_op, y, sizeof *node);
	if (node != NULL) {
		node->x = x;
		node->dropout = job.rows.dropout;
		node->offsets = offsets;
		node->addresses = addresses;
		node->sentences = sentences;
	}
	if (y == NULL)
		return NULL;
	job.rows.y = y->data;
	nch_parallel(tape->compute, sentences, 1, packed_range, &job);
	return y;
}

static void dropout_backward(nch_tape *tape, nch_node *node)
{
	const dropout_node *n = (dropout_node *)node;
	nch_tensor *x = n->x, *y = node->out;
	dropout_job job = {tape->compute->kernels, n->dropout, nch_gradient_take(tape, x->rows * x->columns), y->grad, x->columns};
	packed_job packed = {job, n->offsets, n->addresses};
	if (job.y == NULL)
		return;
	if (n->offsets != NULL)
		nch_parallel(tape->compute, n->sentences, 1, packed_range, &packed);
	else
		nch_parallel(tape->compute, x->rows, 1, dropout_range, &job);
	nch_gradient_give(tape, x, job.y);
}

/* In double. */
static void dropout_exact(nch_exact *e, const nch_node *node)
{
	(void)e; /* off, where something is computed in double: then it leaves no node */
	(void)node;
}
