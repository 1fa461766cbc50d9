/* rows_private.h - what the readers of the single formats share with rows.c. Not for other rooms. */
#ifndef NCH_IO_ROWS_PRIVATE_H
#define NCH_IO_ROWS_PRIVATE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "io/input.h"
#include "io/rows.h"

#define NCH_MAX_COLUMNS 4096
#define NCH_MAX_EARLY_BAD 64 /* bad rows before the first good one */

/* A reader of one format: `next` as nch_rows_next, without regard to headers, blank rows included or not as it likes. */
typedef struct nch_row_reader {
	nch_status (*next)(nch_rows *rows, nch_row *row, bool *more, nch_error *error);
	void (*close)(nch_rows *rows); /* NULL: nothing to release */
} nch_row_reader;

struct nch_rows {
	char *path;
	nch_rows_options options;
	nch_row_format format;
	nch_row_reader reader;
	nch_input input; /* all formats but XLSX */
	void *state;     /* the format's own */
	size_t max_row;

	char **columns; /* names */
	size_t column_count, column_capacity;
	bool has_header;
	size_t table_columns; /* a longer row is bad, unless what is too much is blank; 0: no limit */

	nch_cell *cells; /* the current row */
	size_t cell_capacity;

	bool pending; /* `first` was read while opening and is to be given out by the first call */
	nch_row first;
	bool first_more;
	nch_error *early; /* bad rows met before it */
	size_t early_count, early_given;
	char description[96];
};

nch_status nch_rows_open_delimited(nch_rows *rows, nch_error *error);
nch_status nch_rows_open_lines(nch_rows *rows, nch_error *error);
nch_status nch_rows_open_json(nch_rows *rows, nch_error *error);
nch_status nch_json_rows_refresh(nch_rows *rows); /* a column was added: look it up in the pending first record too */
nch_status nch_rows_open_xlsx(nch_rows *rows, nch_error *error);

/* White space as tables and JSON have it. */
static inline bool nch_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Room for `count` cells in rows->cells. */
nch_status nch_rows_need_cells(nch_rows *rows, size_t count, nch_error *error);
nch_status nch_rows_add_column(nch_rows *rows, const char *name, size_t length, nch_error *error);

/* NCH_DATA with "FILE:LINE: text". */
nch_status nch_rows_bad(const nch_rows *rows, size_t line, nch_error *error, const char *format, ...) NCH_PRINTF(4, 5);

/* Is this run of bytes a text that can be used: UTF-8 without NUL? Else NCH_DATA with the line. */
nch_status nch_rows_check_text(const nch_rows *rows, size_t line, const char *text, size_t length, nch_error *error);

/* What the delimiter and the quotes of a table are, from a sample of its beginning. */
typedef struct nch_table_shape {
	char delimiter;
	bool quoted;
	bool unseen;   /* the sample has no quote at all: whether they are quoting is to be asked where the first one stands */
	bool is_table; /* every sampled line holds the delimiter equally often, at least once */
} nch_table_shape;

/* `delimiter` 0: found among , tab ; | where `preferred` is the one that the file's name promises. `whole`: the sample
 * is the whole file, not cut somewhere. */
nch_table_shape nch_table_sniff(const char *sample, size_t length, bool whole, char delimiter, char preferred,
                                nch_quoting quoting);

/* One physical line from the input: [*text, +*length) without its end, `line` counted up. A line over max_row is skipped
 * whole and is NCH_DATA. *more false at the end. Shared by lines and JSONL. */
typedef struct nch_line_reader {
	size_t line;     /* of the line that was read last */
	size_t next_lf;  /* where in the window the next LF is, if lf_known */
	size_t searched; /* else: there is none in front of here */
	bool lf_known;
} nch_line_reader;
nch_status nch_line_next(nch_rows *rows, nch_line_reader *reader, const char **text, size_t *length, bool *more,
                         nch_error *error);
nch_status nch_line_fill(nch_rows *rows, nch_line_reader *reader, nch_error *error); /* nch_input_fill for such a reader */

#endif
