/* rows.c - opening a file of rows, its header and its columns. */
#include "io/rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "io/foreign.h"
#include "io/rows_private.h"

/* --- the usual names, the likelier first --- */

static const char *const text_names[] = { "text",   "sentence",  "document", "form",    "문장",   "발화",
	                                  "내용",   "텍스트",    "대화",     "본문",    "댓글",   "리뷰",
	                                  "가사",   "글",        "content",  "comment", "review", "utterance",
	                                  "lyrics", "sentence1", "질문",     NULL };
static const char *const label_names[] = { "label", "labels",   "emotion", "emotions", "output", "감정",
	                                   "정서",  "라벨",     "레이블",  "감정라벨", "분류",   "sentiment",
	                                   "class", "category", "target",  NULL };

static const char *last_part(const char *dotted)
{
	const char *dot = strrchr(dotted, '.');
	return dot != NULL ? dot + 1 : dotted;
}

static bool name_is_usual(const char *const *names, const char *name)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

static size_t depth_of(const char *dotted)
{
	size_t depth = 0;
	for (; *dotted != '\0'; dotted++)
		depth += *dotted == '.';
	return depth;
}

/* The likeliest column: by the order of the names, then the one that lies least deep (input.form before
 * input.target.form). */
static bool find_usual(const nch_rows *rows, const char *const *names, size_t *column)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		bool found = false;
		for (size_t c = 0; c < rows->column_count; c++) {
			const char *name = nch_rows_is_json(rows) ? last_part(rows->columns[c]) : rows->columns[c];
			if (strcasecmp(name, names[i]) == 0 &&
			    (!found || depth_of(rows->columns[c]) < depth_of(rows->columns[*column]))) {
				*column = c;
				found = true;
			}
		}
		if (found)
			return true;
	}
	return false;
}

bool nch_rows_find_text(nch_rows *rows, size_t *column)
{
	return find_usual(rows, text_names, column);
}

bool nch_rows_find_label(nch_rows *rows, size_t *column)
{
	return find_usual(rows, label_names, column);
}

