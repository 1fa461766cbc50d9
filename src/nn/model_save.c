/* model_save.c - a model's folder written as transformers likes it: config.json and model.safetensors; and the fingerprint of its tensors. */
#include "nn/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "io/weights.h"
#include "nn/int8.h"

static int by_name(const void *a, const void *b)
{
	const nch_tensor *const *first = a, *const *second = b;
	return strcmp(nch_tensor_file_name(*first), nch_tensor_file_name(*second));
}

const nch_tensor **nch_model_sorted(const nch_model *model, size_t *count)
{
	const nch_tensor *tables[] = {model->word, model->position, model->type};
	size_t own = nch_model_own_count(model), all = 0;
	const nch_tensor **sorted = nch_alloc(own + 3, sizeof *sorted);
	if (sorted == NULL)
		return NULL;
	for (size_t i = 0; i < own; i++)
		sorted[all++] = &model->tensors[i];
	for (size_t i = 0; model->tables != NULL && i < 3; i++)
		if (tables[i] != NULL)
			sorted[all++] = tables[i];
	qsort(sorted, all, sizeof *sorted, by_name);
	if (count != NULL)
		*count = all;
	return sorted;
}

nch_status nch_model_save_alone(const nch_model *model, const char *folder, nch_error *error)
{
	size_t count = 0;
	const nch_tensor **sorted = nch_model_sorted(model, &count);
	nch_weight *weights = nch_alloc(count, sizeof *weights);
	char *config = nch_path_join(folder, "config.json"), *file = nch_path_join(folder, "model.safetensors");
	nch_status status = sorted && weights && config && file ? nch_folder_make(folder, error) : nch_no_memory(error);
	if (status == NCH_OK) {
		for (size_t i = 0; i < count; i++) {
			const nch_tensor *t = sorted[i];
			weights[i] = (nch_weight){.name = nch_tensor_file_name(t), .type = NCH_F32, .rank = t->rank, .count = t->rows * t->columns,
			                          .data = t->data};
			nch_tensor_shape(t, weights[i].shape);
		}
		status = nch_weights_write(file, weights, count, error);
	}
	if (status == NCH_OK)
		status = nch_config_write(&model->config, config, error);
	nch_free((void *)sorted);
	nch_free(weights);
	nch_free(config);
	nch_free(file);
	return status;
}

nch_status nch_model_save(const nch_model *model, const char *folder, char hex[65], nch_error *error)
{
	if (model->generator != NULL) {
		char *inner = nch_path_join(folder, "generator");
		nch_status status = inner ? nch_folder_make(folder, error) : nch_no_memory(error);
		if (status == NCH_OK)
			status = nch_model_save_alone(model->generator, inner, error);
		nch_free(inner);
		if (status != NCH_OK)
			return status;
	}
	NCH_TRY(nch_model_save_alone(model, folder, error));
	return hex != NULL ? nch_model_fingerprint(model, hex, error) : NCH_OK;
}

/* --- as bytes --- */

nch_status nch_model_to_bytes(nch_model *model, nch_error *error)
{
	for (size_t i = 0; i < model->count; i++) {
		nch_tensor *t = &model->tensors[i];
		const nch_weight weight = {.name = t->name, .type = NCH_F32, .rank = 2, .shape = {t->rows, t->columns}, .count = t->rows * t->columns,
		                           .data = t->data};
		if (nch_int8_rounds(t) && t != model->decoder)
			NCH_TRY(nch_int8_take(t, &weight, model->arena, error));
	}
	return NCH_OK;
}

/* The tensor's two entries; its bytes, if they have to be made, into the arena. */
static nch_status list_bytes(const nch_tensor *t, nch_weight *bytes, nch_weight *scales, nch_arena *arena, nch_error *error)
{
	const char *name = nch_tensor_file_name(t);
	int8_t *rows = nch_arena_alloc(arena, t->rows * t->columns, 1);
	char *scale_name = nch_arena_alloc(arena, strlen(name) + sizeof "_scale", 1);
	if (rows == NULL || scale_name == NULL)
		return nch_no_memory(error);
	nch_int8_bytes(t, rows);
	strcpy(scale_name, name);
	strcat(scale_name, "_scale");
	*bytes = (nch_weight){.name = name, .type = NCH_I8, .rank = t->rank, .count = t->rows * t->columns, .data = rows};
	nch_tensor_shape(t, bytes->shape);
	*scales = (nch_weight){.name = scale_name, .type = NCH_F32, .rank = 2, .shape = {t->rows, 1}, .count = t->rows, .data = t->int8->scale};
	return NCH_OK;
}

/* Floats first, so that they lie at multiples of their size whatever the bytes are. */
static nch_status write_bytes(const char *path, const nch_tensor *const *sorted, size_t count, nch_arena *arena, nch_error *error)
{
	nch_weight *floats = nch_arena_alloc(arena, 2 * count, sizeof *floats), *bytes = nch_arena_alloc(arena, count, sizeof *bytes);
	size_t float_count = 0, byte_count = 0;
	if (floats == NULL || bytes == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < count; i++) {
		const nch_tensor *t = sorted[i];
		nch_weight *next = &floats[float_count];
		if (t->fresh)
			continue;
		float_count++;
		if (t->int8 != NULL) {
			NCH_TRY(list_bytes(t, &bytes[byte_count++], next, arena, error));
			continue;
		}
		*next = (nch_weight){.name = nch_tensor_file_name(t), .type = NCH_F32, .rank = t->rank, .count = t->rows * t->columns, .data = t->data};
		nch_tensor_shape(t, next->shape);
	}
	memcpy(floats + float_count, bytes, byte_count * sizeof *bytes);
	return nch_weights_write(path, floats, float_count + byte_count, error);
}

nch_status nch_model_save_bytes(const nch_model *model, const char *folder, nch_error *error)
{
	size_t count = 0;
	const nch_tensor **sorted = nch_model_sorted(model, &count);
	char *path = nch_path_join(folder, "model.safetensors");
	nch_arena *arena = nch_arena_new(0);
	nch_status status = sorted && path && arena ? write_bytes(path, sorted, count, arena, error) : nch_no_memory(error);
	nch_arena_free(arena);
	nch_free((void *)sorted);
	nch_free(path);
	return status;
}

nch_status nch_model_fingerprint(const nch_model *model, char hex[65], nch_error *error)
{
	size_t count = 0;
	const nch_tensor **sorted = nch_model_sorted(model, &count);
	nch_sha256 hash;
	unsigned char digest[32];
	hex[0] = '\0';
	if (sorted == NULL)
		return nch_no_memory(error);
	nch_sha256_start(&hash);
	for (size_t i = 0; i < count; i++) /* floats are little-endian on every machine that this is built for */
		nch_sha256_add(&hash, sorted[i]->data, sorted[i]->rows * sorted[i]->columns * sizeof *sorted[i]->data);
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
	nch_free((void *)sorted);
	return NCH_OK;
}
