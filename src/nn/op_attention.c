/* op_attention.c - attention over the packed sentences of a batch, plain or with rotary positions: every (sentence, head) is a task of its own. */
#include "nn/tape_private.h"

#include "base/memory.h"

#include <math.h>

#include "kernels/math.h"

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
			size_t apart = i > j ? i - j : j - i;
			scores[i * n + j] = a->window > 0 && apart > a->window ? -1e9f : sum * a->scale;
		}
	job->compute->kernels->attention_map(a, 0, head, job->maps + head * n * n, job->compute->scratch + thread * job->compute->scratch_floats);
}

/* Scores and attention are never held whole: for one who looks on, they are made once more. */
static void show(nch_tape *tape, const nch_attention *attention, const char *formula)
{
	size_t n = attention->offsets[1], cells = attention->heads * n * n;
	show_job job = {tape->compute, attention, nch_gradient_take(tape, cells), nch_gradient_take(tape, cells)};
	if (tape->failed)
		return;
	nch_pool_run(tape->compute->pool, attention->heads, show_task, &job);
	nch_seen_scores seen = {attention->heads, n, n, job.scores, job.maps, formula, {__FILE__, "attention_task", CALL_LINE}};
	tape->eye->scores(tape->eye->context, &seen);
	nch_gradient_release(tape, job.scores, cells);
	nch_gradient_release(tape, job.maps, cells);
}

/* Every head of every sentence, and then those who look on. formula: of the scores, where it is not the plain one. */
static bool attend(nch_tape *tape, const nch_batch *batch, const nch_attention *attention, const char *formula)
{
	if (tape->failed || nch_compute_reserve(tape->compute, nch_batch_longest(batch), attention->width, NULL) != NCH_OK) {
		tape->failed = true;
		return false;
	}
	attention_job job = {tape->compute, *attention, false};
	nch_pool_run(tape->compute->pool, batch->sentences * attention->heads, attention_task, &job);
	if (tape->watch != NULL)
		tape->watch(tape->watch_context, &job.attention, batch);
	if (tape->eye != NULL)
		show(tape, &job.attention, formula);
	return true;
}

static void attention_backward(nch_tape *tape, nch_node *node);
static void attention_exact(nch_exact *e, const nch_node *node);
static const nch_op attention_op = {"attention", attention_backward, attention_exact};

