/* dataset_select.c - labels that are renamed, left out, thinned (data/selection.h): which rows with which labels are used. */
#include <string.h>

#include "base/memory.h"
#include "data/dataset_private.h"
#include "data/split.h"

/* --- renaming and leaving out --- */

nch_status nch_selection_begin(nch_reading *r, nch_error *error)
{
	nch_selection *s = &r->selection;
	const nch_renamings *renamed = &r->options->relabel;
	const nch_text_list *dropped = &r->options->drop_label;
	int32_t id;
	s->from_met = nch_alloc(renamed->count, sizeof *s->from_met);
	s->dropped_met = nch_alloc(dropped->count, sizeof *s->dropped_met);
	if (s->from_met == NULL || s->dropped_met == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < renamed->count; i++)
		NCH_TRY(nch_labels_add(&s->from, renamed->items[i].from, strlen(renamed->items[i].from), &id, error));
	for (size_t i = 0; i < dropped->count; i++)
		NCH_TRY(nch_labels_add(&s->dropped, dropped->items[i], strlen(dropped->items[i]), &id, error));
	return NCH_OK;
}

void nch_selection_free(nch_selection *s)
{
	nch_free(s->from_met);
	nch_free(s->dropped_met);
	nch_labels_free(&s->from);
	nch_labels_free(&s->dropped);
}

bool nch_selection_changes_names(const nch_dataset_options *options)
{
	return options->relabel.count > 0 || options->drop_label.count > 0;
}

void nch_selection_apply(nch_reading *r, const char **name, size_t *length, bool *dropped)
{
	nch_selection *s = &r->selection;
	int32_t renamed = nch_labels_find(&s->from, *name, *length);
	if (renamed >= 0) {
		s->from_met[renamed] = true;
		*name = r->options->relabel.items[renamed].to;
		*length = strlen(*name);
	}
	int32_t left_out = nch_labels_find(&s->dropped, *name, *length);
	*dropped = left_out >= 0;
	if (*dropped)
		s->dropped_met[left_out] = true;
}

static void tell_unmet(const nch_reading *r, const char *option, const nch_labels *asked, const bool *met)
{
	const nch_dataset *d = r->dataset;
	for (size_t i = 0; i < asked->count; i++) {
		if (met[i])
			continue;
		nch_buffer text = {0};
		nch_buffer_printf(&text, "%s: %s: there is no label '%s'; the labels are:", d->paths[0], option, asked->names[i]);
		for (size_t k = 0; k < d->found.count && text.length < 300; k++)
			nch_buffer_printf(&text, "%s %s", k > 0 ? "," : "", d->found.names[k]);
		nch_dataset_warn(r, &text);
		nch_buffer_free(&text);
	}
}

void nch_selection_tell_absent(const nch_reading *r)
{
	if (r->options->remark == NULL || !r->dataset->has_labels)
		return;
	tell_unmet(r, "⟨relabel⟩", &r->selection.from, r->selection.from_met);
	tell_unmet(r, "⟨drop-label⟩", &r->selection.dropped, r->selection.dropped_met);
}

/* --- what there was before --- */

nch_status nch_selection_sort_found(nch_dataset *d, nch_error *error)
{
	size_t count = d->found.count;
	int32_t *new_id = nch_alloc(count, sizeof *new_id);
	size_t *rows = nch_alloc(count, sizeof *rows);
	nch_status status = new_id && rows ? nch_labels_sort(&d->found, new_id, error) : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < count; i++)
		rows[new_id[i]] += d->found_rows[i];
	nch_free(new_id);
	if (status != NCH_OK) {
		nch_free(rows);
		return status;
	}
	nch_free(d->found_rows);
	d->found_rows = rows;
	return NCH_OK;
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

/* --- undersampling --- */

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

/* The rows of the label that has fewest, among those that have any. */
static size_t rows_of_the_rarest(const nch_dataset *d)
{
	size_t fewest = SIZE_MAX;
	for (size_t i = 0; i < d->labels.count; i++)
		if (d->label_rows_before[i] > 0 && d->label_rows_before[i] < fewest)
			fewest = d->label_rows_before[i];
	return fewest;
}

nch_status nch_selection_undersample(nch_dataset *d, const nch_thinnings *thinnings, uint32_t seed, nch_error *error)
{
	if (d->multi_label || !d->has_labels)
		return nch_fail(error, NCH_USAGE, "⟨undersample⟩ needs rows with a single label");
	for (size_t i = 0; i < thinnings->count; i++) {
		const nch_thinning *thinning = &thinnings->items[i];
		int32_t label = nch_labels_find_typed(&d->labels, thinning->label, strlen(thinning->label));
		if (label < 0)
			return nch_fail(error, NCH_DATA, "⟨undersample⟩: there is no label '%s'", thinning->label);
		NCH_TRY(thin_class(d, label, thinning->most != NCH_AS_THE_RAREST ? thinning->most : rows_of_the_rarest(d), seed, error));
	}
	return NCH_OK;
}
