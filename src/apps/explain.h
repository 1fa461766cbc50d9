/* explain.h - what each token did to an answer.
 *
 * A token's effect on a label is above 0 where it spoke for the label, below 0 where against it. There are several ways to say so, and they disagree:
 *
 *   mask        the label's logit, less its logit with [MASK] in this token's place (occlusion; Li et al. 2016, "Understanding neural networks through representation
 *               erasure"). All others stay where they are. The default.
 *   delete      the same, with the token taken out. All that follow move up, and a model with positions sees that, too.
 *   gradient    Σ_d ∂logit/∂x_d · (x_d - b_d), x the token's row of the word table and b that of [MASK]: what a small step towards [MASK]
 *               would change, taken for the whole way (Baehrens et al. 2010; Shrikumar et al. 2017).
 *   integrated  the same with the gradient's mean over the straight way from b to x of all tokens at once (Sundararajan et al. 2017): effects
 *               sum to the difference of the logits.
 *   attention   how much of the first token's last row comes from this token if each layer mixes half of what it attends to with half of what
 *               it had (rollout, Abnar & Zuidema 2020). It has no sign, and is the same for all labels.
 *
 * The first two ask the model itself, and so serve every architecture. Effects need not sum to the logit, but for those of `integrated`: tokens act
 * together.
 *
 * An n-gram model is not asked again: its logits are sums, and a word's effect is what its n-grams gave, exactly. A committee is asked without each
 * word.
 *
 * Attention maps tell where a layer looked, not why the answer is what it is (Jain & Wallace 2019). */
#ifndef NCH_APPS_EXPLAIN_H
#define NCH_APPS_EXPLAIN_H

#include "apps/parts.h"
#include "base/buffer.h"
#include "base/phrases.h"
#include "train/predictor.h"

typedef enum nch_explain_method { NCH_EXPLAIN_MASK, NCH_EXPLAIN_DELETE, NCH_EXPLAIN_GRADIENT, NCH_EXPLAIN_INTEGRATED, NCH_EXPLAIN_ATTENTION,
                                  NCH_EXPLAIN_METHODS } nch_explain_method;
extern const char *const nch_explain_methods[NCH_EXPLAIN_METHODS]; /* their names */

typedef struct nch_explain_options {
	nch_explain_method method;
	bool words;     /* parts are words (what stands between blanks) instead of single tokens */
	bool attention; /* maps too, for up to 512 tokens that are read at once */
} nch_explain_options;

/* Start with {0}; release with nch_explanation_free. */
typedef struct nch_explanation {
	nch_explain_method method;
	int32_t mask;       /* what stands in a masked token's place: [MASK], or [UNK] of a vocabulary without it */
	double sum, difference; /* of INTEGRATED, for the answer: all effects together, and what they should be: its logit less that of a text of
	                           masks */
	size_t steps;           /* in which the way was gone */
	nch_buffer text;    /* as the model read it: cleansed */
	nch_tokens tokens;  /* those that were read, special ones included; none of an n-gram model, whose parts are words */
	size_t first;       /* tokens of the text; those behind are a pair's, which a model that is asked about a target reads (empty, where there is
	                       none) */
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
 * With MASK and DELETE every part is one more sentence to compute; of a text that is read in windows a part is left out of those that hold it. The
 * other methods are for texts that are read at once, and for transformers; ATTENTION for those whose attention can be shown: else NCH_USAGE. */
nch_status nch_explain(nch_predictor *predictor, const char *text, size_t length, const nch_explain_options *options, nch_explanation *explanation,
                       nch_error *error);

/* The effects of GRADIENT and INTEGRATED, of a row that is read at once, into explanation->effects. first: tokens of type 0. */
nch_status nch_explain_gradients(nch_predictor *predictor, nch_explanation *explanation, size_t first, nch_error *error);

/* One word of the shortest change that turns the answer. */
typedef struct nch_flip_step {
	size_t part;     /* of the explanation's, which are words */
	int32_t instead; /* the piece that stands in its place; -1: the word is dropped */
	size_t label;    /* the answer from then on */
	float margin;    /* how far its logit is above the next one's */
} nch_flip_step;
enum { NCH_FLIP_MOST = 4 };

/* Looks for few changes that turn the answer, of an explanation by words: words are dropped, or (those of one piece) replaced by pieces that are near
 * in the word table; each time the change that takes most from the answer's lead. *count steps, the last of which has another label; 0 where
 * NCH_FLIP_MOST do not turn it. */
nch_status nch_explain_flip(nch_predictor *predictor, const nch_explanation *explanation, nch_flip_step steps[NCH_FLIP_MOST], size_t *count,
                            nch_error *error);
void nch_explanation_free(nch_explanation *explanation);

/* The same of what is no transformer, by words: the predictor's preparation has been done. */
nch_status nch_explain_words(nch_predictor *predictor, const nch_text *prepared, nch_explanation *explanation, nch_error *error);

/* A page: the text with its parts coloured by their effect on the answer, a table, the attention of each layer (mean over heads) and of the last
 * layer's heads. Everything from outside is escaped. */
void nch_explain_html(const nch_explanation *explanation, const nch_predictor *predictor, nch_language language, nch_buffer *out);

#endif
