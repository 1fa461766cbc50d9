/* dataset_rows.c - one row after the other: its text and pair are looked at, cleansed and stored; a bad one leaves nothing behind. */
#include <string.h>

#include "base/memory.h"
#include "base/name.h"
#include "data/dataset_private.h"

/* The cell of a text column: present, not blank, no NUL. */
static nch_status text_cell(const nch_rows *rows, const nch_row *row, size_t column, const nch_cell **cell, nch_error *error)
{
	const char *name = nch_rows_column_name(rows, column);
	if (column >= row->count)
		return nch_dataset_bad_row(rows, row, error, "the column '%s' is missing: the row has only %zu", name, row->count);
	*cell = &row->cells[column];
	if ((*cell)->json == NULL && nch_rows_is_json(rows))
		return nch_dataset_bad_row(rows, row, error, "the record has no '%s'", name);
	if (nch_name_is_empty((*cell)->text, (*cell)->length))
		return nch_dataset_bad_row(rows, row, error, "the text is empty (column '%s')", name);
	if (memchr((*cell)->text, '\0', (*cell)->length) != NULL)
		return nch_dataset_bad_row(rows, row, error, "the text holds a NUL character");
	return NCH_OK;
}

/* The number of the row's group. */
static nch_status read_group(nch_reading *r, const nch_rows *rows, const nch_row *row, int32_t *group, nch_error *error)
{
	static const char blank[] = "(blank)";
	const nch_cell *cell = r->group_column < row->count ? &row->cells[r->group_column] : NULL;
	nch_error inner;
	if (!nch_name_clean(cell != NULL ? cell->text : "", cell != NULL ? cell->length : 0, &r->name))
		return nch_no_memory(error);
	bool named = r->name.length > 0;
	nch_status status = nch_labels_add(&r->dataset->groups, named ? r->name.data : blank, named ? r->name.length : sizeof blank - 1, group,
	                                   &inner);
	if (status == NCH_OK || status == NCH_MEMORY)
		return status == NCH_OK ? NCH_OK : nch_no_memory(error);
	return nch_fail(error, status, "%s:%zu: '%s' cannot be grouped by: its values are too long or too many", nch_rows_path(rows), row->line,
	                r->options->group);
}

/* --- storing --- */

static nch_status store_targets(nch_dataset *d, const nch_row_labels *labels, nch_error *error)
{
	size_t have = d->rows > 0 ? (size_t)d->target_start[d->rows] : 0;
	NCH_TRY(nch_grow(&d->target_start, &d->start_capacity, d->rows + 2, sizeof *d->target_start, error));
	NCH_TRY(nch_grow(&d->target, &d->target_capacity, have + labels->count + 1, sizeof *d->target, error));
	if (d->rows == 0)
		d->target_start[0] = 0;
	memcpy(d->target + have, labels->ids, labels->count * sizeof *d->target);
	d->target_start[d->rows + 1] = have + labels->count;
	d->blank_label_rows += labels->count == 0;
	return NCH_OK;
}

static nch_status store_row(nch_reading *r, const nch_row *row, const nch_cell *text, const nch_cell *pair,
                            const nch_row_labels *labels, int32_t group, nch_error *error)
{
	nch_dataset *d = r->dataset;
	size_t pair_length = pair != NULL ? pair->length : 0;
	size_t need;
	if (text->length > UINT32_MAX || pair_length > UINT32_MAX || !nch_size_add(text->length, pair_length, &need) ||
	    !nch_size_add(need, d->bytes_length + 2, &need))
		return nch_no_memory(error);
	NCH_TRY(nch_grow(&d->bytes, &d->bytes_capacity, need, 1, error));
	NCH_TRY(nch_grow(&d->row, &d->row_capacity, d->rows + 1, sizeof *d->row, error));
	if (d->multi_label)
		NCH_TRY(store_targets(d, labels, error));
	d->row[d->rows++] = (nch_dataset_row){
		.offset = d->bytes_length,
		.text_length = (uint32_t)text->length,
		.pair_length = (uint32_t)pair_length,
		.line = row->line < UINT32_MAX ? (uint32_t)row->line : UINT32_MAX,
		.file = (uint32_t)(d->path_count - 1),
		.label = labels->count > 0 ? labels->ids[0] : -1,
		.group = group,
	};
	char *to = d->bytes + d->bytes_length;
	memcpy(to, text->text, text->length);
	to[text->length] = '\0';
	if (pair_length > 0)
		memcpy(to + text->length + 1, pair->text, pair_length);
	to[text->length + 1 + pair_length] = '\0';
	d->bytes_length = need;
	return NCH_OK;
}

/* Points *cell at the cleansed text, if there is a cleansing. A text of which nothing is left is still a row. */
static nch_status cleanse(const nch_reading *r, const nch_cell **cell, nch_cell *clean, nch_buffer *buffer, nch_error *error)
{
	if (r->options->cleansing == NULL || *cell == NULL)
		return NCH_OK;
	NCH_TRY(nch_cleansing_apply(r->options->cleansing, (*cell)->text, (*cell)->length, buffer, error));
	*clean = (nch_cell){ buffer->data, buffer->length, NULL };
	*cell = clean;
	return NCH_OK;
}

