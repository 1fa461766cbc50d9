/* predictor_ngram.c - an n-gram model that answers. */
#include "train/predictor_private.h"

static nch_status open_ngram(nch_predictor *p, const char *folder, const nch_predictor_how *how, nch_error *error)
{
	if (how->int8)
		return nch_fail(error, NCH_USAGE, "%s is no transformer: it has no layers to compute in bytes (leave out ⟨int8⟩)", folder);
	NCH_TRY(nch_ngram_open(folder, &p->ngram, error));
	p->labels = p->ngram->labels.count;
	p->label_names = p->ngram->labels.names;
	p->multi_label = p->ngram->multi_label;
	p->max_len = SIZE_MAX; /* it reads texts of any length */
	return nch_compute_new(how->threads, how->isa, 1, 16, &p->compute, error); /* its pool and its softmax are what is wanted */
}

static nch_status ask_ngram(nch_predictor *p, const nch_text *prepared, size_t count, float *logits, nch_error *error)
{
	return nch_ngram_logits(p->ngram, prepared, count, p->compute->pool, logits, p->shares, error);
}

const nch_predictor_kind nch_predictor_ngram = {open_ngram, ask_ngram};
