/* config.c - config.json read: the keys of six model families, and their names for the same things.
 *
 * A key that is absent has the value that transformers' configuration class of its family gives it. */
#include "nn/config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "nn/config_families.h"

enum {
	MAX_CONFIG = 16 << 20, /* bytes of a config.json */
	MAX_LABELS = 100000,
	MAX_LAYERS = 1 << 12
};

struct reader {
	const char *where;
	const nch_json *object;
	nch_arena *arena;
	nch_config *config;
	nch_error *error;
};

static nch_status fail(const struct reader *r, const char *key, const char *what)
{
	return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" %s", r->where, key, what);
}

/* A member that is there and not null. */
static const nch_json *get(const struct reader *r, const char *key)
{
	const nch_json *value = nch_json_get(r->object, key);
	return value != NULL && value->type != NCH_JSON_NULL ? value : NULL;
}

static nch_status read_size(const struct reader *r, const char *key, size_t least, size_t most, size_t otherwise, size_t *size)
{
	const nch_json *value = get(r, key);
	int64_t number;
	*size = otherwise;
	if (value == NULL)
		return NCH_OK;
	if (value->type != NCH_JSON_NUMBER || !nch_number_read_integer(value->text, value->length, &number))
		return fail(r, key, "is no whole number");
	if (number < 0 || (uint64_t)number < least || (uint64_t)number > most)
		return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" is %lld; from %zu to %zu are possible", r->where, key, (long long)number, least, most);
	*size = (size_t)number;
	return NCH_OK;
}

static nch_status read_number(const struct reader *r, const char *key, double least, double most, float otherwise, float *number)
{
	const nch_json *value = get(r, key);
	*number = otherwise;
	if (value == NULL)
		return NCH_OK;
	if (value->type != NCH_JSON_NUMBER)
		return fail(r, key, "is no number");
	if (!(value->number >= least && value->number <= most))
		return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" is %g; from %g to %g are possible", r->where, key, value->number, least, most);
	*number = (float)value->number;
	return NCH_OK;
}

/* --- which family --- */

