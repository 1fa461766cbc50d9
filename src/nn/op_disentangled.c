/* op_disentangled.c - attention with content and position apart (He et al. 2021, "DeBERTa"). The distances' rows belong to all sentences: backward,
 * sentences add to their gradient one after the other, heads at once. */
#include "nn/tape_private.h"

#include <math.h>

#include "base/memory.h"

/* Which of the inputs is what; the last two may be NULL. */
enum { Q, K, V, KEY_PLACES, QUERY_PLACES, INPUTS };

typedef struct disentangled_node {
	nch_node node;
	nch_tensor *in[INPUTS];
	const nch_batch *batch;
	size_t terms;
	nch_disentangled attention; /* as it was forward */
} disentangled_node;

typedef struct disentangled_job {
	const nch_compute *compute;
	nch_disentangled attention;
	size_t sentence;
	bool backward;
} disentangled_job;

static void disentangled_task(void *context, size_t index, size_t thread)
{
	const disentangled_job *job = context;
	size_t heads = job->attention.heads;
	float *scratch = job->compute->scratch + thread * job->compute->scratch_floats;
	if (job->backward)
		job->compute->kernels->disentangled_backward(&job->attention, job->sentence, index, scratch);
	else
		job->compute->kernels->disentangled(&job->attention, index / heads, index % heads, scratch);
}

enum { CALL_LINE = __LINE__ - 3 }; /* of the kernel */

/* --- for whoever looks on: scores and attention of the first sentence, made once more, by the formula in kernels/kernels.h --- */

static double dot(const float *x, const float *y, size_t width)
{
	double sum = 0.0;
	for (size_t d = 0; d < width; d++)
		sum += (double)x[d] * (double)y[d];
	return sum;
}

static float score(const nch_disentangled *a, size_t head, size_t i, size_t j)
{
	size_t row = a->heads * a->width, column = head * a->width, place = a->place_of[a->zero + i - j] * row + column;
	const float *q = a->q + i * row + column, *k = a->k + j * row + column;
	double sum = dot(q, k, a->width);
	if (a->key_places != NULL)
		sum += dot(q, a->key_places + place, a->width);
	if (a->query_places != NULL)
		sum += dot(k, a->query_places + place, a->width);
	return a->scale * (float)sum;
}

static void show(nch_tape *tape, const nch_disentangled *a)
{
	size_t n = a->offsets[1], cells = a->heads * n * n;
	float *scores = nch_gradient_take(tape, cells), *maps = nch_gradient_take(tape, cells);
	if (tape->failed)
		return;
	for (size_t row = 0; row < a->heads * n; row++) {
		for (size_t j = 0; j < n; j++)
			scores[row * n + j] = score(a, row / n, row % n, j);
		tape->compute->kernels->softmax(maps + row * n, scores + row * n, n);
	}
	nch_seen_scores seen = {a->heads, n, n, scores, maps, "S = (Q Kᵀ + Q K[distance]ᵀ + Q[distance] Kᵀ) / √(width · terms)", {__FILE__, "disentangled_task", CALL_LINE}};
	tape->eye->scores(tape->eye->context, &seen);
	nch_gradient_release(tape, scores, cells);
	nch_gradient_release(tape, maps, cells);
}

/* --- */

static void disentangled_backward(nch_tape *tape, nch_node *node);
static void disentangled_exact(nch_exact *e, const nch_node *node);
static const nch_op disentangled_op = {"disentangled attention", disentangled_backward, disentangled_exact};

nch_tensor *nch_disentangled_op(nch_tape *tape, const nch_batch *batch, nch_tensor *q, nch_tensor *k, nch_tensor *v, nch_tensor *key_places,
                                nch_tensor *query_places, const nch_distances *distances, size_t heads, size_t terms, float dropout, uint32_t site)
{
	if (q == NULL || k == NULL || v == NULL || tape->failed)
		return NULL;
	nch_tensor *inputs[INPUTS] = {q, k, v, key_places, query_places};
	nch_tensor *out = nch_tape_tensor(tape, q->rows, q->columns, inputs, INPUTS);
	disentangled_node *node = nch_tape_record(tape, &disentangled_op, out, sizeof *node);
	size_t width = q->columns / heads, scratch = nch_disentangled_scratch_floats(nch_batch_longest(batch), distances->rows, width);
	if (tape->failed || nch_compute_reserve_floats(tape->compute, scratch, NULL) != NCH_OK) {
		tape->failed = true;
		return NULL;
	}
	disentangled_job job = {tape->compute,
	                        {.heads = heads, .width = width, .offsets = batch->offsets, .q = q->data, .k = k->data, .v = v->data,
	                         .key_places = key_places ? key_places->data : NULL, .query_places = query_places ? query_places->data : NULL,
	                         .place_of = distances->row_of, .zero = distances->zero, .scale = (float)(1.0 / sqrt((double)(width * terms))),
	                         .dropout = nch_tape_dropout(tape, dropout, site, tape->step.token_row * heads), .out = out->data},
	                        0, false};
	if (node != NULL) {
		for (size_t i = 0; i < INPUTS; i++)
			node->in[i] = inputs[i];
		node->batch = batch;
		node->terms = terms;
		node->attention = job.attention;
	}
	nch_pool_run(tape->compute->pool, batch->sentences * heads, disentangled_task, &job);
	if (tape->eye != NULL)
		show(tape, &job.attention);
	return out;
}

