/* dataset_numbers.c - which number a label has: that of a model, as they are sorted, or in an order that somebody wants. */
#include <string.h>

#include "base/memory.h"
#include "base/name.h"
#include "data/dataset_private.h"

nch_status nch_label_numbers_know(nch_reading *r, nch_error *error)
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

nch_status nch_label_numbers_sort(nch_dataset *d, nch_error *error)
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

nch_status nch_label_numbers_take(nch_dataset *d, const nch_labels *order, nch_error *error)
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
