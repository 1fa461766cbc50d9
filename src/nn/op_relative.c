/* op_relative.c - attention with relative positions: what a query makes of a key depends on how far apart they are (Dai et al. 2020, appendix A.2).
 *
 * The distances' vectors are R · W: R holds sines and cosines and is no weight, W is `kernel`. R · W is made for all distances of the batch at once.
 * Backward, each sentence adds its part of dW by itself, sentences in ascending order: so a batch that is taken in parts has the bits of the whole
 * one. */
#include "nn/tape_private.h"

#include <math.h>

#include "base/memory.h"

/* Which of the inputs is what. */
enum { Q, K, V, KERNEL, CONTENT_BIAS, PLACE_BIAS, KIND_BIAS, SEGMENTS, INPUTS };

typedef struct relative_node {
	nch_node node;
	nch_tensor *in[INPUTS];
	const nch_relative_shape *shape;
	size_t heads;
	nch_dropout dropout;
	float *places; /* (distances, heads · width) */
} relative_node;

typedef struct relative_job {
	const nch_compute *compute;
	nch_relative relative;
	size_t sentence;
	bool backward;
} relative_job;

static void relative_task(void *context, size_t index, size_t thread)
{
	const relative_job *job = context;
	size_t heads = job->relative.heads;
	float *scratch = job->compute->scratch + thread * job->compute->scratch_floats;
	const nch_kernels *kernels = job->compute->kernels;
	if (job->backward)
		kernels->relative_backward(&job->relative, job->sentence, index, scratch);
	else
		kernels->relative(&job->relative, index / heads, index % heads, scratch);
}
enum { CALL_LINE = __LINE__ - 2 }; /* of the kernel */

/* The numbers that forward and backward share. */
static nch_relative describe(const relative_node *node)
{
	const nch_relative_shape *shape = node->shape;
	const nch_tensor *q = node->in[Q];
	size_t width = q->columns / node->heads;
	return (nch_relative){.heads = node->heads, .width = width, .step = shape->step, .query_offsets = shape->queries->offsets,
	                      .key_offsets = shape->keys->offsets, .query_type = shape->queries->type, .key_type = shape->keys->type, .q = q->data,
	                      .k = node->in[K]->data, .v = node->in[V]->data, .content_bias = node->in[CONTENT_BIAS]->data,
	                      .place_bias = node->in[PLACE_BIAS]->data, .kind_bias = node->in[KIND_BIAS]->data, .places = node->places,
	                      .address_offsets = shape->addresses, .zero = shape->zero, .segments = node->in[SEGMENTS]->data, .first_apart = shape->first_apart,
	                      .scale = (float)(1.0 / sqrt((double)width)), .dropout = node->dropout};
}

/* --- for whoever looks on: scores and attention of the first sentence, made once more, by the formula in kernels/kernels.h --- */

static float biased_dot(const float *x, const float *bias, const float *y, size_t width)
{
	double sum = 0.0;
	for (size_t d = 0; d < width; d++)
		sum += ((double)x[d] + (double)bias[d]) * (double)y[d];
	return (float)sum;
}

static float score(const nch_relative *r, size_t head, size_t i, size_t j)
{
	size_t row = r->heads * r->width, column = head * r->width;
	const float *q = r->q + i * row + column;
	float value = biased_dot(q, r->content_bias + column, r->k + j * row + column, r->width);
	if (!(r->first_apart && (i == 0 || j == 0))) {
		bool same = i == 0 || j == 0 || r->query_type[i] == r->key_type[j];
		value += biased_dot(q, r->place_bias + column, r->places + (r->zero - r->step * i + j) * row + column, r->width);
		value += biased_dot(q, r->kind_bias + column, r->segments + same * row + column, r->width);
	}
	return r->scale * value;
}

static void show(nch_tape *tape, const nch_relative *r)
{
	size_t queries = r->query_offsets[1], keys = r->key_offsets[1], cells = r->heads * queries * keys;
	float *scores = nch_gradient_take(tape, cells), *maps = nch_gradient_take(tape, cells);
	if (tape->failed)
		return;
	for (size_t row = 0; row < r->heads * queries; row++) {
		for (size_t j = 0; j < keys; j++)
			scores[row * keys + j] = score(r, row / queries, row % queries, j);
		tape->compute->kernels->softmax(maps + row * keys, scores + row * keys, keys);
	}
	nch_seen_scores seen = {r->heads, queries, keys, scores, maps, "S = ((Q + b_c) Kᵀ + (Q + b_p) R[distance]ᵀ + (Q + b_s) T[same]ᵀ) / √width", {__FILE__, "relative_task", CALL_LINE}};
	tape->eye->scores(tape->eye->context, &seen);
	nch_gradient_release(tape, scores, cells);
	nch_gradient_release(tape, maps, cells);
}

