/* trace_html.c - the page of a trace: what was seen, packed, and the script and style of src/apps/trace_page.* that show it.
 *
 * Numbers stand in it as base64: queries, keys and scores as floats, so that the page can compute the scores anew; all else in 16 bits of a scale of
 * its own, and of wide matrices only some columns, evenly spaced. So 20 tokens of six layers of BERT's width stay under 2 MB. A content security
 * policy forbids all addresses. */
#include <math.h>
#include <string.h>

#include "apps/trace.h"
#include "apps/trace_page.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/version.h"
#include "nn/config_keys.h"
#include "nn/family.h"
#include "report/html.h"

enum { COLUMNS = 48, MOST_WHOLE = 300000 }; /* columns shown of a wide matrix; up to so many floats of queries, keys and scores they are whole */

/* --- packing --- */

static void add_base64(const unsigned char *bytes, size_t count, nch_buffer *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < count; i += 3) {
		size_t left = count - i;
		unsigned group = (unsigned)bytes[i] << 16 | (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);
		nch_buffer_byte(out, digits[group >> 18]);
		nch_buffer_byte(out, digits[group >> 12 & 63]);
		nch_buffer_byte(out, left > 1 ? digits[group >> 6 & 63] : '=');
		nch_buffer_byte(out, left > 2 ? digits[group & 63] : '=');
	}
}

typedef struct packer {
	unsigned char *bytes; /* room for the largest step */
	bool whole;           /* floats for those steps that are computed anew */
} packer;

/* Of a matrix the columns c · columns / shown. */
static float pick(const nch_trace_step *step, const float *values, size_t shown, size_t i)
{
	size_t columns = step->shape[step->rank - 1];
	return values[i / shown * columns + i % shown * columns / shown];
}

static void add_floats(const packer *k, const float *values, size_t count, nch_buffer *out)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t bits;
		memcpy(&bits, &values[i], sizeof bits);
		for (int b = 0; b < 4; b++)
			k->bytes[4 * i + (size_t)b] = (unsigned char)(bits >> 8 * b);
	}
	nch_buffer_text(out, "{\"f\":\"");
	add_base64(k->bytes, 4 * count, out);
	nch_buffer_text(out, "\"}");
}

static void add_words16(const packer *k, const nch_trace_step *step, const float *values, size_t shown, nch_buffer *out)
{
	size_t count = step->count / step->shape[step->rank - 1] * shown;
	double most = 0.0;
	for (size_t i = 0; i < count; i++)
		most = fmax(most, fabs((double)pick(step, values, shown, i)));
	double scale = most > 0.0 ? most / 32767.0 : 1.0;
	for (size_t i = 0; i < count; i++) {
		int whole = (int)lround((double)pick(step, values, shown, i) / scale);
		k->bytes[2 * i] = (unsigned char)(whole & 255);
		k->bytes[2 * i + 1] = (unsigned char)((unsigned)whole >> 8 & 255);
	}
	nch_buffer_text(out, "{\"scale\":");
	nch_json_write_double(out, scale);
	nch_buffer_text(out, ",\"i\":\"");
	add_base64(k->bytes, 2 * count, out);
	nch_buffer_text(out, "\"}");
}

static void add_statistics(const char *name, const float *values, size_t count, nch_buffer *out)
{
	double least = (double)values[0], most = least, sum = 0.0;
	for (size_t i = 0; i < count; i++) {
		least = fmin(least, (double)values[i]);
		most = fmax(most, (double)values[i]);
		sum += (double)values[i];
	}
	nch_buffer_printf(out, ",\"%s\":\"min %.4g · mean %.4g · max %.4g\"", name, least, sum / (double)count, most);
}

/* --- what the page is told --- */

static void add_text(const char *name, const char *text, size_t length, nch_buffer *out)
{
	nch_buffer_printf(out, ",\"%s\":", name);
	nch_json_write_text(out, text, length);
}

static bool is_float(const packer *k, const nch_trace_step *step)
{
	bool small = step->rank == 1 && step->count <= COLUMNS;
	bool again = step->what == NCH_SEEN_QUERY || step->what == NCH_SEEN_KEY || step->what == NCH_SEEN_SCORES;
	return small || (again && k->whole);
}

