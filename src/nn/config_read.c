/* config_read.c - config.json read: what all families of models have, under each one's names; the rest is the family's own affair.
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
#include "nn/config_keys.h"
#include "nn/family.h"

enum {
	MAX_CONFIG = 16 << 20, /* bytes of a config.json */
	MAX_LABELS = 100000
};

nch_status nch_config_refuse(const nch_config_reader *r, const char *key, const char *what)
{
	return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" %s", r->where, key, what);
}

const nch_json *nch_config_get(const nch_config_reader *r, const char *key)
{
	const nch_json *value = nch_json_get(r->object, key);
	return value != NULL && value->type != NCH_JSON_NULL ? value : NULL;
}

nch_status nch_config_get_size(const nch_config_reader *r, const char *key, size_t least, size_t most, size_t otherwise, size_t *size)
{
	const nch_json *value = nch_config_get(r, key);
	int64_t number;
	*size = otherwise;
	if (value == NULL)
		return NCH_OK;
	if (value->type != NCH_JSON_NUMBER || !nch_number_read_integer(value->text, value->length, &number))
		return nch_config_refuse(r, key, "is no whole number");
	if (number < 0 || (uint64_t)number < least || (uint64_t)number > most)
		return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" is %lld; from %zu to %zu are possible", r->where, key, (long long)number, least, most);
	*size = (size_t)number;
	return NCH_OK;
}

nch_status nch_config_get_number(const nch_config_reader *r, const char *key, double least, double most, float otherwise, float *number)
{
	const nch_json *value = nch_config_get(r, key);
	*number = otherwise;
	if (value == NULL)
		return NCH_OK;
	if (value->type != NCH_JSON_NUMBER)
		return nch_config_refuse(r, key, "is no number");
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

static nch_status refuse_type(const nch_config_reader *r, const char *type)
{
	nch_buffer known = {0};
	for (size_t i = 0; i < nch_family_count; i++)
		nch_buffer_printf(&known, "%s%s", i > 0 ? ", " : "", nch_families[i]->model_type);
	nch_status status = nch_fail(r->error, NCH_FORMAT, "%s: model_type \"%s\" is not one that this program computes (%s)", r->where, type,
	                             known.data ? known.data : "");
	nch_buffer_free(&known);
	return status;
}

/* Old files lack model_type; then the architecture's name tells, and without one it is BERT, which came first. */
static nch_status read_family(const nch_config_reader *r, const nch_family **family)
{
	const char *type = nch_json_text(r->object, "model_type", NULL);
	const nch_json *architecture = nch_json_path(r->object, "architectures.0");
	if (type == NULL && architecture != NULL && architecture->type == NCH_JSON_STRING) {
		for (size_t i = 0; i < nch_family_count; i++)
			if (begins(architecture->text, nch_families[i]->class_prefix)) {
				*family = nch_families[i];
				return NCH_OK;
			}
		return nch_fail(r->error, NCH_FORMAT, "%s: architecture \"%s\" is not one that this program computes", r->where, architecture->text);
	}
	if (type == NULL && nch_config_get(r, "hidden_size") == NULL)
		return nch_fail(r->error, NCH_FORMAT, "%s: has no \"model_type\"; is it the config.json of a model?", r->where);
	for (size_t i = 0; i < nch_family_count; i++)
		if (strcmp(type != NULL ? type : "bert", nch_families[i]->model_type) == 0) {
			*family = nch_families[i];
			return NCH_OK;
		}
	return refuse_type(r, type);
}

/* A masked language model and a discriminator say what they are; everything else is a classifier, or will become one. (Funnel's masked language model
 * has a decoder, which is not computed.) */
static void read_head(const nch_config_reader *r)
{
	const nch_json *architecture = nch_json_path(r->object, "architectures.0");
	r->config->head = NCH_HEAD_CLASSIFIER;
	if (architecture == NULL || architecture->type != NCH_JSON_STRING)
		return;
	if (r->config->family->names.mlm_dense != NULL && strstr(architecture->text, "ForMaskedLM") != NULL)
		r->config->head = NCH_HEAD_MLM;
	else if (r->config->family->names.rtd_dense != NULL && strstr(architecture->text, "ForPreTraining") != NULL)
		r->config->head = NCH_HEAD_RTD;
}

/* What would make another function of the same weights. */
static nch_status refuse_variants(const nch_config_reader *r)
{
	const char *position = nch_json_text(r->object, "position_embedding_type", "absolute");
	if (strcmp(position, "absolute") != 0)
		return nch_fail(r->error, NCH_FORMAT, "%s: position_embedding_type \"%s\" is not one that this program computes (absolute)", r->where, position);
	if (nch_json_bool(r->object, "is_decoder", false))
		return nch_config_refuse(r, "is_decoder", "is true: a decoder is not an encoder");
	if (nch_json_bool(r->object, "add_cross_attention", false))
		return nch_config_refuse(r, "add_cross_attention", "is true: this program computes encoders only");
	static const char *const groups[] = {"num_hidden_groups", "inner_group_num"}; /* of ALBERT; others have none */
	for (size_t i = 0; i < 2; i++)
		if (nch_json_number(r->object, groups[i], 1) != 1)
			return nch_config_refuse(r, groups[i], "is not 1; ALBERT with several groups of layers is not computed");
	return NCH_OK;
}

/* --- numbers --- */

nch_status nch_config_get_activation(const nch_config_reader *r, const char *key, const char *otherwise, nch_activation *activation)
{
	const nch_json *value = nch_config_get(r, key);
	if (value != NULL && value->type != NCH_JSON_STRING)
		return nch_config_refuse(r, key, "is no text");
	const char *name = value != NULL ? value->text : otherwise;
	for (size_t i = 0; nch_activation_names[i].name != NULL; i++)
		if (strcmp(name, nch_activation_names[i].name) == 0) {
			*activation = nch_activation_names[i].activation;
			return NCH_OK;
		}
	return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" is \"%s\", which this program does not compute (gelu, gelu_new, relu, silu, tanh)",
	                r->where, key, name);
}