static void relative_backward(nch_tape *tape, nch_node *node);
static void relative_exact(nch_exact *e, const nch_node *node);
static const nch_op relative_op = {"relative attention", relative_backward, relative_exact};

nch_tensor *nch_relative_op(nch_tape *tape, const nch_relative_shape *shape, nch_tensor *q, nch_tensor *k, nch_tensor *v,
                            const nch_relative_weights *weights, size_t heads, float dropout, uint32_t site)
{
	if (q == NULL || k == NULL || v == NULL || tape->failed)
		return NULL;
	nch_tensor *inputs[INPUTS] = {q, k, v, weights->kernel, weights->content_bias, weights->place_bias, weights->kind_bias, weights->segments};
	nch_tensor *out = nch_tape_tensor(tape, q->rows, q->columns, inputs, INPUTS);
	relative_node *node = nch_tape_record(tape, &relative_op, out, sizeof *node), unrecorded = {0};
	size_t width = q->columns / heads, distances = shape->distances;
	float *places = node ? nch_tape_floats(tape, distances, q->columns) : nch_gradient_take(tape, distances * q->columns);
	size_t scratch = nch_relative_scratch_floats(nch_batch_longest(shape->queries), nch_batch_longest(shape->keys), shape->step, width);
	if (tape->failed || nch_compute_reserve_floats(tape->compute, scratch, NULL) != NCH_OK) {
		tape->failed = true;
		return NULL;
	}
	relative_node *described = node ? node : &unrecorded;
	for (size_t i = 0; i < INPUTS; i++)
		described->in[i] = inputs[i];
	described->shape = shape;
	described->heads = heads;
	described->dropout = nch_tape_dropout(tape, dropout, site, tape->step.token_row * heads);
	described->places = places;
	nch_gemm product = {.m = distances, .n = q->columns, .k = shape->columns, .a = shape->waves, .a_row = shape->columns, .a_col = 1,
	                    .b = weights->kernel->data, .b_row = q->columns, .b_col = 1, .c = places, .c_row = q->columns};
	tape->compute->kernels->gemm(&product, tape->compute);
	relative_job job = {tape->compute, describe(described), 0, false};
	job.relative.out = out->data;
	nch_pool_run(tape->compute->pool, shape->queries->sentences * heads, relative_task, &job);
	if (tape->eye != NULL)
		show(tape, &job.relative);
	if (node == NULL)
		nch_gradient_release(tape, places, distances * q->columns);
	return out;
}

/* A place for a shared gradient, or one that nobody reads where the tensor is not trained. */
static float *open_or_spare(nch_tape *tape, nch_tensor *tensor, float *spare)
{
	if (!tensor->wants_grad)
		return spare;
	return nch_gradient_open(tape, tensor) ? tensor->grad : NULL;
}

/* dW += Rᵀ · d_places, over the distances of one sentence. */
static void kernel_gradient(nch_tape *tape, const nch_relative_shape *shape, nch_tensor *kernel, const float *d_places, size_t first, size_t count)
{
	nch_gemm product = {.m = shape->columns, .n = kernel->columns, .k = count, .a = shape->waves + first * shape->columns, .a_row = 1,
	                    .a_col = shape->columns, .b = d_places, .b_row = kernel->columns, .b_col = 1, .c = kernel->grad,
	                    .c_row = kernel->columns, .accumulate = 1};
	tape->compute->kernels->gemm(&product, tape->compute);
}

