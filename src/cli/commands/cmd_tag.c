/* cmd_tag.c - `nunchi tag`: each sentence of a book with its emotion, then the book's arc. */
#include <stdlib.h>
#include <string.h>

#include "apps/book_html.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/os.h"
#include "cli/answer.h"
#include "cli/command.h"
#include "cli/commands/tag_write.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/default_model.h"
#include "cli/output.h"
#include "cli/whole_text.h"
#include "io/line_stream.h"

enum format { FORMAT_JSONL, FORMAT_TSV, FORMAT_CUE };

typedef struct tag_call {
	const char *model, *html, *title, *text, *transitions;
	bool int8, format_given, join_lines, records, smooth;
	unsigned format;
	size_t window;
	nch_encoding encoding;
	double rate;
	nch_text_list tagged; /* --smooth-train */
	nch_renamings relabel;
} tag_call;

static const nch_option own_options[] = {
	NCH_MODEL_INTO(tag_call, model),
	NCH_INT8_INTO(tag_call, int8),
	{"format", NCH_SET_CHOICE(tag_call, format), NCH_GIVEN(tag_call, format_given), .choices = "jsonl|tsv|cue", .otherwise = "jsonl", .help = "objects, a table, or a cue sheet as subtitles are written"},
	{"html", NCH_SET_TEXT(tag_call, html), .argument = "FILE", .help = "also a page with the coloured text and the arc; of a folder of books: a folder of pages"},
	{"title", NCH_SET_TEXT(tag_call, title), .argument = "TEXT", .help = "of the page (default: the file's name)"},
	{"window", NCH_SET_INTEGER(tag_call, window), .argument = "N", .help = "sentences that a point of the arc is the mean of (default: a fifteenth of the book, 5 to 41)", .least = 1, .most = 999},
	{"join-lines", NCH_SET_FLAG(tag_call, join_lines), .help = "a line break is a blank (a text broken to fit a page); an empty line ends a sentence"},
	NCH_ENCODING_INTO(tag_call, encoding),
	{"rate", NCH_SET_REAL(tag_call, rate), .argument = "N", .help = "--format cue: syllables that the narrator reads in a second", .otherwise = "5", .least = 0.1, .most = 100},
	{"input", NCH_SET_WHETHER(tag_call, records, "jsonl"), .choices = "text|jsonl", .otherwise = "text",
	 .help = "jsonl: each line is an object with a text; it comes back at once, with \"sentences\" and \"arc\""},
	{"text", NCH_SET_TEXT(tag_call, text), .argument = "NAME", .help = "--input jsonl: where the text is, a dotted path (default: text, sentence, form …)"},
	{0}};
static const nch_option smooth_options[] = {
	{"smooth", NCH_SET_FLAG(tag_call, smooth), .help = "even out single sentences by a hidden Markov model of how emotions follow each other"},
	{"transitions", NCH_SET_TEXT(tag_call, transitions), .argument = "FILE", .help = "where that is kept (default: transitions.json in the model's folder)"},
	{"smooth-train", NCH_SET_LIST(tag_call, tagged), .argument = "FILE", .help = "count it in a tagged book, sentences in their order with labels; kept. Without BOOK that is all"},
	{"relabel", NCH_SET_PARSED(tag_call, relabel, nch_parse_relabel), .argument = "A=B,…", .help = "--smooth-train: the tagged books' labels as the model's"},
	{0}};
static const nch_option_group own_group = {"Options", own_options};
static const nch_option_group smooth_group = {"Smoothing", smooth_options};

struct work {
	tag_call call;
	const char *what; /* the argument: a book or a folder of them; NULL: standard input, or nothing */
	nch_predictor *predictor;
	nch_splitter *splitter;
	nch_smooth smooth;
	bool smoothing;
	nch_buffer text, out;
};

static const char *const *labels_of(const struct work *w)
{
	return (const char *const *)w->predictor->label_names;
}

/* --- smoothing --- */

