/* experiment_ngram.h - a run that trains the n-gram model, and the same model as a yardstick beside another run. */
#ifndef NCH_TRAIN_EXPERIMENT_NGRAM_H
#define NCH_TRAIN_EXPERIMENT_NGRAM_H

#include "train/experiment_data.h"

/* The name of the preset that means it. */
#define NCH_NGRAM_PRESET "ngram"

/* Trains on the data's training rows, measures, and leaves in training.out what every run leaves: the model, nunchi.json, log.jsonl, metrics.json,
 * report.txt, plots, README.md, self_test.json. */
nch_status nch_experiment_ngram(const nch_experiment_options *options, const nch_experiment_data *data, nch_compute *compute,
                                const nch_experiment_watcher *watcher, nch_experiment_result *result, nch_error *error);

/* The yardstick: result->baseline gets the figures of an n-gram model that was trained on the same rows, of the test rows, else of the validation
 * rows; thresholds, if any, are tuned and temperatures fitted where the run's are. Nothing where nothing is measured. */
nch_status nch_experiment_baseline(const nch_experiment_options *options, const nch_experiment_data *data, nch_compute *compute,
                                   nch_experiment_result *result, nch_error *error);

#endif
