/* roberta.c - RoBERTa (Liu et al. 2019): BERT whose positions are counted from behind the padding's, with heads of its own. */
#include "nn/family.h"

const nch_family nch_roberta = {
	.title = "RoBERTa", .model_type = "roberta", .class_prefix = "Roberta", NCH_BERT_KEYS, .classifier_dropout = "classifier_dropout",
	.default_activation = "gelu", .position_type = true, .positions_behind_padding = true,
	.defaults = {.vocab_size = 50265, .hidden = 768, .layers = 12, .heads = 12, .feed_forward = 3072, .max_positions = 512, .types = 2,
	             .dropout = 0.1f, .attention_dropout = 0.1f, .classifier_dropout = -1, .init_range = 0.02f, .norm_epsilon = 1e-12f,
	             .pad_token = 1},
	.names = {.prefix = "roberta", NCH_BERT_TABLES, NCH_BERT_LAYER, .pool = "classifier.dense", .classifier = "classifier.out_proj",
	          .mlm_dense = "lm_head.dense", .mlm_norm = "lm_head.layer_norm", .mlm_bias = "lm_head.bias", .mlm_decoder = "lm_head.decoder"},
	NCH_BERT_WAY, .drops_first = true, .pooling = NCH_TANH, .mlm_activation = nch_always_gelu,
};
