/* predictor_private.h - what the kinds of predictors share: who answers. */
#ifndef NCH_TRAIN_PREDICTOR_PRIVATE_H
#define NCH_TRAIN_PREDICTOR_PRIVATE_H

#include "train/predictor.h"

/* Who answers behind a predictor. */
struct nch_predictor_kind {
	/* Opens the folder's model: fills in model or ngram, labels, label_names, multi_label, compute. The settings have been read. */
	nch_status (*open)(nch_predictor *predictor, const char *folder, const nch_predictor_how *how, nch_error *error);
	/* logits (count, labels) of prepared texts, each row of it as if it were alone; raises cut, unknown and content */
	nch_status (*logits)(nch_predictor *predictor, const nch_text *prepared, size_t count, float *logits, nch_error *error);
};
extern const nch_predictor_kind nch_predictor_encoder, nch_predictor_ngram, nch_predictor_committee;

#endif
