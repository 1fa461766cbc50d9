/* predictor_committee.c - several models that answer as one. */
#include "base/memory.h"
#include "kernels/math.h"
#include "train/committee.h"
#include "train/predictor_private.h"

static nch_status open_committee(nch_predictor *p, const char *folder, const nch_predictor_how *how, nch_error *error)
{
	NCH_TRY(nch_committee_open(folder, how, &p->committee, error));
	const nch_predictor *first = p->committee->members[0];
	p->labels = first->labels;
	p->label_names = first->label_names;
	p->multi_label = first->multi_label;
	p->max_len = first->max_len;
	return nch_compute_new(how->threads, how->isa, 1, 16, &p->compute, error); /* for its softmax */
}

/* Logits whose softmax (or sigmoids) the probabilities are; in double, rounded once. */
static void logits_of(const float *scores, size_t labels, bool multi_label, float *logits)
{
	const double least = 1e-12;
	double mean = 0.0;
	for (size_t c = 0; c < labels && !multi_label; c++)
		mean += nch_log((double)scores[c] > least ? (double)scores[c] : least) / (double)labels;
	for (size_t c = 0; c < labels; c++) {
		double p = (double)scores[c] > least ? (double)scores[c] : least, q = 1.0 - (double)scores[c] > least ? 1.0 - (double)scores[c] : least;
		logits[c] = (float)(nch_log(p) - (multi_label ? nch_log(q) : mean));
	}
}

/* Members leave their shares in rows of their own while they are asked; the largest counts: what one of them does not know it can't answer for. */
static void share_out(nch_predictor *p, float *rows, size_t count)
{
	for (size_t m = 0; m < p->committee->count; m++)
		p->committee->members[m]->shares = rows != NULL ? rows + m * count : NULL;
}

static void take_largest(nch_predictor *p, const float *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		p->shares[i] = 0.0f;
		for (size_t m = 0; m < p->committee->count; m++)
			p->shares[i] = rows[m * count + i] > p->shares[i] ? rows[m * count + i] : p->shares[i];
	}
}

static nch_status ask_committee(nch_predictor *p, const nch_text *prepared, size_t count, float *logits, nch_error *error)
{
	size_t cells;
	if (!nch_size_mul(count, p->labels, &cells))
		return nch_no_memory(error);
	float *scores = nch_alloc(cells, sizeof *scores);
	bool *given = nch_alloc(cells, sizeof *given);
	size_t *best = nch_alloc(count, sizeof *best);
	float *shares = p->shares != NULL && nch_size_mul(count, p->committee->count, &cells) ? nch_alloc(cells, sizeof *shares) : NULL;
	nch_status status = scores && given && best && (shares != NULL || p->shares == NULL) ? NCH_OK : nch_no_memory(error);
	share_out(p, shares, count);
	if (status == NCH_OK)
		status = nch_ensemble_ask(p->committee, NCH_VOTE_SOFT, prepared, count, scores, given, best, error);
	share_out(p, NULL, count);
	if (status == NCH_OK && shares != NULL)
		take_largest(p, shares, count);
	for (size_t i = 0; status == NCH_OK && i < count; i++)
		logits_of(scores + i * p->labels, p->labels, p->multi_label, logits + i * p->labels);
	const nch_predictor *first = p->committee->members[0];
	p->cut = first->cut;
	p->unknown = first->unknown;
	p->content = first->content;
	nch_free(shares);
	nch_free(scores);
	nch_free(given);
	nch_free(best);
	return status;
}

const nch_predictor_kind nch_predictor_committee = {open_committee, ask_committee};
