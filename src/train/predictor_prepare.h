/* predictor_prepare.h - a text as training saw its like: what a model is given is not always what was typed. */
#ifndef NCH_TRAIN_PREDICTOR_PREPARE_H
#define NCH_TRAIN_PREDICTOR_PREPARE_H

#include "train/predictor.h"

/* What the model is given: copies of texts, marked and cleansed, one after the other in one buffer. Start with {0}. */
typedef struct nch_prepared_texts {
	nch_text *texts;
	nch_buffer bytes, marked, clean;
} nch_prepared_texts;
nch_status nch_prepare_texts(const nch_predictor *predictor, const nch_text *texts, size_t count, nch_prepared_texts *made, nch_error *error);
void nch_prepared_texts_free(nch_prepared_texts *made);
/* Whether it changes anything: else the texts may be taken as they are. */
bool nch_prepare_is_needed(const nch_predictor *predictor);

#endif
