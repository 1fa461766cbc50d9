/* sweep_run.c - see sweep_run.h. */
#include "train/sweep_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/log.h"
#include "report/plots.h"
#include "train/run_identity.h"

#define MAX_FILE ((size_t)64 << 20)
#define MOST_CURVES 8 /* in one picture: so many colours can be told apart */

/* Which of the figures of a row it is that decides. */
static size_t figure_of(nch_best_by by)
{
	static const size_t figures[] = {[NCH_BEST_ACCURACY] = 0, [NCH_BEST_LOSS] = 1, [NCH_BEST_MACRO_F1] = 2, [NCH_BEST_MICRO_F1] = 3};
	_Static_assert(sizeof figures / sizeof *figures == NCH_BEST_BY_KINDS, "a figure that decides stands in no column");
	return figures[by];
}

void nch_sweep_run_free(nch_sweep_run *run)
{
	nch_free(run->rows);
	*run = (nch_sweep_run){0};
}

/* --- one job --- */

/* OUT/job-0003, or OUT/rung-1/job-0003; release with nch_free. */
static char *job_folder(const nch_sweep_run *r, size_t rung, size_t job)
{
	char name[64];
	if (r->halving)
		snprintf(name, sizeof name, "rung-%zu/job-%04zu", rung, job);
	else
		snprintf(name, sizeof name, "job-%04zu", job);
	return nch_path_join(r->out, name);
}

static void describe(const nch_sweep_run *r, size_t rung, size_t job, size_t epochs, nch_buffer *out)
{
	nch_buffer_printf(out, "{\"job\":%zu,\"rung\":%zu,\"epochs\":%zu,\"set\":{", job, rung, epochs);
	for (size_t a = 0; a < r->sweep->axes.count; a++) {
		const char *name = r->sweep->axes.items[a].name, *value = nch_sweep_value(r->sweep, job, a);
		nch_buffer_text(out, a > 0 ? "," : "");
		nch_json_write_text(out, name, strlen(name));
		nch_buffer_byte(out, ':');
		nch_json_write_text(out, value, strlen(value));
	}
	nch_buffer values = {0};
	r->worker->describe(r->worker->context, &values);
	nch_buffer_text(out, "},\"run\":");
	nch_identity_write(out, values.data ? values.data : "");
	nch_buffer_text(out, "}\n");
	out->failed = out->failed || values.failed;
	nch_buffer_free(&values);
}

/* Begins a job's folder, or finds it begun by an earlier call of the same sweep (*begun). */
static nch_status claim(const char *folder, const nch_buffer *description, bool *begun, nch_error *error)
{
	nch_buffer there = {0};
	char *path = nch_path_join(folder, "job.json");
	nch_status status = path ? nch_folder_make(folder, error) : nch_no_memory(error);
	*begun = status == NCH_OK && nch_file_exists(path);
	if (*begun) {
		status = nch_file_read(path, MAX_FILE, &there, error);
		if (status == NCH_OK && (there.length != description->length || memcmp(there.data, description->data, there.length) != 0))
			status = nch_fail(error, NCH_DATA, "%s is of another sweep: give another ⟨out⟩, or remove it", folder);
	} else if (status == NCH_OK) {
		status = nch_file_write(path, description->data, description->length, error);
	}
	nch_buffer_free(&there);
	nch_free(path);
	return status;
}

