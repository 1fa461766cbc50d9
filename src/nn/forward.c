/* forward.c - from ids to logits: the whole of BERT on one page, and of those that differ from it by a line or two.
 *
 * Shapes: n tokens in all sentences together, h = hidden, f = feed_forward. */
#include "nn/eye.h"
#include "nn/family.h"
#include "nn/model.h"

/* Which dropout a mask belongs to: its address beside seed, step and row. */
enum { SITE_EMBEDDING = 0, SITE_LAYER = 1, SITES_A_LAYER = 3, SITE_HEAD = 0xE000, SITE_CLASSIFIER = 0xE001 };

/* In a function that has `tape` and a layer's `index`. */
#define SEE(what, made) NCH_SEE(tape, NCH_SEEN_##what, index, made)

/* One encoder layer (Vaswani et al. 2017, section 3.1; post-norm as in BERT): x (n, h) to (n, h). */
static nch_tensor *encode_layer(const nch_model *model, nch_tape *tape, const nch_batch *batch, size_t index, nch_tensor *x)
{
	const nch_config *c = &model->config;
	const nch_encoder_layer *layer = &model->layers[index];
	uint32_t site = SITE_LAYER + SITES_A_LAYER * (uint32_t)index;
	float after_attention = c->family->undropped_attention ? 0.0f : c->dropout, after_down = c->family->undropped_output ? 0.0f : c->dropout;

	nch_tensor *query = SEE(QUERY, nch_linear(tape, x, NCH_ACTIVATIONS, layer->query_weight, layer->query_bias)); /* (n, h) each */
	nch_tensor *key = SEE(KEY, nch_linear(tape, x, NCH_ACTIVATIONS, layer->key_weight, layer->key_bias));
	nch_tensor *value = SEE(VALUE, nch_linear(tape, x, NCH_ACTIVATIONS, layer->value_weight, layer->value_bias));
	nch_tensor *context = SEE(CONTEXT, nch_attention_op(tape, batch, query, key, value, c->heads, c->attention_dropout, site));
	nch_tensor *mixed = SEE(MIXED, nch_linear(tape, context, NCH_ACTIVATIONS, layer->attention_weight, layer->attention_bias));
	nch_tensor *attended = SEE(ATTENDED, nch_layer_norm(tape, mixed, x, after_attention, site + 1, layer->attention_gamma, layer->attention_beta, c->norm_epsilon));

	nch_tensor *up = SEE(UP, nch_linear(tape, attended, NCH_ACTIVATIONS, layer->up_weight, layer->up_bias)); /* (n, f) */
	nch_tensor *down = SEE(DOWN, nch_linear(tape, up, c->activation, layer->down_weight, layer->down_bias)); /* (n, h) */
	return SEE(OUTPUT, nch_layer_norm(tape, down, attended, after_down, site + 2, layer->output_gamma, layer->output_beta, c->norm_epsilon));
}

nch_tensor *nch_bert_encode(const nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows)
{
	const nch_config *c = &model->config;
	*rows = batch;
	nch_arena_mark mark = nch_tape_mark(tape);
	const size_t index = 0;
	nch_tensor *sum = SEE(EMBEDDINGS_SUM, nch_embedding(tape, batch, model->word, model->type, model->position)); /* (n, embedding) */
	nch_tensor *x = SEE(EMBEDDINGS_NORM, nch_layer_norm(tape, sum, NULL, 0.0f, 0, model->embedding_gamma, model->embedding_beta, c->norm_epsilon));
	x = nch_dropout_op(tape, x, c->dropout, SITE_EMBEDDING, nch_tape_step(tape)->token_row);
	if (model->project_weight != NULL)
		x = SEE(EMBEDDINGS_PROJECTED, nch_linear(tape, x, NCH_ACTIVATIONS, model->project_weight, model->project_bias)); /* (n, h) */
	x = nch_tape_keep(tape, mark, x);
	for (size_t l = 0; l < c->layers; l++)
		x = nch_tape_keep(tape, mark, encode_layer(model, tape, batch, l, x));
	return x;
}

nch_tensor *nch_model_encode(const nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows)
{
	return model->config.family->encode(model, tape, batch, rows);
}

nch_tensor *nch_bert_pool(const nch_model *model, nch_tape *tape, nch_tensor *x, const nch_batch *rows)
{
	const nch_config *c = &model->config;
	nch_tensor *first = nch_select_rows(tape, x, rows->offsets, rows->sentences); /* [CLS] */
	if (c->family->drops_first)
		first = nch_dropout_op(tape, first, c->classifier_dropout, SITE_HEAD, nch_tape_step(tape)->sentence_row);
	nch_tensor *dense = nch_linear(tape, first, NCH_ACTIVATIONS, model->pool_weight, model->pool_bias);
	return nch_activate(tape, dense, c->family->pooling);
}

nch_tensor *nch_model_logits(const nch_model *model, nch_tape *tape, const nch_batch *batch)
{
	const nch_batch *rows;
	const nch_config *c = &model->config;
	uint64_t row = nch_tape_step(tape)->sentence_row;
	const size_t index = 0;
	nch_tensor *x = nch_model_encode(model, tape, batch, &rows);
	if (x == NULL)
		return NULL;
	nch_tensor *pooled = SEE(POOLED, c->family->pool(model, tape, x, rows));                      /* (sentences, h) */
	nch_tensor *dropped = nch_dropout_op(tape, pooled, c->classifier_dropout, SITE_CLASSIFIER, row);
	return SEE(LOGITS, nch_linear(tape, dropped, NCH_ACTIVATIONS, model->classifier_weight, model->classifier_bias)); /* (sentences, labels) */
}

nch_activation nch_bert_mlm_activation(const nch_config *config)
{
	return config->activation;
}

nch_activation nch_always_gelu(const nch_config *config)
{
	(void)config;
	return NCH_GELU;
}

nch_tensor *nch_model_mlm_logits(const nch_model *model, nch_tape *tape, const nch_batch *batch, const size_t *rows, size_t count)
{
	const nch_config *c = &model->config;
	const nch_batch *all;
	nch_tensor *x = nch_model_encode(model, tape, batch, &all);
	nch_tensor *chosen = nch_select_rows(tape, x, rows, count);                                               /* (count, h) */
	nch_tensor *dense = nch_linear(tape, chosen, NCH_ACTIVATIONS, model->mlm_weight, model->mlm_dense_bias);  /* (count, embedding) */
	nch_tensor *active = nch_activate(tape, dense, c->family->mlm_activation(c));
	nch_tensor *normal = nch_layer_norm(tape, active, NULL, 0.0f, 0, model->mlm_gamma, model->mlm_beta, c->norm_epsilon);
	return nch_linear(tape, normal, NCH_ACTIVATIONS, model->decoder, model->mlm_bias);                        /* (count, vocab) */
}

nch_tensor *nch_model_rtd_logits(const nch_model *model, nch_tape *tape, const nch_batch *batch)
{
	const nch_batch *all;
	nch_tensor *x = nch_model_encode(model, tape, batch, &all);                                              /* (n, h) */
	nch_tensor *dense = nch_linear(tape, x, NCH_ACTIVATIONS, model->rtd_weight, model->rtd_bias);
	return nch_linear(tape, dense, model->config.activation, model->rtd_out_weight, model->rtd_out_bias);    /* (n, 1) */
}
