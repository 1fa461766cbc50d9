/* deberta.c - DeBERTa (He et al. 2021), in the form of its second and third version, as transformers' DebertaV2 has it.
 *
 * BERT whose attention keeps content and position apart: a score is the sum of what a query makes of a key, of the distance to it, and what the
 * distance makes of the key. Distances have vectors of their own, one table for all layers; those far away share a row. What third versions were
 * pretrained with is a discriminator that is not kept in their folders. */
#include <stdio.h>
#include <string.h>

#include "kernels/math.h"
#include "nn/config_keys.h"
#include "nn/eye.h"
#include "nn/model.h"
#include "nn/model_build.h"

typedef struct own_config {
	bool relative, c2p, p2c; /* relative_attention; pos_att_type: content to position, position to content */
	bool shared;             /* share_att_key: the layer's own projections make a distance's key and query */
	bool normalized;         /* norm_rel_ebd: a LayerNorm behind the table of distances */
	bool positions;          /* position_biased_input: a table of positions beside the words, too */
	bool new_head;           /* legacy false: the masked-LM head of the original program */
	size_t buckets;          /* position_buckets; 0: each distance has a row */
	size_t farthest;         /* max_relative_positions, or max_position_embeddings */
	float pooler_dropout;
	nch_activation pooler_activation;
} own_config;

/* model->extra, layer->extra */
enum { DISTANCES, DISTANCES_GAMMA, DISTANCES_BETA };
enum { PLACE_KEY_WEIGHT, PLACE_KEY_BIAS, PLACE_QUERY_WEIGHT, PLACE_QUERY_BIAS };

static size_t span(const own_config *own) /* rows to either side of distance 0 */
{
	return own->buckets > 0 ? own->buckets : own->farthest;
}

/* --- config.json --- */

/* One of the kinds of attention that pos_att_type names. */
static nch_status take_kind(const nch_config_reader *r, const char *word, size_t length, own_config *own)
{
	while (length > 0 && *word == ' ') {
		word++;
		length--;
	}
	while (length > 0 && word[length - 1] == ' ')
		length--;
	if (length == 3 && memcmp(word, "c2p", 3) == 0)
		own->c2p = true;
	else if (length == 3 && memcmp(word, "p2c", 3) == 0)
		own->p2c = true;
	else
		return nch_config_refuse(r, "pos_att_type", "names what is neither c2p nor p2c");
	return NCH_OK;
}

/* "p2c|c2p", or a list of both. */
static nch_status read_kinds(const nch_config_reader *r, own_config *own)
{
	const nch_json *kinds = nch_config_get(r, "pos_att_type");
	if (kinds != NULL && kinds->type == NCH_JSON_STRING)
		for (const char *at = kinds->text; *at != '\0';) {
			size_t length = strcspn(at, "|");
			NCH_TRY(take_kind(r, at, length, own));
			at += length + (at[length] == '|');
		}
	else if (kinds != NULL && kinds->type == NCH_JSON_ARRAY)
		for (const nch_json *kind = kinds->first; kind != NULL; kind = kind->next)
			NCH_TRY(take_kind(r, kind->type == NCH_JSON_STRING ? kind->text : "", kind->type == NCH_JSON_STRING ? kind->length : 0, own));
	else if (kinds != NULL)
		return nch_config_refuse(r, "pos_att_type", "is neither a text nor a list");
	return NCH_OK;
}

/* A number of rows, where -1 and the key's absence mean that there are none. */
static nch_status read_rows(const nch_config_reader *r, const char *key, size_t *rows)
{
	const nch_json *value = nch_config_get(r, key);
	if (value == NULL || (value->type == NCH_JSON_NUMBER && value->number == -1)) {
		*rows = 0;
		return NCH_OK;
	}
	return nch_config_get_size(r, key, 0, 1 << 20, 0, rows);
}

static nch_status refuse_variants(const nch_config_reader *r)
{
	const nch_config *c = r->config;
	if (nch_json_number(r->object, "conv_kernel_size", 0) > 0)
		return nch_config_refuse(r, "conv_kernel_size", "is above 0; DeBERTa with a convolution beside its first layer is not computed");
	if (nch_json_number(r->object, "attention_head_size", (double)(c->hidden / c->heads)) != (double)(c->hidden / c->heads))
		return nch_config_refuse(r, "attention_head_size", "is not hidden_size / num_attention_heads");
	if (nch_json_number(r->object, "pooler_hidden_size", (double)c->hidden) != (double)c->hidden)
		return nch_config_refuse(r, "pooler_hidden_size", "is not hidden_size");
	return NCH_OK;
}

