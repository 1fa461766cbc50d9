/* memory.c - the bill for a step, item by item, as forward.c and the ops run it up. n: tokens, h: hidden, f: feed_forward. */
#include "nn/memory.h"

#include "kernels/kernels.h"

static size_t working_floats(const nch_config *c, size_t longest, size_t threads)
{
	size_t each = nch_gemm_scratch_floats();
	size_t attention = c->family == NCH_FUNNEL ? nch_relative_scratch_floats(longest, longest, 1, c->funnel.head_width)
	                                           : nch_attention_scratch_floats(longest, c->hidden / c->heads);
	return nch_gemm_shared_floats() + threads * (attention > each ? attention : each);
}

/* What one encoder layer allocates: query, key, value, context, mixed, attended, down, output (h each), up (f), and four statistics a token. */
static size_t layer_floats(const nch_config *c, size_t tokens)
{
	return tokens * (8 * c->hidden + c->feed_forward + 4);
}

/* The same of Funnel, for n queries and m keys: query, context (inner each), key, value (m), mixed, attended, down, output and two that dropout makes
 * (h), up (f), four statistics a row; and the vectors of all distances. */
static size_t funnel_layer_floats(const nch_config *c, size_t n, size_t m, size_t longest)
{
	size_t inner = c->heads * c->funnel.head_width, copies = c->dropout > 0.0f ? 6 : 4;
	size_t ups = c->funnel.activation_dropout > 0.0f ? 3 : 1;
	return 2 * n * inner + 2 * m * inner + n * (copies * c->hidden + ups * c->feed_forward + 4) + 2 * longest * inner;
}

static size_t at_least_half(size_t rows, size_t sentences) /* of the rows of a block in the next one */
{
	return (rows + sentences + 1) / 2;
}

/* All layers of a step on `tokens` tokens: *largest gets what the largest of them takes. */
static size_t layers_floats(const nch_config *c, size_t tokens, size_t sentences, size_t longest, size_t *largest)
{
	size_t sum = 0, rows = tokens;
	*largest = c->family == NCH_FUNNEL ? funnel_layer_floats(c, tokens, tokens, longest) : layer_floats(c, tokens);
	if (c->family != NCH_FUNNEL)
		return c->layers * *largest;
	for (size_t b = 0; b < c->funnel.blocks; b++) {
		size_t waves = 5 * longest * c->hidden * (c->dropout > 0.0f ? 2 : 1), passes = c->funnel.sizes[b] * c->funnel.repeats[b], first = 0;
		if (b > 0) {
			size_t pooled = at_least_half(rows, sentences);
			first = funnel_layer_floats(c, pooled, rows, 2 * longest) + pooled * c->hidden;
			rows = pooled;
			passes--;
			longest = at_least_half(longest, 1);
		}
		sum += waves + first + passes * funnel_layer_floats(c, rows, rows, longest);
	}
	return sum;
}

static size_t embedding_floats(const nch_config *c, size_t tokens)
{
	size_t copies = 2 + (c->dropout > 0.0f); /* sum, normalized, dropped */
	return tokens * (copies * c->embedding + 2 + (c->embedding != c->hidden ? c->hidden : 0));
}

static nch_memory add_up(nch_memory m)
{
	m.all = m.weights + m.state + m.activations + m.gradients + m.working;
	return m;
}

size_t nch_memory_passes(size_t tokens)
{
	return tokens <= NCH_PASS_TOKENS ? 1 : (tokens - 1) / NCH_PASS_TOKENS + 1;
}

nch_memory nch_memory_training(const nch_config *c, size_t parameters, size_t tokens, size_t sentences, size_t longest, size_t threads,
                               size_t moments)
{
	size_t passes = nch_memory_passes(tokens), head = (sentences + passes - 1) / passes * (4 * c->hidden + c->labels);
	if (passes > 1) /* the largest pass: whole sentences */
		tokens = tokens == sentences * longest ? (sentences + passes - 1) / passes * longest : tokens / passes + longest / 2;
	size_t layer, layers = layers_floats(c, tokens, (sentences + passes - 1) / passes, longest, &layer);
	nch_memory m = {.weights = parameters, .state = parameters * (1 + moments),
	                .activations = embedding_floats(c, tokens) + layers + head,
	                /* at most at once: f(x) and its gradient (f each), and five of width h, in attention's backward */
	                .gradients = tokens * (2 * c->feed_forward + 5 * c->hidden) + head,
	                .working = working_floats(c, longest, threads)};
	size_t *items[] = {&m.weights, &m.state, &m.activations, &m.gradients, &m.working};
	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		*items[i] *= sizeof(float);
	return add_up(m);
}

nch_memory nch_memory_predicting(const nch_config *c, size_t parameters, size_t tokens, size_t sentences, size_t longest, size_t threads)
{
	size_t embedding = embedding_floats(c, tokens), layer;
	layers_floats(c, tokens, sentences, longest, &layer);
	layer += tokens * c->hidden;
	nch_memory m = {.weights = parameters * sizeof(float),
	                .activations = (embedding > layer ? embedding : layer) * sizeof(float) + sentences * 4 * c->hidden * sizeof(float),
	                .gradients = tokens * c->feed_forward * sizeof(float), .working = working_floats(c, longest, threads) * sizeof(float)};
	return add_up(m);
}
