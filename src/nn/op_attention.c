/* op_attention.c - attention over the packed sentences of a batch: every (sentence, head) is a task of its own. */
#include "nn/tape_internal.h"

#include <math.h>

typedef struct attention_node {
	nch_node node;
	nch_tensor *q, *k, *v;
	const nch_batch *batch;
	size_t heads;
	nch_dropout dropout;
} attention_node;

typedef struct attention_job {
	const nch_compute *compute;
	nch_attention attention;
	bool backward;
} attention_job;

typedef struct show_job {
	const nch_compute *compute;
	const nch_attention *attention;
	float *scores, *maps; /* (heads, tokens, tokens) */
} show_job;

static void attention_task(void *context, size_t index, size_t thread)
{
	const attention_job *job = context;
	size_t heads = job->attention.heads;
	float *scratch = job->compute->scratch + thread * job->compute->scratch_floats;
	const nch_kernels *kernels = job->compute->kernels;
	(job->backward ? kernels->attention_backward : kernels->attention)(&job->attention, index / heads, index % heads, scratch);
}
enum { CALL_LINE = __LINE__ - 2 }; /* of the kernel */

/* --- for whoever looks on --- */

static void show_task(void *context, size_t head, size_t thread)
{
	const show_job *job = context;
	const nch_attention *a = job->attention;
	size_t n = a->offsets[1], column = head * a->width;
	float *scores = job->scores + head * n * n;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			float sum = 0.0f; /* the same chain as the kernel's */
			for (size_t d = 0; d < a->width; d++)
				sum = fmaf(a->q[i * a->row + column + d], a->k[j * a->row + column + d], sum);
			scores[i * n + j] = sum * a->scale;
		}
	job->compute->kernels->attention_map(a, 0, head, job->maps + head * n * n, job->compute->scratch + thread * job->compute->scratch_floats);
}

/* Scores and attention are never held whole: for one who looks on, they are made once more. */
static void show(nch_tape *tape, const nch_attention *attention)
{
	size_t n = attention->offsets[1], cells = attention->heads * n * n;
	show_job job = {tape->compute, attention, nch_gradient_take(tape, cells), nch_gradient_take(tape, cells)};
	if (tape->failed)
		return;
	nch_pool_run(tape->compute->pool, attention->heads, show_task, &job);
	nch_seen_scores seen = {attention->heads, n, n, job.scores, job.maps, {__FILE__, "attention_task", CALL_LINE}};
	tape->eye->scores(tape->eye->context, &seen);
	nch_gradient_release(tape, job.scores, cells);
	nch_gradient_release(tape, job.maps, cells);
}

static void attention_backward(nch_tape *tape, nch_node *node);
static const nch_op attention_op = {"attention", attention_backward};

nch_tensor *nch_attention_op(nch_tape *tape, const nch_batch *batch, nch_tensor *q, nch_tensor *k, nch_tensor *v, size_t heads, float dropout,
                             uint32_t site)
{
	if (q == NULL || k == NULL || v == NULL || tape->failed)
		return NULL;
	nch_tensor *inputs[] = {q, k, v};
	nch_tensor *out = nch_tape_tensor(tape, q->rows, q->columns, inputs, 3);
	attention_node *node = nch_tape_record(tape, &attention_op, out, sizeof *node);
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
		node->q = q;
		node->k = k;
		node->v = v;
		node->batch = batch;
		node->heads = heads;
		node->dropout = job.attention.dropout;
	}
	nch_pool_run(tape->compute->pool, batch->sentences * heads, attention_task, &job);
	if (tape->watch != NULL)
		tape->watch(tape->watch_context, &job.attention, batch);
	if (tape->eye != NULL)
		show(tape, &job.attention);
	return out;
}

static void attention_backward(nch_tape *tape, nch_node *node)
{
	const attention_node *n = (attention_node *)node;
	nch_tensor *q = n->q, *k = n->k, *v = n->v;
	size_t width = q->columns / n->heads, floats = q->rows * q->columns;
	float *dq = nch_gradient_take(tape, floats), *dk = nch_gradient_take(tape, floats), *dv = nch_gradient_take(tape, floats);
	if (tape->failed)
		return;
	attention_job job = {tape->compute,
	                     {.heads = n->heads, .width = width, .offsets = n->batch->offsets, .q = q->data, .k = k->data, .v = v->data,
	                      .row = q->columns, .scale = (float)(1.0 / sqrt((double)width)), .dropout = n->dropout, .out = NULL,
	                      .dout = node->out->grad, .dq = dq, .dk = dk, .dv = dv},
	                     true};
	nch_pool_run(tape->compute->pool, n->batch->sentences * n->heads, attention_task, &job);
	nch_gradient_give(tape, q, dq);
	nch_gradient_give(tape, k, dk);
	nch_gradient_give(tape, v, dv);
}
