/* explain_words.c - answers that come from no tokens, taken apart by words: an n-gram model's, whose logits are sums, so that each word's effect is
 * exact; and a committee's, by leaving out word by word. */
#include <string.h>

#include "apps/explain.h"
#include "base/memory.h"

/* One part a word of the text, with the sum of what its n-grams gave to each label. */
static nch_status add_words(const nch_ngram *model, const nch_ngram_parts *parts, nch_explanation *e, nch_error *error)
{
	size_t words = parts->text.word_count, cells;
	e->parts = nch_alloc(words, sizeof *e->parts);
	double *sums = nch_size_mul(words, e->labels, &cells) ? nch_alloc(cells, sizeof *sums) : NULL;
	e->effects = sums != NULL ? nch_alloc(cells, sizeof *e->effects) : NULL;
	if (e->parts == NULL || e->effects == NULL) {
		nch_free(sums);
		return nch_no_memory(error);
	}
	for (size_t i = 0; i < parts->count; i++) {
		const nch_ngram_part *part = &parts->part[i];
		if (part->pair || part->feature >= model->features)
			continue;
		size_t word = parts->text.gram[i].word; /* the text's parts stand first, in the order of its grams */
		for (size_t c = 0; c < e->labels; c++)
			sums[word * e->labels + c] += part->value * (double)model->weight[part->feature * e->labels + c];
	}
	for (size_t w = 0; w < words; w++)
		e->parts[w] = (nch_part){.first = w, .begin = parts->text.words[w][0], .end = parts->text.words[w][1]};
	for (size_t i = 0; i < cells; i++)
		e->effects[i] = (float)sums[i];
	e->part_count = words;
	nch_free(sums);
	return NCH_OK;
}

static nch_status explain_ngram(nch_predictor *p, const nch_text *prepared, nch_explanation *e, nch_error *error)
{
	nch_ngram_parts parts = {0};
	NCH_TRY(nch_ngram_take_apart(p->ngram, prepared, &parts, error));
	nch_status status = add_words(p->ngram, &parts, e, error);
	nch_ngram_parts_free(&parts);
	return status;
}

/* --- leaving out --- */

static bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

/* One part for what stands between blanks. */
static nch_status cut_words(const nch_text *text, nch_explanation *e, nch_error *error)
{
	e->parts = nch_alloc(text->length / 2 + 1, sizeof *e->parts);
	if (e->parts == NULL)
		return nch_no_memory(error);
	for (size_t at = 0; at < text->length;) {
		size_t begin = at;
		while (at < text->length && !is_blank(text->text[at]))
			at++;
		if (at > begin)
			e->parts[e->part_count] = (nch_part){.first = e->part_count, .begin = begin, .end = at};
		e->part_count += at > begin;
		at += at < text->length;
	}
	return NCH_OK;
}

/* The text without each of its words, one text after the other in `bytes`. */
static nch_status leave_out(const nch_text *text, const nch_explanation *e, nch_text *texts, nch_buffer *bytes, nch_error *error)
{
	for (size_t w = 0; w < e->part_count; w++) {
		nch_buffer_add(bytes, text->text, e->parts[w].begin);
		nch_buffer_add(bytes, text->text + e->parts[w].end, text->length - e->parts[w].end);
	}
	NCH_TRY(nch_buffer_check(bytes, error));
	const char *at = bytes->data;
	for (size_t w = 0; w < e->part_count; w++) {
		texts[w] = *text;
		texts[w].text = at;
		texts[w].length = text->length - (e->parts[w].end - e->parts[w].begin);
		at += texts[w].length;
	}
	return NCH_OK;
}

static nch_status explain_by_leaving_out(nch_predictor *p, const nch_text *prepared, nch_explanation *e, nch_error *error)
{
	nch_buffer bytes = {0};
	size_t cells;
	NCH_TRY(cut_words(prepared, e, error));
	if (!nch_size_mul(e->part_count, e->labels, &cells))
		return nch_no_memory(error);
	nch_text *texts = nch_alloc(e->part_count, sizeof *texts);
	e->effects = nch_alloc(cells, sizeof *e->effects);
	nch_status status = texts && e->effects ? leave_out(prepared, e, texts, &bytes, error) : nch_no_memory(error);
	if (status == NCH_OK && e->part_count > 0)
		status = nch_predictor_logits(p, texts, e->part_count, e->effects, error);
	for (size_t i = 0; status == NCH_OK && i < cells; i++)
		e->effects[i] = e->logits[i % e->labels] - e->effects[i];
	nch_free(texts);
	nch_buffer_free(&bytes);
	return status;
}

nch_status nch_explain_words(nch_predictor *p, const nch_text *prepared, nch_explanation *e, nch_error *error)
{
	e->labels = p->labels;
	e->logits = nch_alloc(e->labels, sizeof *e->logits);
	e->scores = nch_alloc(e->labels, sizeof *e->scores);
	if (e->logits == NULL || e->scores == NULL)
		return nch_no_memory(error);
	nch_buffer_text(&e->text, "");
	nch_buffer_add(&e->text, prepared->text, prepared->length);
	NCH_TRY(nch_buffer_check(&e->text, error));
	/* an n-gram model's text has been prepared; of a committee each member prepares it */
	NCH_TRY(p->ngram != NULL ? nch_ngram_logits(p->ngram, prepared, 1, p->compute->pool, e->logits, NULL, error) :
	        nch_predictor_logits(p, prepared, 1, e->logits, error));
	e->label = nch_predictor_answer(p, e->logits, e->scores, NULL);
	return p->ngram != NULL ? explain_ngram(p, prepared, e, error) : explain_by_leaving_out(p, prepared, e, error);
}
