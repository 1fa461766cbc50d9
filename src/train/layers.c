/* layers.c - levels of a model's tensors, freezing, and layer-wise learning rates. */
#include "train/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

size_t nch_layer_levels(const nch_model *model, size_t *levels)
{
	size_t layers = 0;
	for (size_t i = 0; i < model->head_begin; i++)
		layers = model->tensors[i].depth > layers ? model->tensors[i].depth : layers;
	for (size_t i = 0; i < model->count; i++)
		levels[i] = i < model->head_begin ? model->tensors[i].depth : layers + 1;
	return layers;
}

static bool is_pooler(const nch_model *model, const nch_tensor *tensor)
{
	return tensor == model->pool_weight || tensor == model->pool_bias;
}

/* The levels that a word of --freeze names: 0 for "embeddings", 1 + N for layer N. */
static bool read_levels(const char *word, size_t length, size_t layers, size_t *first, size_t *last)
{
	char text[32], *end;
	if (length == strlen("embeddings") && memcmp(word, "embeddings", length) == 0) {
		*first = *last = 0;
		return true;
	}
	if (length == strlen("encoder") && memcmp(word, "encoder", length) == 0) {
		*first = 0;
		*last = layers;
		return true;
	}
	if (length == 0 || length >= sizeof text || word[0] < '0' || word[0] > '9')
		return false;
	memcpy(text, word, length);
	text[length] = '\0';
	unsigned long long low = strtoull(text, &end, 10), high = low;
	if (*end == '-' && end[1] >= '0' && end[1] <= '9')
		high = strtoull(end + 1, &end, 10);
	if (*end != '\0' || low > high || high >= layers)
		return false;
	*first = (size_t)low + 1;
	*last = (size_t)high + 1;
	return true;
}

static nch_status freeze_word(const nch_model *model, const size_t *levels, size_t layers, const char *word, size_t length, double *rates,
                              nch_error *error)
{
	size_t first = 0, last = 0;
	bool pooler = length == strlen("pooler") && memcmp(word, "pooler", length) == 0;
	if (!pooler && !read_levels(word, length, layers, &first, &last))
		return nch_fail(error, NCH_USAGE, "⟨freeze⟩ %.*s: name embeddings, encoder, pooler, or layers such as 3 or 0-5; this model has %zu, from 0 to %zu",
		                (int)length, word, layers, layers - 1);
	for (size_t i = 0; i < model->count; i++)
		if (pooler ? is_pooler(model, &model->tensors[i]) : levels[i] >= first && levels[i] <= last)
			rates[i] = 0.0;
	return NCH_OK;
}

nch_status nch_layer_rates(const nch_model *model, const char *freeze, double decay, double *rates, nch_error *error)
{
	size_t *levels = nch_alloc(model->count, sizeof *levels);
	if (levels == NULL)
		return nch_no_memory(error);
	size_t layers = nch_layer_levels(model, levels), trained = 0;
	nch_status status = NCH_OK;
	for (size_t i = 0; i < model->count; i++)
		rates[i] = nch_power(decay, layers + 1 - levels[i]);
	for (const char *at = freeze ? freeze : ""; *at != '\0' && status == NCH_OK;) {
		size_t length = strcspn(at, ",");
		status = freeze_word(model, levels, layers, at, length, rates, error);
		at += length + (at[length] == ',');
	}
	for (size_t i = 0; i < model->count; i++)
		trained += rates[i] > 0.0;
	if (status == NCH_OK && trained == 0)
		status = nch_fail(error, NCH_USAGE, "⟨freeze⟩ %s leaves nothing to train", freeze ? freeze : "");
	nch_free(levels);
	return status;
}
