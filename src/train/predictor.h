/* predictor.h - a model folder, ready to answer: model (mapped), tokenizer, settings, and who computes. */
#ifndef NCH_TRAIN_PREDICTOR_H
#define NCH_TRAIN_PREDICTOR_H

#include "data/long_texts.h"
#include "nn/model.h"
#include "text/cleansing.h"
#include "tokenizer/tokenizer.h"
#include "train/evaluate.h"
#include "train/settings.h"

typedef struct nch_predictor {
	nch_model *model;
	nch_tokenizer *tokenizer;
	nch_settings settings;
	const nch_cleansing *cleansing; /* of the settings; every text goes through it */
	nch_compute *compute;
	nch_tape *tape;
	nch_loss_kind loss;  /* what it was trained with: CE or BCE if unknown */
	float *thresholds;   /* (labels): the probability from which on a label is given, for several labels a row */
	size_t max_len;      /* the most tokens of a text: that of the settings, or the model's own limit */
	nch_long long_texts; /* what is done with longer ones; from the settings, and may be set */
	/* of all texts so far */
	size_t cut;              /* those that were longer */
	size_t unknown, content; /* unknown tokens, and all but the special ones */
} nch_predictor;

/* Opens a folder. threads 0: all cores; isa NULL: the environment's, or the best. The tokenizer must fit the model's vocabulary. Release with
 * nch_predictor_close. */
nch_status nch_predictor_open(const char *folder, size_t threads, const char *isa, nch_predictor **predictor, nch_error *error);
void nch_predictor_close(nch_predictor *predictor); /* NULL is allowed */

size_t nch_predictor_labels(const nch_predictor *predictor);
const char *nch_predictor_label(const nch_predictor *predictor, size_t label);

/* logits (count, labels) of the texts, in their order; the company of a text does not change a bit of its row. The logits of a text that is read in windows are the
 * mean of the windows' logits. A folder whose weights lack the classifier (a pretrained encoder) is NCH_DATA. */
nch_status nch_predictor_logits(nch_predictor *predictor, const nch_text *texts, size_t count, float *logits, nch_error *error);

/* values (count, hidden): embeddings of the texts, as nch_output has them; folders without a classifier serve too. */
nch_status nch_predictor_embeddings(nch_predictor *predictor, const nch_text *texts, size_t count, nch_output output, float *values, nch_error *error);

/* The ids that the model reads for these texts: cleansed, tokenized, cut to max_len (their beginnings). Release with nch_examples_free. */
nch_status nch_predictor_examples(const nch_predictor *predictor, const nch_text *texts, size_t count, nch_examples *examples, nch_error *error);

/* scores (labels) of one row of logits: softmax, or for a multi-label model the sigmoid of each (unless its loss is a softmax's). */
void nch_predictor_scores(const nch_predictor *predictor, const float *logits, float *scores);

#endif
