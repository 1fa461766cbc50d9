/* eval_against.c - see eval_against.h. */
#include "cli/commands/eval_against.h"

#include "base/memory.h"
#include "cli/common.h"
#include "cli/jury.h"

enum { DRAWS = 10000 };

nch_status nch_eval_right(const nch_predictor *p, const nch_examples *truth, const float *logits, bool *right, nch_error *error)
{
	size_t labels = p->labels;
	float *scores = nch_alloc(labels, sizeof *scores);
	bool *given = nch_alloc(labels, sizeof *given);
	for (size_t i = 0; scores != NULL && given != NULL && i < truth->rows; i++) {
		size_t best = nch_predictor_answer(p, logits + i * labels, scores, given);
		right[i] = truth->goals != NULL || truth->label[i] == (int32_t)best;
		for (size_t c = 0; truth->goals != NULL && c < labels; c++)
			right[i] = right[i] && given[c] == (truth->goals[i * labels + c] > 0.5f);
	}
	bool done = scores != NULL && given != NULL;
	nch_free(scores);
	nch_free(given);
	return done ? NCH_OK : nch_no_memory(error);
}

static nch_status ask(const nch_options *options, nch_text_list files, nch_predictor *p, size_t rows, bool *right, nch_error *error)
{
	nch_labels labels = {0};
	nch_dataset data = {0};
	nch_examples truth = {0};
	size_t cells;
	float *logits = nch_size_mul(rows, p->labels, &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
	nch_status status = logits != NULL ? nch_jury_labels(p, &labels, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_jury_read(options, files, p, &labels, NULL, &data, error);
	if (status == NCH_OK && data.rows != rows)
		status = nch_fail(error, NCH_DATA, "--against: that model can use %zu rows of the data, the first one %zu: they must be judged by the same", data.rows, rows);
	if (status == NCH_OK)
		status = nch_examples_truth(&data, NULL, rows, &truth, error);
	if (status == NCH_OK)
		status = nch_predictor_dataset(p, &data, logits, error);
	if (status == NCH_OK)
		status = nch_eval_right(p, &truth, logits, right, error);
	nch_free(logits);
	nch_examples_free(&truth);
	nch_dataset_free(&data);
	nch_labels_free(&labels);
	return status;
}

nch_status nch_eval_against(const nch_options *options, nch_text_list files, const char *folder, const bool *right_first, size_t rows,
                            bool *right_second, nch_against *against, nch_error *error)
{
	nch_predictor *p = NULL;
	NCH_TRY(nch_predictor_open(folder, nch_common_of(options).threads, NULL, &p, error));
	nch_status status = ask(options, files, p, rows, right_second, error);
	nch_predictor_close(p);
	if (status == NCH_OK)
		status = nch_against_make(right_first, right_second, rows, DRAWS, (uint64_t)nch_common_of(options).seed, against, error);
	return status;
}
