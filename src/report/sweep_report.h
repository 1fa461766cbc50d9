/* sweep_report.h - the figures of many runs beside each other: a table, and a plot with a panel for each option that was varied. */
#ifndef NCH_REPORT_SWEEP_REPORT_H
#define NCH_REPORT_SWEEP_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum { NCH_SWEEP_FIGURES = 4 }; /* accuracy, loss, macro F1, micro F1 of the validation rows */

typedef struct nch_sweep_row {
	size_t job, rung, epochs, best_epoch;
	const char *const *values;         /* (axes): borrowed */
	double figures[NCH_SWEEP_FIGURES];
} nch_sweep_row;

typedef struct nch_sweep_table {
	const char *const *axes; /* names */
	size_t axis_count;
	const nch_sweep_row *rows; /* in the order of rungs and jobs */
	size_t count;
	size_t by;      /* which figure decides: 0 accuracy, 1 loss (the lower the better), 2 macro F1, 3 micro F1 */
	bool has_rungs;
} nch_sweep_table;

extern const char *const nch_sweep_figure_names[NCH_SWEEP_FIGURES];

/* Whether row a is better than row b: a later rung, a better figure, an earlier job. */
bool nch_sweep_is_better(const nch_sweep_table *table, const nch_sweep_row *a, const nch_sweep_row *b);

/* The rows' numbers from the best to the worst: order (count). */
void nch_sweep_rank(const nch_sweep_table *table, size_t *order);

/* As TSV with a header, the rows in their order; numbers read back exactly. */
void nch_sweep_tsv(const nch_sweep_table *table, nch_buffer *out);

/* For people, the best first. */
void nch_sweep_text(const nch_sweep_table *table, const size_t *order, nch_buffer *out);

/* A panel for each option, three beside each other: its values from left to right, a dot a run, a line through the means (of the first rung). */
void nch_sweep_svg(const nch_sweep_table *table, nch_buffer *out);

#endif
