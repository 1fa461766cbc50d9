/* dataset.c - labelled texts once they are read: what is asked of them, and their end. How they are read: dataset_read.c. */
#include "data/dataset.h"

#include <string.h>

#include "base/memory.h"
#include "base/sha256.h"

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
