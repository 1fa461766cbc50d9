/* delimited.c - CSV and TSV (RFC 4180), read as pandas and Python's csv module read them.
 *
 * Most lines hold no quote: such a line is found by memchr and cut by memchr, and its cells point into the window. A
 * line with a quote in it goes through the automaton below, which may run over several physical lines. A field that
 * starts with a quote is quoted; "" in it is one quote; what follows the closing quote up to the delimiter belongs to
 * the field too; a quote inside a field that starts otherwise is text. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "io/rows_private.h"

typedef struct delimited {
	nch_line_reader lines;
	char delimiter;
	bool quoted;
	bool undecided; /* whether quotes are quoting: no quote has been seen so far */
	char *scratch; /* unquoted content of the current record */
	size_t scratch_capacity;
} delimited;

/* Cuts a line without quoting at its delimiters. */
static nch_status cut_plain(nch_rows *rows, const char *text, size_t length, char delimiter, size_t *count, nch_error *error)
{
	const char *end = text + length;
	*count = 0;
	for (;;) {
		if (*count >= rows->cell_capacity)
			NCH_TRY(nch_rows_need_cells(rows, *count + 1, error));
		size_t left = (size_t)(end - text);
		const char *next = left > 0 ? memchr(text, delimiter, left) : NULL;
		rows->cells[(*count)++] = (nch_cell){ text, next != NULL ? (size_t)(next - text) : left, NULL };
		if (next == NULL)
			return NCH_OK;
		text = next + 1;
	}
}

/* The length of the record that starts at text, without its line end; *end_length is that of the line end, *breaks how
 * many line breaks stand inside quotes. False if the end is not in sight. */
static bool measure_record(const char *text, size_t length, bool at_end, char delimiter, size_t *record, size_t *end_length,
                           size_t *breaks, bool *open_quote)
{
	bool inside = false, at_start = true;
	*breaks = 0;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (inside) {
			if (c == '"') {
				if (i + 1 < length && text[i + 1] == '"')
					i++;
				else if (i + 1 < length || at_end)
					inside = false;
				else
					break; /* whether it is doubled can't be seen yet */
			} else if (c == '\n' || (c == '\r' && !(i + 1 < length && text[i + 1] == '\n'))) {
				(*breaks)++;
			}
			at_start = false;
		} else if (c == '"' && at_start) {
			inside = true;
		} else if (c == '\n' || c == '\r') {
			if (c == '\r' && i + 1 == length && !at_end)
				break;
			*record = i;
			*end_length = c == '\r' && i + 1 < length && text[i + 1] == '\n' ? 2 : 1;
			*open_quote = false;
			return true;
		} else {
			at_start = c == delimiter;
		}
	}
	*open_quote = inside;
	*record = length;
	*end_length = 0;
	return at_end;
}

/* Cuts a record with quotes; cells that were quoted are unfolded into the scratch. */
static nch_status cut_quoted(nch_rows *rows, const char *text, size_t length, size_t *count, nch_error *error)
{
	delimited *state = rows->state;
	NCH_TRY(nch_grow(&state->scratch, &state->scratch_capacity, length + 1, 1, error));
	char *out = state->scratch;
	*count = 0;
	for (size_t i = 0;;) {
		NCH_TRY(nch_rows_need_cells(rows, *count + 1, error));
		char *start = out;
		if (i < length && text[i] == '"') {
			for (i++; i < length; i++) {
				if (text[i] == '"' && !(i + 1 < length && text[i + 1] == '"')) {
					i++;
					break;
				}
				i += text[i] == '"';
				*out++ = text[i];
			}
		}
		while (i < length && text[i] != state->delimiter)
			*out++ = text[i++];
		rows->cells[(*count)++] = (nch_cell){ start, (size_t)(out - start), NULL };
		if (i++ >= length)
			return NCH_OK;
	}
}

static size_t count_bytes(const char *text, size_t length, char byte)
{
	size_t count = 0;
	for (size_t i = 0; i < length; i++)
		count += text[i] == byte;
	return count;
}

/* Is this record, of several lines, one only because a quote is text that somebody forgot to escape? Then its quoted field of several lines goes on
 * behind the closing quote; or, between tabs, where texts have none, its first line and its last one would each be a whole row. */
static bool swallows_rows(const nch_rows *rows, const char *text, size_t length)
{
	const delimited *state = rows->state;
	size_t first = 0, last = length;
	for (size_t i = 0; i < length; i++) { /* i stands at the start of a field */
		bool broken = false;
		if (text[i] == '"') {
			for (i++; i < length && (text[i] != '"' || (i + 1 < length && text[i + 1] == '"')); i++) {
				broken |= text[i] == '\n' || text[i] == '\r';
				i += text[i] == '"';
			}
			i++;
			if (broken && i < length && text[i] != state->delimiter)
				return true;
		}
		while (i < length && text[i] != state->delimiter)
			i++;
	}
	if (state->delimiter != '\t' || rows->table_columns < 2)
		return false;
	while (first < length && text[first] != '\n' && text[first] != '\r')
		first++;
	while (last > 0 && text[last - 1] != '\n' && text[last - 1] != '\r')
		last--;
	return count_bytes(text, first, '\t') + 1 == rows->table_columns && count_bytes(text + last, length - last, '\t') + 1 == rows->table_columns;
}

