/* plots.h - curves.svg, details.svg and confusion.svg: how training went, and what is taken for what. */
#ifndef NCH_REPORT_PLOTS_H
#define NCH_REPORT_PLOTS_H

#include <stddef.h>

#include "base/buffer.h"
#include "data/labels.h"
#include "report/log.h"
#include "report/metrics.h"

/* A training run to be drawn: its name (for the legend) and its log. */
typedef struct nch_curve_run {
	const char *name;
	const nch_log *log;
	size_t steps_an_epoch; /* 0: as many as the last epoch that is over had */
} nch_curve_run;

/* Two panels over the epochs, loss and accuracy; a colour for each run, the training part solid, the validation part dashed
 * with dots; the loss of single steps faint behind it where there is one run. Runs without any record are left out. */
void nch_curves_svg(const nch_curve_run *runs, size_t count, nch_buffer *out);

/* Panels over the steps: loss, learning rate, norm of the gradients, and, where the log has them, each layer's update ratio, entropy of attention and
 * silent units. What there is nothing of is left out; more than 200 steps are averaged. */
void nch_details_svg(const nch_log *log, nch_buffer *out);

/* The confusion matrix: a cell's depth of colour is its share of the true label's rows, its number the rows. Nothing but a
 * sentence for multi-label metrics. */
void nch_confusion_svg(const nch_metrics *metrics, const nch_labels *labels, nch_buffer *out);

#endif
