/* json_rows.c - records of JSON: one object a line (.jsonl), or an array of objects (.json), one in memory at a time; and files that are one value,
 * in which the records lie somehow (io/json_shape.h): these are read whole.
 *
 * The columns are the members of the first record as dotted paths (input.form), objects and arrays included, since a
 * label may be one. In an array the end of an element is found by counting brackets outside strings; then it is parsed
 * like a line. Of records in nested arrays the columns are called by the whole path (document.utterance.form), and those of the records around them
 * (document.emotion) are columns too. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "io/json_shape.h"
#include "io/rows_private.h"

#define MAX_DEPTH 8                            /* of columns found in the first record */
#define MAX_DOCUMENT ((size_t)256 * 1024 * 1024) /* bytes of a file that is one value */

/* Where a record lies: what its columns are looked up in. */
typedef struct json_place {
	const nch_json *frame[NCH_JSON_FRAMES];
	size_t frames;
	const char *text; /* the source of all frames */
} json_place;

/* A column: a path from one of the frames. */
typedef struct json_column {
	size_t frame;
	const char *path;
} json_column;

typedef struct json_rows {
	nch_line_reader lines; /* of an array only `line` is used: the line of window[begin] */
	nch_arena *arena;      /* the tree of the current value, where it is not kept */
	nch_arena *document;   /* of a file that is one value */
	nch_json_shape shape;
	nch_json_walk walk;
	bool has_shape, walking;
	const char *text;      /* the current value's source */
	size_t line, counted;  /* the line at text[counted] */
	json_place place;
	bool has_columns;
	json_column *columns;  /* one a column that has been looked up */
	size_t column_count, column_capacity;
	const nch_json *names; /* VALUES: the first array, if it is a header */
	bool started, in_array, finished; /* .json: behind the first bracket */
} json_rows;

/* --- columns --- */

/* Adds the paths of an object's members, in order, those of nested objects behind their own. Of records around the innermost one only what is no
 * array. */
static nch_status add_columns(nch_rows *rows, const nch_json *object, nch_buffer *path, int depth, bool arrays, nch_error *error)
{
	for (const nch_json *member = object->type == NCH_JSON_OBJECT ? object->first : NULL; member != NULL; member = member->next) {
		size_t length = path->length;
		if (rows->column_count >= NCH_MAX_COLUMNS)
			return NCH_OK;
		if (!arrays && member->type == NCH_JSON_ARRAY)
			continue;
		if (length > 0 && path->data[length - 1] != '.')
			nch_buffer_byte(path, '.');
		nch_buffer_add(path, member->name, member->name_length);
		NCH_TRY(nch_buffer_check(path, error));
		NCH_TRY(nch_rows_add_column(rows, path->data, path->length, error));
		if (member->type == NCH_JSON_OBJECT && depth < MAX_DEPTH)
			NCH_TRY(add_columns(rows, member, path, depth + 1, arrays, error));
		path->length = length;
	}
	return NCH_OK;
}

/* "document.utterance." for the frame behind two arrays. */
static void write_prefix(const nch_json_shape *shape, size_t frame, nch_buffer *out)
{
	nch_buffer_clear(out);
	nch_buffer_text(out, "");
	for (size_t i = 0; i < frame && i < shape->levels; i++)
		nch_buffer_printf(out, "%s.", shape->level[i]);
}

static nch_status name_columns(nch_rows *rows, nch_error *error)
{
	json_rows *state = rows->state;
	const json_place *place = &state->place;
	nch_buffer path = {0};
	size_t innermost = place->frames - 1, outer = state->shape.whole ? 1 : 0;
	nch_status status = NCH_OK;
	for (size_t f = innermost + 1; f-- > 0 && status == NCH_OK;) {
		if (f != innermost && (state->shape.layout != NCH_JSON_NESTED || f < outer))
			break;
		write_prefix(&state->shape, f, &path);
		status = add_columns(rows, place->frame[f], &path, 1, f == innermost, error);
		if (f == innermost)
			rows->own_columns = rows->column_count;
	}
	nch_buffer_free(&path);
	return status;
}

