/* funnel.c - Funnel-Transformer (Dai et al. 2020, "Funnel-Transformer: Filtering out Sequential Redundancy for Efficient Language Processing").
 *
 * A sentence becomes shorter on its way: every block but the first begins with a layer whose queries are neighbours pooled two by two, while its
 * keys and values are still all rows. There is no table of positions; attention is told how far apart two rows are, in tokens, by sines and cosines
 * of that distance. Here every sentence is pooled by itself, as if it were alone, so that no padding is ever pooled. */
#include "nn/funnel.h"

#include "kernels/math.h"
#include "nn/eye.h"
#include "nn/family.h"

/* Which dropout a mask belongs to, see forward.c. */
enum { SITE_EMBEDDING = 0, SITE_LAYER = 1, SITES_A_LAYER = 4, SITE_WAVES = 0xD000 };

/* One block: its sentences, where its rows come from, and the two kinds of attention in it. */
typedef struct block_plan {
	nch_batch rows;                 /* offsets and types */
	size_t *begin, *end;            /* of each row: the rows of the block before that are pooled into it */
	nch_relative_shape within;      /* all rows with all rows */
	nch_relative_shape pooling;     /* the pooled rows with those before */
} block_plan;

/* What is computed here is a Funnel. */
static const nch_funnel_config *own_of(const nch_config *config)
{
	return config->own;
}

/* --- the rows of a block --- */

/* How many rows `length` rows are pooled to. Where nothing but the first would be left to pool, nothing is. */
static bool is_pooled(const nch_funnel_config *funnel, size_t length)
{
	return length > (funnel->separate_cls ? 2u : 1u);
}

static size_t pooled_length(const nch_funnel_config *funnel, size_t length)
{
	if (!is_pooled(funnel, length))
		return length;
	/* separate: the first alone, then pairs; truncate: without the last */
	return funnel->separate_cls && !funnel->truncate ? length / 2 + 1 : (length + 1) / 2;
}

/* The rows `before` that the rows of one sentence come from; written from row `at` on. */
static void pool_sentence(const nch_funnel_config *funnel, block_plan *plan, size_t at, size_t first, size_t length)
{
	size_t count = pooled_length(funnel, length), limit = funnel->separate_cls && funnel->truncate ? length - 1 : length;
	for (size_t r = 0; r < count; r++) {
		size_t from = r, to = r + 1;
		if (count < length && funnel->separate_cls) {
			from = r == 0 ? 0 : 2 * r - 1;
			to = r == 0 ? 1 : 2 * r + 1 < limit ? 2 * r + 1 : limit;
		} else if (count < length) {
			from = 2 * r;
			to = 2 * r + 2 < length ? 2 * r + 2 : length;
		}
		plan->begin[at + r] = first + from;
		plan->end[at + r] = first + to;
	}
}

static bool plan_rows(const nch_funnel_config *funnel, nch_tape *tape, const nch_batch *before, block_plan *plan)
{
	size_t total = 0, at = 0;
	for (size_t s = 0; s < before->sentences; s++)
		total += pooled_length(funnel, before->offsets[s + 1] - before->offsets[s]);
	size_t *offsets = nch_tape_alloc(tape, before->sentences + 1, sizeof *offsets);
	int32_t *type = nch_tape_alloc(tape, total, sizeof *type);
	plan->begin = nch_tape_alloc(tape, total, sizeof *plan->begin);
	plan->end = nch_tape_alloc(tape, total, sizeof *plan->end);
	if (offsets == NULL || type == NULL || plan->begin == NULL || plan->end == NULL)
		return false;
	for (size_t s = 0; s < before->sentences; s++) {
		size_t length = before->offsets[s + 1] - before->offsets[s];
		offsets[s] = at;
		pool_sentence(funnel, plan, at, before->offsets[s], length);
		at += pooled_length(funnel, length);
	}
	offsets[before->sentences] = at;
	for (size_t r = 0; r < total; r++)
		type[r] = before->type[plan->begin[r]];
	plan->rows = (nch_batch){.tokens = total, .sentences = before->sentences, .type = type, .offsets = offsets};
	return true;
}