static bool begins(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Old files lack model_type; then the architecture's name tells, and without one it is BERT, which came first. */
static nch_status read_family(const struct reader *r, const nch_family_keys **family)
{
	const char *type = nch_json_text(r->object, "model_type", NULL);
	const nch_json *architecture = nch_json_path(r->object, "architectures.0");
	if (type == NULL && architecture != NULL && architecture->type == NCH_JSON_STRING) {
		for (size_t i = 0; nch_families[i].model_type != NULL; i++)
			if (begins(architecture->text, nch_families[i].class_prefix)) {
				*family = &nch_families[i];
				return NCH_OK;
			}
		return nch_fail(r->error, NCH_FORMAT, "%s: architecture \"%s\" is not one that this program computes", r->where, architecture->text);
	}
	if (type == NULL && get(r, "hidden_size") == NULL)
		return nch_fail(r->error, NCH_FORMAT, "%s: has no \"model_type\"; is it the config.json of a model?", r->where);
	for (size_t i = 0; nch_families[i].model_type != NULL; i++)
		if (strcmp(type != NULL ? type : "bert", nch_families[i].model_type) == 0) {
			*family = &nch_families[i];
			return NCH_OK;
		}
	return nch_fail(r->error, NCH_FORMAT, "%s: model_type \"%s\" is not one that this program computes (bert, roberta, electra, distilbert, albert, funnel)",
	                r->where, type);
}

/* A masked language model and a discriminator say what they are; everything else is a classifier, or will become one. (Funnel's masked language model has a
 * decoder, which is not computed.) */
static void read_head(const struct reader *r)
{
	const nch_json *architecture = nch_json_path(r->object, "architectures.0");
	r->config->head = NCH_HEAD_CLASSIFIER;
	if (architecture == NULL || architecture->type != NCH_JSON_STRING)
		return;
	if (r->config->family != NCH_FUNNEL && strstr(architecture->text, "ForMaskedLM") != NULL)
		r->config->head = NCH_HEAD_MLM;
	else if (r->config->family == NCH_ELECTRA && strstr(architecture->text, "ForPreTraining") != NULL)
		r->config->head = NCH_HEAD_RTD;
}

/* What would make another function of the same weights. */
static nch_status refuse_variants(const struct reader *r)
{
	const char *position = nch_json_text(r->object, "position_embedding_type", "absolute");
	if (strcmp(position, "absolute") != 0)
		return nch_fail(r->error, NCH_FORMAT, "%s: position_embedding_type \"%s\" is not one that this program computes (absolute)", r->where, position);
	if (nch_json_bool(r->object, "is_decoder", false))
		return fail(r, "is_decoder", "is true: a decoder is not an encoder");
	if (nch_json_bool(r->object, "add_cross_attention", false))
		return fail(r, "add_cross_attention", "is true: this program computes encoders only");
	static const char *const groups[] = {"num_hidden_groups", "inner_group_num"}; /* of ALBERT; others have none */
	for (size_t i = 0; i < 2; i++)
		if (nch_json_number(r->object, groups[i], 1) != 1)
			return fail(r, groups[i], "is not 1; ALBERT with several groups of layers is not computed");
	return NCH_OK;
}

/* --- numbers --- */

static nch_status read_activation(const struct reader *r, const nch_family_keys *family)
{
	const nch_json *value = get(r, family->activation);
	const char *name = family->default_activation;
	if (value != NULL && value->type != NCH_JSON_STRING)
		return fail(r, family->activation, "is no text");
	if (value != NULL)
		name = value->text;
	for (size_t i = 0; nch_activation_names[i].name != NULL; i++)
		if (strcmp(name, nch_activation_names[i].name) == 0) {
			r->config->activation = nch_activation_names[i].activation;
			return NCH_OK;
		}
	return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" is \"%s\", which this program does not compute (gelu, gelu_new, relu, silu, tanh)",
	                r->where, family->activation, name);
}

static nch_status read_sizes(const struct reader *r, const nch_family_keys *f)
{
	nch_config *c = r->config;
	NCH_TRY(read_size(r, "vocab_size", 1, INT32_MAX, f->defaults.vocab_size, &c->vocab_size));
	NCH_TRY(read_size(r, f->hidden, 1, 1 << 16, f->defaults.hidden, &c->hidden));
	if (f->family != NCH_FUNNEL)
		NCH_TRY(read_size(r, f->layers, 1, MAX_LAYERS, f->defaults.layers, &c->layers));
	NCH_TRY(read_size(r, f->heads, 1, 1 << 16, f->defaults.heads, &c->heads));
	NCH_TRY(read_size(r, f->feed_forward, 1, 1 << 20, f->defaults.feed_forward, &c->feed_forward));
	NCH_TRY(read_size(r, "max_position_embeddings", 1, 1 << 24, f->defaults.max_positions, &c->max_positions));
	c->embedding = c->hidden;
	if (f->defaults.embedding > 0)
		NCH_TRY(read_size(r, "embedding_size", 1, 1 << 16, f->defaults.embedding, &c->embedding));
	c->types = 0;
	if (f->defaults.types > 0)
		NCH_TRY(read_size(r, "type_vocab_size", 0, 1 << 16, f->defaults.types, &c->types));
	if (f->family != NCH_FUNNEL && c->hidden % c->heads != 0)
		return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" (%zu) is no multiple of \"%s\" (%zu)", r->where, f->hidden, c->hidden, f->heads,
		                c->heads);
	return NCH_OK;
}

