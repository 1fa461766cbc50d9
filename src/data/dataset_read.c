/* dataset_read.c - files become a data set: which columns are taken, row after row (dataset_rows.c), and what is done when all are there. */
#include <string.h>

#include "base/memory.h"
#include "data/dataset_private.h"
#include "io/columns.h"

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

/* --- files --- */

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
		status = nch_dataset_read_rows(r, rows, error);
	}
	if (status == NCH_OK && nch_rows_columns(rows) > 0)
		status = tell_columns(r, rows, &taken, error);
	nch_rows_close(rows);
	return status;
}

/* --- after the last row --- */

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
		NCH_TRY(nch_label_numbers_sort(d, error));
	if (r->options->known == NULL && r->options->order != NULL && d->labels.count > 0)
		NCH_TRY(nch_label_numbers_take(d, r->options->order, error));
	if (d->found.count > 0)
		NCH_TRY(nch_selection_sort_found(d, error));
	nch_selection_tell_absent(r);
	nch_row_labels_tell_composed(r);
	d->label_rows_before = nch_alloc(d->labels.count, sizeof *d->label_rows_before);
	if (d->label_rows_before == NULL)
		return nch_no_memory(error);
	nch_dataset_label_counts(d, d->label_rows_before);
	if (r->options->undersample.count > 0)
		NCH_TRY(nch_selection_undersample(d, &r->options->undersample, r->options->seed, error));
	return NCH_OK;
}

/* --- all of it --- */

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
		status = nch_selection_begin(&r, error);
	if (status == NCH_OK && r.options->known != NULL)
		status = nch_label_numbers_know(&r, error);
	for (size_t i = 0; status == NCH_OK && i < count; i++)
		status = read_file(&r, paths[i], error);
	if (status == NCH_OK)
		status = finish(&r, error);
	release_reading(&r);
	if (status != NCH_OK)
		nch_dataset_free(dataset);
	return status;
}