nch_tensor *nch_attention_op(nch_tape *tape, const nch_batch *batch, nch_tensor *q, nch_tensor *k, nch_tensor *v, size_t heads, float dropout,
                             uint32_t site)
{
	if (q == NULL || k == NULL || v == NULL || tape->failed)
		return NULL;
	nch_tensor *inputs[] = {q, k, v};
	nch_tensor *out = nch_tape_tensor(tape, q->rows, q->columns, inputs, 3);
	attention_node *node = nch_tape_record(tape, &attention_op, out, sizeof *node);
	size_t width = q->columns / heads;
	if (out == NULL)
		return NULL;
	const nch_attention attention = {.heads = heads, .width = width, .offsets = batch->offsets, .q = q->data, .k = k->data, .v = v->data,
	                                 .row = q->columns, .scale = (float)(1.0 / sqrt((double)width)),
	                                 .dropout = nch_tape_dropout(tape, dropout, site, tape->step.token_row * heads), .out = out->data};
	if (node != NULL) {
		node->q = q;
		node->k = k;
		node->v = v;
		node->batch = batch;
		node->heads = heads;
		node->dropout = attention.dropout;
	}
	return attend(tape, batch, &attention, NULL) ? out : NULL;
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

/* --- with rotary positions --- */

typedef struct rotary_node {
	nch_node node;
	nch_tensor *qkv;
	const nch_batch *batch;
	const float *turns;
	size_t heads, window;
	nch_dropout dropout;
} rotary_node;

/* At 8,192 tokens the angle has lost six bits; it is rounded to float before its cosine is taken all the same, as PyTorch does. */
const float *nch_rotary_turns(nch_tape *tape, size_t longest, size_t width, float theta)
{
	const double turn = 6.283185307179586477;
	size_t half = width / 2;
	float *turns = nch_tape_floats(tape, longest, width);
	for (size_t d = 0; turns != NULL && d < half; d++) {
		float frequency = 1.0f / (float)nch_exp(nch_log((double)theta) * (double)((float)(2 * d) / (float)width));
		for (size_t place = 0; place < longest; place++) {
			float angle = (float)place * frequency;
			turns[place * width + d] = (float)nch_cos_turns((double)angle / turn);
			turns[place * width + half + d] = (float)nch_sin_turns((double)angle / turn);
		}
	}
	return turns;
}

typedef struct rotary_job {
	const size_t *offsets;
	const float *turns;
	float *rows; /* (tokens, 3 · heads · width): queries and keys of them are rotated in place */
	size_t heads, width;
	float sign; /* -1: back, which is what a gradient goes through */
} rotary_job;

static void rotate_range(void *context, size_t begin, size_t end)
{
	const rotary_job *job = context;
	size_t half = job->width / 2;
	for (size_t s = begin; s < end; s++)
		for (size_t t = job->offsets[s]; t < job->offsets[s + 1]; t++) {
			const float *cosines = job->turns + (t - job->offsets[s]) * job->width, *sines = cosines + half;
			for (size_t head = 0; head < 2 * job->heads; head++) { /* the queries', then the keys' */
				float *left = job->rows + (t * 3 * job->heads + head) * job->width, *right = left + half;
				for (size_t d = 0; d < half; d++) {
					float x = left[d], y = right[d], sine = job->sign * sines[d];
					left[d] = x * cosines[d] - y * sine;
					right[d] = y * cosines[d] + x * sine;
				}
			}
		}
}

static nch_attention describe_rotary(const float *qkv, size_t columns, const nch_batch *batch, size_t heads, size_t window)
{
	size_t inner = columns / 3, width = inner / heads;
	return (nch_attention){.heads = heads, .width = width, .offsets = batch->offsets, .q = qkv, .k = qkv + inner, .v = qkv + 2 * inner,
	                       .row = columns, .scale = (float)(1.0 / sqrt((double)width)), .window = window};
}

static void rotary_backward(nch_tape *tape, nch_node *node);
static void rotary_exact(nch_exact *e, const nch_node *node);
static const nch_op rotary_op = {"rotary attention", rotary_backward, rotary_exact};

nch_tensor *nch_rotary_attention_op(nch_tape *tape, const nch_batch *batch, nch_tensor *qkv, const float *turns, size_t heads, size_t window,
                                    float dropout, uint32_t site)
{
	if (qkv == NULL || turns == NULL || tape->failed)
		return NULL;
	nch_tensor *out = nch_tape_tensor(tape, qkv->rows, qkv->columns / 3, &qkv, 1);
	rotary_node *node = nch_tape_record(tape, &rotary_op, out, sizeof *node);
	if (out == NULL)
		return NULL;
	rotary_job turning = {batch->offsets, turns, qkv->data, heads, out->columns / heads, 1.0f};
	nch_attention attention = describe_rotary(qkv->data, qkv->columns, batch, heads, window);
	attention.dropout = nch_tape_dropout(tape, dropout, site, tape->step.token_row * heads);
	attention.out = out->data;
	if (node != NULL)
		*node = (rotary_node){node->node, qkv, batch, turns, heads, window, attention.dropout};
	nch_parallel(tape->compute, batch->sentences, 1, rotate_range, &turning);
	return attend(tape, batch, &attention, window > 0 ? "S = Q Kᵀ / √width, both rotated by their places; -1e9 where a token is out of the window" :
	                                                          "S = Q Kᵀ / √width, both rotated by their places") ? out : NULL;
}

/* A rotation's gradient is turned back. */
static void rotary_backward(nch_tape *tape, nch_node *node)
{
	const rotary_node *n = (rotary_node *)node;
	size_t columns = n->qkv->columns, inner = columns / 3;
	float *d = nch_gradient_take(tape, n->qkv->rows * columns);
	if (d == NULL)
		return;
	attention_job job = {tape->compute, describe_rotary(n->qkv->data, columns, n->batch, n->heads, n->window), true};
	job.attention.dropout = n->dropout;
	job.attention.dout = node->out->grad;
	job.attention.dq = d;
	job.attention.dk = d + inner;
	job.attention.dv = d + 2 * inner;
	nch_pool_run(tape->compute->pool, n->batch->sentences * n->heads, attention_task, &job);
	rotary_job turning = {n->batch->offsets, n->turns, d, n->heads, inner / n->heads, -1.0f};
	nch_parallel(tape->compute, n->batch->sentences, 1, rotate_range, &turning);
	nch_gradient_give(tape, n->qkv, d);
}

/* --- in double --- */

/* q, k, v with `row` doubles from one token to the next; out (tokens, heads · width). */
static void attend_exactly(nch_exact *e, double *out, const double *q, const double *k, const double *v, size_t row, const nch_batch *batch,
                           size_t heads, size_t width, size_t window)
{
	double *p = nch_alloc(nch_batch_longest(batch), sizeof *p);
	if (p == NULL)
		nch_exact_fail(e);
	for (size_t t = 0; !nch_exact_failed(e) && t < batch->tokens * heads; t++) {
		size_t i = t / heads, column = t % heads * width, sentence = 0;
		while (batch->offsets[sentence + 1] <= i)
			sentence++;
		size_t first = batch->offsets[sentence], end = batch->offsets[sentence + 1];
		if (window > 0) {
			first = i - first > window ? i - window : first;
			end = end - i - 1 > window ? i + window + 1 : end;
		}
		for (size_t j = first; j < end; j++) {
			p[j - first] = 0;
			for (size_t d = 0; d < width; d++)
				p[j - first] += q[i * row + column + d] * k[j * row + column + d] / sqrt((double)width);
		}
		nch_exact_softmax(p, p, end - first);
		for (size_t d = 0; d < width; d++) {
			double sum = 0;
			for (size_t j = first; j < end; j++)
				sum += p[j - first] * v[j * row + column + d];
			out[i * heads * width + column + d] = sum;
		}
	}
	nch_free(p);
}

static void attention_exact(nch_exact *e, const nch_node *node)
{
	const attention_node *n = (const attention_node *)node;
	const nch_tensor *q = n->q;
	attend_exactly(e, nch_exact_room(e, node->out), nch_exact_values(e, q), nch_exact_values(e, n->k), nch_exact_values(e, n->v), q->columns,
	               n->batch, n->heads, q->columns / n->heads, 0);
}

static void rotary_exact(nch_exact *e, const nch_node *node)
{
	const rotary_node *n = (const rotary_node *)node;
	size_t columns = n->qkv->columns, inner = columns / 3, width = inner / n->heads, half = width / 2, count = n->qkv->rows * columns;
	const double *before = nch_exact_values(e, n->qkv);
	double *x = nch_alloc(count, sizeof *x);
	for (size_t i = 0; x != NULL && before != NULL && i < count; i++) {
		size_t t = i / columns, c = i % columns, d = c % width, sentence = 0;
		while (n->batch->offsets[sentence + 1] <= t)
			sentence++;
		const float *turns = n->turns + (t - n->batch->offsets[sentence]) * width;
		double cosine = (double)turns[d % half], sine = (double)turns[half + d % half];
		if (c >= 2 * inner) /* values stay */
			x[i] = before[i];
		else
			x[i] = d < half ? before[i] * cosine - before[i + half] * sine : before[i] * cosine + before[i - half] * sine;
	}
	if (x == NULL)
		nch_exact_fail(e);
	else
		attend_exactly(e, nch_exact_room(e, node->out), x, x + inner, x + 2 * inner, columns, n->batch, n->heads, width, n->window);
	nch_free(x);
}
