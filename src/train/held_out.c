/* held_out.c - see held_out.h. */
#include "train/held_out.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "kernels/math.h"

#define MAX_FILE ((size_t)4 << 30)

/* --- writing --- */

static void add_name(const nch_labels *labels, size_t label, nch_buffer *out)
{
	nch_json_write_text(out, labels->names[label], strlen(labels->names[label]));
}

/* ["a","b"]: the labels whose value reaches the limit (limits NULL: .5) */
static void add_set(const nch_labels *labels, const float *values, const float *limits, nch_buffer *out)
{
	bool any = false;
	nch_buffer_byte(out, '[');
	for (size_t c = 0; c < labels->count; c++) {
		if (!(values[c] >= (limits ? limits[c] : 0.5f)))
			continue;
		nch_buffer_text(out, any ? "," : "");
		add_name(labels, c, out);
		any = true;
	}
	nch_buffer_byte(out, ']');
}

static void add_row(const nch_examples *examples, size_t i, const nch_labels *labels, const float *logits, const float *scores,
                    const float *thresholds, nch_buffer *out)
{
	nch_buffer_text(out, ",\"truth\":");
	if (examples->goals != NULL) {
		add_set(labels, examples->goals + i * labels->count, NULL, out);
		nch_buffer_text(out, ",\"labels\":");
		add_set(labels, scores, thresholds, out);
	} else {
		add_name(labels, (size_t)examples->label[i], out);
		nch_buffer_text(out, ",\"label\":");
		add_name(labels, nch_largest(logits, labels->count), out);
	}
	nch_buffer_text(out, ",\"scores\":");
	nch_json_write_named(out, (const char *const *)labels->names, scores, labels->count);
	nch_buffer_text(out, ",\"logits\":[");
	for (size_t c = 0; c < labels->count; c++) {
		nch_buffer_text(out, c > 0 ? "," : "");
		nch_json_write_float(out, logits[c]);
	}
	nch_buffer_text(out, "]}\n");
}

nch_status nch_held_out_write(const char *folder, size_t fold, const size_t *rows, const nch_examples *examples, const nch_labels *labels,
                              const float *logits, const float *scores, const float *thresholds, nch_error *error)
{
	nch_buffer out = {0};
	for (size_t i = 0; i < examples->rows; i++) {
		nch_buffer_printf(&out, "{\"row\":%zu,\"fold\":%zu", rows[i], fold);
		add_row(examples, i, labels, logits + i * labels->count, scores + i * labels->count, thresholds, &out);
	}
	nch_status status = nch_folder_write(folder, NCH_HELD_OUT_FILE, &out, error);
	nch_buffer_free(&out);
	return status;
}

/* --- reading --- */

/* A line as it was found, before its place is known. */
typedef struct found_line {
	size_t row;
	char *text;
} found_line;

typedef struct reading {
	nch_held_out *held_out;
	found_line *found;
	size_t count, capacity;
	nch_arena *arena;
	bool any; /* a line's place may be its row */
} reading;

static nch_status wrong(const char *path, size_t line, nch_error *error)
{
	return nch_fail(error, NCH_FORMAT, "%s:%zu: this is no line of held-out predictions", path, line);
}

static nch_status collect_line(reading *r, const char *path, size_t number, const char *text, size_t length, nch_error *error)
{
	nch_json *record;
	nch_arena_reset(r->arena);
	NCH_TRY(nch_json_parse(text, length, path, r->arena, &record, error));
	double row = nch_json_number(record, "row", r->any ? (double)r->count : -1.0);
	if (!(row >= 0.0 && row < 4e9) || (double)(size_t)row != row)
		return wrong(path, number, error);
	NCH_TRY(nch_grow(&r->found, &r->capacity, r->count + 1, sizeof *r->found, error));
	r->found[r->count] = (found_line){(size_t)row, nch_copy_text(text, length)};
	return r->found[r->count++].text != NULL ? NCH_OK : nch_no_memory(error);
}

static nch_status collect_file(reading *r, const char *path, nch_error *error)
{
	nch_buffer text = {0};
	nch_status status = nch_file_read(path, MAX_FILE, &text, error);
	size_t line = 1;
	for (size_t at = 0; status == NCH_OK && at < text.length; line++) {
		const char *end = memchr(text.data + at, '\n', text.length - at);
		size_t length = end != NULL ? (size_t)(end - text.data) - at : text.length - at;
		status = collect_line(r, path, line, text.data + at, length, error);
		at += length + 1;
	}
	nch_buffer_free(&text);
	return status;
}

static nch_status collect_folder(reading *r, const char *folder, nch_error *error)
{
	char *path = nch_path_join(folder, NCH_HELD_OUT_FILE);
	nch_status status = path ? collect_file(r, path, error) : nch_no_memory(error);
	nch_free(path);
	return status;
}

