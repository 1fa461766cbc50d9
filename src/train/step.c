/* step.c - one training step: forward, backward, optimizer. */
#include <time.h>

#include "base/memory.h"
#include "kernels/math.h"
#include "nn/memory.h"
#include "train/trainer.h"

static double seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A second tensor on the word table's data, with a gradient of its own. */
static nch_status make_decoder(nch_trainer *t, nch_error *error)
{
	size_t floats;
	t->decoder = *t->model->word;
	t->decoder.grad = NULL;
	if (nch_size_mul(t->decoder.rows, t->decoder.columns, &floats))
		t->decoder.grad = nch_alloc_untouched(floats, sizeof(float));
	if (t->decoder.grad == NULL)
		return nch_no_memory(error);
	t->model->decoder = &t->decoder;
	return NCH_OK;
}

nch_status nch_trainer_new(nch_model *model, nch_compute *compute, const nch_train_options *options, nch_trainer *trainer, nch_error *error)
{
	*trainer = (nch_trainer){.model = model, .compute = compute, .options = options};
	nch_status status = nch_optimizer_new(model, &options->optimizer, &trainer->optimizer, error);
	if (status == NCH_OK)
		status = nch_tape_new(compute, &trainer->tape, error);
	if (status == NCH_OK && options->masking != NULL)
		status = make_decoder(trainer, error);
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
	if (trainer->decoder.grad != NULL)
		trainer->model->decoder = trainer->model->word;
	nch_free(trainer->decoder.grad);
	*trainer = (nch_trainer){0};
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

static size_t row_tokens(const nch_examples *examples, size_t row)
{
	return examples->offsets[row + 1] - examples->offsets[row];
}

/* (sentences, labels), or (hidden tokens, words) */
static nch_tensor *logits_of(const nch_trainer *t, const nch_batch *batch)
{
	if (t->options->masking != NULL)
		return nch_model_mlm_logits(t->model, t->tape, batch, t->masked.where, t->masked.count);
	return nch_model_logits(t->model, t->tape, batch);
}

/* Forward and backward of one part of the step; its gradients are added. */
static nch_status run_part(nch_trainer *t, const nch_examples *examples, const size_t *rows, size_t count, nch_step *step, double scale,
                           double *loss, nch_error *error)
{
	const nch_train_options *o = t->options;
	NCH_TRY(nch_packed_fill(&t->packed, examples, rows, count, t->model->config.position_offset, error));
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
	nch_loss what = {.kind = o->loss, .target = o->masking ? t->masked.target : t->packed.label, .goals = t->packed.goals, .weight = o->class_weights,
	                 .smoothing = o->smoothing, .shape = o->loss_shape, .scale = scale, .sum = loss};
	nch_loss_op(t->tape, logits, &what);
	NCH_TRY(nch_tape_check(t->tape, error));
	t->correct += count_correct(logits, what.target, what.goals);
	return nch_tape_backward(t->tape, error);
}

/* A batch, in passes of like size over at most about NCH_PASS_TOKENS tokens: the gradients' chains of additions go on from pass to pass, so that
 * the bits are those of a single pass, in a fraction of its memory (but where layers share their weights: docs/training.md, parts of a batch). */
static nch_status run_batch(nch_trainer *t, const nch_examples *examples, const size_t *rows, size_t count, nch_step *step, double scale,
                            double *loss, nch_error *error)
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
		NCH_TRY(run_part(t, examples, rows + begin, i + 1 - begin, step, scale, loss, error));
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

/* The word table's two gradients become one. (Its own is set, since a sentence has tokens.) */
static void add_decoder(nch_trainer *t)
{
	add_job job = {t->compute->kernels, t->model->word, &t->decoder};
	if (t->decoder.grad_set && t->model->word->grad_set)
		nch_parallel(t->compute, t->decoder.rows * t->decoder.columns, 4096, add_range, &job);
}

nch_status nch_trainer_step(nch_trainer *trainer, const nch_examples *examples, const size_t *rows, size_t count, double lr,
                            nch_step_record *record, nch_error *error)
{
	const nch_train_options *o = trainer->options;
	double started = seconds_now(), loss = 0.0;
	nch_step step = {.record = true, .dropout = true, .seed = o->seed, .number = (uint32_t)trainer->optimizer.steps};
	trainer->correct = 0;
	trainer->epoch = record->epoch;
	double scale = loss_scale(trainer, examples, rows, count);
	nch_optimizer_clear(&trainer->optimizer);
	trainer->decoder.grad_set = false;
	for (size_t begin = 0; begin < count; begin += o->batch)
		NCH_TRY(run_batch(trainer, examples, rows + begin, count - begin < o->batch ? count - begin : o->batch, &step, scale, &loss, error));
	add_decoder(trainer);
	record->loss = loss;
	record->lr = lr;
	record->tokens = (size_t)step.token_row;
	record->sentences = count;
	if (!(loss - loss == 0.0)) /* neither NaN nor infinity */
		return nch_fail(error, NCH_NUMERIC, "the loss is no longer a finite number at step %llu; a lower --lr or --clip 1 usually helps",
		                (unsigned long long)trainer->optimizer.steps + 1);
	NCH_TRY(nch_optimizer_step(&trainer->optimizer, lr, trainer->compute, &record->grad_norm, error));
	record->step = trainer->optimizer.steps;
	record->seconds = seconds_now() - started;
	return NCH_OK;
}
