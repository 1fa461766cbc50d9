/* cmd_sweep.c - `nunchi sweep`: the same training with other settings, again and again, and a table of what came out. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "cli/cluster.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "cli/train_options.h"
#include "cli/train_screen.h"
#include "report/log.h"
#include "report/plots.h"
#include "report/sweep_report.h"
#include "train/run_identity.h"
#include "train/sweep.h"

#define MAX_FILE ((size_t)64 << 20)
#define MOST_CURVES 8 /* in one picture: so many colours can be told apart */

static const nch_option own_options[] = {
	{"out", NCH_OPTION_TEXT, "DIR", .help = "folder for job-0000, job-0001 …, sweep.tsv, sweep.svg and curves.svg", .required = true, .effect = NCH_NO_EFFECT},
	{"set", NCH_OPTION_LIST, "NAME=A,B", .help = "an option and the values to try; with --random also a range, lr=1e-5..1e-3", .required = true, .effect = NCH_NO_EFFECT},
	{"random", NCH_OPTION_INTEGER, "N", .help = "try N settings chosen at random by --seed, not all", .least = 1, .most = 1000000, .effect = NCH_NO_EFFECT},
	{"halving", NCH_OPTION_FLAG, .help = "successive halving: few epochs first; the better half goes on with twice as many, up to --epochs", .effect = NCH_NO_EFFECT},
	{"job", NCH_OPTION_INTEGER, "N", .help = "do this one alone (from 0); gather them later by --merge", .most = 999999, .effect = NCH_NO_EFFECT},
	{"merge", NCH_OPTION_FLAG, .help = "train nothing: make the table of the jobs that are in DIR", .effect = NCH_NO_EFFECT},
	{"emit", NCH_OPTION_CHOICE, .choices = "slurm", .help = "print a job-array script with a task for each setting, and do nothing else", .effect = NCH_NO_EFFECT},
	{0}};
static const nch_option_group own_group = {"Sweep", own_options};
static const nch_option_group *const groups[] = {&own_group, &nch_train_data_group, &nch_train_model_group, &nch_shape_group, &nch_ngram_group, &nch_steps_group, &nch_train_group, &nch_data_group, NULL};

/* Left out of the command in a job's card: a job that was trained apart has the same card. */
static const char *const not_in_card[] = {"job", "merge", "emit", "threads", "isa", "quiet", NULL};

typedef struct work {
	nch_options *options;
	nch_sweep sweep;
	nch_compute *compute;
	nch_buffer command;  /* what all jobs share */
	nch_sweep_row *rows; /* of finished jobs */
	size_t count, capacity, by;
	bool halving;
} work;

/* --- one job --- */

/* OUT/job-0003, or OUT/rung-1/job-0003; release with nch_free. */
static char *job_folder(const work *w, size_t rung, size_t job)
{
	char name[64];
	if (w->halving)
		snprintf(name, sizeof name, "rung-%zu/job-%04zu", rung, job);
	else
		snprintf(name, sizeof name, "job-%04zu", job);
	return nch_path_join(nch_options_text(w->options, "out"), name);
}

static void describe(const work *w, size_t rung, size_t job, size_t epochs, nch_buffer *out)
{
	nch_buffer_printf(out, "{\"job\":%zu,\"rung\":%zu,\"epochs\":%zu,\"set\":{", job, rung, epochs);
	for (size_t a = 0; a < w->sweep.axis_count; a++) {
		const char *name = w->sweep.axes[a].name, *value = nch_sweep_value(&w->sweep, job, a);
		nch_buffer_text(out, a > 0 ? "," : "");
		nch_json_write_text(out, name, strlen(name));
		nch_buffer_byte(out, ':');
		nch_json_write_text(out, value, strlen(value));
	}
	nch_buffer values = {0};
	nch_options_values(w->options, &values);
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
			status = nch_fail(error, NCH_DATA, "%s is of another sweep: give another --out, or remove it", folder);
	} else if (status == NCH_OK) {
		status = nch_file_write(path, description->data, description->length, error);
	}
	nch_buffer_free(&there);
	nch_free(path);
	return status;
}

static nch_status set_values(work *w, size_t job, size_t epochs, nch_error *error)
{
	char text[32];
	for (size_t a = 0; a < w->sweep.axis_count; a++)
		NCH_TRY(nch_options_override(w->options, w->sweep.axes[a].name, nch_sweep_value(&w->sweep, job, a), error));
	if (!w->halving)
		return NCH_OK;
	snprintf(text, sizeof text, "%zu", epochs);
	return nch_options_override(w->options, "epochs", text, error);
}

