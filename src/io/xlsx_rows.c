/* xlsx_rows.c - the rows of a sheet, one at a time.
 *
 * A cell says where it stands (r="C7") or else follows the one before; a row likewise. Texts of the current row that are not
 * shared strings are collected in a buffer; since it may move while it grows, cells hold offsets until the row is complete.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "io/rows_private.h"
#include "io/xlsx.h"

#define LAST_ROW 1048576 /* of any sheet, by the standard */

typedef struct xlsx_rows {
	nch_xlsx_book book;
	nch_xml xml;
	nch_buffer texts; /* of the current row */
	nch_buffer value; /* of the current cell */
	size_t row;       /* number of the current row */
	bool ended;
} xlsx_rows;

/* What a cell's attributes say. */
typedef struct cell_head {
	size_t column; /* from 0 */
	char type[12]; /* "s", "str", "inlineStr", "b", "e", "n", "d" */
	unsigned long style;
} cell_head;

/* "AB12": the column, from 0. False if there is none. */
static bool read_column(const char *reference, size_t *column)
{
	size_t value = 0, letters = 0;
	for (; reference[letters] >= 'A' && reference[letters] <= 'Z' && letters < 4; letters++)
		value = value * 26 + (size_t)(reference[letters] - 'A' + 1);
	*column = value - 1;
	return letters > 0 && letters < 4;
}

static void read_head(nch_xml *xml, size_t next_column, cell_head *head)
{
	const char *reference = nch_xml_attribute(xml, "r"), *type = nch_xml_attribute(xml, "t");
	const char *style = nch_xml_attribute(xml, "s");
	*head = (cell_head){ .column = next_column, .style = style != NULL ? strtoul(style, NULL, 10) : 0 };
	if (reference != NULL && !read_column(reference, &head->column))
		head->column = next_column;
	snprintf(head->type, sizeof head->type, "%s", type != NULL ? type : "n");
}

/* Reads <c>…</c>: its own <v> into state->value, or its inline text. What extensions hold in their elements is not looked at. */
static nch_status read_value(xlsx_rows *state, nch_error *error)
{
	nch_xml *xml = &state->xml;
	size_t depth = xml->depth;
	nch_xml_event event = NCH_XML_START;
	bool inside = false;
	nch_buffer_clear(&state->value);
	while (!(event == NCH_XML_END && xml->depth < depth)) {
		NCH_TRY(nch_xml_next(xml, &event, error));
		if (event == NCH_XML_DONE)
			return NCH_OK;
		if (xml->depth == depth + 1 && nch_xml_is(xml, event, NCH_XML_START, "is")) {
			NCH_TRY(nch_xlsx_text(xml, &state->value, error));
			event = NCH_XML_TEXT;
		} else if (event == NCH_XML_START && xml->depth == depth + 1) {
			inside = nch_xml_is(xml, event, NCH_XML_START, "v");
		} else if (event == NCH_XML_END && xml->depth == depth) {
			inside = false;
		} else if (event == NCH_XML_TEXT && inside && xml->text.length > 0) {
			nch_buffer_add(&state->value, xml->text.data, xml->text.length);
		}
		if (state->value.length > (size_t)1 << 24)
			return nch_fail(error, NCH_FORMAT, "%s: a cell is longer than 16 MB", state->book.zip.where);
	}
	return nch_buffer_check(&state->value, error);
}

/* The digits of a number that is written without a point and an exponent: they are kept, however many they are. Else false. */
static bool add_digits(xlsx_rows *state)
{
	const char *digits = state->value.data;
	bool negative = *digits == '-';
	digits += negative || *digits == '+';
	size_t length = strspn(digits, "0123456789");
	if (length == 0 || digits[length] != '\0')
		return false;
	while (length > 1 && *digits == '0') {
		digits++;
		length--;
	}
	nch_buffer_text(&state->texts, negative && *digits != '0' ? "-" : "");
	nch_buffer_add(&state->texts, digits, length);
	return true;
}