/* A list of `count` whole numbers, or of any number of them if *count is 0. Without the key nothing changes. */
static nch_status read_list(const struct reader *r, const char *key, size_t most, size_t *count, size_t *list)
{
	const nch_json *value = get(r, key);
	size_t found = 0;
	if (value == NULL)
		return NCH_OK;
	if (value->type != NCH_JSON_ARRAY || value->count == 0 || value->count > NCH_MAX_BLOCKS || (*count > 0 && value->count != *count))
		return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" is no list of %s numbers", r->where, key, *count > 0 ? "as many" : "1 to 16");
	for (const nch_json *item = value->first; item != NULL; item = item->next) {
		int64_t number;
		if (item->type != NCH_JSON_NUMBER || !nch_number_read_integer(item->text, item->length, &number) || number < 1 || (uint64_t)number > most)
			return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" holds what is no number from 1 to %zu", r->where, key, most);
		list[found++] = (size_t)number;
	}
	*count = found;
	return NCH_OK;
}

/* One of two words. */
static nch_status read_choice(const struct reader *r, const char *key, const char *no, const char *yes, bool *is_yes)
{
	const nch_json *value = get(r, key);
	if (value != NULL && value->type != NCH_JSON_STRING)
		return fail(r, key, "is no text");
	const char *word = value != NULL ? value->text : no;
	*is_yes = strcmp(word, yes) == 0;
	if (!*is_yes && strcmp(word, no) != 0)
		return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" is \"%s\"; there are %s and %s", r->where, key, word, no, yes);
	return NCH_OK;
}

static nch_status read_funnel(const struct reader *r, const nch_family_keys *f)
{
	nch_funnel_config *funnel = &r->config->funnel;
	size_t passes = 0, blocks = 0;
	*funnel = f->defaults.funnel;
	NCH_TRY(read_list(r, "block_sizes", MAX_LAYERS, &blocks, funnel->sizes));
	if (blocks > 0)
		funnel->blocks = blocks;
	for (size_t b = 0; b < NCH_MAX_BLOCKS; b++) {
		funnel->sizes[b] = b < funnel->blocks ? funnel->sizes[b] : 0;
		funnel->repeats[b] = b < funnel->blocks;
	}
	NCH_TRY(read_list(r, "block_repeats", MAX_LAYERS, &funnel->blocks, funnel->repeats));
	r->config->layers = 0;
	for (size_t b = 0; b < funnel->blocks; b++) {
		r->config->layers += funnel->sizes[b];
		passes += funnel->sizes[b] * funnel->repeats[b];
	}
	if (r->config->hidden % 2 != 0)
		return fail(r, f->hidden, "is odd; half of it are sines of a distance, half cosines");
	if (passes > MAX_LAYERS)
		return fail(r, "block_sizes", "and \"block_repeats\" are too large");
	NCH_TRY(read_size(r, "d_head", 1, 1 << 12, funnel->head_width, &funnel->head_width));
	NCH_TRY(read_number(r, "activation_dropout", 0, 0.99999, 0.0f, &funnel->activation_dropout));
	NCH_TRY(read_choice(r, "pooling_type", "mean", "max", &funnel->largest));
	NCH_TRY(read_choice(r, "attention_type", "relative_shift", "factorized", &funnel->factorized));
	funnel->separate_cls = nch_json_bool(r->object, "separate_cls", true);
	funnel->truncate = nch_json_bool(r->object, "truncate_seq", true);
	funnel->queries_only = nch_json_bool(r->object, "pool_q_only", true);
	return NCH_OK;
}

