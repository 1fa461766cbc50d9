/* page.c - see page.h. */
#include "page/page.h"

#include <string.h>

#include "apps/book_html.h"
#include "apps/emotions.h"
#include "apps/explain.h"
#include "apps/trace.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/os.h"
#include "train/ensemble.h"

static struct {
	nch_predictor *model;
	nch_predictor *inside; /* its transformer; borrowed; NULL where there is none */
	nch_predictor *books;  /* NULL: the model reads books, too */
	nch_splitter *splitter;
} page;
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

static void add_text(const char *before, const char *text)
{
	nch_buffer_text(&answer, before);
	nch_json_write_text(&answer, text, strlen(text));
}

static void add_number(const char *before, float number)
{
	nch_buffer_text(&answer, before);
	nch_json_write_float(&answer, number);
}

/* --- opening --- */

/* The model itself, or the first of its committee that is a transformer. */
static nch_predictor *find_transformer(nch_predictor *model)
{
	if (model->model != NULL)
		return model;
	for (size_t i = 0; model->committee != NULL && i < model->committee->count; i++)
		if (model->committee->members[i]->model != NULL)
			return model->committee->members[i];
	return NULL;
}

static nch_status open_all(nch_error *error)
{
	static const char model[] = "model", books[] = "model/storybook";
	nch_os_about about;
	NCH_TRY(nch_predictor_open(model, 1, "auto", &page.model, error));
	page.inside = find_transformer(page.model);
	if (nch_os_look(books, &about))
		NCH_TRY(nch_predictor_open(books, 1, "auto", &page.books, error));
	page.splitter = nch_splitter_new();
	return page.splitter != NULL ? NCH_OK : nch_no_memory(error);
}

static void close_all(void)
{
	nch_predictor_close(page.model);
	nch_predictor_close(page.books);
	nch_splitter_free(page.splitter);
	memset(&page, 0, sizeof page);
}

int nch_page_open(void)
{
	nch_error error = {0};
	close_all();
	nch_status status = open_all(&error);
	if (status != NCH_OK)
		close_all();
	nch_buffer_clear(&answer);
	for (size_t c = 0; page.model != NULL && c < page.model->labels; c++) {
		const char *name = nch_predictor_label(page.model, c);
		const nch_emotion_look *look = nch_emotion_look_of(name, c);
		add_text(c == 0 ? "{\"labels\":[{\"name\":" : ",{\"name\":", name);
		add_text(",\"mark\":", look->mark);
		add_text(",\"light\":", look->light);
		add_text(",\"dark\":", look->dark);
		nch_buffer_byte(&answer, '}');
	}
	nch_buffer_printf(&answer, "],\"inside\":%s}", page.inside != NULL ? "true" : "false");
	if (status == NCH_OK)
		status = nch_buffer_check(&answer, &error);
	return tell(status, &error);
}

/* Begins an answer: there must be a model. */
static nch_status begin(const nch_predictor *needed, const char *without, nch_error *error)
{
	nch_buffer_clear(&answer);
	return needed != NULL ? NCH_OK : nch_fail(error, NCH_USAGE, "%s", page.model == NULL ? "no model is open" : without);
}

/* --- a text --- */

static void write_answer(const nch_explanation *e, const bool *given)
{
	const nch_predictor *p = page.model;
	const char *before = "";
	add_text("{\"label\":", nch_predictor_label(p, e->label));
	nch_buffer_text(&answer, ",\"labels\":[");
	for (size_t c = 0; c < e->labels; c++)
		if (p->multi_label ? given[c] : c == e->label) {
			add_text(before, nch_predictor_label(p, c));
			before = ",";
		}
	nch_buffer_text(&answer, "],\"scores\":");
	nch_json_write_named(&answer, (const char *const *)p->label_names, e->scores, e->labels);
	for (size_t c = 0; c < e->labels; c++)
		add_number(c == 0 ? ",\"logits\":[" : ",", e->logits[c]);
	nch_buffer_text(&answer, "],\"words\":[");
	for (size_t i = 0; i < e->part_count; i++) {
		nch_buffer_text(&answer, i == 0 ? "{\"word\":" : ",{\"word\":");
		nch_json_write_text(&answer, e->text.data + e->parts[i].begin, e->parts[i].end - e->parts[i].begin);
		add_number(",\"worth\":", e->effects[i * e->labels + e->label]);
		nch_buffer_byte(&answer, '}');
	}
	nch_buffer_text(&answer, "]}");
}

