/* tensor_names.c - the names of the tensors in each family's files. */
#include "nn/tensor_names.h"

#include <stddef.h>

#define BERT_EMBEDDINGS .embedding_norm = "embeddings.LayerNorm"

/* BERT's layer, whose names RoBERTa and ELECTRA kept. */
#define BERT_LAYER \
	.layer = "encoder.layer.", .query = "attention.self.query", .key = "attention.self.key", .value = "attention.self.value", \
	.attention = "attention.output.dense", .attention_norm = "attention.output.LayerNorm", .up = "intermediate.dense", \
	.down = "output.dense", .output_norm = "output.LayerNorm"

const nch_tensor_names nch_names_of[] = {
	[NCH_BERT] = {.prefix = "bert", BERT_EMBEDDINGS, BERT_LAYER, .pool = "bert.pooler.dense", .classifier = "classifier",
	              .mlm_dense = "cls.predictions.transform.dense", .mlm_norm = "cls.predictions.transform.LayerNorm",
	              .mlm_bias = "cls.predictions.bias", .mlm_decoder = "cls.predictions.decoder"},
	[NCH_ROBERTA] = {.prefix = "roberta", BERT_EMBEDDINGS, BERT_LAYER, .pool = "classifier.dense", .classifier = "classifier.out_proj",
	                 .mlm_dense = "lm_head.dense", .mlm_norm = "lm_head.layer_norm", .mlm_bias = "lm_head.bias", .mlm_decoder = "lm_head.decoder"},
	[NCH_ELECTRA] = {.prefix = "electra", BERT_EMBEDDINGS, .project = "embeddings_project", BERT_LAYER, .pool = "classifier.dense",
	                 .classifier = "classifier.out_proj", .mlm_dense = "generator_predictions.dense",
	                 .mlm_norm = "generator_predictions.LayerNorm", .mlm_bias = "generator_lm_head.bias", .mlm_decoder = "generator_lm_head",
	                 .rtd_dense = "discriminator_predictions.dense", .rtd_out = "discriminator_predictions.dense_prediction"},
	[NCH_DISTILBERT] = {.prefix = "distilbert", BERT_EMBEDDINGS, .layer = "transformer.layer.", .query = "attention.q_lin", .key = "attention.k_lin",
	                    .value = "attention.v_lin", .attention = "attention.out_lin", .attention_norm = "sa_layer_norm", .up = "ffn.lin1",
	                    .down = "ffn.lin2", .output_norm = "output_layer_norm", .pool = "pre_classifier", .classifier = "classifier",
	                    .mlm_dense = "vocab_transform", .mlm_norm = "vocab_layer_norm", .mlm_bias = "vocab_projector.bias",
	                    .mlm_decoder = "vocab_projector"},
	[NCH_ALBERT] = {.prefix = "albert", BERT_EMBEDDINGS, .project = "encoder.embedding_hidden_mapping_in",
	                .layer = "encoder.albert_layer_groups.0.albert_layers.0", .shared = true, .query = "attention.query", .key = "attention.key",
	                .value = "attention.value", .attention = "attention.dense", .attention_norm = "attention.LayerNorm", .up = "ffn",
	                .down = "ffn_output", .output_norm = "full_layer_layer_norm", .pool = "albert.pooler", .classifier = "classifier",
	                .mlm_dense = "predictions.dense", .mlm_norm = "predictions.LayerNorm", .mlm_bias = "predictions.bias",
	                .mlm_decoder = "predictions.decoder"},
	[NCH_FUNNEL] = {.prefix = "funnel", .embedding_norm = "embeddings.layer_norm", .layer = "encoder.blocks.", .query = "attention.q_head",
	                .key = "attention.k_head", .value = "attention.v_head", .attention = "attention.post_proj",
	                .attention_norm = "attention.layer_norm", .up = "ffn.linear_1", .down = "ffn.linear_2", .output_norm = "ffn.layer_norm",
	                .pool = "classifier.linear_hidden", .classifier = "classifier.linear_out"},
};
