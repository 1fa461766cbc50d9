/* folds.c - see folds.h. */
#include "train/folds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/evaluation.h"
#include "train/settings.h"

#define MAX_FILE ((size_t)64 << 20)

char *nch_fold_folder(const char *out, size_t fold)
{
	char name[32];
	snprintf(name, sizeof name, "fold-%zu", fold);
	return nch_path_join(out, name);
}

/* --- one fold --- */

typedef struct merging {
	nch_folds *folds;
	nch_arena *arena;
	const nch_json **metrics; /* (folds): each fold's metrics.json */
	char **folders;           /* (folds) */
	char digest[65];          /* of the first fold's data */
	nch_buffer texts;
} merging;

static nch_status read_metrics(merging *m, size_t fold, nch_error *error)
{
	nch_buffer text = {0};
	nch_json *root = NULL;
	char *path = nch_path_join(m->folders[fold], "metrics.json");
	nch_status status = path ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && !nch_file_exists(path))
		status = nch_fail(error, NCH_DATA, "%s: there is no such file: fold %zu is not done (run it with ⟨fold⟩ %zu)", path, fold, fold);
	if (status == NCH_OK)
		status = nch_file_read(path, MAX_FILE, &text, error);
	const char *kept = status == NCH_OK ? nch_arena_text(m->arena, text.data ? text.data : "", text.length) : NULL; /* the tree points into the text, which has to stay */
	if (status == NCH_OK)
		status = kept != NULL ? nch_json_parse(kept, text.length, path, m->arena, &root, error) : nch_no_memory(error);
	if (status == NCH_OK && (nch_json_get(root, "valid") == NULL || nch_json_get(root, "valid")->type != NCH_JSON_OBJECT))
		status = nch_fail(error, NCH_FORMAT, "%s: there are no figures of validation rows", path);
	m->metrics[fold] = root;
	nch_buffer_free(&text);
	nch_free(path);
	return status;
}

/* All folds must be of the same data. */
static nch_status check_data(merging *m, size_t fold, nch_error *error)
{
	nch_settings settings;
	NCH_TRY(nch_settings_read(m->folders[fold], &settings, error));
	nch_settings_free(&settings);
	if (fold == 0)
		memcpy(m->digest, settings.data_digest, sizeof m->digest);
	if (strcmp(m->digest, settings.data_digest) != 0)
		return nch_fail(error, NCH_DATA, "%s was trained on other data than %s", m->folders[fold], m->folders[0]);
	return NCH_OK;
}

/* --- figures --- */

static bool is_figure(const nch_json *member)
{
	return (member->type == NCH_JSON_NUMBER || member->type == NCH_JSON_NULL) && strcmp(member->name, "rows") != 0 &&
	       strcmp(member->name, "unlabelled") != 0;
}

/* The figure `name` of a part ("valid", "baseline") of each fold's metrics.json. */
static nch_status make_figure(const merging *m, const char *part, const char *name, nch_fold_figure *figure, nch_error *error)
{
	const nch_folds *f = m->folds;
	size_t defined = 0;
	double sum = 0.0, squares = 0.0;
	snprintf(figure->name, sizeof figure->name, "%s", name);
	figure->values = nch_alloc(f->count, sizeof *figure->values);
	if (figure->values == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < f->count; i++) {
		double value = figure->values[i] = nch_json_number(nch_json_get(m->metrics[i], part), name, NAN);
		sum += isnan(value) ? 0.0 : value;
		defined += !isnan(value);
	}
	figure->mean = defined > 0 ? sum / (double)defined : NAN;
	for (size_t i = 0; i < f->count; i++)
		squares += isnan(figure->values[i]) ? 0.0 : (figure->values[i] - figure->mean) * (figure->values[i] - figure->mean);
	figure->deviation = defined > 1 ? sqrt(squares / (double)(defined - 1)) : defined == 1 ? 0.0 : NAN;
	return NCH_OK;
}

static nch_status collect_figures(merging *m, nch_error *error)
{
	const nch_json *valid = nch_json_get(m->metrics[0], "valid");
	m->folds->figures = nch_alloc(valid->count, sizeof *m->folds->figures);
	if (m->folds->figures == NULL)
		return nch_no_memory(error);
	for (const nch_json *member = valid->first; member != NULL; member = member->next)
		if (is_figure(member))
			NCH_TRY(make_figure(m, "valid", member->name, &m->folds->figures[m->folds->figure_count++], error));
	return NCH_OK;
}

/* What `--baseline` left, where all folds have it. */
static nch_status collect_baseline(merging *m, nch_error *error)
{
	static const char *const names[] = {"accuracy", "macro_f1"};
	for (size_t i = 0; i < m->folds->count; i++)
		if (nch_json_get(m->metrics[i], "baseline") == NULL)
			return NCH_OK;
	for (size_t k = 0; k < sizeof names / sizeof *names; k++)
		NCH_TRY(make_figure(m, "baseline", names[k], &m->folds->baseline[k], error));
	return NCH_OK;
}