bool nch_rows_find(nch_rows *rows, const char *name, size_t *column)
{
	for (size_t c = 0; c < rows->column_count; c++)
		if (strcmp(rows->columns[c], name) == 0) {
			*column = c;
			return true;
		}
	if (nch_rows_is_json(rows)) {
		*column = rows->column_count;
		return nch_rows_add_column(rows, name, strlen(name), NULL) == NCH_OK &&
		       nch_json_rows_refresh(rows) == NCH_OK;
	}
	for (size_t c = 0; c < rows->column_count; c++)
		if (strcasecmp(rows->columns[c], name) == 0) {
			*column = c;
			return true;
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
	for (size_t i = 0; i < cell->length; i++)
		if (!nch_is_space(cell->text[i]))
			return false;
	return true;
}

static bool row_is_blank(const nch_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (!is_blank(&row->cells[i]))
			return false;
	return true;
}

/* The next row of the file that is not blank and not too wide. */
static nch_status read_row(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	do
		NCH_TRY(rows->reader.next(rows, row, more, error));
	while (*more && row->record == NULL && row_is_blank(row));
	if (!*more || rows->table_columns == 0)
		return NCH_OK;
	while (row->count > rows->table_columns && is_blank(&row->cells[row->count - 1]))
		row->count--;
	if (row->count > rows->table_columns)
		return nch_rows_bad(rows, row->line, error,
		                    "has %zu columns where the first row has %zu (a text with an unquoted delimiter?)",
		                    row->count, rows->table_columns);
	return NCH_OK;
}

nch_status nch_rows_next(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	if (rows->early_given < rows->early_count) {
		*more = true;
		const nch_error *bad = &rows->early[rows->early_given++];
		return nch_fail(error, bad->status, "%s", bad->text);
	}
	if (rows->pending) {
		rows->pending = false;
		*row = rows->first;
		*more = rows->first_more;
		return NCH_OK;
	}
	return read_row(rows, row, more, error);
}

/* --- opening --- */

/* Reads the first row that is not bad, and keeps it and what was bad before. */
static nch_status read_first(nch_rows *rows, nch_error *error)
{
	for (;;) {
		nch_error bad;
		nch_status status = read_row(rows, &rows->first, &rows->first_more, &bad);
		if (status == NCH_OK)
			return NCH_OK;
		if (status != NCH_DATA || rows->early_count == NCH_MAX_EARLY_BAD)
			return nch_fail(error, status == NCH_DATA ? NCH_FORMAT : status, "%s", bad.text);
		if (rows->early == NULL)
			rows->early = nch_alloc(NCH_MAX_EARLY_BAD, sizeof(nch_error));
		if (rows->early == NULL)
			return nch_no_memory(error);
		rows->early[rows->early_count++] = bad;
	}
}

/* Outer blanks are no part of a column's name. */
static nch_cell trimmed(nch_cell cell)
{
	while (cell.length > 0 && nch_is_space(cell.text[0])) {
		cell.text++;
		cell.length--;
	}
	while (cell.length > 0 && nch_is_space(cell.text[cell.length - 1]))
		cell.length--;
	return cell;
}

static bool cell_is(const nch_cell *cell, const char *name)
{
	return strlen(name) == cell->length && strncasecmp(cell->text, name, cell->length) == 0;
}

/* Does the first row name columns: is one of its cells a usual name, or one that the caller asks for? */
static bool looks_like_header(const nch_rows *rows)
{
	for (size_t i = 0; i < rows->first.count; i++) {
		nch_cell cell = trimmed(rows->first.cells[i]);
		char name[64];
		for (size_t n = 0; n < rows->options.name_count; n++)
			if (rows->options.names[n] != NULL && cell_is(&cell, rows->options.names[n]))
				return true;
		if (cell.length == 0 || cell.length >= sizeof name)
			continue;
		memcpy(name, cell.text, cell.length);
		name[cell.length] = '\0';
		if (name_is_usual(text_names, name) || name_is_usual(label_names, name))
			return true;
	}
	return false;
}

/* Names the columns of a table after its first row, or by number. */
static nch_status take_header(nch_rows *rows, nch_error *error)
{
	NCH_TRY(read_first(rows, error));
	rows->pending = true;
	if (!rows->first_more)
		return NCH_OK;
	rows->has_header = rows->options.header == NCH_HEADER_YES ||
	                   (rows->options.header == NCH_HEADER_AUTO && looks_like_header(rows));
	rows->pending = !rows->has_header;
	for (size_t i = 0; i < rows->first.count; i++) {
		char number[24];
		nch_cell cell = trimmed(rows->first.cells[i]);
		int length = snprintf(number, sizeof number, "%zu", i + 1);
		if (rows->has_header && cell.length > 0)
			NCH_TRY(nch_rows_add_column(rows, cell.text, cell.length, error));
		else
			NCH_TRY(nch_rows_add_column(rows, number, (size_t)length, error));
	}
	if (rows->format == NCH_FORMAT_DELIMITED) /* in a sheet stray cells do no harm */
		rows->table_columns = rows->column_count;
	return NCH_OK;
}

static nch_row_format format_of_name(const char *path)
{
	static const struct {
		const char *suffix;
		nch_row_format format;
	} suffixes[] = {
		{ ".csv", NCH_FORMAT_DELIMITED }, { ".tsv", NCH_FORMAT_DELIMITED }, { ".tab", NCH_FORMAT_DELIMITED },
		{ ".jsonl", NCH_FORMAT_JSONL },   { ".ndjson", NCH_FORMAT_JSONL },  { ".json", NCH_FORMAT_JSON },
		{ ".xlsx", NCH_FORMAT_XLSX },     { ".xlsm", NCH_FORMAT_XLSX },
	};
	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (nch_path_has_suffix(path, suffixes[i].suffix))
			return suffixes[i].format;
	return NCH_FORMAT_AUTO;
}

/* A zip file, JSON, a table or just lines: by the first bytes of the window. */
static nch_row_format format_of_content(const nch_input *input)
{
	const char *text = input->window + input->begin;
	size_t length = input->end - input->begin;
	if (length >= 4 && memcmp(text, "PK\3\4", 4) == 0)
		return NCH_FORMAT_XLSX;
	size_t i = 0;
	while (i < length && nch_is_space(text[i]))
		i++;
	if (i < length && text[i] == '{')
		return NCH_FORMAT_JSONL;
	if (i + 1 < length && text[i] == '[') {
		for (i++; i < length && nch_is_space(text[i]); i++)
			;
		if (i < length && text[i] == '{')
			return NCH_FORMAT_JSON;
	}
	bool whole = input->at_end;
	if (nch_table_sniff(text, length, whole, '\t', '\t', NCH_QUOTING_NONE).is_table)
		return NCH_FORMAT_DELIMITED;
	return NCH_FORMAT_TEXT;
}

/* Standard input may be a CSV too; a .txt never is, since prose has commas. */
static nch_row_format settle_format(const nch_rows *rows)
{
	nch_row_format format = rows->options.format != NCH_FORMAT_AUTO ? rows->options.format : format_of_name(rows->path);
	if (format != NCH_FORMAT_AUTO)
		return format;
	const nch_input *input = &rows->input;
	format = format_of_content(input);
	if (format == NCH_FORMAT_TEXT && strcmp(rows->path, "-") == 0) {
		const char *text = input->window + input->begin;
		size_t length = input->end - input->begin;
		if (nch_table_sniff(text, length, input->at_end, ',', ',', NCH_QUOTING_RFC4180).is_table)
			return NCH_FORMAT_DELIMITED;
	}
	return format == NCH_FORMAT_TEXT && rows->options.table ? NCH_FORMAT_DELIMITED : format;
}

static nch_status open_format(nch_rows *rows, nch_error *error)
{
	if (rows->options.format == NCH_FORMAT_XLSX || format_of_name(rows->path) == NCH_FORMAT_XLSX) {
		rows->format = NCH_FORMAT_XLSX;
	} else {
		NCH_TRY(nch_input_open(&rows->input, rows->path, rows->options.encoding, error));
		rows->format = settle_format(rows);
		if (rows->format != NCH_FORMAT_XLSX)
			NCH_TRY(nch_foreign_refuse(&rows->input, error));
	}
	switch (rows->format) {
	case NCH_FORMAT_XLSX:
		NCH_TRY(nch_rows_open_xlsx(rows, error));
		return take_header(rows, error);
	case NCH_FORMAT_JSON:
	case NCH_FORMAT_JSONL:
		NCH_TRY(nch_rows_open_json(rows, error));
		NCH_TRY(read_first(rows, error));
		rows->pending = true;
		return NCH_OK;
	case NCH_FORMAT_TEXT:
		snprintf(rows->description, sizeof rows->description, "text, %s", nch_encoding_name(rows->input.encoding));
		return nch_rows_open_lines(rows, error);
	default: NCH_TRY(nch_rows_open_delimited(rows, error)); return take_header(rows, error);
	}
}

nch_status nch_rows_open(const char *path, const nch_rows_options *options, nch_rows **rows_out, nch_error *error)
{
	nch_rows *rows = nch_alloc(1, sizeof *rows);
	*rows_out = NULL;
	if (rows == NULL)
		return nch_no_memory(error);
	rows->input.descriptor = -1;
	if (options != NULL)
		rows->options = *options;
	rows->max_row = rows->options.max_row > 0 ? rows->options.max_row : NCH_MAX_ROW;
	rows->path = nch_copy_text(path, strlen(path));
	nch_status status = rows->path != NULL ? open_format(rows, error) : nch_no_memory(error);
	if (status != NCH_OK) {
		nch_rows_close(rows);
		return status;
	}
	*rows_out = rows;
	return NCH_OK;
}

void nch_rows_close(nch_rows *rows)
{
	if (rows == NULL)
		return;
	if (rows->reader.close != NULL)
		rows->reader.close(rows);
	if (rows->input.window != NULL)
		nch_input_close(&rows->input);
	for (size_t i = 0; i < rows->column_count; i++)
		nch_free(rows->columns[i]);
	nch_free(rows->columns);
	nch_free(rows->cells);
	nch_free(rows->early);
	nch_free(rows->path);
	nch_free(rows);
}
