/* modernbert.c - ModernBERT (Warner et al. 2024, "Smarter, Better, Faster, Longer"; answerdotai/ModernBERT).
 *
 * What differs from BERT: no table of positions, queries and keys are rotated instead; LayerNorm stands before each half of a layer, not behind it,
 * and once more behind the last; the feed-forward part is a gated linear unit; two layers of three look only at what is near; there are no biases
 * unless the config says so. */
#include <stdio.h>
#include <string.h>

#include "nn/config_keys.h"
#include "nn/eye.h"
#include "nn/model.h"
#include "nn/model_build.h"

typedef struct own_config {
	float local_theta, global_theta, embedding_dropout;
	size_t window;                     /* local_attention / 2: how far a local layer sees to either side */
	bool attention_bias, mlp_bias, norm_bias, head_bias;
	bool mean;                         /* classifier_pooling; else the first token */
	nch_activation head_activation;
	unsigned char local[NCH_MAX_LAYERS]; /* 1: the layer is a local one */
} own_config;

/* model->extra */
enum { FINAL_GAMMA, FINAL_BETA };

/* --- config.json --- */

/* rope_parameters of one kind of layer, or the older key, or the default. */
static nch_status read_theta(const nch_config_reader *r, const char *kind, const char *older, float *theta)
{
	const nch_json *all = nch_config_get(r, "rope_parameters"), *one = all ? nch_json_get(all, kind) : NULL;
	NCH_TRY(nch_config_get_number(r, older, 1, 1e30, *theta, theta));
	if (one == NULL || one->type != NCH_JSON_OBJECT)
		return NCH_OK;
	if (strcmp(nch_json_text(one, "rope_type", "default"), "default") != 0)
		return nch_config_refuse(r, "rope_parameters", "has a rope_type other than \"default\"; stretched positions are not computed");
	nch_config_reader inner = *r;
	inner.object = one;
	return nch_config_get_number(&inner, "rope_theta", 1, 1e30, *theta, theta);
}

static nch_status read_layer_types(const nch_config_reader *r, own_config *own)
{
	const nch_json *types = nch_config_get(r, "layer_types");
	size_t every, layer = 0;
	NCH_TRY(nch_config_get_size(r, "global_attn_every_n_layers", 1, NCH_MAX_LAYERS, 3, &every));
	for (size_t l = 0; l < r->config->layers; l++)
		own->local[l] = l % every != 0;
	if (types == NULL)
		return NCH_OK;
	if (types->type != NCH_JSON_ARRAY || types->count != r->config->layers)
		return nch_config_refuse(r, "layer_types", "is no list with an entry for each layer");
	for (const nch_json *type = types->first; type != NULL; type = type->next) {
		bool local = type->type == NCH_JSON_STRING && strcmp(type->text, "sliding_attention") == 0;
		if (!local && (type->type != NCH_JSON_STRING || strcmp(type->text, "full_attention") != 0))
			return nch_config_refuse(r, "layer_types", "has an entry that is neither \"full_attention\" nor \"sliding_attention\"");
		own->local[layer++] = local;
	}
	return NCH_OK;
}

static nch_status read_own(const nch_config_reader *r)
{
	own_config *own = r->config->own;
	size_t local_attention;
	NCH_TRY(read_layer_types(r, own));
	NCH_TRY(read_theta(r, "full_attention", "global_rope_theta", &own->global_theta));
	NCH_TRY(read_theta(r, "sliding_attention", "local_rope_theta", &own->local_theta));
	NCH_TRY(nch_config_get_size(r, "local_attention", 2, 1 << 24, 128, &local_attention));
	own->window = local_attention / 2;
	NCH_TRY(nch_config_get_number(r, "embedding_dropout", 0, 0.99999, 0.0f, &own->embedding_dropout));
	NCH_TRY(nch_config_get_choice(r, "classifier_pooling", "cls", "mean", &own->mean));
	NCH_TRY(nch_config_get_activation(r, "classifier_activation", "gelu", &own->head_activation));
	own->attention_bias = nch_json_bool(r->object, "attention_bias", false);
	own->mlp_bias = nch_json_bool(r->object, "mlp_bias", false);
	own->norm_bias = nch_json_bool(r->object, "norm_bias", false);
	own->head_bias = nch_json_bool(r->object, "classifier_bias", false);
	if (r->config->head == NCH_HEAD_MLM && !nch_json_bool(r->object, "decoder_bias", true))
		return nch_config_refuse(r, "decoder_bias", "is false; a masked-LM head without a bias for each word is not computed");
	if (r->config->hidden / r->config->heads % 2 != 0)
		return nch_config_refuse(r, "hidden_size", "gives heads of an odd width, which cannot be rotated");
	return NCH_OK;
}