/* Which frame a column's name begins with: the innermost whose prefix it has; without any, the record itself. */
static nch_status find_frames(nch_rows *rows, nch_error *error)
{
	json_rows *state = rows->state;
	nch_buffer prefix = {0};
	size_t innermost = state->place.frames - 1;
	NCH_TRY(nch_grow(&state->columns, &state->column_capacity, rows->column_count + 1, sizeof *state->columns, error));
	nch_status status = NCH_OK;
	for (; state->column_count < rows->column_count && status == NCH_OK; state->column_count++) {
		const char *name = rows->columns[state->column_count];
		json_column *column = &state->columns[state->column_count];
		*column = (json_column){ innermost, name };
		for (size_t f = innermost + 1; state->shape.layout == NCH_JSON_NESTED && f-- > 0;) {
			write_prefix(&state->shape, f, &prefix);
			if ((status = nch_buffer_check(&prefix, error)) != NCH_OK)
				break;
			if (strncmp(name, prefix.data, prefix.length) != 0)
				continue;
			*column = (json_column){ f, name + prefix.length };
			break;
		}
	}
	nch_buffer_free(&prefix);
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

static const nch_json *look_up(const nch_json *record, const char *path)
{
	const nch_json *value = nch_json_get(record, path);
	return value != NULL ? value : nch_json_path(record, path);
}

/* Looks the columns up in a record. */
static nch_status fill_cells(nch_rows *rows, const json_place *place, nch_error *error)
{
	json_rows *state = rows->state;
	NCH_TRY(nch_rows_need_cells(rows, rows->column_count + 1, error));
	NCH_TRY(find_frames(rows, error));
	for (size_t c = 0; c < rows->column_count; c++) {
		const json_column *column = &state->columns[c];
		const nch_json *value = column->frame < place->frames ? look_up(place->frame[column->frame], column->path) : NULL;
		if (value == NULL && column->frame == 0 && place->frames > 1) /* a path from the innermost record */
			value = look_up(place->frame[place->frames - 1], column->path);
		rows->cells[c] = cell_of(value, place->text);
	}
	return NCH_OK;
}

nch_status nch_json_rows_place(nch_rows *rows, const void **place, nch_error *error)
{
	const json_rows *state = rows->state;
	json_place *copy = nch_arena_alloc(rows->keep, 1, sizeof *copy);
	if (copy == NULL)
		return nch_no_memory(error);
	*copy = state->place;
	*place = copy;
	return NCH_OK;
}

static nch_status refill(nch_rows *rows, const void *place, nch_row *row, nch_error *error)
{
	NCH_TRY(fill_cells(rows, place, error));
	row->cells = rows->cells;
	row->count = rows->column_count;
	return NCH_OK;
}

const char *nch_rows_record_path(nch_rows *rows, size_t column)
{
	const json_rows *state = rows->state;
	if (!nch_rows_is_json(rows) || column >= rows->column_count || state->place.frames == 0 || find_frames(rows, NULL) != NCH_OK)
		return NULL;
	const json_column *found = &state->columns[column];
	bool own = found->frame == state->place.frames - 1 || (found->frame == 0 && column >= rows->own_columns); /* asked for from the record on */
	return own ? found->path : NULL;
}

/* --- from a value to its records --- */

/* The arena in which records live: what is read ahead stays. */
static nch_arena *arena_of(const nch_rows *rows)
{
	const json_rows *state = rows->state;
	return rows->keeping ? rows->keep : state->arena;
}

/* Parses a value, line `line` of the file, and begins the walk over its records. `document`: it is the whole file, and stays. */
static nch_status begin_value(nch_rows *rows, size_t line, const char *text, size_t length, bool document, nch_error *error)
{
	json_rows *state = rows->state;
	nch_json *value;
	nch_json_fault fault;
	NCH_TRY(nch_rows_check_text(rows, line, text, length, error));
	nch_arena *arena = document ? state->document : arena_of(rows);
	if (rows->keeping && !document && (text = nch_arena_text(arena, text, length)) == NULL)
		return nch_no_memory(error);
	if (!rows->keeping && !document)
		nch_arena_reset(arena);
	nch_status status = nch_json_parse_part(text, length, arena, &value, &fault, error);
	if (status == NCH_FORMAT) /* the line within the record is added to the record's own */
		return nch_rows_bad(rows, line + fault.line - 1, error, "%s (column %zu)", fault.what, fault.column);
	if (status != NCH_OK)
		return status;
	if (value->type != NCH_JSON_OBJECT && value->type != NCH_JSON_ARRAY)
		return nch_rows_bad(rows, line, error, "the record is no JSON object");
	if (!state->has_shape)
		NCH_TRY(nch_json_shape_find(rows, value, document, &state->shape, error));
	state->has_shape = true;
	NCH_TRY(nch_json_walk_start(&state->walk, &state->shape, value, error));
	if (state->shape.layout == NCH_JSON_VALUES && state->names != NULL)
		NCH_TRY(nch_json_walk_name(&state->walk, state->names, error));
	state->walking = true;
	state->text = text;
	state->line = line;
	state->counted = 0;
	return NCH_OK;
}

/* Whether the first array of VALUES is a header; then its texts name the columns of those that follow. */
static nch_status take_names(nch_rows *rows, const nch_json *record, bool *is_header, nch_error *error)
{
	json_rows *state = rows->state;
	size_t count = 0;
	*is_header = false;
	if (state->shape.layout != NCH_JSON_VALUES || state->has_columns || rows->options.header == NCH_HEADER_NO || !rows->keeping)
		return NCH_OK;
	NCH_TRY(nch_rows_need_cells(rows, record->count + 1, error));
	for (const nch_json *value = record->first; value != NULL; value = value->next) {
		if (value->type != NCH_JSON_STRING)
			return NCH_OK;
		rows->cells[count++] = (nch_cell){ value->text, value->length, value };
	}
	const nch_row row = { .cells = rows->cells, .count = count };
	*is_header = nch_columns_name_row(rows, &row, 1);
	if (*is_header)
		state->names = record->first;
	return NCH_OK;
}

/* The text of a record that was put together: its members' own texts under their names. */
static nch_status write_record(const nch_rows *rows, const nch_json *record, nch_row *row, nch_error *error)
{
	const json_rows *state = rows->state;
	nch_buffer text = {0};
	for (const nch_json *member = record->first; member != NULL; member = member->next) {
		nch_buffer_text(&text, member == record->first ? "{" : ",");
		nch_json_write_text(&text, member->name, member->name_length);
		nch_buffer_text(&text, ":");
		nch_buffer_add(&text, state->text + member->begin, member->end - member->begin);
	}
	nch_buffer_text(&text, record->first == NULL ? "{}" : "}");
	nch_status status = nch_buffer_check(&text, error);
	row->record_length = text.length;
	row->record = status == NCH_OK ? nch_arena_text(arena_of(rows), text.data, text.length) : NULL;
	nch_buffer_free(&text);
	return status == NCH_OK && row->record == NULL ? nch_no_memory(error) : status;
}

/* The next record of the current value; *found false behind the last one. */
static nch_status next_record(nch_rows *rows, nch_row *row, bool *found, nch_error *error)
{
	json_rows *state = rows->state;
	bool is_header;
	if (state->document != NULL && !rows->keeping)
		nch_arena_reset(state->arena); /* records that are put together */
	NCH_TRY(nch_json_walk_next(&state->walk, arena_of(rows), found, error));
	state->walking = *found;
	if (!*found)
		return NCH_OK;
	state->place = (json_place){ .frames = state->walk.frames, .text = state->text };
	memcpy(state->place.frame, state->walk.frame, sizeof state->place.frame);
	const nch_json *record = state->place.frame[state->place.frames - 1];
	for (; state->counted < record->begin; state->counted++)
		state->line += state->text[state->counted] == '\n';
	if (record->type != NCH_JSON_OBJECT)
		return nch_rows_bad(rows, state->line, error, "the record is no JSON object");
	if (record->end - record->begin > rows->max_row)
		return nch_rows_bad(rows, state->line, error, "the record is longer than %zu bytes", rows->max_row);
	NCH_TRY(take_names(rows, record, &is_header, error));
	if (is_header) {
		*found = state->walking = false;
		return NCH_OK;
	}
	if (!state->has_columns) {
		NCH_TRY(name_columns(rows, error));
		state->has_columns = true;
	}
	NCH_TRY(fill_cells(rows, &state->place, error));
	*row = (nch_row){ rows->cells, rows->column_count, state->line, state->text + record->begin, record->end - record->begin };
	return nch_json_is_made(&state->shape) ? write_record(rows, record, row, error) : NCH_OK;
}

/* --- .jsonl --- */

/* Begins the walk over the records of the next line that is not blank; *more false at the end of the file. */
static nch_status next_line(nch_rows *rows, bool *more, nch_error *error)
{
	json_rows *state = rows->state;
	const char *text;
	size_t length, blank;
	do {
		NCH_TRY(nch_line_next(rows, &state->lines, &text, &length, more, error));
		if (!*more)
			return NCH_OK;
		for (blank = 0; blank < length && nch_is_space(text[blank]); blank++)
			continue;
	} while (blank == length);
	return begin_value(rows, state->lines.line, text, length, false, error);
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
static nch_status measure_value(nch_rows *rows, size_t limit, size_t *length, size_t *breaks, nch_error *error)
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
		if (*length > limit)
			return nch_fail(error, NCH_FORMAT,
			                "%s:%zu: a record is longer than %zu bytes (brackets or quotes that don't match?)",
			                nch_rows_path(rows), ((json_rows *)rows->state)->lines.line, limit);
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

/* Whether the object at window[begin] is the whole file. It is brought into the window, *length bytes, with *breaks line breaks in it. */
static nch_status find_document(nch_rows *rows, bool *is_document, size_t *length, size_t *breaks, nch_error *error)
{
	json_rows *state = rows->state;
	int byte;
	NCH_TRY(measure_value(rows, MAX_DOCUMENT, length, breaks, error));
	size_t end = *length;
	do
		NCH_TRY(peek(rows, end++, &byte, error));
	while (byte >= 0 && nch_is_space((char)byte) && end < MAX_DOCUMENT);
	*is_document = byte < 0;
	if (!*is_document && *length > rows->max_row)
		return nch_fail(error, NCH_FORMAT, "%s:%zu: a record is longer than %zu bytes (brackets or quotes that don't match?)", nch_rows_path(rows),
		                state->lines.line, rows->max_row);
	return NCH_OK;
}

/* Brings the next value into the window and begins the walk over its records; *more false at the end of the file. */
static nch_status next_value(nch_rows *rows, bool *more, nch_error *error)
{
	json_rows *state = rows->state;
	int byte;
	bool first = !state->started, document = false;
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
	if (first && !state->in_array)
		NCH_TRY(find_document(rows, &document, &length, &breaks, error));
	else
		NCH_TRY(measure_value(rows, rows->max_row, &length, &breaks, error));
	if (length == 0)
		return nch_fail(error, NCH_FORMAT, "%s:%zu: a record was expected here", nch_rows_path(rows), line);
	if (length > rows->input.end - rows->input.begin)
		length = rows->input.end - rows->input.begin; /* the file ends behind a backslash */
	const char *text = rows->input.window + rows->input.begin;
	rows->input.begin += length;
	state->lines.line += breaks;
	*more = true;
	if (document) { /* the window does not move any more */
		state->finished = true;
		state->document = nch_arena_new(0);
		if (state->document == NULL)
			return nch_no_memory(error);
	}
	return begin_value(rows, line, text, length, document, error);
}

/* --- both --- */

static nch_status next_row(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	json_rows *state = rows->state;
	*more = true;
	for (;;) {
		if (state->walking) {
			bool found;
			NCH_TRY(next_record(rows, row, &found, error));
			if (found)
				return NCH_OK;
		}
		NCH_TRY(rows->format == NCH_FORMAT_JSONL ? next_line(rows, more, error) : next_value(rows, more, error));
		if (!*more)
			return NCH_OK;
	}
}

static void close_json(nch_rows *rows)
{
	json_rows *state = rows->state;
	nch_json_walk_free(&state->walk);
	nch_json_shape_free(&state->shape);
	nch_arena_free(state->arena);
	nch_arena_free(state->document);
	nch_free(state->columns);
	nch_free(state);
}

nch_status nch_rows_open_json(nch_rows *rows, nch_error *error)
{
	json_rows *state = nch_alloc(1, sizeof *state);
	if (state == NULL)
		return nch_no_memory(error);
	rows->state = state;
	bool lines = rows->format == NCH_FORMAT_JSONL;
	rows->reader = (nch_row_reader){ next_row, close_json, refill };
	state->lines.line = rows->lines_skipped + (lines ? 0 : 1);
	state->arena = nch_arena_new(64 * 1024);
	if (state->arena == NULL)
		return nch_no_memory(error);
	snprintf(rows->description, sizeof rows->description, "%s, %s", lines ? "JSON lines" : "JSON",
	         nch_encoding_name(rows->input.encoding));
	return NCH_OK;
}
