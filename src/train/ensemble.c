/* ensemble.c - see ensemble.h. */
#include "train/ensemble.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

/* --- members --- */

static nch_status find_label(const nch_ensemble *e, size_t member, size_t label, nch_error *error)
{
	const nch_predictor *p = e->members[member];
	const char *name = nch_predictor_label(e->members[0], label);
	for (size_t c = 0; c < e->labels; c++)
		if (strcmp(nch_predictor_label(p, c), name) == 0) {
			e->order[member * e->labels + label] = c;
			e->thresholds[member * e->labels + label] = p->thresholds[c];
			return NCH_OK;
		}
	return nch_fail(error, NCH_DATA, "model number %zu does not know the label \"%s\" of the first one", member + 1, name);
}

static nch_status match_labels(nch_ensemble *e, nch_error *error)
{
	size_t cells;
	e->labels = nch_predictor_labels(e->members[0]);
	e->multi_label = e->members[0]->multi_label;
	if (!nch_size_mul(e->count, e->labels, &cells))
		return nch_no_memory(error);
	e->order = nch_alloc(cells, sizeof *e->order);
	e->thresholds = nch_alloc(cells, sizeof *e->thresholds);
	if (e->order == NULL || e->thresholds == NULL)
		return nch_no_memory(error);
	for (size_t m = 0; m < e->count; m++) {
		if (nch_predictor_labels(e->members[m]) != e->labels || e->members[m]->multi_label != e->multi_label)
			return nch_fail(error, NCH_DATA, "model number %zu has %zu labels, %s; the first one has %zu, %s: they cannot vote together", m + 1,
			                nch_predictor_labels(e->members[m]), e->members[m]->multi_label ? "any number a text" : "one a text",
			                e->labels, e->multi_label ? "any number a text" : "one a text");
		for (size_t c = 0; c < e->labels; c++)
			NCH_TRY(find_label(e, m, c, error));
	}
	return NCH_OK;
}

nch_status nch_ensemble_open(const char *const *folders, size_t count, const nch_predictor_how *how, nch_ensemble **ensemble, nch_error *error)
{
	nch_ensemble *e = nch_alloc(1, sizeof *e);
	nch_status status = e && (e->members = nch_alloc(count, sizeof *e->members)) ? NCH_OK : nch_no_memory(error);
	for (size_t m = 0; m < count && status == NCH_OK; m++) {
		nch_predictor_how own = *how;
		own.int8 = how->int8 && !nch_ngram_is(folders[m]); /* which has no layers */
		status = nch_predictor_open_how(folders[m], &own, &e->members[m], error);
		e->count += status == NCH_OK;
	}
	if (status == NCH_OK)
		status = match_labels(e, error);
	if (status != NCH_OK) {
		nch_ensemble_close(e);
		return status;
	}
	*ensemble = e;
	return NCH_OK;
}

void nch_ensemble_close(nch_ensemble *ensemble)
{
	if (ensemble == NULL)
		return;
	for (size_t m = 0; m < ensemble->count; m++)
		nch_predictor_close(ensemble->members[m]);
	nch_free(ensemble->members);
	nch_free(ensemble->order);
	nch_free(ensemble->thresholds);
	nch_free(ensemble->weights);
	nch_free(ensemble);
}

/* --- votes --- */

void nch_ensemble_member_scores(const nch_ensemble *e, size_t member, const float *logits, size_t rows, float *scores)
{
	const nch_predictor *p = e->members[member];
	const size_t *order = e->order + member * e->labels;
	for (size_t i = 0; i < rows; i++) {
		const float *z = logits + i * e->labels;
		float *out = scores + i * e->labels;
		for (size_t c = 0; c < e->labels; c++) /* a softmax does not care for the order, so it is made after it */
			out[c] = nch_predictor_calibrated(p, order[c], z[order[c]]);
		nch_evaluate_probabilities(out, 1, e->labels, nch_loss_is_softmax(p->loss, e->multi_label, e->labels), out);
	}
}

