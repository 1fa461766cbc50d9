/* json_rows.c - records of JSON: one object a line (.jsonl), or an array of objects (.json), one in memory at a time.
 *
 * The columns are the members of the first record as dotted paths (input.form), objects and arrays included, since a
 * label may be one. In an array the end of an element is found by counting brackets outside strings; then it is parsed
 * like a line. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "io/rows_private.h"

#define MAX_DEPTH 8 /* of columns found in the first record */

typedef struct json_rows {
	nch_line_reader lines; /* of an array only `line` is used: the line of window[begin] */
	nch_arena *arena;      /* the tree of the current record */
	const nch_json *record;
	const char *text; /* its source */
	bool has_columns;
	bool started, in_array, finished; /* .json: behind the first bracket */
} json_rows;

/* Adds the paths of an object's members, in order, those of nested objects behind their own. */
static nch_status add_columns(nch_rows *rows, const nch_json *object, nch_buffer *path, int depth, nch_error *error)
{
	for (const nch_json *member = object->first; member != NULL; member = member->next) {
		size_t length = path->length;
		if (rows->column_count >= NCH_MAX_COLUMNS)
			return NCH_OK;
		if (length > 0)
			nch_buffer_byte(path, '.');
		nch_buffer_add(path, member->name, member->name_length);
		NCH_TRY(nch_buffer_check(path, error));
		NCH_TRY(nch_rows_add_column(rows, path->data, path->length, error));
		if (member->type == NCH_JSON_OBJECT && depth < MAX_DEPTH)
			NCH_TRY(add_columns(rows, member, path, depth + 1, error));
		path->length = length;
	}
	return NCH_OK;
}

static nch_status name_columns(nch_rows *rows, const nch_json *record, nch_error *error)
{
	nch_buffer path = { 0 };
	nch_status status = add_columns(rows, record, &path, 1, error);
	nch_buffer_free(&path);
	return status;
}

static nch_cell cell_of(const nch_json *value, const char *source)
{
	if (value == NULL || value->type == NCH_JSON_NULL)
		return (nch_cell){ "", 0, value };
	if (value->type == NCH_JSON_STRING || value->type == NCH_JSON_NUMBER)
		return (nch_cell){ value->text, value->length, value };
	return (nch_cell){ source + value->begin, value->end - value->begin, value };
}

/* Looks the columns up in the current record. */
static nch_status fill_cells(nch_rows *rows, nch_error *error)
{
	const json_rows *state = rows->state;
	NCH_TRY(nch_rows_need_cells(rows, rows->column_count + 1, error));
	for (size_t c = 0; c < rows->column_count; c++) {
		const nch_json *value = nch_json_get(state->record, rows->columns[c]);
		rows->cells[c] =
			cell_of(value != NULL ? value : nch_json_path(state->record, rows->columns[c]), state->text);
	}
	return NCH_OK;
}

/* Parses one record and looks its columns up. */
static nch_status take_record(nch_rows *rows, size_t line, const char *text, size_t length, nch_row *row, nch_error *error)
{
	json_rows *state = rows->state;
	nch_json *record;
	nch_error inner;
	NCH_TRY(nch_rows_check_text(rows, line, text, length, error));
	nch_arena_reset(state->arena);
	nch_status status = nch_json_parse(text, length, "at", state->arena, &record, &inner);
	if (status == NCH_MEMORY)
		return nch_fail(error, status, "%s", inner.text);
	if (status != NCH_OK) { /* "at:LINE:COLUMN: what": the line within the record is added to the record's own */
		size_t line_within = 1, column = 1;
		int skip = 0;
		if (sscanf(inner.text, "at:%zu:%zu: %n", &line_within, &column, &skip) < 2)
			skip = 0;
		return nch_rows_bad(rows, line + line_within - 1, error, "%s (column %zu)", inner.text + skip, column);
	}
	if (record->type != NCH_JSON_OBJECT)
		return nch_rows_bad(rows, line, error, "the record is no JSON object");
	if (!state->has_columns) {
		NCH_TRY(name_columns(rows, record, error));
		state->has_columns = true;
	}
	state->record = record;
	state->text = text;
	NCH_TRY(fill_cells(rows, error));
	*row = (nch_row){ rows->cells, rows->column_count, line, text, length };
	return NCH_OK;
}

nch_status nch_json_rows_refresh(nch_rows *rows)
{
	if (!rows->pending || !rows->first_more)
		return NCH_OK;
	NCH_TRY(fill_cells(rows, NULL));
	rows->first.cells = rows->cells;
	rows->first.count = rows->column_count;
	return NCH_OK;
}

/* --- .jsonl --- */

static nch_status next_jsonl(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	json_rows *state = rows->state;
	const char *text;
	size_t length;
	for (;;) {
		NCH_TRY(nch_line_next(rows, &state->lines, &text, &length, more, error));
		if (!*more)
			return NCH_OK;
		size_t blank = 0;
		while (blank < length && nch_is_space(text[blank]))
			blank++;
		if (blank < length)
			return take_record(rows, state->lines.line, text, length, row, error);
	}
}

/* --- .json --- */

