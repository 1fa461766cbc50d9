/* explain.c - leaving out token by token, and looking at attention. */
#include "apps/explain.h"

#include <string.h>

#include "base/memory.h"
#include "nn/family.h"
#include "train/predictor_prepare.h"

#define MOST_MAPPED ((size_t)512)

enum { MOST_TOKENS = 16384 }; /* of a text that is read in windows: each of them is a row to compute, twice or thrice */

/* --- the way to the model --- */

/* What the model reads of a text: rows that fit into it, several where a text is read in windows. Each holds the places of its tokens in the text's
 * whole list. */
typedef struct windows {
	nch_examples rows; /* .token: places, not ids */
	size_t of_text[2]; /* the windows of the one text: of_text[0] .. of_text[1]-1 */
} windows;

/* Fits the tokens as the predictor fits them (the same call), by sending their places through it in place of their ids. */
static nch_status fit(const nch_predictor *p, const nch_reading *reading, windows *w, nch_error *error)
{
	size_t count = reading->tokens.count, offsets[2] = {0, count};
	uint32_t first = (uint32_t)reading->layout.first, second = (uint32_t)reading->layout.second;
	int32_t *places = nch_alloc(count, sizeof *places);
	if (places == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < count; i++)
		places[i] = (int32_t)i;
	nch_examples whole = {.rows = 1, .token = places, .offsets = offsets, .first = &first, .second = &second};
	nch_examples_frames(p->tokenizer, &whole);
	nch_status status = nch_examples_fit(&whole, p->max_len, p->long_texts, w->of_text, &w->rows, error);
	nch_free(places);
	return status;
}

/* The tokens that are read: those of the one row, or all, where there are several windows. */
static nch_status keep_tokens(const nch_reading *reading, windows *w, nch_explanation *e, nch_error *error)
{
	bool one = w->rows.rows == 1;
	size_t count = one ? w->rows.offsets[1] : reading->tokens.count;
	NCH_TRY(nch_grow(&e->tokens.items, &e->tokens.capacity, count, sizeof *e->tokens.items, error));
	e->tokens.count = count;
	for (size_t i = 0; i < count; i++)
		e->tokens.items[i] = reading->tokens.items[one ? (size_t)w->rows.token[i] : i];
	size_t second = one ? w->rows.second[0] : reading->layout.second;
	e->first = second > 0 ? second : count;
	for (size_t i = 0; one && i < count; i++) /* the places are now those in the list of what was kept */
		w->rows.token[i] = (int32_t)i;
	e->windows = w->rows.rows;
	e->cut = w->rows.cut > 0 && one;
	return NCH_OK;
}

static nch_status read_text(const nch_predictor *p, const char *text, size_t length, windows *w, nch_explanation *e, nch_error *error)
{
	const nch_text asked = {.text = text, .length = length};
	nch_reading reading = {0};
	nch_status status = nch_predictor_read(p, &asked, &reading, error);
	if (status == NCH_OK && p->long_texts == NCH_LONG_WINDOW && reading.tokens.count > MOST_TOKENS)
		status = nch_fail(error, NCH_DATA, "the text has %zu tokens; up to %d are explained", reading.tokens.count, MOST_TOKENS);
	if (status == NCH_OK)
		status = fit(p, &reading, w, error);
	if (status == NCH_OK)
		status = keep_tokens(&reading, w, e, error);
	if (status == NCH_OK) {
		nch_buffer_add(&e->text, reading.bytes.data, reading.text_length);
		status = nch_buffer_check(&e->text, error);
	}
	nch_reading_free(&reading);
	return status;
}

/* --- tokens and parts --- */

static nch_status find_parts(nch_explanation *e, bool words, nch_error *error)
{
	e->parts = nch_alloc(e->tokens.count, sizeof *e->parts);
	if (e->parts == NULL)
		return nch_no_memory(error);
	/* a pair is what the model was asked about, not what it read */
	e->part_count = nch_parts_find(e->text.data, e->tokens.items, 0, e->first, words, e->parts);
	return NCH_OK;
}

/* --- leaving out --- */

