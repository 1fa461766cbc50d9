/* cmd_predict.c - `nunchi predict`: a line in, an object out, as soon as its batch is done. */
#include "cli/answering.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/default_model.h"
#include "cli/output.h"
#include "train/predictor.h"

typedef struct predict_call {
	const char *model;
	bool int8, long_given;
	nch_long long_texts;
	nch_answering_call lines;
} predict_call;

static const nch_option own_options[] = {
	NCH_MODEL_INTO(predict_call, model),
	NCH_INT8_INTO(predict_call, int8),
	{"embeddings", NCH_SET_WHETHER(predict_call, lines.form.cls, "cls"), NCH_GIVEN(predict_call, lines.form.embeddings), .choices = "mean|cls", .help = "instead of an answer, the text as a vector: the mean of all tokens' last hidden states, or [CLS]'s"},
	{"long", NCH_SET_CHOICE(predict_call, long_texts), NCH_GIVEN(predict_call, long_given), .choices = "cut|tail|head-tail|window", .help = "texts over the limit: keep the beginning, the end, a quarter and three quarters, or average windows (default: the model's, cut)"},
	{0}};
static const nch_option_group own_group = {"Model", own_options};

static nch_status ask(void *context, const nch_text *texts, size_t rows, float *logits, float *scores, bool *given, size_t *best, float *unknown,
                      nch_error *error)
{
	nch_predictor *p = context;
	size_t labels = nch_predictor_labels(p);
	p->shares = unknown;
	NCH_TRY(nch_predictor_logits(p, texts, rows, logits, error));
	for (size_t i = 0; i < rows; i++)
		best[i] = nch_predictor_answer(p, logits + i * labels, scores + i * labels, given + i * labels);
	return NCH_OK;
}

static nch_status embed(void *context, const nch_text *texts, size_t rows, nch_output output, float *values, nch_error *error)
{
	return nch_predictor_embeddings(context, texts, rows, output, values, error);
}

/* What may make the answers worse than they could be. */
static void warn(const nch_predictor *p, uint64_t lines)
{
	static const char *const done_with[] = {"cut to their beginnings", "cut to their ends", "cut to a quarter from the beginning and the rest from the end",
	                                        "read in windows"};
	double unknown = p->content > 0 ? 100.0 * (double)p->unknown / (double)p->content : 0.0;
	if (unknown > 5.0 && p->model != NULL)
		nch_output_warning("%.1f %% of the tokens are unknown to the tokenizer; `nunchi data` shows which strings", unknown);
	if (p->cut > 0)
		nch_output_warning("%zu of %llu texts are longer than %zu tokens; they were %s", p->cut, (unsigned long long)lines, p->max_len,
		                   done_with[p->long_texts]);
	if (p->gaps > 0)
		nch_output_warning("%zu of them so long that %d tokens were read of each, in windows that lie evenly between its beginning and its end", p->gaps,
		                   NCH_MOST_WINDOW_TOKENS);
}

static nch_status run(const nch_options *options, nch_error *error)
{
	nch_predictor *p = NULL;
	predict_call call = {0};
	uint64_t lines = 0;
	const char *folder;
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	NCH_TRY(nch_answering_read(options, &call.lines, error));
	NCH_TRY(nch_default_model(call.model, call.lines.form.embeddings ? NCH_DEFAULT_ENCODER : NCH_DEFAULT_EMOTIONS, &folder, error));
	const nch_predictor_how opening = nch_common_how(options, call.int8);
	NCH_TRY(nch_predictor_open_how(folder, &opening, &p, error));
	if (call.long_given)
		p->long_texts = call.long_texts;
	const nch_answerer who = {p->labels, p->label_names, p->multi_label, p->settings.label_objects};
	const nch_answering answering = {.who = &who, .targets = p->settings.target != NCH_TARGET_NONE, .ask = ask, .embed = embed,
	                                 .columns = p->model != NULL ? p->model->config.hidden : 0, .context = p};
	nch_status status = call.lines.form.embeddings && p->model == NULL
	                        ? nch_fail(error, NCH_USAGE, "--embeddings: %s is no transformer and has none", folder)
	                        : nch_answering_run(&call.lines, &answering, &lines, error);
	if (status == NCH_OK)
		warn(p, lines);
	nch_predictor_close(p);
	return status;
}

const nch_command nch_command_predict = {
	.name = "predict",
	.summary = "the emotion of each line",
	.usage = "[--model DIR] [FILE|-]",
	.details = "Each line of FILE (or of standard input), blank ones too, gives an object on a line, in order:\n"
	           "  {\"text\":…,\"label\":…,\"score\":…,\"scores\":{…}}\n"
	           "A model of many labels gives \"labels\":[…], those above its threshold, and \"best\" in place of \"label\"; where nothing\n"
	           "is above its threshold, also \"below_threshold\":true (a table shows the best label in brackets).\n"
	           "--embeddings gives {\"text\":…,\"embedding\":[…]}; for this the folder needs no classifier.",
	.groups = (const nch_option_group *const[]){&own_group, &nch_answering_group, &nch_answering_record_group, NULL},
	.most_arguments = 1,
	.run = run,
};
