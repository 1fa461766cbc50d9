/* class_weights.c - see class_weights.h. */
#include "train/class_weights.h"

#include "base/memory.h"

static nch_status balance(const nch_dataset *data, const size_t *rows, size_t count, float *weights, nch_error *error)
{
	size_t labels = data->labels.count, total = 0;
	size_t *times = nch_alloc(labels, sizeof *times);
	if (times == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < count; i++) {
		size_t of_row;
		const int32_t *classes = nch_dataset_classes(data, rows[i], &of_row);
		for (size_t k = 0; k < of_row; k++)
			times[classes[k]]++;
		total += of_row;
	}
	for (size_t c = 0; c < labels; c++)
		if (times[c] > 0)
			weights[c] = (float)((double)total / ((double)labels * (double)times[c]));
	nch_free(times);
	return NCH_OK;
}

nch_status nch_class_weights_make(const nch_class_weights *wanted, const nch_dataset *data, const size_t *rows, size_t count, float **weights,
                                  nch_error *error)
{
	const nch_labels *labels = &data->labels;
	*weights = NULL;
	if (!wanted->balanced && wanted->count == 0)
		return NCH_OK;
	if ((*weights = nch_alloc(labels->count, sizeof **weights)) == NULL)
		return nch_no_memory(error);
	for (size_t c = 0; c < labels->count; c++)
		(*weights)[c] = 1.0f;
	if (wanted->balanced)
		return balance(data, rows, count, *weights, error);
	for (size_t i = 0; i < wanted->count; i++) {
		const nch_class_weight *item = &wanted->items[i];
		int32_t id = nch_labels_find_typed(labels, item->text, item->name_length);
		if (id < 0)
			return nch_fail(error, NCH_USAGE, "⟨class-weights⟩ %.*s: 'none', 'balanced', or label=weight pairs with labels of the data", (int)item->length, item->text);
		(*weights)[id] = item->weight;
	}
	return NCH_OK;
}
