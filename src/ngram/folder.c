/* folder.c - an n-gram model's folder, written and opened. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/change.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/os.h"
#include "io/weights.h"
#include "ngram/model.h"

static const char model_type[] = "nunchi-ngram";

/* --- writing --- */

static void write_labels(nch_buffer *out, const nch_labels *labels)
{
	nch_buffer_text(out, "  \"id2label\": {");
	for (size_t i = 0; i < labels->count; i++) {
		nch_buffer_printf(out, "%s\n    \"%zu\": ", i > 0 ? "," : "", i);
		nch_json_write_text(out, labels->names[i], strlen(labels->names[i]));
	}
	nch_buffer_text(out, "\n  },\n  \"label2id\": {");
	for (size_t i = 0; i < labels->count; i++) {
		nch_buffer_text(out, i > 0 ? ",\n    " : "\n    ");
		nch_json_write_text(out, labels->names[i], strlen(labels->names[i]));
		nch_buffer_printf(out, ": %zu", i);
	}
	nch_buffer_text(out, "\n  }");
}

static nch_status write_config(const nch_ngram *model, const char *folder, nch_error *error)
{
	nch_buffer out = {0};
	nch_buffer_printf(&out, "{\n  \"model_type\": \"%s\",\n  \"problem_type\": \"%s\",\n", model_type,
	                  model->multi_label ? "multi_label_classification" : "single_label_classification");
	nch_buffer_printf(&out, "  \"ngram_shortest\": %u,\n  \"ngram_longest\": %u,\n  %s\"ngram_buckets\": %zu,\n  \"ngram_features\": %zu,\n  ", model->shape.widths.shortest,
	                  model->shape.widths.longest, model->shape.widths.letters ? "\"ngram_letters\": true,\n  " : "", model->shape.buckets, model->features);
	if (model->shape.least > 1)
		nch_buffer_printf(&out, "\"ngram_least\": %zu,\n  ", model->shape.least);
	nch_buffer_text(&out, "\"ngram_c\": ");
	nch_json_write_double(&out, model->shape.c);
	nch_buffer_text(&out, ",\n");
	write_labels(&out, &model->labels);
	nch_buffer_text(&out, "\n}\n");
	nch_status status = nch_folder_write(folder, "config.json", &out, error);
	nch_buffer_free(&out);
	return status;
}

static nch_status write_weights(const nch_ngram *model, const char *path, char hex[65], nch_error *error)
{
	const size_t labels = model->labels.count;
	const nch_weight tensors[] = { /* sorted by name, as the encoders' are */
		{.name = "bias", .type = NCH_F32, .rank = 1, .shape = {labels}, .count = labels, .data = model->bias},
		{.name = "idf", .type = NCH_F32, .rank = 1, .shape = {model->features}, .count = model->features, .data = model->idf},
		{.name = "weight", .type = NCH_F32, .rank = 2, .shape = {model->features, labels}, .count = model->features * labels, .data = model->weight},
	};
	NCH_TRY(nch_weights_write(path, tensors, sizeof tensors / sizeof *tensors, error));
	if (hex == NULL)
		return NCH_OK;
	nch_weights *written;
	NCH_TRY(nch_weights_open(path, &written, error));
	nch_weights_fingerprint(written, hex);
	nch_weights_close(written);
	return NCH_OK;
}

nch_status nch_ngram_save(const nch_ngram *model, const char *folder, char hex[65], nch_error *error)
{
	char *weights = nch_path_join(folder, "model.safetensors"), *grams = nch_path_join(folder, "ngrams.table");
	nch_status status = weights != NULL && grams != NULL ? nch_folder_make(folder, error) : nch_no_memory(error);
	if (status == NCH_OK && model->shape.buckets == 0)
		status = nch_gram_table_write(&model->table, grams, error);
	if (status == NCH_OK)
		status = write_weights(model, weights, hex, error);
	if (status == NCH_OK)
		status = write_config(model, folder, error);
	if (status == NCH_OK && model->shape.buckets > 0)
		nch_os_remove(grams); /* an older model's */
	nch_free(weights);
	nch_free(grams);
	return status;
}