static nch_status read_rates(const struct reader *r, const nch_family_keys *f)
{
	const double below_1 = 0.99999;
	nch_config *c = r->config;
	NCH_TRY(read_number(r, f->dropout, 0, below_1, f->defaults.dropout, &c->dropout));
	NCH_TRY(read_number(r, f->attention_dropout, 0, below_1, f->defaults.attention_dropout, &c->attention_dropout));
	/* classifier_dropout: null means that of the hidden layers */
	float otherwise = f->defaults.classifier_dropout >= 0 ? f->defaults.classifier_dropout : c->dropout;
	NCH_TRY(read_number(r, f->classifier_dropout, 0, below_1, otherwise, &c->classifier_dropout));
	NCH_TRY(read_number(r, f->family == NCH_FUNNEL ? "initializer_std" : "initializer_range", 0, 100, f->defaults.init_range, &c->init_range));
	c->norm_epsilon = f->defaults.norm_epsilon;
	if (f->family != NCH_DISTILBERT) /* which has it in its code */
		NCH_TRY(read_number(r, "layer_norm_eps", 0, 1, f->defaults.norm_epsilon, &c->norm_epsilon));
	return NCH_OK;
}

static nch_status read_padding(const struct reader *r, const nch_family_keys *f)
{
	nch_config *c = r->config;
	const nch_json *value = nch_json_get(r->object, "pad_token_id");
	int64_t pad = f->defaults.pad_token;
	if (value != NULL && value->type == NCH_JSON_NULL)
		pad = -1;
	else if (value != NULL && (value->type != NCH_JSON_NUMBER || !nch_number_read_integer(value->text, value->length, &pad)))
		return fail(r, "pad_token_id", "is no whole number");
	if (pad < -1 || pad >= (int64_t)c->vocab_size)
		return fail(r, "pad_token_id", "is not in the vocabulary");
	c->pad_token = (int)pad;
	c->position_offset = 0;
	if (f->family == NCH_ROBERTA) { /* its positions are counted from behind the padding's */
		if (pad < 0)
			return fail(r, "pad_token_id", "is null, but RoBERTa counts positions from it");
		c->position_offset = (size_t)pad + 1;
		if (c->position_offset >= c->max_positions)
			return fail(r, "pad_token_id", "leaves no room for positions");
	}
	return NCH_OK;
}

/* --- labels --- */

static nch_status number_labels(const struct reader *r, size_t count)
{
	nch_config *c = r->config;
	c->labels = count;
	c->label_names = nch_arena_alloc(r->arena, count, sizeof *c->label_names);
	if (c->label_names == NULL)
		return nch_no_memory(r->error);
	for (size_t i = 0; i < count; i++) {
		char name[32];
		int length = snprintf(name, sizeof name, "LABEL_%zu", i);
		c->label_names[i] = nch_arena_text(r->arena, name, (size_t)length);
		if (c->label_names[i] == NULL)
			return nch_no_memory(r->error);
	}
	return NCH_OK;
}

/* id2label: {"0": name, …}, in any order ("10" may stand before "2"), every number from 0 on once. */
static nch_status read_labels(const struct reader *r)
{
	nch_config *c = r->config;
	const nch_json *map = get(r, "id2label");
	size_t count;
	if (map == NULL) {
		NCH_TRY(read_size(r, "num_labels", 1, MAX_LABELS, 2, &count));
		NCH_TRY(read_size(r, "_num_labels", 1, MAX_LABELS, count, &count));
		return number_labels(r, count);
	}
	if (map->type != NCH_JSON_OBJECT || map->count == 0 || map->count > MAX_LABELS)
		return fail(r, "id2label", "is no object of numbers and names");
	c->labels = map->count;
	c->label_names = nch_arena_alloc(r->arena, c->labels, sizeof *c->label_names);
	if (c->label_names == NULL)
		return nch_no_memory(r->error);
	for (size_t i = 0; i < c->labels; i++)
		c->label_names[i] = NULL;
	for (const nch_json *entry = map->first; entry != NULL; entry = entry->next) {
		int64_t id;
		if (!nch_number_read_integer(entry->name, entry->name_length, &id) || id < 0 || (uint64_t)id >= c->labels)
			return nch_fail(r->error, NCH_FORMAT, "%s: \"id2label\" has %zu labels, but one is numbered \"%s\"", r->where, c->labels, entry->name);
		if (c->label_names[id] != NULL)
			return nch_fail(r->error, NCH_FORMAT, "%s: \"id2label\" has two labels numbered %lld", r->where, (long long)id);
		if ((entry->type != NCH_JSON_STRING && entry->type != NCH_JSON_NUMBER) || strlen(entry->text) != entry->length)
			return nch_fail(r->error, NCH_FORMAT, "%s: label %lld of \"id2label\" is no text", r->where, (long long)id);
		c->label_names[id] = nch_arena_text(r->arena, entry->text, entry->length);
		if (c->label_names[id] == NULL)
			return nch_no_memory(r->error);
	}
	return NCH_OK;
}

