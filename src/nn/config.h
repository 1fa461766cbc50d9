/* config.h - config.json: what a model is made of. */
#ifndef NCH_NN_CONFIG_H
#define NCH_NN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "kernels/kernels.h"

typedef struct nch_family nch_family; /* nn/family.h */

typedef enum nch_head {
	NCH_HEAD_CLASSIFIER, /* one number for each label, from the first token: ...ForSequenceClassification */
	NCH_HEAD_MLM,        /* one number for each word of the vocabulary, from a masked token: ...ForMaskedLM */
	NCH_HEAD_RTD         /* ELECTRA's alone: one number for each token, was it replaced? ElectraForPreTraining */
} nch_head;

typedef struct nch_config {
	const nch_family *family;
	nch_head head;
	size_t vocab_size, hidden, layers, heads, feed_forward; /* feed_forward: intermediate_size */
	size_t embedding;      /* width of the embeddings; ELECTRA and ALBERT project it to `hidden`; else it is `hidden` */
	size_t max_positions;  /* rows of the position table; without one the most that a user wants */
	size_t position_offset; /* the first token's position: 0, or padding_idx + 1 for RoBERTa */
	size_t types;          /* rows of the token-type table; 0: there is none */
	nch_activation activation;
	float norm_epsilon, dropout, attention_dropout, classifier_dropout, init_range;
	int pad_token;
	size_t labels;
	char **label_names;    /* (labels), in the arena that was given; a masked language model has none */
	bool multi_label;      /* problem_type multi_label_classification */
	void *own;             /* what the family alone has, see its file; NULL where it has nothing. It lives as long as the labels' names */
} nch_config;

/* Reads config.json (every key of Hugging Face's that matters to these families; others are kept out of account). Refuses what this program
 * cannot compute (another model_type, relative position types, an unknown activation …) by name. Texts live in the arena. */
nch_status nch_config_read(const char *path, nch_arena *arena, nch_config *config, nch_error *error);
/* The same from text; `where` is put before the message of an error. */
nch_status nch_config_parse(const char *text, size_t length, const char *where, nch_arena *arena, nch_config *config, nch_error *error);

/* Writes config.json as transformers would for ...ForSequenceClassification, id2label and label2id included, for ...ForMaskedLM, or for
 * ElectraForPreTraining. */
nch_status nch_config_write(const nch_config *config, const char *path, nch_error *error);
/* The same as text, appended to *out. */
nch_status nch_config_text(const nch_config *config, nch_buffer *out, nch_error *error);

/* tiny mini small medium base large (layers × hidden: 2×128, 4×256, 4×512, 8×512, 12×768, 24×1024; heads of 64, feed-forward 4×): BERT. The
 * vocabulary and the labels are left to the caller. False if the name is unknown. */
bool nch_config_preset(const char *name, nch_config *config);

/* Other measures for a preset; 0: as they are. Heads that are not given are of 64, or of 32 where the width is no multiple of 64. feed_forward
 * becomes 4 × hidden. With embeddings of another width than the layers, which BERT cannot have, the family becomes ELECTRA. `family` names another
 * one that can be begun with random weights, by its model_type (nn/family.h:start); NULL or "bert": BERT. Measures that do not go together are
 * NCH_USAGE. */
typedef struct nch_shape {
	size_t layers, hidden, heads, embedding;
	const char *family;
} nch_shape;
nch_status nch_config_reshape(nch_config *config, const nch_shape *shape, nch_error *error);

/* The generator of a discriminator: a masked language model of the same depth and embeddings, `size` times as wide, rounded to a multiple of 32 and
 * at least 32 (Clark et al. 2020, section 3.2); heads as nch_config_reshape makes them. */
nch_config nch_config_generator(const nch_config *discriminator, double size);

#endif
