/* cmd_explain.c - `nunchi explain`: what each token did to the answer. */
#include <math.h>
#include <string.h>

#include "apps/explain.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/default_model.h"
#include "cli/output.h"

typedef struct explain_call {
	const char *model, *text, *nearest, *html;
	unsigned method; /* an nch_explain_method, or NCH_EXPLAIN_METHODS: the table */
	bool flip, words, json, attention;
	nch_encoding encoding;
} explain_call;

static const nch_option own_options[] = {
	NCH_MODEL_INTO(explain_call, model),
	{"text", NCH_SET_TEXT(explain_call, text), .argument = "TEXT", .help = "what is explained", .required = true},
	{"method", NCH_SET_CHOICE(explain_call, method), .choices = "mask|delete|gradient|integrated|attention|table", .otherwise = "mask",
	 .help = "how: the token masked, or taken out; by the gradient, there or along the way from masks; by where attention looked; table: all side by side"},
	{"flip", NCH_SET_FLAG(explain_call, flip), .help = "also the shortest change of words that was found to turn the answer"},
	{"nearest", NCH_SET_TEXT(explain_call, nearest), .argument = "FILE", .help = "also the sentences of this data file whose embeddings are nearest"},
	{"by", NCH_SET_WHETHER(explain_call, words, "word"), .choices = "token|word", .otherwise = "token", .help = "what is left out: a token, or all of what stands between two blanks"},
	{"format", NCH_SET_WHETHER(explain_call, json, "json"), .choices = "text|json", .otherwise = "text", .help = "a table for people, or an object"},
	{"attention", NCH_SET_FLAG(explain_call, attention), .help = "--format json: also the attention maps, (layers, heads, tokens, tokens)"},
	{"html", NCH_SET_TEXT(explain_call, html), .argument = "FILE", .help = "also a page with coloured text and attention maps"},
	NCH_ENCODING_INTO(explain_call, encoding),
	{0}};
static const nch_option_group own_group = {"Options", own_options};

static void add_label(const nch_predictor *p, size_t label, nch_buffer *out)
{
	const char *name = nch_predictor_label(p, label);
	nch_json_write_text(out, name, strlen(name));
}

static void add_row(const nch_predictor *p, const float *row, nch_buffer *out)
{
	nch_json_write_named(out, (const char *const *)p->label_names, row, nch_predictor_labels(p));
}

/* [[[[…]]]]: layers of heads of rows */
static void add_attention(const nch_explanation *e, nch_buffer *out)
{
	size_t n = e->tokens.count, heads = e->heads, cells = e->layers * heads * n * n;
	nch_buffer_text(out, ",\"attention\":[");
	for (size_t i = 0; i < cells; i++) {
		nch_buffer_text(out, i == 0 ? "[[[" : i % (heads * n * n) == 0 ? "]]],[[[" : i % (n * n) == 0 ? "]],[[" : i % n == 0 ? "],[" : ",");
		nch_json_write_float(out, e->attention[i]);
	}
	nch_buffer_text(out, "]]]]");
}

static void write_json(const nch_explanation *e, const nch_predictor *p, bool attention, nch_buffer *out)
{
	nch_buffer_text(out, "{\"text\":");
	nch_json_write_text(out, e->text.data != NULL ? e->text.data : "", e->text.length);
	nch_buffer_text(out, ",\"label\":");
	add_label(p, e->label, out);
	nch_buffer_text(out, ",\"score\":");
	nch_json_write_float(out, e->scores[e->label]);
	nch_buffer_text(out, ",\"scores\":");
	add_row(p, e->scores, out);
	nch_buffer_text(out, ",\"logits\":");
	add_row(p, e->logits, out);
	nch_buffer_text(out, ",\"tokens\":[");
	for (size_t i = 0; i < e->tokens.count; i++) {
		const char *piece = nch_tokenizer_piece(p->tokenizer, e->tokens.items[i].id);
		nch_buffer_text(out, i > 0 ? "," : "");
		nch_json_write_text(out, piece, strlen(piece));
	}
	nch_buffer_text(out, "],\"parts\":[");
	for (size_t i = 0; i < e->part_count; i++) {
		const nch_part *part = &e->parts[i];
		nch_buffer_text(out, i > 0 ? ",{\"text\":" : "{\"text\":");
		nch_json_write_text(out, e->text.data + part->begin, part->end - part->begin);
		nch_buffer_printf(out, ",\"begin\":%zu,\"end\":%zu,\"token\":%zu,\"tokens\":%zu,\"effects\":", part->begin, part->end, part->first, part->count);
		add_row(p, e->effects + i * e->labels, out);
		nch_buffer_byte(out, '}');
	}
	nch_buffer_printf(out, "],\"method\":\"%s\"", nch_explain_methods[e->method]);
	if (e->method == NCH_EXPLAIN_INTEGRATED) {
		nch_buffer_text(out, ",\"sum\":");
		nch_json_write_double(out, e->sum);
		nch_buffer_text(out, ",\"difference\":");
		nch_json_write_double(out, e->difference);
	}
	if (attention && e->attention != NULL)
		add_attention(e, out);
	nch_buffer_text(out, "}\n");
}