/* The byte at window[begin + offset], or -1 at the end. */
static nch_status peek(nch_rows *rows, size_t offset, int *byte, nch_error *error)
{
	nch_input *input = &rows->input;
	bool grew = true;
	while (input->end - input->begin <= offset && grew)
		NCH_TRY(nch_input_fill(input, &grew, error));
	*byte = input->end - input->begin > offset ? (unsigned char)input->window[input->begin + offset] : -1;
	return NCH_OK;
}

/* Moves over white space (and commas, if told so) and counts lines; *byte is what stands there. */
static nch_status skip_space(nch_rows *rows, int *byte, nch_error *error)
{
	json_rows *state = rows->state;
	for (;;) {
		NCH_TRY(peek(rows, 0, byte, error));
		if (*byte < 0 || !nch_is_space((char)*byte))
			return NCH_OK;
		state->lines.line += *byte == '\n';
		rows->input.begin++;
	}
}

/* The length of the value that starts at window[begin]: up to the comma or bracket that ends it. Bad brackets are left
 * for the parser to report. */
static nch_status measure_value(nch_rows *rows, size_t *length, size_t *breaks, nch_error *error)
{
	const nch_input *input = &rows->input;
	size_t depth = 0;
	bool in_string = false;
	*breaks = 0;
	for (*length = 0;; (*length)++) {
		int byte;
		if (*length < input->end - input->begin)
			byte = (unsigned char)input->window[input->begin + *length];
		else
			NCH_TRY(peek(rows, *length, &byte, error));
		if (byte < 0)
			return NCH_OK;
		*breaks += byte == '\n';
		if (in_string) {
			if (byte == '\\')
				(*length)++;
			else if (byte == '"')
				in_string = false;
		} else if (byte == '"') {
			in_string = true;
		} else if (byte == '{' || byte == '[') {
			depth++;
		} else if (byte == '}' || byte == ']') {
			if (depth == 0)
				return NCH_OK;
			if (--depth == 0) {
				(*length)++;
				return NCH_OK;
			}
		} else if (byte == ',' && depth == 0) {
			return NCH_OK;
		}
		if (*length > rows->max_row)
			return nch_fail(error, NCH_FORMAT,
			                "%s:%zu: a record is longer than %zu bytes (brackets or quotes that don't match?)",
			                nch_rows_path(rows), ((json_rows *)rows->state)->lines.line, rows->max_row);
	}
}

/* Behind an element: a comma, or the end of the array. */
static nch_status next_element(nch_rows *rows, int *byte, nch_error *error)
{
	json_rows *state = rows->state;
	bool first = !state->started;
	NCH_TRY(skip_space(rows, byte, error));
	if (first) {
		state->started = true;
		state->in_array = *byte == '[';
		if (!state->in_array)
			return NCH_OK;
		rows->input.begin++;
		return skip_space(rows, byte, error);
	}
	if (!state->in_array || *byte == ']')
		return NCH_OK;
	if (*byte != ',')
		return nch_fail(error, NCH_FORMAT, "%s:%zu: the array is cut off: a comma or ] is missing",
		                nch_rows_path(rows), state->lines.line);
	rows->input.begin++;
	return skip_space(rows, byte, error);
}

static nch_status next_json(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	json_rows *state = rows->state;
	int byte;
	*more = false;
	if (state->finished)
		return NCH_OK;
	NCH_TRY(next_element(rows, &byte, error));
	if (state->in_array && byte == ']') {
		rows->input.begin++;
		NCH_TRY(skip_space(rows, &byte, error));
		state->finished = true;
		if (byte >= 0)
			return nch_fail(error, NCH_FORMAT, "%s:%zu: something follows the array", nch_rows_path(rows),
			                state->lines.line);
		return NCH_OK;
	}
	if (byte < 0 && !state->in_array)
		return NCH_OK;
	size_t length, breaks, line = state->lines.line;
	NCH_TRY(measure_value(rows, &length, &breaks, error));
	if (length == 0)
		return nch_fail(error, NCH_FORMAT, "%s:%zu: a record was expected here", nch_rows_path(rows), line);
	if (length > rows->input.end - rows->input.begin)
		length = rows->input.end - rows->input.begin; /* the file ends behind a backslash */
	const char *text = rows->input.window + rows->input.begin;
	rows->input.begin += length;
	state->lines.line += breaks;
	*more = true;
	return take_record(rows, line, text, length, row, error);
}

static void close_json(nch_rows *rows)
{
	json_rows *state = rows->state;
	nch_arena_free(state->arena);
	nch_free(state);
}

nch_status nch_rows_open_json(nch_rows *rows, nch_error *error)
{
	json_rows *state = nch_alloc(1, sizeof *state);
	if (state == NULL)
		return nch_no_memory(error);
	rows->state = state;
	bool lines = rows->format == NCH_FORMAT_JSONL;
	rows->reader = (nch_row_reader){ lines ? next_jsonl : next_json, close_json };
	state->lines.line = lines ? 0 : 1;
	state->arena = nch_arena_new(64 * 1024);
	if (state->arena == NULL)
		return nch_no_memory(error);
	snprintf(rows->description, sizeof rows->description, "%s, %s", lines ? "JSON lines" : "JSON",
	         nch_encoding_name(rows->input.encoding));
	return NCH_OK;
}