/* Zeros for the gradient of a table, or NULL where there is no table. */
static float *place_gradient(nch_tape *tape, const nch_tensor *places)
{
	float *d = places ? nch_gradient_take(tape, places->rows * places->columns) : NULL;
	for (size_t i = 0; d != NULL && i < places->rows * places->columns; i++)
		d[i] = 0.0f;
	return d;
}

static void disentangled_backward(nch_tape *tape, nch_node *node)
{
	const disentangled_node *n = (disentangled_node *)node;
	size_t floats = node->out->rows * node->out->columns;
	disentangled_job job = {tape->compute, n->attention, 0, true};
	nch_disentangled *a = &job.attention;
	a->dout = node->out->grad;
	a->dq = nch_gradient_take(tape, floats);
	a->dk = nch_gradient_take(tape, floats);
	a->dv = nch_gradient_take(tape, floats);
	a->d_key_places = place_gradient(tape, n->in[KEY_PLACES]);
	a->d_query_places = place_gradient(tape, n->in[QUERY_PLACES]);
	if (tape->failed)
		return;
	for (job.sentence = 0; job.sentence < n->batch->sentences; job.sentence++)
		nch_pool_run(tape->compute->pool, a->heads, disentangled_task, &job);
	float *const gradients[INPUTS] = {a->dq, a->dk, a->dv, a->d_key_places, a->d_query_places};
	for (size_t i = 0; i < INPUTS; i++)
		if (n->in[i] != NULL)
			nch_gradient_give(tape, n->in[i], gradients[i]);
}

/* --- in double --- */

typedef struct exact_disentangled {
	const nch_disentangled *a;
	const double *in[INPUTS];
	size_t first; /* the sentence's first token */
	size_t terms;
} exact_disentangled;

/* The formula of kernels/kernels.h, for query i and key j of the sentence. */
static double exact_score(const exact_disentangled *x, size_t i, size_t j, size_t column)
{
	const nch_disentangled *a = x->a;
	size_t row = a->heads * a->width, place = a->place_of[a->zero + i - j] * row + column;
	const double *q = x->in[Q] + (x->first + i) * row + column, *k = x->in[K] + (x->first + j) * row + column;
	double sum = 0;
	for (size_t d = 0; d < a->width; d++) {
		sum += q[d] * k[d];
		if (x->in[KEY_PLACES] != NULL)
			sum += q[d] * x->in[KEY_PLACES][place + d];
		if (x->in[QUERY_PLACES] != NULL)
			sum += k[d] * x->in[QUERY_PLACES][place + d];
	}
	return sum / sqrt((double)(a->width * x->terms));
}

static void disentangled_exact(nch_exact *e, const nch_node *node)
{
	const disentangled_node *n = (const disentangled_node *)node;
	const nch_disentangled *a = &n->attention;
	exact_disentangled x = {.a = a, .terms = n->terms};
	size_t row = a->heads * a->width;
	double *p = nch_alloc(nch_batch_longest(n->batch), sizeof *p), *out = nch_exact_room(e, node->out);
	for (size_t i = 0; i < INPUTS; i++)
		x.in[i] = n->in[i] ? nch_exact_values(e, n->in[i]) : NULL;
	if (p == NULL)
		nch_exact_fail(e);
	for (size_t s = 0; !nch_exact_failed(e) && s < n->batch->sentences; s++) {
		x.first = n->batch->offsets[s];
		size_t length = n->batch->offsets[s + 1] - x.first;
		for (size_t t = 0; t < length * a->heads; t++) {
			size_t i = t / a->heads, column = t % a->heads * a->width;
			for (size_t j = 0; j < length; j++)
				p[j] = exact_score(&x, i, j, column);
			nch_exact_softmax(p, p, length);
			for (size_t d = 0; d < a->width; d++) {
				double sum = 0;
				for (size_t j = 0; j < length; j++)
					sum += p[j] * x.in[V][(x.first + j) * row + column + d];
				out[(x.first + i) * row + column + d] = sum;
			}
		}
	}
	nch_free(p);
}
