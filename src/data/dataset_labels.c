/* dataset_labels.c - the labels of one row, in all the ways in which files hold them: a name; several names (a,b; a JSON array; a list as Python
 * writes it); an object of true and false; as many 0s and 1s as there are labels; one column a label. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/name.h"
#include "base/number.h"
#include "data/dataset_private.h"

static nch_status unknown_label(const nch_reading *r, const nch_rows *rows, const nch_row *row, const char *name, size_t length, nch_error *error)
{
	nch_buffer known = {0};
	for (size_t i = 0; i < r->options->known->count && known.length < 200; i++)
		nch_buffer_printf(&known, "%s%s", i > 0 ? ", " : "", r->options->known->names[i]);
	nch_dataset_bad_row(rows, row, error, "the label '%.*s' is unknown; known are: %s%s", (int)(length < 80 ? length : 80), name,
	                    known.length > 0 ? known.data : "", known.length >= 200 ? " …" : "");
	nch_buffer_free(&known);
	return NCH_DATA;
}

/* The number of a known label by its clean form, or by its value (a model's 1 is the 1.0 of a column of floats). */
static int32_t find_known(const nch_reading *r, const char *name, size_t length)
{
	double number;
	int32_t id = nch_labels_find(&r->known_clean, name, length);
	if (id < 0 && r->options->known != NULL && nch_number_read(name, length, &number))
		id = nch_labels_find_typed(&r->dataset->labels, name, length);
	return id;
}

/* The number of a label after renaming; -1 in *id if such rows are to be left out. `row` may be NULL, for names that stand in no row. */
static nch_status number_label(nch_reading *r, const nch_rows *rows, const nch_row *row, const char *name, size_t length, int32_t *id,
                               nch_error *error)
{
	static const nch_row no_row = { .line = 1 };
	const nch_row *place = row != NULL ? row : &no_row;
	bool dropped;
	nch_error inner;
	if (!nch_selection_changes_names(r->options) && (*id = nch_labels_find(&r->dataset->labels, name, length)) >= 0)
		return NCH_OK; /* nearly always: it was met before, spelt as it is kept */
	if (!nch_name_clean(name, length, &r->name))
		return nch_no_memory(error);
	const char *clean = r->name.data;
	size_t clean_length = r->name.length;
	nch_selection_apply(r, &clean, &clean_length, &dropped);
	*id = -1;
	if (dropped)
		return NCH_OK;
	*id = nch_labels_find(&r->dataset->labels, clean, clean_length);
	if (*id < 0)
		*id = find_known(r, clean, clean_length);
	if (*id >= 0)
		return NCH_OK;
	if (r->options->known != NULL)
		return unknown_label(r, rows, place, clean, clean_length, error);
	nch_status status = nch_labels_add(&r->dataset->labels, clean, clean_length, id, &inner);
	return status == NCH_OK || status == NCH_MEMORY ? (status == NCH_OK ? NCH_OK : nch_no_memory(error))
	                                                : nch_dataset_bad_row(rows, place, error, "%s", inner.text);
}

/* Notes a label as the file has it, where options will make something else of it. */
static nch_status note_found(nch_reading *r, const char *name, size_t length, nch_row_labels *labels, nch_error *error)
{
	nch_dataset *d = r->dataset;
	int32_t id;
	if (!nch_selection_changes_names(r->options) && r->options->undersample.count == 0)
		return NCH_OK;
	if (!nch_name_clean(name, length, &r->name))
		return nch_no_memory(error);
	size_t before = d->found.count;
	if (labels->found_count == NCH_ROW_LABELS_MAX || nch_labels_add(&d->found, r->name.data, r->name.length, &id, NULL) != NCH_OK)
		return NCH_OK; /* it is told as a bad row */
	NCH_TRY(nch_grow(&d->found_rows, &d->found_capacity, d->found.count, sizeof *d->found_rows, error));
	if (d->found.count > before)
		d->found_rows[id] = 0;
	labels->found[labels->found_count++] = id;
	return NCH_OK;
}

