/* folds.h - the folds of a cross-validation joined: figures of each, mean and deviation, the predictions of all rows.
 *
 * A fold is a folder OUT/fold-K as nch_experiment_run leaves it. Joining reads only files, so it is of no consequence on how many machines
 * the folds were computed. */
#ifndef NCH_TRAIN_FOLDS_H
#define NCH_TRAIN_FOLDS_H

#include "train/held_out.h"
#include "train/training.h"

/* OUT/fold-K in allocated memory; release with nch_free. NULL without memory. */
char *nch_fold_folder(const char *out, size_t fold);

/* The figures of one kind over the folds. */
typedef struct nch_fold_figure {
	char name[40];
	double *values; /* (folds); NaN: not defined */
	double mean, deviation; /* over those that are defined; the deviation of a sample (n - 1), 0 of a single one */
} nch_fold_figure;

/* Start with {0}; release with nch_folds_free. */
typedef struct nch_folds {
	size_t count, rows;
	nch_fold_figure *figures;
	size_t figure_count;
	nch_fold_figure baseline[2]; /* accuracy and macro F1 of the n-gram models that were trained beside; without them, values is NULL */
	size_t best; /* the fold whose figure (best_by) is best; the first of equal ones */
	nch_labels labels;
	nch_metrics out_of_fold; /* of all rows, each predicted by the model that had not seen it */
	double honest_micro_f1, honest_macro_f1; /* several labels a row: with thresholds tuned on the other folds' rows; else NaN */
} nch_folds;

/* Joins OUT/fold-0 … : writes OUT/cv.json {"folds","rows","fold":[{"fold","train_rows","valid_rows","epochs","best_epoch","weights_sha256",figures
 * …}], "mean":{…},"deviation":{…},"baseline":{"mean":{…},"deviation":{…}} (where all folds have one),"best_by","best_fold","out_of_fold":{…},
 * "other_folds_thresholds":{"micro_f1","macro_f1"} (several labels a row)} and OUT/out-of-fold.jsonl. Folds of different data are NCH_DATA. */
nch_status nch_folds_merge(const char *out, size_t count, nch_best_by best_by, nch_folds *folds, nch_error *error);
void nch_folds_free(nch_folds *folds);

/* A table for people: each fold's accuracy, loss, macro and micro F1, then mean ± deviation; and the baseline's, where there is one. */
void nch_folds_table(const nch_folds *folds, nch_buffer *out);

#endif
