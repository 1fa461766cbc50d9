/* metrics.h - how good predictions are, in scikit-learn's figures.
 *
 * Each definition is scikit-learn's (1.x, zero_division=0), so that a table here can be laid beside one from a notebook. All
 * is computed in double from counts and sorted scores. A figure that is not defined for the data is NaN. */
#ifndef NCH_REPORT_METRICS_H
#define NCH_REPORT_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct nch_class_metrics {
	double precision; /* hits / predicted, 0 if nothing was predicted */
	double recall;    /* hits / support, 0 without support */
	double f1;        /* 2 hits / (predicted + support), 0 if both are 0 */
	size_t support, predicted, hits;
	bool present;   /* single label: stands in the truth or the predictions; other classes do not count in macro averages
	                 */
	double roc_auc; /* this class against the rest */
	double average_precision; /* sum of (recall step × precision) over falling thresholds */
	double threshold;         /* multi-label: the score from which on the label was given; else NaN */
} nch_class_metrics;

typedef struct nch_average {
	double precision, recall, f1;
} nch_average;

/* Bins of equal width of the confidence from 0 to 1: how sure the answers in each were, summed, how many, and how many right. */
enum { NCH_CALIBRATION_BINS = 15 };
typedef struct nch_calibration_bins {
	double confidence[NCH_CALIBRATION_BINS];
	size_t right[NCH_CALIBRATION_BINS], count[NCH_CALIBRATION_BINS];
} nch_calibration_bins;

/* Start with {0}, release with nch_metrics_free. */
typedef struct nch_metrics {
	size_t rows, classes;
	bool multi_label;
	double loss;                 /* for the caller to set; NaN until then */
	double accuracy;             /* rows that are wholly right (multi-label: subset accuracy) */
	nch_class_metrics *by_class; /* classes of them */
	nch_average macro, micro, weighted;
	nch_average samples;  /* multi-label: the mean over rows of each row's own figures; else as micro */
	size_t unlabelled;    /* multi-label: rows with no score over its threshold */
	double hamming;       /* the share of wrong cells; single label: of wrong rows */
	double kappa;         /* Cohen's; single label only, else NaN */
	double roc_auc;       /* macro over the classes, one against the rest; two classes: of the second one */
	double roc_auc_micro; /* over all rows × classes at once; two classes: as roc_auc */
	double average_precision, average_precision_micro;
	double calibration_error; /* expected calibration error over the bins (Guo et al. 2017) */
	double brier;             /* mean over the rows of the squared distance of the probabilities from the truth, summed over the classes (Brier
	                             1950); several labels: mean over the cells */
	nch_calibration_bins bins; /* of the answers; several labels: of all cells */
	bool has_scores;          /* else the six figures above are NaN */
	size_t *confusion;        /* single label: confusion[truth × classes + predicted]; else NULL */
} nch_metrics;

/* One label a row: truth[rows] and predicted[rows] in 0 .. classes-1; scores[rows × classes] are probabilities, or NULL. No
 * rows is an error (NCH_DATA), so is a number out of range; a NaN score is NCH_NUMERIC. */
nch_status nch_metrics_single(const int32_t *truth, const int32_t *predicted, const float *scores, size_t rows,
                              size_t classes, nch_metrics *metrics, nch_error *error);

/* Any number of labels a row: targets[rows × classes] are 0 or 1, scores[rows × classes] probabilities; a label is
 * predicted where its score is >= thresholds[class] (NULL: .5). Errors as above. */
nch_status nch_metrics_multi(const float *targets, const float *scores, const float *thresholds, size_t rows, size_t classes,
                             nch_metrics *metrics, nch_error *error);

void nch_metrics_free(nch_metrics *metrics);

/* The area under the ROC curve of `count` scores for truths 0 and 1: the chance that a positive one has a higher score than
 * a negative one, ties counting half. NaN if one kind is missing. scores[i × stride] and truth[i × stride] are looked at. */
nch_status nch_roc_auc(const float *scores, const float *truth, size_t count, size_t stride, double *area, nch_error *error);

/* Average precision of the same: 0 if there is nothing positive. */
nch_status nch_average_precision(const float *scores, const float *truth, size_t count, size_t stride, double *value,
                                 nch_error *error);

/* The thresholds that give the highest F1 on these data: one for all labels (best micro-F1) or one for each label (each
 * label's own best F1). A threshold lies halfway between two neighbouring scores; among equal ones the one nearest to .5 is
 * taken; a label without positives keeps .5. thresholds[classes] is filled in both cases. */
nch_status nch_tune_thresholds(const float *targets, const float *scores, size_t rows, size_t classes, bool for_each_label,
                               float *thresholds, nch_error *error);

#endif