static void add_step(const packer *k, const nch_trace_step *step, nch_buffer *out)
{
	size_t columns = step->shape[step->rank - 1], shown = step->rank == 2 && columns > COLUMNS ? COLUMNS : columns;
	bool whole = is_float(k, step);
	nch_buffer_text(out, "{\"name\":");
	nch_json_write_text(out, step->name, strlen(step->name));
	nch_buffer_printf(out, ",\"what\":\"%s\",\"layer\":", nch_seen_steps[step->what].name);
	if (nch_seen_steps[step->what].in_layer)
		nch_buffer_printf(out, "%zu", step->layer);
	else
		nch_buffer_text(out, "null");
	nch_buffer_printf(out, ",\"plain\":%s,\"shape\":[", step->formula == nch_seen_steps[step->what].formula ? "true" : "false");
	for (size_t i = 0; i < step->rank; i++)
		nch_buffer_printf(out, "%s%zu", i > 0 ? "," : "", step->shape[i]);
	nch_buffer_byte(out, ']');
	if (shown < columns)
		nch_buffer_printf(out, whole ? ",\"gcolumns\":%zu" : ",\"columns\":%zu,\"gcolumns\":%zu", shown, shown);
	add_text("formula", step->formula, strlen(step->formula), out);
	nch_buffer_printf(out, ",\"source\":\"%s:%s:%d\"", step->place.file, step->place.function, step->place.line);
	add_statistics("stats", step->values, step->count, out);
	nch_buffer_text(out, ",\"values\":");
	if (whole)
		add_floats(k, step->values, step->count, out);
	else
		add_words16(k, step, step->values, shown, out);
	if (step->grad != NULL) {
		add_statistics("gstats", step->grad, step->count, out);
		nch_buffer_text(out, ",\"grad\":");
		if (whole && step->rank == 1)
			add_floats(k, step->grad, step->count, out);
		else
			add_words16(k, step, step->grad, shown, out);
	}
	nch_buffer_byte(out, '}');
}

static void add_tokens(const nch_trace *t, const nch_predictor *p, nch_buffer *out)
{
	const nch_tokens *tokens = &t->reading.tokens;
	nch_buffer_text(out, ",\"tokens\":[");
	for (size_t i = 0; i < tokens->count; i++) {
		const char *piece = nch_tokenizer_piece(p->tokenizer, tokens->items[i].id);
		int word = -1;
		for (size_t w = 0; w < t->word_count; w++)
			if (i >= t->words[w].first && i < t->words[w].first + t->words[w].count)
				word = (int)w;
		nch_buffer_printf(out, "%s{\"id\":%d,\"word\":%d,\"special\":%s", i > 0 ? "," : "", (int)tokens->items[i].id, word,
		                  tokens->items[i].begin == tokens->items[i].end ? "true" : "false");
		add_text("piece", piece, strlen(piece), out);
		nch_buffer_byte(out, '}');
	}
	nch_buffer_text(out, "],\"words\":[");
	for (size_t w = 0; w < t->word_count; w++) {
		nch_buffer_text(out, w > 0 ? "," : "");
		nch_json_write_text(out, t->reading.bytes.data + t->words[w].begin, t->words[w].end - t->words[w].begin);
	}
	nch_buffer_byte(out, ']');
}

static void add_labels(const nch_trace *t, const nch_predictor *p, nch_buffer *out)
{
	nch_buffer_text(out, ",\"labels\":[");
	for (size_t c = 0; c < p->labels; c++) {
		nch_buffer_text(out, c > 0 ? "," : "");
		nch_json_write_text(out, nch_predictor_label(p, c), strlen(nch_predictor_label(p, c)));
	}
	nch_buffer_printf(out, "],\"softmax\":%s,\"temperature\":", t->softmax ? "true" : "false");
	nch_json_write_float(out, nch_predictor_is_calibrated(p) ? p->settings.temperatures[0] : 1.0f);
	nch_buffer_text(out, ",\"label\":");
	if (t->has_label)
		nch_buffer_printf(out, "%zu", t->label);
	else
		nch_buffer_text(out, "null");
}

