/* predictor.c - opening a model folder and asking it. */
#include "train/predictor.h"

#include <string.h>

#include "base/change.h"
#include "base/memory.h"
#include "kernels/math.h"
#include "train/committee.h"
#include "train/predictor_prepare.h"
#include "train/predictor_private.h"

/* The loss by name, and a threshold a label. */
static nch_status set_thresholds(nch_predictor *p, const char *folder, nch_error *error)
{
	size_t labels = p->labels;
	const nch_settings *s = &p->settings;
	p->loss = p->multi_label ? NCH_LOSS_BCE : NCH_LOSS_CE;
	nch_loss_kind named;
	if (nch_loss_find(s->loss, &named) && (named == NCH_LOSS_ASL_SINGLE || nch_loss_has_cells(named) == p->multi_label))
		p->loss = named;
	if (s->threshold_count > 0 && s->threshold_count != labels)
		return nch_fail(error, NCH_FORMAT, "%s/nunchi.json: %zu thresholds for %zu labels", folder, s->threshold_count, labels);
	if (s->temperature_count > 1 && s->temperature_count != labels)
		return nch_fail(error, NCH_FORMAT, "%s/nunchi.json: %zu temperatures for %zu labels", folder, s->temperature_count, labels);
	p->thresholds = nch_alloc(labels, sizeof *p->thresholds);
	if (p->thresholds == NULL)
		return nch_no_memory(error);
	for (size_t c = 0; c < labels; c++)
		p->thresholds[c] = s->threshold_count > 0 ? s->thresholds[c] : (float)s->threshold;
	return NCH_OK;
}

static nch_status open_parts(nch_predictor *p, const char *folder, const nch_predictor_how *how, nch_error *error)
{
	p->kind = nch_ngram_is(folder) ? &nch_predictor_ngram : nch_committee_is(folder) ? &nch_predictor_committee : &nch_predictor_encoder;
	NCH_TRY(nch_settings_read(folder, &p->settings, error));
	if (nch_cleansing_find(p->settings.cleansing, &p->cleansing, error) != NCH_OK)
		return nch_fail_prefix(error, "%s/nunchi.json", folder);
	if (!nch_long_find(p->settings.long_texts, &p->long_texts))
		return nch_fail(error, NCH_FORMAT, "%s/nunchi.json: \"long\" is none of cut, tail, head-tail and window: %s", folder, p->settings.long_texts);
	NCH_TRY(p->kind->open(p, folder, how, error));
	return set_thresholds(p, folder, error);
}

typedef struct opening {
	const char *folder;
	const nch_predictor_how *how;
	nch_predictor *predictor;
} opening;

static nch_status open_once(void *context, nch_error *error)
{
	opening *o = context;
	nch_predictor *made = nch_alloc(1, sizeof *made);
	if (made == NULL)
		return nch_no_memory(error);
	made->folder = nch_copy_text(o->folder, strlen(o->folder));
	nch_status status = made->folder != NULL ? open_parts(made, o->folder, o->how, error) : nch_no_memory(error);
	if (status == NCH_OK)
		o->predictor = made;
	else
		nch_predictor_close(made);
	return status;
}

static void close_again(void *context)
{
	nch_predictor_close(((opening *)context)->predictor);
}

nch_status nch_predictor_open_how(const char *folder, const nch_predictor_how *how, nch_predictor **predictor, nch_error *error)
{
	opening o = {folder, how, NULL};
	NCH_TRY(nch_folder_read(folder, open_once, close_again, &o, error));
	*predictor = o.predictor;
	return NCH_OK;
}

nch_status nch_predictor_open(const char *folder, size_t threads, const char *isa, nch_predictor **predictor, nch_error *error)
{
	const nch_predictor_how how = {.threads = threads, .isa = isa};
	return nch_predictor_open_how(folder, &how, predictor, error);
}

void nch_predictor_close(nch_predictor *predictor)
{
	if (predictor == NULL)
		return;
	nch_tape_free(predictor->tape);
	nch_compute_free(predictor->compute);
	nch_tokenizer_free(predictor->tokenizer);
	nch_model_free(predictor->model);
	nch_ngram_free(predictor->ngram);
	nch_ensemble_close(predictor->committee);
	nch_settings_free(&predictor->settings);
	nch_free(predictor->thresholds);
	nch_free(predictor->folder);
	nch_free(predictor);
}

size_t nch_predictor_labels(const nch_predictor *predictor)
{
	return predictor->labels;
}

const char *nch_predictor_label(const nch_predictor *predictor, size_t label)
{
	return predictor->label_names[label];
}

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

float nch_predictor_temperature(const nch_predictor *predictor, size_t label)
{
	const nch_settings *s = &predictor->settings;
	return s->temperature_count == 0 ? 1.0f : s->temperatures[s->temperature_count > 1 ? label : 0];
}

void nch_predictor_temper(const nch_predictor *predictor, float *logits, size_t rows)
{
	if (predictor->settings.temperature_count == 0)
		return;
	for (size_t i = 0; i < rows * predictor->labels; i++)
		logits[i] /= nch_predictor_temperature(predictor, i % predictor->labels);
}

void nch_predictor_scores(const nch_predictor *predictor, const float *logits, float *scores)
{
	size_t labels = nch_predictor_labels(predictor);
	if (predictor->settings.temperature_count > 0) {
		memcpy(scores, logits, labels * sizeof *scores);
		nch_predictor_temper(predictor, scores, 1);
		logits = scores;
	}
	if (nch_loss_is_softmax(predictor->loss, predictor->multi_label, labels)) {
		predictor->compute->kernels->softmax(scores, logits, labels);
		return;
	}
	for (size_t c = 0; c < labels; c++)
		scores[c] = (float)(1.0 / (1.0 + nch_exp(-(double)logits[c])));
}
NCH_PLACE(nch_place_of_softmax, "nch_predictor_scores", 6);
NCH_PLACE(nch_place_of_sigmoids, "nch_predictor_scores", 3);

size_t nch_predictor_answer(const nch_predictor *predictor, const float *logits, float *scores, bool *given)
{
	size_t labels = nch_predictor_labels(predictor);
	nch_predictor_scores(predictor, logits, scores);
	for (size_t c = 0; given != NULL && c < labels; c++)
		given[c] = scores[c] >= predictor->thresholds[c];
	return nch_largest(logits, labels); /* scores near 1 are equal too soon */
}
