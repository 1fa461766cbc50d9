/* op_attention.c - attention over the packed sentences of a batch: every (sentence, head) is a task of its own. */
#include "nn/tape_internal.h"

#include <math.h>

typedef struct attention_job {
	const nch_compute *compute;
	nch_attention attention;
	bool backward;
} attention_job;

static void attention_task(void *context, size_t index, size_t thread)
{
	const attention_job *job = context;
	size_t heads = job->attention.heads;
	float *scratch = job->compute->scratch + thread * job->compute->scratch_floats;
	const nch_kernels *kernels = job->compute->kernels;
	(job->backward ? kernels->attention_backward : kernels->attention)(&job->attention, index / heads, index % heads, scratch);
}

nch_tensor *nch_attention_op(nch_tape *tape, const nch_batch *batch, nch_tensor *q, nch_tensor *k, nch_tensor *v, size_t heads, float dropout,
                             uint32_t site)
{
	if (q == NULL || k == NULL || v == NULL || tape->failed)
		return NULL;
	nch_tensor *inputs[] = {q, k, v};
	nch_tensor *out = nch_tape_tensor(tape, q->rows, q->columns, inputs, 3);
	nch_node *node = nch_tape_record(tape, NCH_OP_ATTENTION, out);
	size_t width = q->columns / heads;
	if (out == NULL || nch_compute_reserve(tape->compute, nch_batch_longest(batch), width, NULL) != NCH_OK) {
		tape->failed = true;
		return NULL;
	}
	attention_job job = {tape->compute,
	                     {.heads = heads, .width = width, .offsets = batch->offsets, .q = q->data, .k = k->data, .v = v->data,
	                      .row = q->columns, .scale = (float)(1.0 / sqrt((double)width)),
	                      .dropout = nch_tape_dropout(tape, dropout, site, tape->step.token_row * heads), .out = out->data},
	                     false};
	if (node != NULL) {
		node->in[0] = q;
		node->in[1] = k;
		node->in[2] = v;
		node->batch = batch;
		node->heads = heads;
		node->dropout = job.attention.dropout;
	}
	nch_pool_run(tape->compute->pool, batch->sentences * heads, attention_task, &job);
	if (tape->watch != NULL)
		tape->watch(tape->watch_context, &job.attention, batch);
	return out;
}

void nch_attention_backward_op(nch_tape *tape, nch_node *node)
{
	nch_tensor *q = node->in[0], *k = node->in[1], *v = node->in[2], *out = node->out;
	size_t width = q->columns / node->heads, floats = q->rows * q->columns;
	float *dq = nch_gradient_take(tape, floats), *dk = nch_gradient_take(tape, floats), *dv = nch_gradient_take(tape, floats);
	if (tape->failed)
		return;
	attention_job job = {tape->compute,
	                     {.heads = node->heads, .width = width, .offsets = node->batch->offsets, .q = q->data, .k = k->data, .v = v->data,
	                      .row = q->columns, .scale = (float)(1.0 / sqrt((double)width)), .dropout = node->dropout, .out = NULL,
	                      .dout = out->grad, .dq = dq, .dk = dk, .dv = dv},
	                     true};
	nch_pool_run(tape->compute->pool, node->batch->sentences * node->heads, attention_task, &job);
	nch_gradient_give(tape, q, dq);
	nch_gradient_give(tape, k, dk);
	nch_gradient_give(tape, v, dv);
}
