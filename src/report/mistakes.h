/* mistakes.h - where a model was wrong, and where it is good and where not. */
#ifndef NCH_REPORT_MISTAKES_H
#define NCH_REPORT_MISTAKES_H

#include <stddef.h>

#include "base/buffer.h"
#include "data/dataset.h"
#include "report/metrics.h"

/* What a model said of the rows of a data set. Borrowed. */
typedef struct nch_answers {
	const nch_dataset *data;   /* its labels are the model's */
	const float *scores;       /* (rows, labels): probabilities */
	const size_t *best;        /* (rows): the label that is the answer; NULL: the one of the greatest score */
	const float *thresholds;   /* (labels) several labels a row: given from here on; NULL: .5 */
} nch_answers;

/* The wrong rows as a table (TSV with a header): confidence, predicted, label, score of the label, file, line, text. One label a row: the
 * confidence is the predicted label's probability. Several labels: that of the cell which is most surely wrong (its distance from the
 * truth), labels are joined by commas, and the score column is left out. The most confident mistakes come first, equal ones in the order of the
 * rows. *count is their number. */
nch_status nch_mistakes_table(const nch_answers *answers, nch_buffer *out, size_t *count, nch_error *error);

/* The figures of one group of rows. */
typedef struct nch_slice {
	size_t rows;
	nch_metrics metrics; /* without loss */
} nch_slice;

/* One slice for each of data->groups, in allocated memory; release with nch_slices_free. */
nch_status nch_slices_make(const nch_answers *answers, nch_slice **slices, nch_error *error);
void nch_slices_free(nch_slice *slices, size_t count);

/* As a table, the largest group first, and as JSON: {"name":{"rows","accuracy","macro_f1","micro_f1","weighted_f1","kappa"}, …} in the
 * order of the file. */
void nch_slices_table(const nch_slice *slices, const nch_labels *groups, const char *column, nch_buffer *out);
void nch_slices_json(const nch_slice *slices, const nch_labels *groups, nch_buffer *out);

#endif