/* The share of the members that vote for label c. */
static size_t votes_for(size_t c, const float *const *scores, const float *const *thresholds, size_t count, size_t labels, bool multi_label)
{
	size_t votes = 0;
	for (size_t m = 0; m < count; m++)
		votes += multi_label ? scores[m][c] >= thresholds[m][c] : nch_largest(scores[m], labels) == c;
	return votes;
}

size_t nch_vote_row(nch_vote vote, const float *const *scores, const float *const *thresholds, const double *weights, size_t count, size_t labels,
                    bool multi_label, float *out, bool *given)
{
	size_t best = 0, best_votes = 0;
	double best_mean = -1.0;
	for (size_t c = 0; c < labels; c++) {
		double mean = 0.0, threshold = 0.0;
		for (size_t m = 0; m < count; m++) {
			double weight = weights != NULL ? weights[m] : 1.0;
			mean += weight * (double)scores[m][c];
			threshold += multi_label ? weight * (double)thresholds[m][c] : 0.0;
		}
		if (weights == NULL) {
			mean /= (double)count;
			threshold /= (double)count;
		}
		bool over = (float)mean >= (float)threshold;
		size_t votes = vote == NCH_VOTE_HARD ? votes_for(c, scores, thresholds, count, labels, multi_label) : 0;
		if (vote == NCH_VOTE_HARD) {
			over = 2 * votes > count || (2 * votes == count && over);
			out[c] = (float)((double)votes / (double)count);
		} else {
			out[c] = (float)mean;
		}
		if (multi_label)
			given[c] = over;
		if (c == 0 || votes > best_votes || (votes == best_votes && mean > best_mean)) {
			best = c;
			best_votes = votes;
			best_mean = mean;
		}
	}
	return best;
}

/* Pointers to the members' rows, for nch_vote_row. */
typedef struct bench {
	const float **scores, **thresholds;
} bench;

static nch_status make_bench(bench *b, size_t count, nch_error *error)
{
	b->scores = nch_alloc(count, sizeof *b->scores);
	b->thresholds = nch_alloc(count, sizeof *b->thresholds);
	return b->scores && b->thresholds ? NCH_OK : nch_no_memory(error);
}

static void free_bench(bench *b)
{
	nch_free(b->scores);
	nch_free(b->thresholds);
}

nch_status nch_ensemble_ask(nch_ensemble *e, nch_vote vote, const nch_text *texts, size_t rows, float *out, bool *given, size_t *best,
                            nch_error *error)
{
	size_t row_cells, cells;
	bench b = {0};
	float *scores = NULL, *logits = NULL;
	nch_status status = make_bench(&b, e->count, error);
	if (status == NCH_OK && nch_size_mul(rows, e->labels, &row_cells) && nch_size_mul(row_cells, e->count, &cells)) {
		scores = nch_alloc(cells, sizeof *scores);
		logits = nch_alloc(row_cells, sizeof *logits);
	}
	if (status == NCH_OK && (scores == NULL || logits == NULL))
		status = nch_no_memory(error);
	for (size_t m = 0; m < e->count && status == NCH_OK; m++) {
		status = nch_predictor_logits(e->members[m], texts, rows, logits, error);
		if (status == NCH_OK)
			nch_ensemble_member_scores(e, m, logits, rows, scores + m * row_cells);
	}
	for (size_t i = 0; i < rows && status == NCH_OK; i++) {
		for (size_t m = 0; m < e->count; m++) {
			b.scores[m] = scores + m * row_cells + i * e->labels;
			b.thresholds[m] = e->thresholds + m * e->labels;
		}
		best[i] = nch_vote_row(vote, b.scores, b.thresholds, e->weights, e->count, e->labels, e->multi_label, out + i * e->labels,
		                       given + i * e->labels);
	}
	nch_free(scores);
	nch_free(logits);
	free_bench(&b);
	return status;
}

/* --- judging --- */

