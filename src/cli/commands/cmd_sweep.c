/* cmd_sweep.c - `nunchi sweep`: the same training with other settings, again and again, and a table of what came out. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/cluster.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "cli/parse_training.h"
#include "cli/train_options.h"
#include "cli/train_screen.h"
#include "train/experiment.h"
#include "train/sweep_run.h"

typedef struct sweep_call {
	const char *out;
	nch_axes axes;
	size_t random, job;
	bool halving, single, merge, emit;
} sweep_call;

static const nch_option own_options[] = {
	{"out", NCH_SET_TEXT(sweep_call, out), .argument = "DIR", .help = "folder for job-0000, job-0001 …, sweep.tsv, sweep.svg and curves.svg", .required = true, .effect = NCH_NO_EFFECT},
	{"set", NCH_SET_PARSED_LIST(sweep_call, axes, nch_parse_axis), .argument = "NAME=A,B", .help = "an option and the values to try; with --random also a range, lr=1e-5..1e-3", .required = true, .effect = NCH_NO_EFFECT},
	{"random", NCH_SET_INTEGER(sweep_call, random), .argument = "N", .help = "try N settings chosen at random by --seed, not all", .least = 1, .most = 1000000, .effect = NCH_NO_EFFECT},
	{"halving", NCH_SET_FLAG(sweep_call, halving), .help = "successive halving: few epochs first; the better half goes on with twice as many, up to --epochs", .effect = NCH_NO_EFFECT},
	{"job", NCH_SET_INTEGER(sweep_call, job), NCH_GIVEN(sweep_call, single), .argument = "N", .help = "do this one alone (from 0); gather them later by --merge", .most = 999999, .effect = NCH_NO_EFFECT},
	{"merge", NCH_SET_FLAG(sweep_call, merge), .help = "train nothing: make the table of the jobs that are in DIR", .effect = NCH_NO_EFFECT},
	{"emit", NCH_SET_WHETHER(sweep_call, emit, "slurm"), .choices = "slurm", .help = "print a job-array script with a task for each setting, and do nothing else", .effect = NCH_NO_EFFECT},
	{0}};
static const nch_option_group own_group = {"Sweep", own_options};
static const nch_option_group *const groups[] = {&own_group, &nch_train_data_group, &nch_train_model_group, &nch_shape_group, &nch_ngram_group,
                                                 &nch_steps_group, &nch_train_group, &nch_data_group, NULL};

/* Left out of the command in a job's card: a job that was trained apart has the same card. */
static const char *const not_in_card[] = {"job", "merge", "emit", "threads", "isa", "quiet", NULL};

typedef struct work {
	sweep_call call;
	const nch_options *options; /* as they were given */
	nch_options *varied;        /* with the values of the job */
	nch_sweep sweep;
	nch_compute *compute;
	nch_buffer command; /* what all jobs share */
} work;

/* --- one job --- */

static nch_status check_options(const nch_experiment_options *e, nch_error *error)
{
	if (e->valid.count == 0 && !(e->valid_split > 0.0))
		return nch_fail(error, NCH_USAGE, "settings are compared on validation data: give --valid FILE or --valid-split SHARE");
	if (e->training.log != NULL)
		return nch_fail(error, NCH_USAGE, "--log: each job of a sweep has a log of its own, in its folder");
	return NCH_OK;
}

static nch_status read_options(const nch_options *options, nch_experiment_options *experiment, nch_labels *labels, nch_buffer *values,
                               nch_error *error)
{
	NCH_TRY(nch_train_options_read(options, experiment, labels, values, error));
	return check_options(experiment, error);
}

/* Whether the options, as they are, could be trained with, and how many epochs they ask for. */
static nch_status try_options(const nch_options *options, nch_experiment_options *experiment, nch_error *error)
{
	nch_labels labels = {0};
	nch_buffer values = {0};
	*experiment = (nch_experiment_options){0};
	nch_status status = read_options(options, experiment, &labels, &values, error);
	nch_labels_free(&labels);
	nch_buffer_free(&values);
	return status;
}

static nch_status set_values(void *context, size_t job, size_t *epochs, nch_error *error)
{
	work *w = context;
	nch_experiment_options experiment;
	char text[32];
	nch_options_free(w->varied);
	w->varied = NULL;
	NCH_TRY(nch_options_copy(w->options, &w->varied, error));
	for (size_t a = 0; a < w->sweep.axes.count; a++)
		NCH_TRY(nch_options_override(w->varied, w->sweep.axes.items[a].name, nch_sweep_value(&w->sweep, job, a), error));
	snprintf(text, sizeof text, "%zu", *epochs);
	if (*epochs > 0)
		NCH_TRY(nch_options_override(w->varied, "epochs", text, error));
	NCH_TRY(try_options(w->varied, &experiment, error));
	*epochs = experiment.training.epochs;
	return NCH_OK;
}

static void describe_values(void *context, nch_buffer *out)
{
	const work *w = context;
	nch_options_values(w->varied, out);
}

/* "job 2 of 4: lr 3e-3, batch 16 (DIR/job-0002)" */
static void tell_job(const work *w, const nch_sweep_job *job)
{
	nch_buffer text = {0};
	for (size_t a = 0; a < w->sweep.axes.count; a++)
		nch_buffer_printf(&text, "%s%s %s", a > 0 ? ", " : "", w->sweep.axes.items[a].name, nch_sweep_value(&w->sweep, job->number, a));
	nch_output_note("job %zu of %zu: %.*s (%s)", job->number, w->sweep.cell_count, (int)text.length, text.data ? text.data : "", job->folder);
	nch_buffer_free(&text);
}

