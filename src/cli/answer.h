/* answer.h - one line of predict: the text that is in it, and the answer as it is written. */
#ifndef NCH_CLI_ANSWER_H
#define NCH_CLI_ANSWER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "io/line_stream.h"
#include "cli/options.h"
#include "train/evaluate.h"

/* How lines are read and answers are written. */
typedef struct nch_answer_form {
	bool tsv, logits, jsonl, embeddings;
	nch_output output; /* of embeddings */
	bool targets; /* records have a target beside their text, and a model wants it; set by the caller */
	const char *text, *pair, *in_place; /* of records; may be NULL */
	const char *pair_separator;         /* of plain lines; NULL: none */
} nch_answer_form;

/* From --format --logits --input --text --pair --pair-separator --in-place, and "mean" or "cls" if embeddings are wanted (else NULL); refuses what does not go
 * together. */
nch_status nch_answer_form_read(const nch_options *options, const char *embeddings, nch_answer_form *form, nch_error *error);

typedef struct nch_record {
	nch_line line;
	nch_text text;
	const nch_json *object; /* --input jsonl */
} nch_record;

/* Finds the text in a line. What it needs is taken from the arena. */
nch_status nch_record_read(const nch_answer_form *form, const nch_line *line, nch_arena *arena, nch_record *record, nch_error *error);

/* Appends the text, its embedding (columns), and a line end. */
void nch_answer_write_embedding(const nch_record *record, const float *embedding, size_t columns, nch_buffer *out);
/* Those who answer: a model, or several together. Borrowed. */
typedef struct nch_answerer {
	size_t labels;
	char *const *names;
	bool multi_label;
	bool label_objects; /* answers in records are objects of "True" and "False" */
} nch_answerer;

/* What they say of one text. */
typedef struct nch_answer {
	const float *scores; /* (labels): probabilities, or shares of votes */
	const float *logits; /* (labels), or NULL */
	const bool *given;   /* (labels): those over their threshold, for several labels a text */
	size_t best;         /* the one with the highest score */
} nch_answer;

/* Appends the answer and a line end. */
void nch_answer_write(const nch_answer_form *form, const nch_answerer *who, const nch_record *record, const nch_answer *answer, nch_buffer *out);

#endif