/* A number as pandas shows it, or a date. */
static void add_number(xlsx_rows *state, unsigned long style)
{
	char *end;
	double number = strtod(state->value.data, &end);
	nch_xlsx_kind kind = style < state->book.style_count ? state->book.styles[style] : NCH_XLSX_NUMBER;
	if (end == state->value.data || *end != '\0' || !isfinite(number))
		nch_buffer_add(&state->texts, state->value.data, state->value.length); /* no number: as it stands */
	else if (kind == NCH_XLSX_DATE)
		nch_xlsx_date(&state->texts, number, state->book.from_1904);
	else if (kind == NCH_XLSX_ELAPSED)
		nch_xlsx_elapsed(&state->texts, number);
	else if (add_digits(state))
		return;
	else if (number == floor(number))
		nch_buffer_printf(&state->texts, "%.0f", number == 0 ? 0 : number);
	else
		nch_json_write_double(&state->texts, number);
}

/* A cell's text: a shared string, or an offset into state->texts, which is marked by a NULL text. */
static nch_status take_value(nch_rows *rows, const cell_head *head, nch_cell *cell, size_t *offset, nch_error *error)
{
	xlsx_rows *state = rows->state;
	*cell = (nch_cell){ "", 0, NULL };
	*offset = SIZE_MAX;
	if (state->value.length == 0 || strcmp(head->type, "e") == 0)
		return NCH_OK;
	if (strcmp(head->type, "s") == 0) {
		char *end;
		unsigned long long index = strtoull(state->value.data, &end, 10);
		if (end == state->value.data || index >= state->book.string_count)
			return nch_rows_bad(rows, state->row, error,
			                    "a cell refers to shared string %.20s, which is not there", state->value.data);
		cell->length = state->book.starts[index + 1] - state->book.starts[index];
		if (cell->length > 0)
			cell->text = state->book.strings.data + state->book.starts[index];
		return NCH_OK;
	}
	*offset = state->texts.length;
	if (strcmp(head->type, "b") == 0)
		nch_buffer_text(&state->texts,
		                state->value.data[0] == '0' || state->value.data[0] == 'f' ? "False" : "True");
	else if (strcmp(head->type, "n") == 0)
		add_number(state, head->style);
	else if (strcmp(head->type, "d") == 0)
		nch_xlsx_iso_date(&state->texts, state->value.data, state->value.length);
	else
		nch_buffer_add(&state->texts, state->value.data, state->value.length);
	cell->length = state->texts.length - *offset;
	if (cell->length == 0) /* a day outside the calendar: blank */
		*offset = SIZE_MAX;
	return nch_buffer_check(&state->texts, error);
}

/* Puts a cell at its column; columns that were passed over are blank. */
static nch_status place_cell(nch_rows *rows, size_t column, nch_cell cell, size_t offset, size_t **offsets, size_t *capacity,
                             size_t *count, nch_error *error)
{
	if (column >= NCH_MAX_COLUMNS)
		return NCH_OK; /* a stray cell, far off */
	NCH_TRY(nch_rows_need_cells(rows, column + 1, error));
	NCH_TRY(nch_grow(offsets, capacity, column + 1, sizeof **offsets, error));
	for (; *count <= column; (*count)++) {
		rows->cells[*count] = (nch_cell){ "", 0, NULL };
		(*offsets)[*count] = SIZE_MAX;
	}
	rows->cells[column] = cell;
	(*offsets)[column] = offset;
	return NCH_OK;
}

/* The cells of the row whose START has been read. A bad cell makes the row bad, but it is read to its end. */
static nch_status read_cells(nch_rows *rows, size_t **offsets, size_t *capacity, size_t *count, nch_error *error)
{
	xlsx_rows *state = rows->state;
	nch_xml *xml = &state->xml;
	nch_xml_event event = NCH_XML_START;
	nch_status bad = NCH_OK;
	size_t depth = xml->depth, next_column = 0, total = 0;
	while (!(event == NCH_XML_END && xml->depth < depth)) {
		NCH_TRY(nch_xml_next(xml, &event, error));
		if (event == NCH_XML_DONE)
			break;
		if (!nch_xml_is(xml, event, NCH_XML_START, "c"))
			continue;
		cell_head head;
		nch_cell cell;
		size_t offset;
		read_head(xml, next_column, &head);
		next_column = head.column + 1;
		NCH_TRY(read_value(state, error));
		event = NCH_XML_TEXT;
		if (bad != NCH_OK)
			continue;
		bad = take_value(rows, &head, &cell, &offset, error);
		if (bad != NCH_OK && bad != NCH_DATA)
			return bad;
		total += bad == NCH_OK ? cell.length : 0;
		if (bad == NCH_OK && total > rows->max_row)
			bad = nch_rows_bad(rows, state->row, error, "the row is longer than %zu bytes", rows->max_row);
		if (bad == NCH_OK)
			NCH_TRY(place_cell(rows, head.column, cell, offset, offsets, capacity, count, error));
	}
	return bad;
}

