/* dataset.c - rows of files become labelled texts. */
#include "data/dataset.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "data/split.h"

/* What one call of nch_dataset_read works with. */
typedef struct reading {
	const nch_dataset_options *options;
	nch_dataset *dataset;
	nch_labels relabel_from; /* --relabel: from[i] becomes to[i] */
	char **relabel_to;
	size_t relabel_count;
	nch_labels dropped;
	bool file_order; /* the labels are the members of an object, whose order stands */
	nch_buffer clean_text, clean_pair, marked;
	size_t text_column, pair_column, label_column, group_column, target_column;
	bool has_pair, has_label, has_target;
} reading;

#define ROWS_OF_LABEL_MAX 4096 /* labels of one row */

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
	*dataset = (nch_dataset){ 0 };
}

/* --- options --- */

static nch_status parse_relabel(reading *r, const char *list, nch_error *error)
{
	size_t pairs = 1;
	for (const char *p = list; *p != '\0'; p++)
		pairs += *p == ',';
	r->relabel_to = nch_alloc(pairs, sizeof *r->relabel_to);
	if (r->relabel_to == NULL)
		return nch_no_memory(error);
	for (const char *part = list;; part++) {
		size_t length = strcspn(part, ",");
		const char *equals = memchr(part, '=', length);
		if (equals == NULL || equals == part || equals == part + length - 1)
			return nch_fail(error, NCH_USAGE, "--relabel '%s': '%.*s' is not of the form from=to", list,
			                (int)length, part);
		int32_t id;
		if (nch_labels_find(&r->relabel_from, part, (size_t)(equals - part)) >= 0)
			return nch_fail(error, NCH_USAGE, "--relabel '%s': '%.*s' is renamed twice", list,
			                (int)(equals - part), part);
		NCH_TRY(nch_labels_add(&r->relabel_from, part, (size_t)(equals - part), &id, error));
		r->relabel_to[id] = nch_copy_text(equals + 1, length - (size_t)(equals + 1 - part));
		if (r->relabel_to[id] == NULL)
			return nch_no_memory(error);
		r->relabel_count = (size_t)id + 1;
		part += length;
		if (*part == '\0')
			return NCH_OK;
	}
}

static void release_reading(reading *r)
{
	for (size_t i = 0; i < r->relabel_count; i++)
		nch_free(r->relabel_to[i]);
	nch_free(r->relabel_to);
	nch_labels_free(&r->relabel_from);
	nch_labels_free(&r->dropped);
	nch_buffer_free(&r->clean_text);
	nch_buffer_free(&r->clean_pair);
	nch_buffer_free(&r->marked);
}

/* --- columns --- */

static nch_status no_such_column(const nch_rows *rows, const char *name, nch_error *error)
{
	nch_buffer names = { 0 };
	for (size_t c = 0; c < nch_rows_columns(rows) && names.length < 300; c++)
		nch_buffer_printf(&names, "%s%s", c > 0 ? ", " : "", nch_rows_column_name(rows, c));
	nch_fail(error, NCH_DATA, "%s: there is no column '%s'; the columns are: %s%s", nch_rows_path(rows), name,
	         names.length > 0 ? names.data : "",
	         nch_rows_has_header(rows) || nch_rows_is_json(rows) ? "" : " (no header line found)");
	nch_buffer_free(&names);
	return NCH_DATA;
}

static nch_status find_named(nch_rows *rows, const char *name, size_t *column, nch_error *error)
{
	return nch_rows_find(rows, name, column) ? NCH_OK : no_such_column(rows, name, error);
}

/* The target stands beside the text in a record. */
static nch_status find_target(reading *r, nch_rows *rows, nch_error *error)
{
	char path[256];
	nch_target_mode mode = r->options->target;
	r->has_target = nch_rows_is_json(rows) && (mode != NCH_TARGET_NONE || r->options->check_targets);
	if (mode != NCH_TARGET_NONE && !r->has_target)
		return nch_fail(error, NCH_USAGE, "%s: --target %s needs JSON records, with a target beside the text", nch_rows_path(rows),
		                nch_target_mode_name(mode));
	if (!r->has_target)
		return NCH_OK;
	nch_target_path(nch_rows_column_name(rows, r->text_column), path, sizeof path);
	return find_named(rows, path, &r->target_column, error);
}