static const nch_fold_figure *find_figure(const nch_folds *f, const char *name)
{
	for (size_t i = 0; i < f->figure_count; i++)
		if (strcmp(f->figures[i].name, name) == 0)
			return &f->figures[i];
	return NULL;
}

static void find_best(nch_folds *f, nch_best_by by)
{
	const nch_fold_figure *figure = find_figure(f, nch_best_rows[by].key);
	for (size_t i = 1; figure != NULL && i < f->count; i++)
		if (by == NCH_BEST_LOSS ? figure->values[i] < figure->values[f->best] : figure->values[i] > figure->values[f->best])
			f->best = i;
}

/* The loss of all rows: the folds' means, weighted by their rows. */
static double mean_loss(const merging *m)
{
	const nch_fold_figure *loss = find_figure(m->folds, "loss");
	double sum = 0.0, rows = 0.0;
	for (size_t i = 0; loss != NULL && i < m->folds->count; i++) {
		double n = nch_json_number(m->metrics[i], "valid_rows", 0.0);
		sum += n * loss->values[i];
		rows += n;
	}
	return loss != NULL && rows > 0.0 ? sum / rows : NAN;
}

/* --- files --- */

static void add_numbers(const nch_fold_figure *figures, size_t count, nch_buffer *out, const char *title, bool mean)
{
	nch_buffer_printf(out, "\"%s\":{", title);
	for (size_t i = 0; i < count; i++) {
		nch_buffer_printf(out, "%s\"%s\":", i > 0 ? "," : "", figures[i].name);
		nch_json_write_double(out, mean ? figures[i].mean : figures[i].deviation);
	}
	nch_buffer_byte(out, '}');
}

/* The means and the deviations of some figures, as two members of an object. */
static void add_both(const nch_fold_figure *figures, size_t count, nch_buffer *out)
{
	add_numbers(figures, count, out, "mean", true);
	nch_buffer_text(out, ",\n");
	add_numbers(figures, count, out, "deviation", false);
}

static void write_summary(const merging *m, nch_best_by by, nch_buffer *out)
{
	static const char *const counts[] = {"train_rows", "valid_rows", "epochs", "best_epoch"};
	const nch_folds *f = m->folds;
	nch_buffer_printf(out, "{\"folds\":%zu,\"rows\":%zu,\"data_sha256\":\"%s\",\n\"fold\":[", f->count, f->rows, m->digest);
	for (size_t i = 0; i < f->count; i++) {
		nch_buffer_printf(out, "%s\n{\"fold\":%zu", i > 0 ? "," : "", i);
		for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
			nch_buffer_printf(out, ",\"%s\":%.0f", counts[k], nch_json_number(m->metrics[i], counts[k], 0.0));
		nch_buffer_printf(out, ",\"weights_sha256\":\"%s\"", nch_json_text(m->metrics[i], "weights_sha256", ""));
		for (size_t k = 0; k < f->figure_count; k++) {
			nch_buffer_printf(out, ",\"%s\":", f->figures[k].name);
			nch_json_write_double(out, f->figures[k].values[i]);
		}
		nch_buffer_byte(out, '}');
	}
	nch_buffer_text(out, "],\n");
	add_both(f->figures, f->figure_count, out);
	if (f->baseline[0].values != NULL) {
		nch_buffer_text(out, ",\n\"baseline\":{");
		add_both(f->baseline, sizeof f->baseline / sizeof *f->baseline, out);
		nch_buffer_byte(out, '}');
	}
	nch_buffer_printf(out, ",\n\"best_by\":\"%s\",\"best_fold\":%zu,\n\"out_of_fold\":", nch_best_rows[by].key, f->best);
	nch_report_json(&f->out_of_fold, &f->labels, out);
	if (!isnan(f->honest_micro_f1)) {
		nch_buffer_text(out, ",\n\"other_folds_thresholds\":{\"micro_f1\":");
		nch_json_write_double(out, f->honest_micro_f1);
		nch_buffer_text(out, ",\"macro_f1\":");
		nch_json_write_double(out, f->honest_macro_f1);
		nch_buffer_byte(out, '}');
	}
	nch_buffer_text(out, "}\n");
}

