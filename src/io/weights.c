/* weights.c - an open set of named tensors: what is in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sha256.h"
#include "io/weights_private.h"

nch_weights *nch_weights_new(void)
{
	nch_weights *weights = nch_alloc(1, sizeof *weights);
	if (weights == NULL)
		return NULL;
	weights->arena = nch_arena_new(1 << 14);
	if (weights->arena == NULL) {
		nch_free(weights);
		return NULL;
	}
	return weights;
}

void nch_weights_close(nch_weights *weights)
{
	if (weights == NULL)
		return;
	for (size_t i = 0; i < weights->file_count; i++)
		nch_file_unmap(&weights->files[i]);
	for (size_t i = 0; i < weights->owned_count; i++)
		nch_free(weights->owned[i]);
	nch_free(weights->files);
	nch_free(weights->owned);
	nch_free(weights->list);
	nch_free(weights->by_name);
	nch_free(weights->metadata);
	nch_arena_free(weights->arena);
	nch_free(weights);
}

nch_status nch_weights_add(nch_weights *weights, const nch_weight *weight, nch_error *error)
{
	NCH_TRY(nch_grow(&weights->list, &weights->capacity, weights->count + 1, sizeof *weight, error));
	weights->list[weights->count++] = *weight;
	return NCH_OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const nch_weight *const *)a)->name, (*(const nch_weight *const *)b)->name);
}

/* Finds the scales of bytes, see nch_weight. */
static nch_status join_scales(nch_weights *weights, const char *where, nch_error *error)
{
	static const char suffix[] = "_scale";
	for (size_t i = 0; i < weights->count; i++) {
		nch_weight *scales = &weights->list[i];
		size_t length = strlen(scales->name), before = length - (sizeof suffix - 1);
		if (length < sizeof suffix || strcmp(scales->name + before, suffix) != 0)
			continue;
		char *name = nch_arena_text(weights->arena, scales->name, before);
		if (name == NULL)
			return nch_no_memory(error);
		nch_weight *bytes = (nch_weight *)(uintptr_t)nch_weights_find(weights, name);
		if (bytes == NULL || bytes->type != NCH_I8)
			continue; /* somebody else's name */
		if (bytes->rank == 0 || scales->type != NCH_F32 || scales->count != bytes->shape[0])
			return nch_fail(error, NCH_FORMAT, "%s: the tensor %s is not the scales of %s: float32, one for each of its rows", where, scales->name, name);
		bytes->scales = scales->data;
		scales->is_scales = true;
	}
	return NCH_OK;
}

nch_status nch_weights_finish(nch_weights *weights, const char *where, nch_error *error)
{
	weights->by_name = nch_alloc(weights->count, sizeof *weights->by_name);
	if (weights->by_name == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < weights->count; i++)
		weights->by_name[i] = &weights->list[i];
	if (weights->count > 0)
		qsort(weights->by_name, weights->count, sizeof *weights->by_name, by_name);
	for (size_t i = 1; i < weights->count; i++)
		if (strcmp(weights->by_name[i - 1]->name, weights->by_name[i]->name) == 0)
			return nch_fail(error, NCH_FORMAT, "%s: there are two tensors \"%s\"", where, weights->by_name[i]->name);
	return join_scales(weights, where, error);
}

/* --- asking --- */

size_t nch_weights_count(const nch_weights *weights)
{
	return weights->count;
}

const nch_weight *nch_weights_at(const nch_weights *weights, size_t index)
{
	return &weights->list[index];
}

const nch_weight *nch_weights_find(const nch_weights *weights, const char *name)
{
	size_t low = 0, high = weights->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, weights->by_name[middle]->name);
		if (order == 0)
			return weights->by_name[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *nch_weights_metadata(const nch_weights *weights, const char *key)
{
	for (size_t i = 0; i < weights->metadata_count; i++)
		if (strcmp(weights->metadata[i].key, key) == 0)
			return weights->metadata[i].value;
	return NULL;
}

void nch_weights_fingerprint(const nch_weights *weights, char hex[65])
{
	nch_sha256 hash;
	unsigned char digest[32];
	nch_sha256_start(&hash);
	for (size_t i = 0; i < weights->count; i++)
		nch_sha256_add(&hash, weights->list[i].data, weights->list[i].count * nch_dtype_size(weights->list[i].type));
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
}
