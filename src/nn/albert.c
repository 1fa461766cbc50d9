/* albert.c - ALBERT (Lan et al. 2020): one layer gone through again and again, behind narrow embeddings. */
#include "nn/family.h"

const nch_family nch_albert = {
	.title = "ALBERT", .model_type = "albert", .class_prefix = "Albert", NCH_BERT_KEYS, .classifier_dropout = "classifier_dropout_prob",
	.default_activation = "gelu_new", .position_type = true,
	.defaults = {.vocab_size = 30000, .hidden = 4096, .layers = 12, .heads = 64, .feed_forward = 16384, .max_positions = 512, .types = 2,
	             .embedding = 128, .classifier_dropout = 0.1f, .init_range = 0.02f, .norm_epsilon = 1e-12f},
	.names = {.prefix = "albert", NCH_BERT_TABLES, .project = "encoder.embedding_hidden_mapping_in",
	          .layer = "encoder.albert_layer_groups.0.albert_layers.0", .shared = true, .query = "attention.query", .key = "attention.key",
	          .value = "attention.value", .attention = "attention.dense", .attention_norm = "attention.LayerNorm", .up = "ffn",
	          .down = "ffn_output", .output_norm = "full_layer_layer_norm", .pool = "albert.pooler", .classifier = "classifier",
	          .mlm_dense = "predictions.dense", .mlm_norm = "predictions.LayerNorm", .mlm_bias = "predictions.bias",
	          .mlm_decoder = "predictions.decoder"},
	.always_projects = true,
	NCH_BERT_WAY, .undropped_output = true, .pooling = NCH_TANH, .mlm_activation = nch_bert_mlm_activation, .parts_differ = true,
};
