/* config.h - config.json: what a model is made of. */
#ifndef NCH_NN_CONFIG_H
#define NCH_NN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "kernels/kernels.h"

typedef enum nch_family { NCH_BERT, NCH_ROBERTA, NCH_ELECTRA, NCH_DISTILBERT, NCH_ALBERT, NCH_FUNNEL } nch_family;

typedef enum nch_head {
	NCH_HEAD_CLASSIFIER, /* one number for each label, from the first token: ...ForSequenceClassification */
	NCH_HEAD_MLM         /* one number for each word of the vocabulary, from a masked token: ...ForMaskedLM */
} nch_head;

typedef struct nch_config {
	nch_family family;
	nch_head head;
	size_t vocab_size, hidden, layers, heads, feed_forward; /* feed_forward: intermediate_size */
	size_t embedding;      /* width of the embeddings; ELECTRA and ALBERT project it to `hidden`; else it is `hidden` */
	size_t max_positions;  /* rows of the position table */
	size_t position_offset; /* the first token's position: 0, or padding_idx + 1 for RoBERTa */
	size_t types;          /* rows of the token-type table; 0: there is none */
	nch_activation activation;
	float norm_epsilon, dropout, attention_dropout, classifier_dropout, init_range;
	int pad_token;
	size_t labels;
	char **label_names;    /* (labels), in the arena that was given; a masked language model has none */
	bool multi_label;      /* problem_type multi_label_classification */
} nch_config;

/* Reads config.json (every key of Hugging Face's that matters to these families; others are kept out of account). Refuses what this program
 * cannot compute (another model_type, relative position types, an unknown activation …) by name. Texts live in the arena. */
nch_status nch_config_read(const char *path, nch_arena *arena, nch_config *config, nch_error *error);
/* The same from text; `where` is put before the message of an error. */
nch_status nch_config_parse(const char *text, size_t length, const char *where, nch_arena *arena, nch_config *config, nch_error *error);

/* Writes config.json as transformers would for ...ForSequenceClassification, id2label and label2id included, or for ...ForMaskedLM. */
nch_status nch_config_write(const nch_config *config, const char *path, nch_error *error);

/* tiny mini small medium base large (layers × hidden: 2×128, 4×256, 4×512, 8×512, 12×768, 24×1024; heads of 64, feed-forward 4×): BERT. The vocabulary
 * and the labels are left to the caller. False if the name is unknown. */
bool nch_config_preset(const char *name, nch_config *config);

#endif
