/* cmd_inspect.c - `nunchi inspect DIR`: what a model is made of, and the memory that it takes. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/output.h"
#include "io/weights.h"
#include "ngram/model.h"
#include "nn/family.h"
#include "nn/memory.h"
#include "nn/model.h"
#include "tokenizer/tokenizer.h"
#include "train/committee.h"
#include "train/self_test.h"
#include "train/settings.h"

typedef struct inspect_call {
	bool tensors, verify;
	size_t sentences, length; /* of a batch */
	size_t threads;           /* 0: nobody said how many */
} inspect_call;

static const nch_option own_options[] = {
	{"tensors", NCH_SET_FLAG(inspect_call, tensors), .help = "every tensor with its type and shape", .otherwise = "yes"},
	{"batch", NCH_SET_INTEGER(inspect_call, sentences), .argument = "N", .help = "memory: sentences at once", .otherwise = "32", .least = 1, .most = 1000000},
	{"length", NCH_SET_INTEGER(inspect_call, length), .argument = "N", .help = "memory: tokens of a sentence, on average", .otherwise = "32", .least = 1, .most = 1000000},
	{"verify", NCH_SET_FLAG(inspect_call, verify), .help = "instead: does the folder still give the ids and logits that it gave when it was saved?"},
	{0}};
static const nch_option_group own_group = {"Options", own_options};

/* The part of a model that a tensor belongs to, from its name. */
static const char *part_of(const char *name)
{
	static const struct {
		const char *mark, *part;
	} parts[] = {{"pooler", "head"}, {"classifier", "head"}, {"predictions.", "head"}, {"lm_head", "head"}, {"generator_", "head"},
	             {"vocab_", "head"}, {"embedding", "embeddings"}, {"attention", "attention"}, {"sa_layer_norm", "attention"},
	             {"intermediate", "feed-forward"}, {"output.dense", "feed-forward"}, {"output.LayerNorm", "feed-forward"},
	             {"ffn", "feed-forward"}, {"layer_norm", "feed-forward"}};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strstr(name, parts[i].mark) != NULL)
			return parts[i].part;
	return "other";
}

static void print_tensor(const nch_weight *weight)
{
	char shape[128] = "";
	for (size_t i = 0; i < weight->rank; i++) {
		size_t used = strlen(shape);
		snprintf(shape + used, sizeof shape - used, "%s%zu", i > 0 ? " × " : "", weight->shape[i]);
	}
	nch_output_printf("  %-64s %-4s %12zu  %s\n", weight->name, nch_dtype_name(weight->type), weight->count, shape);
}

static size_t print_parts(const nch_weights *weights)
{
	static const char *const parts[] = {"embeddings", "attention", "feed-forward", "head", "other"};
	size_t total = 0;
	for (size_t i = 0; i < nch_weights_count(weights); i++)
		total += nch_weights_at(weights, i)->count;
	nch_output_text("parameters\n");
	for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
		size_t count = 0;
		for (size_t i = 0; i < nch_weights_count(weights); i++)
			if (strcmp(part_of(nch_weights_at(weights, i)->name), parts[p]) == 0)
				count += nch_weights_at(weights, i)->count;
		if (count > 0)
			nch_output_printf("  %-22s %13zu  %5.1f %%\n", parts[p], count, 100.0 * (double)count / (double)total);
	}
	nch_output_printf("  %-22s %13zu\n", "all", total);
	return total;
}

static void print_labels(char *const *names, size_t count, bool multi_label)
{
	nch_output_printf("  %-22s %zu, %s:", "labels", count, multi_label ? "any number a text" : "one a text");
	for (size_t i = 0; i < count; i++)
		nch_output_printf(" %s", names[i]);
	nch_output_text("\n");
}

static void print_config(const char *folder, const nch_config *config)
{
	nch_output_printf("%s\n  %-22s %s, %zu layers of %zu, %zu heads, feed-forward %zu\n", folder, "model", config->family->title,
	                  config->layers, config->hidden, config->heads, config->feed_forward);
	nch_output_printf("  %-22s %zu pieces, %zu positions, %zu token types", "embeddings", config->vocab_size, config->max_positions, config->types);
	if (config->embedding != config->hidden)
		nch_output_printf(", %zu wide", config->embedding);
	nch_output_text("\n");
	if (config->head == NCH_HEAD_CLASSIFIER)
		print_labels(config->label_names, config->labels, config->multi_label);
	else
		nch_output_printf("  %-22s %s\n", "head", config->head == NCH_HEAD_MLM ? "says what hidden tokens were (masked language model)"
		                                                                        : "says which tokens were replaced (discriminator)");
}

/* What else predicting needs; a folder from a hub may lack it, which is no failure. */
static nch_status print_rest(const char *folder, const nch_model *model, nch_error *error)
{
	nch_settings settings;
	nch_tokenizer *tokenizer;
	nch_error why;
	NCH_TRY(nch_settings_read(folder, &settings, error));
	nch_settings_free(&settings); /* its thresholds are of no interest here */
	nch_status loaded = nch_tokenizer_load(folder, &tokenizer, &why);
	if (loaded == NCH_MEMORY)
		return nch_no_memory(error); /* which says nothing of the folder */
	if (loaded == NCH_OK) {
		nch_output_printf("  %-22s %s, %zu pieces\n", "tokenizer", nch_tokenizer_kind(tokenizer), nch_tokenizer_size(tokenizer));
		nch_tokenizer_free(tokenizer);
	} else {
		nch_output_printf("  %-22s none: %s\n", "tokenizer", why.text);
	}
	if (settings.max_len > 0)
		nch_output_printf("  %-22s %zu tokens\n", "max_len", settings.max_len);
	else
		nch_output_printf("  %-22s %zu tokens (the model's own limit)\n", "max_len", nch_model_max_len(model));
	return NCH_OK;
}