static nch_status add_label(nch_reading *r, const nch_rows *rows, const nch_row *row, const char *name, size_t length, nch_row_labels *labels,
                            nch_error *error)
{
	int32_t id;
	NCH_TRY(note_found(r, name, length, labels, error));
	NCH_TRY(number_label(r, rows, row, name, length, &id, error));
	if (id < 0) {
		labels->dropped |= !r->options->multi_label;
		return NCH_OK;
	}
	for (size_t i = 0; i < labels->count; i++)
		if (labels->ids[i] == id)
			return NCH_OK;
	if (labels->count == NCH_ROW_LABELS_MAX)
		return nch_dataset_bad_row(rows, row, error, "too many labels in one row");
	labels->ids[labels->count++] = id;
	return NCH_OK;
}

/* A member of an object or a dictionary: its name is a label in any case. */
static nch_status add_member(nch_reading *r, const nch_rows *rows, const nch_row *row, const char *name, size_t length, bool is_true,
                             nch_row_labels *labels, nch_error *error)
{
	int32_t id;
	r->file_order = true;
	r->dataset->label_objects = true;
	NCH_TRY(number_label(r, rows, row, name, length, &id, error));
	return is_true ? add_label(r, rows, row, name, length, labels, error) : NCH_OK;
}

/* "a, b" in a cell. */
static nch_status labels_of_commas(nch_reading *r, const nch_rows *rows, const nch_row *row, const nch_cell *cell, nch_row_labels *labels,
                                   nch_error *error)
{
	const char *part = cell->text, *end = cell->text + cell->length;
	for (;;) {
		const char *comma = part < end ? memchr(part, ',', (size_t)(end - part)) : NULL;
		size_t length = (size_t)((comma != NULL ? comma : end) - part);
		if (!nch_name_is_empty(part, length))
			NCH_TRY(add_label(r, rows, row, part, length, labels, error));
		if (comma == NULL)
			return NCH_OK;
		part = comma + 1;
	}
}

static nch_status labels_of_json(nch_reading *r, const nch_rows *rows, const nch_row *row, const nch_json *value, nch_row_labels *labels,
                                 nch_error *error)
{
	for (const nch_json *item = value->first; item != NULL; item = item->next) {
		bool scalar = item->type == NCH_JSON_STRING || item->type == NCH_JSON_NUMBER;
		if (value->type == NCH_JSON_OBJECT) {
			bool is_true = item->type == NCH_JSON_TRUE || (scalar && nch_label_truth_of(item->text, item->length) == NCH_LABEL_TRUE);
			NCH_TRY(add_member(r, rows, row, item->name, item->name_length, is_true, labels, error));
		} else if (scalar) {
			NCH_TRY(add_label(r, rows, row, item->text, item->length, labels, error));
		} else {
			return nch_dataset_bad_row(rows, row, error, "a label in the array is neither text nor number");
		}
	}
	return NCH_OK;
}

/* Whether the list that has been read is one also where only one label is expected: [긍정] may be a label that is written so, ['긍정'] is none. */
static bool is_plain_list(const nch_label_items *items)
{
	double number;
	for (size_t i = 0; i < items->count; i++)
		if (!items->item[i].quoted && !items->dictionary && !nch_number_read(items->names.data + items->item[i].begin, items->item[i].length,
		                                                                     &number))
			return false;
	return true;
}

static nch_status labels_of_items(nch_reading *r, const nch_rows *rows, const nch_row *row, nch_row_labels *labels, nch_error *error)
{
	const nch_label_items *items = &r->items;
	for (size_t i = 0; i < items->count; i++) {
		const nch_label_item *item = &items->item[i];
		const char *name = items->names.data + item->begin;
		if (items->dictionary)
			NCH_TRY(add_member(r, rows, row, name, item->length, item->truth == NCH_LABEL_TRUE, labels, error));
		else
			NCH_TRY(add_label(r, rows, row, name, item->length, labels, error));
	}
	return NCH_OK;
}

