/* distilbert.c - DistilBERT (Sanh et al. 2019): BERT without token types, its epsilon in its code, no dropout behind attention. */
#include "nn/family.h"

const nch_family nch_distilbert = {
	.title = "DistilBERT", .model_type = "distilbert", .class_prefix = "DistilBert", .hidden = "dim", .layers = "n_layers",
	.heads = "n_heads", .feed_forward = "hidden_dim", .dropout = "dropout", .attention_dropout = "attention_dropout",
	.classifier_dropout = "seq_classif_dropout", .activation = "activation", .init_range = "initializer_range", .default_activation = "gelu",
	.defaults = {.vocab_size = 30522, .hidden = 768, .layers = 6, .heads = 12, .feed_forward = 3072, .max_positions = 512, .dropout = 0.1f,
	             .attention_dropout = 0.1f, .classifier_dropout = 0.2f, .init_range = 0.02f, .norm_epsilon = 1e-12f},
	.names = {.prefix = "distilbert", NCH_BERT_TABLES, .layer = "transformer.layer.", .query = "attention.q_lin", .key = "attention.k_lin",
	          .value = "attention.v_lin", .attention = "attention.out_lin", .attention_norm = "sa_layer_norm", .up = "ffn.lin1",
	          .down = "ffn.lin2", .output_norm = "output_layer_norm", .pool = "pre_classifier", .classifier = "classifier",
	          .mlm_dense = "vocab_transform", .mlm_norm = "vocab_layer_norm", .mlm_bias = "vocab_projector.bias",
	          .mlm_decoder = "vocab_projector"},
	NCH_BERT_WAY, .undropped_attention = true, .pooling = NCH_RELU, .mlm_activation = nch_bert_mlm_activation,
};
