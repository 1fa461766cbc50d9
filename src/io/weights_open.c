/* weights_open.c - opening a set of named tensors: one file, the shards of an index as one, or what a folder holds. */
#include <stdlib.h>
#include <string.h>

#include "base/change.h"
#include "base/json.h"
#include "base/memory.h"
#include "io/weights_private.h"

enum { MAX_INDEX = 64 << 20 };

/* Maps a file that stays open with the weights. */
static nch_status map_file(nch_weights *weights, const char *path, nch_mapping *mapping, nch_error *error)
{
	NCH_TRY(nch_grow(&weights->files, &weights->file_capacity, weights->file_count + 1, sizeof *weights->files, error));
	*mapping = (nch_mapping){0};
	NCH_TRY(nch_file_map(path, mapping, error));
	weights->files[weights->file_count++] = *mapping;
	return NCH_OK;
}

/* Content decides, not the name. */
static nch_status read_mapping(nch_weights *weights, const nch_mapping *file, const char *path, nch_error *error)
{
	if (nch_torch_is(file->data, file->size))
		return nch_torch_read(weights, file->data, file->size, path, error);
	return nch_safetensors_read(weights, file->data, file->size, path, error);
}

/* An index is JSON text; the eighth byte of a safetensors file, the highest of its header's length, is zero. */
static bool is_index(const nch_mapping *file)
{
	return file->size >= 8 && file->data[7] != 0 && strchr("{ \t\r\n", file->data[0]) != NULL && file->data[0] != '\0';
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files that an index names, each once, sorted: their data are in this order. */
static nch_status list_shards(const nch_json *map, const char *path, nch_arena *arena, const char ***shards, size_t *count, nch_error *error)
{
	const char **names = nch_arena_alloc(arena, map->count, sizeof *names);
	size_t n = 0, kept = 0;
	if (names == NULL)
		return nch_no_memory(error);
	for (const nch_json *entry = map->first; entry != NULL; entry = entry->next) {
		if (entry->type != NCH_JSON_STRING || entry->length == 0 || strlen(entry->text) != entry->length ||
		    strchr(entry->text, '/') != NULL || entry->text[0] == '.') /* a shard lies beside its index, nowhere else */
			return nch_fail(error, NCH_FORMAT, "%s: the file of tensor \"%s\" is no plain file name", path, entry->name);
		names[n++] = entry->text;
	}
	if (n > 0)
		qsort(names, n, sizeof *names, by_text);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0)
			names[kept++] = names[i];
	*shards = names;
	*count = kept;
	return NCH_OK;
}

static nch_status read_shard(nch_weights *weights, const char *index, const char *name, nch_error *error)
{
	nch_mapping file;
	size_t folder = (size_t)(nch_path_name(index) - index);
	char *path = nch_alloc(folder + strlen(name) + 1, 1);
	if (path == NULL)
		return nch_no_memory(error);
	memcpy(path, index, folder);
	strcpy(path + folder, name);
	nch_status status = map_file(weights, path, &file, error);
	if (status == NCH_OK)
		status = read_mapping(weights, &file, path, error);
	nch_free(path);
	return status;
}

static nch_status read_index(nch_weights *weights, const nch_mapping *file, const char *path, nch_arena *arena, nch_error *error)
{
	nch_json *index;
	const char **shards = NULL;
	size_t count = 0;
	if (file->size > MAX_INDEX)
		return nch_fail(error, NCH_FORMAT, "%s: is no safetensors file, and too large for an index of some", path);
	NCH_TRY(nch_json_parse((const char *)file->data, file->size, path, arena, &index, error));
	const nch_json *map = nch_json_get(index, "weight_map");
	if (map == NULL || map->type != NCH_JSON_OBJECT)
		return nch_fail(error, NCH_FORMAT, "%s: has no \"weight_map\"", path);
	NCH_TRY(list_shards(map, path, arena, &shards, &count, error));
	for (size_t i = 0; i < count; i++)
		NCH_TRY(read_shard(weights, path, shards[i], error));
	NCH_TRY(nch_weights_finish(weights, path, error));
	for (const nch_json *entry = map->first; entry != NULL; entry = entry->next)
		if (nch_weights_find(weights, entry->name) == NULL)
			return nch_fail(error, NCH_FORMAT, "%s: tensor \"%s\" is not in %s, where it should be", path, entry->name, entry->text);
	return NCH_OK;
}

static nch_status open_file(nch_weights *weights, const char *path, nch_error *error)
{
	nch_mapping file;
	NCH_TRY(map_file(weights, path, &file, error));
	if (is_index(&file)) {
		nch_arena *arena = nch_arena_new(1 << 16);
		if (arena == NULL)
			return nch_no_memory(error);
		nch_status status = read_index(weights, &file, path, arena, error);
		nch_arena_free(arena);
		return status;
	}
	NCH_TRY(read_mapping(weights, &file, path, error));
	return nch_weights_finish(weights, path, error);
}

/* The file of a folder that holds its weights, in allocated memory. */
static nch_status find_in_folder(const char *folder, char **found, nch_error *error)
{
	static const char *const names[] = {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
	                                    "pytorch_model.bin.index.json"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		*found = nch_folder_file(folder, names[i]);
		if (*found == NULL)
			return nch_no_memory(error);
		if (nch_file_exists(*found))
			return NCH_OK;
		nch_free(*found);
	}
	*found = NULL;
	return nch_fail(error, NCH_IO, "%s: there is no model.safetensors and no pytorch_model.bin in this folder", folder);
}

nch_status nch_weights_open(const char *path, nch_weights **weights, nch_error *error)
{
	char *found = NULL;
	if (nch_file_is_folder(path))
		NCH_TRY(find_in_folder(path, &found, error));
	nch_weights *opened = nch_weights_new();
	nch_status status = opened != NULL ? open_file(opened, found != NULL ? found : path, error) : nch_no_memory(error);
	nch_free(found);
	if (status != NCH_OK) {
		nch_weights_close(opened);
		return status;
	}
	*weights = opened;
	return NCH_OK;
}
