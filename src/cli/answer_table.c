/* answer_table.c - answers as a table: text, label and score, or the rows of a table with label and score behind them. */
#include <string.h>

#include "base/number.h"
#include "cli/answer.h"

/* Whether records may have a second text. */
static bool has_pairs(const nch_answer_form *form)
{
	return form->pair != NULL || form->pair_separator != NULL;
}

/* What a spreadsheet takes for a formula: a cell that begins with = + - @ (or their full-width forms, or a tab or carriage return before them). */
static bool is_formula(const char *text, size_t length)
{
	static const char *const signs[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (length >= strlen(signs[i]) && memcmp(text, signs[i], strlen(signs[i])) == 0)
			return true;
	return false;
}

/* RFC 4180: quotes around a cell that needs them, and doubled in it. */
static void add_quoted(const char *text, size_t length, nch_buffer *out)
{
	bool needed = length > 0 && (text[0] == ' ' || text[length - 1] == ' ');
	for (size_t i = 0; i < length && !needed; i++)
		needed = text[i] == '"' || text[i] == ',' || text[i] == '\n' || text[i] == '\r';
	if (!needed) {
		nch_buffer_add(out, text, length);
		return;
	}
	nch_buffer_byte(out, '"');
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"')
			nch_buffer_byte(out, '"');
		nch_buffer_byte(out, text[i]);
	}
	nch_buffer_byte(out, '"');
}

/* One cell of a row. Between tabs, what would end it becomes a blank. */
static void add_cell(const nch_answer_form *form, const char *text, size_t length, nch_buffer *out)
{
	nch_buffer safe = {0};
	if (form->excel_safe && is_formula(text, length)) {
		nch_buffer_byte(&safe, '\'');
		nch_buffer_add(&safe, text, length);
		out->failed = out->failed || safe.failed;
		text = safe.data != NULL ? safe.data : "";
		length = safe.length;
	}
	if (form->format == NCH_ANSWER_CSV)
		add_quoted(text, length, out);
	else
		for (size_t i = 0; i < length; i++)
			nch_buffer_byte(out, text[i] == '\t' || text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]);
	nch_buffer_free(&safe);
}

static void add_separator(const nch_answer_form *form, nch_buffer *out)
{
	nch_buffer_byte(out, form->format == NCH_ANSWER_CSV ? ',' : '\t');
}

/* "a,b"; where nothing is over its threshold, the best label in brackets */
static void add_label(const nch_answer_form *form, const nch_answerer *who, const nch_answer *answer, nch_buffer *out)
{
	nch_buffer cell = {0};
	if (answer->abstains && !who->multi_label)
		nch_buffer_text(&cell, NCH_ABSTENTION);
	for (size_t c = 0; c < who->labels; c++)
		if (who->multi_label ? answer->given[c] : c == answer->best && !answer->abstains)
			nch_buffer_printf(&cell, "%s%s", cell.length > 0 ? "," : "", who->names[c]);
	if (cell.length == 0)
		nch_buffer_printf(&cell, who->multi_label ? "(%s)" : "%s", who->names[answer->best]);
	out->failed = out->failed || cell.failed;
	add_cell(form, cell.data != NULL ? cell.data : "", cell.length, out);
	nch_buffer_free(&cell);
}

/* The cells of the record's own row, as many as the table has columns; else its text, the second one, the target. */
static void add_own_cells(const nch_answer_form *form, const nch_record *record, nch_buffer *out)
{
	const nch_text *t = &record->text;
	if (form->rows != NULL) {
		size_t columns = nch_rows_columns(form->rows);
		for (size_t c = 0; c < columns || c < record->cell_count; c++) {
			if (c < record->cell_count)
				add_cell(form, record->cells[c].text, record->cells[c].length, out);
			add_separator(form, out);
		}
		return;
	}
	add_cell(form, t->text, t->length, out);
	add_separator(form, out);
	bool csv = form->format == NCH_ANSWER_CSV; /* whose header says what every row has */
	if (t->pair != NULL || (csv && has_pairs(form))) {
		add_cell(form, t->pair != NULL ? t->pair : "", t->pair != NULL ? t->pair_length : 0, out);
		add_separator(form, out);
	}
	if (t->target.present || (csv && form->targets)) {
		add_cell(form, t->text + t->target.begin, t->target.end - t->target.begin, out);
		add_separator(form, out);
	}
}

void nch_answer_write_cells(const nch_answer_form *form, const nch_answerer *who, const nch_record *record, const nch_answer *answer, nch_buffer *out)
{
	add_own_cells(form, record, out);
	add_label(form, who, answer, out);
	add_separator(form, out);
	nch_number_write_float(out, answer->scores[answer->best]);
	for (size_t c = 0; form->logits && c < who->labels; c++) {
		add_separator(form, out);
		nch_number_write_float(out, answer->logits[c]);
	}
}

static void add_name(const nch_answer_form *form, const char *name, nch_buffer *out)
{
	add_cell(form, name, strlen(name), out);
	add_separator(form, out);
}

void nch_answer_write_header(const nch_answer_form *form, const nch_answerer *who, nch_buffer *out)
{
	bool csv = form->format == NCH_ANSWER_CSV;
	if (csv)
		nch_buffer_text(out, "\xEF\xBB\xBF"); /* without it Excel reads UTF-8 as the system's own encoding */
	if (form->format == NCH_ANSWER_JSONL || (form->rows != NULL ? !nch_rows_has_header(form->rows) : !csv))
		return;
	if (form->rows != NULL) {
		for (size_t c = 0; c < nch_rows_columns(form->rows); c++)
			add_name(form, nch_rows_column_name(form->rows, c), out);
	} else {
		add_name(form, "text", out);
		if (has_pairs(form))
			add_name(form, "pair", out);
		if (form->targets)
			add_name(form, "target", out);
	}
	nch_buffer_text(out, csv ? "label,score" : "label\tscore");
	for (size_t c = 0; form->logits && c < who->labels; c++) {
		add_separator(form, out);
		add_cell(form, who->names[c], strlen(who->names[c]), out);
	}
	nch_buffer_byte(out, '\n');
}
