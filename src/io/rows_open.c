/* rows_open.c - opening a file of rows: what it is, its header, and the rows that are read ahead. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/name.h"
#include "io/columns.h"
#include "io/foreign.h"
#include "io/rows_private.h"

/* --- reading ahead --- */

/* Keeps a row: its cells, and unless it is JSON, whose records lie in `keep` already, their texts. */
static nch_status keep_row(nch_rows *rows, const nch_row *row, nch_kept_row *kept, size_t *bytes, nch_error *error)
{
	nch_cell *cells = nch_arena_alloc(rows->keep, row->count, sizeof *cells);
	size_t total = 1;
	for (size_t c = 0; c < row->count; c++)
		total += row->cells[c].length;
	char *texts = row->record == NULL ? nch_arena_alloc(rows->keep, total, 1) : NULL;
	if (cells == NULL || (row->record == NULL && texts == NULL))
		return nch_no_memory(error);
	memcpy(cells, row->cells, row->count * sizeof *cells);
	for (size_t c = 0; texts != NULL && c < row->count; c++) {
		memcpy(texts, cells[c].text, cells[c].length);
		cells[c].text = texts;
		texts += cells[c].length;
	}
	*bytes += row->record != NULL ? row->record_length : total;
	*kept = (nch_kept_row){ .row = *row };
	kept->row.cells = cells;
	return row->record != NULL ? nch_json_rows_place(rows, &kept->place, error) : NCH_OK;
}

static nch_status keep_bad(nch_rows *rows, const nch_error *bad, nch_kept_row *kept, nch_error *error)
{
	nch_error *copy = nch_arena_alloc(rows->keep, 1, sizeof *copy);
	if (copy == NULL)
		return nch_no_memory(error);
	*copy = *bad;
	*kept = (nch_kept_row){ .bad = copy };
	return NCH_OK;
}

static nch_status read_ahead(nch_rows *rows, nch_error *error)
{
	size_t bytes = 0, good = 0;
	rows->keep = nch_arena_new(16 * 1024);
	if (rows->keep == NULL)
		return nch_no_memory(error);
	rows->keeping = true;
	while (rows->kept_count < NCH_SAMPLE_ROWS && bytes < NCH_SAMPLE_BYTES && !rows->ended) {
		nch_row row;
		nch_error bad = {0};
		bool more = false;
		nch_status status = nch_rows_read(rows, &row, &more, &bad);
		if (status == NCH_OK && !more) {
			rows->ended = true;
			break;
		}
		if (status != NCH_OK && good == 0 && (status != NCH_DATA || rows->kept_count == NCH_MAX_EARLY_BAD))
			return nch_fail(error, status == NCH_DATA ? NCH_FORMAT : status, "%s", bad.text);
		NCH_TRY(nch_grow(&rows->kept, &rows->kept_capacity, rows->kept_count + 1, sizeof *rows->kept, error));
		nch_kept_row *kept = &rows->kept[rows->kept_count];
		NCH_TRY(status == NCH_OK ? keep_row(rows, &row, kept, &bytes, error) : keep_bad(rows, &bad, kept, error));
		if (status == NCH_OK && good == 0 && rows->format == NCH_FORMAT_DELIMITED) /* in a sheet stray cells do no harm */
			rows->table_columns = row.count;
		rows->kept_count++;
		good += status == NCH_OK;
		rows->ended = status != NCH_OK && status != NCH_DATA; /* it can't be read any further: told when its turn comes */
	}
	rows->keeping = false;
	return NCH_OK;
}

/* --- the header --- */

/* A title may stand above the header: then a line below the first has the names of a header. */
static nch_status look_for_header_below(const nch_rows *rows, size_t first, nch_error *error)
{
	for (size_t i = first + 1; i < rows->kept_count && i <= first + 10; i++) {
		const nch_row *row = &rows->kept[i].row;
		if (rows->kept[i].bad == NULL && nch_columns_name_row(rows, row, 2))
			return nch_fail(error, NCH_DATA,
			                "%s:%zu: this line looks like the header: leave out what stands above it with ⟨skip-rows⟩ %zu (or say ⟨header⟩ no)",
			                nch_rows_path(rows), row->line, row->line - 1);
	}
	return NCH_OK;
}

/* Names the columns of a table after its first row, or by number. */
static nch_status take_header(nch_rows *rows, nch_error *error)
{
	nch_buffer name = {0};
	size_t first = 0;
	NCH_TRY(read_ahead(rows, error));
	while (first < rows->kept_count && rows->kept[first].bad != NULL)
		first++;
	if (first == rows->kept_count)
		return NCH_OK;
	const nch_row *row = &rows->kept[first].row;
	nch_status status = NCH_OK;
	rows->has_header = rows->options.header == NCH_HEADER_YES ||
	                   (rows->options.header == NCH_HEADER_AUTO && (nch_columns_name_row(rows, row, 1) || nch_columns_head_row(rows, first)));
	if (!rows->has_header && rows->options.header == NCH_HEADER_AUTO)
		NCH_TRY(look_for_header_below(rows, first, error));
	rows->kept[first].given = rows->has_header;
	for (size_t i = 0; status == NCH_OK && i < row->count; i++) {
		char number[24];
		int length = snprintf(number, sizeof number, "%zu", i + 1);
		if (!nch_name_clean(row->cells[i].text, row->cells[i].length, &name))
			status = nch_no_memory(error);
		else if (rows->has_header && name.length > 0)
			status = nch_rows_add_column(rows, name.data, name.length, error);
		else
			status = nch_rows_add_column(rows, number, (size_t)length, error);
	}
	nch_buffer_free(&name);
	return status;
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

/* Whether what begins with { is one value, over several lines or on a line alone, and no record a line (of which the first may be broken). */
static bool is_document(const char *text, size_t length, bool whole)
{
	size_t depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (c == '\n') {
			while (i < length && nch_is_space(text[i]))
				i++;
			return i == length ? whole : depth > 0 && !in_string && text[i] != '{';
		}
		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string)
			depth += (c == '{' || c == '[') - (c == '}' || c == ']');
	}
	return whole;
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
		return is_document(text + i, length - i, input->at_end) ? NCH_FORMAT_JSON : NCH_FORMAT_JSONL;
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
	if (format == NCH_FORMAT_JSONL && rows->options.format == NCH_FORMAT_AUTO && format_of_content(&rows->input) == NCH_FORMAT_JSON)
		return NCH_FORMAT_JSON; /* a name that promises too much */
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

