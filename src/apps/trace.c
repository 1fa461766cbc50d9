/* trace.c - looking on while a model computes, and keeping what was seen. */
#include "apps/trace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "apps/pass.h"
#include "base/memory.h"
#include "base/setting.h"
#include "kernels/math.h"

typedef struct watcher {
	nch_trace *trace;
	size_t layer;   /* of the step that was seen last */
	bool keep_parameters;
	nch_status status;
	nch_error error;
} watcher;

/* --- seeing --- */

static nch_trace_step *add_step(watcher *w, nch_seen what, size_t layer, const nch_place *place, size_t rank, const size_t *shape)
{
	nch_trace *t = w->trace;
	size_t count = 1;
	if (w->status != NCH_OK || (w->status = nch_grow(&t->steps, &t->capacity, t->count + 1, sizeof *t->steps, &w->error)) != NCH_OK)
		return NULL;
	nch_trace_step *step = &t->steps[t->count];
	*step = (nch_trace_step){.what = what, .layer = layer, .formula = nch_seen_steps[what].formula, .place = *place, .rank = rank};
	for (size_t i = 0; i < rank; i++) {
		step->shape[i] = shape[i];
		if (!nch_size_mul(count, shape[i], &count))
			w->status = nch_no_memory(&w->error);
	}
	step->count = count;
	if (nch_seen_steps[what].in_layer)
		snprintf(step->name, sizeof step->name, "layer.%zu.%s", layer, nch_seen_steps[what].name);
	else
		snprintf(step->name, sizeof step->name, "%s", nch_seen_steps[what].name);
	if (w->status == NCH_OK && (step->values = nch_alloc(count, sizeof *step->values)) == NULL)
		w->status = nch_no_memory(&w->error);
	if (w->status != NCH_OK)
		return NULL;
	t->count++;
	return step;
}

static float *room_for_gradient(watcher *w, nch_trace_step *step)
{
	if (step->grad == NULL && w->status == NCH_OK && (step->grad = nch_alloc(step->count, sizeof *step->grad)) == NULL)
		w->status = nch_no_memory(&w->error);
	return step->grad;
}

static void see_step(void *context, nch_seen what, size_t layer, const nch_tensor *tensor, const nch_place *place)
{
	watcher *w = context;
	const size_t shape[2] = {tensor->rows, tensor->columns};
	bool row = what == NCH_SEEN_POOLED || what == NCH_SEEN_LOGITS; /* of one sentence: no list of rows */
	w->layer = layer;
	nch_trace_step *step = add_step(w, what, layer, place, row ? 1 : 2, row ? shape + 1 : shape);
	if (step == NULL)
		return;
	step->tensor = tensor;
	memcpy(step->values, tensor->data, step->count * sizeof *step->values);
}

static void see_scores(void *context, const nch_seen_scores *seen)
{
	watcher *w = context;
	const size_t shape[3] = {seen->heads, seen->queries, seen->keys};
	nch_trace_step *step = add_step(w, NCH_SEEN_SCORES, w->layer, &seen->place, 3, shape);
	if (step != NULL)
		memcpy(step->values, seen->scores, step->count * sizeof *step->values);
	if (step != NULL && seen->formula != NULL)
		step->formula = seen->formula;
	step = add_step(w, NCH_SEEN_ATTENTION, w->layer, &seen->place, 3, shape);
	if (step != NULL)
		memcpy(step->values, seen->attention, step->count * sizeof *step->values);
}

static nch_trace_step *step_of(const watcher *w, nch_seen what, size_t layer)
{
	for (size_t i = w->trace->count; i-- > 0;)
		if (w->trace->steps[i].what == what && w->trace->steps[i].layer == layer)
			return &w->trace->steps[i];
	return NULL;
}

static nch_trace_step *step_of_tensor(const watcher *w, const nch_tensor *tensor)
{
	for (size_t i = w->trace->count; i-- > 0;)
		if (w->trace->steps[i].tensor == tensor)
			return &w->trace->steps[i];
	return NULL;
}

static void see_activated(void *context, const nch_seen_activated *seen)
{
	watcher *w = context;
	const nch_trace_step *up = step_of_tensor(w, seen->x);
	if (up == NULL || up->what != NCH_SEEN_UP)
		return;
	if (!seen->gradient) {
		nch_trace_step *step = add_step(w, NCH_SEEN_ACTIVATED, up->layer, &seen->place, 2,
		                                (const size_t[2]){seen->x->rows, seen->x->columns});
		if (step != NULL)
			memcpy(step->values, seen->values, step->count * sizeof *step->values);
		return;
	}
	nch_trace_step *step = step_of(w, NCH_SEEN_ACTIVATED, up->layer);
	if (step != NULL && room_for_gradient(w, step) != NULL)
		memcpy(step->grad, seen->values, step->count * sizeof *step->grad);
}