static nch_status run_job(nch_sweep_run *r, size_t rung, size_t job, size_t epochs, nch_error *error)
{
	nch_buffer description = {0};
	nch_sweep_job work = {.number = job, .rung = rung, .epochs = epochs};
	char *folder = job_folder(r, rung, job);
	describe(r, rung, job, epochs, &description);
	nch_status status = folder ? nch_buffer_check(&description, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = claim(folder, &description, &work.begun, error);
	work.folder = folder;
	if (status == NCH_OK)
		status = r->worker->train(r->worker->context, &work, error);
	nch_buffer_free(&description);
	nch_free(folder);
	return status;
}

/* --- what came out --- */

static nch_status gather_job(nch_sweep_run *r, size_t rung, size_t job, nch_error *error)
{
	nch_buffer text = {0};
	nch_json *root = NULL;
	nch_arena *arena = nch_arena_new(0);
	char *folder = job_folder(r, rung, job), *path = folder ? nch_path_join(folder, "metrics.json") : NULL;
	nch_status status = arena && path ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && !nch_file_exists(path))
		status = nch_fail(error, NCH_DATA, "%s: there is no such file: job %zu is not done (run it with ⟨job⟩ %zu)", path, job, job);
	if (status == NCH_OK)
		status = nch_file_read(path, MAX_FILE, &text, error);
	if (status == NCH_OK)
		status = nch_json_parse(text.data ? text.data : "", text.length, path, arena, &root, error);
	if (status == NCH_OK)
		status = nch_grow(&r->rows, &r->capacity, r->count + 1, sizeof *r->rows, error);
	if (status == NCH_OK) {
		const nch_json *valid = nch_json_get(root, "valid");
		nch_sweep_row *row = &r->rows[r->count++];
		*row = (nch_sweep_row){.job = job, .rung = rung, .values = (const char *const *)&r->sweep->cells[job * r->sweep->axes.count],
		                       .epochs = (size_t)nch_json_number(root, "epochs", 0.0), .best_epoch = (size_t)nch_json_number(root, "best_epoch", 0.0)};
		for (size_t k = 0; k < NCH_SWEEP_FIGURES; k++)
			row->figures[k] = nch_json_number(valid, nch_sweep_figure_names[k], NAN);
	}
	nch_buffer_free(&text);
	nch_arena_free(arena);
	nch_free(path);
	nch_free(folder);
	return status;
}