/* The name of a place in a vector of 0s and 1s: the known label there, else its number from 0. */
static const char *place_name(const nch_reading *r, size_t place, char number[24])
{
	if (r->options->known != NULL)
		return r->options->known->names[place];
	snprintf(number, 24, "%zu", place);
	return number;
}

/* [0, 1, 0]. The cell's text is that of the array in JSON too. */
static nch_status labels_of_vector(nch_reading *r, const nch_rows *rows, const nch_row *row, const nch_cell *cell, nch_row_labels *labels,
                                   nch_error *error)
{
	bool is_list;
	char number[24];
	NCH_TRY(nch_label_text_read(cell->text, cell->length, &r->items, &is_list, error));
	if (!is_list || r->items.count != r->vector_length)
		return nch_dataset_bad_row(rows, row, error, "the label is no list of %zu numbers 0 or 1, as those of the first rows are", r->vector_length);
	for (size_t i = 0; i < r->items.count; i++) {
		const nch_label_item *item = &r->items.item[i];
		nch_label_truth truth = nch_label_truth_of(r->items.names.data + item->begin, item->length);
		if (truth == NCH_LABEL_NO_TRUTH)
			return nch_dataset_bad_row(rows, row, error, "the label's number %zu is neither 0 nor 1", i + 1);
		const char *name = place_name(r, i, number);
		if (truth == NCH_LABEL_TRUE)
			NCH_TRY(add_label(r, rows, row, name, strlen(name), labels, error));
	}
	return NCH_OK;
}

/* One column a label. */
static nch_status labels_of_columns(nch_reading *r, const nch_rows *rows, const nch_row *row, nch_row_labels *labels, nch_error *error)
{
	for (size_t i = 0; i < r->label_column_count; i++) {
		size_t column = r->label_columns[i];
		const char *name = nch_rows_column_label(rows, column);
		if (column >= row->count)
			return nch_dataset_bad_row(rows, row, error, "the column '%s' (a label) is missing: the row has only %zu", name, row->count);
		const nch_cell *cell = &row->cells[column];
		nch_label_truth truth = nch_label_truth_of(cell->text, cell->length);
		if (truth == NCH_LABEL_NO_TRUTH)
			return nch_dataset_bad_row(rows, row, error, "'%.*s' in the column '%s' (a label) is neither 0 nor 1",
			                           (int)(cell->length < 40 ? cell->length : 40), cell->text, name);
		if (truth == NCH_LABEL_TRUE)
			NCH_TRY(add_label(r, rows, row, name, strlen(name), labels, error));
	}
	return NCH_OK;
}

nch_status nch_row_labels_declare(nch_reading *r, const nch_rows *rows, nch_error *error)
{
	int32_t id;
	char number[24];
	if (r->vector_length > 0 && r->options->known != NULL && r->options->known->count != r->vector_length)
		return nch_fail(error, NCH_DATA, "%s: the labels are lists of %zu numbers 0 or 1, but %zu labels are known", nch_rows_path(rows), r->vector_length,
		                r->options->known->count);
	for (size_t i = 0; i < r->vector_length; i++) {
		const char *name = place_name(r, i, number);
		NCH_TRY(number_label(r, rows, NULL, name, strlen(name), &id, error));
	}
	for (size_t i = 0; i < r->label_column_count; i++) {
		const char *name = nch_rows_column_label(rows, r->label_columns[i]);
		NCH_TRY(number_label(r, rows, NULL, name, strlen(name), &id, error));
		r->file_order = true;
	}
	return NCH_OK;
}