static nch_status read_problem(const struct reader *r)
{
	const char *type = nch_json_text(r->object, "problem_type", "single_label_classification");
	r->config->multi_label = strcmp(type, "multi_label_classification") == 0;
	if (!r->config->multi_label && strcmp(type, "single_label_classification") != 0)
		return nch_fail(r->error, NCH_FORMAT, "%s: problem_type \"%s\" is not one that this program computes (single_label_classification, "
		                "multi_label_classification)", r->where, type);
	return NCH_OK;
}

nch_status nch_config_parse(const char *text, size_t length, const char *where, nch_arena *arena, nch_config *config, nch_error *error)
{
	nch_json *object;
	const nch_family_keys *family = NULL;
	nch_config result = {0};
	struct reader r = {.where = where, .arena = arena, .config = &result, .error = error};

	NCH_TRY(nch_json_parse(text, length, where, arena, &object, error));
	if (object->type != NCH_JSON_OBJECT)
		return nch_fail(error, NCH_FORMAT, "%s: is no JSON object", where);
	r.object = object;
	NCH_TRY(read_family(&r, &family));
	result.family = family->family;
	read_head(&r);
	NCH_TRY(refuse_variants(&r));
	NCH_TRY(read_sizes(&r, family));
	if (result.family == NCH_FUNNEL)
		NCH_TRY(read_funnel(&r, family));
	NCH_TRY(read_rates(&r, family));
	NCH_TRY(read_activation(&r, family));
	NCH_TRY(read_padding(&r, family));
	NCH_TRY(read_labels(&r));
	NCH_TRY(read_problem(&r));
	*config = result;
	return NCH_OK;
}

nch_status nch_config_read(const char *path, nch_arena *arena, nch_config *config, nch_error *error)
{
	nch_buffer text = {0};
	nch_status status = nch_file_read(path, MAX_CONFIG, &text, error);
	if (status == NCH_OK)
		status = nch_config_parse(text.data, text.length, path, arena, config, error);
	nch_buffer_free(&text);
	return status;
}

/* --- presets --- */

bool nch_config_preset(const char *name, nch_config *config)
{
	static const struct {
		const char *name;
		size_t layers, hidden;
	} presets[] = {{"tiny", 2, 128}, {"mini", 4, 256}, {"small", 4, 512}, {"medium", 8, 512}, {"base", 12, 768}, {"large", 24, 1024}};
	for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
		if (strcmp(name, presets[i].name) == 0) {
			size_t hidden = presets[i].hidden;
			*config = (nch_config){.family = NCH_BERT, .hidden = hidden, .embedding = hidden, .layers = presets[i].layers, .heads = hidden / 64,
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
	if (c.layers > MAX_LAYERS)
		return nch_fail(error, NCH_USAGE, "--layers %zu: at most %d", c.layers, MAX_LAYERS);
	if (c.heads == 0)
		return nch_fail(error, NCH_USAGE, "--hidden %zu is no multiple of 32: say with --heads how many heads it is divided into", c.hidden);
	if (c.hidden % c.heads != 0)
		return nch_fail(error, NCH_USAGE, "--heads %zu: a width of %zu cannot be divided into so many", c.heads, c.hidden);
	if (c.embedding != c.hidden)
		c.family = NCH_ELECTRA;
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