/* Rows of ids on their way to the model; release with nch_examples_free. */
static nch_status make_room(nch_examples *rows, size_t count, size_t tokens, nch_error *error)
{
	rows->token = nch_alloc(tokens, sizeof *rows->token);
	rows->offsets = nch_alloc(count + 1, sizeof *rows->offsets);
	rows->first = nch_alloc(count, sizeof *rows->first);
	rows->label = nch_alloc(count, sizeof *rows->label);
	return rows->token && rows->offsets && rows->first && rows->label ? NCH_OK : nch_no_memory(error);
}

static bool holds(const nch_part *part, int32_t place)
{
	return part != NULL && (size_t)place >= part->first && (size_t)place < part->first + part->count;
}

/* A window, with the tokens of a part (NULL: whole) masked or left out. */
static void add_row(const nch_explanation *e, const windows *w, size_t window, const nch_part *out, nch_examples *rows)
{
	size_t row = rows->rows++, at = rows->offsets[row], begin = w->rows.offsets[window];
	rows->label[row] = -1;
	rows->first[row] = 0;
	for (size_t i = begin; i < w->rows.offsets[window + 1]; i++) {
		bool inside = holds(out, w->rows.token[i]);
		if (inside && e->method == NCH_EXPLAIN_DELETE)
			continue;
		rows->token[at++] = inside ? e->mask : e->tokens.items[w->rows.token[i]].id;
		rows->first[row] += i - begin < w->rows.first[window];
	}
	rows->offsets[row + 1] = at;
	rows->longest = at - rows->offsets[row] > rows->longest ? at - rows->offsets[row] : rows->longest;
}

static bool is_in_window(const windows *w, size_t window, const nch_part *part)
{
	for (size_t i = w->rows.offsets[window]; i < w->rows.offsets[window + 1]; i++)
		if (holds(part, w->rows.token[i]))
			return true;
	return false;
}

/* The logits of the windows without a part: those that do not hold it are as they were. `base` (windows, labels); out (labels): their mean. */
static nch_status without(nch_predictor *p, const nch_explanation *e, const windows *w, const nch_part *part, const float *base, nch_examples *rows,
                          float *all, float *out, nch_error *error)
{
	size_t count = w->rows.rows, labels = e->labels, row = 0;
	rows->rows = 0;
	for (size_t k = 0; k < count; k++)
		if (is_in_window(w, k, part))
			add_row(e, w, k, part, rows);
	if (rows->rows > 0)
		NCH_TRY(nch_predictor_rows(p, rows, NCH_OUTPUT_LOGITS, all, error));
	/* from the last on, since a window's place is never before its row's */
	row = rows->rows;
	for (size_t k = count; k-- > 0;) {
		bool changed = is_in_window(w, k, part);
		memmove(all + k * labels, changed ? all + --row * labels : base + k * labels, labels * sizeof *all);
	}
	nch_average_windows(all, (size_t[]){0, count}, 1, labels, out);
	return NCH_OK;
}

/* All parts of a text that is one row, in one go: they share their batches. Row i of out (parts, labels). */
static nch_status without_each(nch_predictor *p, const nch_explanation *e, const windows *w, float *out, nch_error *error)
{
	nch_examples rows = {0};
	size_t tokens;
	nch_status status = nch_size_mul(e->part_count, e->tokens.count, &tokens) ? make_room(&rows, e->part_count, tokens, error) : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < e->part_count; i++)
		add_row(e, w, 0, &e->parts[i], &rows);
	if (status == NCH_OK && e->part_count > 0)
		status = nch_predictor_rows(p, &rows, NCH_OUTPUT_LOGITS, out, error);
	nch_examples_free(&rows);
	return status;
}