/* --- opening --- */

enum { CONFIG_LIMIT = 64 << 20 };

static nch_status read_config_text(const char *folder, nch_buffer *text, nch_error *error)
{
	char *path = nch_folder_file(folder, "config.json");
	if (path == NULL)
		return nch_no_memory(error);
	nch_status status = nch_file_read(path, CONFIG_LIMIT, text, error);
	nch_free(path);
	return status;
}

static nch_status parse_config(const char *folder, nch_buffer *text, nch_arena **arena, nch_json **root, nch_error *error)
{
	NCH_TRY(read_config_text(folder, text, error));
	if ((*arena = nch_arena_new(0)) == NULL)
		return nch_no_memory(error);
	if (nch_json_parse(text->data, text->length, "config.json", *arena, root, error) != NCH_OK)
		return nch_fail_prefix(error, "%s", folder);
	return NCH_OK;
}

bool nch_ngram_is(const char *folder)
{
	nch_buffer text = {0};
	nch_arena *arena = NULL;
	nch_json *root = NULL;
	nch_error ignored;
	bool is = parse_config(folder, &text, &arena, &root, &ignored) == NCH_OK && strcmp(nch_json_text(root, "model_type", ""), model_type) == 0;
	nch_arena_free(arena);
	nch_buffer_free(&text);
	return is;
}

static nch_status read_labels(nch_ngram *model, const nch_json *root, const char *folder, nch_error *error)
{
	const nch_json *names = nch_json_get(root, "id2label");
	if (names == NULL || names->type != NCH_JSON_OBJECT || names->count == 0)
		return nch_fail(error, NCH_FORMAT, "%s/config.json: there is no \"id2label\" that names the labels", folder);
	for (size_t i = 0; i < names->count; i++) {
		char number[24];
		snprintf(number, sizeof number, "%zu", i);
		const nch_json *name = nch_json_get(names, number);
		int32_t id = -1;
		if (name == NULL || name->type != NCH_JSON_STRING)
			return nch_fail(error, NCH_FORMAT, "%s/config.json: \"id2label\" has no name for label %zu", folder, i);
		NCH_TRY(nch_labels_add(&model->labels, name->text, name->length, &id, error));
		if ((size_t)id != i)
			return nch_fail(error, NCH_FORMAT, "%s/config.json: \"id2label\" has the label %s twice", folder, name->text);
	}
	return NCH_OK;
}

/* A whole number from `least` to `most`; anything else is the file's fault. */
static nch_status read_size(const nch_json *root, const char *name, double least, double most, const char *folder, size_t *size, nch_error *error)
{
	double number = nch_json_number(root, name, -1.0);
	if (!(number >= least && number <= most) || number != (double)(size_t)number)
		return nch_fail(error, NCH_FORMAT, "%s/config.json: \"%s\" must be a whole number from %.0f to %.0f", folder, name, least, most);
	*size = (size_t)number;
	return NCH_OK;
}

static nch_status read_shape(nch_ngram *model, const nch_json *root, const char *folder, nch_error *error)
{
	size_t shortest = 0, longest = 0;
	if (strcmp(nch_json_text(root, "model_type", ""), model_type) != 0)
		return nch_fail(error, NCH_FORMAT, "%s/config.json: this is no n-gram model", folder);
	NCH_TRY(read_size(root, "ngram_shortest", 1, NCH_GRAM_LONGEST, folder, &shortest, error));
	NCH_TRY(read_size(root, "ngram_longest", (double)shortest, NCH_GRAM_LONGEST, folder, &longest, error));
	NCH_TRY(read_size(root, "ngram_buckets", 0, NCH_NGRAM_MOST_BUCKETS, folder, &model->shape.buckets, error));
	NCH_TRY(read_size(root, "ngram_features", 1, INT32_MAX - 1, folder, &model->features, error));
	model->shape.widths = (nch_gram_widths){(unsigned)shortest, (unsigned)longest, nch_json_bool(root, "ngram_letters", false)};
	model->shape.least = 1;
	if (nch_json_get(root, "ngram_least") != NULL)
		NCH_TRY(read_size(root, "ngram_least", 1, INT32_MAX, folder, &model->shape.least, error));
	model->shape.c = nch_json_number(root, "ngram_c", nch_ngram_shape_default().c);
	model->multi_label = strcmp(nch_json_text(root, "problem_type", ""), "multi_label_classification") == 0;
	if (model->shape.buckets > 0 && model->features != model->shape.buckets)
		return nch_fail(error, NCH_FORMAT, "%s/config.json: %zu features for %zu buckets", folder, model->features, model->shape.buckets);
	return read_labels(model, root, folder, error);
}

