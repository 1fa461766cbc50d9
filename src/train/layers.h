/* layers.h - which parts of a model are trained, and how fast each of them. */
#ifndef NCH_TRAIN_LAYERS_H
#define NCH_TRAIN_LAYERS_H

#include "nn/model.h"

/* How high a tensor stands: 0 the embeddings, 1 … L the layers, L + 1 the head. levels (model->count) is filled; returns L. ALBERT's layers share
 * their tensors and are one level. */
size_t nch_layer_levels(const nch_model *model, size_t *levels);

/* What keeps its weights: embeddings; the encoder, that is embeddings and all layers; the pooler, the dense layer before the classifier; some
 * layers. */
typedef enum nch_frozen_kind { NCH_FROZEN_EMBEDDINGS, NCH_FROZEN_ENCODER, NCH_FROZEN_POOLER, NCH_FROZEN_LAYERS } nch_frozen_kind;
extern const char *const nch_frozen_words[NCH_FROZEN_LAYERS]; /* "embeddings" … */

typedef struct nch_frozen {
	nch_frozen_kind kind;
	size_t first, last; /* NCH_FROZEN_LAYERS: these and those between, from 0 */
} nch_frozen;

/* Borrowed. {0}: nothing. */
typedef struct nch_freeze {
	const nch_frozen *items; /* [count] */
	size_t count;
} nch_freeze;

/* Writes it as nunchi.json and people have it, "embeddings,0-5", cut to room - 1 bytes. */
void nch_freeze_text(const nch_freeze *freeze, char *text, size_t room);

/* The learning rate of each tensor of the model, relative to the step's own: rates (model->count).
 *
 * Layer-wise decay: the head has 1, the highest layer `decay`, each layer below `decay` times the rate of the one above it, and the embeddings
 * decay^(L + 1) (Howard & Ruder 2018, section 3.2, "discriminative fine-tuning"; as a power of the depth: Sun et al. 2019, section 3.4). decay 1: all
 * alike.
 *
 * What is frozen has the rate 0. A layer that the model lacks, or a model of which nothing is left to train is NCH_USAGE. */
nch_status nch_layer_rates(const nch_model *model, const nch_freeze *freeze, double decay, double *rates, nch_error *error);

#endif