/* The logits of the whole, and without each part: less (parts, labels). */
static nch_status compute(nch_predictor *p, const nch_explanation *e, const windows *w, float *whole, float *less, nch_error *error)
{
	size_t count = w->rows.rows, labels = e->labels;
	nch_examples rows = {0};
	float *base = nch_alloc(count * labels, sizeof *base), *all = nch_alloc(count * labels, sizeof *all);
	nch_status status = base && all ? make_room(&rows, count, w->rows.offsets[count], error) : nch_no_memory(error);
	for (size_t k = 0; status == NCH_OK && k < count; k++)
		add_row(e, w, k, NULL, &rows);
	if (status == NCH_OK)
		status = nch_predictor_rows(p, &rows, NCH_OUTPUT_LOGITS, base, error);
	if (status == NCH_OK)
		nch_average_windows(base, w->of_text, 1, labels, whole);
	if (status == NCH_OK && count == 1)
		status = without_each(p, e, w, less, error);
	for (size_t i = 0; status == NCH_OK && count > 1 && i < e->part_count; i++)
		status = without(p, e, w, &e->parts[i], base, &rows, all, less + i * labels, error);
	nch_examples_free(&rows);
	nch_free(base);
	nch_free(all);
	return status;
}

static nch_status measure(nch_predictor *p, const windows *w, nch_explanation *e, nch_error *error)
{
	size_t labels = nch_predictor_labels(p), cells;
	float *less = nch_size_mul(e->part_count, labels, &cells) ? nch_alloc(cells, sizeof *less) : NULL;
	e->labels = labels;
	e->logits = nch_alloc(labels, sizeof *e->logits);
	e->scores = nch_alloc(labels, sizeof *e->scores);
	e->effects = less != NULL ? nch_alloc(cells, sizeof *e->effects) : NULL;
	nch_status status = less && e->logits && e->scores && e->effects ? compute(p, e, w, e->logits, less, error) : nch_no_memory(error);
	if (status == NCH_OK) {
		e->label = nch_predictor_answer(p, e->logits, e->scores, NULL);
		for (size_t i = 0; i < cells; i++)
			e->effects[i] = e->logits[i % labels] - less[i];
	}
	nch_free(less);
	return status;
}

/* --- looking --- */

typedef struct watcher {
	nch_compute *compute;
	nch_explanation *e;
	size_t layer;
	bool failed;
} watcher;

static void see_attention(void *context, const nch_attention *attention, const nch_batch *batch)
{
	watcher *w = context;
	size_t n = w->e->tokens.count, map = n * n;
	if (w->layer >= w->e->layers || attention->heads != w->e->heads || batch->tokens != n) {
		w->failed = true;
		return;
	}
	for (size_t h = 0; h < attention->heads; h++)
		w->compute->kernels->attention_map(attention, 0, h, w->e->attention + (w->layer * w->e->heads + h) * map, w->compute->scratch);
	w->layer++;
}

static nch_status look(nch_predictor *p, const windows *w, nch_explanation *e, nch_error *error)
{
	const nch_config *c = &p->model->config;
	nch_examples rows = {0};
	size_t n = e->tokens.count, cells;
	if (n > MOST_MAPPED || !c->family->maps || w->rows.rows > 1)
		return NCH_OK;
	e->layers = c->layers;
	e->heads = c->heads;
	if (!nch_size_mul(c->layers * c->heads, n * n, &cells) || (e->attention = nch_alloc(cells, sizeof *e->attention)) == NULL)
		return nch_no_memory(error);
	float *logits = nch_alloc(e->labels, sizeof *logits);
	watcher see = {.compute = p->compute, .e = e};
	nch_status status = logits != NULL ? make_room(&rows, 1, n, error) : nch_no_memory(error);
	if (status == NCH_OK) {
		add_row(e, w, 0, NULL, &rows);
		nch_tape_watch_attention(p->tape, see_attention, &see);
		status = nch_predictor_rows(p, &rows, NCH_OUTPUT_LOGITS, logits, error);
		nch_tape_watch_attention(p->tape, NULL, NULL);
	}
	if (status == NCH_OK && (see.failed || see.layer != e->layers)) { /* a family whose attention is of another kind */
		nch_free(e->attention);
		e->attention = NULL;
	}
	nch_free(logits);
	nch_examples_free(&rows);
	return status;
}

static nch_status explain_words(nch_predictor *p, const char *text, size_t length, nch_explanation *e, nch_error *error)
{
	nch_prepared_texts made = {0};
	const nch_text asked = {.text = text, .length = length};
	nch_status status = nch_prepare_texts(p, &asked, 1, &made, error);
	if (status == NCH_OK)
		status = nch_explain_words(p, made.texts, e, error);
	nch_prepared_texts_free(&made);
	if (status != NCH_OK)
		nch_explanation_free(e);
	return status;
}