static void relative_backward(nch_tape *tape, nch_node *recorded)
{
	const relative_node *node = (relative_node *)recorded;
	const nch_relative_shape *shape = node->shape;
	nch_tensor *q = node->in[Q], *k = node->in[K], *v = node->in[V], *kernel = node->in[KERNEL];
	size_t row = q->columns, floats = q->rows * row, key_floats = k->rows * row, place_floats = shape->distances * row;
	relative_job job = {tape->compute, describe(node), 0, true};
	nch_relative *r = &job.relative;
	float *spare = nch_gradient_take(tape, 2 * row);
	r->dout = recorded->out->grad;
	r->dq = nch_gradient_take(tape, floats);
	r->dk = nch_gradient_take(tape, key_floats);
	r->dv = nch_gradient_take(tape, key_floats);
	r->d_places = nch_gradient_take(tape, place_floats);
	r->d_content_bias = open_or_spare(tape, node->in[CONTENT_BIAS], spare);
	r->d_place_bias = open_or_spare(tape, node->in[PLACE_BIAS], spare);
	r->d_kind_bias = open_or_spare(tape, node->in[KIND_BIAS], spare);
	r->d_segments = open_or_spare(tape, node->in[SEGMENTS], spare);
	if (tape->failed || (kernel->wants_grad && !nch_gradient_open(tape, kernel)))
		return;
	for (size_t s = 0; s < shape->queries->sentences; s++) {
		size_t queries = shape->queries->offsets[s + 1] - shape->queries->offsets[s];
		size_t keys = shape->keys->offsets[s + 1] - shape->keys->offsets[s], before = shape->step * (queries - 1);
		job.sentence = s;
		nch_pool_run(tape->compute->pool, node->heads, relative_task, &job);
		if (kernel->wants_grad)
			kernel_gradient(tape, shape, kernel, r->d_places, shape->zero - before, before + keys);
	}
	nch_gradient_release(tape, spare, 2 * row);
	nch_gradient_release(tape, r->d_places, place_floats);
	nch_gradient_give(tape, q, r->dq);
	nch_gradient_give(tape, k, r->dk);
	nch_gradient_give(tape, v, r->dv);
}

/* --- in double --- */

typedef struct exact_relative {
	size_t row, width;
	const double *in[INPUTS], *places;
} exact_relative;

/* The formula of kernels/kernels.h, for query i of the sentence, which is row `query`, and key j. */
static double exact_score(const exact_relative *x, const nch_relative_shape *s, size_t query, size_t i, size_t key, size_t j, size_t column)
{
	bool apart = s->first_apart && (i == 0 || j == 0), same = i == 0 || j == 0 || s->queries->type[query] == s->keys->type[key];
	const double *q = x->in[Q] + query * x->row + column, *k = x->in[K] + key * x->row + column;
	const double *place = x->places + (s->zero - s->step * i + j) * x->row + column, *kind = x->in[SEGMENTS] + same * x->row + column;
	double sum = 0;
	for (size_t d = 0; d < x->width; d++) {
		sum += (q[d] + x->in[CONTENT_BIAS][column + d]) * k[d];
		if (!apart)
			sum += (q[d] + x->in[PLACE_BIAS][column + d]) * place[d] + (q[d] + x->in[KIND_BIAS][column + d]) * kind[d];
	}
	return sum / sqrt((double)x->width);
}

static void relative_exact(nch_exact *e, const nch_node *node)
{
	const relative_node *n = (const relative_node *)node;
	const nch_relative_shape *s = n->shape;
	size_t row = n->in[Q]->columns, width = row / n->heads;
	exact_relative x = {.row = row, .width = width};
	double *places = nch_alloc(s->distances, row * sizeof *places), *p = nch_alloc(nch_batch_longest(s->keys), sizeof *p), *out = nch_exact_room(e, node->out);
	for (size_t i = 0; i < INPUTS; i++)
		x.in[i] = nch_exact_values(e, n->in[i]);
	if (places == NULL || p == NULL)
		nch_exact_fail(e);
	for (size_t u = 0; !nch_exact_failed(e) && u < s->distances * row; u++)
		for (size_t c = 0; c < s->columns; c++)
			places[u] += (double)s->waves[u / row * s->columns + c] * x.in[KERNEL][c * row + u % row];
	x.places = places;
	for (size_t sentence = 0; !nch_exact_failed(e) && sentence < s->queries->sentences; sentence++) {
		size_t queries = s->queries->offsets[sentence], keys = s->keys->offsets[sentence], count = s->keys->offsets[sentence + 1] - keys;
		for (size_t t = 0; t < (s->queries->offsets[sentence + 1] - queries) * n->heads; t++) {
			size_t i = t / n->heads, column = t % n->heads * width;
			for (size_t j = 0; j < count; j++)
				p[j] = exact_score(&x, s, queries + i, i, keys + j, j, column);
			nch_exact_softmax(p, p, count);
			for (size_t d = 0; d < width; d++) {
				double sum = 0;
				for (size_t j = 0; j < count; j++)
					sum += p[j] * x.in[V][(keys + j) * row + column + d];
				out[(queries + i) * row + column + d] = sum;
			}
		}
	}
	nch_free(places);
	nch_free(p);
}
