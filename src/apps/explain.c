/* explain.c - leaving out token by token, and looking at attention. */
#include "apps/explain.h"

#include <string.h>

#include "base/memory.h"

#define MOST_MAPPED ((size_t)512)

/* --- tokens and parts --- */

static nch_status read_text(const nch_predictor *p, const char *text, size_t length, nch_explanation *e, nch_error *error)
{
	nch_tokenizer_scratch *scratch = NULL;
	if (p->cleansing != NULL)
		NCH_TRY(nch_cleansing_apply(p->cleansing, text, length, &e->text, error));
	else
		nch_buffer_add(&e->text, text, length);
	NCH_TRY(nch_buffer_check(&e->text, error));
	NCH_TRY(nch_tokenizer_scratch_new(p->tokenizer, &scratch, error));
	nch_status status = nch_tokenizer_encode_model(p->tokenizer, scratch, e->text.data != NULL ? e->text.data : "", e->text.length, NULL, 0, p->max_len,
	                                               &e->tokens, NULL, &e->cut, error);
	nch_tokenizer_scratch_free(scratch);
	return status;
}

static bool has_blank(const char *text, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n')
			return true;
	return false;
}

/* Whether token i goes on with the word that the part before it holds. */
static bool continues_word(const nch_explanation *e, const nch_part *part, const nch_token *token)
{
	return token->begin >= part->begin && !has_blank(e->text.data, part->end, token->begin) &&
	       !(token->begin < token->end && has_blank(e->text.data, token->begin, token->begin + 1));
}

/* A blank before a part's letters is of no interest to people. A part that is nothing but a blank keeps it. */
static void drop_blanks(const nch_explanation *e, nch_part *part)
{
	while (part->begin + 1 < part->end && has_blank(e->text.data, part->begin, part->begin + 1))
		part->begin++;
}

static nch_status find_parts(nch_explanation *e, bool words, nch_error *error)
{
	e->parts = nch_alloc(e->tokens.count, sizeof *e->parts);
	if (e->parts == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < e->tokens.count; i++) {
		const nch_token *t = &e->tokens.items[i];
		nch_part *last = e->part_count > 0 ? &e->parts[e->part_count - 1] : NULL;
		if (t->begin == t->end) /* a special one */
			continue;
		if (words && last != NULL && last->first + last->count == i && continues_word(e, last, t)) {
			last->count++;
			last->end = t->end > last->end ? t->end : last->end;
		} else {
			last = &e->parts[e->part_count++];
			*last = (nch_part){i, 1, t->begin, t->end};
		}
		drop_blanks(e, last);
	}
	return NCH_OK;
}

/* --- leaving out --- */

/* Row 0: all tokens; row 1 + i: all but part i. */
static nch_status make_rows(const nch_explanation *e, nch_examples *rows, nch_error *error)
{
	size_t count = e->part_count + 1, n = e->tokens.count, cells;
	rows->rows = count;
	rows->token = nch_size_mul(count, n, &cells) ? nch_alloc(cells, sizeof *rows->token) : NULL;
	rows->offsets = nch_alloc(count + 1, sizeof *rows->offsets);
	rows->first = nch_alloc(count, sizeof *rows->first);
	rows->label = nch_alloc(count, sizeof *rows->label);
	if (!rows->token || !rows->offsets || !rows->first || !rows->label)
		return nch_no_memory(error);
	size_t at = 0;
	for (size_t r = 0; r < count; r++) {
		const nch_part *out = r > 0 ? &e->parts[r - 1] : NULL;
		for (size_t i = 0; i < n; i++)
			if (out == NULL || i < out->first || i >= out->first + out->count)
				rows->token[at++] = e->tokens.items[i].id;
		rows->offsets[r + 1] = at;
		rows->first[r] = (uint32_t)(at - rows->offsets[r]);
		rows->label[r] = -1;
	}
	rows->longest = n;
	return NCH_OK;
}

static nch_status measure(nch_predictor *p, nch_explanation *e, nch_error *error)
{
	nch_examples rows = {0};
	size_t labels = nch_predictor_labels(p), cells;
	float *logits = nch_size_mul(e->part_count + 1, labels, &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
	e->labels = labels;
	e->logits = nch_alloc(labels, sizeof *e->logits);
	e->scores = nch_alloc(labels, sizeof *e->scores);
	e->effects = nch_alloc(cells, sizeof *e->effects);
	nch_status status = logits && e->logits && e->scores && e->effects ? make_rows(e, &rows, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_evaluate_logits(p->model, p->tape, &rows, 0, logits, error);
	if (status == NCH_OK) {
		memcpy(e->logits, logits, labels * sizeof *logits);
		nch_predictor_scores(p, e->logits, e->scores);
		for (size_t c = 1; c < labels; c++)
			e->label = e->logits[c] > e->logits[e->label] ? c : e->label;
		for (size_t i = 0; i < e->part_count; i++)
			for (size_t c = 0; c < labels; c++)
				e->effects[i * labels + c] = logits[c] - logits[(i + 1) * labels + c];
	}
	nch_free(logits);
	nch_examples_free(&rows);
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

static nch_status look(nch_predictor *p, nch_explanation *e, nch_error *error)
{
	const nch_config *c = &p->model->config;
	nch_examples rows = {0};
	size_t n = e->tokens.count, cells, parts = e->part_count;
	if (n > MOST_MAPPED || c->family == NCH_FUNNEL)
		return NCH_OK;
	e->layers = c->layers;
	e->heads = c->heads;
	if (!nch_size_mul(c->layers * c->heads, n * n, &cells) || (e->attention = nch_alloc(cells, sizeof *e->attention)) == NULL)
		return nch_no_memory(error);
	float *logits = nch_alloc(e->labels, sizeof *logits);
	watcher w = {.compute = p->compute, .e = e};
	e->part_count = 0; /* the whole sentence alone */
	nch_status status = logits != NULL ? make_rows(e, &rows, error) : nch_no_memory(error);
	e->part_count = parts;
	if (status == NCH_OK) {
		nch_tape_watch_attention(p->tape, see_attention, &w);
		status = nch_evaluate_logits(p->model, p->tape, &rows, 0, logits, error);
		nch_tape_watch_attention(p->tape, NULL, NULL);
	}
	if (status == NCH_OK && (w.failed || w.layer != e->layers)) { /* a family whose attention is of another kind */
		nch_free(e->attention);
		e->attention = NULL;
	}
	nch_free(logits);
	nch_examples_free(&rows);
	return status;
}

nch_status nch_explain(nch_predictor *predictor, const char *text, size_t length, bool words, bool with_attention, nch_explanation *explanation,
                       nch_error *error)
{
	if (predictor->model->classifier_weight->fresh)
		return nch_fail(error, NCH_DATA, "this folder holds an encoder without a classifier: there is no answer to explain; train one (`nunchi train --init`)");
	nch_status status = read_text(predictor, text, length, explanation, error);
	if (status == NCH_OK)
		status = find_parts(explanation, words, error);
	if (status == NCH_OK)
		status = measure(predictor, explanation, error);
	if (status == NCH_OK && with_attention)
		status = look(predictor, explanation, error);
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
