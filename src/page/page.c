/* page.c - see page.h. */
#include "page/page.h"

#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/memory.h"
#include "train/predictor.h"

static nch_predictor *predictor;
static nch_buffer answer;

static int tell(nch_status status, const nch_error *error)
{
	if (status == NCH_OK)
		return 0;
	nch_buffer_clear(&answer);
	nch_buffer_text(&answer, "{\"error\":");
	nch_json_write_text(&answer, error->text, strlen(error->text));
	nch_buffer_byte(&answer, '}');
	return 1;
}

int nch_page_open(void)
{
	nch_error error = {0};
	nch_predictor_close(predictor);
	predictor = NULL;
	return tell(nch_predictor_open("model", 1, "auto", &predictor, &error), &error);
}

static void write_answer(const float *logits, const float *scores, const bool *given, size_t best)
{
	size_t labels = nch_predictor_labels(predictor);
	const char *before = "";
	nch_buffer_text(&answer, "{\"label\":");
	nch_json_write_text(&answer, nch_predictor_label(predictor, best), strlen(nch_predictor_label(predictor, best)));
	nch_buffer_text(&answer, ",\"labels\":[");
	for (size_t c = 0; c < labels; c++)
		if (predictor->multi_label ? given[c] : c == best) {
			nch_buffer_text(&answer, before);
			nch_json_write_text(&answer, nch_predictor_label(predictor, c), strlen(nch_predictor_label(predictor, c)));
			before = ",";
		}
	nch_buffer_text(&answer, "],\"scores\":");
	nch_json_write_named(&answer, (const char *const *)predictor->label_names, scores, labels);
	nch_buffer_text(&answer, ",\"logits\":");
	for (size_t c = 0; c < labels; c++) {
		nch_buffer_text(&answer, c == 0 ? "[" : ",");
		nch_json_write_float(&answer, logits[c]);
	}
	nch_buffer_byte(&answer, ']');
}

/* What each word is worth: the best label's logit falls by so much where the word is left out. */
static nch_status weigh_words(const char *text, size_t length, float whole, size_t best, float *logits, nch_error *error)
{
	nch_buffer without = {0};
	nch_status status = NCH_OK;
	const char *before = "";
	nch_buffer_text(&answer, ",\"words\":[");
	for (size_t begin = 0, end; begin < length && status == NCH_OK; begin = end) {
		while (begin < length && (text[begin] == ' ' || text[begin] == '\n'))
			begin++;
		for (end = begin; end < length && text[end] != ' ' && text[end] != '\n';)
			end++;
		if (end == begin)
			break;
		nch_buffer_clear(&without);
		nch_buffer_add(&without, text, begin);
		nch_buffer_add(&without, text + end, length - end);
		status = nch_buffer_check(&without, error);
		const nch_text rest = {.text = without.data != NULL ? without.data : "", .length = without.length};
		if (status == NCH_OK)
			status = nch_predictor_logits(predictor, &rest, 1, logits, error);
		nch_buffer_text(&answer, before);
		nch_buffer_text(&answer, "{\"word\":");
		nch_json_write_text(&answer, text + begin, end - begin);
		nch_buffer_text(&answer, ",\"worth\":");
		nch_json_write_float(&answer, whole - logits[best]);
		nch_buffer_byte(&answer, '}');
		before = ",";
	}
	nch_buffer_byte(&answer, ']');
	nch_buffer_free(&without);
	return status;
}

int nch_page_ask(const char *text, size_t length)
{
	nch_error error = {0};
	if (predictor == NULL)
		return tell(nch_fail(&error, NCH_USAGE, "no model is open"), &error);
	size_t labels = nch_predictor_labels(predictor);
	float *logits = nch_alloc(labels, sizeof *logits), *scores = nch_alloc(labels, sizeof *scores);
	bool *given = nch_alloc(labels, sizeof *given);
	const nch_text asked = {.text = text, .length = length};
	nch_status status = logits && scores && given ? nch_predictor_logits(predictor, &asked, 1, logits, &error) : nch_no_memory(&error);
	if (status == NCH_OK) {
		size_t best = nch_predictor_answer(predictor, logits, scores, given);
		nch_buffer_clear(&answer);
		write_answer(logits, scores, given, best);
		status = weigh_words(text, length, logits[best], best, logits, &error);
		nch_buffer_byte(&answer, '}');
	}
	if (status == NCH_OK)
		status = nch_buffer_check(&answer, &error);
	nch_free(logits);
	nch_free(scores);
	nch_free(given);
	return tell(status, &error);
}

const char *nch_page_answer(void)
{
	return answer.data != NULL ? answer.data : "";
}
