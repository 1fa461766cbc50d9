/* predictor.h - a model folder, ready to answer: model (mapped), tokenizer, settings, and who computes. */
#ifndef NCH_TRAIN_PREDICTOR_H
#define NCH_TRAIN_PREDICTOR_H

#include "data/examples.h"
#include "nn/model.h"
#include "text/cleansing.h"
#include "tokenizer/tokenizer.h"
#include "train/settings.h"

typedef struct nch_predictor {
	nch_model *model;
	nch_tokenizer *tokenizer;
	nch_settings settings;
	const nch_cleansing *cleansing; /* of the settings; every text goes through it */
	nch_compute *compute;
	nch_tape *tape;
	size_t max_len; /* tokens that a text is cut to: that of the settings, or the model's own limit */
	size_t cut;     /* texts that were cut so far */
} nch_predictor;

/* Opens a folder. threads 0: all cores; isa NULL: the environment's, or the best. The tokenizer must fit the model's vocabulary. Release with
 * nch_predictor_close. */
nch_status nch_predictor_open(const char *folder, size_t threads, const char *isa, nch_predictor **predictor, nch_error *error);
void nch_predictor_close(nch_predictor *predictor); /* NULL is allowed */

size_t nch_predictor_labels(const nch_predictor *predictor);
const char *nch_predictor_label(const nch_predictor *predictor, size_t label);

/* logits (count, labels) of the texts, in their order; the company of a text does not change a bit of its row. */
nch_status nch_predictor_logits(nch_predictor *predictor, const nch_text *texts, size_t count, float *logits, nch_error *error);

/* scores (labels) of one row of logits: softmax, or for a multi-label model the sigmoid of each. */
void nch_predictor_scores(const nch_predictor *predictor, const float *logits, float *scores);

#endif
