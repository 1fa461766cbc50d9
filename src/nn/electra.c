/* electra.c - ELECTRA (Clark et al. 2020): BERT with narrower embeddings, and a head that tells which tokens were replaced. */
#include "nn/config_keys.h"
#include "nn/family.h"

/* the head that its classifier has anyway */
static void write_summary(nch_buffer *out, const nch_config *config)
{
	(void)config;
	nch_config_put_text(out, "summary_type", "first");
	nch_config_put_text(out, "summary_activation", "gelu");
}

const nch_family nch_electra = {
	.title = "ELECTRA", .model_type = "electra", .class_prefix = "Electra", NCH_BERT_KEYS, .classifier_dropout = "classifier_dropout",
	.default_activation = "gelu", .position_type = true, .write = write_summary,
	.defaults = {.vocab_size = 30522, .hidden = 256, .layers = 12, .heads = 4, .feed_forward = 1024, .max_positions = 512, .types = 2,
	             .embedding = 128, .dropout = 0.1f, .attention_dropout = 0.1f, .classifier_dropout = -1, .init_range = 0.02f,
	             .norm_epsilon = 1e-12f},
	.names = {.prefix = "electra", NCH_BERT_TABLES, .project = "embeddings_project", NCH_BERT_LAYER, .pool = "classifier.dense",
	          .classifier = "classifier.out_proj", .mlm_dense = "generator_predictions.dense",
	          .mlm_norm = "generator_predictions.LayerNorm", .mlm_bias = "generator_lm_head.bias", .mlm_decoder = "generator_lm_head",
	          .rtd_dense = "discriminator_predictions.dense", .rtd_out = "discriminator_predictions.dense_prediction"},
	NCH_BERT_WAY, .drops_first = true, .pooling = NCH_GELU, .mlm_activation = nch_always_gelu,
};
