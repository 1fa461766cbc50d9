/* cmd_explain.c - `nunchi explain`: what each token did to the answer. */
#include <string.h>

#include "apps/explain.h"
#include "base/file.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/default_model.h"
#include "cli/output.h"

static const nch_option own_options[] = {
	{"model", NCH_OPTION_TEXT, "DIR", .help = "the model's folder (default: the one that comes with the program)"},
	{"text", NCH_OPTION_TEXT, "TEXT", .help = "what is explained", .required = true},
	{"by", NCH_OPTION_CHOICE, .choices = "token|word", .otherwise = "token", .help = "what is left out: a token, or all of what stands between two blanks"},
	{"format", NCH_OPTION_CHOICE, .choices = "text|json", .otherwise = "text", .help = "a table for people, or an object"},
	{"attention", NCH_OPTION_FLAG, .help = "--format json: also the attention maps, (layers, heads, tokens, tokens)"},
	{"html", NCH_OPTION_TEXT, "FILE", .help = "also a page with coloured text and attention maps"},
	NCH_ENCODING_OPTION,
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
	nch_buffer_byte(out, ']');
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

static nch_status answer(const nch_options *options, nch_predictor *p, const nch_explanation *e, nch_error *error)
{
	nch_buffer out = {0};
	const char *page = nch_options_text(options, "html");
	if (e->cut)
		nch_output_warning("the text is longer than %zu tokens; what follows was not read", p->max_len);
	if (strcmp(nch_options_text(options, "format"), "json") == 0)
		write_json(e, p, nch_options_flag(options, "attention"), &out);
	else
		write_text(e, p, &out);
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		nch_output_buffer(&out);
	if (status == NCH_OK && page != NULL) {
		nch_buffer_clear(&out);
		nch_explain_html(e, p, &out);
		status = nch_buffer_check(&out, error);
		if (status == NCH_OK)
			status = nch_file_write(page, out.data, out.length, error);
	}
	nch_buffer_free(&out);
	return status;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	nch_predictor *predictor;
	const char *folder;
	nch_explanation explanation = {0};
	nch_buffer text = {0};
	bool maps = nch_options_flag(options, "attention") || nch_options_text(options, "html") != NULL;
	NCH_TRY(nch_default_model(nch_options_text(options, "model"), NCH_DEFAULT_EMOTIONS, &folder, error));
	NCH_TRY(nch_predictor_open(folder, (size_t)nch_options_integer(options, "threads"), nch_common_isa(options), &predictor, error));
	nch_status status = nch_common_text(options, "text", &text, error);
	if (status == NCH_OK)
		status = nch_explain(predictor, text.data, text.length, strcmp(nch_options_text(options, "by"), "word") == 0, maps, &explanation, error);
	if (status == NCH_OK)
		status = answer(options, predictor, &explanation, error);
	nch_explanation_free(&explanation);
	nch_buffer_free(&text);
	nch_predictor_close(predictor);
	return status;
}

const nch_command nch_command_explain = {
	.name = "explain",
	.summary = "what each token did to an answer",
	.usage = "[--model DIR] --text \"…\"",
	.details = "Each token is left out once; its effect is how much the answer's logit falls without it. Above 0 it spoke for the answer, below 0 against it.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.run = run,
};
