/* rows.h - rows of named columns, from any kind of data file, one at a time and in bounded memory.
 *
 * .csv .tsv RFC 4180: quotes, doubled quotes, line breaks inside quotes; the delimiter is found by looking (, tab ; |)
 *     .txt        one text a line (or a table, if every line holds the same number of tabs)
 *     .jsonl      one object a line
 *     .json       an array of objects, or one value in which the records lie somehow (io/json_shape.h)
 *     .xlsx       a sheet
 *     -           standard input; what it is shows in its first bytes
 *
 * UTF-8 (a byte order mark is dropped), CP949 and UTF-16 with a byte order mark are recognised; lines end with LF, CR LF
 * or CR. Whole memory: one row and some hundred kilobytes of buffer, however long the file.
 *
 * Quotes. In a file with commas (; |) a field that starts with a quote is quoted, as pandas and Python's csv read it.
 * In a file with tabs the quotes of the first megabyte are looked at: if the fields that start with one are
 * well-formed, and need their quotes (a quote, tab or line break inside) more often than not, the file is quoted; else
 * its quotes are text, which is how film reviews and tweets are passed around. nch_rows_options.quoting overrules. */
#ifndef NCH_IO_ROWS_H
#define NCH_IO_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/status.h"
#include "io/encoding.h"

typedef enum nch_row_format {
	NCH_FORMAT_AUTO, /* by the name's ending, or for standard input by the content */
	NCH_FORMAT_DELIMITED,
	NCH_FORMAT_TEXT,
	NCH_FORMAT_JSONL,
	NCH_FORMAT_JSON,
	NCH_FORMAT_XLSX
} nch_row_format;
typedef enum nch_quoting { NCH_QUOTING_AUTO, NCH_QUOTING_RFC4180, NCH_QUOTING_NONE } nch_quoting;
typedef enum nch_header { NCH_HEADER_AUTO, NCH_HEADER_YES, NCH_HEADER_NO } nch_header;

/* {0} is the default for everything. */
typedef struct nch_rows_options {
	nch_encoding encoding;
	nch_row_format format;
	nch_quoting quoting;
	bool table;               /* what is neither JSON nor a spreadsheet is a table, not plain text */
	nch_header header;        /* AUTO: by its names, or by what stands below it (io/columns.h) */
	char delimiter;           /* 0: found by looking */
	const char *sheet;        /* .xlsx: the sheet's name or number from 1; NULL: the first */
	size_t max_row;           /* a longer row (bytes) is a bad row; 0: NCH_MAX_ROW */
	size_t skip_rows;         /* lines (of a sheet: rows) that are passed over before anything else: a title above the header */
	const char *const *names; /* names that the caller will ask for (or a,b,c); they help to recognise a header */
	size_t name_count;
	const char *text_name;    /* the one of them that is asked for as the text: it tells which of several arrays in a JSON file holds the records;
	                             NULL */
} nch_rows_options;

#define NCH_MAX_ROW ((size_t)512 * 1024)

/* One cell: UTF-8, not NUL-terminated. `json` is the value in files of JSON (the text is then a string's content, a
 * number as written, true, false, "" for null, or the source text of an array or object), else NULL. */
typedef struct nch_cell {
	const char *text; /* never NULL */
	size_t length;
	const nch_json *json;
} nch_cell;

typedef struct nch_row {
	const nch_cell *cells; /* valid until the next call */
	size_t count;          /* >= 1; may be less than the number of columns: the rest is absent */
	size_t line;           /* where it starts, from 1; in a sheet its row number */
	const char *record;    /* JSON: the record's source text (or one that is put together from its cells'), else NULL */
	size_t record_length;
} nch_row;

typedef struct nch_rows nch_rows;

/* Opens a file; *rows must be closed. Errors name the file. `options` may be NULL; what it points to must outlive
 * *rows. */
nch_status nch_rows_open(const char *path, const nch_rows_options *options, nch_rows **rows, nch_error *error);
/* Whether the path is "FILE#COLUMN=VALUE": then only those rows of FILE are given that have this value in that column. A file whose own name has a #
 * in it is meant as it is. NULL (standard input) is none. */
bool nch_rows_is_part(const char *path);
void nch_rows_close(nch_rows *rows); /* NULL is allowed */

/* The next row that is not wholly blank. NCH_OK with *more false at the end. NCH_DATA: this row is bad ("FILE:LINE:
 * what is wrong"), and the next call goes on behind it. Any other status: the file can't be read any further. */
nch_status nch_rows_next(nch_rows *rows, nch_row *row, bool *more, nch_error *error);

/* The columns. Those of a table come from its header (without one they are called "1", "2" …). */
size_t nch_rows_columns(const nch_rows *rows);
const char *nch_rows_column_name(const nch_rows *rows, size_t column); /* NULL if there is no such column */
bool nch_rows_has_header(const nch_rows *rows);
const char *nch_rows_column_label(const nch_rows *rows, size_t column); /* its name where it names a label: of a dotted path the last part */

/* The column of that name (exact, else in clean form and without regard to case; in a table also a number from 1; in JSON a dotted path). For
 * JSON the columns are those of the first record, and a path that it lacks is added as a new column, so this never
 * fails there. Returns false if there is none. */
bool nch_rows_find(nch_rows *rows, const char *name, size_t *column);

/* JSON: the path of a column within a record's own source text; NULL if it stands around it. Valid until the file is closed. */
const char *nch_rows_record_path(nch_rows *rows, size_t column);

const char *nch_rows_path(const nch_rows *rows);
bool nch_rows_is_json(const nch_rows *rows);
bool nch_rows_is_table(const nch_rows *rows); /* or a sheet */
const char *nch_rows_describe(const nch_rows *rows); /* "TSV, UTF-8, header" for people */

#endif