/* The members' votes on every row: out (rows, labels), whose comparison with *threshold (labels) gives the labels, and predicted (rows). */
static void vote_rows(const nch_jury *jury, nch_vote vote, const size_t *members, size_t count, bench *b, bool *given, float *out, int32_t *predicted)
{
	for (size_t i = 0; i < jury->rows; i++) {
		float *row = out + i * jury->labels;
		for (size_t m = 0; m < count; m++) {
			b->scores[m] = jury->scores[members[m]] + i * jury->labels;
			b->thresholds[m] = jury->thresholds + members[m] * jury->labels;
		}
		predicted[i] = (int32_t)nch_vote_row(vote, b->scores, b->thresholds, NULL, count, jury->labels, jury->goals != NULL, row, given);
		for (size_t c = 0; jury->goals != NULL && vote == NCH_VOTE_HARD && c < jury->labels; c++)
			if (!given[c] && row[c] >= 0.5f)
				row[c] = nextafterf(0.5f, 0.0f); /* a tie that was lost */
	}
}

nch_status nch_jury_metrics(const nch_jury *jury, nch_vote vote, const size_t *members, size_t count, nch_metrics *metrics, nch_error *error)
{
	size_t cells = jury->rows * jury->labels; /* the members' scores have shown that it fits */
	bench b = {0};
	float *out = nch_alloc(cells, sizeof *out), *thresholds = nch_alloc(jury->labels, sizeof *thresholds);
	int32_t *predicted = nch_alloc(jury->rows, sizeof *predicted);
	bool *given = nch_alloc(jury->labels, sizeof *given);
	nch_status status = make_bench(&b, count, error);
	if (status == NCH_OK && (!out || !thresholds || !predicted || !given))
		status = nch_no_memory(error);
	if (status == NCH_OK) {
		vote_rows(jury, vote, members, count, &b, given, out, predicted);
		for (size_t c = 0; c < jury->labels; c++) {
			double mean = 0.0;
			for (size_t m = 0; m < count; m++)
				mean += (double)jury->thresholds[members[m] * jury->labels + c];
			thresholds[c] = vote == NCH_VOTE_HARD ? 0.5f : (float)(mean / (double)count);
		}
		status = jury->goals ? nch_metrics_multi(jury->goals, out, thresholds, jury->rows, jury->labels, metrics, error)
		                     : nch_metrics_single(jury->label, predicted, out, jury->rows, jury->labels, metrics, error);
	}
	free_bench(&b);
	nch_free(out);
	nch_free(thresholds);
	nch_free(predicted);
	nch_free(given);
	return status;
}

static nch_status figure_of(const nch_jury *jury, nch_vote vote, nch_best_by by, const size_t *members, size_t count, double *value, nch_error *error)
{
	nch_metrics m = {0};
	NCH_TRY(nch_jury_metrics(jury, vote, members, count, &m, error));
	const nch_scores scores = nch_scores_of(&m);
	*value = nch_best_value(by, &scores);
	nch_metrics_free(&m);
	return NCH_OK;
}

nch_status nch_jury_greedy(const nch_jury *jury, nch_vote vote, nch_best_by by, size_t *chosen, double *values, size_t *count, nch_error *error)
{
	*count = 0;
	while (*count < jury->count) {
		size_t winner = jury->count;
		double best = *count > 0 ? values[*count - 1] : -1.0, value;
		for (size_t m = 0; m < jury->count; m++) {
			bool taken = false;
			for (size_t k = 0; k < *count; k++)
				taken = taken || chosen[k] == m;
			if (taken)
				continue;
			chosen[*count] = m;
			NCH_TRY(figure_of(jury, vote, by, chosen, *count + 1, &value, error));
			if (value > best) {
				best = value;
				winner = m;
			}
		}
		if (winner == jury->count)
			return NCH_OK;
		chosen[*count] = winner;
		values[(*count)++] = best;
	}
	return NCH_OK;
}
