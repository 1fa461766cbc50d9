/* statistics.h - what is in a data set: counts, lengths, unknown tokens, duplicates, rows shared with a test set. */
#ifndef NCH_DATA_STATISTICS_H
#define NCH_DATA_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/status.h"
#include "data/dataset.h"
#include "tokenizer/tokenizer.h"

/* A distribution of lengths: how often each of them comes, so that a million rows take no more memory than ten. Percentiles are NumPy's default
 * (linear between the two nearest values). Start with {0}; release with nch_lengths_free. */
typedef struct nch_lengths {
	double mean, p50, p85, p95, p99;
	size_t max;
	size_t *times; /* (max + 1): how many rows have this length */
	size_t size, capacity;
	size_t count; /* of rows */
} nch_lengths;

nch_status nch_lengths_add(nch_lengths *lengths, size_t value, nch_error *error); /* memory: eight bytes times the largest value */
void nch_lengths_settle(nch_lengths *lengths);                                   /* when all are in: fills the figures in */
double nch_lengths_percentile(const nch_lengths *lengths, double percent);       /* 0 .. 100; 0 without values */
void nch_lengths_free(nch_lengths *lengths);

typedef struct nch_statistics {
	size_t rows, bad_rows, labels;
	size_t *label_rows;     /* one a label */
	nch_lengths characters; /* code points of the text (and of the pair) */
	bool has_tokens;
	nch_lengths tokens;    /* with the special tokens */
	size_t content_tokens; /* without the special tokens */
	size_t unknown_tokens;
	size_t rows_with_unknown;
	size_t *label_tokens, *label_unknown; /* one a label: tokens and unknown tokens of its rows */
	size_t max_len, rows_cut;             /* 0: no limit */
	size_t duplicates;                    /* rows whose text (and pair) stood in an earlier row */
	size_t contradictions;                /* distinct texts that stand with different labels */
	size_t contradicting_rows;            /* the rows of those texts */
	bool has_test;
	size_t test_rows;
	size_t shared_texts;     /* distinct texts that stand in the test data too */
	size_t shared_test_rows; /* test rows whose text stands in these data: what leaks */
	char **unknown_strings;  /* the most frequent stretches of text that became unknown tokens */
	size_t *unknown_counts;
	size_t unknown_string_count;
} nch_statistics;

/* Looks at the data. tokenizer and test may be NULL. max_len counts special tokens, 0: no limit. Start with {0}, release
 * with nch_statistics_free. */
nch_status nch_statistics_compute(const nch_dataset *data, const nch_dataset *test, const nch_tokenizer *tokenizer,
                                  size_t max_len, nch_statistics *statistics, nch_error *error);
void nch_statistics_free(nch_statistics *statistics);

/* The same while the data are being read, so that they need not be kept: rows are told one by one, as nch_dataset_options.visit gives them, and then
 * `data` is the data set that reading made (its labels sorted). */
typedef struct nch_counter nch_counter;
nch_status nch_counter_new(const nch_tokenizer *tokenizer, size_t max_len, nch_counter **counter, nch_error *error);
nch_status nch_counter_row(nch_counter *counter, const nch_dataset *data, size_t row, nch_error *error);
nch_status nch_counter_finish(nch_counter *counter, const nch_dataset *data, const nch_dataset *test, nch_statistics *statistics,
                              nch_error *error);
void nch_counter_free(nch_counter *counter); /* NULL is allowed */

/* As one JSON object and a line break: {"rows","bad_rows","columns":{"text","pair","label"} (of the first file),"labels_before":{name: rows} (as the
 * files have them, where options changed that),"labels":{name: rows},"characters":{"mean","p50","p85","p95","p99","max"},
 * "tokens":{…},"unknown_rate","unknown_rows","unknown_by_label":{name: rate},"unknown_strings":{text: times},"max_len","rows_cut",
 * "duplicates","contradicting_duplicates","contradicting_rows","shared_with_test","shared_texts"}; what was not looked at (no tokenizer, no test
 * data) is left out. */
void nch_statistics_json(const nch_statistics *statistics, const nch_dataset *data, nch_buffer *out);

/* As a table with bars, for a terminal that is `columns` wide (at least 40 are used). */
void nch_statistics_table(const nch_statistics *statistics, const nch_dataset *data, size_t columns, nch_buffer *out);

#endif
