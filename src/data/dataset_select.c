/* dataset_select.c - --relabel, --drop-label, --undersample: which rows with which labels are used. */
#include <string.h>

#include "base/memory.h"
#include "base/name.h"
#include "data/dataset_private.h"
#include "data/split.h"

/* --- renaming and leaving out --- */

/* One "from=to" in clean form. */
static nch_status add_relabel(nch_selection *s, const char *list, const char *part, size_t length, nch_buffer *name, nch_error *error)
{
	const char *equals = memchr(part, '=', length);
	int32_t id;
	if (equals == NULL || equals == part || equals == part + length - 1)
		return nch_fail(error, NCH_USAGE, "⟨relabel⟩ '%s': '%.*s' is not of the form from=to", list, (int)length, part);
	if (!nch_name_clean(part, (size_t)(equals - part), name))
		return nch_no_memory(error);
	if (nch_labels_find(&s->from, name->data, name->length) >= 0)
		return nch_fail(error, NCH_USAGE, "⟨relabel⟩ '%s': '%s' is renamed twice", list, name->data);
	NCH_TRY(nch_labels_add(&s->from, name->data, name->length, &id, error));
	if (!nch_name_clean(equals + 1, length - (size_t)(equals + 1 - part), name))
		return nch_no_memory(error);
	s->to[id] = nch_copy_text(name->data, name->length);
	if (s->to[id] == NULL)
		return nch_no_memory(error);
	s->to_count = (size_t)id + 1;
	return NCH_OK;
}

static nch_status parse_relabel(nch_selection *s, const char *list, nch_error *error)
{
	nch_buffer name = {0};
	nch_status status = NCH_OK;
	size_t pairs = 1;
	for (const char *p = list; *p != '\0'; p++)
		pairs += *p == ',';
	s->to = nch_alloc(pairs, sizeof *s->to);
	s->from_met = nch_alloc(pairs, sizeof *s->from_met);
	if (s->to == NULL || s->from_met == NULL)
		return nch_no_memory(error);
	for (const char *part = list; status == NCH_OK; part++) {
		size_t length = strcspn(part, ",");
		status = add_relabel(s, list, part, length, &name, error);
		part += length;
		if (*part == '\0')
			break;
	}
	nch_buffer_free(&name);
	return status;
}

nch_status nch_selection_parse(nch_selection *s, const nch_dataset_options *options, nch_error *error)
{
	if (options->relabel != NULL)
		NCH_TRY(parse_relabel(s, options->relabel, error));
	if (options->drop_label == NULL)
		return NCH_OK;
	if (nch_labels_parse(&s->dropped, options->drop_label, error) != NCH_OK)
		return nch_fail_prefix(error, "⟨drop-label⟩");
	s->dropped_met = nch_alloc(s->dropped.count, sizeof *s->dropped_met);
	return s->dropped_met != NULL ? NCH_OK : nch_no_memory(error);
}

void nch_selection_free(nch_selection *s)
{
	for (size_t i = 0; i < s->to_count; i++)
		nch_free(s->to[i]);
	nch_free(s->to);
	nch_free(s->from_met);
	nch_free(s->dropped_met);
	nch_labels_free(&s->from);
	nch_labels_free(&s->dropped);
}

void nch_selection_apply(nch_selection *s, const char **name, size_t *length, bool *dropped)
{
	int32_t renamed = nch_labels_find(&s->from, *name, *length);
	if (renamed >= 0) {
		s->from_met[renamed] = true;
		*name = s->to[renamed];
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

/* One "label=N" or "label=min". */
static nch_status undersample_one(nch_dataset *d, const char *part, size_t length, uint32_t seed, nch_error *error)
{
	const char *equals = memchr(part, '=', length);
	if (equals == NULL || equals == part || equals == part + length - 1)
		return nch_fail(error, NCH_USAGE, "⟨undersample⟩ '%.*s' is not of the form label=N or label=min",
		                (int)length, part);
	int32_t label = nch_labels_find_typed(&d->labels, part, (size_t)(equals - part));
	if (label < 0)
		return nch_fail(error, NCH_DATA, "⟨undersample⟩: there is no label '%.*s'", (int)(equals - part), part);
	size_t digits = length - (size_t)(equals + 1 - part), keep = 0;
	if (digits == 3 && memcmp(equals + 1, "min", 3) == 0) {
		keep = SIZE_MAX;
		for (size_t i = 0; i < d->labels.count; i++)
			if (d->label_rows_before[i] > 0 && d->label_rows_before[i] < keep)
				keep = d->label_rows_before[i];
	} else {
		for (size_t i = 0; i < digits; i++) {
			char c = equals[1 + i];
			if (c < '0' || c > '9' || digits > 12)
				return nch_fail(error, NCH_USAGE,
				                "⟨undersample⟩ '%.*s': a number or min is expected behind =", (int)length,
				                part);
			keep = keep * 10 + (size_t)(c - '0');
		}
	}
	if (keep == 0)
		return nch_fail(error, NCH_USAGE, "⟨undersample⟩ '%.*s': no row would be left of it; ⟨drop-label⟩ leaves a label out", (int)length, part);
	return thin_class(d, label, keep, seed, error);
}

nch_status nch_selection_undersample(nch_dataset *d, const char *list, uint32_t seed, nch_error *error)
{
	if (d->multi_label || !d->has_labels)
		return nch_fail(error, NCH_USAGE, "⟨undersample⟩ needs rows with a single label");
	for (const char *part = list;; part++) {
		size_t length = strcspn(part, ",");
		NCH_TRY(undersample_one(d, part, length, seed, error));
		part += length;
		if (*part == '\0')
			return NCH_OK;
	}
}
