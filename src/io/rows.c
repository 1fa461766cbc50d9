/* rows.c - the rows of an open file, and its columns. */
#include "io/rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/name.h"
#include "base/utf8.h"
#include "io/rows_private.h"

static const char *last_part(const char *dotted)
{
	const char *dot = strrchr(dotted, '.');
	return dot != NULL ? dot + 1 : dotted;
}

bool nch_rows_column_is(const nch_rows *rows, size_t column, const char *name)
{
	char asked[256], there[256];
	const char *own = rows->columns[column];
	if (strcasecmp(own, name) == 0)
		return true;
	return nch_name_fold(name, strlen(name), asked, sizeof asked) && nch_name_fold(own, strlen(own), there, sizeof there) && strcmp(asked, there) == 0;
}

bool nch_rows_find(nch_rows *rows, const char *name, size_t *column)
{
	for (*column = 0; *column < rows->column_count; (*column)++)
		if (strcmp(rows->columns[*column], name) == 0)
			return true;
	for (*column = 0; *column < rows->column_count; (*column)++)
		if (nch_rows_column_is(rows, *column, name))
			return true;
	if (nch_rows_is_json(rows)) {
		*column = rows->column_count;
		return nch_rows_add_column(rows, name, strlen(name), NULL) == NCH_OK;
	}
	char *end;
	unsigned long number = strtoul(name, &end, 10);
	if (name[0] < '0' || name[0] > '9' || *end != '\0' || number < 1 || number > rows->column_count)
		return false;
	*column = number - 1;
	return true;
}

size_t nch_rows_columns(const nch_rows *rows)
{
	return rows->column_count;
}

const char *nch_rows_column_name(const nch_rows *rows, size_t column)
{
	return column < rows->column_count ? rows->columns[column] : NULL;
}

const char *nch_rows_column_label(const nch_rows *rows, size_t column)
{
	const char *name = nch_rows_column_name(rows, column);
	return name != NULL && nch_rows_is_json(rows) ? last_part(name) : name;
}

bool nch_rows_has_header(const nch_rows *rows)
{
	return rows->has_header;
}

const char *nch_rows_path(const nch_rows *rows)
{
	return nch_input_name(rows->path);
}

bool nch_rows_is_json(const nch_rows *rows)
{
	return rows->format == NCH_FORMAT_JSON || rows->format == NCH_FORMAT_JSONL;
}

bool nch_rows_is_table(const nch_rows *rows)
{
	return rows->format == NCH_FORMAT_DELIMITED || rows->format == NCH_FORMAT_XLSX;
}

const char *nch_rows_describe(const nch_rows *rows)
{
	return rows->description;
}

/* --- for the readers --- */

nch_status nch_rows_need_cells(nch_rows *rows, size_t count, nch_error *error)
{
	return nch_grow(&rows->cells, &rows->cell_capacity, count, sizeof(nch_cell), error);
}

nch_status nch_rows_add_column(nch_rows *rows, const char *name, size_t length, nch_error *error)
{
	if (rows->column_count >= NCH_MAX_COLUMNS)
		return nch_fail(error, NCH_FORMAT, "%s: more than %d columns", nch_rows_path(rows), NCH_MAX_COLUMNS);
	NCH_TRY(nch_grow(&rows->columns, &rows->column_capacity, rows->column_count + 1, sizeof(char *), error));
	char *copy = nch_copy_text(name, length);
	if (copy == NULL)
		return nch_no_memory(error);
	rows->columns[rows->column_count++] = copy;
	return NCH_OK;
}

nch_status nch_rows_bad(const nch_rows *rows, size_t line, nch_error *error, const char *format, ...)
{
	char text[400];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return nch_fail(error, NCH_DATA, "%s:%zu: %s", nch_rows_path(rows), line, text);
}

nch_status nch_rows_check_text(const nch_rows *rows, size_t line, const char *text, size_t length, nch_error *error)
{
	return nch_input_check_text(rows->path, rows->input.encoding, line, text, length, error);
}

/* --- reading --- */

static bool is_blank(const nch_cell *cell)
{
	bool plain = cell->length > 0 && cell->text[0] > ' ' && cell->text[0] < 0x7F;
	return !plain && nch_name_is_empty(cell->text, cell->length);
}

static bool row_is_blank(const nch_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (!is_blank(&row->cells[i]))
			return false;
	return true;
}

nch_status nch_rows_read(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	do
		NCH_TRY(rows->reader.next(rows, row, more, error));
	while (*more && ((row->record == NULL && row_is_blank(row)) || row->line <= rows->lines_skipped));
	return NCH_OK;
}

/* Whether a table's row is the header once more, as where files were put one behind the other. */
static bool repeats_header(const nch_rows *rows, const nch_row *row)
{
	if (!rows->has_header || row->count != rows->column_count)
		return false;
	for (size_t c = 0; c < row->count; c++)
		if (strlen(rows->columns[c]) != row->cells[c].length || memcmp(rows->columns[c], row->cells[c].text, row->cells[c].length) != 0)
			return false;
	return true;
}

/* Not too wide, and no header. */
static nch_status check_row(const nch_rows *rows, nch_row *row, nch_error *error)
{
	if (repeats_header(rows, row))
		return nch_rows_bad(rows, row->line, error, "this is the header line once more");
	if (rows->table_columns == 0)
		return NCH_OK;
	while (row->count > rows->table_columns && is_blank(&row->cells[row->count - 1]))
		row->count--;
	if (row->count > rows->table_columns)
		return nch_rows_bad(rows, row->line, error,
		                    "has %zu columns where the first row has %zu (a text with an unquoted delimiter?)",
		                    row->count, rows->table_columns);
	return NCH_OK;
}

static nch_status next_row(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	while (rows->kept_given < rows->kept_count) {
		const nch_kept_row *kept = &rows->kept[rows->kept_given++];
		if (kept->given)
			continue;
		*more = true;
		if (kept->bad != NULL)
			return nch_fail(error, kept->bad->status, "%s", kept->bad->text);
		*row = kept->row;
		if (kept->place != NULL)
			NCH_TRY(rows->reader.refill(rows, kept->place, row, error));
		return check_row(rows, row, error);
	}
	*more = false;
	if (rows->ended)
		return NCH_OK;
	NCH_TRY(nch_rows_read(rows, row, more, error));
	rows->ended = !*more;
	return *more ? check_row(rows, row, error) : NCH_OK;
}

/* Whether the row has the value that "FILE#COLUMN=VALUE" asks for. */
static bool is_wanted(const nch_rows *rows, const nch_row *row)
{
	size_t length = strlen(rows->value);
	const nch_cell *cell = rows->where_column < row->count ? &row->cells[rows->where_column] : NULL;
	return cell != NULL && cell->length == length && (length == 0 || memcmp(cell->text, rows->value, length) == 0);
}

nch_status nch_rows_next(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	do {
		NCH_TRY(next_row(rows, row, more, error));
	} while (rows->where != NULL && *more && !is_wanted(rows, row));
	if (rows->where != NULL && !*more && !rows->given_any)
		return nch_fail(error, NCH_FORMAT, "%s: no row has \"%s\" in the column '%s'", rows->path, rows->value, rows->where);
	rows->given_any = true;
	return NCH_OK;
}