/* As the published ones: a layer of three looks at everything; the gated part is 3/2 as wide as the layer. */
static nch_status start(nch_config *config, nch_error *error)
{
	static own_config fresh = {.local_theta = 10000.0f, .global_theta = 160000.0f, .window = 64, .head_activation = NCH_GELU}; /* filled alike every time */
	if (config->embedding != config->hidden)
		return nch_fail(error, NCH_USAGE, "⟨embedding⟩ %zu: a ModernBERT's embeddings are as wide as its layers", config->embedding);
	if (config->hidden / config->heads % 2 != 0)
		return nch_fail(error, NCH_USAGE, "⟨heads⟩ %zu: heads of an odd width cannot be rotated", config->heads);
	for (size_t l = 0; l < NCH_MAX_LAYERS; l++)
		fresh.local[l] = l % 3 != 0;
	config->feed_forward = 3 * config->hidden / 2;
	config->types = 0;
	config->norm_epsilon = 1e-5f;
	config->own = &fresh;
	return NCH_OK;
}

/* Both ways in which releases of transformers ask for it. */
static void write_own(nch_buffer *out, const nch_config *config)
{
	const own_config *own = config->own;
	nch_config_put_key(out, "layer_types");
	for (size_t l = 0; l < config->layers; l++)
		nch_buffer_printf(out, "%s\"%s\"", l == 0 ? "[" : ", ", own->local[l] ? "sliding_attention" : "full_attention");
	nch_buffer_text(out, "]");
	nch_config_put_key(out, "rope_parameters");
	nch_buffer_text(out, "{\"full_attention\": {\"rope_type\": \"default\", \"rope_theta\": ");
	nch_json_write_float(out, own->global_theta);
	nch_buffer_text(out, "}, \"sliding_attention\": {\"rope_type\": \"default\", \"rope_theta\": ");
	nch_json_write_float(out, own->local_theta);
	nch_buffer_text(out, "}}");
	nch_config_put_number(out, "global_rope_theta", own->global_theta);
	nch_config_put_number(out, "local_rope_theta", own->local_theta);
	nch_config_put_size(out, "local_attention", 2 * own->window);
	nch_config_put_number(out, "embedding_dropout", own->embedding_dropout);
	nch_config_put_text(out, "classifier_pooling", own->mean ? "mean" : "cls");
	nch_config_put_text(out, "classifier_activation", nch_activation_text(own->head_activation));
	nch_config_put_bool(out, "attention_bias", own->attention_bias);
	nch_config_put_bool(out, "mlp_bias", own->mlp_bias);
	nch_config_put_bool(out, "norm_bias", own->norm_bias);
	nch_config_put_bool(out, "classifier_bias", own->head_bias);
	nch_config_put_bool(out, "decoder_bias", true);
	static const char *const specials[] = {"bos_token_id", "eos_token_id", "cls_token_id", "sep_token_id"}; /* the tokenizer's affair; their defaults may be none of its */
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
		nch_config_put_key(out, specials[i]);
		nch_buffer_text(out, "null");
	}
}

/* --- tensors --- */

static void build_dense(nch_builder *b, const char *part, size_t out, size_t in, bool with_bias, nch_tensor **weight, nch_tensor **bias)
{
	*weight = nch_build_part(b, part, "weight", out, in, NCH_WEIGHT);
	(*weight)->bytes = NCH_MATRIX_BYTES;
	if (with_bias)
		*bias = nch_build_part(b, part, "bias", 1, out, NCH_BIAS);
}

static void build_norm(nch_builder *b, const char *part, size_t width, bool with_bias, nch_tensor **gamma, nch_tensor **beta)
{
	*gamma = nch_build_part(b, part, "weight", 1, width, NCH_GAMMA);
	if (with_bias)
		*beta = nch_build_part(b, part, "bias", 1, width, NCH_BETA);
}

static void build_embeddings(nch_builder *b)
{
	nch_model *m = b->model;
	const nch_config *c = &m->config;
	const own_config *own = c->own;
	m->word = nch_build_part(b, "model.embeddings.tok_embeddings", "weight", c->vocab_size, c->hidden, NCH_WEIGHT);
	build_norm(b, "model.embeddings.norm", c->hidden, own->norm_bias, &m->embedding_gamma, &m->embedding_beta);
}

/* A layer's query_weight is (3h, h), queries, keys and values of it together, its up_weight (2f, h); both LayerNorms stand before what they are named
 * after. */