enum { BAR = 24, NAME = 16 };

static void write_text(const nch_explanation *e, const nch_predictor *p, nch_buffer *out)
{
	float most = 1e-6f;
	for (size_t i = 0; i < e->part_count; i++) {
		float effect = e->effects[i * e->labels + e->label];
		most = effect > most ? effect : -effect > most ? -effect : most;
	}
	nch_buffer_printf(out, "%s %.1f %%\n", nch_predictor_label(p, e->label), 100.0 * (double)e->scores[e->label]);
	for (size_t i = 0; i < e->part_count; i++) {
		const nch_part *part = &e->parts[i];
		float effect = e->effects[i * e->labels + e->label];
		size_t columns = nch_utf8_columns(e->text.data + part->begin, part->end - part->begin);
		int bar = (int)((double)((effect < 0.0f ? -effect : effect) / most) * BAR + 0.5);
		nch_buffer_printf(out, "%+8.3f  ", (double)effect);
		for (size_t k = part->begin; k < part->end; k++)
			nch_buffer_byte(out, (unsigned char)e->text.data[k] < ' ' ? ' ' : e->text.data[k]);
		for (; columns < NAME; columns++)
			nch_buffer_byte(out, ' ');
		nch_buffer_byte(out, ' ');
		for (int k = 0; k < bar; k++)
			nch_buffer_byte(out, effect < 0.0f ? '-' : '+');
		while (out->length > 0 && out->data[out->length - 1] == ' ')
			out->length--;
		nch_buffer_byte(out, '\n');
	}
}

/* The sum of effects that must be the difference of the logits. */
static void add_completeness(const nch_explanation *e, nch_buffer *out)
{
	if (e->method == NCH_EXPLAIN_INTEGRATED)
		nch_buffer_printf(out, "sum %+.4f; the logit is %+.4f above that of a text of masks (%zu steps)\n", e->sum, e->difference, e->steps);
}

static nch_status answer(const explain_call *call, nch_predictor *p, const nch_explanation *e, nch_error *error)
{
	nch_buffer out = {0};
	if (e->cut)
		nch_output_warning("the text is longer than %zu tokens; what follows was not read", p->max_len);
	if (call->json) {
		write_json(e, p, call->attention, &out);
	} else {
		write_text(e, p, &out);
		add_completeness(e, &out);
	}
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		nch_output_buffer(&out);
	if (status == NCH_OK && call->html != NULL) {
		nch_buffer_clear(&out);
		nch_explain_html(e, p, nch_output_language(), &out);
		status = nch_buffer_check(&out, error);
		if (status == NCH_OK)
			status = nch_file_write(call->html, out.data, out.length, error);
	}
	nch_buffer_free(&out);
	return status;
}

/* --- all methods side by side --- */

/* Spearman's rank correlation of two columns: 1 - 6 Σ d² / (n (n² - 1)), d the difference of the ranks; equal values take the earlier rank first. */
static double rank_correlation(const float *a, const float *b, size_t n, size_t stride)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++) {
		double rank = 0.0;
		for (size_t k = 0; k < n; k++) {
			rank += a[k * stride] > a[i * stride] || (a[k * stride] == a[i * stride] && k < i);
			rank -= b[k * stride] > b[i * stride] || (b[k * stride] == b[i * stride] && k < i);
		}
		sum += rank * rank;
	}
	return n < 2 ? 1.0 : 1.0 - 6.0 * sum / ((double)n * ((double)n * (double)n - 1.0));
}

