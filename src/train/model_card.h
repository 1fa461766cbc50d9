/* model_card.h - README.md of a model folder: what the model is, how it came about, how good it is, how it is used. */
#ifndef NCH_TRAIN_MODEL_CARD_H
#define NCH_TRAIN_MODEL_CARD_H

#include "train/experiment_options.h"

/* Writes FOLDER/README.md, a model card as Hugging Face's hub reads it: front matter (language, tags, metrics, results), then data, recipe, metrics,
 * seed, weights' fingerprint and command. */
nch_status nch_model_card_write(const nch_experiment_options *options, const nch_model *model, const nch_ngram *ngram, const nch_settings *settings,
                                const nch_experiment_result *result, nch_error *error);

#endif