/* One tensor as floats; its shape must be (rows, columns), or (rows) where columns is 0. */
static nch_status read_tensor(const nch_weights *weights, const char *name, size_t rows, size_t columns, const char *folder, float **out,
                              nch_error *error)
{
	const nch_weight *w = nch_weights_find(weights, name);
	if (w == NULL)
		return nch_fail(error, NCH_FORMAT, "%s/model.safetensors: there is no tensor '%s'", folder, name);
	if (w->rank != (columns > 0 ? 2u : 1u) || w->shape[0] != rows || (columns > 0 && w->shape[1] != columns))
		return nch_fail(error, NCH_FORMAT, "%s/model.safetensors: '%s' has not the shape that config.json tells", folder, name);
	if ((*out = nch_alloc_untouched(w->count > 0 ? w->count : 1, sizeof **out)) == NULL)
		return nch_no_memory(error);
	if (nch_weight_to_float(w, *out, error) != NCH_OK)
		return nch_fail_prefix(error, "%s/model.safetensors: '%s'", folder, name);
	for (size_t i = 0; i < w->count; i++)
		if (!((*out)[i] - (*out)[i] == 0.0f))
			return nch_fail(error, NCH_NUMERIC, "%s/model.safetensors: '%s' holds a number that is not finite", folder, name);
	return NCH_OK;
}

static nch_status read_weights(nch_ngram *model, const char *path, const char *folder, nch_error *error)
{
	nch_weights *weights;
	NCH_TRY(nch_weights_open(path, &weights, error));
	nch_status status = read_tensor(weights, "bias", model->labels.count, 0, folder, &model->bias, error);
	if (status == NCH_OK)
		status = read_tensor(weights, "idf", model->features, 0, folder, &model->idf, error);
	if (status == NCH_OK)
		status = read_tensor(weights, "weight", model->features, model->labels.count, folder, &model->weight, error);
	nch_weights_close(weights);
	return status;
}

static nch_status open_parts(nch_ngram *model, const char *folder, const nch_json *root, nch_error *error)
{
	NCH_TRY(read_shape(model, root, folder, error));
	char *weights = nch_folder_file(folder, "model.safetensors"), *grams = nch_folder_file(folder, "ngrams.table");
	nch_status status = weights != NULL && grams != NULL ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && model->shape.buckets == 0)
		status = nch_gram_table_read(grams, &model->table, error);
	if (status == NCH_OK && model->shape.buckets == 0 && model->table.count != model->features)
		status = nch_fail(error, NCH_FORMAT, "%s: %zu n-grams for %zu features: they do not belong together", grams, model->table.count, model->features);
	if (status == NCH_OK)
		status = read_weights(model, weights, folder, error);
	nch_free(weights);
	nch_free(grams);
	return status;
}

nch_status nch_ngram_open(const char *folder, nch_ngram **model, nch_error *error)
{
	nch_buffer text = {0};
	nch_arena *arena = NULL;
	nch_json *root = NULL;
	nch_ngram *made = nch_alloc(1, sizeof *made);
	nch_status status = made != NULL ? parse_config(folder, &text, &arena, &root, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = open_parts(made, folder, root, error);
	nch_arena_free(arena);
	nch_buffer_free(&text);
	if (status != NCH_OK) {
		nch_ngram_free(made);
		return status;
	}
	*model = made;
	return NCH_OK;
}
