/* rows_private.h - what the readers of the single formats share with rows.c. Not for other rooms. */
#ifndef NCH_IO_ROWS_PRIVATE_H
#define NCH_IO_ROWS_PRIVATE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "io/input.h"
#include "io/rows.h"

#define NCH_MAX_COLUMNS 4096
#define NCH_MAX_EARLY_BAD 64 /* bad rows before the first good one */

/* Rows that are read ahead when a file is opened: what is in its columns shows in them. */
#define NCH_SAMPLE_ROWS 256
#define NCH_SAMPLE_BYTES ((size_t)256 * 1024)

/* A row that was read ahead, or a bad one. It lives in rows->keep until the file is closed. */
typedef struct nch_kept_row {
	nch_row row;
	const void *place;    /* JSON: where the record lies, for columns that are added later */
	const nch_error *bad; /* NULL: a good row */
	bool given;           /* it is not to be given out: it was, or it is the header */
} nch_kept_row;

/* A reader of one format: `next` as nch_rows_next, without regard to headers, blank rows included or not as it likes. */
typedef struct nch_row_reader {
	nch_status (*next)(nch_rows *rows, nch_row *row, bool *more, nch_error *error);
	void (*close)(nch_rows *rows); /* NULL: nothing to release */
	/* A row made again, in rows->cells, of the place that was kept of it (JSON); NULL: rows are kept whole */
	nch_status (*refill)(nch_rows *rows, const void *place, nch_row *row, nch_error *error);
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
	size_t own_columns;   /* JSON: so many are those of the record itself; behind them those of the records around it */
	size_t table_columns; /* a longer row is bad, unless what is too much is blank; 0: no limit */

	nch_cell *cells; /* the current row */
	size_t cell_capacity;

	nch_kept_row *kept; /* read ahead */
	size_t kept_count, kept_capacity, kept_given;
	nch_arena *keep;    /* their memory; NULL where nothing is read ahead */
	bool keeping, ended;
	/* of "FILE#COLUMN=VALUE": only rows with this value in that column are given; where is NULL without it */
	char *where;
	const char *value;   /* in the path that was opened, which is kept for it */
	char *whole_path;
	const char **names;  /* options.names, and where */
	size_t where_column;
	bool given_any;
	size_t lines_skipped; /* of options.skip_rows: lines that were passed over before anything was read */
	char description[96];
};

nch_status nch_rows_open_delimited(nch_rows *rows, nch_error *error);
nch_status nch_rows_open_lines(nch_rows *rows, nch_error *error);
nch_status nch_rows_open_json(nch_rows *rows, nch_error *error);
/* The current record's place, in rows->keep: of it the reader makes the row again. */
nch_status nch_json_rows_place(nch_rows *rows, const void **place, nch_error *error);
nch_status nch_rows_open_xlsx(nch_rows *rows, nch_error *error);

/* White space as tables and JSON have it. */
static inline bool nch_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next row of the file that is not blank, without regard to what was read ahead. */
nch_status nch_rows_read(nch_rows *rows, nch_row *row, bool *more, nch_error *error);

/* Room for `count` cells in rows->cells. */
nch_status nch_rows_need_cells(nch_rows *rows, size_t count, nch_error *error);
nch_status nch_rows_add_column(nch_rows *rows, const char *name, size_t length, nch_error *error);

/* Whether a column is called so: in clean form (base/name.h), without regard to case. */
bool nch_rows_column_is(const nch_rows *rows, size_t column, const char *name);

/* A header by its names (columns.c): `row` holds a usual name of a text or label column, or one that the caller asks for; `usual` such names at
 * once. */
bool nch_columns_name_row(const nch_rows *rows, const nch_row *row, size_t usual);

/* A header by what stands below it: the first good row that was read ahead is number `first`. */
bool nch_columns_head_row(const nch_rows *rows, size_t first);

/* JSON: whether an object has, at any depth outside arrays, a text under a usual name; something that may be a label under one; a member whose name
 * is usual or asked for. */
bool nch_columns_names_text(const nch_json *object);
bool nch_columns_names_label(const nch_json *object);
bool nch_columns_name_tells(const nch_rows *rows, const nch_json *object);

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
