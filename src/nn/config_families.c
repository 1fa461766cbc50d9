/* config_families.c - the keys and the defaults of each family's config.json, as transformers' configuration classes have them. */
#include "nn/config_families.h"

#include <stddef.h>

#define USUAL_KEYS \
	.hidden = "hidden_size", .layers = "num_hidden_layers", .heads = "num_attention_heads", .feed_forward = "intermediate_size", \
	.dropout = "hidden_dropout_prob", .attention_dropout = "attention_probs_dropout_prob", .activation = "hidden_act"

const nch_family_keys nch_families[] = {
	{.family = NCH_BERT, .model_type = "bert", .class_prefix = "Bert", USUAL_KEYS, .classifier_dropout = "classifier_dropout",
	 .default_activation = "gelu",
	 .defaults = {.vocab_size = 30522, .hidden = 768, .layers = 12, .heads = 12, .feed_forward = 3072, .max_positions = 512, .types = 2,
	              .dropout = 0.1f, .attention_dropout = 0.1f, .classifier_dropout = -1, .init_range = 0.02f, .norm_epsilon = 1e-12f}},
	{.family = NCH_ROBERTA, .model_type = "roberta", .class_prefix = "Roberta", USUAL_KEYS, .classifier_dropout = "classifier_dropout",
	 .default_activation = "gelu",
	 .defaults = {.vocab_size = 50265, .hidden = 768, .layers = 12, .heads = 12, .feed_forward = 3072, .max_positions = 512, .types = 2,
	              .dropout = 0.1f, .attention_dropout = 0.1f, .classifier_dropout = -1, .init_range = 0.02f, .norm_epsilon = 1e-12f,
	              .pad_token = 1}},
	{.family = NCH_ELECTRA, .model_type = "electra", .class_prefix = "Electra", USUAL_KEYS, .classifier_dropout = "classifier_dropout",
	 .default_activation = "gelu",
	 .defaults = {.vocab_size = 30522, .hidden = 256, .layers = 12, .heads = 4, .feed_forward = 1024, .max_positions = 512, .types = 2,
	              .embedding = 128, .dropout = 0.1f, .attention_dropout = 0.1f, .classifier_dropout = -1, .init_range = 0.02f,
	              .norm_epsilon = 1e-12f}},
	{.family = NCH_DISTILBERT, .model_type = "distilbert", .class_prefix = "DistilBert", .hidden = "dim", .layers = "n_layers",
	 .heads = "n_heads", .feed_forward = "hidden_dim", .dropout = "dropout", .attention_dropout = "attention_dropout",
	 .classifier_dropout = "seq_classif_dropout", .activation = "activation", .default_activation = "gelu",
	 .defaults = {.vocab_size = 30522, .hidden = 768, .layers = 6, .heads = 12, .feed_forward = 3072, .max_positions = 512, .dropout = 0.1f,
	              .attention_dropout = 0.1f, .classifier_dropout = 0.2f, .init_range = 0.02f, .norm_epsilon = 1e-12f}},
	{.family = NCH_ALBERT, .model_type = "albert", .class_prefix = "Albert", USUAL_KEYS, .classifier_dropout = "classifier_dropout_prob",
	 .default_activation = "gelu_new",
	 .defaults = {.vocab_size = 30000, .hidden = 4096, .layers = 12, .heads = 64, .feed_forward = 16384, .max_positions = 512, .types = 2,
	              .embedding = 128, .classifier_dropout = 0.1f, .init_range = 0.02f, .norm_epsilon = 1e-12f}},
	/* layers: num_hidden_layers is no key of its own, see block_sizes; the classifier's dropout is that of the layers */
	{.family = NCH_FUNNEL, .model_type = "funnel", .class_prefix = "Funnel", .hidden = "d_model", .layers = "block_sizes", .heads = "n_head",
	 .feed_forward = "d_inner", .dropout = "hidden_dropout", .attention_dropout = "attention_dropout", .classifier_dropout = "hidden_dropout",
	 .activation = "hidden_act", .default_activation = "gelu_new",
	 .defaults = {.vocab_size = 30522, .hidden = 768, .layers = 12, .heads = 12, .feed_forward = 3072, .max_positions = 512, .dropout = 0.1f,
	              .attention_dropout = 0.1f, .classifier_dropout = -1, .init_range = 0.02f, .norm_epsilon = 1e-9f,
	              .funnel = {.blocks = 3, .sizes = {4, 4, 4}, .repeats = {1, 1, 1}, .head_width = 64, .separate_cls = true, .truncate = true,
	                         .queries_only = true}}},
	{.model_type = NULL},
};

const nch_activation_name nch_activation_names[] = {
	{"gelu", NCH_GELU},
	{"gelu_python", NCH_GELU},
	{"gelu_new", NCH_GELU_TANH},
	{"gelu_pytorch_tanh", NCH_GELU_TANH}, /* the same formula */
	{"gelu_fast", NCH_GELU_TANH},         /* and again, its factors in another order */
	{"relu", NCH_RELU},
	{"silu", NCH_SILU},
	{"swish", NCH_SILU},
	{"tanh", NCH_TANH},
	{NULL, NCH_GELU},
};