/* A record in which a quote was opened: brings all of it into the window, then cuts it. */
static nch_status next_quoted(nch_rows *rows, size_t first_line_length, size_t *count, nch_error *error)
{
	delimited *state = rows->state;
	nch_input *input = &rows->input;
	size_t record, end_length, breaks;
	bool open_quote;
	for (;;) {
		size_t have = input->end - input->begin;
		bool whole = measure_record(input->window + input->begin, have, input->at_end, state->delimiter, &record,
		                            &end_length, &breaks, &open_quote);
		if (whole && !open_quote && breaks > 0 && rows->options.quoting == NCH_QUOTING_AUTO &&
		    swallows_rows(rows, input->window + input->begin, record)) {
			input->begin += first_line_length;
			return nch_rows_bad(rows, state->lines.line, error,
			                    "a quote is opened and not closed before other rows (the next one stands %zu line%s below); "
			                    "⟨quoting⟩ no takes quotes as text, ⟨quoting⟩ yes takes this as one row",
			                    breaks, breaks == 1 ? "" : "s");
		}
		if ((whole && open_quote) || record > rows->max_row) {
			input->begin += first_line_length;
			if (open_quote)
				return nch_rows_bad(rows, state->lines.line, error,
				                    "a quote is opened and not closed within %zu bytes", record);
			return nch_rows_bad(rows, state->lines.line, error, "the row is longer than %zu bytes",
			                    rows->max_row);
		}
		if (whole)
			break;
		NCH_TRY(nch_line_fill(rows, &state->lines, error));
	}
	const char *text = input->window + input->begin;
	size_t line = state->lines.line;
	state->lines.line += breaks;
	input->begin += record + end_length;
	NCH_TRY(nch_rows_check_text(rows, line, text, record, error));
	return cut_quoted(rows, text, record, count, error);
}

/* The first quote between tabs stands behind the beginning of the file that was looked at: now as much is looked at from its line on. */
static nch_status look_again(nch_rows *rows, nch_error *error)
{
	delimited *state = rows->state;
	nch_input *input = &rows->input;
	while (input->end - input->begin < NCH_INPUT_SNIFF && !input->at_end)
		NCH_TRY(nch_line_fill(rows, &state->lines, error));
	const nch_table_shape shape = nch_table_sniff(input->window + input->begin, input->end - input->begin, input->at_end, state->delimiter,
	                                              state->delimiter, NCH_QUOTING_AUTO);
	state->quoted = shape.quoted;
	state->undecided = shape.unseen;
	return NCH_OK;
}

static nch_status next_delimited(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	delimited *state = rows->state;
	const char *text;
	size_t length, count = 0;
	NCH_TRY(nch_line_next(rows, &state->lines, &text, &length, more, error));
	if (!*more)
		return NCH_OK;
	size_t line = state->lines.line;
	nch_input *input = &rows->input;
	size_t taken = input->begin - (size_t)(text - input->window);
	bool quotes = length > 0 && memchr(text, '"', length) != NULL;
	if (quotes && state->undecided) {
		input->begin -= taken;
		NCH_TRY(look_again(rows, error));
		text = input->window + input->begin;
		input->begin += taken;
	}
	if (quotes && state->quoted) {
		input->begin -= taken;
		NCH_TRY(next_quoted(rows, taken, &count, error));
	} else {
		NCH_TRY(nch_rows_check_text(rows, line, text, length, error));
		NCH_TRY(cut_plain(rows, text, length, state->delimiter, &count, error));
	}
	*row = (nch_row){ .cells = rows->cells, .count = count, .line = line };
	return NCH_OK;
}

static void close_delimited(nch_rows *rows)
{
	delimited *state = rows->state;
	nch_free(state->scratch);
	nch_free(state);
}

/* What the file's name promises; where it says nothing, and a table was asked for, what its first line has. */
static char preferred_delimiter(const nch_rows *rows)
{
	const char *text = rows->input.window + rows->input.begin;
	size_t length = rows->input.end - rows->input.begin, first_line = 0;
	while (first_line < length && text[first_line] != '\n' && text[first_line] != '\r')
		first_line++;
	bool unnamed = rows->options.table && !nch_path_has_suffix(rows->path, ".tsv") && !nch_path_has_suffix(rows->path, ".tab");
	bool commas = unnamed && first_line > 0 && memchr(text, '\t', first_line) == NULL && memchr(text, ',', first_line) != NULL;
	return commas || nch_path_has_suffix(rows->path, ".csv") ? ',' : '\t';
}

nch_status nch_rows_open_delimited(nch_rows *rows, nch_error *error)
{
	delimited *state = nch_alloc(1, sizeof *state);
	if (state == NULL)
		return nch_no_memory(error);
	rows->state = state;
	rows->reader = (nch_row_reader){ next_delimited, close_delimited, NULL };
	state->lines.line = rows->lines_skipped;
	const nch_input *input = &rows->input;
	char preferred = preferred_delimiter(rows);
	size_t length = input->end - input->begin;
	if (length > NCH_INPUT_SNIFF)
		length = NCH_INPUT_SNIFF;
	bool whole = input->at_end && length == input->end - input->begin;
	nch_table_shape shape = nch_table_sniff(input->window + input->begin, length, whole, rows->options.delimiter,
	                                        preferred, rows->options.quoting);
	state->delimiter = shape.delimiter;
	state->quoted = shape.quoted;
	state->undecided = shape.unseen && !whole;
	const char *kind = shape.delimiter == '\t' ? "TSV" : shape.delimiter == ',' ? "CSV" : "table";
	snprintf(rows->description, sizeof rows->description, "%s, %s%s", kind, nch_encoding_name(input->encoding),
	         shape.delimiter == '\t' && !shape.quoted ? ", quotes are text" : "");
	return NCH_OK;
}
