/* explain.h - what each token did to an answer.
 *
 * A token's effect on a label is the label's logit with all tokens, less its logit when this token is left out (leave-one-out, Li et al. 2016, "Understanding
 * neural networks through representation erasure"): above 0 it spoke for the label, below 0 against it. It asks the model itself instead of a gradient, so it
 * serves every architecture. Effects need not sum to the logit: tokens act together.
 *
 * An n-gram model is not asked again: its logits are sums, and a word's effect is what its n-grams gave, exactly. A committee is asked without each word.
 *
 * Attention maps tell where a layer looked, not why the answer is what it is (Jain & Wallace 2019). */
#ifndef NCH_APPS_EXPLAIN_H
#define NCH_APPS_EXPLAIN_H

#include "apps/parts.h"
#include "base/buffer.h"
#include "train/predictor.h"

/* Start with {0}; release with nch_explanation_free. */
typedef struct nch_explanation {
	nch_buffer text;    /* as the model read it: cleansed */
	nch_tokens tokens;  /* those that were read, special ones included; none of an n-gram model, whose parts are words */
	size_t first;       /* tokens of the text; those behind are a pair's, which a model that is asked about a target reads (empty, where there is none) */
	size_t windows;     /* rows that the model read: more than one where long texts are read in windows, whose logits are averaged */
	size_t labels, label; /* label: the answer */
	float *logits, *scores; /* (labels) */
	nch_part *parts;
	size_t part_count;
	float *effects;     /* (part_count, labels) */
	size_t layers, heads;
	float *attention;   /* (layers, heads, tokens, tokens): row: who looks, column: at whom; NULL where the family's attention can't be shown */
	bool cut;           /* tokens over the model's limit were not read */
} nch_explanation;

/* The text goes the way that predict's texts go (train/predictor.h), so the answer has the same bits.
 *
 * words: leave out whole words (what stands between blanks) instead of single tokens. Every part is one more sentence to compute. with_attention: maps too, for up to
 * 512 tokens that are read at once. Of a text that is read in windows a part is left out of those that hold it. */
nch_status nch_explain(nch_predictor *predictor, const char *text, size_t length, bool words, bool with_attention, nch_explanation *explanation,
                       nch_error *error);
void nch_explanation_free(nch_explanation *explanation);

/* The same of what is no transformer, by words: the predictor's preparation has been done. */
nch_status nch_explain_words(nch_predictor *predictor, const nch_text *prepared, nch_explanation *explanation, nch_error *error);

/* A page: the text with its parts coloured by their effect on the answer, a table, the attention of each layer (mean over heads) and of the last layer's
 * heads. Everything from outside is escaped. */
void nch_explain_html(const nch_explanation *explanation, const nch_predictor *predictor, nch_buffer *out);

#endif