/* The labels that one cell holds. */
static nch_status labels_of_cell(nch_reading *r, const nch_rows *rows, const nch_row *row, const nch_cell *cell, nch_row_labels *labels,
                                 nch_error *error)
{
	if (r->vector_length > 0)
		return labels_of_vector(r, rows, row, cell, labels, error);
	if (cell->json != NULL && (cell->json->type == NCH_JSON_ARRAY || cell->json->type == NCH_JSON_OBJECT))
		return labels_of_json(r, rows, row, cell->json, labels, error);
	size_t blanks = 0;
	while (blanks < cell->length && cell->text[blanks] == ' ')
		blanks++;
	char bracket = blanks < cell->length ? cell->text[blanks] : ' ';
	bool is_list = false;
	if (bracket == '[' || bracket == '(' || bracket == '{')
		NCH_TRY(nch_label_text_read(cell->text, cell->length, &r->items, &is_list, error));
	if (is_list && (r->options->multi_label || is_plain_list(&r->items)))
		return labels_of_items(r, rows, row, labels, error);
	if (r->options->multi_label)
		return labels_of_commas(r, rows, row, cell, labels, error);
	if (nch_name_is_empty(cell->text, cell->length))
		return nch_dataset_bad_row(rows, row, error, "the label is empty");
	return add_label(r, rows, row, cell->text, cell->length, labels, error);
}

static nch_status read_label_cell(nch_reading *r, const nch_rows *rows, const nch_row *row, nch_row_labels *labels, nch_error *error)
{
	if (r->label_column >= row->count)
		return nch_dataset_bad_row(rows, row, error, "the column '%s' (the label) is missing: the row has only %zu",
		                           nch_rows_column_name(rows, r->label_column), row->count);
	const nch_cell *cell = &row->cells[r->label_column];
	if (nch_rows_is_json(rows) && cell->json == NULL)
		return nch_dataset_bad_row(rows, row, error, "the record has no '%s' (the label)", nch_rows_column_name(rows, r->label_column));
	return labels_of_cell(r, rows, row, cell, labels, error);
}

nch_status nch_row_labels_read(nch_reading *r, const nch_rows *rows, const nch_row *row, nch_row_labels *labels, nch_error *error)
{
	if (r->label_column_count > 0)
		NCH_TRY(labels_of_columns(r, rows, row, labels, error));
	else
		NCH_TRY(read_label_cell(r, rows, row, labels, error));
	if (!r->options->multi_label && !labels->dropped && labels->count != 1)
		return nch_dataset_bad_row(rows, row, error, "%zu labels where one is expected; use ⟨multi-label⟩ for several", labels->count);
	return NCH_OK;
}

/* Whether every part of the name between `separator`s is a label of its own. */
static bool is_made_of_labels(const nch_labels *labels, const char *name, char separator)
{
	if (strchr(name, separator) == NULL)
		return false;
	for (const char *part = name;; part++) {
		const char *end = strchr(part, separator), *trimmed = part;
		size_t length = end != NULL ? (size_t)(end - part) : strlen(part);
		nch_name_trim(&trimmed, &length);
		if (nch_labels_find(labels, trimmed, length) < 0)
			return false;
		if (end == NULL)
			return true;
		part = end;
	}
}

void nch_row_labels_tell_composed(const nch_reading *r)
{
	const nch_labels *labels = &r->dataset->labels;
	const char *separators = r->options->multi_label ? ";|/" : ",;|";
	if (r->options->remark == NULL || r->options->known != NULL || r->label_column_count > 0)
		return;
	for (size_t i = 0; i < labels->count; i++)
		for (const char *s = separators; *s != '\0'; s++) {
			if (!is_made_of_labels(labels, labels->names[i], *s))
				continue;
			nch_buffer text = {0};
			nch_buffer_printf(&text, "%s: the label '%s' is made of labels that stand alone too: %s", r->dataset->paths[0], labels->names[i],
			                  *s == ',' ? "⟨multi-label⟩ reads several in a cell" : "several in a cell are separated by commas");
			nch_dataset_warn(r, &text);
			nch_buffer_free(&text);
			return;
		}
}