static nch_status count_transitions(struct work *w, const char *file, nch_error *error)
{
	nch_dataset books = {0};
	const nch_dataset_options how = {.need_labels = true, .relabel = w->call.relabel, .remark = nch_data_remark};
	NCH_TRY(nch_dataset_read(w->call.tagged.items, w->call.tagged.count, &how, &books, error));
	nch_status status = nch_smooth_count(&books, labels_of(w), nch_predictor_labels(w->predictor), &w->smooth, error);
	nch_dataset_free(&books);
	nch_buffer_clear(&w->out);
	if (status == NCH_OK) {
		nch_smooth_write(&w->smooth, &w->out);
		status = nch_buffer_check(&w->out, error);
	}
	if (status == NCH_OK)
		status = nch_file_write(file, w->out.data, w->out.length, error);
	if (status == NCH_OK)
		nch_output_note("%s: transitions of %zu sentences", file, w->smooth.sentences);
	return status;
}

static nch_status read_transitions(struct work *w, const char *file, nch_error *error)
{
	nch_buffer text = {0};
	if (!nch_file_exists(file))
		return nch_fail(error, NCH_IO, "%s: there are no transitions; count them in tagged books by --smooth-train FILE", file);
	nch_status status = nch_file_read_any(file, (size_t)1 << 26, &text, error);
	if (status == NCH_OK)
		status = nch_smooth_parse(text.data, text.length, file, &w->smooth, error);
	nch_buffer_free(&text);
	if (status == NCH_OK)
		status = nch_smooth_order(&w->smooth, labels_of(w), nch_predictor_labels(w->predictor), error);
	return status;
}

static nch_status prepare_smoothing(struct work *w, nch_error *error)
{
	const char *given = w->call.transitions;
	w->smoothing = w->call.tagged.count > 0 || w->call.smooth || given != NULL;
	if (!w->smoothing)
		return NCH_OK;
	if (w->predictor->multi_label)
		return nch_fail(error, NCH_USAGE, "--smooth is for models of one label a sentence; this one gives several");
	char *file = given != NULL ? nch_copy_text(given, strlen(given)) : nch_path_join(w->predictor->folder, "transitions.json");
	if (file == NULL)
		return nch_no_memory(error);
	nch_status status = w->call.tagged.count > 0 ? count_transitions(w, file, error) : read_transitions(w, file, error);
	nch_free(file);
	return status;
}

/* --- a book --- */

static nch_status write_page(struct work *w, const nch_book *book, const nch_tags *tags, const char *title, const char *path, nch_error *error)
{
	const nch_book_page page = {.language = nch_output_language(), .title = title, .labels = labels_of(w), .book = book, .tags = tags,
	                            .smoothed = w->smoothing};
	nch_buffer html = {0};
	nch_book_html(&page, &html);
	nch_status status = nch_buffer_check(&html, error);
	if (status == NCH_OK)
		status = nch_file_write(path, html.data, html.length, error);
	nch_buffer_free(&html);
	return status;
}

static void write_lines(struct work *w, const nch_book *book, const nch_tags *tags, const char *name)
{
	const nch_tag_sheet sheet = {.name = name, .labels = labels_of(w), .book = book, .tags = tags, .smoothed = w->smoothing,
	                             .rate = w->call.rate};
	nch_buffer_clear(&w->out);
	if (w->call.format == FORMAT_TSV)
		nch_tag_write_tsv(&sheet, &w->out);
	else if (w->call.format == FORMAT_CUE)
		nch_tag_write_cue(&sheet, &w->out);
	else
		nch_tag_write_jsonl(&sheet, &w->out);
}

static nch_status tag(struct work *w, const char *text, size_t length, nch_book *book, nch_tags *tags, nch_error *error)
{
	NCH_TRY(nch_book_cut(w->splitter, text, length, w->call.join_lines, book, error));
	return nch_book_tag(book, w->predictor, w->smoothing ? &w->smooth : NULL, w->call.window, tags, error);
}

