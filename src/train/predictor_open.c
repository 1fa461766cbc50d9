/* predictor_open.c - opening a model folder. */
#include <string.h>

#include "base/change.h"
#include "base/memory.h"
#include "train/committee.h"
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
	if (s->bias_count > 0 && (s->bias_count != labels || s->temperature_count == 0))
		return nch_fail(error, NCH_FORMAT, "%s/nunchi.json: %zu biases and %zu temperatures for %zu labels", folder, s->bias_count, s->temperature_count, labels);
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
