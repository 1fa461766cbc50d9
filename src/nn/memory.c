/* memory.c - the bill for a step, item by item, as forward.c and the ops run it up. n: tokens, h: hidden, f: feed_forward. */
#include "nn/memory.h"

#include "kernels/kernels.h"
#include "nn/family.h"

size_t nch_bert_scratch_floats(const nch_config *c, size_t longest)
{
	return nch_attention_scratch_floats(longest, c->hidden / c->heads);
}

static size_t working_floats(const nch_config *c, size_t longest, size_t threads)
{
	size_t each = nch_gemm_scratch_floats();
	size_t attention = c->family->scratch_floats(c, longest);
	return nch_gemm_shared_floats() + threads * (attention > each ? attention : each);
}

/* What one encoder layer allocates: query, key, value, context, mixed, attended, down, output (h each), up (f), and four statistics a token. */
static size_t layer_floats(const nch_config *c, size_t tokens)
{
	return tokens * (8 * c->hidden + c->feed_forward + 4);
}

size_t nch_bert_layers_floats(const nch_config *c, size_t tokens, size_t sentences, size_t longest, size_t *largest)
{
	(void)sentences;
	(void)longest;
	*largest = layer_floats(c, tokens);
	return c->layers * *largest;
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
	size_t layer, layers = c->family->layers_floats(c, tokens, (sentences + passes - 1) / passes, longest, &layer);
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
	c->family->layers_floats(c, tokens, sentences, longest, &layer);
	layer += tokens * c->hidden;
	nch_memory m = {.weights = parameters * sizeof(float),
	                .activations = (embedding > layer ? embedding : layer) * sizeof(float) + sentences * 4 * c->hidden * sizeof(float),
	                .gradients = tokens * c->feed_forward * sizeof(float), .working = working_floats(c, longest, threads) * sizeof(float)};
	return add_up(m);
}