static nch_status join_rows(merging *m, const char *out, nch_error *error)
{
	nch_held_out held_out = {0};
	nch_buffer lines = {0};
	nch_status status = nch_held_out_read((const char *const *)m->folders, m->folds->count, &held_out, error);
	if (status == NCH_OK)
		status = nch_held_out_metrics(&held_out, &m->folds->out_of_fold, error);
	nch_metrics honest = {0};
	m->folds->honest_micro_f1 = m->folds->honest_macro_f1 = NAN;
	if (status == NCH_OK && held_out.multi_label && m->folds->count > 1) {
		status = nch_held_out_honest(&held_out, m->folds->count, &honest, error);
		if (status == NCH_OK) {
			m->folds->honest_micro_f1 = honest.micro.f1;
			m->folds->honest_macro_f1 = honest.macro.f1;
		}
		nch_metrics_free(&honest);
	}
	if (status == NCH_OK)
		status = nch_labels_copy(&m->folds->labels, &held_out.labels, error);
	for (size_t i = 0; i < held_out.rows && status == NCH_OK; i++) {
		nch_buffer_text(&lines, held_out.lines[i]);
		nch_buffer_byte(&lines, '\n');
	}
	if (status == NCH_OK)
		status = nch_folder_write(out, "out-of-fold.jsonl", &lines, error);
	m->folds->rows = held_out.rows;
	nch_buffer_free(&lines);
	nch_held_out_free(&held_out);
	return status;
}

static nch_status merge(merging *m, const char *out, nch_best_by by, nch_error *error)
{
	nch_buffer text = {0};
	nch_folds *f = m->folds;
	for (size_t i = 0; i < f->count; i++) {
		m->folders[i] = nch_fold_folder(out, i);
		if (m->folders[i] == NULL)
			return nch_no_memory(error);
		NCH_TRY(read_metrics(m, i, error));
		NCH_TRY(check_data(m, i, error));
	}
	NCH_TRY(collect_figures(m, error));
	NCH_TRY(collect_baseline(m, error));
	nch_folder_sweep(out);
	NCH_TRY(join_rows(m, out, error));
	find_best(f, by);
	f->out_of_fold.loss = mean_loss(m);
	write_summary(m, by, &text);
	nch_status status = nch_folder_write(out, "cv.json", &text, error);
	nch_buffer_free(&text);
	return status;
}

nch_status nch_folds_merge(const char *out, size_t count, nch_best_by best_by, nch_folds *folds, nch_error *error)
{
	*folds = (nch_folds){.count = count};
	merging m = {.folds = folds, .arena = nch_arena_new(0), .metrics = nch_alloc(count, sizeof *m.metrics),
	             .folders = nch_alloc(count, sizeof *m.folders)};
	nch_status status = m.arena && m.metrics && m.folders ? merge(&m, out, best_by, error) : nch_no_memory(error);
	for (size_t i = 0; m.folders != NULL && i < count; i++)
		nch_free(m.folders[i]);
	nch_free(m.folders);
	nch_free((void *)m.metrics);
	nch_arena_free(m.arena);
	if (status != NCH_OK)
		nch_folds_free(folds);
	return status;
}

void nch_folds_free(nch_folds *folds)
{
	for (size_t i = 0; i < folds->figure_count; i++)
		nch_free(folds->figures[i].values);
	nch_free(folds->figures);
	for (size_t k = 0; k < sizeof folds->baseline / sizeof *folds->baseline; k++)
		nch_free(folds->baseline[k].values);
	nch_metrics_free(&folds->out_of_fold);
	nch_labels_free(&folds->labels);
	*folds = (nch_folds){0};
}

/* --- for people --- */

void nch_folds_table(const nch_folds *folds, nch_buffer *out)
{
	static const char *const names[] = {"accuracy", "loss", "macro_f1", "micro_f1"};
	const nch_fold_figure *figures[4];
	nch_buffer_text(out, "fold     accuracy     loss   macro F1   micro F1\n");
	for (size_t k = 0; k < 4; k++)
		figures[k] = find_figure(folds, names[k]);
	for (size_t i = 0; i < folds->count; i++) {
		nch_buffer_printf(out, "%-6zu", i);
		for (size_t k = 0; k < 4; k++)
			nch_buffer_printf(out, "   %8.4f", figures[k] ? figures[k]->values[i] : NAN);
		nch_buffer_text(out, i == folds->best ? "   best\n" : "\n");
	}
	for (int row = 0; row < 2; row++) {
		nch_buffer_printf(out, "%-6s", row == 0 ? "mean" : "\xC2\xB1     ");
		for (size_t k = 0; k < 4; k++)
			nch_buffer_printf(out, "   %8.4f", figures[k] == NULL ? NAN : row == 0 ? figures[k]->mean : figures[k]->deviation);
		nch_buffer_byte(out, '\n');
	}
	if (folds->baseline[0].values != NULL)
		nch_buffer_printf(out, "baseline (character n-grams): accuracy %.4f \xC2\xB1 %.4f macro F1 %.4f \xC2\xB1 %.4f\n", folds->baseline[0].mean, folds->baseline[0].deviation,
		                  folds->baseline[1].mean, folds->baseline[1].deviation);
}