static nch_status ask(const char *text, size_t length, nch_error *error)
{
	const nch_explain_options how = {.words = true};
	nch_explanation e = {0};
	NCH_TRY(begin(page.model, "", error));
	NCH_TRY(nch_explain(page.model, text, length, &how, &e, error));
	bool *given = nch_alloc(e.labels, sizeof *given);
	if (given != NULL) {
		nch_predictor_answer(page.model, e.logits, e.scores, given);
		write_answer(&e, given);
	}
	nch_status status = given != NULL ? nch_buffer_check(&answer, error) : nch_no_memory(error);
	nch_free(given);
	nch_explanation_free(&e);
	return status;
}

int nch_page_ask(const char *text, size_t length)
{
	nch_error error = {0};
	return tell(ask(text, length, &error), &error);
}

/* --- attention --- */

static const char no_transformer[] = "this model is no transformer: there is nothing to look into";

static nch_status look(const char *text, size_t length, nch_error *error)
{
	const nch_explain_options how = {.words = true, .attention = true};
	nch_explanation e = {0};
	NCH_TRY(begin(page.inside, no_transformer, error));
	NCH_TRY(nch_explain(page.inside, text, length, &how, &e, error));
	size_t cells = e.attention != NULL ? e.layers * e.heads * e.tokens.count * e.tokens.count : 0;
	add_text("{\"label\":", nch_predictor_label(page.inside, e.label));
	add_number(",\"score\":", e.scores[e.label]);
	for (size_t i = 0; i < e.tokens.count; i++)
		add_text(i == 0 ? ",\"tokens\":[" : ",", nch_tokenizer_piece(page.inside->tokenizer, e.tokens.items[i].id));
	nch_buffer_printf(&answer, "],\"layers\":%zu,\"heads\":%zu,\"attention\":[", e.layers, e.heads);
	for (size_t i = 0; i < cells; i++)
		add_number(i == 0 ? "" : ",", e.attention[i]);
	nch_buffer_text(&answer, "]}");
	nch_explanation_free(&e);
	if (cells == 0)
		return nch_fail(error, NCH_USAGE, "this text is too long for a map of where the model looked, or its attention can't be shown");
	return nch_buffer_check(&answer, error);
}

int nch_page_look(const char *text, size_t length)
{
	nch_error error = {0};
	return tell(look(text, length, &error), &error);
}

/* --- pages of their own --- */

static nch_status trace(const char *text, size_t length, nch_language language, nch_error *error)
{
	const nch_text asked = {.text = text, .length = length};
	nch_trace made = {0};
	NCH_TRY(begin(page.inside, no_transformer, error));
	nch_status status = nch_trace_make(page.inside, &asked, page.inside->labels, false, &made, error);
	if (status == NCH_OK)
		status = nch_trace_html(&made, page.inside, language, &answer, error);
	nch_trace_free(&made);
	return status;
}

int nch_page_trace(const char *text, size_t length, int korean)
{
	nch_error error = {0};
	return tell(trace(text, length, korean != 0 ? NCH_KOREAN : NCH_ENGLISH, &error), &error);
}

static nch_status read_book(const char *text, size_t length, nch_language language, nch_error *error)
{
	nch_predictor *reader = page.books != NULL ? page.books : page.model;
	nch_book book = {0};
	nch_tags tags = {0};
	NCH_TRY(begin(reader, "", error));
	nch_status status = nch_book_cut(page.splitter, text, length, false, &book, error);
	if (status == NCH_OK)
		status = nch_book_tag(&book, reader, NULL, 0, &tags, error);
	if (status == NCH_OK) {
		const nch_book_page shown = {.language = language, .title = nch_say(language, NCH_SAY_book_story),
		                             .labels = (const char *const *)reader->label_names, .book = &book, .tags = &tags};
		nch_book_html(&shown, &answer);
		status = nch_buffer_check(&answer, error);
	}
	nch_tags_free(&tags);
	nch_book_free(&book);
	return status;
}

int nch_page_book(const char *text, size_t length, int korean)
{
	nch_error error = {0};
	return tell(read_book(text, length, korean != 0 ? NCH_KOREAN : NCH_ENGLISH, &error), &error);
}

const char *nch_page_answer(void)
{
	return answer.data != NULL ? answer.data : "";
}
