/* predictor_ask.c - asking a model: texts are prepared as those were that it learned from. */
#include "base/memory.h"
#include "train/predictor_prepare.h"
#include "train/predictor_private.h"

nch_status nch_predictor_logits(nch_predictor *p, const nch_text *texts, size_t count, float *logits, nch_error *error)
{
	if (!nch_prepare_is_needed(p))
		return p->kind->logits(p, texts, count, logits, error);
	nch_prepared_texts made = {0};
	nch_status status = nch_prepare_texts(p, texts, count, &made, error);
	if (status == NCH_OK)
		status = p->kind->logits(p, made.texts, count, logits, error);
	nch_prepared_texts_free(&made);
	return status;
}

nch_status nch_predictor_dataset(nch_predictor *p, const nch_dataset *data, float *logits, nch_error *error)
{
	nch_text *texts = nch_dataset_texts(data, NULL, data->rows);
	if (texts == NULL)
		return nch_no_memory(error);
	nch_status status = p->kind->logits(p, texts, data->rows, logits, error);
	nch_free(texts);
	return status;
}