static nch_status check_options(const nch_experiment_options *e, nch_error *error)
{
	if (e->valid.count == 0 && !(e->valid_split > 0.0))
		return nch_fail(error, NCH_USAGE, "settings are compared on validation data: give --valid FILE or --valid-split SHARE");
	if (e->training.log != NULL)
		return nch_fail(error, NCH_USAGE, "--log: each job of a sweep has a log of its own, in its folder");
	return NCH_OK;
}

/* Whether the options, as they stand now, could be trained with; a mistake in the last value is to be told before the first job. */
static nch_status read_options(work *w, nch_experiment_options *experiment, nch_labels *labels, nch_buffer *values, nch_error *error)
{
	NCH_TRY(nch_train_options_read(w->options, experiment, labels, values, error));
	return check_options(experiment, error);
}

static nch_status check_jobs(work *w, nch_error *error)
{
	nch_status status = NCH_OK;
	for (size_t job = 0; status == NCH_OK && job < w->sweep.cell_count; job++) {
		nch_experiment_options experiment = {0};
		nch_labels labels = {0};
		nch_buffer values = {0};
		status = set_values(w, job, (size_t)nch_options_integer(w->options, "epochs"), error);
		if (status == NCH_OK)
			status = read_options(w, &experiment, &labels, &values, error);
		nch_labels_free(&labels);
		nch_buffer_free(&values);
	}
	return status;
}

static nch_status train_job(work *w, const char *folder, bool begun, nch_error *error)
{
	nch_experiment_options experiment = {0};
	nch_experiment_result result = {0};
	nch_labels labels = {0};
	nch_buffer values = {0};
	nch_train_screen screen = {0};
	const nch_experiment_watcher watcher = nch_train_screen_watcher(&screen);
	nch_status status = read_options(w, &experiment, &labels, &values, error);
	if (status == NCH_OK && w->compute == NULL)
		status = nch_common_compute(w->options, &w->compute, error);
	if (status == NCH_OK) {
		experiment.command = w->command.data;
		experiment.training.out = folder;
		experiment.training.resume = begun;
		experiment.skip_done = true;
		experiment.training.go_on = "the same command";
		experiment.training.stop = nch_train_screen_stop();
		status = nch_experiment_run(&experiment, w->compute, &watcher, &result, error);
	}
	nch_train_screen_end(&screen);
	if (result.skipped)
		nch_output_note("done already");
	nch_experiment_result_free(&result);
	nch_labels_free(&labels);
	nch_buffer_free(&values);
	return status;
}

/* "job 2 of 4: lr 3e-3, batch 16 (DIR/job-0002)" */
static void tell_job(const work *w, size_t job, const char *folder)
{
	nch_buffer text = {0};
	for (size_t a = 0; a < w->sweep.axis_count; a++)
		nch_buffer_printf(&text, "%s%s %s", a > 0 ? ", " : "", w->sweep.axes[a].name, nch_sweep_value(&w->sweep, job, a));
	nch_output_note("job %zu of %zu: %.*s (%s)", job, w->sweep.cell_count, (int)text.length, text.data ? text.data : "", folder);
	nch_buffer_free(&text);
}

