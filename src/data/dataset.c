/* dataset.c - rows of files become labelled texts. */
#include "data/dataset.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/name.h"
#include "base/setting.h"
#include "base/sha256.h"
#include "data/dataset_private.h"
#include "io/columns.h"

void nch_dataset_warn(const nch_reading *r, nch_buffer *text)
{
	if (text->failed)
		return;
	nch_setting_spell(text->data);
	r->options->remark(r->options->remark_context, NCH_REMARK_WARNING, text->data);
}

void nch_dataset_free(nch_dataset *dataset)
{
	nch_free(dataset->row);
	nch_free(dataset->bytes);
	nch_labels_free(&dataset->labels);
	nch_labels_free(&dataset->groups);
	nch_free(dataset->target_start);
	nch_free(dataset->target);
	for (size_t i = 0; i < dataset->path_count; i++)
		nch_free(dataset->paths[i]);
	nch_free(dataset->paths);
	nch_free(dataset->label_rows_before);
	nch_free(dataset->renumbered);
	nch_labels_free(&dataset->found);
	nch_free(dataset->found_rows);
	nch_free(dataset->columns.text);
	nch_free(dataset->columns.pair);
	for (size_t i = 0; i < dataset->columns.label_count; i++)
		nch_free(dataset->columns.label[i]);
	nch_free(dataset->columns.label);
	*dataset = (nch_dataset){0};
}

static void release_reading(nch_reading *r)
{
	nch_selection_free(&r->selection);
	nch_labels_free(&r->known_clean);
	nch_label_items_free(&r->items);
	nch_free(r->label_columns);
	nch_buffer_free(&r->clean_text);
	nch_buffer_free(&r->clean_pair);
	nch_buffer_free(&r->marked);
	nch_buffer_free(&r->name);
}

/* --- columns --- */

/* The target stands beside the text in a record. */
static nch_status find_target(nch_reading *r, nch_rows *rows, nch_error *error)
{
	char path[256];
	nch_target_mode mode = r->options->target;
	r->has_target = nch_rows_is_json(rows) && (mode != NCH_TARGET_NONE || r->options->check_targets);
	if (mode != NCH_TARGET_NONE && !r->has_target)
		return nch_fail(error, NCH_USAGE, "%s: ⟨target⟩ %s needs JSON records, with a target beside the text", nch_rows_path(rows),
		                nch_target_mode_name(mode));
	if (!r->has_target)
		return NCH_OK;
	nch_target_path(nch_rows_column_name(rows, r->text_column), path, sizeof path);
	return nch_rows_find(rows, path, &r->target_column) ? NCH_OK : nch_no_memory(error);
}

/* Tells which columns a file has given, and keeps their names of the first file. */
static nch_status tell_columns(nch_reading *r, const nch_rows *rows, const nch_columns_taken *taken, nch_error *error)
{
	nch_buffer text = {0};
	nch_columns_describe(rows, taken, &text);
	nch_status status = nch_buffer_check(&text, error);
	if (status == NCH_OK && r->options->remark != NULL)
		r->options->remark(r->options->remark_context, NCH_REMARK_COLUMNS, text.data);
	if (status == NCH_OK && r->options->remark != NULL && taken->second_text != NULL) {
		nch_buffer_clear(&text);
		nch_buffer_printf(&text, "%s: '%s' looks like a second text beside '%s': ⟨pair⟩ '%s' reads both", nch_rows_path(rows), taken->second_text,
		                  nch_rows_column_name(rows, taken->text), taken->second_text);
		status = nch_buffer_check(&text, error);
		nch_dataset_warn(r, &text);
	}
	nch_buffer_free(&text);
	return status;
}

static nch_status keep_column_name(const nch_rows *rows, size_t column, char **name, nch_error *error)
{
	const char *own = nch_rows_column_name(rows, column);
	*name = nch_copy_text(own, strlen(own));
	return *name != NULL ? NCH_OK : nch_no_memory(error);
}

/* The names of the first file's columns, for nch_dataset_columns. */
static nch_status keep_columns(nch_reading *r, const nch_rows *rows, const nch_columns_taken *taken, nch_error *error)
{
	nch_dataset_columns *kept = &r->dataset->columns;
	if (kept->text != NULL)
		return NCH_OK;
	NCH_TRY(keep_column_name(rows, taken->text, &kept->text, error));
	if (taken->has_pair)
		NCH_TRY(keep_column_name(rows, taken->pair, &kept->pair, error));
	kept->label = nch_alloc(taken->label_count, sizeof *kept->label);
	if (kept->label == NULL)
		return nch_no_memory(error);
	for (; kept->label_count < taken->label_count; kept->label_count++)
		NCH_TRY(keep_column_name(rows, taken->label[kept->label_count], &kept->label[kept->label_count], error));
	return NCH_OK;
}

