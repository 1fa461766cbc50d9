/* dataset.h - labelled texts in memory: what training, evaluation, splits and statistics work on.
 *
 * Compact: one run of bytes for all texts and 32 bytes a row, so that a million rows are no trouble. Read-only after
 * reading. */
#ifndef NCH_DATA_DATASET_H
#define NCH_DATA_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"
#include "data/labels.h"
#include "data/selection.h"
#include "data/target.h"
#include "io/rows.h"
#include "text/cleansing.h"

typedef struct nch_dataset nch_dataset;

typedef enum nch_remark {
	NCH_REMARK_COLUMNS, /* which columns of a file are taken: "text: 문장, label: 감정" */
	NCH_REMARK_WARNING
} nch_remark;

/* {0} is the default for everything. Strings are borrowed for the time of the call. */
typedef struct nch_dataset_options {
	const char *text, *pair, *label; /* column names or dotted paths, label also a,b,c: one column a label, or none; NULL: found (io/columns.h);
	                                    no pair unless one is named */
	const char *group;       /* a column by whose values rows are told apart (eval --slice); NULL: none. A missing or blank cell is "(blank)" */
	bool multi_label;        /* any number of labels a row: "a,b" in a cell, a JSON array, or an object of true/"True" */
	bool need_labels;        /* a file without a label column is an error; else its rows have label -1 */
	bool ignore_labels;      /* don't look for labels at all */
	const nch_labels *known; /* the model's labels, or --labels: order and membership; another label is a bad row */
	const nch_labels *order; /* where none are known: if the labels turn out to be these, they are numbered and spelt like these; else in their
	                            usual order. Not together with visit */
	nch_renamings relabel;    /* labels get other names, and so are merged */
	nch_text_list drop_label; /* clean names, after renaming: rows with such a label are left out; multi-label: the label is, the row stays */
	nch_thinnings undersample; /* at most so many rows of a label, chosen by `seed`, the order kept; single label only */
	uint32_t seed;
	const nch_cleansing *cleansing; /* texts and pairs go through it; NULL: they are kept as they are */
	nch_target_mode target; /* JSON records: how the text is told what is asked about (data/target.h); not together with `pair` */
	bool check_targets;     /* a target is looked at even where the mode is none: a wrong one makes a bad row */
	size_t limit;                   /* the first N rows; 0: all */
	bool skip_bad_rows;             /* leave bad rows out and count them; else the first one is the error */
	/* Told of every bad row that is left out ("FILE:LINE: what is wrong"); may be NULL. */
	void (*report_bad_row)(void *context, const char *text);
	void *report_context;
	/* Told of what a person should know about the data; may be NULL. */
	void (*remark)(void *context, nch_remark kind, const char *text);
	void *remark_context;
	/* Told of every row when it has been read, and then the row is forgotten: for files that are larger than memory. dataset->labels are not
	 * sorted yet: see `renumbered`. Not together with undersample. */
	nch_status (*visit)(void *context, const nch_dataset *dataset, size_t row, nch_error *error);
	void *visit_context;
	nch_rows_options rows;
} nch_dataset_options;

typedef struct nch_dataset_row {
	uint64_t offset; /* of the text in `bytes`; a NUL stands behind it, then the pair, then a NUL */
	uint32_t text_length, pair_length;
	uint32_t line, file; /* paths[file]:line */
	int32_t label;       /* single: the class, or -1 without labels; multi: unused */
	int32_t group;       /* of `groups`; 0 without them */
} nch_dataset_row;

/* The names of the columns that the first file gave. */
typedef struct nch_dataset_columns {
	char *text, *pair; /* pair: NULL without one */
	char **label;      /* label_count: none, one, or one a label */
	size_t label_count;
} nch_dataset_columns;

/* Start with {0}; release with nch_dataset_free. */
struct nch_dataset {
	size_t rows;
	size_t visited; /* rows that were told to `visit` and forgotten */
	nch_dataset_row *row;
	char *bytes;
	size_t bytes_length;
	bool has_pairs, multi_label, has_labels;
	bool label_objects; /* the labels came as objects of true and false */
	size_t target_rows; /* that have a target */
	nch_labels labels, groups; /* groups in the order of their first rows */
	int32_t *renumbered;       /* renumbered[a label's number while rows were read] = its number; NULL: they are the same */
	uint64_t *target_start; /* multi: row i has the classes target[target_start[i] .. target_start[i + 1]) */
	int32_t *target;
	char **paths;
	size_t path_count;
	nch_dataset_columns columns;
	size_t bad_rows;           /* skipped as bad */
	size_t blank_label_rows;   /* multi-label: rows without any label */
	size_t dropped_rows;       /* left out by drop_label or undersample */
	nch_error first_bad;       /* the first bad row's message, if bad_rows > 0 */
	size_t *label_rows_before; /* labels.count entries: rows of each label before undersampling */
	nch_labels found;          /* the labels as the files have them, sorted; only where relabel, drop_label or undersample was given */
	size_t *found_rows;        /* found.count entries */

	size_t row_capacity, bytes_capacity, target_capacity, start_capacity, found_capacity; /* room, for the one that builds it */
};

/* Reads and appends `count` files (or "-") to the empty data set. On failure *dataset is {0} again. Errors: "FILE:LINE:
 * what is wrong and what to do"; no rows at all is an error too. */
nch_status nch_dataset_read(const char *const *paths, size_t count, const nch_dataset_options *options, nch_dataset *dataset,
                            nch_error *error);
void nch_dataset_free(nch_dataset *dataset);

/* The text of a row: NUL-terminated UTF-8, *length bytes (it holds no other NUL). */
const char *nch_dataset_text(const nch_dataset *dataset, size_t row, size_t *length);

/* The second text of a row, or NULL if the data have none. */
const char *nch_dataset_pair(const nch_dataset *dataset, size_t row, size_t *length);

/* The class of a row (single label), -1 without labels; of a multi-label row the first one, or -1 if it has none. */
int32_t nch_dataset_label(const nch_dataset *dataset, size_t row);

/* targets[labels.count] = 1 for the classes of the row, else 0; also for a single label. */
void nch_dataset_targets(const nch_dataset *dataset, size_t row, float *targets);

/* The classes of a row, *count of them (single label: one). */
const int32_t *nch_dataset_classes(const nch_dataset *dataset, size_t row, size_t *count);

/* The classes by which `count` rows are dealt out with --stratify: classes[i] is that of rows[i] (NULL: of row i), allocated, to be released with
 * nch_free. NCH_USAGE where rows have no single label: of several, none is the one to deal out by. */
nch_status nch_dataset_strata(const nch_dataset *dataset, const size_t *rows, size_t count, int32_t **classes, nch_error *error);

/* counts[labels.count] = rows that have the label. */
void nch_dataset_label_counts(const nch_dataset *dataset, size_t *counts);

/* What selection did to the labels, as two lines ("labels in the files: 공포 600, …", "labels that are used: …"); nothing where nothing was
 * selected. rows[labels.count]: how many of each are used. */
void nch_dataset_describe_selection(const nch_dataset *dataset, const size_t *rows, nch_buffer *out);

/* "FILE:LINE" of a row for a message: the path, and the line in *line. */
const char *nch_dataset_where(const nch_dataset *dataset, size_t row, size_t *line);

/* SHA-256 over texts, pairs and label names of all rows in order: what a checkpoint compares, to resume on the same
 * data. */
void nch_dataset_digest(const nch_dataset *dataset, unsigned char digest[32]);

#endif