/* --- how far apart --- */

/* waves (distances, columns) with sin(d · w) in the first half of a row and cos(d · w) in the second, w = 10000^-(2f / columns) for f = 0, 1, … The
 * angle is rounded to float before its sine is taken, as PyTorch does: at 500 tokens that is seen in the fifth digit. */
static void fill_waves(float *waves, size_t distances, size_t columns, long largest, long stride)
{
	const double log_10000 = 9.210340371976182736, turn = 6.283185307179586477;
	size_t half = columns / 2;
	for (size_t f = 0; f < half; f++) {
		float frequency = 1.0f / (float)nch_exp(log_10000 * (double)((float)f / (float)half));
		for (size_t u = 0; u < distances; u++) {
			float angle = (float)(largest - (long)u * stride) * frequency;
			waves[u * columns + f] = (float)nch_sin_turns((double)angle / turn);
			waves[u * columns + half + f] = (float)nch_cos_turns((double)angle / turn);
		}
	}
}

/* For queries and keys of these sentences; `stride` tokens from one key to the next, the first query `ahead` tokens behind the first key. */
static bool plan_attention(const nch_model *model, nch_tape *tape, const nch_batch *queries, const nch_batch *keys, const size_t *addresses,
                           size_t step, long stride, long ahead, uint32_t site, nch_relative_shape *shape)
{
	const nch_config *c = &model->config;
	size_t zero = step * (nch_batch_longest(queries) - 1), distances = zero + nch_batch_longest(keys), columns = c->hidden;
	nch_tensor *waves = nch_tape_constant(tape, distances, columns);
	if (waves == NULL)
		return false;
	fill_waves(waves->data, distances, columns, ahead + (long)zero * stride, stride);
	/* a mask belongs to a distance: its address counts from where the distance of first query and first key would stand */
	waves = nch_dropout_op(tape, waves, c->dropout, site, ((uint64_t)1 << 31) - zero);
	if (waves == NULL)
		return false;
	*shape = (nch_relative_shape){.queries = queries, .keys = keys, .addresses = addresses, .step = step, .distances = distances, .zero = zero,
	                              .columns = columns, .waves = waves->data, .first_apart = own_of(c)->separate_cls};
	return true;
}

static bool plan_block(const nch_model *model, nch_tape *tape, const nch_batch *batch, size_t b, block_plan *plans)
{
	const nch_funnel_config *funnel = model->config.own;
	long stride = 1L << b;
	uint32_t site = SITE_WAVES + 2 * (uint32_t)b;
	block_plan *plan = &plans[b];
	if (b == 0) {
		plan->rows = *batch;
	} else {
		const nch_batch *before = &plans[b - 1].rows;
		if (!plan_rows(funnel, tape, before, plan))
			return false;
		/* with a separate first token, pair r of a block stands where its first half stood: behind the first by half a stride less */
		if (funnel->queries_only && !plan_attention(model, tape, &plan->rows, before, batch->offsets, 2, stride / 2,
		                                            funnel->separate_cls ? -stride / 2 : 0, site, &plan->pooling))
			return false;
	}
	return plan_attention(model, tape, &plan->rows, &plan->rows, batch->offsets, 1, stride, 0, site + 1, &plan->within);
}

/* --- layers --- */

/* In a function that has `tape` and `index`, which counts the layers as they are gone through. */
#define SEE(what, made) NCH_SEE(tape, NCH_SEEN_##what, index, made)

