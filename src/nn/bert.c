/* bert.c - BERT (Devlin et al. 2019). What it computes stands in forward.c. */
#include "nn/family.h"

const nch_family nch_bert = {
	.title = "BERT", .model_type = "bert", .class_prefix = "Bert", NCH_BERT_KEYS, .classifier_dropout = "classifier_dropout",
	.default_activation = "gelu", .position_type = true,
	.defaults = {.vocab_size = 30522, .hidden = 768, .layers = 12, .heads = 12, .feed_forward = 3072, .max_positions = 512, .types = 2,
	             .dropout = 0.1f, .attention_dropout = 0.1f, .classifier_dropout = -1, .init_range = 0.02f, .norm_epsilon = 1e-12f},
	.names = {.prefix = "bert", NCH_BERT_TABLES, NCH_BERT_LAYER, .pool = "bert.pooler.dense", .classifier = "classifier",
	          .mlm_dense = "cls.predictions.transform.dense", .mlm_norm = "cls.predictions.transform.LayerNorm",
	          .mlm_bias = "cls.predictions.bias", .mlm_decoder = "cls.predictions.decoder"},
	NCH_BERT_WAY, .pooling = NCH_TANH, .mlm_activation = nch_bert_mlm_activation,
};
