/* layers.h - which parts of a model are trained, and how fast each of them. */
#ifndef NCH_TRAIN_LAYERS_H
#define NCH_TRAIN_LAYERS_H

#include "nn/model.h"

/* How high a tensor stands: 0 the embeddings, 1 … L the layers, L + 1 the head. levels (model->count) is filled; returns L. ALBERT's layers share their
 * tensors and are one level. */
size_t nch_layer_levels(const nch_model *model, size_t *levels);

/* The learning rate of each tensor of the model, relative to the step's own: rates (model->count).
 *
 * Layer-wise decay: the head has 1, the highest layer `decay`, each layer below `decay` times the rate of the one above it, and the embeddings
 * decay^(L + 1) (Howard & Ruder 2018, section 3.2, "discriminative fine-tuning"; as a power of the depth: Sun et al. 2019, section 3.4). decay 1: all alike.
 *
 * `freeze` (NULL or "": nothing) names, between commas, what keeps its weights, with the rate 0: "embeddings"; layers, "3" or "0-5", from 0;
 * "encoder", that is embeddings and all layers; "pooler", the dense layer before the classifier. Anything else, a layer that the model lacks, or a model
 * of which nothing is left to train is NCH_USAGE. */
nch_status nch_layer_rates(const nch_model *model, const char *freeze, double decay, double *rates, nch_error *error);

#endif