static int by_row(const void *a, const void *b)
{
	const found_line *first = a, *second = b;
	return (first->row > second->row) - (first->row < second->row);
}

/* Sets cells[label] to 1 for each name of a list or, where a row has one label, finds its name; false if it is the other one. */
static bool read_names(const nch_json *value, bool many, const nch_labels *labels, float *cells, int32_t *only)
{
	if (value != NULL && value->type == NCH_JSON_STRING && !many) {
		*only = nch_labels_find(labels, value->text, value->length);
		return *only >= 0;
	}
	if (value == NULL || value->type != NCH_JSON_ARRAY || !many)
		return false;
	for (const nch_json *item = value->first; item != NULL; item = item->next) {
		int32_t id = item->type == NCH_JSON_STRING ? nch_labels_find(labels, item->text, item->length) : -1;
		if (id < 0)
			return false;
		cells[id] = 1.0f;
	}
	return true;
}

/* The labels, and whether there are several a row, by the first line. */
static nch_status begin_rows(reading *r, const nch_json *record, nch_error *error)
{
	nch_held_out *h = r->held_out;
	const nch_json *scores = nch_json_get(record, "scores"), *truth = nch_json_get(record, "truth");
	size_t cells;
	for (const nch_json *item = scores != NULL ? scores->first : NULL; item != NULL && item->name != NULL; item = item->next) {
		int32_t id;
		NCH_TRY(nch_labels_add(&h->labels, item->name, item->name_length, &id, error));
	}
	h->multi_label = truth != NULL && truth->type == NCH_JSON_ARRAY;
	h->rows = r->count;
	if (!nch_size_mul(h->rows, h->labels.count, &cells))
		return nch_no_memory(error);
	h->fold = nch_alloc(h->rows, sizeof *h->fold);
	h->lines = nch_alloc(h->rows, sizeof *h->lines);
	h->goals = nch_alloc(cells, sizeof *h->goals);
	h->given = nch_alloc(cells, sizeof *h->given);
	h->scores = nch_alloc(cells, sizeof *h->scores);
	h->truth = nch_alloc(h->rows, sizeof *h->truth);
	h->predicted = nch_alloc(h->rows, sizeof *h->predicted);
	return h->fold && h->lines && h->goals && h->given && h->scores && h->truth && h->predicted ? NCH_OK : nch_no_memory(error);
}

static nch_status take_row(reading *r, size_t i, nch_error *error)
{
	nch_held_out *h = r->held_out;
	nch_json *record;
	nch_arena_reset(r->arena);
	NCH_TRY(nch_json_parse(r->found[i].text, strlen(r->found[i].text), NCH_HELD_OUT_FILE, r->arena, &record, error));
	if (i == 0)
		NCH_TRY(begin_rows(r, record, error));
	if (r->found[i].row != i)
		return nch_fail(error, NCH_DATA, "row %zu is %s the folds' " NCH_HELD_OUT_FILE ": are these all folds of one run?", r->found[i].row < i ? r->found[i].row : i,
		                r->found[i].row < i ? "twice in" : "in none of");
	size_t labels = h->labels.count;
	const nch_json *scores = nch_json_get(record, "scores");
	bool good = scores != NULL && scores->type == NCH_JSON_OBJECT && scores->count == labels &&
	            read_names(nch_json_get(record, "truth"), h->multi_label, &h->labels, h->goals + i * labels, &h->truth[i]) &&
	            read_names(nch_json_get(record, h->multi_label ? "labels" : "label"), h->multi_label, &h->labels, h->given + i * labels, &h->predicted[i]);
	size_t c = 0;
	for (const nch_json *item = good ? scores->first : NULL; item != NULL; item = item->next, c++) {
		good = good && item->type == NCH_JSON_NUMBER && strcmp(item->name, h->labels.names[c]) == 0;
		h->scores[i * labels + c] = (float)item->number;
	}
	if (!good)
		return nch_fail(error, NCH_FORMAT, "row %zu of the folds' " NCH_HELD_OUT_FILE " is not like the first one", i);
	double fold = nch_json_number(record, "fold", 0.0);
	h->fold[i] = fold >= 0.0 && fold < 1e6 ? (size_t)fold : 0;
	h->lines[i] = r->found[i].text;
	r->found[i].text = NULL;
	return NCH_OK;
}

/* All rows of what was collected, in order. */
static nch_status take_rows(reading *r, nch_error *error)
{
	nch_status status = r->count > 0 ? NCH_OK : nch_fail(error, NCH_DATA, r->any ? "there are no answers" : "the folds hold no predictions");
	if (status == NCH_OK)
		qsort(r->found, r->count, sizeof *r->found, by_row);
	for (size_t i = 0; i < r->count && status == NCH_OK; i++)
		status = take_row(r, i, error);
	return status;
}

