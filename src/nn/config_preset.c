/* config_preset.c - configs of models that begin with random weights: named sizes, other measures, a discriminator's generator. */
#include <string.h>

#include "nn/config_keys.h"
#include "nn/family.h"

bool nch_config_preset(const char *name, nch_config *config)
{
	static const struct {
		const char *name;
		size_t layers, hidden;
	} presets[] = {{"tiny", 2, 128}, {"mini", 4, 256}, {"small", 4, 512}, {"medium", 8, 512}, {"base", 12, 768}, {"large", 24, 1024}};
	for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
		if (strcmp(name, presets[i].name) == 0) {
			size_t hidden = presets[i].hidden;
			*config = (nch_config){.family = &nch_bert, .hidden = hidden, .embedding = hidden, .layers = presets[i].layers, .heads = hidden / 64,
			                       .feed_forward = 4 * hidden, .max_positions = 512, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f,
			                       .dropout = 0.1f, .attention_dropout = 0.1f, .classifier_dropout = 0.1f, .init_range = 0.02f};
			return true;
		}
	return false;
}

static size_t usual_heads(size_t hidden)
{
	return hidden % 64 == 0 ? hidden / 64 : hidden % 32 == 0 ? hidden / 32 : 0;
}

static nch_status start_family(nch_config *config, const char *name, nch_error *error)
{
	for (size_t i = 0; i < nch_family_count; i++)
		if (nch_families[i]->start != NULL && strcmp(nch_families[i]->model_type, name) == 0) {
			config->family = nch_families[i];
			return nch_families[i]->start(config, error);
		}
	return nch_fail(error, NCH_USAGE, "⟨family⟩ %s: no model of it is begun with random weights", name);
}

nch_status nch_config_reshape(nch_config *config, const nch_shape *shape, nch_error *error)
{
	nch_config c = *config;
	if (shape->layers > 0)
		c.layers = shape->layers;
	if (shape->hidden > 0) {
		c.hidden = c.embedding = shape->hidden;
		c.heads = usual_heads(c.hidden);
		c.feed_forward = 4 * c.hidden;
	}
	if (shape->heads > 0)
		c.heads = shape->heads;
	if (shape->embedding > 0)
		c.embedding = shape->embedding;
	if (c.layers > NCH_MAX_LAYERS)
		return nch_fail(error, NCH_USAGE, "⟨layers⟩ %zu: at most %d", c.layers, NCH_MAX_LAYERS);
	if (c.heads == 0)
		return nch_fail(error, NCH_USAGE, "⟨hidden⟩ %zu is no multiple of 32: say with ⟨heads⟩ how many heads it is divided into", c.hidden);
	if (c.hidden % c.heads != 0)
		return nch_fail(error, NCH_USAGE, "⟨heads⟩ %zu: a width of %zu cannot be divided into so many", c.heads, c.hidden);
	if (shape->family != NULL && strcmp(shape->family, c.family->model_type) != 0)
		NCH_TRY(start_family(&c, shape->family, error));
	else if (c.embedding != c.hidden)
		c.family = &nch_electra;
	*config = c;
	return NCH_OK;
}

nch_config nch_config_generator(const nch_config *discriminator, double size)
{
	nch_config c = *discriminator;
	size_t steps = (size_t)((double)c.hidden * size / 32.0 + 0.5);
	c.head = NCH_HEAD_MLM;
	c.hidden = steps > 0 ? 32 * steps : 32;
	c.heads = usual_heads(c.hidden);
	c.feed_forward = 4 * c.hidden;
	c.labels = 0;
	c.label_names = NULL;
	return c;
}
