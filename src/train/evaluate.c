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
		tokens = 4096;
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

double nch_evaluate_loss(const nch_examples *examples, const float *logits, size_t labels)
{
	double sum = 0.0;
	size_t counted = 0;
	for (size_t i = 0; i < examples->rows; i++) {
		const float *z = logits + i * labels;
		if (examples->goals != NULL) {
			for (size_t c = 0; c < labels; c++) {
				double x = (double)z[c], size = x < 0.0 ? -x : x;
				sum += (x > 0.0 ? x : 0.0) - x * (double)examples->goals[i * labels + c] + nch_log(1.0 + nch_exp(-size));
			}
			counted += labels;
		} else if (examples->label[i] >= 0) {
			sum += log_sum(z, labels) - (double)z[examples->label[i]];
			counted++;
		}
	}
	return counted == 0 ? 0.0 : sum / (double)counted;
}

/* Probabilities of every row: softmax, or the sigmoid of each logit. */
static void probabilities(const float *logits, size_t rows, size_t labels, bool multi_label, float *scores)
{
	for (size_t i = 0; i < rows; i++) {
		const float *z = logits + i * labels;
		double sum = multi_label ? 0.0 : log_sum(z, labels);
		for (size_t c = 0; c < labels; c++)
			scores[i * labels + c] = (float)(multi_label ? 1.0 / (1.0 + nch_exp(-(double)z[c])) : nch_exp((double)z[c] - sum));
	}
}

static size_t best_label(const float *z, size_t labels)
{
	size_t best = 0;
	for (size_t c = 1; c < labels; c++)
		if (z[c] > z[best])
			best = c;
	return best;
}

nch_status nch_evaluate_metrics(const nch_examples *examples, const float *logits, size_t labels, const float *thresholds, nch_metrics *metrics,
                                nch_error *error)
{
	size_t rows = examples->rows, cells;
	float *scores = nch_size_mul(rows, labels, &cells) ? nch_alloc(cells, sizeof *scores) : NULL;
	int32_t *predicted = nch_alloc(rows, sizeof *predicted);
	nch_status status = scores && predicted ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		probabilities(logits, rows, labels, examples->goals != NULL, scores);
		for (size_t i = 0; i < rows; i++)
			predicted[i] = (int32_t)best_label(logits + i * labels, labels);
		status = examples->goals ? nch_metrics_multi(examples->goals, scores, thresholds, rows, labels, metrics, error)
		                         : nch_metrics_single(examples->label, predicted, scores, rows, labels, metrics, error);
	}
	if (status == NCH_OK)
		metrics->loss = nch_evaluate_loss(examples, logits, labels);
	nch_free(scores);
	nch_free(predicted);
	return status;
}

nch_status nch_evaluate_scores(const nch_examples *examples, const float *logits, size_t labels, nch_scores *scores, nch_error *error)
{
	nch_metrics metrics = {0};
	NCH_TRY(nch_evaluate_metrics(examples, logits, labels, NULL, &metrics, error));
	*scores = (nch_scores){metrics.loss, metrics.accuracy, metrics.macro.f1, metrics.micro.f1};
	nch_metrics_free(&metrics);
	return NCH_OK;
}