static nch_status read_own(const nch_config_reader *r)
{
	nch_config *c = r->config;
	own_config *own = c->own;
	NCH_TRY(refuse_variants(r));
	NCH_TRY(nch_config_get_size(r, "type_vocab_size", 0, 1 << 16, 0, &c->types));
	NCH_TRY(nch_config_get_size(r, "embedding_size", 1, 1 << 16, c->hidden, &c->embedding));
	NCH_TRY(read_kinds(r, own));
	NCH_TRY(read_rows(r, "position_buckets", &own->buckets));
	NCH_TRY(read_rows(r, "max_relative_positions", &own->farthest));
	if (own->farthest == 0)
		own->farthest = c->max_positions;
	if (own->buckets == 1 || (own->buckets > 0 && own->farthest <= own->buckets / 2 + 1))
		return nch_config_refuse(r, "position_buckets", "are too few, or more than there are distances");
	NCH_TRY(nch_config_get_number(r, "pooler_dropout", 0, 0.99999, 0.0f, &own->pooler_dropout));
	NCH_TRY(nch_config_get_activation(r, "pooler_hidden_act", "gelu", &own->pooler_activation));
	own->relative = nch_json_bool(r->object, "relative_attention", false);
	own->shared = nch_json_bool(r->object, "share_att_key", false);
	own->positions = nch_json_bool(r->object, "position_biased_input", true);
	own->new_head = !nch_json_bool(r->object, "legacy", true);
	own->normalized = strstr(nch_json_text(r->object, "norm_rel_ebd", "none"), "layer_norm") != NULL;
	if (own->new_head && c->head == NCH_HEAD_MLM && c->embedding != c->hidden)
		return nch_config_refuse(r, "legacy", "is false, whose masked-LM head needs embeddings as wide as the layers");
	return NCH_OK;
}

/* As the third version's: distances in 256 buckets that share the layers' projections, no positions beside the words. */
static nch_status start(nch_config *config, nch_error *error)
{
	static own_config fresh = {.relative = true, .c2p = true, .p2c = true, .shared = true, .normalized = true, .buckets = 256, .farthest = 512,
	                           .pooler_activation = NCH_GELU};
	(void)error;
	config->types = 0;
	config->norm_epsilon = 1e-7f;
	config->own = &fresh;
	return NCH_OK;
}

static void write_own(nch_buffer *out, const nch_config *config)
{
	const own_config *own = config->own;
	nch_config_put_size(out, "type_vocab_size", config->types);
	if (config->embedding != config->hidden)
		nch_config_put_size(out, "embedding_size", config->embedding);
	nch_config_put_bool(out, "relative_attention", own->relative);
	if (own->c2p || own->p2c)
		nch_config_put_text(out, "pos_att_type", own->c2p && own->p2c ? "p2c|c2p" : own->c2p ? "c2p" : "p2c");
	nch_config_put_bool(out, "share_att_key", own->shared);
	nch_config_put_text(out, "norm_rel_ebd", own->normalized ? "layer_norm" : "none");
	nch_config_put_bool(out, "position_biased_input", own->positions);
	nch_config_put_key(out, "position_buckets");
	nch_buffer_printf(out, "%ld", own->buckets > 0 ? (long)own->buckets : -1L);
	nch_config_put_size(out, "max_relative_positions", own->farthest);
	nch_config_put_number(out, "pooler_dropout", own->pooler_dropout);
	nch_config_put_text(out, "pooler_hidden_act", nch_activation_text(own->pooler_activation));
	nch_config_put_size(out, "pooler_hidden_size", config->hidden);
	nch_config_put_bool(out, "legacy", !own->new_head);
}

/* --- tensors --- */

