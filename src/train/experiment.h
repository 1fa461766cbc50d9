/* experiment.h - a whole training run: data sets read and split, tokenized, a model begun or opened, trained, measured, and reported. */
#ifndef NCH_TRAIN_EXPERIMENT_H
#define NCH_TRAIN_EXPERIMENT_H

#include "train/experiment_options.h"

/* Runs it. With training.out: DIR gets the model folder, log.jsonl, metrics.json, report.txt, curves.svg, confusion.svg, README.md (a
 * model card), self_test.json and checkpoint/. */
nch_status nch_experiment_run(const nch_experiment_options *options, nch_compute *compute, const nch_experiment_watcher *watcher,
                              nch_experiment_result *result, nch_error *error);

#endif
