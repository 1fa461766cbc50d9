/* config_write.c - config.json written as transformers' ...ForSequenceClassification, ...ForMaskedLM or ElectraForPreTraining reads it. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "nn/config_keys.h"
#include "nn/family.h"

void nch_config_put_key(nch_buffer *out, const char *name)
{
	nch_buffer_text(out, out->length > 2 ? ",\n  " : "  ");
	nch_json_write_text(out, name, strlen(name));
	nch_buffer_text(out, ": ");
}

void nch_config_put_text(nch_buffer *out, const char *name, const char *value)
{
	nch_config_put_key(out, name);
	nch_json_write_text(out, value, strlen(value));
}

void nch_config_put_size(nch_buffer *out, const char *name, size_t value)
{
	nch_config_put_key(out, name);
	nch_buffer_printf(out, "%zu", value);
}

void nch_config_put_number(nch_buffer *out, const char *name, float value)
{
	nch_config_put_key(out, name);
	nch_json_write_float(out, value);
}

const nch_activation_name nch_activation_names[] = {
	{"gelu", NCH_GELU},
	{"gelu_python", NCH_GELU},
	{"gelu_new", NCH_GELU_TANH},
	{"gelu_pytorch_tanh", NCH_GELU_TANH}, /* the same formula */
	{"gelu_fast", NCH_GELU_TANH},         /* and again, its factors in another order */
	{"relu", NCH_RELU},
	{"silu", NCH_SILU},
	{"swish", NCH_SILU},
	{"tanh", NCH_TANH},
	{NULL, NCH_GELU},
};

const char *nch_activation_text(nch_activation activation)
{
	size_t i = 0;
	while (nch_activation_names[i].name != NULL && nch_activation_names[i].activation != activation)
		i++;
	return nch_activation_names[i].name;
}

static void write_labels(nch_buffer *out, const nch_config *config)
{
	nch_config_put_key(out, "id2label");
	for (size_t i = 0; i < config->labels; i++) {
		nch_buffer_printf(out, i == 0 ? "{\n    \"%zu\": " : ",\n    \"%zu\": ", i);
		nch_json_write_text(out, config->label_names[i], strlen(config->label_names[i]));
	}
	nch_buffer_text(out, "\n  }");
	nch_config_put_key(out, "label2id");
	for (size_t i = 0; i < config->labels; i++) {
		nch_buffer_text(out, i == 0 ? "{\n    " : ",\n    ");
		nch_json_write_text(out, config->label_names[i], strlen(config->label_names[i]));
		nch_buffer_printf(out, ": %zu", i);
	}
	nch_buffer_text(out, "\n  }");
}

static void write_sizes(nch_buffer *out, const nch_config *config, const nch_family *family)
{
	nch_config_put_size(out, "vocab_size", config->vocab_size);
	if (family->defaults.embedding > 0)
		nch_config_put_size(out, "embedding_size", config->embedding);
	nch_config_put_size(out, family->hidden, config->hidden);
	if (family->layers != NULL)
		nch_config_put_size(out, family->layers, config->layers);
	nch_config_put_size(out, family->heads, config->heads);
	nch_config_put_size(out, family->feed_forward, config->feed_forward);
	nch_config_put_size(out, "max_position_embeddings", config->max_positions);
	if (family->defaults.types > 0)
		nch_config_put_size(out, "type_vocab_size", config->types);
}

void nch_config_put_bool(nch_buffer *out, const char *name, bool value)
{
	nch_config_put_key(out, name);
	nch_buffer_text(out, value ? "true" : "false");
}

static void write_all(nch_buffer *out, const nch_config *config, const nch_family *family)
{
	static const char *const heads[] = {[NCH_HEAD_CLASSIFIER] = "SequenceClassification", [NCH_HEAD_MLM] = "MaskedLM", [NCH_HEAD_RTD] = "PreTraining"};
	nch_buffer_text(out, "{\n");
	nch_config_put_key(out, "architectures");
	nch_buffer_printf(out, "[\n    \"%sFor%s\"\n  ]", family->class_prefix, heads[config->head]);
	nch_config_put_text(out, "model_type", family->model_type);
	write_sizes(out, config, family);
	nch_config_put_text(out, family->activation, nch_activation_text(config->activation));
	nch_config_put_number(out, family->dropout, config->dropout);
	nch_config_put_number(out, family->attention_dropout, config->attention_dropout);
	if (family->classifier_dropout != NULL)
		nch_config_put_number(out, family->classifier_dropout, config->classifier_dropout);
	nch_config_put_number(out, family->init_range, config->init_range);
	if (family->norm_epsilon != NULL)
		nch_config_put_number(out, family->norm_epsilon, config->norm_epsilon);
	if (family->position_type)
		nch_config_put_text(out, "position_embedding_type", "absolute");
	if (family->write != NULL)
		family->write(out, config);
	nch_config_put_key(out, "pad_token_id");
	if (config->pad_token >= 0)
		nch_buffer_printf(out, "%d", config->pad_token);
	else
		nch_buffer_text(out, "null");
	if (config->head == NCH_HEAD_CLASSIFIER)
		nch_config_put_text(out, "problem_type", config->multi_label ? "multi_label_classification" : "single_label_classification");
	if (config->head == NCH_HEAD_CLASSIFIER && config->labels > 0)
		write_labels(out, config);
	nch_buffer_text(out, "\n}\n");
}

nch_status nch_config_text(const nch_config *config, nch_buffer *out, nch_error *error)
{
	if (config->family == NULL)
		return nch_fail(error, NCH_USAGE, "a model of this family cannot be written");
	write_all(out, config, config->family);
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
