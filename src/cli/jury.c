/* jury.c - see jury.h. */
#include "cli/jury.h"

#include <string.h>

#include "base/memory.h"
#include "cli/data_options.h"
#include "cli/output.h"

nch_status nch_jury_labels(const nch_predictor *predictor, nch_labels *labels, nch_error *error)
{
	for (size_t i = 0; i < predictor->labels; i++) {
		int32_t id;
		const char *name = predictor->label_names[i];
		NCH_TRY(nch_labels_add(labels, name, strlen(name), &id, error));
		if ((size_t)id != i)
			return nch_fail(error, NCH_FORMAT, "the model's config.json has the label \"%s\" twice", name);
	}
	return NCH_OK;
}

nch_status nch_jury_read(const nch_options *options, nch_text_list files, const nch_predictor *predictor, const nch_labels *labels, const char *group,
                         nch_dataset *data, nch_error *error)
{
	nch_dataset_options data_options;
	nch_data_given given;
	nch_labels asked = {0};
	nch_target_mode target = predictor->settings.target;
	NCH_TRY(nch_data_options_read(options, false, &data_options, &asked, &given, error));
	nch_labels_free(&asked);
	if (data_options.known != NULL)
		return nch_fail(error, NCH_USAGE, "--labels: the labels are those of the model");
	if (given.target && data_options.target != target)
		return nch_fail(error, NCH_USAGE, "--target: the model was trained with --target %s, and so it is asked", nch_target_mode_name(target));
	data_options.known = labels;
	data_options.group = group;
	data_options.need_labels = true;
	data_options.target = data_options.pair == NULL ? target : NCH_TARGET_NONE;
	if (!given.cleansing)
		data_options.cleansing = predictor->cleansing;
	data_options.multi_label = predictor->multi_label;
	NCH_TRY(nch_dataset_read(files.items, files.count, &data_options, data, error));
	nch_data_options_done(data);
	return NCH_OK;
}

/* One member's scores; the truth is taken from the first one's rows. */
static nch_status fill_member(const nch_options *options, nch_text_list files, const nch_ensemble *e, size_t member, nch_jury_bench *b,
                              nch_error *error)
{
	nch_predictor *p = e->members[member];
	nch_dataset data = {0};
	nch_examples examples = {0};
	nch_labels labels = {0};
	float *logits = NULL;
	size_t cells = 0;
	nch_status status = nch_jury_labels(p, &labels, error);
	if (status == NCH_OK)
		status = nch_jury_read(options, files, p, &labels, NULL, &data, error);
	if (status == NCH_OK && member > 0 && data.rows != b->jury.rows)
		status = nch_fail(error, NCH_DATA, "model number %zu can use %zu rows of the data, the first one %zu: they must be judged by the same", member + 1,
		                  data.rows, b->jury.rows);
	if (status == NCH_OK)
		status = nch_examples_truth(&data, NULL, data.rows, &examples, error);
	if (status == NCH_OK && nch_size_mul(data.rows, e->labels, &cells)) {
		logits = nch_alloc(cells, sizeof *logits);
		b->scores[member] = nch_alloc(cells, sizeof **b->scores);
	}
	if (status == NCH_OK && (logits == NULL || b->scores[member] == NULL))
		status = nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_predictor_dataset(p, &data, logits, error);
	if (status == NCH_OK) {
		nch_ensemble_member_scores(e, member, logits, data.rows, b->scores[member]);
		if (member == 0) {
			b->jury.rows = data.rows;
			b->goals = examples.goals;
			b->label = examples.label;
			examples.goals = NULL;
			examples.label = NULL;
		}
	}
	nch_free(logits);
	nch_labels_free(&labels);
	nch_examples_free(&examples);
	nch_dataset_free(&data);
	return status;
}

nch_status nch_jury_bench_fill(const nch_options *options, nch_text_list files, const nch_ensemble *e, nch_jury_bench *b, nch_error *error)
{
	b->jury = (nch_jury){.thresholds = e->thresholds, .count = e->count, .labels = e->labels};
	b->scores = nch_alloc(e->count, sizeof *b->scores);
	if (b->scores == NULL)
		return nch_no_memory(error);
	NCH_TRY(nch_jury_labels(e->members[0], &b->labels, error));
	for (size_t m = 0; m < e->count; m++)
		NCH_TRY(fill_member(options, files, e, m, b, error));
	b->jury.scores = (const float *const *)b->scores;
	b->jury.goals = b->goals;
	b->jury.label = b->label;
	return NCH_OK;
}

void nch_jury_bench_free(nch_jury_bench *b)
{
	for (size_t m = 0; b->scores != NULL && m < b->jury.count; m++)
		nch_free(b->scores[m]);
	nch_free(b->scores);
	nch_free(b->goals);
	nch_free(b->label);
	nch_labels_free(&b->labels);
	*b = (nch_jury_bench){0};
}
