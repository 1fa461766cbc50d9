/* judge.c - unknown tokens, rows that were cut, rows that are measured on after they were learned. */
#include "train/judge.h"

#include <stdio.h>

#include "base/memory.h"
#include "data/duplicates.h"

nch_status nch_judge_tokens(const nch_examples *examples, size_t max_len, bool allow_unknown, void (*warn)(void *context, const char *text),
                            void *context, nch_error *error)
{
	double unknown = examples->content ? 100.0 * (double)examples->unknown / (double)examples->content : 0.0;
	char text[300];
	if (unknown > 30.0 && !allow_unknown)
		return nch_fail(error, NCH_DATA, "%.1f %% of the tokens are unknown: this tokenizer does not fit the data (`nunchi data` shows which strings; ⟨allow-unknown⟩ goes on all the same)", unknown);
	if (unknown > 5.0) {
		snprintf(text, sizeof text, "%.1f %% of the tokens are unknown; `nunchi data` shows which strings", unknown);
		warn(context, text);
	}
	if (examples->cut > 0) {
		snprintf(text, sizeof text, "%zu of %zu training rows are longer than %zu tokens and are cut", examples->cut, examples->rows, max_len);
		warn(context, text);
	}
	return NCH_OK;
}

static nch_text_key *keys_of(const nch_experiment_part *part)
{
	nch_text_key *keys = nch_alloc(part->count > 0 ? part->count : 1, sizeof *keys);
	for (size_t i = 0; keys != NULL && i < part->count; i++)
		keys[i] = nch_text_key_of(part->data, part->rows ? part->rows[i] : i);
	return keys;
}

nch_status nch_judge_rows(const nch_experiment_data *data, void (*warn)(void *context, const char *text), void *context, nch_error *error)
{
	static const char *const names[] = {[NCH_PART_VALID] = "validation", [NCH_PART_TEST] = "test"};
	const nch_experiment_part train = nch_experiment_part_of(data, NCH_PART_TRAIN);
	char text[200];
	nch_text_key *keys = keys_of(&train);
	nch_status status = keys ? NCH_OK : nch_no_memory(error);
	if (train.count < 100) {
		snprintf(text, sizeof text, "there are only %zu training rows: from fewer than 100, hardly anything is learned that holds for others", train.count);
		warn(context, text);
	}
	for (nch_part_kind kind = NCH_PART_VALID; kind <= NCH_PART_TEST && status == NCH_OK; kind++) {
		const nch_experiment_part part = nch_experiment_part_of(data, kind);
		nch_duplicates found = {0};
		nch_text_key *measured = part.count > 0 ? keys_of(&part) : NULL;
		if (part.count > 0)
			status = measured ? nch_duplicates_count(keys, train.count, measured, part.count, &found, error) : nch_no_memory(error);
		if (status == NCH_OK && found.shared_test_rows > 0) {
			snprintf(text, sizeof text, "%zu of %zu %s rows are among the training rows, too: what is measured on them is memory", found.shared_test_rows,
			         part.count, names[kind]);
			warn(context, text);
		}
		nch_free(measured);
	}
	nch_free(keys);
	return status;
}

#define NO_MODEL "nothing was learned. Is the tokenizer the model's own, and is ⟨lr⟩ right?"

void nch_judge_learning(const nch_dataset *train, const nch_train_result *result, void (*warn)(void *context, const char *text), void *context)
{
	size_t most = 0, labels = train->labels.count;
	size_t *counts = nch_alloc(labels, sizeof *counts);
	if (counts == NULL || result->count == 0 || train->multi_label) {
		nch_free(counts);
		return;
	}
	nch_dataset_label_counts(train, counts);
	for (size_t c = 0; c < labels; c++)
		most = counts[c] > most ? counts[c] : most;
	double chance = (double)most / (double)train->rows;
	if (result->epochs[result->count - 1].train_accuracy <= chance + 0.01)
		warn(context, "the last epoch ended at chance level: " NO_MODEL);
	nch_free(counts);
}

void nch_judge_ranking(const nch_metrics *metrics, void (*warn)(void *context, const char *text), void *context)
{
	nch_buffer text = {0};
	if (!metrics->multi_label || metrics->rows < 100 || !(metrics->roc_auc < 0.52))
		return;
	nch_buffer_printf(&text, "the model tells the rows hardly apart (ROC-AUC %.2f; chance is 0.50): " NO_MODEL, metrics->roc_auc);
	if (text.data != NULL)
		warn(context, text.data);
	nch_buffer_free(&text);
}