static void build_embeddings(nch_builder *b)
{
	nch_model *m = b->model;
	const nch_config *c = &m->config;
	const own_config *own = c->own;
	m->word = nch_build_part(b, "deberta.embeddings.word_embeddings", "weight", c->vocab_size, c->embedding, NCH_WEIGHT);
	if (own->positions)
		m->position = nch_build_part(b, "deberta.embeddings.position_embeddings", "weight", c->max_positions, c->embedding, NCH_WEIGHT);
	if (c->types > 0)
		m->type = nch_build_part(b, "deberta.embeddings.token_type_embeddings", "weight", c->types, c->embedding, NCH_WEIGHT);
	if (c->embedding != c->hidden)
		m->project_weight = nch_build_part(b, "deberta.embeddings.embed_proj", "weight", c->hidden, c->embedding, NCH_WEIGHT);
	if (m->project_weight != NULL)
		m->project_weight->bytes = NCH_MATRIX_BYTES;
	nch_build_norm(b, "deberta.embeddings.LayerNorm", c->hidden, &m->embedding_gamma, &m->embedding_beta);
	if (own->relative)
		m->extra[DISTANCES] = nch_build_part(b, "deberta.encoder.rel_embeddings", "weight", 2 * span(own), c->hidden, NCH_WEIGHT);
	if (own->normalized)
		nch_build_norm(b, "deberta.encoder.LayerNorm", c->hidden, &m->extra[DISTANCES_GAMMA], &m->extra[DISTANCES_BETA]);
}

static void build_layers(nch_builder *b)
{
	nch_model *m = b->model;
	const own_config *own = m->config.own;
	size_t h = m->config.hidden;
	char part[120];
	nch_bert_build_layers(b);
	for (size_t l = 0; l < m->config.layers && own->relative && !own->shared; l++) {
		nch_tensor **extra = m->layers[l].extra;
		b->depth = 1 + l;
		snprintf(part, sizeof part, "deberta.encoder.layer.%zu.attention.self.pos_key_proj", l);
		if (own->c2p)
			nch_build_dense(b, part, h, h, &extra[PLACE_KEY_WEIGHT], &extra[PLACE_KEY_BIAS]);
		snprintf(part, sizeof part, "deberta.encoder.layer.%zu.attention.self.pos_query_proj", l);
		if (own->p2c)
			nch_build_dense(b, part, h, h, &extra[PLACE_QUERY_WEIGHT], &extra[PLACE_QUERY_BIAS]);
	}
}

static void build_head(nch_builder *b)
{
	nch_model *m = b->model;
	const nch_config *c = &m->config;
	const own_config *own = c->own;
	if (c->head != NCH_HEAD_MLM || !own->new_head) {
		nch_bert_build_head(b);
		return;
	}
	nch_build_dense(b, "lm_predictions.lm_head.dense", c->hidden, c->hidden, &m->mlm_weight, &m->mlm_dense_bias);
	nch_build_norm(b, "lm_predictions.lm_head.LayerNorm", c->hidden, &m->mlm_gamma, &m->mlm_beta);
	m->decoder = m->word;
	m->mlm_bias = nch_build_tensor(b, "lm_predictions.lm_head.bias", 1, c->vocab_size, NCH_BIAS);
}

/* --- distances --- */

/* The row of a distance, counted from that of 0: small ones have their own, larger ones share in the measure of their logarithm. Rounded to float
 * where PyTorch does, since a ceiling is taken in the end. */
static size_t bucket(const own_config *own, size_t distance)
{
	size_t middle = own->buckets / 2;
	if (own->buckets == 0 || distance <= middle)
		return distance;
	float log_distance = (float)nch_log((double)((float)distance / (float)middle));
	float log_farthest = (float)nch_log((double)(float)((double)(own->farthest - 1) / (double)middle));
	float steps = log_distance / log_farthest * (float)(middle - 1);
	size_t whole = (size_t)steps;
	return middle + whole + ((float)whole < steps);
}

/* What the distances of a batch are: which rows of the table, and each distance's place among them. */
typedef struct batch_distances {
	nch_distances distances;
	size_t first;      /* the first of them in the table */
	const size_t *index; /* (rows) */
} batch_distances;

static bool plan_distances(const own_config *own, nch_tape *tape, size_t longest, batch_distances *plan)
{
	size_t zero = longest - 1, most = 2 * span(own) - 1, middle = span(own);
	size_t *row_of = nch_tape_alloc(tape, 2 * zero + 1, sizeof *row_of);
	if (row_of == NULL)
		return false;
	for (size_t d = 0; d <= zero; d++) {
		size_t away = bucket(own, d);
		row_of[zero + d] = middle + away < most ? middle + away : most;
		row_of[zero - d] = away < middle ? middle - away : 0;
	}
	plan->first = row_of[0];
	size_t rows = row_of[2 * zero] - plan->first + 1, *index = nch_tape_alloc(tape, rows, sizeof *index);
	if (index == NULL)
		return false;
	for (size_t i = 0; i < rows; i++)
		index[i] = plan->first + i;
	for (size_t i = 0; i < 2 * zero + 1; i++)
		row_of[i] -= plan->first;
	plan->index = index;
	plan->distances = (nch_distances){.rows = rows, .zero = zero, .row_of = row_of};
	return true;
}

