/* op_dropout.c - dropout on its own (Srivastava et al. 2014): after the embeddings, and on what was pooled. */
#include "nn/tape_internal.h"

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

nch_tensor *nch_dropout_op(nch_tape *tape, nch_tensor *x, float p, uint32_t site, uint64_t first_row)
{
	if (x == NULL || tape->failed)
		return NULL;
	dropout_job job = {tape->compute->kernels, nch_tape_dropout(tape, p, site, first_row), NULL, x->data, x->columns};
	if (job.dropout.p <= 0.0f)
		return x;
	nch_tensor *y = nch_tape_tensor(tape, x->rows, x->columns, &x, 1);
	nch_node *node = nch_tape_record(tape, NCH_OP_DROPOUT, y);
	if (node != NULL) {
		node->in[0] = x;
		node->dropout = job.dropout;
	}
	if (y == NULL)
		return NULL;
	job.y = y->data;
	nch_parallel(tape->compute, x->rows, 1, dropout_range, &job);
	return y;
}

void nch_dropout_backward_op(nch_tape *tape, nch_node *node)
{
	nch_tensor *x = node->in[0], *y = node->out;
	dropout_job job = {tape->compute->kernels, node->dropout, nch_gradient_take(tape, x->rows * x->columns), y->grad, x->columns};
	if (job.y == NULL)
		return;
	nch_parallel(tape->compute, x->rows, 1, dropout_range, &job);
	nch_gradient_give(tape, x, job.y);
}
