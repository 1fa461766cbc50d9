/* evaluation.h - the figures of an evaluation as people and programs read them. Nothing here prints: text goes to a buffer.
 */
#ifndef NCH_REPORT_EVALUATION_H
#define NCH_REPORT_EVALUATION_H

#include <stddef.h>

#include "base/buffer.h"
#include "data/labels.h"
#include "report/metrics.h"

/* scikit-learn's classification_report, its layout and digits to the byte (names are padded by characters, as Python counts
 * them). labels->count is metrics->classes; classes that stand neither in the truth nor in the predictions are left out, as
 * there. digits: 2 is usual. */
void nch_report_classification(const nch_metrics *metrics, const nch_labels *labels, int digits, nch_buffer *out);

/* The confusion matrix, a row a true label, a column a predicted one, aligned for a terminal (Hangul takes two columns).
 * Nothing for multi-label. */
void nch_report_confusion(const nch_metrics *metrics, const nch_labels *labels, nch_buffer *out);

/* All of it: the report, accuracy, loss, Cohen's kappa, ROC-AUC (macro, one against the rest), calibration error (those that are defined), and the
 * confusion matrix; what report.txt holds and eval prints. */
void nch_report_text(const nch_metrics *metrics, const nch_labels *labels, nch_buffer *out);

/* One JSON object without a line break: accuracy, loss, macro_f1, micro_f1, weighted_f1, roc_auc, roc_auc_micro, kappa,
 * average_precision, average_precision_micro, calibration_error, hamming_loss, samples_f1, unlabelled, thresholds: [numbers] (multi-label), rows,
 * labels: [names], per_label: {name: {precision, recall, f1, support, roc_auc, average_precision}}, confusion: [[…]] (single label). What is not
 * defined is null. */
void nch_report_json(const nch_metrics *metrics, const nch_labels *labels, nch_buffer *out);

#endif
