/* experiment_measure.h - what an experiment's model is worth, by its logits of the held-out rows; and what predicting needs to know. */
#ifndef NCH_TRAIN_EXPERIMENT_MEASURE_H
#define NCH_TRAIN_EXPERIMENT_MEASURE_H

#include "train/experiment_data.h"

/* What logits are divided by: nothing (count 0), one number, or one a label; and what is then added: nothing (NULL), or a number for each label.
 * Release both with nch_free. */
typedef struct nch_temperatures {
	float *values, *biases;
	size_t count;
} nch_temperatures;

typedef struct nch_measuring {
	const nch_experiment_options *options;
	const nch_experiment_data *data;
	const nch_train_options *training; /* with the loss that was used */
	float **thresholds;                /* (labels): made by the first call, and used by the later ones; release with nch_free */
	nch_temperatures *temperatures;    /* fitted on the validation rows, where options->calibrate */
} nch_measuring;

/* All figures of logits (rows, labels) of the examples (their truth is enough). valid: these are the validation rows, by which temperatures are
 * fitted and thresholds tuned, and which a fold keeps in held-out.jsonl. */
nch_status nch_experiment_measure(const nch_measuring *measuring, const nch_examples *examples, const float *logits, bool valid, nch_metrics *metrics,
                                  nch_error *error);

/* NCH_USAGE where something is to be tuned on validation rows and there are none. */
nch_status nch_experiment_check_tuning(const nch_experiment_options *options, const nch_experiment_data *data, nch_error *error);

/* nunchi.json of the model, as far as it is known: thresholds (NULL: not yet) and temperatures are borrowed, max_len is for the caller to add. */
void nch_experiment_settings(const nch_experiment_options *options, const nch_experiment_data *data, const nch_train_options *training,
                             float *thresholds, const nch_temperatures *temperatures, nch_settings *settings);

/* Whether training.out holds all that this very run leaves in the end, and options->skip_done says that it is then not done again. A fold leaves its
 * held-out rows, too. */
bool nch_experiment_is_done(const nch_experiment_options *options, const nch_train_options *training);

#endif
