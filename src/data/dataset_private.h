/* dataset_private.h - what the parts of reading a data set share: files and columns (dataset_read.c), rows (dataset_rows.c), their labels
 * (dataset_labels.c), the labels' numbers (dataset_numbers.c), and which labels are renamed, left out and thinned (dataset_select.c). Not for other
 * rooms. */
#ifndef NCH_DATA_DATASET_PRIVATE_H
#define NCH_DATA_DATASET_PRIVATE_H

#include "data/dataset.h"
#include "data/label_text.h"

/* Renaming and leaving out, made ready for a look at every label. */
typedef struct nch_selection {
	nch_labels from, dropped;     /* the names of options->relabel and ->drop_label, in their order */
	bool *from_met, *dropped_met; /* one a name: the data have it */
} nch_selection;

#define NCH_ROW_LABELS_MAX 4096 /* labels of one row */

/* The labels of one row while they are being collected. */
typedef struct nch_row_labels {
	int32_t ids[NCH_ROW_LABELS_MAX];
	size_t count;
	int32_t found[NCH_ROW_LABELS_MAX]; /* of dataset->found: as the file has them */
	size_t found_count;
	bool dropped;
} nch_row_labels;

/* What one call of nch_dataset_read works with. */
typedef struct nch_reading {
	const nch_dataset_options *options;
	nch_dataset *dataset;
	nch_selection selection;
	nch_labels known_clean; /* the clean forms of options->known, in its order; empty where two of them are alike */
	bool file_order;        /* the labels are the members of an object or columns of their own, whose order stands */
	nch_buffer clean_text, clean_pair, marked, name;
	size_t text_column, pair_column, label_column, group_column, target_column;
	size_t *label_columns;  /* one column a label: these (label_column_count > 0); then label_column is the first of them */
	size_t label_column_count, label_column_capacity;
	size_t vector_length;   /* a label cell holds as many 0s and 1s, one a label; else 0 */
	nch_label_items items;
	bool has_pair, has_label, has_target;
} nch_reading;

/* --- dataset_rows.c --- */

/* Reads what is left of a file: as many rows as options->limit allows. */
nch_status nch_dataset_read_rows(nch_reading *r, nch_rows *rows, nch_error *error);

/* --- dataset_labels.c --- */

/* Once a file, when its columns are known: where every label has a column or a place of its own, all of them are labels, also those that no row
 * has. */
nch_status nch_row_labels_declare(nch_reading *r, const nch_rows *rows, nch_error *error);

/* Collects the labels of a row, and adds those that are new to dataset->labels and ->found: whoever then finds the row bad takes them back
 * (nch_labels_truncate). NCH_DATA: the row is bad. */
nch_status nch_row_labels_read(nch_reading *r, const nch_rows *rows, const nch_row *row, nch_row_labels *labels, nch_error *error);

/* After the last row: tells of a label such as "기쁨,슬픔" whose parts are labels too. */
void nch_row_labels_tell_composed(const nch_reading *r);

/* --- dataset_numbers.c --- */

/* Before the first row: the labels that are known in advance keep their own spelling; rows find them by their clean form too. */
nch_status nch_label_numbers_know(nch_reading *r, nch_error *error);

/* After the last row: brings the labels into their usual order (nch_labels_sort); numbers them as `order` does, if they are the same ones. */
nch_status nch_label_numbers_sort(nch_dataset *dataset, nch_error *error);
nch_status nch_label_numbers_take(nch_dataset *dataset, const nch_labels *order, nch_error *error);

/* --- dataset_select.c --- */

nch_status nch_selection_begin(nch_reading *r, nch_error *error);
void nch_selection_free(nch_selection *selection);

/* Whether labels are looked at one by one: renamed or left out. */
bool nch_selection_changes_names(const nch_dataset_options *options);

/* What renaming makes of a clean name; *dropped: rows with it are left out. */
void nch_selection_apply(nch_reading *r, const char **name, size_t *length, bool *dropped);

/* After the last row: tells of names in the options that no row has, brings dataset->found into order, and thins. */
void nch_selection_tell_absent(const nch_reading *r);
nch_status nch_selection_sort_found(nch_dataset *dataset, nch_error *error);
nch_status nch_selection_undersample(nch_dataset *dataset, const nch_thinnings *thinnings, uint32_t seed, nch_error *error);

/* --- dataset_remarks.c --- */

/* Tells a warning, with settings by their names (base/setting.h), to options->remark, which must be there; nothing if there was no memory for it. */
void nch_dataset_warn(const nch_reading *reading, nch_buffer *text);

/* NCH_DATA with "FILE:LINE: what". */
nch_status nch_dataset_bad_row(const nch_rows *rows, const nch_row *row, nch_error *error, const char *format, ...) NCH_PRINTF(4, 5);

#endif
