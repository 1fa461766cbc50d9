/* experiment_model.h - what an experiment trains: a tokenizer, and a model that is begun or opened. */
#ifndef NCH_TRAIN_EXPERIMENT_MODEL_H
#define NCH_TRAIN_EXPERIMENT_MODEL_H

#include "base/change.h"
#include "train/experiment_data.h"

/* Start with {0}; release with nch_experiment_model_free. */
typedef struct nch_experiment_model {
	nch_tokenizer *tokenizer;
	size_t first_new; /* pieces that the tokenizer had before the markers of targets */
	nch_folder_view init; /* whose tokenizer and weights have to be of one model */
	nch_model *model;
	size_t max_len;   /* tokens that a row keeps */
	double *rates;    /* (tensors) learning rates relative to the step's; NULL: they are all alike */
} nch_experiment_model;
void nch_experiment_model_free(nch_experiment_model *model);

/* The tokenizer, with the markers of targets where they are asked for. */
nch_status nch_experiment_tokenizer(const nch_experiment_options *options, nch_experiment_model *model, nch_error *error);

/* The model for these data: a preset's random weights, or a folder's with a head for the data's labels; and how long a row may be. What a person
 * should know of a folder's weights is told as a warning. */
nch_status nch_experiment_model_make(const nch_experiment_options *options, const nch_experiment_data *data, nch_compute *compute,
                                     const nch_experiment_watcher *watcher, nch_experiment_model *model, nch_error *error);

/* What is frozen, and the layers' learning rates. */
nch_status nch_experiment_rates(const nch_experiment_options *options, nch_experiment_model *model, nch_error *error);

#endif