static nch_status write_file(const nch_sweep_run *r, const char *name, nch_buffer *text, nch_error *error)
{
	char *path = nch_path_join(r->out, name);
	nch_status status = path ? nch_buffer_check(text, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_file_write(path, text->data, text->length, error);
	nch_free(path);
	nch_buffer_clear(text);
	return status;
}

/* "batch 16, lr 1e-3" */
static void name_curve(const nch_sweep_run *r, const nch_sweep_row *row, nch_buffer *out)
{
	for (size_t a = 0; a < r->sweep->axes.count; a++)
		nch_buffer_printf(out, "%s%s %s", a > 0 ? ", " : "", r->sweep->axes.items[a].name, row->values[a]);
}

/* Appends curves.svg: loss and accuracy of the best jobs over the epochs, in the order of the jobs. */
static nch_status draw_curves(const nch_sweep_run *r, const size_t *order, nch_buffer *out, nch_error *error)
{
	nch_log logs[MOST_CURVES] = {0};
	nch_buffer names[MOST_CURVES] = {0};
	nch_curve_run curves[MOST_CURVES] = {0};
	size_t most = r->count < MOST_CURVES ? r->count : MOST_CURVES, count = 0;
	nch_status status = NCH_OK;
	for (size_t i = 0; i < r->count && status == NCH_OK; i++) {
		const nch_sweep_row *row = &r->rows[i];
		bool drawn = false;
		for (size_t k = 0; k < most; k++)
			drawn = drawn || order[k] == i;
		if (!drawn)
			continue;
		char *folder = job_folder(r, row->rung, row->job), *path = folder ? nch_path_join(folder, "log.jsonl") : NULL;
		name_curve(r, row, &names[count]);
		status = path ? nch_buffer_check(&names[count], error) : nch_no_memory(error);
		if (status == NCH_OK)
			status = nch_log_read(path, &logs[count], error);
		curves[count] = (nch_curve_run){.name = names[count].data, .log = &logs[count]};
		count++;
		nch_free(path);
		nch_free(folder);
	}
	if (status == NCH_OK)
		nch_curves_svg(curves, count, out);
	for (size_t i = 0; i < count; i++) {
		nch_log_free(&logs[i]);
		nch_buffer_free(&names[i]);
	}
	return status;
}

nch_status nch_sweep_run_report(const nch_sweep_run *r, nch_buffer *text, nch_error *error)
{
	nch_buffer out = {0};
	const char **axes = nch_alloc(r->sweep->axes.count, sizeof *axes);
	size_t *order = nch_alloc(r->count, sizeof *order);
	nch_status status = axes && order ? NCH_OK : nch_no_memory(error);
	for (size_t a = 0; status == NCH_OK && a < r->sweep->axes.count; a++)
		axes[a] = r->sweep->axes.items[a].name;
	const nch_sweep_table table = {axes, r->sweep->axes.count, r->rows, r->count, figure_of(r->best_by), r->halving};
	if (status == NCH_OK) {
		nch_folder_sweep(r->out);
		nch_sweep_rank(&table, order);
		nch_sweep_tsv(&table, &out);
		status = write_file(r, "sweep.tsv", &out, error);
	}
	if (status == NCH_OK) {
		nch_sweep_svg(&table, &out);
		status = write_file(r, "sweep.svg", &out, error);
	}
	if (status == NCH_OK)
		status = draw_curves(r, order, &out, error);
	if (status == NCH_OK)
		status = write_file(r, "curves.svg", &out, error);
	if (status == NCH_OK) {
		const nch_sweep_row *best = &r->rows[order[0]];
		nch_sweep_text(&table, order, text);
		char *folder = job_folder(r, best->rung, best->job);
		nch_buffer_printf(text, "best by %s: %s\n", nch_sweep_figure_names[table.by], folder ? folder : "");
		status = folder ? nch_buffer_check(text, error) : nch_no_memory(error);
		nch_free(folder);
	}
	nch_buffer_free(&out);
	nch_free((void *)axes);
	nch_free(order);
	return status;
}

/* --- the ways through them --- */

nch_status nch_sweep_run_grid(nch_sweep_run *r, size_t first, size_t last, bool merge, bool alone, nch_error *error)
{
	for (size_t job = first; job < last; job++) {
		size_t epochs = 0;
		NCH_TRY(r->worker->set(r->worker->context, job, &epochs, error));
		if (!merge)
			NCH_TRY(run_job(r, 0, job, epochs, error));
		if (!alone)
			NCH_TRY(gather_job(r, 0, job, error));
	}
	return NCH_OK;
}

/* One rung: its jobs are trained, and the better ones (kept) stand in front of jobs[] afterwards, in the order of their numbers. */
static nch_status run_rung(nch_sweep_run *r, size_t rung, size_t epochs, size_t *jobs, size_t count, size_t kept, nch_error *error)
{
	size_t first = r->count;
	for (size_t i = 0; i < count; i++) {
		NCH_TRY(r->worker->set(r->worker->context, jobs[i], &epochs, error));
		NCH_TRY(run_job(r, rung, jobs[i], epochs, error));
		NCH_TRY(gather_job(r, rung, jobs[i], error));
	}
	const nch_sweep_table table = {NULL, 0, r->rows + first, count, figure_of(r->best_by), true};
	size_t *order = nch_alloc(count, sizeof *order), at = 0;
	if (order == NULL)
		return nch_no_memory(error);
	nch_sweep_rank(&table, order);
	for (size_t i = 0; i < count; i++) {
		bool stays = false;
		for (size_t k = 0; k < kept; k++)
			stays = stays || order[k] == i;
		if (stays)
			jobs[at++] = jobs[i];
	}
	nch_free(order);
	return NCH_OK;
}

nch_status nch_sweep_run_halving(nch_sweep_run *r, nch_error *error)
{
	size_t cells = r->sweep->cell_count, rungs = nch_halving_rungs(cells);
	size_t *jobs = nch_alloc(cells, sizeof *jobs);
	nch_status status = jobs ? NCH_OK : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < cells; i++)
		jobs[i] = i;
	for (size_t rung = 0; rung < rungs && status == NCH_OK; rung++)
		status = run_rung(r, rung, nch_halving_epochs(r->epochs, rungs, rung), jobs, nch_halving_cells(cells, rung),
		                  nch_halving_cells(cells, rung + 1), error);
	nch_free(jobs);
	return status;
}
