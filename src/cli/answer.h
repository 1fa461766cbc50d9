/* answer.h - one line of predict: the text that is in it, and the answer as it is written. */
#ifndef NCH_CLI_ANSWER_H
#define NCH_CLI_ANSWER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "io/line_stream.h"
#include "train/evaluate.h"

typedef enum nch_answer_format { NCH_ANSWER_JSONL, NCH_ANSWER_TSV, NCH_ANSWER_CSV } nch_answer_format;

/* How texts are read and answers are written. */
typedef struct nch_answer_form {
	nch_answer_format format;
	bool logits, embeddings, excel_safe;
	bool jsonl; /* a line is a record */
	bool table; /* the file is read by rows */
	bool cls;   /* embeddings: of [CLS], instead of the mean of all tokens */
	const nch_rows *rows; /* whose rows are given back with the answers; NULL: none. Set by nch_source_open */
	bool targets; /* records have a target beside their text, and a model wants it; set by the caller */
	const char *text, *pair, *in_place; /* of records and rows; may be NULL */
	const char *pair_separator;         /* of plain lines; NULL: none */
} nch_answer_form;

/* What a file's lines are: texts, records of JSON, or rows of a table. */
typedef enum nch_answer_input { NCH_INPUT_LINES, NCH_INPUT_JSONL, NCH_INPUT_TABLE, NCH_INPUT_BY_NAME } nch_answer_input;

/* Says whether form->jsonl or form->table: `input`, or what the name of `path` (NULL: standard input) says. Then nch_answer_form_check. */
nch_status nch_answer_form_settle(nch_answer_form *form, nch_answer_input input, const char *path, nch_error *error);
nch_status nch_answer_form_check(const nch_answer_form *form, nch_error *error); /* refuses what does not go together */

typedef struct nch_record {
	nch_line line;
	nch_text text;
	const nch_json *object; /* of a record of JSON */
	const nch_cell *cells;  /* of a table's row */
	size_t cell_count;
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
	float unknown;       /* how much of the text the model never met; more than half is told */
	bool abstains;       /* its best score is below --abstain: it answers "?" */
} nch_answer;
#define NCH_MOSTLY_UNKNOWN 0.5f
#define NCH_ABSTENTION "?"

/* What stands before the first answer: of a CSV file the byte order mark and the columns' names. */
void nch_answer_write_header(const nch_answer_form *form, const nch_answerer *who, nch_buffer *out);

/* One answer as a row of a table, without a line end. */
void nch_answer_write_cells(const nch_answer_form *form, const nch_answerer *who, const nch_record *record, const nch_answer *answer,
                            nch_buffer *out);

/* Appends the answer and a line end. */
void nch_answer_write(const nch_answer_form *form, const nch_answerer *who, const nch_record *record, const nch_answer *answer, nch_buffer *out);

#endif