/* The gradient of the context gives those of attention and scores: dP = dO Vᵀ, dS_ij = P_ij (dP_ij - Σ_m P_im dP_im). */
static void find_score_gradients(watcher *w, const nch_trace_step *context)
{
	nch_trace_step *scores = step_of(w, NCH_SEEN_SCORES, context->layer), *attention = step_of(w, NCH_SEEN_ATTENTION, context->layer);
	const nch_trace_step *value = step_of(w, NCH_SEEN_VALUE, context->layer);
	if (scores == NULL || attention == NULL || value == NULL || room_for_gradient(w, scores) == NULL || room_for_gradient(w, attention) == NULL)
		return;
	size_t heads = scores->shape[0], queries = scores->shape[1], keys = scores->shape[2], columns = context->shape[1], width = columns / heads;
	for (size_t row = 0; row < heads * queries; row++) {
		const float *out = context->grad + row % queries * columns + row / queries * width, *p = attention->values + row * keys;
		double mean = 0.0;
		for (size_t j = 0; j < keys; j++) {
			const float *v = value->values + j * columns + row / queries * width;
			double sum = 0.0;
			for (size_t d = 0; d < width; d++)
				sum += (double)out[d] * (double)v[d];
			attention->grad[row * keys + j] = (float)sum;
			mean += (double)p[j] * sum;
		}
		for (size_t j = 0; j < keys; j++)
			scores->grad[row * keys + j] = (float)((double)p[j] * ((double)attention->grad[row * keys + j] - mean));
	}
}

static void see_gradient(void *context, const nch_tensor *tensor)
{
	watcher *w = context;
	nch_trace_step *step = step_of_tensor(w, tensor);
	if (step == NULL || tensor->grad == NULL || room_for_gradient(w, step) == NULL)
		return;
	memcpy(step->grad, tensor->grad, step->count * sizeof *step->grad);
	if (step->what == NCH_SEEN_CONTEXT)
		find_score_gradients(w, step);
}

/* --- what is made of the logits --- */

/* `softmax`: that of a softmax without temperature. */
static const char *formula_of_answer(nch_trace *t, const char *softmax, bool tempered)
{
	if (!tempered)
		return t->softmax ? softmax : "p = 1 / (1 + e^-z)";
	snprintf(t->answer_formula, sizeof t->answer_formula, "%s",
	         t->softmax ? "p = e^(z/T) / Σ e^(z/T), T the temperature that calibration found" : "p = 1 / (1 + e^-(z/T + d)), T and d the label's, found by calibration");
	nch_setting_spell(t->answer_formula);
	return t->answer_formula;
}

static void add_probabilities(const nch_predictor *p, watcher *w)
{
	const nch_trace_step *logits = step_of(w, NCH_SEEN_LOGITS, 0);
	if (logits == NULL)
		return;
	size_t labels = logits->count;
	w->trace->softmax = nch_loss_is_softmax(p->loss, p->multi_label, labels);
	nch_trace_step *step = add_step(w, NCH_SEEN_PROBABILITIES, 0, w->trace->softmax ? &nch_place_of_softmax : &nch_place_of_sigmoids, 1, &labels);
	if (step == NULL)
		return;
	logits = step_of(w, NCH_SEEN_LOGITS, 0); /* the list may have moved */
	step->formula = formula_of_answer(w->trace, step->formula, nch_predictor_is_calibrated(p));
	w->trace->answer = nch_predictor_answer(p, logits->values, step->values, NULL);
}

static void add_loss(const nch_predictor *p, watcher *w, double loss)
{
	bool softmax = nch_loss_is_softmax(p->loss, p->multi_label, p->labels);
	size_t one = 1;
	nch_trace_step *step = add_step(w, NCH_SEEN_LOSS, 0, softmax ? &nch_place_of_ce : &nch_place_of_bce, 1, &one);
	if (step == NULL || room_for_gradient(w, step) == NULL)
		return;
	step->formula = softmax ? step->formula : "L = -mean over labels of (y ln p + (1 - y) ln(1 - p))";
	step->values[0] = (float)loss;
	step->grad[0] = 1.0f;
}

/* dL/dp, where p is the softmax that the loss is of, or the sigmoids. */
static void find_probability_gradients(const nch_predictor *p, watcher *w)
{
	nch_trace_step *step = step_of(w, NCH_SEEN_PROBABILITIES, 0);
	size_t label = w->trace->label;
	if (nch_predictor_is_calibrated(p)) /* the loss is not of these */
		return;
	if (step == NULL || room_for_gradient(w, step) == NULL)
		return;
	for (size_t c = 0; c < step->count; c++) {
		double q = (double)step->values[c], n = (double)step->count;
		step->grad[c] = (float)(c == label ? -1.0 / q : 0.0);
		if (!w->trace->softmax)
			step->grad[c] = (float)(c == label ? -1.0 / (q * n) : 1.0 / ((1.0 - q) * n));
	}
}

