/* cmd_sentences.c - `nunchi sentences`: a text in, a sentence a line out. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/whole_text.h"
#include "text/sentences.h"

enum form { FORM_TEXT, FORM_OFFSETS, FORM_JSONL };

typedef struct sentences_call {
	enum form form;
	bool offsets, join_lines;
	nch_encoding encoding;
} sentences_call;

static const nch_option own_options[] = {
	{"format", NCH_SET_CHOICE(sentences_call, form), .choices = "text|offsets|jsonl", .otherwise = "text",
	 .help = "text: the sentence, on a line;\noffsets: first byte, the byte behind the last, the reason for the end, the ending;\njsonl: all of it as an object"},
	{"offsets", NCH_SET_FLAG(sentences_call, offsets), .help = "the same as --format offsets"},
	NCH_ENCODING_INTO(sentences_call, encoding),
	{"join-lines", NCH_SET_FLAG(sentences_call, join_lines), .help = "a line break is a blank (a text broken to fit a page); an empty line ends a sentence"},
	{0}};
static const nch_option_group own_group = {"Options", own_options};

struct work {
	nch_splitter *splitter;
	nch_sentences sentences;
	nch_buffer out;
	sentences_call call;
};

/* On one line: what breaks lines becomes a blank. */
static void add_line(nch_buffer *out, const char *text, size_t length)
{
	size_t from = 0;
	for (size_t i = 0, size; i < length; i += size > 0 ? size : 1) {
		size = nch_utf8_line_break(text + i, length - i);
		if (size > 0) {
			nch_buffer_add(out, text + from, i - from);
			nch_buffer_byte(out, ' ');
			from = i + size;
		}
	}
	nch_buffer_add(out, text + from, length - from);
	nch_buffer_byte(out, '\n');
}

static void add_sentence(struct work *w, const char *text, const nch_sentence *s)
{
	const char *reason = nch_sentence_reason_name(s->reason), *ending = s->ending != NULL ? s->ending : "";
	switch (w->call.form) {
	case FORM_TEXT:
		if (s->text_end > s->text_begin) /* what is blank has no line */
			add_line(&w->out, text + s->text_begin, s->text_end - s->text_begin);
		break;
	case FORM_OFFSETS:
		nch_buffer_printf(&w->out, "%zu\t%zu\t%s\t%s\n", s->begin, s->end, reason, ending);
		break;
	case FORM_JSONL:
		nch_buffer_printf(&w->out, "{\"begin\":%zu,\"end\":%zu,\"text\":", s->begin, s->end);
		nch_json_write_text(&w->out, text + s->begin, s->end - s->begin);
		nch_buffer_printf(&w->out, ",\"reason\":\"%s\",\"ending\":\"%s\"}\n", reason, ending);
	}
}

/* Written in parts, so that a long text does not stand in memory twice. */
enum { PART = 4096 };

static nch_status print(struct work *w, const nch_buffer *text, nch_error *error)
{
	for (size_t i = 0; i < w->sentences.count; i++) {
		add_sentence(w, text->data, &w->sentences.items[i]);
		if (i % PART != PART - 1 && i + 1 < w->sentences.count)
			continue;
		NCH_TRY(nch_buffer_check(&w->out, error));
		nch_output_buffer(&w->out);
		nch_buffer_clear(&w->out);
	}
	return NCH_OK;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	struct work w = {0};
	nch_buffer text = {0};
	NCH_TRY(nch_options_take(options, &own_group, &w.call, error));
	if (w.call.form == FORM_TEXT && w.call.offsets)
		w.call.form = FORM_OFFSETS;
	nch_status status = nch_whole_text_read(nch_options_argument(options, 0), w.call.encoding, &text, error);
	w.splitter = nch_splitter_new();
	if (status == NCH_OK && w.splitter == NULL)
		status = nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_sentences_split(w.splitter, text.data, text.length, w.call.join_lines, &w.sentences, error);
	if (status == NCH_OK)
		status = print(&w, &text, error);
	nch_buffer_free(&text);
	nch_buffer_free(&w.out);
	nch_sentences_free(&w.sentences);
	nch_splitter_free(w.splitter);
	return status;
}

const nch_command nch_command_sentences = {
	.name = "sentences",
	.summary = "a text cut into sentences",
	.usage = "[FILE|-]",
	.details = "Korean text, with or without punctuation, is cut by rules: endings, quotations, brackets, emoticons. Offsets are bytes of\n"
	           "the text in UTF-8; the pieces that they tell, blanks and line breaks included, are the text again when put together.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.most_arguments = 1,
	.run = run,
};