static void print_bill(const char *what, const nch_memory *m)
{
	const double mega = 1e6;
	nch_output_printf("  %-22s %10.1f %10.1f %10.1f %10.1f %10.1f\n", what, (double)m->all / mega, (double)m->weights / mega,
	                  (double)m->state / mega, (double)(m->activations + m->gradients) / mega, (double)m->working / mega);
}

static void print_memory(const inspect_call *call, const nch_model *model)
{
	size_t sentences = call->sentences, length = call->length;
	size_t threads = call->threads > 0 ? call->threads : nch_pool_cores();
	size_t tokens = sentences * length;
	nch_memory adam = nch_memory_training(&model->config, model->parameters, tokens, sentences, length, threads, 2);
	nch_memory sgd = nch_memory_training(&model->config, model->parameters, tokens, sentences, length, threads, 1);
	nch_memory predicting = nch_memory_predicting(&model->config, model->parameters, tokens, sentences, length, threads);
	nch_output_printf("memory in MB, for batches of %zu sentences of %zu tokens (--batch, --length)\n", sentences, length);
	nch_output_printf("  %-22s %10s %10s %10s %10s %10s\n", "", "all", "weights", "optimizer", "activation", "working");
	print_bill("predicting", &predicting);
	print_bill("training with AdamW", &adam);
	print_bill("training with SGD", &sgd);
}

static nch_status print_model(const inspect_call *call, const char *folder, const nch_model *model, const nch_weights *weights,
                              nch_error *error)
{
	print_config(folder, &model->config);
	NCH_TRY(print_rest(folder, model, error));
	if (call->tensors) {
		nch_output_text("tensors\n");
		for (size_t i = 0; i < nch_weights_count(weights); i++)
			print_tensor(nch_weights_at(weights, i));
	}
	print_parts(weights);
	print_memory(call, model);
	if (model->report.length > 0)
		nch_output_text("on loading\n");
	for (const char *line = model->report.length > 0 ? model->report.data : ""; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		nch_output_printf("  %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
	return NCH_OK;
}

static nch_status print_ngram(const inspect_call *call, const char *folder, nch_error *error)
{
	nch_ngram *model;
	nch_weights *weights;
	NCH_TRY(nch_ngram_open(folder, &model, error));
	nch_status status = nch_weights_open(folder, &weights, error);
	if (status == NCH_OK) {
		nch_output_printf("%s\n  %-22s %s n-grams of %u to %u within words, %zu features%s\n", folder, "model", nch_gram_widths_unit(model->shape.widths), model->shape.widths.shortest,
		                  model->shape.widths.longest, model->features, model->shape.buckets > 0 ? " (hashed)" : "");
		nch_output_printf("  %-22s %g\n", "--ngram-c", model->shape.c);
		if (model->shape.least > 1)
			nch_output_printf("  %-22s %zu\n", "--ngram-least", model->shape.least);
		print_labels(model->labels.names, model->labels.count, model->multi_label);
		if (call->tensors) {
			nch_output_text("tensors\n");
			for (size_t i = 0; i < nch_weights_count(weights); i++)
				print_tensor(nch_weights_at(weights, i));
		}
		nch_output_printf("parameters\n  %-22s %13zu\n", "all", (model->features + 1) * model->labels.count);
		nch_weights_close(weights);
	}
	nch_ngram_free(model);
	return status;
}

static nch_status print_member(void *context, const char *member, double weight, nch_error *error)
{
	(void)context;
	(void)error;
	nch_output_printf("  weight %.4f  %s\n", weight, member);
	return NCH_OK;
}

static nch_status print_committee(const char *folder, nch_error *error)
{
	nch_predictor *p = NULL;
	NCH_TRY(nch_predictor_open(folder, 1, NULL, &p, error));
	nch_output_printf("%s\n  %-22s a committee (`nunchi inspect` each of its members for more)\n", folder, "model");
	print_labels(p->label_names, p->labels, p->multi_label);
	nch_predictor_close(p);
	return nch_committee_members(folder, print_member, NULL, error);
}

static nch_status verify(const inspect_call *call, const char *folder, nch_error *error)
{
	nch_buffer report = {0};
	nch_status status = nch_self_test_verify(folder, call->threads, NULL, &report, error);
	if (status == NCH_OK)
		nch_output_buffer(&report);
	nch_buffer_free(&report);
	return status;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	const char *folder = nch_options_argument(options, 0);
	inspect_call call = {.threads = nch_common_of(options).threads};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	if (folder == NULL)
		return nch_fail(error, NCH_USAGE, "inspect needs a model's folder: nunchi inspect DIR");
	if (call.verify)
		return verify(&call, folder, error);
	if (nch_ngram_is(folder) || nch_committee_is(folder))
		return nch_ngram_is(folder) ? print_ngram(&call, folder, error) : print_committee(folder, error);
	nch_model *model;
	nch_weights *weights;
	NCH_TRY(nch_model_open(folder, &(nch_model_options){.map = true, .saved_head = true}, &model, error));
	nch_status status = nch_weights_open(folder, &weights, error);
	if (status == NCH_OK) {
		status = print_model(&call, folder, model, weights, error);
		nch_weights_close(weights);
	}
	nch_model_free(model);
	return status;
}

const nch_command nch_command_inspect = {
	.name = "inspect",
	.summary = "tensors, shapes, parameters and memory of a model",
	.usage = "DIR [--tensors=no] | --verify DIR",
	.details = "--verify computes the sentences of self_test.json again, which train wrote into the folder. It prints one line that\n"
	           "begins with ok, or fails and says what is not as it was saved: labels, tokenizer, weights.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.most_arguments = 1,
	.run = run,
};