/* --- gradients of the parameters --- */

static nch_status take_parameters(const nch_predictor *p, bool keep, nch_trace *t, nch_error *error)
{
	nch_model *model = p->model;
	t->parameters = nch_alloc(model->count, sizeof *t->parameters);
	if (t->parameters == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < model->count; i++) {
		const nch_tensor *tensor = &model->tensors[i];
		size_t count = tensor->rows * tensor->columns;
		if (!tensor->grad_set)
			continue;
		nch_trace_parameter *made = &t->parameters[t->parameter_count++];
		*made = (nch_trace_parameter){.tensor = tensor};
		for (size_t e = 0; e < count; e++)
			made->norm += (double)tensor->grad[e] * (double)tensor->grad[e];
		made->norm = sqrt(made->norm);
		if (keep && (made->grad = nch_alloc(count, sizeof *made->grad)) == NULL)
			return nch_no_memory(error);
		if (keep)
			memcpy(made->grad, tensor->grad, count * sizeof *made->grad);
	}
	return NCH_OK;
}

/* --- all of it --- */

static nch_status find_words(nch_trace *t, nch_error *error)
{
	nch_reading *r = &t->reading;
	size_t second = r->layout.second > 0 ? r->layout.second : r->tokens.count;
	t->words = nch_alloc(r->tokens.count, sizeof *t->words);
	if (t->words == NULL)
		return nch_no_memory(error);
	t->word_count = nch_parts_find(r->bytes.data, r->tokens.items, 0, second, true, t->words);
	size_t of_text = t->word_count;
	t->word_count += nch_parts_find(r->bytes.data + r->text_length, r->tokens.items, second, r->tokens.count, true, t->words + of_text);
	for (size_t i = of_text; i < t->word_count; i++) {
		t->words[i].begin += r->text_length;
		t->words[i].end += r->text_length;
	}
	return NCH_OK;
}

static nch_status keep(void *context, nch_predictor *p, const nch_tensor *logits, double loss, nch_error *error)
{
	watcher *w = context;
	(void)logits; /* it has been seen */
	add_probabilities(p, w);
	if (w->trace->has_label) {
		add_loss(p, w, loss);
		find_probability_gradients(p, w);
		NCH_TRY(take_parameters(p, w->keep_parameters, w->trace, error));
	}
	if (w->status != NCH_OK && error != NULL)
		*error = w->error;
	return w->status;
}

nch_status nch_trace_make(nch_predictor *p, const nch_text *text, size_t label, bool keep_parameters, nch_trace *trace, nch_error *error)
{
	watcher w = {.trace = trace, .keep_parameters = keep_parameters};
	nch_eye eye = {&w, see_step, see_scores, see_activated, see_gradient};
	const nch_pass pass = {.text = text, .back = label < p->labels, .label = label, .eye = &eye, .then = keep, .context = &w};
	trace->has_label = pass.back;
	trace->label = label;
	NCH_TRY(nch_pass_run(p, &pass, "steps to show", error));
	NCH_TRY(nch_predictor_read(p, text, &trace->reading, error));
	return find_words(trace, error);
}

void nch_trace_free(nch_trace *trace)
{
	for (size_t i = 0; i < trace->count; i++) {
		nch_free(trace->steps[i].values);
		nch_free(trace->steps[i].grad);
	}
	for (size_t i = 0; i < trace->parameter_count; i++)
		nch_free(trace->parameters[i].grad);
	nch_free(trace->parameters);
	nch_free(trace->steps);
	nch_free(trace->words);
	nch_reading_free(&trace->reading);
	*trace = (nch_trace){0};
}

const nch_trace_step *nch_trace_find(const nch_trace *trace, const char *name)
{
	for (size_t i = 0; i < trace->count; i++)
		if (strcmp(trace->steps[i].name, name) == 0)
			return &trace->steps[i];
	return NULL;
}

bool nch_trace_matches(const char *pattern, const char *name)
{
	if (pattern == NULL)
		return true;
	for (; *pattern != '\0' && *pattern != '*'; pattern++, name++)
		if (*pattern != *name)
			return false;
	if (*pattern == '\0')
		return *name == '\0';
	while (*pattern == '*')
		pattern++;
	for (;; name++) {
		if (nch_trace_matches(pattern, name))
			return true;
		if (*name == '\0')
			return false;
	}
}
