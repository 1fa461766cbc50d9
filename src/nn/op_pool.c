/* op_pool.c - from tokens to sentences: the row of one token, or the mean of all. */
#include "nn/tape_internal.h"

#include <string.h>

nch_tensor *nch_select_rows(nch_tape *tape, nch_tensor *x, const size_t *index, size_t count)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *y = nch_tape_tensor(tape, count, x->columns, &x, 1);
	nch_node *node = nch_tape_record(tape, NCH_OP_SELECT_ROWS, y);
	if (node != NULL) {
		node->in[0] = x;
		node->index = index;
	}
	for (size_t i = 0; y != NULL && i < count; i++)
		memcpy(y->data + i * x->columns, x->data + index[i] * x->columns, x->columns * sizeof *y->data);
	return y;
}

void nch_select_rows_backward_op(nch_tape *tape, nch_node *node)
{
	nch_tensor *x = node->in[0], *y = node->out;
	if (!nch_gradient_open(tape, x))
		return;
	for (size_t i = 0; i < y->rows; i++)
		tape->compute->kernels->add(x->grad + node->index[i] * x->columns, y->grad + i * x->columns, x->columns);
}

nch_tensor *nch_mean_rows_op(nch_tape *tape, nch_tensor *x, const nch_batch *batch)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *y = nch_tape_tensor(tape, batch->sentences, x->columns, &x, 1);
	nch_node *node = nch_tape_record(tape, NCH_OP_MEAN_ROWS, y);
	if (node != NULL) {
		node->in[0] = x;
		node->batch = batch;
	}
	if (y != NULL)
		tape->compute->kernels->mean_rows(y->data, x->data, batch->offsets, x->columns, 0, batch->sentences);
	return y;
}

void nch_mean_rows_backward_op(nch_tape *tape, nch_node *node)
{
	nch_tensor *x = node->in[0], *y = node->out;
	const size_t *offsets = node->batch->offsets;
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
