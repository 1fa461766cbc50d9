/* funnel_family.c - Funnel-Transformer's descriptor: its part of config.json, its tensors, its memory. What it computes stands in funnel.c. */
#include "nn/funnel.h"

#include <stdio.h>

#include "base/number.h"
#include "nn/config_keys.h"
#include "nn/model_build.h"

nch_funnel_config *nch_funnel_of(const nch_config *config)
{
	return config->family == &nch_funnel ? config->own : NULL;
}

/* --- config.json --- */

/* A list of `count` whole numbers, or of any number of them if *count is 0. Without the key nothing changes. */
static nch_status read_list(const nch_config_reader *r, const char *key, size_t most, size_t *count, size_t *list)
{
	const nch_json *value = nch_config_get(r, key);
	size_t found = 0;
	if (value == NULL)
		return NCH_OK;
	if (value->type != NCH_JSON_ARRAY || value->count == 0 || value->count > NCH_MAX_BLOCKS || (*count > 0 && value->count != *count))
		return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" is no list of %s numbers", r->where, key, *count > 0 ? "as many" : "1 to 16");
	for (const nch_json *item = value->first; item != NULL; item = item->next) {
		int64_t number;
		if (item->type != NCH_JSON_NUMBER || !nch_number_read_integer(item->text, item->length, &number) || number < 1 ||
		    (uint64_t)number > most)
			return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" holds what is no number from 1 to %zu", r->where, key, most);
		list[found++] = (size_t)number;
	}
	*count = found;
	return NCH_OK;
}


static nch_status read_own(const nch_config_reader *r)
{
	nch_funnel_config *funnel = r->config->own;
	size_t passes = 0, blocks = 0;
	NCH_TRY(read_list(r, "block_sizes", NCH_MAX_LAYERS, &blocks, funnel->sizes));
	if (blocks > 0)
		funnel->blocks = blocks;
	for (size_t b = 0; b < NCH_MAX_BLOCKS; b++) {
		funnel->sizes[b] = b < funnel->blocks ? funnel->sizes[b] : 0;
		funnel->repeats[b] = b < funnel->blocks;
	}
	NCH_TRY(read_list(r, "block_repeats", NCH_MAX_LAYERS, &funnel->blocks, funnel->repeats));
	r->config->layers = 0;
	for (size_t b = 0; b < funnel->blocks; b++) {
		r->config->layers += funnel->sizes[b];
		passes += funnel->sizes[b] * funnel->repeats[b];
	}
	if (r->config->hidden % 2 != 0)
		return nch_config_refuse(r, "d_model", "is odd; half of it are sines of a distance, half cosines");
	if (passes > NCH_MAX_LAYERS)
		return nch_config_refuse(r, "block_sizes", "and \"block_repeats\" are too large");
	NCH_TRY(nch_config_get_size(r, "d_head", 1, 1 << 12, funnel->head_width, &funnel->head_width));
	NCH_TRY(nch_config_get_number(r, "activation_dropout", 0, 0.99999, 0.0f, &funnel->activation_dropout));
	NCH_TRY(nch_config_get_choice(r, "pooling_type", "mean", "max", &funnel->largest));
	NCH_TRY(nch_config_get_choice(r, "attention_type", "relative_shift", "factorized", &funnel->factorized));
	funnel->separate_cls = nch_json_bool(r->object, "separate_cls", true);
	funnel->truncate = nch_json_bool(r->object, "truncate_seq", true);
	funnel->queries_only = nch_json_bool(r->object, "pool_q_only", true);
	return NCH_OK;
}

static void put_list(nch_buffer *out, const char *name, const size_t *numbers, size_t count)
{
	nch_config_put_key(out, name);
	for (size_t i = 0; i < count; i++)
		nch_buffer_printf(out, "%s%zu", i == 0 ? "[" : ", ", numbers[i]);
	nch_buffer_text(out, "]");
}

