/* model.h - the n-gram model: character n-grams weighted by TF-IDF, and logistic regression on them.
 *
 * It needs no tokenizer, no pretraining and a few seconds, and is what every other model has to beat. A text with the grams g that occur n_g times
 * becomes
 *
 *     x_g = (1 + ln n_g) · idf_g / ‖…‖₂,   idf_g = ln((1 + N) / (1 + N_g)) + 1         (N texts were learnt from, N_g of them have the gram)
 *
 * (Salton & Buckley 1988; smoothed as scikit-learn's TfidfVectorizer(sublinear_tf=True) has it), and its logits are Wᵀ x + b. A second text (a pair)
 * has grams of its own, which are other features than those of the first.
 *
 * The folder: config.json ("model_type": "nunchi-ngram"), model.safetensors (idf (features), weight (features, labels), bias (labels)), and
 * ngrams.table with the grams, in whose order the features stand; a hashed model has no ngrams.table: a gram's feature is nch_gram_hash modulo the
 * number of buckets. */
#ifndef NCH_NGRAM_MODEL_H
#define NCH_NGRAM_MODEL_H

#include "data/examples.h"
#include "data/labels.h"
#include "ngram/grams.h"
#include "ngram/sparse.h"

typedef struct nch_ngram_shape {
	nch_gram_widths widths;
	size_t buckets; /* 0: every gram is a feature of its own */
	size_t least;   /* rows that a gram must stand in to be a feature; hashed ones all are */
	double c;       /* inverse strength of the penalty */
} nch_ngram_shape;
nch_ngram_shape nch_ngram_shape_default(void); /* 1 to 4 characters (not letters), no buckets, every gram, 3 */

enum { NCH_NGRAM_MOST_BUCKETS = 1 << 26 };
/* Whether a text is of a known kind shows in its narrow grams: wide ones are mostly new in any new text. Two syllables have four or five letters. */
enum { NCH_NGRAM_NARROW = 2, NCH_NGRAM_NARROW_LETTERS = 4 };

typedef struct nch_ngram {
	nch_ngram_shape shape;
	bool multi_label;
	nch_labels labels;
	size_t features;
	nch_gram_table table; /* (features) grams; empty where they are hashed */
	float *idf;           /* (features) */
	float *weight;        /* (features, labels) */
	float *bias;          /* (labels) */
} nch_ngram;

void nch_ngram_free(nch_ngram *model); /* NULL is allowed */

/* What is learnt: texts and their labels, in the model's order of them. */
typedef struct nch_ngram_data {
	const nch_text *texts; /* (count) */
	size_t count;
	const nch_labels *labels;
	const int32_t *label;       /* (count): the class of each; NULL: several labels a row */
	const float *goals;         /* (count, labels): where label is NULL */
	const float *class_weights; /* (labels) or NULL: rows of a class, or (several labels) its given goals, weigh so much */
} nch_ngram_data;

typedef struct nch_ngram_fit {
	size_t steps, products; /* of the solver */
	size_t cells;           /* grams of all texts */
	double objective, gradient;
	float *logits;          /* (count, labels): the texts' logits as the solver leaves them, before its weights are rounded to floats. Release
	                           with nch_free */
} nch_ngram_fit;

/* Learns. *fit is overwritten; its logits are NULL where the status is not NCH_OK. The optimum is one, so that neither the order of the rows nor
 * chance is in it; the bits depend on the rows' order, not on the threads. watch as nch_logistic has it. */
nch_status nch_ngram_learn(const nch_ngram_shape *shape, const nch_ngram_data *data, nch_pool *pool,
                           bool (*watch)(void *context, size_t step, double objective, double gradient),
                           void *context, nch_ngram **model, nch_ngram_fit *fit, nch_error *error);

/* logits (count, labels) of the texts, on all threads; the company of a text does not change a bit of its row. shares (count) (NULL: not wanted): of
 * each text's narrow grams, how many the model never met (hashed models know all); 0 of a text that has none. */
nch_status nch_ngram_logits(const nch_ngram *model, const nch_text *texts, size_t count, nch_pool *pool, float *logits, float *shares,
                            nch_error *error);

/* What each gram of a text gave to the logits: exact, since the model is a sum. Start with {0}; release with nch_ngram_parts_free. */
typedef struct nch_ngram_part {
	size_t begin, end;      /* bytes of the text (or of the pair) where the word stands that the gram comes from */
	bool pair;              /* the second text's */
	const char *gram;       /* its bytes, in small letters, blanks at the word's edges; they live as long as the parts */
	size_t gram_length;
	double value;           /* x_g shared out evenly among the n_g places where the gram occurs; 0 where the model does not know it */
	size_t feature;         /* features: unknown */
} nch_ngram_part;
typedef struct nch_ngram_parts {
	nch_ngram_part *part; /* (count), in the order of the text */
	size_t count;
	nch_grams text, pair; /* what the parts point into */
} nch_ngram_parts;
/* logits[label] = bias[label] + sum over the parts of value × weight[feature, label], up to rounding. */
nch_status nch_ngram_take_apart(const nch_ngram *model, const nch_text *text, nch_ngram_parts *parts, nch_error *error);
void nch_ngram_parts_free(nch_ngram_parts *parts);

/* Writes config.json, ngrams.table and model.safetensors; hex (may be NULL) gets the fingerprint of the tensors. */
nch_status nch_ngram_save(const nch_ngram *model, const char *folder, char hex[65], nch_error *error);
/* Whether a folder's config.json says that it is one. */
bool nch_ngram_is(const char *folder);
nch_status nch_ngram_open(const char *folder, nch_ngram **model, nch_error *error);

#endif