/* What the mode makes of a text with a target: *text the marked one, *pair the target. */
static nch_status apply_target(nch_reading *r, const nch_rows *rows, const nch_row *row, const nch_cell **text, const nch_cell **pair,
                               nch_cell cells[2], nch_error *error)
{
	nch_target target = {0};
	nch_error inner;
	const nch_json *value = r->target_column < row->count ? row->cells[r->target_column].json : NULL;
	if (nch_target_read(value, (*text)->text, (*text)->length, &target, &inner) != NCH_OK)
		return nch_dataset_bad_row(rows, row, error, "%s", inner.text);
	r->dataset->target_rows += target.present;
	if (nch_target_mode_has_pair(r->options->target)) {
		cells[1] = (nch_cell){(*text)->text + target.begin, target.end - target.begin, NULL};
		*pair = &cells[1];
	}
	if (target.present && nch_target_mode_has_markers(r->options->target)) {
		nch_buffer_clear(&r->marked);
		nch_target_mark((*text)->text, (*text)->length, &target, &r->marked);
		NCH_TRY(nch_buffer_check(&r->marked, error));
		cells[0] = (nch_cell){r->marked.data, r->marked.length, NULL};
		*text = &cells[0];
	}
	return NCH_OK;
}

static nch_status use_row(nch_reading *r, const nch_rows *rows, const nch_row *row, nch_row_labels *labels, nch_error *error)
{
	const nch_cell *text, *pair = NULL;
	NCH_TRY(text_cell(rows, row, r->text_column, &text, error));
	if (r->has_pair)
		NCH_TRY(text_cell(rows, row, r->pair_column, &pair, error));
	if (r->has_label)
		NCH_TRY(nch_row_labels_read(r, rows, row, labels, error));
	if (labels->dropped) {
		r->dataset->dropped_rows++;
		return NCH_OK;
	}
	int32_t group = 0;
	if (r->options->group != NULL)
		NCH_TRY(read_group(r, rows, row, &group, error));
	nch_cell clean_text, clean_pair, targeted[2];
	if (r->has_target)
		NCH_TRY(apply_target(r, rows, row, &text, &pair, targeted, error));
	NCH_TRY(cleanse(r, &text, &clean_text, &r->clean_text, error));
	NCH_TRY(cleanse(r, &pair, &clean_pair, &r->clean_pair, error));
	return store_row(r, row, text, pair, labels, group, error);
}

/* Stores a row. A bad one leaves nothing behind: no label, no group. */
static nch_status take_row(nch_reading *r, const nch_rows *rows, const nch_row *row, nch_row_labels *labels, nch_error *error)
{
	nch_dataset *d = r->dataset;
	size_t label_count = d->labels.count, group_count = d->groups.count, found_count = d->found.count;
	labels->count = labels->found_count = 0;
	labels->dropped = false;
	nch_status status = use_row(r, rows, row, labels, error);
	if (status != NCH_OK) {
		nch_labels_truncate(&d->labels, label_count);
		nch_labels_truncate(&d->groups, group_count);
		nch_labels_truncate(&d->found, found_count);
		return status;
	}
	for (size_t i = 0; i < labels->found_count; i++)
		d->found_rows[labels->found[i]]++;
	return NCH_OK;
}

/* Tells the row that has just been stored, and forgets it. */
static nch_status visit(const nch_reading *r, nch_error *error)
{
	nch_dataset *d = r->dataset;
	if (r->options->visit == NULL || d->rows == 0)
		return NCH_OK;
	NCH_TRY(r->options->visit(r->options->visit_context, d, 0, error));
	d->visited++;
	d->rows = d->bytes_length = 0;
	return NCH_OK;
}

nch_status nch_dataset_read_rows(nch_reading *r, nch_rows *rows, nch_error *error)
{
	nch_dataset *d = r->dataset;
	nch_row_labels labels;
	for (;;) {
		nch_row row;
		bool more;
		nch_error bad = {0};
		if (r->options->limit > 0 && d->rows + d->visited >= r->options->limit)
			return NCH_OK;
		nch_status status = nch_rows_next(rows, &row, &more, &bad);
		if (status == NCH_OK && !more)
			return NCH_OK;
		if (status == NCH_OK)
			status = take_row(r, rows, &row, &labels, &bad);
		if (status == NCH_OK) {
			NCH_TRY(visit(r, error));
			continue;
		}
		if (status != NCH_DATA || !r->options->skip_bad_rows)
			return nch_fail(error, status, "%s", bad.text);
		if (d->bad_rows++ == 0)
			d->first_bad = bad;
		if (r->options->report_bad_row != NULL)
			r->options->report_bad_row(r->options->report_context, bad.text);
	}
}
