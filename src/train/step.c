/* step.c - one training step: forward, backward, optimizer. */
#include "base/clock.h"
#include "base/memory.h"
#include "kernels/math.h"
#include "nn/memory.h"
#include "train/trainer.h"

/* A second tensor on the data of the table that stands at *place, with a gradient of its own. */
static nch_status make_twin(nch_trainer *t, nch_tensor **place, nch_error *error)
{
	nch_twin *twin = &t->twins[t->twin_count];
	size_t floats;
	if (*place == NULL)
		return NCH_OK;
	*twin = (nch_twin){.tensor = **place, .first = *place, .place = place};
	twin->tensor.grad = NULL;
	if (nch_size_mul(twin->tensor.rows, twin->tensor.columns, &floats))
		twin->tensor.grad = nch_alloc_untouched(floats, sizeof(float));
	if (twin->tensor.grad == NULL)
		return nch_no_memory(error);
	*place = &twin->tensor;
	t->twin_count++;
	return NCH_OK;
}

static nch_status make_twins(nch_trainer *t, nch_error *error)
{
	nch_model *generator = t->model->generator;
	if (generator == NULL)
		return make_twin(t, &t->model->decoder, error);
	NCH_TRY(make_twin(t, &generator->word, error));
	NCH_TRY(make_twin(t, &generator->position, error));
	NCH_TRY(make_twin(t, &generator->type, error));
	return make_twin(t, &generator->decoder, error);
}

nch_status nch_trainer_new(nch_model *model, nch_compute *compute, const nch_train_options *options, nch_trainer *trainer, nch_error *error)
{
	*trainer = (nch_trainer){.model = model, .compute = compute, .options = options};
	nch_status status = nch_optimizer_new(model, &options->optimizer, &trainer->optimizer, error);
	if (status == NCH_OK)
		status = nch_tape_new(compute, &trainer->tape, error);
	if (status == NCH_OK && options->masking != NULL)
		status = make_twins(trainer, error);
	if (status == NCH_OK && options->log_details)
		status = nch_details_new(model, &trainer->details, error);
	if (status != NCH_OK)
		nch_trainer_free(trainer);
	return status;
}

void nch_trainer_free(nch_trainer *trainer)
{
	nch_tape_free(trainer->tape);
	nch_optimizer_free(&trainer->optimizer);
	nch_packed_free(&trainer->packed);
	nch_masked_free(&trainer->masked);
	nch_replaced_free(&trainer->replaced);
	nch_details_free(&trainer->details);
	for (size_t i = 0; i < trainer->twin_count; i++) {
		*trainer->twins[i].place = trainer->twins[i].first;
		nch_free(trainer->twins[i].tensor.grad);
	}
	*trainer = (nch_trainer){0};
}

void nch_trainer_reserve(nch_trainer *trainer, size_t tokens, size_t sentences, size_t longest)
{
	const nch_model *m = trainer->model;
	nch_memory need = nch_memory_training(&m->config, m->parameters, tokens, sentences, longest, 1, 2);
	nch_tape_reserve(trainer->tape, need.activations + need.activations / 32 + 65536, need.gradients + need.gradients / 32 + 65536);
}

static size_t row_tokens(const nch_examples *examples, size_t row)
{
	return examples->offsets[row + 1] - examples->offsets[row];
}

/* 1 / (what the mean of the loss is taken over), for the whole step. */
static double loss_scale(nch_trainer *t, const nch_examples *e, const size_t *rows, size_t count)
{
	const nch_train_options *o = t->options;
	double total = 0.0;
	t->counted = count;
	if (o->masking != NULL) {
		t->counted = nch_masked_count(o->masking, e, rows, count, (uint32_t)t->epoch);
		return t->counted > 0 ? 1.0 / (double)t->counted : 0.0;
	}
	if (nch_loss_has_cells(o->loss))
		return 1.0 / ((double)count * (double)e->classes);
	if (o->loss == NCH_LOSS_ASL_SINGLE)
		return 1.0 / (double)count;
	for (size_t i = 0; i < count; i++) /* with class weights, torch divides by the weights of the rows */
		total += e->label[rows[i]] < 0 ? 0.0 : o->class_weights ? (double)o->class_weights[e->label[rows[i]]] : 1.0;
	return total > 0.0 ? 1.0 / total : 0.0;
}