static void write_table(const nch_explanation *all, const nch_predictor *p, nch_buffer *out)
{
	const nch_explanation *e = &all[0];
	size_t labels = e->labels, label = e->label;
	nch_buffer_printf(out, "%s %.1f %%\n%*s", nch_predictor_label(p, label), 100.0 * (double)e->scores[label], NAME, "");
	for (int m = 0; m < NCH_EXPLAIN_METHODS; m++)
		nch_buffer_printf(out, " %10s", nch_explain_methods[m]);
	nch_buffer_byte(out, '\n');
	for (size_t i = 0; i < e->part_count; i++) {
		const nch_part *part = &e->parts[i];
		size_t columns = nch_utf8_columns(e->text.data + part->begin, part->end - part->begin);
		nch_buffer_visible(out, e->text.data + part->begin, part->end - part->begin);
		for (; columns < NAME; columns++)
			nch_buffer_byte(out, ' ');
		for (int m = 0; m < NCH_EXPLAIN_METHODS; m++)
			nch_buffer_printf(out, " %+10.3f", (double)all[m].effects[i * labels + label]);
		nch_buffer_byte(out, '\n');
	}
	nch_buffer_printf(out, "%-*s", NAME, "order like mask");
	for (int m = 0; m < NCH_EXPLAIN_METHODS; m++)
		nch_buffer_printf(out, " %10.2f", rank_correlation(e->effects + label, all[m].effects + label, e->part_count, labels));
	nch_buffer_byte(out, '\n');
}

static nch_status show_table(const explain_call *call, nch_predictor *p, const nch_buffer *text, nch_error *error)
{
	nch_explanation all[NCH_EXPLAIN_METHODS];
	nch_buffer out = {0};
	nch_status status = NCH_OK;
	memset(all, 0, sizeof all);
	if (call->html != NULL || call->json)
		return nch_fail(error, NCH_USAGE, "--method table is text; for a page or an object take one method");
	for (int m = 0; status == NCH_OK && m < NCH_EXPLAIN_METHODS; m++) {
		const nch_explain_options how = {.method = (nch_explain_method)m, .words = call->words};
		status = nch_explain(p, text->data, text->length, &how, &all[m], error);
	}
	if (status == NCH_OK) {
		write_table(all, p, &out);
		status = nch_buffer_check(&out, error);
	}
	if (status == NCH_OK)
		nch_output_buffer(&out);
	for (int m = 0; m < NCH_EXPLAIN_METHODS; m++)
		nch_explanation_free(&all[m]);
	nch_buffer_free(&out);
	return status;
}

/* --- what turns it, and what is near --- */

static nch_status show_flip(nch_predictor *p, const nch_buffer *text, nch_error *error)
{
	const nch_explain_options how = {.words = true};
	nch_explanation e = {0};
	nch_flip_step steps[NCH_FLIP_MOST];
	nch_buffer out = {0};
	size_t count = 0;
	nch_status status = nch_explain(p, text->data, text->length, &how, &e, error);
	if (status == NCH_OK)
		status = nch_explain_flip(p, &e, steps, &count, error);
	if (status == NCH_OK && count == 0)
		nch_buffer_printf(&out, "flip: no %d words were found that turn it\n", NCH_FLIP_MOST);
	for (size_t i = 0; status == NCH_OK && i < count; i++) {
		const nch_part *part = &e.parts[steps[i].part];
		nch_buffer_text(&out, i == 0 ? "flip: " : ", ");
		nch_buffer_visible(&out, e.text.data + part->begin, part->end - part->begin);
		if (steps[i].instead >= 0) {
			const char *piece = nch_tokenizer_piece(p->tokenizer, steps[i].instead);
			nch_buffer_text(&out, " → ");
			nch_buffer_visible(&out, piece, strlen(piece));
		} else {
			nch_buffer_text(&out, " dropped");
		}
		if (i + 1 == count)
			nch_buffer_printf(&out, ": %s becomes %s\n", nch_predictor_label(p, e.label), nch_predictor_label(p, steps[i].label));
	}
	if (status == NCH_OK)
		status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		nch_output_buffer(&out);
	nch_explanation_free(&e);
	nch_buffer_free(&out);
	return status;
}

enum { NEAREST = 5 };

static void write_nearest(const nch_dataset *data, const float *own, const float *all, size_t width, nch_buffer *out)
{
	size_t best[NEAREST], found = 0;
	double cosines[NEAREST];
	for (size_t i = 0; i < data->rows; i++) {
		double xy = 0.0, xx = 1e-30, yy = 1e-30;
		for (size_t d = 0; d < width; d++) {
			double x = (double)own[d], y = (double)all[i * width + d];
			xy += x * y;
			xx += x * x;
			yy += y * y;
		}
		double cosine = xy / sqrt(xx * yy);
		size_t at = found < NEAREST ? found++ : cosine > cosines[NEAREST - 1] ? NEAREST - 1 : NEAREST;
		for (; at < NEAREST && at > 0 && cosines[at - 1] < cosine; at--) {
			cosines[at] = cosines[at - 1];
			best[at] = best[at - 1];
		}
		if (at < NEAREST) {
			cosines[at] = cosine;
			best[at] = i;
		}
	}
	for (size_t k = 0; k < found; k++) {
		size_t length, line;
		const char *text = nch_dataset_text(data, best[k], &length);
		int32_t label = nch_dataset_label(data, best[k]);
		nch_dataset_where(data, best[k], &line);
		nch_buffer_printf(out, "nearest %.4f  line %zu  %s  ", cosines[k], line, label >= 0 ? data->labels.names[label] : "-");
		nch_buffer_visible(out, text, length);
		nch_buffer_byte(out, '\n');
	}
}