/* One layer: queries from x (n, h), keys and values from y (m, h), to (n, h). */
static nch_tensor *encode_layer(const nch_model *model, nch_tape *tape, const nch_encoder_layer *layer, const nch_relative_shape *shape,
                                uint32_t site, size_t index, nch_tensor *x, nch_tensor *y)
{
	const nch_config *c = &model->config;
	const size_t *offsets = shape->queries->offsets, *addresses = shape->addresses;
	size_t sentences = shape->queries->sentences;
	nch_tensor *query = SEE(QUERY, nch_linear(tape, x, NCH_ACTIVATIONS, layer->query_weight, NULL));         /* (n, heads · width) */
	nch_tensor *key = SEE(KEY, nch_linear(tape, y, NCH_ACTIVATIONS, layer->key_weight, layer->key_bias));    /* (m, heads · width) */
	nch_tensor *value = SEE(VALUE, nch_linear(tape, y, NCH_ACTIVATIONS, layer->value_weight, layer->value_bias));
	nch_tensor *context = SEE(CONTEXT, nch_relative_op(tape, shape, query, key, value, &layer->relative, c->heads, c->attention_dropout, site));
	nch_tensor *mixed = SEE(MIXED, nch_linear(tape, context, NCH_ACTIVATIONS, layer->attention_weight, layer->attention_bias)); /* (n, h) */
	mixed = nch_dropout_packed(tape, mixed, c->dropout, site + 1, offsets, addresses, sentences);
	nch_tensor *attended = SEE(ATTENDED, nch_layer_norm(tape, mixed, x, 0.0f, 0, layer->attention_gamma, layer->attention_beta, c->norm_epsilon));

	nch_tensor *up = SEE(UP, nch_linear(tape, attended, NCH_ACTIVATIONS, layer->up_weight, layer->up_bias)); /* (n, f) */
	nch_activation activation = c->activation;
	if (own_of(c)->activation_dropout > 0.0f) {
		up = SEE(ACTIVATED, nch_activate(tape, up, activation));
		up = nch_dropout_packed(tape, up, own_of(c)->activation_dropout, site + 2, offsets, addresses, sentences);
		activation = NCH_ACTIVATIONS; /* has been done */
	}
	nch_tensor *down = SEE(DOWN, nch_linear(tape, up, activation, layer->down_weight, layer->down_bias));   /* (n, h) */
	down = nch_dropout_packed(tape, down, c->dropout, site + 3, offsets, addresses, sentences);
	return SEE(OUTPUT, nch_layer_norm(tape, down, attended, 0.0f, 0, layer->output_gamma, layer->output_beta, c->norm_epsilon));
}

nch_tensor *nch_funnel_encode(const nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows)
{
	const nch_config *c = &model->config;
	const nch_funnel_config *funnel = c->own;
	const nch_encoder_layer *layer = model->layers;
	block_plan *plans = nch_tape_alloc(tape, funnel->blocks, sizeof *plans);
	uint32_t site = SITE_LAYER;
	for (size_t b = 0; b < funnel->blocks; b++)
		if (plans == NULL || !plan_block(model, tape, batch, b, plans))
			return NULL;
	nch_arena_mark mark = nch_tape_mark(tape);
	size_t index = 0;
	nch_tensor *x = SEE(EMBEDDINGS_SUM, nch_embedding(tape, batch, model->word, NULL, NULL));                           /* (n, h) */
	x = SEE(EMBEDDINGS_NORM, nch_layer_norm(tape, x, NULL, 0.0f, 0, model->embedding_gamma, model->embedding_beta, c->norm_epsilon));
	x = nch_dropout_op(tape, x, c->dropout, SITE_EMBEDDING, nch_tape_step(tape)->token_row);
	x = nch_tape_keep(tape, mark, x);
	for (size_t b = 0; b < funnel->blocks; b++)
		for (size_t l = 0; l < funnel->sizes[b]; l++, layer++)
			for (size_t repeat = 0; repeat < funnel->repeats[b]; repeat++, index++, site += SITES_A_LAYER) {
				const block_plan *plan = &plans[b];
				if (b == 0 || l > 0 || repeat > 0) {
					x = encode_layer(model, tape, layer, &plan->within, site, index, x, x);
				} else {
					nch_tensor *pooled = SEE(POOLED_QUERY, nch_pool_rows(tape, x, plan->begin, plan->end, plan->rows.tokens, funnel->largest));
					x = funnel->queries_only ? encode_layer(model, tape, layer, &plan->pooling, site, index, pooled, x)
					                         : encode_layer(model, tape, layer, &plan->within, site, index, pooled, pooled);
				}
				x = nch_tape_keep(tape, mark, x);
			}
	*rows = &plans[funnel->blocks - 1].rows;
	return x;
}
