/* explain_gradient.c - effects by the gradient of the logits: at the text, or its mean over the way from a text of masks to it. */
#include <math.h>
#include <string.h>

#include "apps/explain.h"
#include "base/memory.h"

/* The model is run on rows of a word table of its own, one a token, which can stand anywhere between two words. */
typedef struct mixer {
	nch_predictor *p;
	nch_model model;   /* the predictor's, with that table */
	nch_tensor table;  /* (tokens, embedding) */
	nch_batch batch;
	const float *text; /* (tokens, embedding): where the way ends */
	const float *mask; /* and where it begins: special tokens and a pair are the same in both */
	float *between;
	double *gradients; /* (labels, tokens, embedding): sums */
	float *logits;     /* of the last run */
} mixer;

static nch_status forward(mixer *m, double share, bool record, nch_tensor **logits, nch_error *error)
{
	const nch_step step = {.record = record};
	for (size_t i = 0; i < m->table.rows * m->table.columns; i++)
		m->between[i] = (float)((double)m->mask[i] + share * ((double)m->text[i] - (double)m->mask[i]));
	m->table.wants_grad = record;
	m->table.grad = NULL; /* the tape's memory */
	m->table.grad_set = false;
	NCH_TRY(nch_tape_begin(m->p->tape, &step, error));
	*logits = nch_model_logits(&m->model, m->p->tape, &m->batch);
	NCH_TRY(nch_tape_check(m->p->tape, error));
	memcpy(m->logits, (*logits)->data, m->p->labels * sizeof *m->logits);
	return NCH_OK;
}

/* The gradient of each label's logit at one point of the way, times a weight, added. */
static nch_status add_gradients(mixer *m, double share, double weight, nch_error *error)
{
	size_t count = m->table.rows * m->table.columns;
	for (size_t c = 0; c < m->p->labels; c++) {
		nch_tensor *logits;
		NCH_TRY(forward(m, share, true, &logits, error));
		logits->grad = nch_tape_alloc(m->p->tape, m->p->labels, sizeof *logits->grad);
		NCH_TRY(nch_tape_check(m->p->tape, error));
		for (size_t k = 0; k < m->p->labels; k++)
			logits->grad[k] = k == c;
		logits->grad_set = true;
		NCH_TRY(nch_tape_backward(m->p->tape, error));
		for (size_t i = 0; m->table.grad_set && i < count; i++)
			m->gradients[c * count + i] += weight * (double)m->table.grad[i];
	}
	return NCH_OK;
}

/* Σ_d gradient · (text - mask), of a token and a label. */
static double token_effect(const mixer *m, size_t token, size_t label)
{
	size_t columns = m->table.columns, at = token * columns;
	const double *gradient = m->gradients + label * m->table.rows * columns + at;
	double sum = 0.0;
	for (size_t d = 0; d < columns; d++)
		sum += gradient[d] * ((double)m->text[at + d] - (double)m->mask[at + d]);
	return sum;
}

static void add_up(const mixer *m, nch_explanation *e)
{
	for (size_t p = 0; p < e->part_count; p++)
		for (size_t c = 0; c < e->labels; c++) {
			double sum = 0.0;
			for (size_t i = e->parts[p].first; i < e->parts[p].first + e->parts[p].count; i++)
				sum += token_effect(m, i, c);
			e->effects[p * e->labels + c] = (float)sum;
		}
	e->sum = 0.0;
	for (size_t i = 0; i < m->table.rows; i++)
		e->sum += token_effect(m, i, e->label);
}

/* The midpoint rule, in more and more steps until the effects sum to what they must, to a hundredth. */
static nch_status integrate(mixer *m, nch_explanation *e, nch_error *error)
{
	enum { FIRST = 16, MOST = 256 };
	nch_tensor *logits;
	NCH_TRY(forward(m, 0.0, false, &logits, error));
	e->difference = (double)e->logits[e->label] - (double)m->logits[e->label];
	for (size_t steps = FIRST;; steps *= 2) {
		memset(m->gradients, 0, m->p->labels * m->table.rows * m->table.columns * sizeof *m->gradients);
		for (size_t k = 0; k < steps; k++)
			NCH_TRY(add_gradients(m, ((double)k + 0.5) / (double)steps, 1.0 / (double)steps, error));
		add_up(m, e);
		e->steps = steps;
		if (steps >= MOST || fabs(e->sum - e->difference) <= 0.01 * fmax(fabs(e->difference), 0.1))
			return NCH_OK;
	}
}

/* Where the way begins and ends, and what else a run needs; ids become places in the table. */
static void fill(mixer *m, const nch_explanation *e, size_t first, float *rows, int32_t *ids)
{
	const nch_tensor *word = m->p->model->word;
	size_t n = e->tokens.count, columns = word->columns;
	float *text = rows, *mask = rows + n * columns;
	for (size_t i = 0; i < n; i++) {
		int32_t id = e->tokens.items[i].id;
		bool content = i < e->first && e->tokens.items[i].begin < e->tokens.items[i].end;
		memcpy(text + i * columns, word->data + (size_t)id * columns, columns * sizeof *text);
		memcpy(mask + i * columns, word->data + (size_t)(content ? e->mask : id) * columns, columns * sizeof *mask);
		ids[i] = (int32_t)i;
		ids[n + i] = i >= first;
		ids[2 * n + i] = (int32_t)(i + m->p->model->config.position_offset);
	}
	m->text = text;
	m->mask = mask;
	m->between = rows + 2 * n * columns;
	m->table = *word;
	m->table.data = m->between;
	m->table.rows = n;
	m->model = *m->p->model;
	m->model.word = &m->table;
}

nch_status nch_explain_gradients(nch_predictor *p, nch_explanation *e, size_t first, nch_error *error)
{
	mixer m = {.p = p};
	size_t n = e->tokens.count, columns = p->model->word->columns, offsets[2] = {0, n};
	float *rows = nch_alloc(3 * n, columns * sizeof *rows);
	int32_t *ids = nch_alloc(3 * n, sizeof *ids);
	m.gradients = nch_alloc(p->labels * n, columns * sizeof *m.gradients);
	m.logits = nch_alloc(p->labels, sizeof *m.logits);
	nch_status status = rows && ids && m.gradients && m.logits ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && p->model->word->int8 != NULL)
		status = nch_fail(error, NCH_USAGE, "%s: a model of bytes (int8) has no gradients: take the one that it was made from", p->folder);
	if (status == NCH_OK && e->mask < 0)
		status = nch_fail(error, NCH_USAGE, "⟨method⟩ %s begins at a text of [MASK], and this vocabulary has none: take delete", nch_explain_methods[e->method]);
	if (status == NCH_OK) {
		fill(&m, e, first, rows, ids);
		m.batch = (nch_batch){.tokens = n, .sentences = 1, .token = ids, .type = ids + n, .position = ids + 2 * n, .offsets = offsets};
		if (e->method == NCH_EXPLAIN_INTEGRATED) {
			status = integrate(&m, e, error);
		} else {
			status = add_gradients(&m, 1.0, 1.0, error);
			if (status == NCH_OK)
				add_up(&m, e);
		}
	}
	nch_free(rows);
	nch_free(ids);
	nch_free(m.gradients);
	nch_free(m.logits);
	return status;
}
