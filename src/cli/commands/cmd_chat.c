/* cmd_chat.c - `nunchi chat`: asks, and answers with the emotion. */
#include <string.h>

#include "base/memory.h"
#include "cli/answer.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/default_model.h"
#include "cli/output.h"
#include "io/line_stream.h"
#include "kernels/math.h"
#include "train/predictor.h"

typedef struct chat_call {
	const char *model;
	bool int8;
	nch_encoding encoding;
} chat_call;

static const nch_option own_options[] = {
	NCH_MODEL_INTO(chat_call, model),
	NCH_INT8_INTO(chat_call, int8),
	NCH_ENCODING_INTO(chat_call, encoding),
	{0}};
static const nch_option_group own_group = {"Options", own_options};

static void print_answer(const nch_predictor *predictor, nch_language language, const float *logits, const float *scores, float unknown)
{
	size_t labels = nch_predictor_labels(predictor), best = nch_largest(logits, labels), second = labels;
	for (size_t c = 0; c < labels; c++)
		if (c != best && (second == labels || logits[c] > logits[second]))
			second = c;
	bool multi = predictor->multi_label;
	bool weak = multi && scores[best] < predictor->thresholds[best];
	nch_output_text(nch_say(language, unknown > NCH_MOSTLY_UNKNOWN ? NCH_SAY_chat_strange : weak ? NCH_SAY_chat_nothing : NCH_SAY_chat_answer));
	nch_output_set_style(weak ? "" : NCH_BOLD);
	nch_output_text(nch_predictor_label(predictor, best));
	nch_output_set_style(weak ? "" : NCH_PLAIN);
	nch_output_printf(" (%.0f %%)", 100.0 * (double)scores[best]);
	/* the second one counts unless its logit is below 0 */
	if (second < labels && !(logits[second] < 0))
		nch_output_printf("%s%s (%.0f %%)", nch_say(language, NCH_SAY_chat_second), nch_predictor_label(predictor, second), 100.0 * (double)scores[second]);
	nch_output_text("\n");
}

static bool is_blank(const nch_line *line)
{
	for (size_t i = 0; i < line->length; i++)
		if (strchr(" \t\r", line->text[i]) == NULL || line->text[i] == '\0')
			return false;
	return true;
}

/* "0", with blanks around it or not */
static bool wants_to_leave(const nch_line *line)
{
	size_t start = strspn(line->text, " \t");
	if (line->text[start] != '0')
		return false;
	start++;
	return start + strspn(line->text + start, " \t\r") == line->length;
}

static nch_status talk(nch_predictor *predictor, nch_lines *lines, float *logits, float *scores, nch_error *error)
{
	nch_language language = nch_output_language();
	bool asks = nch_output_is_terminal(false);
	if (asks)
		nch_output_text(nch_say(language, NCH_SAY_chat_greeting));
	for (;;) {
		const nch_line *line;
		size_t count;
		if (asks)
			nch_output_text(nch_say(language, NCH_SAY_chat_question));
		nch_output_flush();
		NCH_TRY(nch_lines_next(lines, 1, &line, &count, error));
		if (count == 0 || wants_to_leave(line))
			break;
		if (is_blank(line))
			continue;
		nch_text text = {.text = line->text, .length = line->length};
		float unknown = 0.0f;
		predictor->shares = &unknown;
		NCH_TRY(nch_predictor_logits(predictor, &text, 1, logits, error));
		predictor->shares = NULL;
		nch_predictor_scores(predictor, logits, scores);
		print_answer(predictor, language, logits, scores, unknown);
	}
	if (asks)
		nch_output_text(nch_say(language, NCH_SAY_chat_farewell));
	return NCH_OK;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	nch_predictor *predictor = NULL;
	nch_lines *lines = NULL;
	float *logits = NULL, *scores = NULL;
	chat_call call = {0};
	const char *folder;
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	NCH_TRY(nch_default_model(call.model, NCH_DEFAULT_EMOTIONS, &folder, error));
	const nch_predictor_how how = nch_common_how(options, call.int8);
	nch_status status = nch_predictor_open_how(folder, &how, &predictor, error);
	if (status == NCH_OK)
		status = nch_lines_open(NULL, call.encoding, &lines, error);
	if (status == NCH_OK) {
		logits = nch_alloc(nch_predictor_labels(predictor), sizeof *logits);
		scores = nch_alloc(nch_predictor_labels(predictor), sizeof *scores);
		status = logits && scores ? talk(predictor, lines, logits, scores, error) : nch_no_memory(error);
	}
	nch_free(logits);
	nch_free(scores);
	nch_lines_close(lines);
	nch_predictor_close(predictor);
	return status;
}

const nch_command nch_command_chat = {
	.name = "chat",
	.summary = "type sentences, read their emotions",
	.usage = "[--model DIR]",
	.details = "Answers each line with the best emotion, and with the second one unless its logit is below 0. The line 0 or\n"
	           "the end of the input leaves. Speaks Korean where the locale does.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.run = run,
};
