/* source.c - see source.h. */
#include "cli/source.h"

#include <string.h>

#include "base/memory.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "io/columns.h"

struct nch_source {
	nch_answer_form *form;
	nch_lines *lines; /* of a table NULL */
	nch_rows *rows;
	size_t text_column, pair_column; /* of a table */
	const char *names[2];            /* of its columns that are asked for by name */
	nch_rows_options how;
	nch_error late; /* what is to be told after the records before it; status NCH_OK: nothing */
	bool is_file, told; /* told: which members of records are taken */
};

/* --- opening --- */

/* As for training, but that nobody asks for a label. */
static nch_status find_columns(nch_source *s, nch_error *error)
{
	const nch_columns_wanted wanted = {.text = s->form->text, .pair = s->form->pair, .no_label = true};
	nch_columns_taken taken;
	nch_buffer text = {0};
	if (nch_rows_columns(s->rows) == 0)
		return NCH_OK;
	NCH_TRY(nch_columns_take(s->rows, &wanted, &taken, error));
	s->text_column = taken.text;
	s->pair_column = taken.pair;
	nch_columns_describe(s->rows, &taken, &text);
	nch_status status = nch_buffer_check(&text, error);
	if (status == NCH_OK)
		nch_output_note("%s: %s", nch_rows_path(s->rows), text.data);
	nch_buffer_free(&text);
	return status;
}

/* Records of JSON are answered one by one, each from its own source text: where in it text and pair stand. */
static nch_status find_members(nch_source *s, nch_error *error)
{
	s->form->text = nch_rows_record_path(s->rows, s->text_column);
	if (s->form->pair != NULL)
		s->form->pair = nch_rows_record_path(s->rows, s->pair_column);
	if (s->form->text == NULL || (s->names[1] != NULL && s->form->pair == NULL))
		return nch_fail(error, NCH_DATA, "%s: --text and --pair must be parts of the records that are answered, not of what stands around them", nch_rows_path(s->rows));
	return NCH_OK;
}

static nch_status open_rows(nch_source *s, const nch_rows_options *rows, const char *path, nch_error *error)
{
	s->names[0] = s->form->text;
	s->names[1] = s->form->pair;
	s->how = *rows;
	s->how.table = true;
	s->how.names = s->names;
	s->how.name_count = 2;
	s->how.text_name = s->form->text;
	NCH_TRY(nch_rows_open(path, &s->how, &s->rows, error));
	s->form->jsonl = nch_rows_is_json(s->rows); /* elements of an array are read as records are */
	if (s->form->jsonl && s->form->in_place != NULL)
		return nch_fail(error, NCH_USAGE, "%s: --in-place gives lines back: it needs JSON lines, a record each", path);
	s->form->rows = s->form->jsonl ? NULL : s->rows;
	NCH_TRY(find_columns(s, error));
	return s->form->jsonl && nch_rows_columns(s->rows) > 0 ? find_members(s, error) : NCH_OK;
}

static nch_status open_lines(nch_source *s, nch_encoding encoding, const char *path, nch_error *error)
{
	NCH_TRY(nch_lines_open(path, encoding, &s->lines, error));
	s->is_file = nch_lines_size(s->lines) > 0;
	return NCH_OK;
}

nch_status nch_source_open(const nch_rows_options *rows, nch_answer_form *form, const char *path, nch_source **source, nch_error *error)
{
	nch_source *made = nch_alloc(1, sizeof *made);
	if (made == NULL)
		return nch_no_memory(error);
	path = path != NULL ? path : "-";
	made->form = form;
	made->is_file = strcmp(path, "-") != 0;
	nch_status status = form->table ? open_rows(made, rows, path, error) : open_lines(made, rows->encoding, path, error);
	if (status != NCH_OK) {
		nch_source_close(made);
		return status;
	}
	*source = made;
	return NCH_OK;
}

void nch_source_close(nch_source *source)
{
	if (source == NULL)
		return;
	nch_lines_close(source->lines);
	nch_rows_close(source->rows);
	nch_free(source);
}

bool nch_source_is_file(const nch_source *source)
{
	return source->is_file;
}

