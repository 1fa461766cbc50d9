/* explain_flip.c - few changes that turn an answer: a counterfactual, found greedily. */
#include <math.h>
#include <string.h>

#include "apps/explain.h"
#include "base/memory.h"
#include "kernels/math.h"

enum { NEAR = 8 }; /* pieces that are tried in a word's place */

typedef struct candidate {
	size_t part;
	int32_t instead;
} candidate;

typedef struct search {
	nch_predictor *p;
	const nch_explanation *e;
	int32_t *changed;  /* (parts): UNTOUCHED, DROPPED, or the piece that stands there now */
	candidate *tries;
	size_t count;
	nch_examples rows;
	float *logits;
} search;
enum { UNTOUCHED = -2, DROPPED = -1 };

/* The pieces whose rows of the word table have the greatest cosine with this one's; -1 where there are fewer. */
static void find_near(const nch_predictor *p, int32_t id, int32_t near[NEAR])
{
	const nch_tensor *word = p->model->word;
	nch_specials s = nch_tokenizer_specials(p->tokenizer);
	double cosines[NEAR];
	const float *own = word->data + (size_t)id * word->columns;
	for (size_t k = 0; k < NEAR; k++) {
		near[k] = -1;
		cosines[k] = -2.0;
	}
	for (int32_t i = 0; (size_t)i < nch_tokenizer_size(p->tokenizer); i++) {
		const float *other = word->data + (size_t)i * word->columns;
		double xy = 0.0, yy = 1e-30, xx = 1e-30;
		if (i == id || i == s.unk || i == s.pad || i == s.cls || i == s.sep || i == s.mask)
			continue;
		for (size_t d = 0; d < word->columns; d++) {
			xy += (double)own[d] * (double)other[d];
			yy += (double)other[d] * (double)other[d];
			xx += (double)own[d] * (double)own[d];
		}
		double cosine = xy / sqrt(xx * yy);
		for (size_t k = 0; k < NEAR; k++)
			if (cosine > cosines[k]) {
				memmove(cosines + k + 1, cosines + k, (NEAR - 1 - k) * sizeof *cosines);
				memmove(near + k + 1, near + k, (NEAR - 1 - k) * sizeof *near);
				cosines[k] = cosine;
				near[k] = i;
				break;
			}
	}
}

static const nch_part *part_of(const nch_explanation *e, size_t token, size_t *number)
{
	for (*number = 0; *number < e->part_count; ++*number)
		if (token >= e->parts[*number].first && token < e->parts[*number].first + e->parts[*number].count)
			return &e->parts[*number];
	return NULL;
}

/* The text with what was changed so far, and one change more. */
static void add_row(search *s, const candidate *more)
{
	nch_examples *rows = &s->rows;
	size_t row = rows->rows++, at = rows->offsets[row], number;
	rows->label[row] = -1;
	rows->first[row] = 0;
	for (size_t i = 0; i < s->e->tokens.count; i++) {
		const nch_part *part = part_of(s->e, i, &number);
		int32_t instead = part == NULL ? UNTOUCHED : number == more->part ? more->instead : s->changed[number];
		if (instead == DROPPED || (instead >= 0 && i > part->first))
			continue;
		rows->token[at++] = instead >= 0 ? instead : s->e->tokens.items[i].id;
		rows->first[row] += i < s->e->first;
	}
	rows->offsets[row + 1] = at;
	rows->longest = at - rows->offsets[row] > rows->longest ? at - rows->offsets[row] : rows->longest;
}

static void list_tries(search *s)
{
	s->count = 0;
	for (size_t i = 0; i < s->e->part_count; i++) {
		int32_t near[NEAR];
		if (s->changed[i] != UNTOUCHED)
			continue;
		s->tries[s->count++] = (candidate){i, DROPPED};
		if (s->e->parts[i].count > 1)
			continue;
		find_near(s->p, s->e->tokens.items[s->e->parts[i].first].id, near);
		for (size_t k = 0; k < NEAR && near[k] >= 0; k++)
			s->tries[s->count++] = (candidate){i, near[k]};
	}
}

/* How far the greatest logit of the others is above the first answer's. */
static float lead(const search *s, const float *logits, size_t *label)
{
	*label = nch_largest(logits, s->e->labels);
	float most = -3.4e38f;
	for (size_t c = 0; c < s->e->labels; c++)
		most = c != s->e->label && logits[c] > most ? logits[c] : most;
	return most - logits[s->e->label];
}

static nch_status one_step(search *s, nch_flip_step *step, nch_error *error)
{
	size_t best = 0, label;
	float most = -3.4e38f;
	s->rows.rows = s->rows.longest = 0;
	list_tries(s);
	for (size_t i = 0; i < s->count; i++)
		add_row(s, &s->tries[i]);
	if (s->count > 0)
		NCH_TRY(nch_predictor_rows(s->p, &s->rows, NCH_OUTPUT_LOGITS, s->logits, error));
	for (size_t i = 0; i < s->count; i++) {
		float value = lead(s, s->logits + i * s->e->labels, &label);
		if (value > most) {
			most = value;
			best = i;
			*step = (nch_flip_step){s->tries[i].part, s->tries[i].instead, label, value};
		}
	}
	if (s->count > 0)
		s->changed[s->tries[best].part] = s->tries[best].instead;
	return NCH_OK;
}

nch_status nch_explain_flip(nch_predictor *p, const nch_explanation *e, nch_flip_step steps[NCH_FLIP_MOST], size_t *count, nch_error *error)
{
	search s = {.p = p, .e = e};
	size_t most = e->part_count * (NEAR + 1) + 1, tokens;
	*count = 0;
	if (p->model == NULL || e->windows > 1 || p->model->word->int8 != NULL)
		return nch_fail(error, NCH_USAGE, "⟨flip⟩ is for transformers of floats, and for texts that they read at once");
	if (!nch_size_mul(most, e->tokens.count, &tokens))
		return nch_no_memory(error);
	s.changed = nch_alloc(e->part_count + 1, sizeof *s.changed);
	s.tries = nch_alloc(most, sizeof *s.tries);
	s.logits = nch_alloc(most, e->labels * sizeof *s.logits);
	s.rows.token = nch_alloc(tokens, sizeof *s.rows.token);
	s.rows.offsets = nch_alloc(most + 1, sizeof *s.rows.offsets);
	s.rows.first = nch_alloc(most, sizeof *s.rows.first);
	s.rows.label = nch_alloc(most, sizeof *s.rows.label);
	nch_status status = s.changed && s.tries && s.logits && s.rows.token && s.rows.offsets && s.rows.first && s.rows.label ? NCH_OK : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < e->part_count; i++)
		s.changed[i] = UNTOUCHED;
	size_t limit = e->part_count < NCH_FLIP_MOST ? e->part_count : NCH_FLIP_MOST, made = 0;
	while (status == NCH_OK && made < limit && *count == 0) {
		status = one_step(&s, &steps[made++], error);
		if (status == NCH_OK && steps[made - 1].label != e->label)
			*count = made;
	}
	nch_free(s.changed);
	nch_free(s.tries);
	nch_free(s.logits);
	nch_examples_free(&s.rows);
	return status;
}
