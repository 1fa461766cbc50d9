/* pass.c - see pass.h. */
#include "apps/pass.h"

#include "base/memory.h"

/* With one label a text the loss is a softmax's, with several that of sigmoids. */
static nch_loss describe_loss(const nch_predictor *p, const int32_t *target, const float *goals, double *sum)
{
	bool cells = !nch_loss_is_softmax(p->loss, p->multi_label, p->labels);
	return (nch_loss){.kind = cells ? NCH_LOSS_BCE : NCH_LOSS_CE, .target = target, .goals = cells ? goals : NULL,
	                  .scale = cells ? 1.0 / (double)p->labels : 1.0, .sum = sum};
}

static void want_gradients(nch_model *model, bool wanted)
{
	for (size_t i = 0; i < model->count; i++) {
		model->tensors[i].wants_grad = wanted;
		model->tensors[i].grad = NULL; /* the tape's memory */
		model->tensors[i].grad_set = false;
	}
}

static nch_status compute(nch_predictor *p, const nch_pass *pass, const nch_batch *batch, const float *goals, nch_error *error)
{
	const nch_step step = {.record = pass->back};
	const int32_t target = (int32_t)pass->label;
	double loss = 0.0;
	NCH_TRY(nch_tape_begin(p->tape, &step, error));
	nch_tensor *logits = nch_model_logits(p->model, p->tape, batch);
	if (pass->back) {
		const nch_loss described = describe_loss(p, &target, goals, &loss);
		nch_loss_op(p->tape, logits, &described);
	}
	NCH_TRY(nch_tape_check(p->tape, error));
	if (pass->back)
		NCH_TRY(nch_tape_backward(p->tape, error));
	return pass->then(pass->context, p, logits, loss, error);
}

static nch_status run(nch_predictor *p, const nch_pass *pass, const nch_examples *rows, nch_error *error)
{
	nch_packed packed = {0};
	float *goals = nch_alloc(p->labels, sizeof *goals);
	nch_status status = goals == NULL ? nch_no_memory(error)
	                                  : nch_packed_fill(&packed, rows, (const size_t[]){0}, 1, p->model->config.position_offset, error);
	if (status == NCH_OK) {
		const nch_batch batch = {.tokens = packed.tokens, .sentences = 1, .token = packed.token, .type = packed.type,
		                         .position = packed.position, .offsets = packed.offsets};
		if (pass->back)
			goals[pass->label] = 1.0f;
		nch_tape_set_eye(p->tape, pass->eye);
		want_gradients(p->model, pass->back);
		status = compute(p, pass, &batch, goals, error);
		want_gradients(p->model, false);
		nch_tape_set_eye(p->tape, NULL);
	}
	nch_packed_free(&packed);
	nch_free(goals);
	return status;
}

nch_status nch_pass_run(nch_predictor *p, const nch_pass *pass, const char *what, nch_error *error)
{
	nch_examples rows = {0};
	nch_reading reading = {0};
	if (p->model == NULL)
		return nch_fail(error, NCH_USAGE, "%s is no transformer: it has no %s (`nunchi explain` says what its words do)", p->folder, what);
	if (p->model->classifier_weight->fresh)
		return nch_fail(error, NCH_DATA, "%s holds an encoder without a classifier: train one (`nunchi train --init`)", p->folder);
	if (pass->back && p->model->word->int8 != NULL)
		return nch_fail(error, NCH_USAGE, "%s: a model of bytes (int8) has no gradients: take the one that it was made from", p->folder);
	NCH_TRY(nch_predictor_read(p, pass->text, &reading, error));
	size_t tokens = reading.tokens.count;
	nch_reading_free(&reading);
	if (tokens > p->max_len)
		return nch_fail(error, NCH_DATA, "the text has %zu tokens, the model reads %zu at once: shorten it", tokens, p->max_len);
	NCH_TRY(nch_predictor_examples(p, pass->text, 1, &rows, error));
	nch_status status = run(p, pass, &rows, error);
	nch_examples_free(&rows);
	return status;
}
