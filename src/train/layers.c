/* layers.c - levels of a model's tensors, freezing, and layer-wise learning rates. */
#include "train/layers.h"

#include <stdio.h>

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

const char *const nch_frozen_words[NCH_FROZEN_LAYERS] = {"embeddings", "encoder", "pooler"};

/* Writes one of them, cut to room - 1 bytes; returns how long it is. */
static size_t frozen_text(const nch_frozen *frozen, char *text, size_t room)
{
	int length;
	if (frozen->kind != NCH_FROZEN_LAYERS)
		length = snprintf(text, room, "%s", nch_frozen_words[frozen->kind]);
	else if (frozen->first == frozen->last)
		length = snprintf(text, room, "%zu", frozen->first);
	else
		length = snprintf(text, room, "%zu-%zu", frozen->first, frozen->last);
	return (size_t)length;
}

void nch_freeze_text(const nch_freeze *freeze, char *text, size_t room)
{
	size_t at = 0;
	text[0] = '\0';
	for (size_t i = 0; i < freeze->count && at + 1 < room; i++) {
		if (i > 0)
			text[at++] = ',';
		at += frozen_text(&freeze->items[i], text + at, room - at);
	}
}

/* Whether the tensor, which stands at this level, is meant: 0 the embeddings, 1 + l layer l. */
static bool is_frozen(const nch_model *model, const nch_tensor *tensor, size_t level, size_t layers, const nch_frozen *frozen)
{
	switch (frozen->kind) {
	case NCH_FROZEN_EMBEDDINGS: return level == 0;
	case NCH_FROZEN_ENCODER: return level <= layers;
	case NCH_FROZEN_POOLER: return is_pooler(model, tensor);
	case NCH_FROZEN_LAYERS: break;
	}
	return level >= frozen->first + 1 && level <= frozen->last + 1;
}

static nch_status freeze_one(const nch_model *model, const size_t *levels, size_t layers, const nch_frozen *frozen, double *rates, nch_error *error)
{
	if (frozen->kind == NCH_FROZEN_LAYERS && frozen->last >= layers) {
		char text[64];
		frozen_text(frozen, text, sizeof text);
		return nch_fail(error, NCH_USAGE, "⟨freeze⟩ %s: name embeddings, encoder, pooler, or layers such as 3 or 0-5; this model has %zu, from 0 to %zu", text,
		                layers, layers - 1);
	}
	for (size_t i = 0; i < model->count; i++)
		if (is_frozen(model, &model->tensors[i], levels[i], layers, frozen))
			rates[i] = 0.0;
	return NCH_OK;
}

nch_status nch_layer_rates(const nch_model *model, const nch_freeze *freeze, double decay, double *rates, nch_error *error)
{
	size_t *levels = nch_alloc(model->count, sizeof *levels);
	if (levels == NULL)
		return nch_no_memory(error);
	size_t layers = nch_layer_levels(model, levels), trained = 0;
	nch_status status = NCH_OK;
	for (size_t i = 0; i < model->count; i++)
		rates[i] = nch_power(decay, layers + 1 - levels[i]);
	for (size_t i = 0; i < freeze->count && status == NCH_OK; i++)
		status = freeze_one(model, levels, layers, &freeze->items[i], rates, error);
	for (size_t i = 0; i < model->count; i++)
		trained += rates[i] > 0.0;
	if (status == NCH_OK && trained == 0) {
		char text[256];
		nch_freeze_text(freeze, text, sizeof text);
		status = nch_fail(error, NCH_USAGE, "⟨freeze⟩ %s leaves nothing to train", text);
	}
	nch_free(levels);
	return status;
}