static void build_layers(nch_builder *b)
{
	nch_model *m = b->model;
	const nch_config *c = &m->config;
	const own_config *own = c->own;
	size_t h = c->hidden, f = c->feed_forward;
	char part[100];
#define PART(what) (snprintf(part, sizeof part, "model.layers.%zu.%s", l, what), part)
	for (size_t l = 0; l < c->layers; l++) {
		nch_encoder_layer *layer = &m->layers[l];
		b->depth = 1 + l;
		if (l > 0) /* the first takes the embeddings as they are, normalized */
			build_norm(b, PART("attn_norm"), h, own->norm_bias, &layer->attention_gamma, &layer->attention_beta);
		build_dense(b, PART("attn.Wqkv"), 3 * h, h, own->attention_bias, &layer->query_weight, &layer->query_bias);
		build_dense(b, PART("attn.Wo"), h, h, own->attention_bias, &layer->attention_weight, &layer->attention_bias);
		build_norm(b, PART("mlp_norm"), h, own->norm_bias, &layer->output_gamma, &layer->output_beta);
		build_dense(b, PART("mlp.Wi"), 2 * f, h, own->mlp_bias, &layer->up_weight, &layer->up_bias);
		build_dense(b, PART("mlp.Wo"), h, f, own->mlp_bias, &layer->down_weight, &layer->down_bias);
	}
#undef PART
	build_norm(b, "model.final_norm", h, own->norm_bias, &m->extra[FINAL_GAMMA], &m->extra[FINAL_BETA]);
}

/* Both heads begin with the same two tensors, which a folder of one kind hands on to the other. */
static void build_head(nch_builder *b)
{
	nch_model *m = b->model;
	const nch_config *c = &m->config;
	const own_config *own = c->own;
	bool mlm = c->head == NCH_HEAD_MLM;
	build_dense(b, "head.dense", c->hidden, c->hidden, own->head_bias, mlm ? &m->mlm_weight : &m->pool_weight, mlm ? &m->mlm_dense_bias : &m->pool_bias);
	build_norm(b, "head.norm", c->hidden, own->norm_bias, mlm ? &m->mlm_gamma : &m->pool_gamma, mlm ? &m->mlm_beta : &m->pool_beta);
	if (mlm) {
		m->decoder = m->word;
		m->mlm_bias = nch_build_tensor(b, "decoder.bias", 1, c->vocab_size, NCH_BIAS);
	} else {
		nch_build_dense(b, "classifier", c->labels, c->hidden, &m->classifier_weight, &m->classifier_bias);
	}
}

/* --- forward; n tokens, h = hidden, f = feed_forward --- */

enum { SITE_EMBEDDING = 0, SITE_LAYER = 1, SITES_A_LAYER = 3 }; /* of dropouts, see forward.c */

#define SEE(what, made) NCH_SEE(tape, NCH_SEEN_##what, index, made)

/* Pre-norm (Xiong et al. 2020): x + attention(norm(x)), and that + gate(norm(that)). `turns` are those of the layer's kind. */
static nch_tensor *encode_layer(const nch_model *model, nch_tape *tape, const nch_batch *batch, size_t index, const float *turns, nch_tensor *x)
{
	const nch_config *c = &model->config;
	const own_config *own = c->own;
	const nch_encoder_layer *layer = &model->layers[index];
	uint32_t site = SITE_LAYER + SITES_A_LAYER * (uint32_t)index;
	uint64_t row = nch_tape_step(tape)->token_row;
	nch_tensor *normal = x;
	if (layer->attention_gamma != NULL)
		normal = nch_layer_norm(tape, x, NULL, 0.0f, 0, layer->attention_gamma, layer->attention_beta, c->norm_epsilon);
	nch_tensor *qkv = SEE(QKV, nch_linear(tape, normal, NCH_ACTIVATIONS, layer->query_weight, layer->query_bias)); /* (n, 3h) */
	const size_t window = own->local[index] ? own->window : 0;
	nch_tensor *context = SEE(CONTEXT, nch_rotary_attention_op(tape, batch, qkv, turns, c->heads, window, c->attention_dropout, site));
	nch_tensor *mixed = SEE(MIXED, nch_linear(tape, context, NCH_ACTIVATIONS, layer->attention_weight, layer->attention_bias));
	mixed = nch_dropout_op(tape, mixed, c->attention_dropout, site + 1, row);
	nch_tensor *attended = SEE(ATTENDED_SUM, nch_add_op(tape, x, mixed));

	normal = nch_layer_norm(tape, attended, NULL, 0.0f, 0, layer->output_gamma, layer->output_beta, c->norm_epsilon);
	nch_tensor *up = SEE(UP_OF_NORM, nch_linear(tape, normal, NCH_ACTIVATIONS, layer->up_weight, layer->up_bias)); /* (n, 2f) */
	nch_tensor *gated = nch_dropout_op(tape, nch_gate_op(tape, up, c->activation), c->dropout, site + 2, row); /* (n, f) */
	nch_tensor *down = SEE(DOWN, nch_linear(tape, gated, NCH_ACTIVATIONS, layer->down_weight, layer->down_bias));
	return SEE(OUTPUT_SUM, nch_add_op(tape, attended, down));
}

