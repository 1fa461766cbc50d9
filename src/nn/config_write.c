/* config_write.c - config.json written as transformers' ...ForSequenceClassification, ...ForMaskedLM or ElectraForPreTraining reads it. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "nn/config_families.h"

static void key(nch_buffer *out, const char *name)
{
	nch_buffer_text(out, out->length > 2 ? ",\n  " : "  ");
	nch_json_write_text(out, name, strlen(name));
	nch_buffer_text(out, ": ");
}

static void text(nch_buffer *out, const char *name, const char *value)
{
	key(out, name);
	nch_json_write_text(out, value, strlen(value));
}

static void size(nch_buffer *out, const char *name, size_t value)
{
	key(out, name);
	nch_buffer_printf(out, "%zu", value);
}

static void number(nch_buffer *out, const char *name, float value)
{
	key(out, name);
	nch_json_write_float(out, value);
}

static const char *activation_name(nch_activation activation)
{
	size_t i = 0;
	while (nch_activation_names[i].name != NULL && nch_activation_names[i].activation != activation)
		i++;
	return nch_activation_names[i].name;
}

static void write_labels(nch_buffer *out, const nch_config *config)
{
	key(out, "id2label");
	for (size_t i = 0; i < config->labels; i++) {
		nch_buffer_printf(out, i == 0 ? "{\n    \"%zu\": " : ",\n    \"%zu\": ", i);
		nch_json_write_text(out, config->label_names[i], strlen(config->label_names[i]));
	}
	nch_buffer_text(out, "\n  }");
	key(out, "label2id");
	for (size_t i = 0; i < config->labels; i++) {
		nch_buffer_text(out, i == 0 ? "{\n    " : ",\n    ");
		nch_json_write_text(out, config->label_names[i], strlen(config->label_names[i]));
		nch_buffer_printf(out, ": %zu", i);
	}
	nch_buffer_text(out, "\n  }");
}

static void write_sizes(nch_buffer *out, const nch_config *config, const nch_family_keys *family)
{
	size(out, "vocab_size", config->vocab_size);
	if (family->defaults.embedding > 0)
		size(out, "embedding_size", config->embedding);
	size(out, family->hidden, config->hidden);
	if (config->family != NCH_FUNNEL)
		size(out, family->layers, config->layers);
	size(out, family->heads, config->heads);
	size(out, family->feed_forward, config->feed_forward);
	size(out, "max_position_embeddings", config->max_positions);
	if (family->defaults.types > 0)
		size(out, "type_vocab_size", config->types);
}

static void list(nch_buffer *out, const char *name, const size_t *numbers, size_t count)
{
	key(out, name);
	for (size_t i = 0; i < count; i++)
		nch_buffer_printf(out, "%s%zu", i == 0 ? "[" : ", ", numbers[i]);
	nch_buffer_text(out, "]");
}

static void yes_or_no(nch_buffer *out, const char *name, bool value)
{
	key(out, name);
	nch_buffer_text(out, value ? "true" : "false");
}

static void write_funnel(nch_buffer *out, const nch_config *config)
{
	const nch_funnel_config *funnel = &config->funnel;
	list(out, "block_sizes", funnel->sizes, funnel->blocks);
	list(out, "block_repeats", funnel->repeats, funnel->blocks);
	size(out, "d_head", funnel->head_width);
	number(out, "activation_dropout", funnel->activation_dropout);
	text(out, "pooling_type", funnel->largest ? "max" : "mean");
	text(out, "attention_type", funnel->factorized ? "factorized" : "relative_shift");
	yes_or_no(out, "separate_cls", funnel->separate_cls);
	yes_or_no(out, "truncate_seq", funnel->truncate);
	yes_or_no(out, "pool_q_only", funnel->queries_only);
}

static void write_all(nch_buffer *out, const nch_config *config, const nch_family_keys *family)
{
	static const char *const heads[] = {[NCH_HEAD_CLASSIFIER] = "SequenceClassification", [NCH_HEAD_MLM] = "MaskedLM", [NCH_HEAD_RTD] = "PreTraining"};
	nch_buffer_text(out, "{\n");
	key(out, "architectures");
	nch_buffer_printf(out, "[\n    \"%sFor%s\"\n  ]", family->class_prefix, heads[config->head]);
	text(out, "model_type", family->model_type);
	write_sizes(out, config, family);
	text(out, family->activation, activation_name(config->activation));
	number(out, family->dropout, config->dropout);
	number(out, family->attention_dropout, config->attention_dropout);
	if (config->family == NCH_FUNNEL)
		write_funnel(out, config);
	else
		number(out, family->classifier_dropout, config->classifier_dropout);
	number(out, config->family == NCH_FUNNEL ? "initializer_std" : "initializer_range", config->init_range);
	if (config->family != NCH_DISTILBERT) /* there it is 1e-12 and has no key */
		number(out, "layer_norm_eps", config->norm_epsilon);
	if (config->family != NCH_DISTILBERT && config->family != NCH_FUNNEL)
		text(out, "position_embedding_type", "absolute");
	if (config->family == NCH_ELECTRA) { /* the head that its classifier has anyway */
		text(out, "summary_type", "first");
		text(out, "summary_activation", "gelu");
	}
	key(out, "pad_token_id");
	if (config->pad_token >= 0)
		nch_buffer_printf(out, "%d", config->pad_token);
	else
		nch_buffer_text(out, "null");
	if (config->head == NCH_HEAD_CLASSIFIER)
		text(out, "problem_type", config->multi_label ? "multi_label_classification" : "single_label_classification");
	if (config->head == NCH_HEAD_CLASSIFIER && config->labels > 0)
		write_labels(out, config);
	nch_buffer_text(out, "\n}\n");
}

nch_status nch_config_text(const nch_config *config, nch_buffer *out, nch_error *error)
{
	const nch_family_keys *family = nch_families;
	while (family->model_type != NULL && family->family != config->family)
		family++;
	if (family->model_type == NULL)
		return nch_fail(error, NCH_USAGE, "a model of this family cannot be written");
	write_all(out, config, family);
	return nch_buffer_check(out, error);
}

nch_status nch_config_write(const nch_config *config, const char *path, nch_error *error)
{
	nch_buffer out = {0};
	nch_status status = nch_config_text(config, &out, error);
	if (status == NCH_OK)
		status = nch_file_write(path, out.data, out.length, error);
	nch_buffer_free(&out);
	return status;
}