static size_t count_correct(const nch_tensor *logits, const int32_t *target, const float *goals)
{
	size_t correct = 0;
	for (size_t i = 0; i < logits->rows; i++) {
		const float *z = logits->data + i * logits->columns;
		size_t agree = 0;
		for (size_t c = 0; goals && c < logits->columns; c++)
			agree += (z[c] > 0.0f) == (goals[i * logits->columns + c] > 0.5f);
		correct += goals ? agree == logits->columns : nch_largest(z, logits->columns) == (size_t)target[i];
	}
	return correct;
}

/* (sentences, labels), or (hidden tokens, words) */
static nch_tensor *logits_of(const nch_trainer *t, const nch_batch *batch)
{
	if (t->options->masking != NULL)
		return nch_model_mlm_logits(t->model, t->tape, batch, t->masked.where, t->masked.count);
	return nch_model_logits(t->model, t->tape, batch);
}

/* What the parts of a step share. */
typedef struct parts {
	nch_step step;
	double scale; /* of each row's loss, or each hidden token's */
	double loss;
	double rtd_scale; /* of each token's loss, of a discriminator */
	nch_replaced_sums sums;
} parts;

static nch_status run_replaced_part(nch_trainer *t, const size_t *rows, parts *p, nch_error *error)
{
	const nch_replaced_task task = {t->model, t->tape, t->options->masking, p->scale, p->rtd_scale};
	NCH_TRY(nch_replaced_pass(&t->replaced, &task, &t->packed, rows, (uint32_t)t->epoch, &p->step, &p->sums, error));
	p->step.token_row += t->packed.tokens;
	p->step.sentence_row += t->packed.sentences;
	return NCH_OK;
}

/* Forward and backward of one part of the step; its gradients are added. */
static nch_status run_part(nch_trainer *t, const nch_examples *examples, const size_t *rows, size_t count, parts *p, nch_error *error)
{
	const nch_train_options *o = t->options;
	nch_step *step = &p->step;
	NCH_TRY(nch_packed_fill(&t->packed, examples, rows, count, t->model->config.position_offset, error));
	if (t->model->generator != NULL)
		return run_replaced_part(t, rows, p, error);
	if (o->masking != NULL)
		NCH_TRY(nch_masked_fill(&t->masked, o->masking, &t->packed, rows, (uint32_t)t->epoch, error));
	NCH_TRY(nch_tape_begin(t->tape, step, error));
	nch_batch batch = {.tokens = t->packed.tokens, .sentences = count, .token = t->packed.token, .type = t->packed.type,
	                   .position = t->packed.position, .offsets = t->packed.offsets};
	step->token_row += batch.tokens;
	step->sentence_row += count;
	if (o->masking != NULL && t->masked.count == 0)
		return NCH_OK;
	nch_tensor *logits = logits_of(t, &batch);
	nch_loss what = {.kind = o->loss, .target = o->masking ? t->masked.target : t->packed.label, .goals = t->packed.goals,
	                 .weight = o->class_weights, .smoothing = o->smoothing, .shape = o->loss_shape, .scale = p->scale, .sum = &p->loss};
	nch_loss_op(t->tape, logits, &what);
	NCH_TRY(nch_tape_check(t->tape, error));
	t->correct += count_correct(logits, what.target, what.goals);
	return nch_tape_backward(t->tape, error);
}

/* A batch, in passes of like size over at most about NCH_PASS_TOKENS tokens: the gradients' chains of additions go on from pass to pass, so that
 * the bits are those of a single pass, in a fraction of its memory (but where layers share their weights: docs/training.md, parts of a batch). */
