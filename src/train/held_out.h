/* held_out.h - what a model said of the rows that it was not trained on: one line of JSON a row.
 *
 *   {"row":17,"fold":3,"truth":["joy"],"labels":["joy","trust"],"scores":{"joy":0.81,…},"logits":[…]}
 *
 * "row" counts the training rows from 0. One label a row: "truth" and "label" are texts. Numbers read back exactly, so that figures made from
 * these lines have the bits of figures made at once. */
#ifndef NCH_TRAIN_HELD_OUT_H
#define NCH_TRAIN_HELD_OUT_H

#include "data/examples.h"
#include "report/metrics.h"

#define NCH_HELD_OUT_FILE "held-out.jsonl"

/* Writes FOLDER/held-out.jsonl: logits, scores (rows, labels) of the examples, which are rows[i] of the data set. thresholds (labels): those of the
 * model. */
nch_status nch_held_out_write(const char *folder, size_t fold, const size_t *rows, const nch_examples *examples, const nch_labels *labels,
                              const float *logits, const float *scores, const float *thresholds, nch_error *error);

/* The rows of all folds together, in the order of the rows. Start with {0}; release with nch_held_out_free. */
typedef struct nch_held_out {
	size_t rows;
	size_t *fold;       /* (rows) */
	nch_labels labels;  /* as in the lines' scores */
	bool multi_label;
	char **lines;       /* (rows): the source of each, without its line end */
	float *goals, *given, *scores; /* (rows, labels); goals and given are 0 or 1 */
	int32_t *truth, *predicted;    /* (rows) one label a row */
	size_t capacity;
} nch_held_out;

/* Reads FOLDER/held-out.jsonl of each folder. Every row from 0 on must be there once; else NCH_DATA, with what is missing or twice there. */
nch_status nch_held_out_read(const char *const *folders, size_t count, nch_held_out *held_out, nch_error *error);
/* Reads one such file of any name, in which "row" (the line's place) and "fold" may be left out: answers that somebody else, or a pencil, gave. */
nch_status nch_held_out_read_file(const char *path, nch_held_out *held_out, nch_error *error);
void nch_held_out_free(nch_held_out *held_out);

/* The figures of all of them: labels as each fold's own thresholds gave them, ranks by the scores. The loss is NaN, and so are the thresholds, since
 * each fold has its own. Thresholds that were tuned on the rows that they are measured on here flatter: see below. */
nch_status nch_held_out_metrics(const nch_held_out *held_out, nch_metrics *metrics, nch_error *error);

/* Several labels a row: the same with thresholds (one a label) that are tuned for each fold on the rows of all other folds, so that no row has a say
 * in how it is itself judged. */
nch_status nch_held_out_honest(const nch_held_out *held_out, size_t folds, nch_metrics *metrics, nch_error *error);


#endif