static nch_status show_nearest(nch_predictor *p, const nch_buffer *text, const char *path, nch_error *error)
{
	const nch_dataset_options how = {.cleansing = p->cleansing, .multi_label = p->multi_label};
	const nch_text asked = {.text = text->data ? text->data : "", .length = text->length};
	nch_dataset data = {0};
	nch_buffer out = {0};
	if (p->model == NULL)
		return nch_fail(error, NCH_USAGE, "%s is no transformer: it has no embeddings for --nearest", p->folder);
	NCH_TRY(nch_dataset_read(&path, 1, &how, &data, error));
	size_t width = p->model->config.hidden, cells;
	nch_text *texts = nch_dataset_texts(&data, NULL, data.rows);
	float *own = nch_alloc(width, sizeof *own), *all = nch_size_mul(data.rows, width, &cells) ? nch_alloc(cells, sizeof *all) : NULL;
	nch_status status = texts && own && all ? nch_predictor_embeddings(p, &asked, 1, NCH_OUTPUT_MEAN, own, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_predictor_embeddings(p, texts, data.rows, NCH_OUTPUT_MEAN, all, error);
	if (status == NCH_OK) {
		write_nearest(&data, own, all, width, &out);
		status = nch_buffer_check(&out, error);
	}
	if (status == NCH_OK)
		nch_output_buffer(&out);
	nch_buffer_free(&out);
	nch_free(texts);
	nch_free(own);
	nch_free(all);
	nch_dataset_free(&data);
	return status;
}

static nch_status explain(const explain_call *call, nch_predictor *p, const nch_buffer *text, nch_error *error)
{
	nch_explanation explanation = {0};
	const nch_explain_options how = {.method = (nch_explain_method)call->method, .words = call->words, .attention = call->attention ||
	                                 call->html != NULL};
	if (call->json && (call->nearest != NULL || call->flip))
		return nch_fail(error, NCH_USAGE, "--flip and --nearest are text; leave --format json out");
	if (how.method == NCH_EXPLAIN_METHODS) {
		NCH_TRY(show_table(call, p, text, error));
	} else {
		nch_status status = nch_explain(p, text->data, text->length, &how, &explanation, error);
		if (status == NCH_OK)
			status = answer(call, p, &explanation, error);
		nch_explanation_free(&explanation);
		NCH_TRY(status);
	}
	if (call->flip)
		NCH_TRY(show_flip(p, text, error));
	return call->nearest != NULL ? show_nearest(p, text, call->nearest, error) : NCH_OK;
}

/* The model that is asked. What looks into a transformer needs the default model's; what goes by gradients needs floats. */
static nch_status open_model(const nch_options *options, const explain_call *call, nch_predictor **predictor, nch_error *error)
{
	const char *folder;
	bool gradients = (call->method != NCH_EXPLAIN_ATTENTION && call->method >= NCH_EXPLAIN_GRADIENT) || call->flip;
	bool inside = gradients || call->method == NCH_EXPLAIN_ATTENTION || call->attention || call->nearest != NULL;
	const nch_predictor_how how = nch_common_how_inside(options, gradients);
	NCH_TRY(nch_default_model(call->model, inside ? NCH_DEFAULT_ENCODER : NCH_DEFAULT_EMOTIONS, &folder, error));
	return nch_predictor_open_how(folder, &how, predictor, error);
}

static nch_status run(const nch_options *options, nch_error *error)
{
	nch_predictor *predictor;
	nch_buffer text = {0};
	explain_call call = {0};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	NCH_TRY(open_model(options, &call, &predictor, error));
	nch_status status = nch_common_text("text", call.text, call.encoding, &text, error);
	if (status == NCH_OK)
		status = explain(&call, predictor, &text, error);
	nch_buffer_free(&text);
	nch_predictor_close(predictor);
	return status;
}

const nch_command nch_command_explain = {
	.name = "explain",
	.summary = "what each token did to an answer",
	.usage = "[--model DIR] --text \"…\"",
	.details = "Each token is masked once; its effect is how much the answer's logit falls without it. Above 0 it spoke for the answer, below 0 against it. Other methods\n"
	           "say it otherwise; --method table sets them side by side.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.run = run,
};