static void write_own(nch_buffer *out, const nch_config *config)
{
	const nch_funnel_config *funnel = config->own;
	put_list(out, "block_sizes", funnel->sizes, funnel->blocks);
	put_list(out, "block_repeats", funnel->repeats, funnel->blocks);
	nch_config_put_size(out, "d_head", funnel->head_width);
	nch_config_put_number(out, "activation_dropout", funnel->activation_dropout);
	nch_config_put_text(out, "pooling_type", funnel->largest ? "max" : "mean");
	nch_config_put_text(out, "attention_type", funnel->factorized ? "factorized" : "relative_shift");
	nch_config_put_bool(out, "separate_cls", funnel->separate_cls);
	nch_config_put_bool(out, "truncate_seq", funnel->truncate);
	nch_config_put_bool(out, "pool_q_only", funnel->queries_only);
}

/* --- tensors --- */

static nch_tensor *add_cube(nch_builder *b, const char *name, size_t rows, size_t heads, size_t width)
{
	nch_tensor *t = nch_build_tensor(b, name, rows, heads * width, NCH_WEIGHT);
	t->rank = 3;
	t->inner = width;
	return t;
}

/* Layer `index` of block `block` of Funnel: queries, keys and values of heads · head_width, and what relative positions need. */
static void add_funnel_layer(nch_builder *b, size_t block, size_t index, nch_encoder_layer *layer)
{
	const nch_config *c = &b->model->config;
	const nch_tensor_names *names = b->names;
	size_t h = c->hidden, heads = c->heads, width = nch_funnel_of(c)->head_width, inner = heads * width;
	char part[200];
#define PART(what) (snprintf(part, sizeof part, "%s.%s%zu.%zu.%s", names->prefix, names->layer, block, index, what), part)
	nch_relative_weights *relative = &layer->relative;
	nch_tensor **biases[] = {&relative->content_bias, &relative->place_bias, &relative->kind_bias};
	static const char *const bias_names[] = {"attention.r_w_bias", "attention.r_r_bias", "attention.r_s_bias"};
	layer->query_weight = nch_build_part(b, PART(names->query), "weight", inner, h, NCH_WEIGHT);
	layer->query_weight->bytes = NCH_MATRIX_BYTES;
	nch_build_dense(b, PART(names->key), inner, h, &layer->key_weight, &layer->key_bias);
	nch_build_dense(b, PART(names->value), inner, h, &layer->value_weight, &layer->value_bias);
	for (size_t i = 0; i < 3; i++) {
		*biases[i] = nch_build_tensor(b, PART(bias_names[i]), heads, width, NCH_BIAS);
		(*biases[i])->rank = 2;
	}
	relative->kernel = add_cube(b, PART("attention.r_kernel"), h, heads, width);
	relative->segments = add_cube(b, PART("attention.seg_embed"), 2, heads, width);
	nch_build_dense(b, PART(names->attention), h, inner, &layer->attention_weight, &layer->attention_bias);
	nch_build_norm(b, PART(names->attention_norm), h, &layer->attention_gamma, &layer->attention_beta);
	nch_build_dense(b, PART(names->up), c->feed_forward, h, &layer->up_weight, &layer->up_bias);
	nch_build_dense(b, PART(names->down), h, c->feed_forward, &layer->down_weight, &layer->down_bias);
	nch_build_norm(b, PART(names->output_norm), h, &layer->output_gamma, &layer->output_beta);
#undef PART
}

static void build_layers(nch_builder *b)
{
	const nch_funnel_config *funnel = b->model->config.own;
	nch_encoder_layer *layer = b->model->layers;
	for (size_t block = 0; block < funnel->blocks; block++)
		for (size_t l = 0; l < funnel->sizes[block]; l++) {
			b->depth++;
			add_funnel_layer(b, block, l, layer++);
		}
}

/* --- memory --- */