/* --- reading --- */

/* Lines of JSON show what they hold when the first one comes. */
static void tell_members(nch_source *s, const nch_record *record)
{
	char usual[256];
	if (s->told || !s->form->jsonl || record->object == NULL)
		return;
	s->told = true;
	if (s->form->text == NULL)
		nch_columns_text_of(record->object, usual, sizeof usual);
	nch_output_note_later("%s: text: %s%s%s", nch_lines_path(s->lines), s->form->text != NULL ? s->form->text : usual, s->form->pair != NULL ? ", pair: " : "",
	                      s->form->pair != NULL ? s->form->pair : "");
}

static nch_status next_lines(nch_source *s, size_t limit, nch_arena *arena, nch_record *records, size_t *count, nch_error *error)
{
	const nch_line *lines;
	size_t found;
	NCH_TRY(nch_lines_next(s->lines, limit, &lines, &found, error));
	for (size_t i = 0; i < found; i++, ++*count) {
		if (nch_record_read(s->form, &lines[i], arena, &records[i], error) != NCH_OK)
			return nch_fail_prefix(error, "%s:%llu", nch_lines_path(s->lines), (unsigned long long)(nch_lines_number(s->lines) + i));
		tell_members(s, &records[i]);
	}
	return NCH_OK;
}

/* The reader forgets a row when it reads the next one. A row that is too short has no text, and a blank text is answered as a blank line is. */
static nch_status keep_row(const nch_source *s, const nch_row *row, nch_arena *arena, nch_record *record, nch_error *error)
{
	nch_cell *cells = nch_arena_alloc(arena, row->count, sizeof *cells);
	if (cells == NULL)
		return nch_no_memory(error);
	for (size_t c = 0; c < row->count; c++) {
		const char *text = nch_arena_text(arena, row->cells[c].text, row->cells[c].length);
		if (text == NULL)
			return nch_no_memory(error);
		cells[c] = (nch_cell){text, row->cells[c].length, NULL};
	}
	*record = (nch_record){.cells = cells, .cell_count = row->count, .text = {.text = ""}};
	if (s->text_column < row->count) {
		record->text.text = cells[s->text_column].text;
		record->text.length = cells[s->text_column].length;
	}
	if (s->form->pair != NULL) {
		bool there = s->pair_column < row->count;
		record->text.pair = there ? cells[s->pair_column].text : "";
		record->text.pair_length = there ? cells[s->pair_column].length : 0;
	}
	return NCH_OK;
}

static nch_status keep_record(const nch_source *s, const nch_row *row, nch_arena *arena, nch_record *record, nch_error *error)
{
	const nch_line line = {.text = nch_arena_text(arena, row->record, row->record_length), .length = row->record_length, .end = "\n"};
	if (line.text == NULL)
		return nch_no_memory(error);
	if (nch_record_read(s->form, &line, arena, record, error) != NCH_OK)
		return nch_fail_prefix(error, "%s:%zu", nch_rows_path(s->rows), row->line);
	return NCH_OK;
}

static nch_status next_rows(nch_source *s, size_t limit, nch_arena *arena, nch_record *records, size_t *count, nch_error *error)
{
	for (bool more; *count < limit; ++*count) {
		nch_row row;
		NCH_TRY(nch_rows_next(s->rows, &row, &more, error));
		if (!more)
			break;
		NCH_TRY(s->form->jsonl ? keep_record(s, &row, arena, &records[*count], error) : keep_row(s, &row, arena, &records[*count], error));
	}
	return NCH_OK;
}

nch_status nch_source_next(nch_source *source, size_t limit, nch_arena *arena, nch_record *records, size_t *count, nch_error *error)
{
	*count = 0;
	if (source->late.status != NCH_OK)
		return nch_fail(error, source->late.status, "%s", source->late.text);
	nch_status status = source->rows != NULL ? next_rows(source, limit, arena, records, count, error) : next_lines(source, limit, arena, records, count, error);
	if (status == NCH_OK || *count == 0)
		return status;
	source->late = *error; /* first those before it are answered */
	return NCH_OK;
}