/* --- forward; n tokens, h = hidden, f = feed_forward, p rows of distances --- */

enum { SITE_EMBEDDING = 0, SITE_LAYER = 1, SITES_A_LAYER = 4, SITE_HEAD = 0xE000 }; /* of dropouts, see forward.c */

#define SEE(what, made) NCH_SEE(tape, NCH_SEEN_##what, index, made)

/* Keys and queries of the distances in one layer, (p, h) each; NULL where the config leaves them out. */
static void project_distances(const nch_model *model, nch_tape *tape, const nch_encoder_layer *layer, const batch_distances *plan, nch_tensor *table,
                              uint32_t site, nch_tensor **keys, nch_tensor **queries)
{
	const own_config *own = model->config.own;
	*keys = *queries = NULL;
	if (table == NULL)
		return;
	/* a mask belongs to a row of the whole table */
	table = nch_dropout_op(tape, table, model->config.dropout, site, ((uint64_t)1 << 31) + plan->first);
	if (own->c2p)
		*keys = nch_linear(tape, table, NCH_ACTIVATIONS, own->shared ? layer->key_weight : layer->extra[PLACE_KEY_WEIGHT],
		                   own->shared ? layer->key_bias : layer->extra[PLACE_KEY_BIAS]);
	if (own->p2c)
		*queries = nch_linear(tape, table, NCH_ACTIVATIONS, own->shared ? layer->query_weight : layer->extra[PLACE_QUERY_WEIGHT],
		                      own->shared ? layer->query_bias : layer->extra[PLACE_QUERY_BIAS]);
}

static nch_tensor *encode_layer(const nch_model *model, nch_tape *tape, const nch_batch *batch, size_t index, const batch_distances *plan,
                                nch_tensor *table, nch_tensor *x)
{
	const nch_config *c = &model->config;
	const own_config *own = c->own;
	const nch_encoder_layer *layer = &model->layers[index];
	uint32_t site = SITE_LAYER + SITES_A_LAYER * (uint32_t)index;
	nch_tensor *place_keys, *place_queries;
	nch_tensor *query = SEE(QUERY, nch_linear(tape, x, NCH_ACTIVATIONS, layer->query_weight, layer->query_bias)); /* (n, h) each */
	nch_tensor *key = SEE(KEY, nch_linear(tape, x, NCH_ACTIVATIONS, layer->key_weight, layer->key_bias));
	nch_tensor *value = SEE(VALUE, nch_linear(tape, x, NCH_ACTIVATIONS, layer->value_weight, layer->value_bias));
	project_distances(model, tape, layer, plan, table, site + 3, &place_keys, &place_queries);
	const nch_distances *far = &plan->distances;
	const size_t terms = 1u + own->c2p + own->p2c;
	const float drop = c->attention_dropout;
	nch_tensor *context = SEE(CONTEXT, nch_disentangled_op(tape, batch, query, key, value, place_keys, place_queries, far, c->heads, terms, drop, site));
	nch_tensor *mixed = SEE(MIXED, nch_linear(tape, context, NCH_ACTIVATIONS, layer->attention_weight, layer->attention_bias));
	nch_tensor *attended = SEE(ATTENDED, nch_layer_norm(tape, mixed, x, c->dropout, site + 1, layer->attention_gamma, layer->attention_beta, c->norm_epsilon));
	nch_tensor *up = SEE(UP, nch_linear(tape, attended, NCH_ACTIVATIONS, layer->up_weight, layer->up_bias)); /* (n, f) */
	nch_tensor *down = SEE(DOWN, nch_linear(tape, up, c->activation, layer->down_weight, layer->down_bias)); /* (n, h) */
	return SEE(OUTPUT, nch_layer_norm(tape, down, attended, c->dropout, site + 2, layer->output_gamma, layer->output_beta, c->norm_epsilon));
}

