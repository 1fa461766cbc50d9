/* evaluate.c - logits of many rows, and the few figures that training watches. */
#include "train/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

typedef struct sized_row {
	size_t row, length;
} sized_row;

static int by_length(const void *a, const void *b)
{
	const sized_row *first = a, *second = b;
	if (first->length != second->length)
		return first->length < second->length ? 1 : -1; /* the longest first: memory is settled at once */
	return first->row < second->row ? -1 : first->row > second->row;
}

static nch_tensor *output_of(const nch_model *model, nch_tape *tape, const nch_batch *batch, nch_output output)
{
	if (output == NCH_OUTPUT_LOGITS)
		return nch_model_logits(model, tape, batch);
	const nch_batch *rows;
	nch_tensor *last = nch_model_encode(model, tape, batch, &rows);
	if (last == NULL)
		return NULL;
	return output == NCH_OUTPUT_CLS ? nch_select_rows(tape, last, rows->offsets, rows->sentences) : nch_mean_rows_op(tape, last, rows);
}

/* One batch: the rows order[0 .. count). */
static nch_status run_batch(const nch_model *model, nch_tape *tape, const nch_examples *examples, nch_output output, const size_t *rows, size_t count,
                            nch_packed *packed, float *logits, nch_error *error)
{
	const nch_step step = {0};
	NCH_TRY(nch_packed_fill(packed, examples, rows, count, model->config.position_offset, error));
	NCH_TRY(nch_tape_begin(tape, &step, error));
	nch_batch batch = {.tokens = packed->tokens, .sentences = count, .token = packed->token, .type = packed->type,
	                   .position = packed->position, .offsets = packed->offsets};
	nch_tensor *out = output_of(model, tape, &batch, output);
	NCH_TRY(nch_tape_check(tape, error));
	for (size_t i = 0; i < count; i++)
		memcpy(logits + rows[i] * out->columns, out->data + i * out->columns, out->columns * sizeof *logits);
	return NCH_OK;
}

nch_status nch_evaluate_outputs(const nch_model *model, nch_tape *tape, const nch_examples *examples, nch_output output, size_t tokens, float *values,
                                nch_error *error)
{
	sized_row *order = nch_alloc(examples->rows, sizeof *order);
	size_t *rows = nch_alloc(examples->rows, sizeof *rows);
	nch_packed packed = {0};
	nch_status status = order && rows ? NCH_OK : nch_no_memory(error);
	if (tokens == 0)
		tokens = 1024;
	for (size_t i = 0; i < examples->rows && status == NCH_OK; i++)
		order[i] = (sized_row){i, examples->offsets[i + 1] - examples->offsets[i]};
	if (status == NCH_OK)
		qsort(order, examples->rows, sizeof *order, by_length);
	for (size_t begin = 0, end; begin < examples->rows && status == NCH_OK; begin = end) {
		size_t sum = 0;
		for (end = begin; end < examples->rows && (end == begin || sum + order[end].length <= tokens); end++) {
			sum += order[end].length;
			rows[end - begin] = order[end].row;
		}
		status = run_batch(model, tape, examples, output, rows, end - begin, &packed, values, error);
	}
	nch_packed_free(&packed);
	nch_free(order);
	nch_free(rows);
	return status;
}

nch_status nch_evaluate_logits(const nch_model *model, nch_tape *tape, const nch_examples *examples, size_t tokens, float *logits,
                               nch_error *error)
{
	return nch_evaluate_outputs(model, tape, examples, NCH_OUTPUT_LOGITS, tokens, logits, error);
}

/* ln(sum of e^z) of a row */
static double log_sum(const float *z, size_t n)
{
	double top = z[0], sum = 0.0;
	for (size_t c = 1; c < n; c++)
		top = (double)z[c] > top ? (double)z[c] : top;
	for (size_t c = 0; c < n; c++)
		sum += nch_exp((double)z[c] - top);
	return top + nch_log(sum);
}

