/* model_save.c - a model's folder written as transformers likes it: config.json and model.safetensors; and the fingerprint of its tensors. */
#include "nn/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "io/safetensors.h"

static int by_name(const void *a, const void *b)
{
	const nch_tensor *const *first = a, *const *second = b;
	return strcmp((*first)->name, (*second)->name);
}

const nch_tensor **nch_model_sorted(const nch_model *model)
{
	const nch_tensor **sorted = nch_alloc(model->count, sizeof *sorted);
	for (size_t i = 0; sorted != NULL && i < model->count; i++)
		sorted[i] = &model->tensors[i];
	if (sorted != NULL)
		qsort(sorted, model->count, sizeof *sorted, by_name);
	return sorted;
}

nch_status nch_model_save(const nch_model *model, const char *folder, char hex[65], nch_error *error)
{
	const nch_tensor **sorted = nch_model_sorted(model);
	nch_weight *weights = nch_alloc(model->count, sizeof *weights);
	char *config = nch_path_join(folder, "config.json"), *file = nch_path_join(folder, "model.safetensors");
	nch_status status = sorted && weights && config && file ? nch_folder_make(folder, error) : nch_no_memory(error);
	if (status == NCH_OK) {
		for (size_t i = 0; i < model->count; i++) {
			const nch_tensor *t = sorted[i];
			weights[i] = (nch_weight){.name = t->name, .type = NCH_F32, .rank = t->rank, .count = t->rows * t->columns, .data = t->data};
			nch_tensor_shape(t, weights[i].shape);
		}
		status = nch_weights_write(file, weights, model->count, error);
	}
	if (status == NCH_OK)
		status = nch_config_write(&model->config, config, error);
	if (status == NCH_OK && hex != NULL)
		nch_model_fingerprint(model, hex);
	nch_free((void *)sorted);
	nch_free(weights);
	nch_free(config);
	nch_free(file);
	return status;
}

void nch_model_fingerprint(const nch_model *model, char hex[65])
{
	const nch_tensor **sorted = nch_model_sorted(model);
	nch_sha256 hash;
	unsigned char digest[32];
	hex[0] = '\0';
	if (sorted == NULL)
		return;
	nch_sha256_start(&hash);
	for (size_t i = 0; i < model->count; i++) /* floats are little-endian on every machine that this is built for */
		nch_sha256_add(&hash, sorted[i]->data, sorted[i]->rows * sorted[i]->columns * sizeof *sorted[i]->data);
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
	nch_free((void *)sorted);
}
