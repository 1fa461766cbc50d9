/* details.c - see details.h. */
#include "train/details.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"
#include "train/layers.h"

nch_status nch_details_new(const nch_model *model, nch_details *d, nch_error *error)
{
	size_t spoke;
	*d = (nch_details){.layers = model->config.layers, .units = model->config.feed_forward};
	d->level_of = nch_alloc(model->count, sizeof *d->level_of);
	if (d->level_of != NULL)
		d->levels = nch_layer_levels(model, d->level_of) + 2;
	d->update_ratio = nch_alloc(d->levels, 2 * sizeof *d->update_ratio); /* and the squares of what they were */
	d->attention_entropy = nch_alloc(d->layers, sizeof *d->attention_entropy);
	d->dead_units = nch_alloc(d->layers, sizeof *d->dead_units);
	d->rows = nch_alloc(d->layers, sizeof *d->rows);
	if (nch_size_mul(d->layers, d->units, &spoke))
		d->spoke = nch_alloc(spoke, sizeof *d->spoke);
	d->before = nch_alloc_untouched(model->storage_floats, sizeof *d->before);
	if (d->level_of && d->update_ratio && d->attention_entropy && d->dead_units && d->rows && d->spoke && d->before)
		return NCH_OK;
	nch_details_free(d);
	return nch_no_memory(error);
}

void nch_details_free(nch_details *d)
{
	nch_free(d->level_of);
	nch_free(d->update_ratio);
	nch_free(d->attention_entropy);
	nch_free(d->dead_units);
	nch_free(d->rows);
	nch_free(d->spoke);
	nch_free(d->before);
	nch_packed_free(&d->packed);
	*d = (nch_details){0};
}

/* --- looking on --- */

static void see_step(void *context, nch_seen what, size_t layer, const nch_tensor *tensor, const nch_place *place)
{
	nch_details *d = context;
	(void)tensor;
	(void)place;
	if (nch_seen_steps[what].in_layer)
		d->layer = layer;
}

static void see_scores(void *context, const nch_seen_scores *seen)
{
	nch_details *d = context;
	if (d->layer >= d->layers || seen->keys < 2)
		return;
	double most = nch_log((double)seen->keys);
	for (size_t row = 0; row < seen->heads * seen->queries; row++) {
		double entropy = 0.0;
		for (size_t k = 0; k < seen->keys; k++) {
			double p = (double)seen->attention[row * seen->keys + k];
			entropy -= p > 0.0 ? p * nch_log(p) : 0.0;
		}
		d->attention_entropy[d->layer] += entropy / most;
		d->rows[d->layer]++;
	}
}

static void see_activated(void *context, const nch_seen_activated *seen)
{
	nch_details *d = context;
	if (d->layer >= d->layers || seen->gradient || seen->x->columns != d->units)
		return;
	bool *spoke = d->spoke + d->layer * d->units;
	for (size_t i = 0; i < seen->x->rows; i++)
		for (size_t u = 0; u < d->units; u++) {
			float value = seen->values[i * d->units + u];
			spoke[u] = spoke[u] || value >= NCH_DETAIL_SILENT || value <= -NCH_DETAIL_SILENT;
		}
	d->dead_units[d->layer] = 0.0; /* there are units */
}

static void see_gradient(void *context, const nch_tensor *tensor)
{
	(void)context;
	(void)tensor;
}

static nch_status look_at(nch_details *d, const nch_model *model, nch_tape *tape, const nch_examples *examples, size_t row, nch_error *error)
{
	const nch_step step = {0};
	const nch_batch *rows;
	NCH_TRY(nch_packed_fill(&d->packed, examples, &row, 1, model->config.position_offset, error));
	const nch_batch batch = {.tokens = d->packed.tokens, .sentences = 1, .token = d->packed.token, .type = d->packed.type,
	                         .position = d->packed.position, .offsets = d->packed.offsets};
	NCH_TRY(nch_tape_begin(tape, &step, error));
	nch_model_encode(model, tape, &batch, &rows);
	return nch_tape_check(tape, error);
}

static void sum_up(nch_details *d)
{
	for (size_t l = 0; l < d->layers; l++) {
		size_t silent = 0;
		for (size_t u = 0; u < d->units; u++)
			silent += !d->spoke[l * d->units + u];
		d->attention_entropy[l] = d->rows[l] > 0.0 ? d->attention_entropy[l] / d->rows[l] : (double)NAN;
		d->dead_units[l] += (double)silent / (double)d->units;
	}
}

nch_status nch_details_before(nch_details *d, const nch_model *model, nch_tape *tape, const nch_examples *examples, const size_t *rows, size_t count,
                              nch_error *error)
{
	const nch_eye eye = {d, see_step, see_scores, see_activated, see_gradient};
	nch_status status = NCH_OK;
	memcpy(d->before, model->storage, model->storage_floats * sizeof *d->before);
	memset(d->spoke, 0, d->layers * d->units * sizeof *d->spoke);
	for (size_t l = 0; l < d->layers; l++) {
		d->attention_entropy[l] = d->rows[l] = 0.0;
		d->dead_units[l] = (double)NAN;
	}
	nch_tape_set_eye(tape, &eye);
	for (size_t i = 0; i < count && i < NCH_DETAIL_SENTENCES && status == NCH_OK; i++) {
		d->layer = d->layers; /* none yet */
		status = look_at(d, model, tape, examples, rows[i], error);
	}
	nch_tape_set_eye(tape, NULL);
	sum_up(d);
	return status;
}

/* --- how far the weights have moved --- */

void nch_details_after(nch_details *d, const nch_model *model)
{
	double *moved = d->update_ratio, *size = d->update_ratio + d->levels; /* squares */
	memset(moved, 0, 2 * d->levels * sizeof *moved);
	for (size_t i = 0; i < model->count; i++) {
		const nch_tensor *t = &model->tensors[i];
		const float *before = d->before + nch_model_offset(model, t);
		double tensor_moved = 0.0, tensor_size = 0.0;
		for (size_t k = 0; k < t->rows * t->columns; k++) {
			double old = (double)before[k], change = (double)t->data[k] - old;
			tensor_moved += change * change;
			tensor_size += old * old;
		}
		moved[d->level_of[i]] += tensor_moved;
		size[d->level_of[i]] += tensor_size;
	}
	for (size_t l = 0; l < d->levels; l++)
		moved[l] = size[l] > 0.0 ? sqrt(moved[l] / size[l]) : (double)NAN;
}