static nch_status use_columns(nch_reading *r, nch_rows *rows, const nch_columns_taken *taken, nch_error *error)
{
	r->text_column = taken->text;
	r->has_pair = taken->has_pair;
	r->pair_column = taken->pair;
	r->has_label = taken->label_count > 0;
	r->label_column = taken->label[0];
	r->label_column_count = taken->label_count > 1 ? taken->label_count : 0;
	r->vector_length = taken->vector_length;
	NCH_TRY(nch_grow(&r->label_columns, &r->label_column_capacity, taken->label_count, sizeof *r->label_columns, error));
	memcpy(r->label_columns, taken->label, r->label_column_count * sizeof *r->label_columns);
	NCH_TRY(keep_columns(r, rows, taken, error));
	NCH_TRY(nch_row_labels_declare(r, rows, error));
	return find_target(r, rows, error);
}

static nch_status find_columns(nch_reading *r, nch_rows *rows, nch_columns_taken *taken, nch_error *error)
{
	const nch_dataset_options *o = r->options;
	const nch_columns_wanted wanted = { .text = o->text, .pair = o->pair, .label = o->label, .no_label = o->ignore_labels,
		                            .need_label = o->need_labels, .several = o->multi_label, .known_labels = o->known != NULL };
	NCH_TRY(nch_columns_take(rows, &wanted, taken, error));
	if (o->group != NULL)
		NCH_TRY(nch_columns_find(rows, o->group, &r->group_column, error));
	return use_columns(r, rows, taken, error);
}

/* --- one row --- */

nch_status nch_dataset_bad_row(const nch_rows *rows, const nch_row *row, nch_error *error, const char *format, ...)
{
	char text[600];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return nch_fail(error, NCH_DATA, "%s:%zu: %s", nch_rows_path(rows), row->line, text);
}

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
	nch_status status = nch_labels_add(&r->dataset->groups, named ? r->name.data : blank, named ? r->name.length : sizeof blank - 1, group, &inner);
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

static nch_status read_rows(nch_reading *r, nch_rows *rows, nch_error *error)
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

static nch_status read_file(nch_reading *r, const char *path, nch_error *error)
{
	nch_dataset *d = r->dataset;
	size_t capacity = d->path_count;
	NCH_TRY(nch_grow(&d->paths, &capacity, d->path_count + 1, sizeof *d->paths, error));
	const char *shown = strcmp(path, "-") == 0 ? "standard input" : path;
	d->paths[d->path_count] = nch_copy_text(shown, strlen(shown));
	if (d->paths[d->path_count] == NULL)
		return nch_no_memory(error);
	d->path_count++;
	const char *names[] = { r->options->text, r->options->pair, r->options->label, r->options->group };
	nch_rows_options options = r->options->rows;
	options.names = names;
	options.name_count = sizeof names / sizeof *names;
	options.text_name = r->options->text;
	nch_rows *rows;
	NCH_TRY(nch_rows_open(path, &options, &rows, error));
	nch_columns_taken taken;
	nch_status status = NCH_OK;
	if (nch_rows_columns(rows) > 0)
		status = find_columns(r, rows, &taken, error);
	if (status == NCH_OK) {
		d->has_labels |= r->has_label;
		status = read_rows(r, rows, error);
	}
	if (status == NCH_OK && nch_rows_columns(rows) > 0)
		status = tell_columns(r, rows, &taken, error);
	nch_rows_close(rows);
	return status;
}

/* --- after the last row --- */

/* A label's new number in each row; labels that have become one stand once in it. */
static void renumber_rows(nch_dataset *d, const int32_t *new_id)
{
	size_t to = 0;
	for (size_t i = 0; i < d->rows; i++) {
		if (d->row[i].label >= 0)
			d->row[i].label = new_id[d->row[i].label];
		if (!d->multi_label)
			continue;
		size_t from = (size_t)d->target_start[i], end = (size_t)d->target_start[i + 1], first = to;
		for (d->target_start[i] = first; from < end; from++) {
			int32_t id = new_id[d->target[from]];
			bool there = false;
			for (size_t k = first; k < to && !there; k++)
				there = d->target[k] == id;
			if (!there)
				d->target[to++] = id;
		}
	}
	if (d->multi_label && d->rows > 0)
		d->target_start[d->rows] = to;
}