static nch_status run_batch(nch_trainer *t, const nch_examples *examples, const size_t *rows, size_t count, parts *p, nch_error *error)
{
	size_t total = 0, before = 0, begin = 0;
	for (size_t i = 0; i < count; i++)
		total += row_tokens(examples, rows[i]);
	size_t passes = nch_memory_passes(total);
	for (size_t i = 0; i < count; i++) {
		size_t pass = before * passes / total;
		before += row_tokens(examples, rows[i]);
		if (i + 1 < count && before * passes / total == pass)
			continue;
		NCH_TRY(run_part(t, examples, rows + begin, i + 1 - begin, p, error));
		begin = i + 1;
	}
	return NCH_OK;
}

typedef struct add_job {
	const nch_kernels *kernels;
	nch_tensor *sum;
	const nch_tensor *other;
} add_job;

static void add_range(void *context, size_t begin, size_t end)
{
	const add_job *job = context;
	job->kernels->add(job->sum->grad + begin, job->other->grad + begin, end - begin);
}

/* A table's gradients become one. (Its own is set, since a sentence has tokens.) */
static void add_twins(nch_trainer *t)
{
	for (size_t i = 0; i < t->twin_count; i++) {
		nch_twin *twin = &t->twins[i];
		add_job job = {t->compute->kernels, twin->first, &twin->tensor};
		if (twin->tensor.grad_set && twin->first->grad_set)
			nch_parallel(t->compute, twin->tensor.rows * twin->tensor.columns, 4096, add_range, &job);
	}
}

/* How much each loss of this step counts. A discriminator's mean is over all tokens, its generator's over the hidden ones. */
static void set_scales(nch_trainer *t, const nch_examples *e, const size_t *rows, size_t count, parts *p)
{
	p->scale = loss_scale(t, e, rows, count);
	if (t->model->generator == NULL)
		return;
	t->counted = 0;
	for (size_t i = 0; i < count; i++)
		t->counted += row_tokens(e, rows[i]);
	p->rtd_scale = t->options->rtd_weight / (double)t->counted;
}

static void record_parts(nch_trainer *t, parts *p, nch_step_record *record)
{
	if (t->model->generator == NULL)
		return;
	t->correct = p->sums.right;
	p->loss = p->sums.mlm_loss + p->sums.rtd_loss;
	record->has_parts = true;
	record->mlm_loss = p->sums.mlm_loss;
	record->rtd_loss = p->sums.rtd_loss / t->options->rtd_weight;
}

nch_status nch_trainer_step(nch_trainer *trainer, const nch_examples *examples, const size_t *rows, size_t count, double lr,
                            nch_step_record *record, nch_error *error)
{
	const nch_train_options *o = trainer->options;
	double started = nch_seconds();
	parts p = {.step = {.record = true, .dropout = true, .seed = o->seed, .number = (uint32_t)trainer->optimizer.steps}};
	trainer->correct = 0;
	trainer->epoch = record->epoch;
	set_scales(trainer, examples, rows, count, &p);
	if (o->log_details)
		NCH_TRY(nch_details_before(&trainer->details, trainer->model, trainer->tape, examples, rows, count, error));
	nch_optimizer_clear(&trainer->optimizer);
	for (size_t i = 0; i < trainer->twin_count; i++)
		trainer->twins[i].tensor.grad_set = false;
	for (size_t begin = 0; begin < count; begin += o->batch)
		NCH_TRY(run_batch(trainer, examples, rows + begin, count - begin < o->batch ? count - begin : o->batch, &p, error));
	add_twins(trainer);
	record_parts(trainer, &p, record);
	record->loss = p.loss;
	record->lr = lr;
	record->tokens = (size_t)p.step.token_row;
	record->sentences = count;
	if (!(p.loss - p.loss == 0.0)) /* neither NaN nor infinity */
		return nch_fail(error, NCH_NUMERIC, "the loss is no longer a finite number at step %llu; a lower ⟨lr⟩ or ⟨clip⟩ 1 usually helps",
		                (unsigned long long)trainer->optimizer.steps + 1);
	NCH_TRY(nch_optimizer_step(&trainer->optimizer, lr, trainer->compute, &record->grad_norm, error));
	if (o->log_details)
		nch_details_after(&trainer->details, trainer->model);
	record->details = o->log_details ? &trainer->details : NULL;
	record->step = trainer->optimizer.steps;
	record->seconds = nch_seconds() - started;
	return NCH_OK;
}
