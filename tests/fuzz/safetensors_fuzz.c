/* Any bytes as a safetensors file: refused with a line, or every tensor lies within them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/weights_private.h"
#include "nn/int8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As a model takes a matrix and a table of bytes. */
static void take_bytes(const nch_weight *w)
{
	bool readable = w->scales != NULL || w->type == NCH_F32 || w->type == NCH_F16;
	nch_arena *arena = nch_arena_new(0);
	for (int kind = NCH_MATRIX_BYTES; kind <= NCH_TABLE_BYTES && readable && w->rank == 2 && w->count > 0; kind++) {
		nch_tensor tensor = {.rows = w->shape[0], .columns = w->shape[1], .bytes = (nch_bytes)kind};
		float *numbers = malloc(w->count * sizeof *numbers);
		if (nch_int8_take(&tensor, w, arena, NULL) == NCH_OK)
			nch_int8_floats(&tensor, numbers);
		free(numbers);
	}
	nch_arena_free(arena);
}

static void visit(const nch_weights *weights, const unsigned char *bytes, size_t size)
{
	char hex[65];
	for (size_t i = 0; i < nch_weights_count(weights); i++) {
		const nch_weight *w = nch_weights_at(weights, i);
		const unsigned char *begin = w->data;
		float *numbers = malloc(w->count * sizeof *numbers + 1);
		if (begin < bytes || begin + w->count * nch_dtype_size(w->type) > bytes + size || nch_weights_find(weights, w->name) != w)
			abort();
		nch_weight_to_float(w, numbers, NULL);
		free(numbers);
		take_bytes(w);
	}
	nch_weights_fingerprint(weights, hex);
}

/* The input is a header; its length is put before it, so that mutations need not guess it. */
static void try_bytes(const uint8_t *data, size_t size)
{
	nch_error error = {0};
	unsigned char *copy = malloc(size > 0 ? size : 1);
	nch_weights *weights = nch_weights_new();
	if (size > 0)
		memcpy(copy, data, size);
	if (nch_safetensors_read(weights, copy, size, "fuzz", &error) == NCH_OK && nch_weights_finish(weights, "fuzz", &error) == NCH_OK)
		visit(weights, copy, size);
	else if (error.text[0] == '\0')
		abort();
	nch_weights_close(weights);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_bytes(data, size);
	size_t header = size;
	while (header > 0 && data[header - 1] != '}')
		header--;
	uint8_t *whole = malloc(size + 8);
	for (int i = 0; i < 8; i++)
		whole[i] = (uint8_t)(header >> 8 * i);
	if (size > 0)
		memcpy(whole + 8, data, size);
	try_bytes(whole, size + 8);
	free(whole);
	return 0;
}