static nch_status train_job(void *context, const nch_sweep_job *job, nch_error *error)
{
	work *w = context;
	nch_experiment_options experiment = {0};
	nch_experiment_result result = {0};
	nch_labels labels = {0};
	nch_buffer values = {0};
	nch_train_screen screen = {0};
	const nch_experiment_watcher watcher = nch_train_screen_watcher(&screen);
	tell_job(w, job);
	nch_status status = read_options(w->varied, &experiment, &labels, &values, error);
	if (status == NCH_OK && w->compute == NULL)
		status = nch_common_compute(w->options, &w->compute, error);
	if (status == NCH_OK) {
		experiment.command = w->command.data;
		experiment.training.out = job->folder;
		experiment.training.resume = job->begun;
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

/* --- the ways through them --- */

/* A mistake in the last value is to be told before the first job. */
static nch_status check_jobs(work *w, nch_error *error)
{
	for (size_t job = 0; job < w->sweep.cell_count; job++)
		NCH_TRY(set_values(w, job, &(size_t){0}, error));
	return NCH_OK;
}

static nch_status run_jobs(work *w, const nch_experiment_options *experiment, nch_error *error)
{
	const sweep_call *call = &w->call;
	const nch_sweep_worker worker = {set_values, describe_values, train_job, w};
	nch_sweep_run run = {.sweep = &w->sweep, .worker = &worker, .out = call->out, .best_by = experiment->training.best_by,
	                     .epochs = experiment->training.epochs, .halving = call->halving};
	size_t first = call->single ? call->job : 0, last = call->single ? first + 1 : w->sweep.cell_count;
	nch_buffer text = {0};
	if (first >= w->sweep.cell_count)
		return nch_fail(error, NCH_USAGE, "--job %zu: the jobs have the numbers 0 to %zu", first, w->sweep.cell_count - 1);
	nch_status status = call->halving ? nch_sweep_run_halving(&run, error) : nch_sweep_run_grid(&run, first, last, call->merge, call->single,
	                                                                                            error);
	if (status == NCH_OK && !call->single)
		status = nch_sweep_run_report(&run, &text, error);
	if (status == NCH_OK)
		nch_output_buffer(&text);
	nch_buffer_free(&text);
	nch_sweep_run_free(&run);
	return status;
}

static nch_status emit(const work *w, nch_error *error)
{
	const char *const nothing[] = {NULL};
	nch_buffer script = {0};
	NCH_TRY(nch_folder_make(w->call.out, error));
	nch_cluster_slurm(w->options, w->call.out, "job", w->sweep.cell_count, false, nothing, &script);
	nch_status status = nch_buffer_check(&script, error);
	if (status == NCH_OK)
		nch_output_buffer(&script);
	nch_buffer_free(&script);
	return status;
}

static nch_status check_axes(const work *w, nch_error *error)
{
	static const char *const own[] = {"out", "set", "random", "halving", "job", "merge", "emit", "threads", "isa", "quiet", "recipe", "config"};
	for (size_t a = 0; a < w->sweep.axes.count; a++) {
		const char *name = w->sweep.axes.items[a].name;
		for (size_t k = 0; k < sizeof own / sizeof *own; k++)
			if (strcmp(name, own[k]) == 0)
				return nch_fail(error, NCH_USAGE, "--set %s: this cannot be varied", own[k]);
		if (strcmp(name, "best-by") == 0 || (w->call.halving && strcmp(name, "epochs") == 0))
			return nch_fail(error, NCH_USAGE, "--set %s: what jobs are compared by is the same for all", name);
	}
	return NCH_OK;
}

static nch_status prepare(work *w, nch_error *error)
{
	sweep_call *call = &w->call;
	NCH_TRY(nch_options_take(w->options, &own_group, call, error));
	if (call->halving && (call->single || call->emit || call->merge))
		return nch_fail(error, NCH_USAGE, "--halving: who goes on is known only when all of a rung are done; --job, --merge and --emit do not go with it");
	w->sweep.axes = call->axes;
	NCH_TRY(check_axes(w, error));
	NCH_TRY(call->random > 0 ? nch_sweep_random(&w->sweep, call->random, (uint64_t)nch_common_of(w->options).seed, error) :
	        nch_sweep_grid(&w->sweep, error));
	nch_options_command_without(w->options, not_in_card, &w->command);
	NCH_TRY(nch_buffer_check(&w->command, error));
	return check_jobs(w, error);
}

static nch_status run(const nch_options *options, nch_error *error)
{
	work w = {.options = options};
	nch_experiment_options experiment;
	nch_status status = prepare(&w, error);
	if (status == NCH_OK && w.call.emit) {
		status = emit(&w, error);
	} else if (status == NCH_OK) {
		status = try_options(w.varied, &experiment, error); /* what they are compared by is the same for all */
		if (status == NCH_OK)
			status = run_jobs(&w, &experiment, error);
	}
	nch_options_free(w.varied);
	nch_sweep_free(&w.sweep);
	nch_compute_free(w.compute);
	nch_buffer_free(&w.command);
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
