/* mistakes.c - the most confident mistakes, and figures by groups of rows. */
#include "report/mistakes.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "data/table_write.h"
#include "kernels/math.h"

static bool is_given(const nch_answers *a, const float *scores, size_t label)
{
	return scores[label] >= (a->thresholds != NULL ? a->thresholds[label] : 0.5f);
}

/* --- mistakes --- */

typedef struct mistake {
	size_t row;
	float confidence;
} mistake;

static int by_confidence(const void *a, const void *b)
{
	const mistake *x = a, *y = b;
	if (x->confidence != y->confidence)
		return x->confidence < y->confidence ? 1 : -1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* The label that the model answers, where a row has one. */
static size_t best_of(const nch_answers *a, size_t row)
{
	size_t labels = a->data->labels.count;
	return a->best != NULL ? a->best[row] : nch_largest(a->scores + row * labels, labels);
}

/* Whether the row is wrong, and how sure the model was of it. `targets` is room for the labels. */
static bool is_mistake(const nch_answers *a, size_t row, float *targets, float *confidence)
{
	size_t labels = a->data->labels.count;
	const float *scores = a->scores + row * labels;
	if (!a->data->multi_label) {
		size_t best = best_of(a, row);
		*confidence = scores[best];
		return (int32_t)best != nch_dataset_label(a->data, row);
	}
	bool wrong = false;
	nch_dataset_targets(a->data, row, targets);
	*confidence = 0.0f;
	for (size_t c = 0; c < labels; c++) {
		bool truth = targets[c] > 0.5f;
		float distance = truth ? 1.0f - scores[c] : scores[c];
		if (is_given(a, scores, c) == truth)
			continue;
		wrong = true;
		*confidence = distance > *confidence ? distance : *confidence;
	}
	return wrong;
}

/* The labels that were given or (truth) that are right, joined by commas, as a field. */
static void add_labels(const nch_answers *a, size_t row, bool truth, nch_buffer *out)
{
	size_t labels = a->data->labels.count, count;
	const float *scores = a->scores + row * labels;
	nch_buffer joined = {0};
	if (truth) {
		const int32_t *classes = nch_dataset_classes(a->data, row, &count);
		for (size_t i = 0; i < count; i++)
			nch_buffer_printf(&joined, "%s%s", i > 0 ? "," : "", a->data->labels.names[classes[i]]);
	} else if (!a->data->multi_label) {
		nch_buffer_text(&joined, a->data->labels.names[best_of(a, row)]);
	} else {
		for (size_t c = 0; c < labels; c++)
			if (is_given(a, scores, c))
				nch_buffer_printf(&joined, "%s%s", joined.length > 0 ? "," : "", a->data->labels.names[c]);
	}
	if (joined.length > 0)
		nch_table_field(out, joined.data, joined.length);
	out->failed |= joined.failed;
	nch_buffer_free(&joined);
}

static void add_mistake(const nch_answers *a, const mistake *m, nch_buffer *out)
{
	size_t line, length, labels = a->data->labels.count;
	const char *file = nch_dataset_where(a->data, m->row, &line);
	nch_buffer_printf(out, "%.4f\t", (double)m->confidence);
	add_labels(a, m->row, false, out);
	nch_buffer_byte(out, '\t');
	add_labels(a, m->row, true, out);
	if (!a->data->multi_label)
		nch_buffer_printf(out, "\t%.4f", (double)a->scores[m->row * labels + (size_t)nch_dataset_label(a->data, m->row)]);
	nch_buffer_byte(out, '\t');
	nch_table_field(out, file, strlen(file));
	nch_buffer_printf(out, "\t%zu\t", line);
	const char *text = nch_dataset_text(a->data, m->row, &length);
	nch_table_field(out, text, length);
	text = nch_dataset_pair(a->data, m->row, &length);
	if (text != NULL) {
		nch_buffer_byte(out, '\t');
		nch_table_field(out, text, length);
	}
	nch_buffer_byte(out, '\n');
}

nch_status nch_mistakes_table(const nch_answers *answers, nch_buffer *out, size_t *count, nch_error *error)
{
	const nch_dataset *d = answers->data;
	mistake *list = nch_alloc(d->rows, sizeof *list);
	float *targets = nch_alloc(d->labels.count, sizeof *targets);
	*count = 0;
	if (list != NULL && targets != NULL) {
		for (size_t row = 0; row < d->rows; row++) {
			float confidence;
			if (is_mistake(answers, row, targets, &confidence))
				list[(*count)++] = (mistake){row, confidence};
		}
		qsort(list, *count, sizeof *list, by_confidence);
		nch_buffer_printf(out, "confidence\tpredicted\tlabel%s\tfile\tline\ttext%s\n", d->multi_label ? "" : "\tscore of the label",
		                  d->has_pairs ? "\tpair" : "");
		for (size_t i = 0; i < *count; i++)
			add_mistake(answers, &list[i], out);
	}
	nch_status status = list && targets ? nch_buffer_check(out, error) : nch_no_memory(error);
	nch_free(list);
	nch_free(targets);
	return status;
}

/* --- slices --- */

/* Room for the rows of the largest group. */
typedef struct slice_work {
	int32_t *truth, *predicted;
	float *scores, *targets;
} slice_work;

static void free_work(slice_work *w)
{
	nch_free(w->truth);
	nch_free(w->predicted);
	nch_free(w->scores);
	nch_free(w->targets);
}

static nch_status make_slice(const nch_answers *a, int32_t group, slice_work *w, nch_slice *slice, nch_error *error)
{
	const nch_dataset *d = a->data;
	size_t labels = d->labels.count, rows = 0;
	for (size_t row = 0; row < d->rows; row++) {
		if (d->row[row].group != group)
			continue;
		const float *scores = a->scores + row * labels;
		memcpy(w->scores + rows * labels, scores, labels * sizeof *scores);
		nch_dataset_targets(d, row, w->targets + rows * labels);
		w->truth[rows] = nch_dataset_label(d, row);
		w->predicted[rows++] = (int32_t)best_of(a, row);
	}
	slice->rows = rows;
	if (rows == 0)
		return NCH_OK; /* all its rows were left out */
	if (d->multi_label)
		return nch_metrics_multi(w->targets, w->scores, a->thresholds, rows, labels, &slice->metrics, error);
	return nch_metrics_single(w->truth, w->predicted, w->scores, rows, labels, &slice->metrics, error);
}

nch_status nch_slices_make(const nch_answers *answers, nch_slice **slices, nch_error *error)
{
	const nch_dataset *d = answers->data;
	size_t cells;
	slice_work w = {0};
	*slices = nch_alloc(d->groups.count, sizeof **slices);
	if (nch_size_mul(d->rows, d->labels.count, &cells)) {
		w = (slice_work){nch_alloc(d->rows, sizeof *w.truth), nch_alloc(d->rows, sizeof *w.predicted), nch_alloc(cells, sizeof *w.scores),
		                 nch_alloc(cells, sizeof *w.targets)};
	}
	nch_status status = *slices && w.truth && w.predicted && w.scores && w.targets ? NCH_OK : nch_no_memory(error);
	for (size_t g = 0; g < d->groups.count && status == NCH_OK; g++)
		status = make_slice(answers, (int32_t)g, &w, &(*slices)[g], error);
	free_work(&w);
	if (status != NCH_OK) {
		nch_slices_free(*slices, d->groups.count);
		*slices = NULL;
	}
	return status;
}

void nch_slices_free(nch_slice *slices, size_t count)
{
	for (size_t i = 0; slices != NULL && i < count; i++)
		nch_metrics_free(&slices[i].metrics);
	nch_free(slices);
}

static int by_rows(const void *a, const void *b)
{
	const nch_slice *x = *(const nch_slice *const *)a, *y = *(const nch_slice *const *)b;
	if (x->rows != y->rows)
		return x->rows < y->rows ? 1 : -1;
	return x < y ? -1 : x > y; /* both stand in one array, in the order of the file */
}

static void add_name(nch_buffer *out, const char *name, size_t width)
{
	size_t columns = nch_utf8_columns(name, strlen(name));
	nch_buffer_printf(out, "%s%*s", name, (int)(columns < width ? width - columns : 0), "");
}

void nch_slices_table(const nch_slice *slices, const nch_labels *groups, const char *column, nch_buffer *out)
{
	size_t width = nch_utf8_columns(column, strlen(column)), columns;
	const nch_slice **order = nch_alloc(groups->count, sizeof *order);
	if (order == NULL) {
		out->failed = true;
		return;
	}
	for (size_t g = 0; g < groups->count; g++) {
		order[g] = &slices[g];
		columns = nch_utf8_columns(groups->names[g], strlen(groups->names[g]));
		width = columns > width ? columns : width;
	}
	qsort(order, groups->count, sizeof *order, by_rows);
	add_name(out, column, width);
	nch_buffer_text(out, "      rows  accuracy  macro F1  micro F1\n");
	for (size_t i = 0; i < groups->count && order[i]->rows > 0; i++) {
		const nch_metrics *m = &order[i]->metrics;
		add_name(out, groups->names[order[i] - slices], width);
		nch_buffer_printf(out, " %9zu    %.4f    %.4f    %.4f\n", order[i]->rows, m->accuracy, m->macro.f1, m->micro.f1);
	}
	nch_free(order);
}

void nch_slices_json(const nch_slice *slices, const nch_labels *groups, nch_buffer *out)
{
	nch_buffer_byte(out, '{');
	bool first = true;
	for (size_t g = 0; g < groups->count; g++) {
		const nch_metrics *m = &slices[g].metrics;
		const struct { const char *name; double value; } figures[] = {
			{"accuracy", m->accuracy}, {"macro_f1", m->macro.f1}, {"micro_f1", m->micro.f1}, {"weighted_f1", m->weighted.f1}, {"kappa", m->kappa}};
		if (slices[g].rows == 0)
			continue;
		nch_buffer_text(out, first ? "" : ",");
		first = false;
		nch_json_write_text(out, groups->names[g], strlen(groups->names[g]));
		nch_buffer_printf(out, ":{\"rows\":%zu", slices[g].rows);
		for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
			nch_buffer_printf(out, ",\"%s\":", figures[i].name);
			nch_json_write_double(out, figures[i].value);
		}
		nch_buffer_byte(out, '}');
	}
	nch_buffer_byte(out, '}');
}