const char *const nch_explain_methods[NCH_EXPLAIN_METHODS] = {"mask", "delete", "gradient", "integrated", "attention"};

/* How much of the first token's last row comes from each token: the product of (attention, mean over heads, + 1) / 2 over the layers. */
static nch_status roll_out(nch_explanation *e, nch_error *error)
{
	size_t n = e->tokens.count;
	double *row = nch_alloc(2 * n, sizeof *row), *next = row + n;
	if (row == NULL)
		return nch_no_memory(error);
	row[0] = 1.0;
	for (size_t l = e->layers; l-- > 0;) { /* from the last layer back: a row times a matrix */
		for (size_t j = 0; j < n; j++) {
			next[j] = row[j] / 2.0;
			for (size_t h = 0; h < e->heads; h++)
				for (size_t i = 0; i < n; i++)
					next[j] += row[i] * (double)e->attention[((l * e->heads + h) * n + i) * n + j] / (2.0 * (double)e->heads);
		}
		memcpy(row, next, n * sizeof *row);
	}
	for (size_t p = 0; p < e->part_count; p++) {
		double sum = 0.0;
		for (size_t i = e->parts[p].first; i < e->parts[p].first + e->parts[p].count; i++)
			sum += row[i];
		for (size_t c = 0; c < e->labels; c++)
			e->effects[p * e->labels + c] = (float)sum;
	}
	nch_free(row);
	return NCH_OK;
}

static nch_status other_ways(nch_predictor *p, const windows *w, nch_explanation *e, nch_error *error)
{
	const char *name = nch_explain_methods[e->method];
	if (w->rows.rows > 1)
		return nch_fail(error, NCH_USAGE, "⟨method⟩ %s explains texts that are read at once, and this one is read in windows: take mask or delete", name);
	if (e->method != NCH_EXPLAIN_ATTENTION)
		return nch_explain_gradients(p, e, w->rows.first[0], error);
	if (e->attention == NULL)
		return nch_fail(error, NCH_USAGE, "⟨method⟩ attention: the attention of this model cannot be shown: take mask, gradient or integrated");
	return roll_out(e, error);
}

nch_status nch_explain(nch_predictor *predictor, const char *text, size_t length, const nch_explain_options *options, nch_explanation *explanation,
                       nch_error *error)
{
	windows w = {0};
	bool asks = options->method <= NCH_EXPLAIN_DELETE; /* else it looks inside */
	explanation->method = options->method;
	if (predictor->model == NULL && !asks)
		return nch_fail(error, NCH_USAGE, "%s is no transformer: ⟨method⟩ %s is for those", predictor->folder, nch_explain_methods[options->method]);
	if (predictor->model == NULL)
		return explain_words(predictor, text, length, explanation, error);
	nch_specials specials = nch_tokenizer_specials(predictor->tokenizer);
	explanation->mask = specials.mask >= 0 ? specials.mask : specials.unk;
	if (explanation->mask < 0 && asks)
		explanation->method = NCH_EXPLAIN_DELETE;
	if (predictor->model->classifier_weight->fresh)
		return nch_fail(error, NCH_DATA, "this folder holds an encoder without a classifier: there is no answer to explain; train one (`nunchi train --init`)");
	nch_status status = read_text(predictor, text, length, &w, explanation, error);
	if (status == NCH_OK)
		status = find_parts(explanation, options->words, error);
	if (status == NCH_OK)
		status = measure(predictor, &w, explanation, error);
	if (status == NCH_OK && (options->attention || options->method == NCH_EXPLAIN_ATTENTION))
		status = look(predictor, &w, explanation, error);
	if (status == NCH_OK && !asks)
		status = other_ways(predictor, &w, explanation, error);
	nch_examples_free(&w.rows);
	if (status != NCH_OK)
		nch_explanation_free(explanation);
	return status;
}

void nch_explanation_free(nch_explanation *e)
{
	nch_buffer_free(&e->text);
	nch_tokens_free(&e->tokens);
	nch_free(e->logits);
	nch_free(e->scores);
	nch_free(e->parts);
	nch_free(e->effects);
	nch_free(e->attention);
	*e = (nch_explanation){0};
}