#define TRACE_PHRASE(name, english, korean) NCH_SAY_##name,

/* What the script says, by the names of the phrases. */
static void add_phrases(nch_language language, nch_buffer *out)
{
	static const nch_phrase said[] = {NCH_TRACE_PHRASES(TRACE_PHRASE)};
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		nch_buffer_printf(out, "%s\"%s\":", i == 0 ? ",\"phrases\":{" : ",", nch_phrase_name(said[i]));
		nch_json_write_text(out, nch_say(language, said[i]), strlen(nch_say(language, said[i])));
	}
	nch_buffer_byte(out, '}');
}

static void add_data(const nch_trace *t, const nch_predictor *p, const packer *k, nch_language language, nch_buffer *out)
{
	const nch_activation_name *activation = nch_activation_names;
	nch_buffer_text(out, "{\"version\":\"nunchi " NCH_VERSION "\"");
	add_phrases(language, out);
	add_text("model", p->model->config.family->title, strlen(p->model->config.family->title), out);
	add_text("text", t->reading.bytes.data, t->reading.text_length, out);
	if (t->reading.layout.second > 0)
		add_text("pair", t->reading.bytes.data + t->reading.text_length, t->reading.bytes.length - t->reading.text_length, out);
	while (activation->name != NULL && activation->activation != p->model->config.activation)
		activation++;
	if (activation->name != NULL)
		add_text("activation", activation->name, strlen(activation->name), out);
	add_tokens(t, p, out);
	add_labels(t, p, out);
	nch_buffer_text(out, ",\"steps\":[");
	for (size_t i = 0; i < t->count; i++) {
		nch_buffer_text(out, i > 0 ? ",\n" : "\n");
		add_step(k, &t->steps[i], out);
	}
	nch_buffer_text(out, "]}");
}

/* Within a script element a text must not end it. */
static void add_without_tags(const nch_buffer *json, nch_buffer *out)
{
	size_t begin = 0;
	for (size_t i = 0; i < json->length; i++)
		if (json->data[i] == '<') {
			nch_buffer_add(out, json->data + begin, i - begin);
			nch_buffer_text(out, "\\u003c");
			begin = i + 1;
		}
	nch_buffer_add(out, json->data + begin, json->length - begin);
}

static void add_lines(const char *const *lines, nch_buffer *out)
{
	for (; *lines != NULL; lines++)
		nch_buffer_text(out, *lines);
}

static void add_page(const nch_trace *t, const nch_buffer *json, nch_language language, nch_buffer *out)
{
	nch_buffer_printf(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", nch_language_code(language));
	nch_buffer_text(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
	                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	nch_html_text(out, t->reading.bytes.data, t->reading.text_length);
	nch_buffer_text(out, "</title>\n<style>\n");
	add_lines(nch_trace_page_style, out);
	nch_buffer_text(out, "</style>\n</head>\n<body>\n<main></main>\n<script type=\"application/json\" id=\"trace\">");
	add_without_tags(json, out);
	nch_buffer_text(out, "</script>\n<script>\n");
	add_lines(nch_trace_page_script, out);
	nch_buffer_text(out, "</script>\n</body>\n</html>\n");
}

nch_status nch_trace_html(const nch_trace *t, const nch_predictor *p, nch_language language, nch_buffer *out, nch_error *error)
{
	size_t largest = 1, whole = 0;
	packer k = {.whole = true};
	nch_buffer json = {0};
	for (size_t i = 0; i < t->count; i++) {
		largest = t->steps[i].count > largest ? t->steps[i].count : largest;
		whole += is_float(&k, &t->steps[i]) ? t->steps[i].count : 0;
	}
	k.whole = whole <= MOST_WHOLE;
	k.bytes = nch_alloc(largest, 4);
	if (k.bytes == NULL)
		return nch_no_memory(error);
	add_data(t, p, &k, language, &json);
	nch_status status = nch_buffer_check(&json, error);
	if (status == NCH_OK) {
		add_page(t, &json, language, out);
		status = nch_buffer_check(out, error);
	}
	nch_buffer_free(&json);
	nch_free(k.bytes);
	return status;
}