static nch_status run_job(work *w, size_t rung, size_t job, nch_error *error)
{
	bool begun;
	nch_buffer description = {0};
	size_t epochs = (size_t)nch_options_integer(w->options, "epochs");
	char *folder = job_folder(w, rung, job);
	describe(w, rung, job, epochs, &description);
	nch_status status = folder ? nch_buffer_check(&description, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = claim(folder, &description, &begun, error);
	if (status == NCH_OK) {
		tell_job(w, job, folder);
		status = train_job(w, folder, begun, error);
	}
	nch_buffer_free(&description);
	nch_free(folder);
	return status;
}

/* --- what came out --- */

static nch_status gather_job(work *w, size_t rung, size_t job, nch_error *error)
{
	nch_buffer text = {0};
	nch_json *root = NULL;
	nch_arena *arena = nch_arena_new(0);
	char *folder = job_folder(w, rung, job), *path = folder ? nch_path_join(folder, "metrics.json") : NULL;
	nch_status status = arena && path ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && !nch_file_exists(path))
		status = nch_fail(error, NCH_DATA, "%s: there is no such file: job %zu is not done (run it with --job %zu)", path, job, job);
	if (status == NCH_OK)
		status = nch_file_read(path, MAX_FILE, &text, error);
	if (status == NCH_OK)
		status = nch_json_parse(text.data ? text.data : "", text.length, path, arena, &root, error);
	if (status == NCH_OK)
		status = nch_grow(&w->rows, &w->capacity, w->count + 1, sizeof *w->rows, error);
	if (status == NCH_OK) {
		const nch_json *valid = nch_json_get(root, "valid");
		nch_sweep_row *row = &w->rows[w->count++];
		*row = (nch_sweep_row){.job = job, .rung = rung, .values = (const char *const *)&w->sweep.cells[job * w->sweep.axis_count],
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

static nch_status write_file(const work *w, const char *name, nch_buffer *text, nch_error *error)
{
	char *path = nch_path_join(nch_options_text(w->options, "out"), name);
	nch_status status = path ? nch_buffer_check(text, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_file_write(path, text->data, text->length, error);
	nch_free(path);
	nch_buffer_clear(text);
	return status;
}

/* "batch 16, lr 1e-3" */
static void name_curve(const work *w, const nch_sweep_row *row, nch_buffer *out)
{
	for (size_t a = 0; a < w->sweep.axis_count; a++)
		nch_buffer_printf(out, "%s%s %s", a > 0 ? ", " : "", w->sweep.axes[a].name, row->values[a]);
}

/* Appends curves.svg: loss and accuracy of the best jobs over the epochs, in the order of the jobs. */
static nch_status draw_curves(const work *w, const size_t *order, nch_buffer *out, nch_error *error)
{
	nch_log logs[MOST_CURVES] = {0};
	nch_buffer names[MOST_CURVES] = {0};
	nch_curve_run curves[MOST_CURVES] = {0};
	size_t most = w->count < MOST_CURVES ? w->count : MOST_CURVES, count = 0;
	nch_status status = NCH_OK;
	for (size_t r = 0; r < w->count && status == NCH_OK; r++) {
		const nch_sweep_row *row = &w->rows[r];
		bool drawn = false;
		for (size_t k = 0; k < most; k++)
			drawn = drawn || order[k] == r;
		if (!drawn)
			continue;
		char *folder = job_folder(w, row->rung, row->job), *path = folder ? nch_path_join(folder, "log.jsonl") : NULL;
		name_curve(w, row, &names[count]);
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

static nch_status report_rows(work *w, nch_error *error)
{
	nch_buffer out = {0};
	const char **axes = nch_alloc(w->sweep.axis_count, sizeof *axes);
	size_t *order = nch_alloc(w->count, sizeof *order);
	nch_status status = axes && order ? NCH_OK : nch_no_memory(error);
	for (size_t a = 0; status == NCH_OK && a < w->sweep.axis_count; a++)
		axes[a] = w->sweep.axes[a].name;
	const nch_sweep_table table = {axes, w->sweep.axis_count, w->rows, w->count, w->by, w->halving};
	if (status == NCH_OK) {
		nch_sweep_rank(&table, order);
		nch_sweep_tsv(&table, &out);
		status = write_file(w, "sweep.tsv", &out, error);
	}
	if (status == NCH_OK) {
		nch_sweep_svg(&table, &out);
		status = write_file(w, "sweep.svg", &out, error);
	}
	if (status == NCH_OK)
		status = draw_curves(w, order, &out, error);
	if (status == NCH_OK)
		status = write_file(w, "curves.svg", &out, error);
	if (status == NCH_OK) {
		const nch_sweep_row *best = &w->rows[order[0]];
		nch_sweep_text(&table, order, &out);
		char *folder = job_folder(w, best->rung, best->job);
		nch_buffer_printf(&out, "best by %s: %s\n", nch_sweep_figure_names[w->by], folder ? folder : "");
		nch_free(folder);
		status = nch_buffer_check(&out, error);
	}
	if (status == NCH_OK)
		nch_output_buffer(&out);
	nch_buffer_free(&out);
	nch_free((void *)axes);
	nch_free(order);
	return status;
}

/* --- the ways through them --- */

static nch_status run_all(work *w, nch_error *error)
{
	bool single = nch_options_given(w->options, "job"), merge = nch_options_flag(w->options, "merge");
	size_t first = single ? (size_t)nch_options_integer(w->options, "job") : 0;
	if (first >= w->sweep.cell_count)
		return nch_fail(error, NCH_USAGE, "--job %zu: the jobs have the numbers 0 to %zu", first, w->sweep.cell_count - 1);
	for (size_t job = first; job < (single ? first + 1 : w->sweep.cell_count); job++) {
		NCH_TRY(set_values(w, job, 0, error));
		if (!merge)
			NCH_TRY(run_job(w, 0, job, error));
		if (!single)
			NCH_TRY(gather_job(w, 0, job, error));
	}
	return single ? NCH_OK : report_rows(w, error);
}

/* One rung: its jobs are trained, and the better ones (kept) stand in front of jobs[] afterwards, in the order of their numbers. */
static nch_status run_rung(work *w, size_t rung, size_t epochs, size_t *jobs, size_t count, size_t kept, nch_error *error)
{
	size_t first = w->count;
	for (size_t i = 0; i < count; i++) {
		NCH_TRY(set_values(w, jobs[i], epochs, error));
		NCH_TRY(run_job(w, rung, jobs[i], error));
		NCH_TRY(gather_job(w, rung, jobs[i], error));
	}
	const nch_sweep_table table = {NULL, 0, w->rows + first, count, w->by, true};
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

static nch_status run_halving(work *w, nch_error *error)
{
	size_t cells = w->sweep.cell_count, rungs = nch_halving_rungs(cells), epochs = (size_t)nch_options_integer(w->options, "epochs");
	size_t *jobs = nch_alloc(cells, sizeof *jobs);
	nch_status status = jobs ? NCH_OK : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < cells; i++)
		jobs[i] = i;
	for (size_t rung = 0; rung < rungs && status == NCH_OK; rung++)
		status = run_rung(w, rung, nch_halving_epochs(epochs, rungs, rung), jobs, nch_halving_cells(cells, rung), nch_halving_cells(cells, rung + 1), error);
	nch_free(jobs);
	return status == NCH_OK ? report_rows(w, error) : status;
}

static nch_status emit(const work *w, nch_error *error)
{
	const char *const nothing[] = {NULL};
	nch_buffer script = {0};
	NCH_TRY(nch_folder_make(nch_options_text(w->options, "out"), error));
	nch_cluster_slurm(w->options, nch_options_text(w->options, "out"), "job", w->sweep.cell_count, false, nothing, &script);
	nch_status status = nch_buffer_check(&script, error);
	if (status == NCH_OK)
		nch_output_buffer(&script);
	nch_buffer_free(&script);
	return status;
}

static nch_status prepare(work *w, nch_error *error)
{
	static const char *const figures[] = {"accuracy", "loss", "macro-f1", "micro-f1"};
	static const char *const own[] = {"out", "set", "random", "halving", "job", "merge", "emit", "threads", "isa", "quiet", "recipe", "config"};
	size_t count;
	const char *const *sets = nch_options_list(w->options, "set", &count);
	bool parts = nch_options_given(w->options, "job") || nch_options_given(w->options, "emit") || nch_options_flag(w->options, "merge");
	w->halving = nch_options_flag(w->options, "halving");
	if (w->halving && parts)
		return nch_fail(error, NCH_USAGE, "--halving: who goes on is known only when all of a rung are done; --job, --merge and --emit do not go with it");
	while (strcmp(figures[w->by], nch_options_text(w->options, "best-by")) != 0)
		w->by++;
	for (size_t i = 0; i < count; i++)
		NCH_TRY(nch_sweep_add(&w->sweep, sets[i], error));
	for (size_t a = 0; a < w->sweep.axis_count; a++) {
		for (size_t k = 0; k < sizeof own / sizeof *own; k++)
			if (strcmp(w->sweep.axes[a].name, own[k]) == 0)
				return nch_fail(error, NCH_USAGE, "--set %s: this cannot be varied", own[k]);
		if (strcmp(w->sweep.axes[a].name, "best-by") == 0 || (w->halving && strcmp(w->sweep.axes[a].name, "epochs") == 0))
			return nch_fail(error, NCH_USAGE, "--set %s: what jobs are compared by is the same for all", w->sweep.axes[a].name);
	}
	NCH_TRY(nch_options_given(w->options, "random")
	                ? nch_sweep_random(&w->sweep, (size_t)nch_options_integer(w->options, "random"), (uint64_t)nch_options_integer(w->options, "seed"), error)
	                : nch_sweep_grid(&w->sweep, error));
	nch_options_command_without(w->options, not_in_card, &w->command);
	return nch_buffer_check(&w->command, error);
}

static nch_status run(const nch_options *options, nch_error *error)
{
	work w = {.options = (nch_options *)(uintptr_t)options}; /* their values are set anew for each job */
	nch_status status = prepare(&w, error);
	if (status == NCH_OK)
		status = check_jobs(&w, error);
	if (status == NCH_OK && nch_options_given(options, "emit"))
		status = emit(&w, error);
	else if (status == NCH_OK)
		status = w.halving ? run_halving(&w, error) : run_all(&w, error);
	nch_sweep_free(&w.sweep);
	nch_compute_free(w.compute);
	nch_buffer_free(&w.command);
	nch_free(w.rows);
	return status;
}

const nch_command nch_command_sweep = {
	.name = "sweep",
	.summary = "train with other settings again and again, and compare",
	.usage = "--train FILE … --valid-split 0.2 --set NAME=A,B … --out DIR [--random N] [--halving] [options]",
	.details =
	"Trains once for each combination of the --set values; DIR/job-N is what train leaves. A table of them is printed\n"
	"(the best first, by --best-by on the validation rows) and kept as DIR/sweep.tsv; DIR/sweep.svg shows what\n"
	"each value came to, DIR/curves.svg loss and accuracy over the epochs, of the eight best where there are more.\n"
	"The same call again does only what is not done yet. Jobs can be done apart by --job N and gathered by --merge.",
	.groups = groups,
	.run = run,
};