static nch_tensor *encode(const nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows)
{
	const nch_config *c = &model->config;
	const own_config *own = c->own;
	const size_t index = 0;
	size_t longest = nch_batch_longest(batch), width = c->hidden / c->heads;
	const float *turns[] = {nch_rotary_turns(tape, longest, width, own->global_theta), nch_rotary_turns(tape, longest, width, own->local_theta)};
	*rows = batch;
	nch_arena_mark mark = nch_tape_mark(tape);
	nch_tensor *sum = SEE(EMBEDDINGS_SUM, nch_embedding(tape, batch, model->word, NULL, NULL));
	nch_tensor *x = SEE(EMBEDDINGS_NORM, nch_layer_norm(tape, sum, NULL, 0.0f, 0, model->embedding_gamma, model->embedding_beta, c->norm_epsilon));
	x = nch_tape_keep(tape, mark, nch_dropout_op(tape, x, own->embedding_dropout, SITE_EMBEDDING, nch_tape_step(tape)->token_row));
	for (size_t l = 0; l < c->layers; l++)
		x = nch_tape_keep(tape, mark, encode_layer(model, tape, batch, l, turns[own->local[l]], x));
	x = nch_layer_norm(tape, x, NULL, 0.0f, 0, model->extra[FINAL_GAMMA], model->extra[FINAL_BETA], c->norm_epsilon);
	return nch_tape_keep(tape, mark, x);
}

static nch_tensor *pool(const nch_model *model, nch_tape *tape, nch_tensor *x, const nch_batch *rows)
{
	const nch_config *c = &model->config;
	const own_config *own = c->own;
	nch_tensor *one = own->mean ? nch_mean_rows_op(tape, x, rows) : nch_select_rows(tape, x, rows->offsets, rows->sentences);
	nch_tensor *dense = nch_linear(tape, one, NCH_ACTIVATIONS, model->pool_weight, model->pool_bias);
	nch_tensor *active = nch_activate(tape, dense, own->head_activation);
	return nch_layer_norm(tape, active, NULL, 0.0f, 0, model->pool_gamma, model->pool_beta, c->norm_epsilon);
}

static nch_activation mlm_activation(const nch_config *config)
{
	const own_config *own = config->own;
	return own->head_activation;
}

/* --- memory --- */

/* A layer: two normal, context, mixed and its dropout, attended, down, output (h each), qkv (3h), up (2f), gated and its dropout (f), four statistics
 * a token. */
static size_t layers_floats(const nch_config *c, size_t tokens, size_t sentences, size_t longest, size_t *largest)
{
	(void)sentences;
	*largest = tokens * (11 * c->hidden + 4 * c->feed_forward + 4);
	return c->layers * *largest + tokens * (c->hidden + 2) + 2 * longest * (c->hidden / c->heads);
}

const nch_family nch_modernbert = {
	.title = "ModernBERT", .model_type = "modernbert", .class_prefix = "ModernBert", .hidden = "hidden_size", .layers = "num_hidden_layers",
	.heads = "num_attention_heads", .feed_forward = "intermediate_size", .dropout = "mlp_dropout", .attention_dropout = "attention_dropout",
	.classifier_dropout = "classifier_dropout", .activation = "hidden_activation", .default_activation = "gelu",
	.init_range = "initializer_range", .norm_epsilon = "norm_eps", .own_size = sizeof(own_config), .read = read_own, .write = write_own, .start = start,
	.defaults = {.vocab_size = 50368, .hidden = 768, .layers = 22, .heads = 12, .feed_forward = 1152, .max_positions = 8192, .init_range = 0.02f,
	             .norm_epsilon = 1e-5f, .pad_token = 50283, .own = &(own_config){.local_theta = 10000.0f, .global_theta = 160000.0f,
	                                                                             .window = 64}},
	.names = {.prefix = "model", .word = "embeddings.tok_embeddings", .mlm_dense = "head.dense", .mlm_bias = "decoder.bias", .mlm_decoder = "decoder"},
	.build_embeddings = build_embeddings, .build_layers = build_layers, .build_head = build_head, .encode = encode, .pool = pool,
	.mlm_activation = mlm_activation, .maps = true, .scratch_floats = nch_bert_scratch_floats, .layers_floats = layers_floats,
};
