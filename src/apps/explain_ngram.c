/* explain_ngram.c - an n-gram model's answer taken apart: its logits are sums, so that each word's effect is exact. */
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

nch_status nch_explain_ngram(nch_predictor *p, const nch_text *prepared, nch_explanation *e, nch_error *error)
{
	nch_ngram_parts parts = {0};
	e->labels = p->labels;
	e->logits = nch_alloc(e->labels, sizeof *e->logits);
	e->scores = nch_alloc(e->labels, sizeof *e->scores);
	if (e->logits == NULL || e->scores == NULL)
		return nch_no_memory(error);
	nch_buffer_text(&e->text, "");
	nch_buffer_add(&e->text, prepared->text, prepared->length);
	NCH_TRY(nch_buffer_check(&e->text, error));
	NCH_TRY(nch_ngram_logits(p->ngram, prepared, 1, p->compute->pool, e->logits, NULL, NULL, error));
	e->label = nch_predictor_answer(p, e->logits, e->scores, NULL);
	NCH_TRY(nch_ngram_take_apart(p->ngram, prepared, &parts, error));
	nch_status status = add_words(p->ngram, &parts, e, error);
	nch_ngram_parts_free(&parts);
	return status;
}
