/* cmd_trace.c - `nunchi trace`: every step of one sentence's way through a model. */
#include <string.h>

#include "apps/trace.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/default_model.h"
#include "cli/label_option.h"
#include "cli/output.h"
#include "cli/suggest.h"

typedef struct trace_call {
	const char *model, *text, *pair, *label, *step, *html, *graph;
	bool json, compare;
	nch_encoding encoding;
	const nch_options *options; /* how models are opened */
	const char *words[2]; /* A and B of --compare; NULL: not there */
} trace_call;

static const nch_option own_options[] = {
	NCH_MODEL_INTO(trace_call, model),
	{"text", NCH_SET_TEXT(trace_call, text), .argument = "TEXT", .help = "the sentence"},
	{"pair", NCH_SET_TEXT(trace_call, pair), .argument = "TEXT", .help = "the second text, of a model that reads two"},
	{"label", NCH_SET_TEXT(trace_call, label), .argument = "L", .help = "the true label: adds the loss and all gradients"},
	{"step", NCH_SET_TEXT(trace_call, step), .argument = "NAME", .help = "only steps of this name; * stands for any letters: 'layer.3.*'"},
	{"format", NCH_SET_WHETHER(trace_call, json, "json"), .choices = "text|json", .otherwise = "text", .help = "for people, or an object with all numbers"},
	{"html", NCH_SET_TEXT(trace_call, html), .argument = "FILE", .help = "also a page to be clicked through, from the sentence to the loss and back"},
	{"graph", NCH_SET_TEXT(trace_call, graph), .argument = "FILE.svg", .help = "with --label: also a drawing of the end of the tape, data and gradient in each box"},
	{"compare", NCH_SET_FLAG(trace_call, compare), .help = "two models or two sentences, A and B, step by step"},
	NCH_ENCODING_INTO(trace_call, encoding),
	{0}};
static const nch_option_group own_group = {"Options", own_options};

/* A model's folder on the command line, rather than a sentence. */
static bool is_model(const char *word)
{
	nch_error ignored;
	return nch_model_check_folder(word, &ignored) == NCH_OK;
}

/* One sentence through one model. */
static nch_status trace_one(const trace_call *call, const char *folder, const nch_buffer *text, const nch_buffer *pair, nch_predictor **p,
                            nch_trace *trace, nch_error *error)
{
	size_t label;
	const nch_text asked = {.text = text->data ? text->data : "", .length = text->length, .pair = pair->data, .pair_length = pair->length};
	const nch_predictor_how how = nch_common_how_inside(call->options, call->label != NULL);
	NCH_TRY(nch_default_model(folder, NCH_DEFAULT_ENCODER, &folder, error));
	NCH_TRY(nch_predictor_open_how(folder, &how, p, error));
	NCH_TRY(nch_label_option(*p, call->label, &label, error));
	return nch_trace_make(*p, &asked, label, call->graph != NULL, trace, error);
}

static nch_status write_page(const char *path, const nch_trace *trace, const nch_predictor *p, nch_error *error)
{
	nch_buffer page = {0};
	nch_status status = nch_trace_html(trace, p, nch_output_language(), &page, error);
	if (status == NCH_OK)
		status = nch_file_write(path, page.data, page.length, error);
	nch_buffer_free(&page);
	return status;
}

static nch_status write_graph(const char *path, const nch_trace *trace, const nch_predictor *p, nch_error *error)
{
	nch_buffer drawing = {0};
	if (!trace->has_label)
		return nch_fail(error, NCH_USAGE, "--graph draws gradients, too: say of which --label");
	nch_trace_graph(trace, p, &drawing);
	nch_status status = nch_buffer_check(&drawing, error);
	if (status == NCH_OK)
		status = nch_file_write(path, drawing.data, drawing.length, error);
	nch_buffer_free(&drawing);
	return status;
}

static nch_status check_pattern(const nch_trace *trace, const char *pattern, nch_error *error)
{
	nch_suggestion suggestion = {.word = pattern};
	if (pattern == NULL)
		return NCH_OK;
	for (size_t i = 0; i < trace->count; i++) {
		if (nch_trace_matches(pattern, trace->steps[i].name))
			return NCH_OK;
		nch_suggestion_offer(&suggestion, trace->steps[i].name);
	}
	return nch_fail(error, NCH_USAGE, "--step: no step is called \"%s\"%s%s%s", pattern, suggestion.best ? "; did you mean " : "",
	                suggestion.best ? suggestion.best : "", suggestion.best ? "?" : "");
}