/* The columns by name, else the usual ones, else the first for the text and the last for the label. */
static nch_status find_columns(reading *r, nch_rows *rows, nch_error *error)
{
	const nch_dataset_options *options = r->options;
	size_t columns = nch_rows_columns(rows);
	bool text_found = true;
	r->has_pair = options->pair != NULL;
	r->has_label = false;
	if (options->text != NULL)
		NCH_TRY(find_named(rows, options->text, &r->text_column, error));
	else
		text_found = nch_rows_find_text(rows, &r->text_column);
	if (r->has_pair)
		NCH_TRY(find_named(rows, options->pair, &r->pair_column, error));
	if (options->group != NULL)
		NCH_TRY(find_named(rows, options->group, &r->group_column, error));
	if (!options->ignore_labels && options->label != NULL) {
		NCH_TRY(find_named(rows, options->label, &r->label_column, error));
		r->has_label = true;
	} else if (!options->ignore_labels) {
		r->has_label =
			nch_rows_find_label(rows, &r->label_column) && !(text_found && r->label_column == r->text_column);
		if (!r->has_label && columns > 1) {
			r->label_column = columns - 1;
			r->has_label = !(text_found && r->text_column == columns - 1);
		}
	}
	if (!text_found)
		r->text_column = r->has_label && r->label_column == 0 && columns > 1 ? 1 : 0;
	NCH_TRY(find_target(r, rows, error));
	if (!r->has_label && options->need_labels)
		return nch_fail(error, NCH_DATA, "%s: no label column found (one column only); name it with --label",
		                nch_rows_path(rows));
	return NCH_OK;
}

/* --- one row --- */