static nch_tensor *encode(const nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows)
{
	const nch_config *c = &model->config;
	const size_t index = 0;
	batch_distances *plan = nch_tape_alloc(tape, 1, sizeof *plan);
	*rows = batch;
	if (plan == NULL || !plan_distances(c->own, tape, nch_batch_longest(batch), plan))
		return NULL;
	nch_tensor *table = model->extra[DISTANCES];
	if (table != NULL)
		table = nch_select_rows(tape, table, plan->index, plan->distances.rows); /* (p, h) */
	if (table != NULL && model->extra[DISTANCES_GAMMA] != NULL)
		table = nch_layer_norm(tape, table, NULL, 0.0f, 0, model->extra[DISTANCES_GAMMA], model->extra[DISTANCES_BETA], c->norm_epsilon);
	nch_linear_foresee(tape, table, model->layers[0].key_weight);
	nch_arena_mark mark = nch_tape_mark(tape);
	nch_tensor *x = SEE(EMBEDDINGS_SUM, nch_embedding(tape, batch, model->word, model->type, model->position)); /* (n, embedding) */
	if (model->project_weight != NULL)
		x = SEE(EMBEDDINGS_PROJECTED, nch_linear(tape, x, NCH_ACTIVATIONS, model->project_weight, NULL));
	x = SEE(EMBEDDINGS_NORM, nch_layer_norm(tape, x, NULL, 0.0f, 0, model->embedding_gamma, model->embedding_beta, c->norm_epsilon));
	x = nch_tape_keep(tape, mark, nch_dropout_op(tape, x, c->dropout, SITE_EMBEDDING, nch_tape_step(tape)->token_row));
	for (size_t l = 0; l < c->layers; l++)
		x = nch_tape_keep(tape, mark, encode_layer(model, tape, batch, l, plan, table, x));
	return x;
}

static nch_tensor *pool(const nch_model *model, nch_tape *tape, nch_tensor *x, const nch_batch *rows)
{
	const own_config *own = model->config.own;
	nch_tensor *first = nch_select_rows(tape, x, rows->offsets, rows->sentences);
	first = nch_dropout_op(tape, first, own->pooler_dropout, SITE_HEAD, nch_tape_step(tape)->sentence_row);
	nch_tensor *dense = nch_linear(tape, first, NCH_ACTIVATIONS, model->pool_weight, model->pool_bias);
	return nch_activate(tape, dense, own->pooler_activation);
}

/* --- memory --- */

static size_t distance_rows(const nch_config *c, size_t longest)
{
	const own_config *own = c->own;
	size_t most = 2 * span(own);
	return 2 * longest < most ? 2 * longest : most;
}

static size_t scratch_floats(const nch_config *c, size_t longest)
{
	return nch_disentangled_scratch_floats(longest, distance_rows(c, longest), c->hidden / c->heads);
}

/* As of BERT, and beside it the distances: dropped, their keys and queries. */
static size_t layers_floats(const nch_config *c, size_t tokens, size_t sentences, size_t longest, size_t *largest)
{
	size_t places = 3 * distance_rows(c, longest) * c->hidden, table = places;
	nch_bert_layers_floats(c, tokens, sentences, longest, largest);
	*largest += places;
	return c->layers * *largest + table;
}

const nch_family nch_deberta = {
	.title = "DeBERTa", .model_type = "deberta-v2", .class_prefix = "DebertaV2", NCH_BERT_KEYS, .classifier_dropout = "cls_dropout",
	.default_activation = "gelu", .own_size = sizeof(own_config), .read = read_own, .write = write_own, .start = start,
	.defaults = {.vocab_size = 128100, .hidden = 1536, .layers = 24, .heads = 24, .feed_forward = 6144, .max_positions = 512, .dropout = 0.1f,
	             .attention_dropout = 0.1f, .classifier_dropout = -1, .init_range = 0.02f, .norm_epsilon = 1e-7f, .own = &(own_config){.farthest = 512}},
	.names = {.prefix = "deberta", NCH_BERT_TABLES, .layer = "encoder.layer.", .query = "attention.self.query_proj", .key = "attention.self.key_proj",
	          .value = "attention.self.value_proj", .attention = "attention.output.dense", .attention_norm = "attention.output.LayerNorm",
	          .up = "intermediate.dense", .down = "output.dense", .output_norm = "output.LayerNorm", .pool = "pooler.dense", .classifier = "classifier",
	          .mlm_dense = "cls.predictions.transform.dense", .mlm_norm = "cls.predictions.transform.LayerNorm",
	          .mlm_bias = "cls.predictions.bias", .mlm_decoder = "cls.predictions.decoder"},
	.build_embeddings = build_embeddings, .build_layers = build_layers, .build_head = build_head, .encode = encode, .pool = pool,
	.mlm_activation = nch_bert_mlm_activation, .parts_differ = true, .scratch_floats = scratch_floats, .layers_floats = layers_floats,
};