static nch_status show(const trace_call *call, const nch_trace *trace, const nch_predictor *p, nch_error *error)
{
	nch_buffer out = {0};
	NCH_TRY(check_pattern(trace, call->step, error));
	if (call->html != NULL)
		NCH_TRY(write_page(call->html, trace, p, error));
	if (call->graph != NULL)
		NCH_TRY(write_graph(call->graph, trace, p, error));
	if (call->json)
		nch_trace_json(trace, p, call->step, &out);
	else
		nch_trace_text(trace, p, call->step, &out);
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		nch_output_buffer(&out);
	nch_buffer_free(&out);
	return status;
}

static nch_status show_one(const trace_call *call, nch_error *error)
{
	nch_predictor *p = NULL;
	nch_trace trace = {0};
	nch_buffer text = {0}, pair = {0};
	if (call->words[0] != NULL)
		return nch_fail(error, NCH_USAGE, "what stands behind the options is for --compare; a sentence goes behind --text");
	if (call->text == NULL)
		return nch_fail(error, NCH_USAGE, "trace needs --text TEXT (see: nunchi trace --help)");
	nch_status status = nch_common_text("text", call->text, call->encoding, &text, error);
	if (status == NCH_OK && call->pair != NULL)
		status = nch_common_text("pair", call->pair, call->encoding, &pair, error);
	if (status == NCH_OK)
		status = trace_one(call, call->model, &text, &pair, &p, &trace, error);
	if (status == NCH_OK)
		status = show(call, &trace, p, error);
	nch_trace_free(&trace);
	nch_predictor_close(p);
	nch_buffer_free(&text);
	nch_buffer_free(&pair);
	return status;
}

/* A and B are folders, which both read --text, or sentences, which one model reads. */
static nch_status compare_both(const trace_call *call, nch_trace traces[2], nch_predictor *p[2], nch_buffer texts[2], nch_error *error)
{
	const nch_buffer none = {0};
	const char *const *words = call->words;
	bool models = call->text != NULL;
	if (words[1] == NULL || (models && call->model != NULL))
		return nch_fail(error, NCH_USAGE, "--compare takes two models and --text, or two sentences");
	for (int i = 0; i < 2; i++) {
		if (models && !is_model(words[i]))
			return nch_fail(error, NCH_USAGE, "--compare with --text takes two models; %s is no model's folder", words[i]);
		if (models)
			NCH_TRY(nch_common_text("text", call->text, call->encoding, &texts[i], error));
		else
			nch_buffer_text(&texts[i], words[i]);
		NCH_TRY(nch_buffer_check(&texts[i], error));
		NCH_TRY(trace_one(call, models ? words[i] : call->model, &texts[i], &none, &p[i], &traces[i], error));
	}
	return check_pattern(&traces[0], call->step, error);
}

static nch_status compare(const trace_call *call, nch_error *error)
{
	nch_predictor *p[2] = {NULL, NULL};
	nch_trace traces[2];
	nch_buffer texts[2] = {{0}, {0}}, out = {0};
	memset(traces, 0, sizeof traces);
	nch_status status = compare_both(call, traces, p, texts, error);
	if (status == NCH_OK) {
		nch_trace_compare(&traces[0], &traces[1], call->step, &out);
		status = nch_buffer_check(&out, error);
	}
	if (status == NCH_OK)
		nch_output_buffer(&out);
	for (int i = 0; i < 2; i++) {
		nch_trace_free(&traces[i]);
		nch_predictor_close(p[i]);
		nch_buffer_free(&texts[i]);
	}
	nch_buffer_free(&out);
	return status;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	trace_call call = {.options = options, .words = {nch_options_argument(options, 0), nch_options_argument(options, 1)}};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	return call.compare ? compare(&call, error) : show_one(&call, error);
}

const nch_command nch_command_trace = {
	.name = "trace",
	.summary = "one sentence's way through a model, step by step",
	.usage = "[--model DIR] --text \"…\" [--label L] | --compare A B",
	.details = "Steps in their order: embeddings, each layer's query, key, value, scores, attention, context …, logits, probabilities; with --label the loss, and at each\n"
	           "step its gradient. Beside a step stand its formula and the line of C that made it.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.most_arguments = 2,
	.takes_folders = true,
	.run = run,
};