static nch_status sort_labels(nch_dataset *d, nch_error *error)
{
	int32_t *new_id = nch_alloc(d->labels.count, sizeof *new_id);
	if (new_id == NULL)
		return nch_no_memory(error);
	nch_status status = nch_labels_sort(&d->labels, new_id, error);
	if (status == NCH_OK)
		renumber_rows(d, new_id);
	d->renumbered = new_id;
	return status;
}

/* Numbers the labels as `order` does, if they are the same ones. */
static nch_status take_order(nch_dataset *d, const nch_labels *order, nch_error *error)
{
	size_t count = d->labels.count, matched = 0;
	nch_labels labels = {0};
	int32_t *new_id = order->count == count ? nch_alloc(count, sizeof *new_id) : NULL;
	if (order->count != count)
		return NCH_OK;
	if (new_id == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < count; i++)
		new_id[i] = -1;
	for (size_t i = 0; i < count; i++) {
		int32_t old = nch_labels_find_typed(&d->labels, order->names[i], strlen(order->names[i]));
		if (old < 0 || new_id[old] >= 0)
			break;
		new_id[old] = (int32_t)i;
		matched++;
	}
	nch_status status = matched == count ? nch_labels_copy(&labels, order, error) : NCH_OK;
	if (status == NCH_OK && matched == count) {
		renumber_rows(d, new_id);
		nch_labels_free(&d->labels);
		d->labels = labels;
	}
	nch_free(new_id);
	return status;
}

static nch_status finish(nch_reading *r, nch_error *error)
{
	nch_dataset *d = r->dataset;
	size_t rows = d->rows + d->visited;
	if (rows == 0 && d->bad_rows > 0)
		return nch_fail(error, NCH_DATA, "%s: no good row among %zu; the first: %s", d->paths[0], d->bad_rows,
		                d->first_bad.text);
	if (rows == 0)
		return nch_fail(error, NCH_DATA, "%s: holds no rows%s", d->paths[0],
		                d->dropped_rows > 0 ? " but those of dropped labels" : "");
	if (r->options->known == NULL && !r->file_order && d->labels.count > 0)
		NCH_TRY(sort_labels(d, error));
	if (r->options->known == NULL && r->options->order != NULL && d->labels.count > 0)
		NCH_TRY(take_order(d, r->options->order, error));
	if (d->found.count > 0)
		NCH_TRY(nch_selection_sort_found(d, error));
	nch_selection_tell_absent(r);
	nch_row_labels_tell_composed(r);
	d->label_rows_before = nch_alloc(d->labels.count, sizeof *d->label_rows_before);
	if (d->label_rows_before == NULL)
		return nch_no_memory(error);
	nch_dataset_label_counts(d, d->label_rows_before);
	if (r->options->undersample != NULL)
		NCH_TRY(nch_selection_undersample(d, r->options->undersample, r->options->seed, error));
	return NCH_OK;
}

/* The labels that are known in advance keep their own spelling; rows find them by their clean form too. */
static nch_status know_labels(nch_reading *r, nch_error *error)
{
	const nch_labels *known = r->options->known;
	bool alike = false;
	NCH_TRY(nch_labels_copy(&r->dataset->labels, known, error));
	for (size_t i = 0; i < known->count && !alike; i++) {
		int32_t id;
		if (!nch_name_clean(known->names[i], strlen(known->names[i]), &r->name))
			return nch_no_memory(error);
		alike = r->name.length == 0;
		if (!alike)
			NCH_TRY(nch_labels_add(&r->known_clean, r->name.data, r->name.length, &id, error));
		alike |= !alike && (size_t)id != i;
	}
	if (alike)
		nch_labels_free(&r->known_clean);
	return NCH_OK;
}

nch_status nch_dataset_read(const char *const *paths, size_t count, const nch_dataset_options *options, nch_dataset *dataset,
                            nch_error *error)
{
	static const nch_dataset_options defaults;
	nch_reading r = { .options = options != NULL ? options : &defaults, .dataset = dataset };
	*dataset = (nch_dataset){ .multi_label = r.options->multi_label, .has_pairs = r.options->pair != NULL || nch_target_mode_has_pair(r.options->target) };
	nch_status status = count > 0 ? NCH_OK : nch_fail(error, NCH_USAGE, "no data file is given");
	if (status == NCH_OK && r.options->pair != NULL && r.options->target != NCH_TARGET_NONE)
		status = nch_fail(error, NCH_USAGE, "⟨target⟩ makes pairs of its own: it does not go with ⟨pair⟩");
	if (status == NCH_OK)
		status = nch_selection_parse(&r.selection, r.options, error);
	if (status == NCH_OK && r.options->known != NULL)
		status = know_labels(&r, error);
	for (size_t i = 0; status == NCH_OK && i < count; i++)
		status = read_file(&r, paths[i], error);
	if (status == NCH_OK)
		status = finish(&r, error);
	release_reading(&r);
	if (status != NCH_OK)
		nch_dataset_free(dataset);
	return status;
}