static nch_status finish_row(nch_rows *rows, const size_t *offsets, size_t count, nch_row *row, nch_error *error)
{
	xlsx_rows *state = rows->state;
	for (size_t c = 0; c < count; c++) {
		if (offsets[c] != SIZE_MAX)
			rows->cells[c].text = state->texts.data + offsets[c];
		NCH_TRY(nch_rows_check_text(rows, state->row, rows->cells[c].text, rows->cells[c].length, error));
	}
	if (count == 0) { /* a row has at least one cell, be it blank */
		NCH_TRY(nch_rows_need_cells(rows, 1, error));
		rows->cells[count++] = (nch_cell){ "", 0, NULL };
	}
	*row = (nch_row){ .cells = rows->cells, .count = count, .line = state->row };
	return NCH_OK;
}

static nch_status next_xlsx(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	xlsx_rows *state = rows->state;
	nch_xml *xml = &state->xml;
	*more = false;
	while (!state->ended) {
		nch_xml_event event;
		NCH_TRY(nch_xml_next(xml, &event, error));
		if (event == NCH_XML_DONE || nch_xml_is(xml, event, NCH_XML_END, "sheetData")) {
			state->ended = true;
			return NCH_OK;
		}
		if (!nch_xml_is(xml, event, NCH_XML_START, "row"))
			continue;
		const char *number = nch_xml_attribute(xml, "r");
		unsigned long given = number != NULL ? strtoul(number, NULL, 10) : 0;
		state->row = given > 0 && given <= LAST_ROW ? given : state->row + 1;
		nch_buffer_clear(&state->texts);
		size_t *offsets = NULL, capacity = 0, count = 0;
		*more = true;
		nch_status status = read_cells(rows, &offsets, &capacity, &count, error);
		if (status == NCH_OK)
			status = finish_row(rows, offsets, count, row, error);
		nch_free(offsets);
		return status;
	}
	return NCH_OK;
}

static void close_xlsx(nch_rows *rows)
{
	xlsx_rows *state = rows->state;
	nch_xml_close(&state->xml);
	nch_xlsx_book_close(&state->book);
	nch_buffer_free(&state->texts);
	nch_buffer_free(&state->value);
	nch_free(state);
}

nch_status nch_rows_open_xlsx(nch_rows *rows, nch_error *error)
{
	xlsx_rows *state = nch_alloc(1, sizeof *state);
	if (state == NULL)
		return nch_no_memory(error);
	rows->state = state;
	rows->reader = (nch_row_reader){ next_xlsx, close_xlsx, NULL };
	nch_input *input = &rows->input;
	bool grew = input->window != NULL; /* it came through a pipe: an archive's directory is at its end */
	while (grew)
		NCH_TRY(nch_input_fill(input, &grew, error));
	const unsigned char *data = input->window != NULL ? (unsigned char *)input->window + input->begin : NULL;
	NCH_TRY(nch_xlsx_book_open(&state->book, rows->path, data, input->end - input->begin, rows->options.sheet, error));
	const nch_zip_entry *entry = nch_zip_find(&state->book.zip, state->book.sheet_part);
	if (entry == NULL)
		return nch_fail(error, NCH_FORMAT, "%s: is no spreadsheet: the part %s is missing", nch_rows_path(rows),
		                state->book.sheet_part);
	snprintf(rows->description, sizeof rows->description, "XLSX");
	return nch_xml_open(&state->xml, &state->book.zip, entry, error);
}