static nch_status read_sizes(const nch_config_reader *r, const nch_family *f)
{
	nch_config *c = r->config;
	NCH_TRY(nch_config_get_size(r, "vocab_size", 1, INT32_MAX, f->defaults.vocab_size, &c->vocab_size));
	NCH_TRY(nch_config_get_size(r, f->hidden, 1, 1 << 16, f->defaults.hidden, &c->hidden));
	if (f->layers != NULL)
		NCH_TRY(nch_config_get_size(r, f->layers, 1, NCH_MAX_LAYERS, f->defaults.layers, &c->layers));
	NCH_TRY(nch_config_get_size(r, f->heads, 1, 1 << 16, f->defaults.heads, &c->heads));
	NCH_TRY(nch_config_get_size(r, f->feed_forward, 1, 1 << 20, f->defaults.feed_forward, &c->feed_forward));
	NCH_TRY(nch_config_get_size(r, "max_position_embeddings", 1, 1 << 24, f->defaults.max_positions, &c->max_positions));
	c->embedding = c->hidden;
	if (f->defaults.embedding > 0)
		NCH_TRY(nch_config_get_size(r, "embedding_size", 1, 1 << 16, f->defaults.embedding, &c->embedding));
	c->types = 0;
	if (f->defaults.types > 0)
		NCH_TRY(nch_config_get_size(r, "type_vocab_size", 0, 1 << 16, f->defaults.types, &c->types));
	if (!f->free_heads && c->hidden % c->heads != 0)
		return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" (%zu) is no multiple of \"%s\" (%zu)", r->where, f->hidden, c->hidden, f->heads,
		                c->heads);
	return NCH_OK;
}

/* One of two words. */
nch_status nch_config_get_choice(const nch_config_reader *r, const char *key, const char *no, const char *yes, bool *is_yes)
{
	const nch_json *value = nch_config_get(r, key);
	if (value != NULL && value->type != NCH_JSON_STRING)
		return nch_config_refuse(r, key, "is no text");
	const char *word = value != NULL ? value->text : no;
	*is_yes = strcmp(word, yes) == 0;
	if (!*is_yes && strcmp(word, no) != 0)
		return nch_fail(r->error, NCH_FORMAT, "%s: \"%s\" is \"%s\"; there are %s and %s", r->where, key, word, no, yes);
	return NCH_OK;
}