/* path NULL: standard input. name: put into the lines, or NULL. page: where the page goes, or NULL. */
static nch_status tag_book(struct work *w, const char *path, const char *name, const char *title, const char *page, nch_error *error)
{
	nch_book book = {0};
	nch_tags tags = {0};
	nch_status status = nch_whole_text_read(path, w->call.encoding, &w->text, error);
	if (status == NCH_OK)
		status = tag(w, w->text.data, w->text.length, &book, &tags, error);
	if (status == NCH_OK) {
		write_lines(w, &book, &tags, name);
		status = nch_buffer_check(&w->out, error);
	}
	if (status == NCH_OK) {
		nch_output_buffer(&w->out);
		nch_output_flush();
	}
	if (status == NCH_OK && page != NULL)
		status = write_page(w, &book, &tags, title, page, error);
	nch_tags_free(&tags);
	nch_book_free(&book);
	return status;
}

/* "data/books/heungbu.txt" is called heungbu. */
static char *title_of(const char *path)
{
	const char *name = path != NULL ? nch_path_name(path) : "book", *point = strrchr(name, '.');
	return nch_copy_text(name, point != NULL && point > name ? (size_t)(point - name) : strlen(name));
}

static nch_status tag_one(struct work *w, const char *path, nch_error *error)
{
	const char *given = w->call.title;
	char *title = title_of(path != NULL && strcmp(path, "-") == 0 ? NULL : path);
	if (title == NULL)
		return nch_no_memory(error);
	nch_status status = tag_book(w, path, NULL, given != NULL ? given : title, w->call.html, error);
	nch_free(title);
	return status;
}

/* --- a folder of books --- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static nch_status list_books(const char *folder, char ***names, size_t *count, nch_error *error)
{
	size_t capacity = 0;
	nch_os_folder *open = nch_os_folder_open(folder);
	if (open == NULL)
		return nch_fail(error, NCH_IO, "%s: cannot be read", folder);
	nch_status status = NCH_OK;
	for (const char *name; status == NCH_OK && (name = nch_os_folder_next(open)) != NULL;) {
		if (name[0] == '.' || !nch_path_has_suffix(name, ".txt"))
			continue;
		status = nch_grow(names, &capacity, *count + 1, sizeof **names, error);
		if (status == NCH_OK && ((*names)[*count] = nch_copy_text(name, strlen(name))) == NULL)
			status = nch_no_memory(error);
		else if (status == NCH_OK)
			++*count;
	}
	nch_os_folder_close(open);
	if (status == NCH_OK && *count == 0)
		status = nch_fail(error, NCH_DATA, "%s: there is no book (.txt) in this folder", folder);
	if (status == NCH_OK)
		qsort(*names, *count, sizeof **names, by_name);
	return status;
}

static nch_status tag_listed(struct work *w, const char *folder, const char *name, nch_error *error)
{
	const char *pages = w->call.html;
	char *path = nch_path_join(folder, name), *title = title_of(name), *page = NULL;
	nch_buffer file = {0};
	nch_status status = path && title ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && pages != NULL) {
		nch_buffer_printf(&file, "%s.html", title);
		page = file.data != NULL ? nch_path_join(pages, file.data) : NULL;
		status = page != NULL ? NCH_OK : nch_no_memory(error);
	}
	if (status == NCH_OK)
		status = tag_book(w, path, name, title, page, error);
	nch_buffer_free(&file);
	nch_free(page);
	nch_free(title);
	nch_free(path);
	return status;
}

static nch_status tag_folder(struct work *w, const char *folder, nch_error *error)
{
	char **names = NULL;
	size_t count = 0;
	const char *pages = w->call.html;
	if (w->call.format == FORMAT_CUE)
		return nch_fail(error, NCH_USAGE, "--format cue is for one book, %s is a folder", folder);
	nch_status status = pages != NULL ? nch_folder_make(pages, error) : NCH_OK;
	if (status == NCH_OK)
		status = list_books(folder, &names, &count, error);
	for (size_t i = 0; i < count && status == NCH_OK; i++)
		status = tag_listed(w, folder, names[i], error);
	for (size_t i = 0; i < count; i++)
		nch_free(names[i]);
	nch_free(names);
	return status;
}

/* --- a filter for other programs --- */