/* --- looking --- */

const char *nch_dataset_text(const nch_dataset *dataset, size_t row, size_t *length)
{
	*length = dataset->row[row].text_length;
	return dataset->bytes + dataset->row[row].offset;
}

const char *nch_dataset_pair(const nch_dataset *dataset, size_t row, size_t *length)
{
	*length = dataset->row[row].pair_length;
	return dataset->has_pairs ? dataset->bytes + dataset->row[row].offset + dataset->row[row].text_length + 1 : NULL;
}

int32_t nch_dataset_label(const nch_dataset *dataset, size_t row)
{
	size_t count;
	const int32_t *classes = nch_dataset_classes(dataset, row, &count);
	return count > 0 ? classes[0] : -1;
}

const int32_t *nch_dataset_classes(const nch_dataset *dataset, size_t row, size_t *count)
{
	if (dataset->multi_label) {
		*count = (size_t)(dataset->target_start[row + 1] - dataset->target_start[row]);
		return dataset->target + dataset->target_start[row];
	}
	*count = dataset->row[row].label >= 0;
	return &dataset->row[row].label;
}

void nch_dataset_targets(const nch_dataset *dataset, size_t row, float *targets)
{
	size_t count;
	const int32_t *classes = nch_dataset_classes(dataset, row, &count);
	memset(targets, 0, dataset->labels.count * sizeof *targets);
	for (size_t i = 0; i < count; i++)
		targets[classes[i]] = 1.0f;
}

nch_status nch_dataset_strata(const nch_dataset *dataset, const size_t *rows, size_t count, int32_t **classes, nch_error *error)
{
	*classes = NULL;
	if (dataset->multi_label || !dataset->has_labels)
		return nch_fail(error, NCH_USAGE, "⟨stratify⟩ needs data with one label a row: of several labels none is the one to deal rows out by");
	*classes = nch_alloc(count, sizeof **classes);
	if (*classes == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < count; i++)
		(*classes)[i] = nch_dataset_label(dataset, rows != NULL ? rows[i] : i);
	return NCH_OK;
}

void nch_dataset_label_counts(const nch_dataset *dataset, size_t *counts)
{
	memset(counts, 0, dataset->labels.count * sizeof *counts);
	for (size_t i = 0; i < dataset->rows; i++) {
		size_t count;
		const int32_t *classes = nch_dataset_classes(dataset, i, &count);
		for (size_t c = 0; c < count; c++)
			counts[classes[c]]++;
	}
}

const char *nch_dataset_where(const nch_dataset *dataset, size_t row, size_t *line)
{
	*line = dataset->row[row].line;
	return dataset->paths[dataset->row[row].file];
}

/* Adds a text with its length before it, so that no two lists of texts give the same bytes. */
static void digest_text(nch_sha256 *hash, const char *text, size_t length)
{
	unsigned char size[8];
	for (int i = 0; i < 8; i++)
		size[i] = (unsigned char)((uint64_t)length >> (8 * i));
	nch_sha256_add(hash, size, sizeof size);
	nch_sha256_add(hash, text, length);
}

void nch_dataset_digest(const nch_dataset *dataset, unsigned char digest[32])
{
	nch_sha256 hash;
	nch_sha256_start(&hash);
	for (size_t i = 0; i < dataset->rows; i++) {
		size_t length, count;
		const char *text = nch_dataset_text(dataset, i, &length);
		digest_text(&hash, text, length);
		text = nch_dataset_pair(dataset, i, &length);
		if (text != NULL)
			digest_text(&hash, text, length);
		const int32_t *classes = nch_dataset_classes(dataset, i, &count);
		for (size_t c = 0; c < count; c++)
			digest_text(&hash, dataset->labels.names[classes[c]], strlen(dataset->labels.names[classes[c]]));
		digest_text(&hash, "", 0);
	}
	nch_sha256_finish(&hash, digest);
}