double nch_evaluate_loss(const nch_examples *examples, const float *logits, size_t labels, const nch_criterion *criterion)
{
	double sum = 0.0, slope;
	size_t counted = 0;
	for (size_t i = 0; i < examples->rows; i++) {
		const float *z = logits + i * labels, *goals = examples->goals ? examples->goals + i * labels : NULL;
		if (nch_loss_has_cells(criterion->loss)) {
			for (size_t c = 0; c < labels; c++)
				sum += nch_loss_cell(criterion->loss, &criterion->shape, (double)z[c], (double)goals[c], 1.0, &slope);
			counted += labels;
		} else if (criterion->loss == NCH_LOSS_ASL_SINGLE && (goals != NULL || examples->label[i] >= 0)) {
			sum += nch_loss_asl_single(&criterion->shape, z, labels, examples->label[i], goals, NULL, 0.0, NULL);
			counted++;
		} else if (examples->label[i] >= 0) {
			sum += log_sum(z, labels) - (double)z[examples->label[i]];
			counted++;
		}
	}
	return counted == 0 ? 0.0 : sum / (double)counted;
}

bool nch_loss_is_softmax(nch_loss_kind loss, bool multi_label, size_t labels)
{
	return labels > 1 && (!multi_label || loss == NCH_LOSS_ASL_SINGLE);
}

void nch_evaluate_probabilities(const float *logits, size_t rows, size_t labels, bool softmax, float *scores)
{
	for (size_t i = 0; i < rows; i++) {
		const float *z = logits + i * labels;
		double sum = softmax ? log_sum(z, labels) : 0.0;
		for (size_t c = 0; c < labels; c++)
			scores[i * labels + c] = (float)(softmax ? nch_exp((double)z[c] - sum) : 1.0 / (1.0 + nch_exp(-(double)z[c])));
	}
}

/* The probabilities of all rows, in allocated memory. */
static nch_status make_scores(const nch_examples *examples, const float *logits, size_t labels, nch_loss_kind loss, float **scores,
                              nch_error *error)
{
	size_t cells;
	*scores = nch_size_mul(examples->rows, labels, &cells) ? nch_alloc(cells, sizeof **scores) : NULL;
	if (*scores == NULL)
		return nch_no_memory(error);
	nch_evaluate_probabilities(logits, examples->rows, labels, nch_loss_is_softmax(loss, examples->goals != NULL, labels), *scores);
	return NCH_OK;
}

nch_status nch_evaluate_metrics(const nch_examples *examples, const float *logits, size_t labels, const nch_criterion *criterion,
                                nch_metrics *metrics, nch_error *error)
{
	size_t rows = examples->rows;
	float *scores;
	int32_t *predicted = nch_alloc(rows, sizeof *predicted);
	nch_status status = make_scores(examples, logits, labels, criterion->loss, &scores, error);
	if (predicted == NULL && status == NCH_OK)
		status = nch_no_memory(error);
	if (status == NCH_OK) {
		for (size_t i = 0; i < rows; i++)
			predicted[i] = (int32_t)nch_largest(logits + i * labels, labels);
		status = examples->goals ? nch_metrics_multi(examples->goals, scores, criterion->thresholds, rows, labels, metrics, error)
		                         : nch_metrics_single(examples->label, predicted, scores, rows, labels, metrics, error);
	}
	if (status == NCH_OK)
		metrics->loss = nch_evaluate_loss(examples, logits, labels, criterion);
	nch_free(scores);
	nch_free(predicted);
	return status;
}

nch_status nch_evaluate_thresholds(const nch_examples *examples, const float *logits, size_t labels, nch_loss_kind loss,
                                   const nch_thresholds *rule, float *thresholds, nch_error *error)
{
	float *scores;
	for (size_t c = 0; c < labels; c++)
		thresholds[c] = rule->value > 0.0 ? (float)rule->value : 0.5f;
	if (rule->rule == NCH_THRESHOLD_FIXED || examples->goals == NULL)
		return NCH_OK;
	NCH_TRY(make_scores(examples, logits, labels, loss, &scores, error));
	nch_status status = nch_tune_thresholds(examples->goals, scores, examples->rows, labels, rule->rule == NCH_THRESHOLD_TUNED_EACH, thresholds,
	                                        error);
	nch_free(scores);
	return status;
}

nch_scores nch_scores_of(const nch_metrics *m)
{
	return (nch_scores){m->loss, m->accuracy, m->macro.f1, m->micro.f1};
}

nch_status nch_evaluate_scores(const nch_examples *examples, const float *logits, size_t labels, const nch_criterion *criterion,
                               nch_scores *scores, nch_error *error)
{
	nch_metrics metrics = {0};
	NCH_TRY(nch_evaluate_metrics(examples, logits, labels, criterion, &metrics, error));
	*scores = nch_scores_of(&metrics);
	nch_metrics_free(&metrics);
	return NCH_OK;
}
