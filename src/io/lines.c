/* lines.c - physical lines from an input, and the reader of plain text, one text a line. */
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "io/rows_private.h"

/* Moves behind the end of the current line, however far that is, in bounded memory. */
static nch_status skip_line(nch_rows *rows, nch_error *error)
{
	nch_input *input = &rows->input;
	for (;;) {
		char *start = input->window + input->begin;
		size_t length = input->end - input->begin;
		char *lf = length > 0 ? memchr(start, '\n', length) : NULL;
		char *cr = length > 0 ? memchr(start, '\r', lf ? (size_t)(lf - start) : length) : NULL;
		if (cr != NULL && cr + 1 < start + length) {
			input->begin += (size_t)(cr - start) + (cr[1] == '\n' ? 2 : 1);
			return NCH_OK;
		}
		if (lf != NULL && cr == NULL) {
			input->begin += (size_t)(lf - start) + 1;
			return NCH_OK;
		}
		bool grew;
		input->begin = cr != NULL ? input->end - 1 : input->end; /* keep a CR at the very end: an LF may follow */
		NCH_TRY(nch_input_fill(input, &grew, error));
		if (!grew) {
			input->begin = input->end;
			return NCH_OK;
		}
	}
}

/* The next LF in the window; where it is, or up to where there is none, is remembered from call to call, so that a file
 * with CR alone is not searched again and again. */
static char *find_lf(nch_input *input, nch_line_reader *reader)
{
	if (reader->lf_known && reader->next_lf >= input->begin)
		return input->window + reader->next_lf;
	size_t from = input->begin > reader->searched ? input->begin : reader->searched;
	char *lf = from < input->end ? memchr(input->window + from, '\n', input->end - from) : NULL;
	reader->lf_known = lf != NULL;
	reader->next_lf = lf != NULL ? (size_t)(lf - input->window) : 0;
	reader->searched = lf != NULL ? reader->next_lf : input->end;
	return lf;
}

nch_status nch_line_fill(nch_rows *rows, nch_line_reader *reader, nch_error *error)
{
	bool grew;
	size_t moved = rows->input.begin;
	NCH_TRY(nch_input_fill(&rows->input, &grew, error));
	reader->lf_known = false;
	reader->searched = reader->searched > moved ? reader->searched - moved : 0;
	return NCH_OK;
}

nch_status nch_line_next(nch_rows *rows, nch_line_reader *reader, const char **text, size_t *length, bool *more,
                         nch_error *error)
{
	nch_input *input = &rows->input;
	*more = false;
	for (;;) {
		char *start = input->window + input->begin;
		size_t have = input->end - input->begin;
		char *lf = have > 0 ? find_lf(input, reader) : NULL;
		size_t until = lf != NULL ? (size_t)(lf - start) : have;
		char *cr = until > 0 ? memchr(start, '\r', until) : NULL;
		bool cr_is_last = cr != NULL && cr == input->window + input->end - 1;
		if (lf != NULL || (cr != NULL && !cr_is_last) || input->at_end) {
			if (have == 0)
				return NCH_OK;
			reader->line++;
			*more = true;
			*text = start;
			*length = cr != NULL ? (size_t)(cr - start) : until;
			size_t end_length = cr == NULL ? (lf != NULL) : (cr + 1 == lf ? 2 : 1);
			input->begin += *length + end_length;
			if (*length <= rows->max_row)
				return NCH_OK;
			return nch_rows_bad(rows, reader->line, error, "the line is longer than %zu bytes", rows->max_row);
		}
		if (have > rows->max_row + 1) {
			reader->line++;
			*more = true;
			NCH_TRY(skip_line(rows, error));
			reader->lf_known = false;
			reader->searched = 0;
			return nch_rows_bad(rows, reader->line, error, "the line is longer than %zu bytes", rows->max_row);
		}
		NCH_TRY(nch_line_fill(rows, reader, error));
	}
}

static nch_status next_line_row(nch_rows *rows, nch_row *row, bool *more, nch_error *error)
{
	nch_line_reader *reader = rows->state;
	const char *text;
	size_t length;
	NCH_TRY(nch_line_next(rows, reader, &text, &length, more, error));
	if (!*more)
		return NCH_OK;
	NCH_TRY(nch_rows_check_text(rows, reader->line, text, length, error));
	rows->cells[0] = (nch_cell){ text, length, NULL };
	*row = (nch_row){ .cells = rows->cells, .count = 1, .line = reader->line };
	return NCH_OK;
}

static void close_lines(nch_rows *rows)
{
	nch_free(rows->state);
}

nch_status nch_rows_open_lines(nch_rows *rows, nch_error *error)
{
	rows->state = nch_alloc(1, sizeof(nch_line_reader));
	if (rows->state == NULL)
		return nch_no_memory(error);
	rows->reader = (nch_row_reader){ next_line_row, close_lines, NULL };
	((nch_line_reader *)rows->state)->line = rows->lines_skipped;
	NCH_TRY(nch_rows_need_cells(rows, 1, error));
	return nch_rows_add_column(rows, "text", 4, error);
}