static nch_status bad_row(const nch_rows *rows, const nch_row *row, nch_error *error, const char *what)
{
	return nch_fail(error, NCH_DATA, "%s:%zu: %s", nch_rows_path(rows), row->line, what);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim(const char **text, size_t *length)
{
	while (*length > 0 && is_space((*text)[0])) {
		(*text)++;
		(*length)--;
	}
	while (*length > 0 && is_space((*text)[*length - 1]))
		(*length)--;
}

/* The cell of a text column: present, not blank, no NUL. */
static nch_status text_cell(const nch_rows *rows, const nch_row *row, size_t column, const nch_cell **cell, nch_error *error)
{
	if (column >= row->count)
		return nch_fail(error, NCH_DATA, "%s:%zu: the column '%s' is missing: the row has only %zu",
		                nch_rows_path(rows), row->line, nch_rows_column_name(rows, column), row->count);
	*cell = &row->cells[column];
	const char *text = (*cell)->text;
	size_t length = (*cell)->length;
	if ((*cell)->json == NULL && nch_rows_is_json(rows))
		return nch_fail(error, NCH_DATA, "%s:%zu: the record has no '%s'", nch_rows_path(rows), row->line,
		                nch_rows_column_name(rows, column));
	trim(&text, &length);
	if (length == 0)
		return nch_fail(error, NCH_DATA, "%s:%zu: the text is empty (column '%s')", nch_rows_path(rows), row->line,
		                nch_rows_column_name(rows, column));
	if (memchr((*cell)->text, '\0', (*cell)->length) != NULL)
		return bad_row(rows, row, error, "the text holds a NUL character");
	return NCH_OK;
}

static nch_status unknown_label(const reading *r, const nch_rows *rows, const nch_row *row, const char *name, size_t length,
                                nch_error *error)
{
	nch_buffer known = { 0 };
	for (size_t i = 0; i < r->options->known->count && known.length < 200; i++)
		nch_buffer_printf(&known, "%s%s", i > 0 ? ", " : "", r->options->known->names[i]);
	nch_fail(error, NCH_DATA, "%s:%zu: the label '%.*s' is unknown; known are: %s%s", nch_rows_path(rows), row->line,
	         (int)(length < 80 ? length : 80), name, known.length > 0 ? known.data : "",
	         known.length >= 200 ? " …" : "");
	nch_buffer_free(&known);
	return NCH_DATA;
}

/* The number of a label after renaming; -1 in *id if such rows are to be left out. */
static nch_status number_label(reading *r, const nch_rows *rows, const nch_row *row, const char *name, size_t length,
                               int32_t *id, nch_error *error)
{
	trim(&name, &length);
	int32_t renamed = nch_labels_find(&r->relabel_from, name, length);
	if (renamed >= 0) {
		name = r->relabel_to[renamed];
		length = strlen(name);
	}
	*id = -1;
	if (nch_labels_find(&r->dropped, name, length) >= 0)
		return NCH_OK;
	*id = nch_labels_find(&r->dataset->labels, name, length);
	if (*id >= 0)
		return NCH_OK;
	if (r->options->known != NULL)
		return unknown_label(r, rows, row, name, length, error);
	nch_error inner;
	nch_status status = nch_labels_add(&r->dataset->labels, name, length, id, &inner);
	if (status == NCH_OK)
		return NCH_OK;
	return nch_fail(error, status, "%s:%zu: %s", nch_rows_path(rows), row->line, inner.text);
}

/* The labels of one row while they are being collected. */
typedef struct row_labels {
	int32_t ids[ROWS_OF_LABEL_MAX];
	size_t count;
	bool dropped;
} row_labels;

/* Counts a label as the file has it, where options will make something else of it. */
static nch_status count_found(reading *r, const char *name, size_t length, nch_error *error)
{
	nch_dataset *d = r->dataset;
	int32_t id;
	if (r->options->relabel == NULL && r->options->drop_label == NULL && r->options->undersample == NULL)
		return NCH_OK;
	size_t before = d->found.count;
	if (nch_labels_add(&d->found, name, length, &id, NULL) != NCH_OK)
		return NCH_OK; /* it is told as a bad row */
	NCH_TRY(nch_grow(&d->found_rows, &d->found_capacity, d->found.count, sizeof *d->found_rows, error));
	if (d->found.count > before)
		d->found_rows[id] = 0;
	d->found_rows[id]++;
	return NCH_OK;
}

static nch_status add_label(reading *r, const nch_rows *rows, const nch_row *row, const char *name, size_t length,
                            row_labels *labels, nch_error *error)
{
	int32_t id;
	NCH_TRY(count_found(r, name, length, error));
	NCH_TRY(number_label(r, rows, row, name, length, &id, error));
	if (id < 0) {
		labels->dropped = !r->options->multi_label;
		return NCH_OK;
	}
	for (size_t i = 0; i < labels->count; i++)
		if (labels->ids[i] == id)
			return NCH_OK;
	if (labels->count == ROWS_OF_LABEL_MAX)
		return bad_row(rows, row, error, "too many labels in one row");
	labels->ids[labels->count++] = id;
	return NCH_OK;
}

/* "a, b" in a cell. */
static nch_status labels_of_list(reading *r, const nch_rows *rows, const nch_row *row, const nch_cell *cell,
                                 row_labels *labels, nch_error *error)
{
	const char *part = cell->text, *end = cell->text + cell->length;
	for (;;) {
		const char *comma = part < end ? memchr(part, ',', (size_t)(end - part)) : NULL;
		const char *name = part;
		size_t length = (size_t)((comma != NULL ? comma : end) - part);
		trim(&name, &length);
		if (length > 0)
			NCH_TRY(add_label(r, rows, row, name, length, labels, error));
		if (comma == NULL)
			return NCH_OK;
		part = comma + 1;
	}
}

static bool is_true(const nch_json *value)
{
	if (value->type == NCH_JSON_STRING)
		return value->length == 4 && (memcmp(value->text, "True", 4) == 0 || memcmp(value->text, "true", 4) == 0);
	return value->type == NCH_JSON_TRUE || (value->type == NCH_JSON_NUMBER && value->number == 1.0);
}

/* An array of names, or an object of name: true. All members of an object are classes, in their order. */
static nch_status labels_of_json(reading *r, const nch_rows *rows, const nch_row *row, const nch_json *value,
                                 row_labels *labels, nch_error *error)
{
	for (const nch_json *item = value->first; item != NULL; item = item->next) {
		int32_t id;
		if (value->type == NCH_JSON_OBJECT) {
			r->file_order = true;
			r->dataset->label_objects = true;
			NCH_TRY(number_label(r, rows, row, item->name, item->name_length, &id, error));
			if (is_true(item))
				NCH_TRY(add_label(r, rows, row, item->name, item->name_length, labels, error));
		} else if (item->type == NCH_JSON_STRING || item->type == NCH_JSON_NUMBER) {
			NCH_TRY(add_label(r, rows, row, item->text, item->length, labels, error));
		} else {
			return bad_row(rows, row, error, "a label in the array is neither text nor number");
		}
	}
	return NCH_OK;
}

static nch_status read_labels(reading *r, const nch_rows *rows, const nch_row *row, row_labels *labels, nch_error *error)
{
	labels->count = 0;
	labels->dropped = false;
	if (r->label_column >= row->count)
		return nch_fail(error, NCH_DATA, "%s:%zu: the column '%s' (the label) is missing: the row has only %zu",
		                nch_rows_path(rows), row->line, nch_rows_column_name(rows, r->label_column), row->count);
	const nch_cell *cell = &row->cells[r->label_column];
	if (nch_rows_is_json(rows) && cell->json == NULL)
		return nch_fail(error, NCH_DATA, "%s:%zu: the record has no '%s' (the label)", nch_rows_path(rows),
		                row->line, nch_rows_column_name(rows, r->label_column));
	bool tree = cell->json != NULL && (cell->json->type == NCH_JSON_ARRAY || cell->json->type == NCH_JSON_OBJECT);
	if (tree)
		NCH_TRY(labels_of_json(r, rows, row, cell->json, labels, error));
	else if (r->options->multi_label)
		NCH_TRY(labels_of_list(r, rows, row, cell, labels, error));
	else {
		const char *name = cell->text;
		size_t length = cell->length;
		trim(&name, &length);
		if (length == 0)
			return bad_row(rows, row, error, "the label is empty");
		NCH_TRY(add_label(r, rows, row, name, length, labels, error));
	}
	if (!r->options->multi_label && !labels->dropped && labels->count != 1)
		return nch_fail(error, NCH_DATA, "%s:%zu: %zu labels where one is expected; use --multi-label for several",
		                nch_rows_path(rows), row->line, labels->count);
	return NCH_OK;
}

/* The number of the row's group. */
static nch_status read_group(reading *r, const nch_rows *rows, const nch_row *row, int32_t *group, nch_error *error)
{
	static const char blank[] = "(blank)";
	const nch_cell *cell = r->group_column < row->count ? &row->cells[r->group_column] : NULL;
	const char *name = cell != NULL ? cell->text : "";
	size_t length = cell != NULL ? cell->length : 0;
	nch_error inner;
	trim(&name, &length);
	nch_status status = nch_labels_add(&r->dataset->groups, length > 0 ? name : blank, length > 0 ? length : sizeof blank - 1, group, &inner);
	if (status == NCH_OK || status == NCH_MEMORY)
		return status == NCH_OK ? NCH_OK : nch_no_memory(error);
	return nch_fail(error, status, "%s:%zu: '%s' cannot be grouped by: its values are too long or too many", nch_rows_path(rows), row->line,
	                r->options->group);
}

/* --- storing --- */

static nch_status store_targets(nch_dataset *d, const row_labels *labels, nch_error *error)
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

static nch_status store_row(reading *r, const nch_row *row, const nch_cell *text, const nch_cell *pair,
                            const row_labels *labels, int32_t group, nch_error *error)
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
static nch_status cleanse(const reading *r, const nch_cell **cell, nch_cell *clean, nch_buffer *buffer, nch_error *error)
{
	if (r->options->cleansing == NULL || *cell == NULL)
		return NCH_OK;
	NCH_TRY(nch_cleansing_apply(r->options->cleansing, (*cell)->text, (*cell)->length, buffer, error));
	*clean = (nch_cell){ buffer->data, buffer->length, NULL };
	*cell = clean;
	return NCH_OK;
}

/* What the mode makes of a text with a target: *text the marked one, *pair the target. */
static nch_status apply_target(reading *r, const nch_rows *rows, const nch_row *row, const nch_cell **text, const nch_cell **pair,
                               nch_cell cells[2], nch_error *error)
{
	nch_target target = {0};
	nch_error inner;
	const nch_json *value = r->target_column < row->count ? row->cells[r->target_column].json : NULL;
	if (nch_target_read(value, (*text)->text, (*text)->length, &target, &inner) != NCH_OK)
		return bad_row(rows, row, error, inner.text);
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

static nch_status take_row(reading *r, const nch_rows *rows, const nch_row *row, row_labels *labels, nch_error *error)
{
	const nch_cell *text, *pair = NULL;
	NCH_TRY(text_cell(rows, row, r->text_column, &text, error));
	if (r->has_pair)
		NCH_TRY(text_cell(rows, row, r->pair_column, &pair, error));
	labels->count = 0;
	labels->dropped = false;
	if (r->has_label)
		NCH_TRY(read_labels(r, rows, row, labels, error));
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

/* Tells the row that has just been stored, and forgets it. */
static nch_status visit(const reading *r, nch_error *error)
{
	nch_dataset *d = r->dataset;
	if (r->options->visit == NULL || d->rows == 0)
		return NCH_OK;
	NCH_TRY(r->options->visit(r->options->visit_context, d, 0, error));
	d->visited++;
	d->rows = d->bytes_length = 0;
	return NCH_OK;
}

static nch_status read_rows(reading *r, nch_rows *rows, nch_error *error)
{
	nch_dataset *d = r->dataset;
	row_labels labels;
	for (;;) {
		nch_row row;
		bool more;
		nch_error bad = { 0 };
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

static nch_status read_file(reading *r, const char *path, nch_error *error)
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
	nch_rows *rows;
	NCH_TRY(nch_rows_open(path, &options, &rows, error));
	nch_status status = NCH_OK;
	if (nch_rows_columns(rows) > 0)
		status = find_columns(r, rows, error);
	if (status == NCH_OK) {
		d->has_labels |= r->has_label;
		status = read_rows(r, rows, error);
	}
	nch_rows_close(rows);
	return status;
}

/* --- after the last row --- */

static nch_status sort_labels(nch_dataset *d, nch_error *error)
{
	int32_t *new_id = nch_alloc(d->labels.count, sizeof *new_id);
	if (new_id == NULL)
		return nch_no_memory(error);
	nch_status status = nch_labels_sort(&d->labels, new_id, error);
	for (size_t i = 0; status == NCH_OK && i < d->rows; i++)
		if (d->row[i].label >= 0)
			d->row[i].label = new_id[d->row[i].label];
	size_t targets = d->multi_label && d->rows > 0 ? (size_t)d->target_start[d->rows] : 0;
	for (size_t i = 0; status == NCH_OK && i < targets; i++)
		d->target[i] = new_id[d->target[i]];
	d->renumbered = new_id;
	return status;
}

static nch_status sort_found(nch_dataset *d, nch_error *error)
{
	int32_t *new_id = nch_alloc(d->found.count, sizeof *new_id);
	size_t *rows = nch_alloc(d->found.count, sizeof *rows);
	nch_status status = new_id && rows ? nch_labels_sort(&d->found, new_id, error) : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < d->found.count; i++)
		rows[new_id[i]] = d->found_rows[i];
	nch_free(new_id);
	if (status != NCH_OK) {
		nch_free(rows);
		return status;
	}
	nch_free(d->found_rows);
	d->found_rows = rows;
	return NCH_OK;
}

/* Keeps `keep` rows of one class, chosen by a permutation of them. */
static nch_status thin_class(nch_dataset *d, int32_t label, size_t keep, uint32_t seed, nch_error *error)
{
	size_t have = d->label_rows_before[label];
	size_t *order = nch_alloc(have, sizeof *order);
	bool *kept = nch_alloc(have, sizeof *kept);
	if (order == NULL || kept == NULL) {
		nch_free(order);
		nch_free(kept);
		return nch_no_memory(error);
	}
	nch_mt19937 generator;
	nch_mt19937_seed(&generator, seed);
	nch_mt19937_permutation(&generator, order, have);
	for (size_t i = 0; i < keep && i < have; i++)
		kept[order[i]] = true;
	size_t to = 0, seen = 0;
	for (size_t i = 0; i < d->rows; i++)
		if (d->row[i].label != label || kept[seen++])
			d->row[to++] = d->row[i];
	d->dropped_rows += d->rows - to;
	d->rows = to;
	nch_free(order);
	nch_free(kept);
	return NCH_OK;
}

/* One "label=N" or "label=min". */
static nch_status undersample_one(nch_dataset *d, const char *part, size_t length, uint32_t seed, nch_error *error)
{
	const char *equals = memchr(part, '=', length);
	if (equals == NULL || equals == part || equals == part + length - 1)
		return nch_fail(error, NCH_USAGE, "--undersample '%.*s' is not of the form label=N or label=min",
		                (int)length, part);
	int32_t label = nch_labels_find(&d->labels, part, (size_t)(equals - part));
	if (label < 0)
		return nch_fail(error, NCH_DATA, "--undersample: there is no label '%.*s'", (int)(equals - part), part);
	size_t digits = length - (size_t)(equals + 1 - part), keep = 0;
	if (digits == 3 && memcmp(equals + 1, "min", 3) == 0) {
		keep = SIZE_MAX;
		for (size_t i = 0; i < d->labels.count; i++)
			if (d->label_rows_before[i] < keep)
				keep = d->label_rows_before[i];
	} else {
		for (size_t i = 0; i < digits; i++) {
			char c = equals[1 + i];
			if (c < '0' || c > '9' || digits > 12)
				return nch_fail(error, NCH_USAGE,
				                "--undersample '%.*s': a number or min is expected behind =", (int)length,
				                part);
			keep = keep * 10 + (size_t)(c - '0');
		}
	}
	return thin_class(d, label, keep, seed, error);
}

static nch_status undersample(nch_dataset *d, const char *list, uint32_t seed, nch_error *error)
{
	if (d->multi_label || !d->has_labels)
		return nch_fail(error, NCH_USAGE, "--undersample needs rows with a single label");
	for (const char *part = list;; part++) {
		size_t length = strcspn(part, ",");
		NCH_TRY(undersample_one(d, part, length, seed, error));
		part += length;
		if (*part == '\0')
			return NCH_OK;
	}
}

static nch_status finish(reading *r, nch_error *error)
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
	if (d->found.count > 0)
		NCH_TRY(sort_found(d, error));
	d->label_rows_before = nch_alloc(d->labels.count, sizeof *d->label_rows_before);
	if (d->label_rows_before == NULL)
		return nch_no_memory(error);
	nch_dataset_label_counts(d, d->label_rows_before);
	if (r->options->undersample != NULL)
		NCH_TRY(undersample(d, r->options->undersample, r->options->seed, error));
	return NCH_OK;
}

nch_status nch_dataset_read(const char *const *paths, size_t count, const nch_dataset_options *options, nch_dataset *dataset,
                            nch_error *error)
{
	static const nch_dataset_options defaults;
	reading r = { .options = options != NULL ? options : &defaults, .dataset = dataset };
	*dataset = (nch_dataset){ .multi_label = r.options->multi_label, .has_pairs = r.options->pair != NULL || nch_target_mode_has_pair(r.options->target) };
	nch_status status = count > 0 ? NCH_OK : nch_fail(error, NCH_USAGE, "no data file is given");
	if (status == NCH_OK && r.options->pair != NULL && r.options->target != NCH_TARGET_NONE)
		status = nch_fail(error, NCH_USAGE, "--target makes pairs of its own: it does not go with --pair");
	if (status == NCH_OK && r.options->relabel != NULL)
		status = parse_relabel(&r, r.options->relabel, error);
	if (status == NCH_OK && r.options->drop_label != NULL)
		status = nch_labels_parse(&r.dropped, r.options->drop_label, error);
	if (status == NCH_OK && r.options->known != NULL)
		status = nch_labels_copy(&dataset->labels, r.options->known, error);
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

static void describe_counts(const char *what, const nch_labels *labels, const size_t *rows, nch_buffer *out)
{
	nch_buffer_text(out, what);
	for (size_t i = 0; i < labels->count; i++)
		nch_buffer_printf(out, "%s %s %zu", i > 0 ? "," : "", labels->names[i], rows[i]);
}

void nch_dataset_describe_selection(const nch_dataset *dataset, const size_t *rows, nch_buffer *out)
{
	if (dataset->found.count == 0)
		return;
	describe_counts("labels in the files:", &dataset->found, dataset->found_rows, out);
	nch_buffer_byte(out, '\n');
	describe_counts("labels that are used:", &dataset->labels, rows, out);
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