/* Passes over options.skip_rows lines, and over "sep=;", the line by which Excel is told what separates the columns. */
static nch_status skip_lines(nch_rows *rows, nch_error *error)
{
	nch_input *input = &rows->input;
	nch_line_reader reader = {0};
	while (rows->lines_skipped < rows->options.skip_rows) {
		const char *text;
		size_t length;
		bool more;
		nch_status status = nch_line_next(rows, &reader, &text, &length, &more, error);
		if (status != NCH_OK && status != NCH_DATA)
			return status;
		if (status == NCH_OK && !more)
			return NCH_OK;
		rows->lines_skipped++;
	}
	bool grew = true;
	while (grew && input->end - input->begin < NCH_INPUT_SNIFF && rows->lines_skipped > 0)
		NCH_TRY(nch_input_fill(input, &grew, error));
	const char *head = input->window + input->begin;
	size_t length = input->end - input->begin;
	if (length < 6 || strncasecmp(head, "sep=", 4) != 0 || (head[5] != '\n' && head[5] != '\r') || head[4] == '\n' || head[4] == '\r' || head[4] == '"')
		return NCH_OK;
	if (rows->options.delimiter == '\0')
		rows->options.delimiter = head[4];
	rows->lines_skipped++;
	input->begin += length > 6 && head[5] == '\r' && head[6] == '\n' ? 7 : 6;
	return NCH_OK;
}

static nch_status open_format(nch_rows *rows, nch_error *error)
{
	if (rows->options.format == NCH_FORMAT_XLSX || format_of_name(rows->path) == NCH_FORMAT_XLSX) {
		rows->format = NCH_FORMAT_XLSX;
	} else {
		NCH_TRY(nch_input_open(&rows->input, rows->path, rows->options.encoding, error));
		NCH_TRY(skip_lines(rows, error));
		rows->format = settle_format(rows);
		if (rows->format != NCH_FORMAT_XLSX)
			NCH_TRY(nch_foreign_refuse(&rows->input, error));
	}
	if (rows->format == NCH_FORMAT_XLSX)
		rows->lines_skipped = rows->options.skip_rows;
	switch (rows->format) {
	case NCH_FORMAT_XLSX:
		NCH_TRY(nch_rows_open_xlsx(rows, error));
		return take_header(rows, error);
	case NCH_FORMAT_JSON:
	case NCH_FORMAT_JSONL:
		NCH_TRY(nch_rows_open_json(rows, error));
		return read_ahead(rows, error);
	case NCH_FORMAT_TEXT:
		snprintf(rows->description, sizeof rows->description, "text, %s", nch_encoding_name(rows->input.encoding));
		return nch_rows_open_lines(rows, error);
	default: NCH_TRY(nch_rows_open_delimited(rows, error)); return take_header(rows, error);
	}
}

bool nch_rows_is_part(const char *path)
{
	const char *hash = path != NULL ? strrchr(path, '#') : NULL, *equals = hash != NULL ? strchr(hash, '=') : NULL;
	return equals != NULL && equals > hash + 1 && hash > path && !nch_file_exists(path);
}

static nch_status split_path(nch_rows *rows, const char *path, nch_error *error)
{
	bool filtered = nch_rows_is_part(path);
	const char *hash = strrchr(path, '#'), *equals = filtered ? strchr(hash, '=') : NULL;
	size_t count = rows->options.name_count;
	rows->path = nch_copy_text(path, filtered ? (size_t)(hash - path) : strlen(path));
	if (rows->path == NULL)
		return nch_no_memory(error);
	if (!filtered)
		return NCH_OK;
	rows->whole_path = nch_copy_text(path, strlen(path));
	rows->where = nch_copy_text(hash + 1, (size_t)(equals - hash - 1));
	rows->names = nch_alloc(count + 1, sizeof *rows->names);
	if (rows->whole_path == NULL || rows->where == NULL || rows->names == NULL)
		return nch_no_memory(error);
	if (count > 0)
		memcpy(rows->names, rows->options.names, count * sizeof *rows->names);
	rows->names[count] = rows->where;
	rows->options.names = rows->names;
	rows->options.name_count = count + 1;
	rows->value = rows->whole_path + (equals + 1 - path);
	return NCH_OK;
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
	nch_status status = split_path(rows, path, error);
	if (status == NCH_OK)
		status = open_format(rows, error);
	if (status == NCH_OK && rows->where != NULL)
		status = nch_columns_find(rows, rows->where, &rows->where_column, error);
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
	nch_free(rows->kept);
	nch_arena_free(rows->keep);
	nch_free(rows->path);
	nch_free(rows->whole_path);
	nch_free(rows->where);
	nch_free((void *)rows->names);
	nch_free(rows);
}
