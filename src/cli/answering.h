/* answering.h - what predict and ensemble share: lines in, answers out, as soon as a batch of them is done. */
#ifndef NCH_CLI_ANSWERING_H
#define NCH_CLI_ANSWERING_H

#include <stdint.h>

#include "cli/answer.h"
#include "cli/options.h"
#include "io/rows.h"

/* --format --logits --batch --input --pair-separator --in-place; and --text --pair, which a command with the options of data files has anyway */
extern const nch_option_group nch_answering_group, nch_answering_record_group;

/* What they say. */
typedef struct nch_answering_call {
	nch_answer_form form;
	nch_answer_input input;
	float abstain; /* answers below this are none */
	size_t batch;
	nch_rows_options rows;
	const char *path; /* the command's argument; NULL: standard input */
} nch_answering_call;

/* Start with {0}. Of the second group only what the command's tables have. */
nch_status nch_answering_read(const nch_options *options, nch_answering_call *call, nch_error *error);

/* Who answers, and how. */
typedef struct nch_answering {
	const nch_answerer *who;
	bool targets; /* records' targets are read */
	/* logits (may stay as they are), scores, given (rows, labels), best (rows), unknown (rows; zeros that may stay): how much of each text was
	 * never met */
	nch_status (*ask)(void *context, const nch_text *texts, size_t rows, float *logits, float *scores, bool *given, size_t *best, float *unknown,
	                  nch_error *error);
	/* for embeddings in place of answers: vectors (rows, columns) */
	size_t columns;
	nch_status (*embed)(void *context, const nch_text *texts, size_t rows, nch_output output, float *values, nch_error *error);
	void *context;
} nch_answering;

/* Reads the lines and answers them, in order. *lines gets their number. */
nch_status nch_answering_run(const nch_answering_call *call, const nch_answering *answering, uint64_t *lines, nch_error *error);

#endif