/* The record's own members, then "sentences" and "arc". */
static nch_status answer_record(struct work *w, const nch_record *record, nch_error *error)
{
	nch_book book = {0};
	nch_tags tags = {0};
	nch_status status = tag(w, record->text.text, record->text.length, &book, &tags, error);
	if (status == NCH_OK) {
		const nch_tag_sheet sheet = {.labels = labels_of(w), .book = &book, .tags = &tags, .smoothed = w->smoothing};
		nch_buffer_clear(&w->out);
		if (record->object != NULL) {
			nch_buffer_add(&w->out, record->line.text, record->object->end - 1); /* all but the closing brace */
			nch_buffer_text(&w->out, record->object->count > 0 ? "," : "");
		} else {
			nch_buffer_byte(&w->out, '{');
		}
		nch_tag_write_members(&sheet, &w->out);
		nch_buffer_text(&w->out, "}\n");
		status = nch_buffer_check(&w->out, error);
	}
	if (status == NCH_OK) {
		nch_output_buffer(&w->out);
		nch_output_flush();
	}
	nch_tags_free(&tags);
	nch_book_free(&book);
	return status;
}

static nch_status tag_lines(struct work *w, const char *path, nch_error *error)
{
	const nch_answer_form form = {.jsonl = true, .text = w->call.text};
	nch_lines *lines = NULL;
	nch_arena *arena = nch_arena_new(0);
	nch_status status = arena != NULL ? nch_lines_open(path, w->call.encoding, &lines, error) : nch_no_memory(error);
	for (size_t count = 1; status == NCH_OK && count > 0;) {
		const nch_line *line;
		nch_record record;
		status = nch_lines_next(lines, 1, &line, &count, error);
		if (status != NCH_OK || count == 0)
			break;
		nch_arena_reset(arena);
		status = nch_record_read(&form, line, arena, &record, error);
		if (status != NCH_OK)
			nch_fail_prefix(error, "%s:%llu", nch_lines_path(lines), (unsigned long long)nch_lines_number(lines));
		else
			status = answer_record(w, &record, error);
	}
	nch_lines_close(lines);
	nch_arena_free(arena);
	return status;
}

/* --- the command --- */

static nch_status tag_what(struct work *w, nch_error *error)
{
	const char *what = w->what;
	if (w->call.records) {
		if (w->call.html != NULL || w->call.format_given)
			return nch_fail(error, NCH_USAGE, "--input jsonl gives records back: --html and --format do not go with it");
		return tag_lines(w, what, error);
	}
	if (w->call.text != NULL)
		return nch_fail(error, NCH_USAGE, "--text names a field of records: it needs --input jsonl");
	if (what == NULL && w->call.tagged.count > 0)
		return NCH_OK;
	return what != NULL && nch_file_is_folder(what) ? tag_folder(w, what, error) : tag_one(w, what, error);
}

static nch_status run(const nch_options *options, nch_error *error)
{
	struct work w = {.what = nch_options_argument(options, 0)};
	const char *folder;
	NCH_TRY(nch_options_take(options, &own_group, &w.call, error));
	NCH_TRY(nch_options_take(options, &smooth_group, &w.call, error));
	NCH_TRY(nch_default_model(w.call.model, NCH_DEFAULT_STORYBOOK, &folder, error));
	const nch_predictor_how how = nch_common_how(options, w.call.int8);
	nch_status status = nch_predictor_open_how(folder, &how, &w.predictor, error);
	if (status == NCH_OK && (w.splitter = nch_splitter_new()) == NULL)
		status = nch_no_memory(error);
	if (status == NCH_OK)
		status = prepare_smoothing(&w, error);
	if (status == NCH_OK)
		status = tag_what(&w, error);
	nch_smooth_free(&w.smooth);
	nch_buffer_free(&w.text);
	nch_buffer_free(&w.out);
	nch_splitter_free(w.splitter);
	nch_predictor_close(w.predictor);
	return status;
}

const nch_command nch_command_tag = {
	.name = "tag",
	.summary = "each sentence of a book with its emotion, then the book's arc",
	.usage = "[--model DIR] [BOOK|-]",
	.details = "BOOK is a text file, or a folder of them (.txt). It is cut into sentences as `nunchi sentences` does, dialogue is told from narration, and each\n"
	           "sentence gives an object on a line; the last line is the arc, a moving average of the probabilities.",
	.groups = (const nch_option_group *const[]){&own_group, &smooth_group, NULL},
	.most_arguments = 1,
	.run = run,
};
