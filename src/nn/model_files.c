/* model_files.c - a model's folder: config.json and model.safetensors, opened as transformers left them and written as it likes them. */
#include "nn/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "io/safetensors.h"

/* --- opening --- */

/* The same name without the family's prefix, or with the old names of LayerNorm's gain and bias: KoBERT's own release has both. */
static const nch_weight *find_weight(const nch_weights *file, const char *name)
{
	char other[256];
	for (int bare = 0; bare < 2; bare++) {
		const char *dot = strchr(name, '.');
		const char *start = bare && dot ? dot + 1 : name;
		const nch_weight *weight = nch_weights_find(file, start);
		if (weight != NULL)
			return weight;
		size_t length = strlen(start);
		if (strstr(start, "LayerNorm.") == NULL || length + 2 > sizeof other)
			continue;
		bool gain = strcmp(start + length - 6, "weight") == 0;
		size_t keep = length - (gain ? 6 : 4);
		memcpy(other, start, keep);
		strcpy(other + keep, gain ? "gamma" : "beta");
		if ((weight = nch_weights_find(file, other)) != NULL)
			return weight;
	}
	return NULL;
}

static bool shape_agrees(const nch_tensor *tensor, const nch_weight *weight)
{
	if (weight->rank != tensor->rank)
		return false;
	if (tensor->rank == 1)
		return weight->shape[0] == tensor->columns;
	return weight->shape[0] == tensor->rows && weight->shape[1] == tensor->columns;
}

static bool is_head(const nch_model *model, const nch_tensor *tensor)
{
	return tensor == model->classifier_weight || tensor == model->classifier_bias || tensor == model->pool_weight ||
	       tensor == model->pool_bias;
}

/* One tensor from the file: mapped, or copied, or (part of the head only) made anew. */
static nch_status load_tensor(nch_model *model, nch_tensor *tensor, const nch_weights *file, const nch_model_options *options,
                              bool keep_labels, const char *folder, nch_error *error)
{
	const nch_weight *weight = find_weight(file, tensor->name);
	bool of_labels = tensor == model->classifier_weight || tensor == model->classifier_bias;
	bool usable = weight != NULL && shape_agrees(tensor, weight) && (keep_labels || !of_labels);
	if (!usable && !is_head(model, tensor)) {
		if (weight == NULL)
			return nch_fail(error, NCH_FORMAT, "%s: the tensor %s is missing", folder, tensor->name);
		return nch_fail(error, NCH_FORMAT, "%s: the tensor %s has not the shape that config.json gives it", folder, tensor->name);
	}
	if (usable && options->map && weight->type == NCH_F32 && (uintptr_t)weight->data % sizeof(float) == 0) {
		tensor->data = (float *)(uintptr_t)weight->data; /* read-only: nobody trains a mapped model */
		return NCH_OK;
	}
	if (options->map) {
		tensor->data = nch_arena_alloc(model->arena, tensor->rows * tensor->columns, sizeof *tensor->data);
		if (tensor->data == NULL)
			return nch_no_memory(error);
	}
	if (usable)
		return nch_weight_to_float(weight, tensor->data, error);
	tensor->fresh = true;
	nch_tensor_init(model, tensor, options->seed, NULL);
	nch_buffer_printf(&model->report, "newly made: %s%s\n", tensor->name, weight == NULL ? "" : " (the folder's is for other labels)");
	return NCH_OK;
}

static void report_unused(nch_model *model, const nch_weights *file)
{
	size_t unused = 0;
	nch_buffer names = {0};
	for (size_t i = 0; i < nch_weights_count(file); i++) {
		const nch_weight *weight = nch_weights_at(file, i);
		bool used = strstr(weight->name, "position_ids") != NULL; /* old files carry 0 1 2 3 …; not a weight */
		for (size_t t = 0; t < model->count && !used; t++)
			used = find_weight(file, model->tensors[t].name) == weight;
		if (used)
			continue;
		unused++;
		if (unused <= 8)
			nch_buffer_printf(&names, "%s%s", unused > 1 ? ", " : "", weight->name);
	}
	if (unused > 0)
		nch_buffer_printf(&model->report, "not used: %zu tensor%s (%s%s)\n", unused, unused > 1 ? "s" : "", names.data,
		                  unused > 8 ? ", …" : "");
	nch_buffer_free(&names);
}

static bool same_labels(const nch_config *config, const nch_model_options *options)
{
	if (options->labels == NULL)
		return true;
	if (config->labels != options->label_count)
		return false;
	for (size_t i = 0; i < config->labels; i++)
		if (strcmp(config->label_names[i], options->labels[i]) != 0)
			return false;
	return true;
}

/* The model that config.json describes, with the caller's labels if there are any. */
static nch_status read_config(const char *folder, const nch_model_options *options, nch_model **model, bool *keep_labels, nch_error *error)
{
	nch_arena *arena = nch_arena_new(0);
	char *path = nch_path_join(folder, "config.json");
	char **names = nch_alloc(options->label_count + 1, sizeof *names);
	nch_config config;
	nch_status status = arena && path && names ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && !nch_file_is_folder(folder))
		status = nch_fail(error, NCH_IO, "%s: %s", folder, nch_file_exists(folder) ? "this is a file; a model is a folder" : "there is no such folder");
	if (status == NCH_OK)
		status = nch_config_read(path, arena, &config, error);
	if (status == NCH_OK) {
		*keep_labels = same_labels(&config, options);
		if (options->labels != NULL) {
			for (size_t i = 0; i < options->label_count; i++)
				names[i] = (char *)(uintptr_t)options->labels[i]; /* copied by nch_model_new */
			config.labels = options->label_count;
			config.label_names = names;
		}
		status = nch_model_new(&config, model, error);
	}
	nch_free(names);
	nch_free(path);
	nch_arena_free(arena);
	return status;
}

nch_status nch_model_open(const char *folder, const nch_model_options *options, nch_model **opened, nch_error *error)
{
	nch_model *model = NULL;
	bool keep_labels = true;
	NCH_TRY(read_config(folder, options, &model, &keep_labels, error));
	nch_status status = nch_weights_open(folder, &model->file, error);
	if (status == NCH_OK && !options->map)
		status = nch_model_allocate(model, error);
	for (size_t i = 0; i < model->count && status == NCH_OK; i++)
		status = load_tensor(model, &model->tensors[i], model->file, options, keep_labels, folder, error);
	if (status == NCH_OK) {
		report_unused(model, model->file);
		status = nch_buffer_check(&model->report, error);
	}
	if (status != NCH_OK) {
		nch_model_free(model);
		return status;
	}
	if (!options->map) {
		nch_weights_close(model->file);
		model->file = NULL;
	}
	*opened = model;
	return NCH_OK;
}

/* --- writing --- */

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
			weights[i].shape[0] = t->rank == 1 ? t->columns : t->rows;
			weights[i].shape[1] = t->rank == 1 ? 0 : t->columns;
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