static size_t scratch_floats(const nch_config *c, size_t longest)
{
	return nch_relative_scratch_floats(longest, longest, 1, nch_funnel_of(c)->head_width);
}

/* What one layer allocates, for n queries and m keys: query, context (inner each), key, value (m), mixed, attended, down, output and two that dropout
 * makes (h), up (f), four statistics a row; and the vectors of all distances. */
static size_t layer_floats(const nch_config *c, size_t n, size_t m, size_t longest)
{
	const nch_funnel_config *funnel = c->own;
	size_t inner = c->heads * funnel->head_width, copies = c->dropout > 0.0f ? 6 : 4;
	size_t ups = funnel->activation_dropout > 0.0f ? 3 : 1;
	return 2 * n * inner + 2 * m * inner + n * (copies * c->hidden + ups * c->feed_forward + 4) + 2 * longest * inner;
}

static size_t at_least_half(size_t rows, size_t sentences) /* of the rows of a block in the next one */
{
	return (rows + sentences + 1) / 2;
}

/* Every block but the first begins with a layer whose queries are half as many as its keys. */
static size_t layers_floats(const nch_config *c, size_t tokens, size_t sentences, size_t longest, size_t *largest)
{
	const nch_funnel_config *funnel = c->own;
	size_t sum = 0, rows = tokens;
	*largest = layer_floats(c, tokens, tokens, longest);
	for (size_t b = 0; b < funnel->blocks; b++) {
		size_t waves = 5 * longest * c->hidden * (c->dropout > 0.0f ? 2 : 1), passes = funnel->sizes[b] * funnel->repeats[b], first = 0;
		if (b > 0) {
			size_t pooled = at_least_half(rows, sentences);
			first = layer_floats(c, pooled, rows, 2 * longest) + pooled * c->hidden;
			rows = pooled;
			passes--;
			longest = at_least_half(longest, 1);
		}
		sum += waves + first + passes * layer_floats(c, rows, rows, longest);
	}
	return sum;
}

/* --- */

const nch_family nch_funnel = {
	.title = "Funnel", .model_type = "funnel", .class_prefix = "Funnel", .hidden = "d_model", .heads = "n_head", .feed_forward = "d_inner",
	.dropout = "hidden_dropout", .attention_dropout = "attention_dropout", /* the classifier's is that of the layers */
	.activation = "hidden_act", .default_activation = "gelu_new", .init_range = "initializer_std", .norm_epsilon = "layer_norm_eps",
	.free_heads = true, .own_size = sizeof(nch_funnel_config), .read = read_own, .write = write_own,
	.defaults = {.vocab_size = 30522, .hidden = 768, .layers = 12, .heads = 12, .feed_forward = 3072, .max_positions = 512, .dropout = 0.1f,
	             .attention_dropout = 0.1f, .classifier_dropout = -1, .init_range = 0.02f, .norm_epsilon = 1e-9f,
	             .own = &(nch_funnel_config){.blocks = 3, .sizes = {4, 4, 4}, .repeats = {1, 1, 1}, .head_width = 64, .separate_cls = true,
	                                         .truncate = true, .queries_only = true}},
	.names = {.prefix = "funnel", .word = "embeddings.word_embeddings", .embedding_norm = "embeddings.layer_norm", .layer = "encoder.blocks.",
	          .query = "attention.q_head", .key = "attention.k_head", .value = "attention.v_head", .attention = "attention.post_proj",
	          .attention_norm = "attention.layer_norm", .up = "ffn.linear_1", .down = "ffn.linear_2", .output_norm = "ffn.layer_norm",
	          .pool = "classifier.linear_hidden", .classifier = "classifier.linear_out"},
	.build_embeddings = nch_bert_build_embeddings, .build_layers = build_layers, .encode = nch_funnel_encode, NCH_BERT_HEAD, .pooling = NCH_TANH,
	.parts_differ = true, .scratch_floats = scratch_floats, .layers_floats = layers_floats,
};
