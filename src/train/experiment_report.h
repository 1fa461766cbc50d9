/* experiment_report.h - what an experiment leaves in its folder beside the model. */
#ifndef NCH_TRAIN_EXPERIMENT_REPORT_H
#define NCH_TRAIN_EXPERIMENT_REPORT_H

#include "train/experiment_options.h"

/* metrics.json, report.txt, confusion.svg. (curves.svg is drawn while training goes on, by trainer.c.) */
nch_status nch_experiment_report(const nch_experiment_options *options, const nch_experiment_result *result, nch_error *error);

/* "baseline (character n-grams): accuracy … macro F1 …" and a line end; nothing where there is none. */
void nch_experiment_baseline_line(const nch_experiment_result *result, nch_buffer *out);

#endif