static nch_status end_reading(reading *r, nch_status status)
{
	for (size_t i = 0; i < r->count; i++)
		nch_free(r->found[i].text);
	nch_free(r->found);
	nch_arena_free(r->arena);
	if (status != NCH_OK)
		nch_held_out_free(r->held_out);
	return status;
}

nch_status nch_held_out_read(const char *const *folders, size_t count, nch_held_out *held_out, nch_error *error)
{
	reading r = {.held_out = held_out, .arena = nch_arena_new(0)};
	*held_out = (nch_held_out){0};
	nch_status status = r.arena ? NCH_OK : nch_no_memory(error);
	for (size_t i = 0; i < count && status == NCH_OK; i++)
		status = collect_folder(&r, folders[i], error);
	if (status == NCH_OK)
		status = take_rows(&r, error);
	return end_reading(&r, status);
}

nch_status nch_held_out_read_file(const char *path, nch_held_out *held_out, nch_error *error)
{
	reading r = {.held_out = held_out, .arena = nch_arena_new(0), .any = true};
	*held_out = (nch_held_out){0};
	nch_status status = r.arena ? collect_file(&r, path, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = take_rows(&r, error);
	return end_reading(&r, status);
}

void nch_held_out_free(nch_held_out *h)
{
	for (size_t i = 0; h->lines != NULL && i < h->rows; i++)
		nch_free(h->lines[i]);
	nch_free(h->lines);
	nch_free(h->fold);
	nch_free(h->goals);
	nch_free(h->given);
	nch_free(h->scores);
	nch_free(h->truth);
	nch_free(h->predicted);
	nch_labels_free(&h->labels);
	*h = (nch_held_out){0};
}

/* --- figures --- */

nch_status nch_held_out_metrics(const nch_held_out *h, nch_metrics *metrics, nch_error *error)
{
	nch_metrics ranks = {0};
	if (!h->multi_label)
		return nch_metrics_single(h->truth, h->predicted, h->scores, h->rows, h->labels.count, metrics, error);
	NCH_TRY(nch_metrics_multi(h->goals, h->given, NULL, h->rows, h->labels.count, metrics, error));
	nch_status status = nch_metrics_multi(h->goals, h->scores, NULL, h->rows, h->labels.count, &ranks, error);
	if (status != NCH_OK) {
		nch_metrics_free(metrics);
		return status;
	}
	for (size_t c = 0; c < h->labels.count; c++) {
		metrics->by_class[c].threshold = NAN;
		metrics->by_class[c].roc_auc = ranks.by_class[c].roc_auc;
		metrics->by_class[c].average_precision = ranks.by_class[c].average_precision;
	}
	metrics->roc_auc = ranks.roc_auc;
	metrics->roc_auc_micro = ranks.roc_auc_micro;
	metrics->average_precision = ranks.average_precision;
	metrics->average_precision_micro = ranks.average_precision_micro;
	metrics->calibration_error = ranks.calibration_error;
	metrics->brier = ranks.brier;
	metrics->bins = ranks.bins;
	nch_metrics_free(&ranks);
	return NCH_OK;
}

/* Rows of one fold, judged by thresholds tuned on the others: given (rows, labels). */
static nch_status judge_fold(const nch_held_out *h, size_t fold, float *goals, float *scores, float *thresholds, float *given, nch_error *error)
{
	size_t labels = h->labels.count, others = 0;
	for (size_t i = 0; i < h->rows; i++) {
		if (h->fold[i] == fold)
			continue;
		memcpy(goals + others * labels, h->goals + i * labels, labels * sizeof *goals);
		memcpy(scores + others * labels, h->scores + i * labels, labels * sizeof *scores);
		others++;
	}
	NCH_TRY(nch_tune_thresholds(goals, scores, others, labels, true, thresholds, error));
	for (size_t i = 0; i < h->rows; i++)
		for (size_t c = 0; h->fold[i] == fold && c < labels; c++)
			given[i * labels + c] = h->scores[i * labels + c] >= thresholds[c];
	return NCH_OK;
}

nch_status nch_held_out_honest(const nch_held_out *h, size_t folds, nch_metrics *metrics, nch_error *error)
{
	size_t labels = h->labels.count, cells = h->rows * labels; /* reading has shown that it fits */
	float *goals = nch_alloc(cells, sizeof *goals), *scores = nch_alloc(cells, sizeof *scores), *given = nch_alloc(cells, sizeof *given),
	      *thresholds = nch_alloc(labels, sizeof *thresholds);
	nch_status status = goals && scores && given && thresholds ? NCH_OK : nch_no_memory(error);
	for (size_t fold = 0; fold < folds && status == NCH_OK; fold++)
		status = judge_fold(h, fold, goals, scores, thresholds, given, error);
	if (status == NCH_OK)
		status = nch_metrics_multi(h->goals, given, NULL, h->rows, labels, metrics, error);
	nch_free(goals);
	nch_free(scores);
	nch_free(given);
	nch_free(thresholds);
	return status;
}
