/* answer.h - one line of predict: the text that is in it, and the answer as it is written. */
#ifndef NCH_CLI_ANSWER_H
#define NCH_CLI_ANSWER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "cli/lines.h"
#include "cli/options.h"
#include "train/predictor.h"

/* How lines are read and answers are written. */
typedef struct nch_answer_form {
	bool tsv, logits, jsonl, embeddings;
	nch_output output; /* of embeddings */
	const char *text, *pair, *in_place; /* of records; may be NULL */
	const char *pair_separator;         /* of plain lines; NULL: none */
} nch_answer_form;

/* From --format --logits --embeddings --input --text --pair --pair-separator --in-place; refuses what does not go together. */
nch_status nch_answer_form_read(const nch_options *options, nch_answer_form *form, nch_error *error);

typedef struct nch_record {
	nch_line line;
	nch_text text;
	const nch_json *object; /* --input jsonl */
} nch_record;

/* Finds the text in a line. What it needs is taken from the arena. */
nch_status nch_record_read(const nch_answer_form *form, const nch_line *line, nch_arena *arena, nch_record *record, nch_error *error);

/* Appends the text, its embedding (columns), and a line end. */
void nch_answer_write_embedding(const nch_record *record, const float *embedding, size_t columns, nch_buffer *out);

/* Appends the answer and a line end. */
void nch_answer_write(const nch_answer_form *form, const nch_predictor *predictor, const nch_record *record, const float *logits,
                      const float *scores, nch_buffer *out);

#endif