static nch_status read_rates(const nch_config_reader *r, const nch_family *f)
{
	const double below_1 = 0.99999;
	nch_config *c = r->config;
	NCH_TRY(nch_config_get_number(r, f->dropout, 0, below_1, f->defaults.dropout, &c->dropout));
	NCH_TRY(nch_config_get_number(r, f->attention_dropout, 0, below_1, f->defaults.attention_dropout, &c->attention_dropout));
	/* classifier_dropout: null means that of the hidden layers */
	float otherwise = f->defaults.classifier_dropout >= 0 ? f->defaults.classifier_dropout : c->dropout;
	c->classifier_dropout = otherwise;
	if (f->classifier_dropout != NULL)
		NCH_TRY(nch_config_get_number(r, f->classifier_dropout, 0, below_1, otherwise, &c->classifier_dropout));
	NCH_TRY(nch_config_get_number(r, f->init_range, 0, 100, f->defaults.init_range, &c->init_range));
	c->norm_epsilon = f->defaults.norm_epsilon;
	if (f->norm_epsilon != NULL)
		NCH_TRY(nch_config_get_number(r, f->norm_epsilon, 0, 1, f->defaults.norm_epsilon, &c->norm_epsilon));
	return NCH_OK;
}

static nch_status read_padding(const nch_config_reader *r, const nch_family *f)
{
	nch_config *c = r->config;
	const nch_json *value = nch_json_get(r->object, "pad_token_id");
	int64_t pad = f->defaults.pad_token;
	if (value != NULL && value->type == NCH_JSON_NULL)
		pad = -1;
	else if (value != NULL && (value->type != NCH_JSON_NUMBER || !nch_number_read_integer(value->text, value->length, &pad)))
		return nch_config_refuse(r, "pad_token_id", "is no whole number");
	if (pad < -1 || pad >= (int64_t)c->vocab_size)
		return nch_config_refuse(r, "pad_token_id", "is not in the vocabulary");
	c->pad_token = (int)pad;
	c->position_offset = 0;
	if (f->positions_behind_padding) {
		if (pad < 0)
			return nch_fail(r->error, NCH_FORMAT, "%s: \"pad_token_id\" is null, but %s counts positions from it", r->where, f->title);
		c->position_offset = (size_t)pad + 1;
		if (c->position_offset >= c->max_positions)
			return nch_config_refuse(r, "pad_token_id", "leaves no room for positions");
	}
	return NCH_OK;
}

/* --- labels --- */

static nch_status number_labels(const nch_config_reader *r, size_t count)
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
static nch_status read_labels(const nch_config_reader *r)
{
	nch_config *c = r->config;
	const nch_json *map = nch_config_get(r, "id2label");
	size_t count;
	if (map == NULL) {
		NCH_TRY(nch_config_get_size(r, "num_labels", 1, MAX_LABELS, 2, &count));
		NCH_TRY(nch_config_get_size(r, "_num_labels", 1, MAX_LABELS, count, &count));
		return number_labels(r, count);
	}
	if (map->type != NCH_JSON_OBJECT || map->count == 0 || map->count > MAX_LABELS)
		return nch_config_refuse(r, "id2label", "is no object of numbers and names");
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

/* What the family alone has: its defaults, then what the file says of it. */
static nch_status read_own(const nch_config_reader *r, const nch_family *f)
{
	if (f->own_size > 0) {
		r->config->own = nch_arena_alloc(r->arena, 1, f->own_size);
		if (r->config->own == NULL)
			return nch_no_memory(r->error);
		memcpy(r->config->own, f->defaults.own, f->own_size);
	}
	return f->read != NULL ? f->read(r) : NCH_OK;
}

static nch_status read_problem(const nch_config_reader *r)
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
	const nch_family *family = NULL;
	nch_config result = {0};
	nch_config_reader r = {.where = where, .arena = arena, .config = &result, .error = error};

	NCH_TRY(nch_json_parse(text, length, where, arena, &object, error));
	if (object->type != NCH_JSON_OBJECT)
		return nch_fail(error, NCH_FORMAT, "%s: is no JSON object", where);
	r.object = object;
	NCH_TRY(read_family(&r, &family));
	result.family = family;
	read_head(&r);
	NCH_TRY(refuse_variants(&r));
	NCH_TRY(read_sizes(&r, family));
	NCH_TRY(read_own(&r, family));
	NCH_TRY(read_rates(&r, family));
	NCH_TRY(nch_config_get_activation(&r, family->activation, family->default_activation, &result.activation));
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
