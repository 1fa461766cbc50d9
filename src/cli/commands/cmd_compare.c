/* cmd_compare.c - `nunchi compare`: several training runs in one table and one picture. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/output.h"
#include "report/log.h"
#include "report/plots.h"

enum { MOST_RUNS = 64 };

typedef struct compare_call {
	const char *svg, *details;
	bool json;
} compare_call;

static const nch_option own_options[] = {
	{"svg", NCH_SET_TEXT(compare_call, svg), .argument = "FILE", .help = "also a picture with the curves of all runs"},
	{"details", NCH_SET_TEXT(compare_call, details), .argument = "FILE", .help = "also a picture of one run, step by step: loss, rate, gradients, and what --log-details wrote"},
	{"json", NCH_SET_FLAG(compare_call, json), .help = "one JSON object a run instead of the table"},
	{0}};
static const nch_option_group own_group = {"What is shown", own_options};

/* A run as its folder tells it. What is not there is NaN. */
typedef struct compared {
	const char *folder;
	char *name;
	nch_log log;
	const nch_logged_epoch *best; /* the last epoch that was the best so far; NULL: no epoch is done */
	double seconds;               /* of all epochs */
	double test_accuracy, test_macro_f1, test_loss;
} compared;

static void free_run(compared *run)
{
	nch_free(run->name);
	nch_log_free(&run->log);
}

/* The shortest end of the path that tells it from the others: its last part, or all of it. */
static nch_status name_runs(compared *runs, size_t count, nch_error *error)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(runs[i].folder), from;
		while (length > 1 && runs[i].folder[length - 1] == '/')
			length--;
		for (from = length; from > 0 && runs[i].folder[from - 1] != '/'; from--)
			;
		bool alone = true;
		for (size_t k = 0; k < count && alone; k++) {
			size_t other = strlen(runs[k].folder), own = length - from;
			while (other > 1 && runs[k].folder[other - 1] == '/')
				other--;
			alone = k == i || other < own || memcmp(runs[k].folder + other - own, runs[i].folder + from, own) != 0 ||
			        (other > own && runs[k].folder[other - own - 1] != '/');
		}
		from = alone ? from : 0;
		runs[i].name = nch_copy_text(runs[i].folder + from, length - from);
		if (runs[i].name == NULL)
			return nch_no_memory(error);
	}
	return NCH_OK;
}

/* metrics.json, if training came to its end; that of an older form, or a damaged one, is as none. */
static nch_status read_metrics(compared *run, nch_error *error)
{
	char *path = nch_path_join(run->folder, "metrics.json");
	nch_arena *arena = nch_arena_new(0);
	nch_buffer text = {0};
	nch_json *json;
	nch_error inner;
	run->test_accuracy = run->test_macro_f1 = run->test_loss = NAN;
	nch_status status = path && arena ? NCH_OK : nch_no_memory(error), read = NCH_IO;
	if (status == NCH_OK && nch_file_exists(path))
		read = nch_file_read(path, (size_t)64 << 20, &text, &inner);
	if (read == NCH_OK)
		read = nch_json_parse(text.data ? text.data : "", text.length, path, arena, &json, &inner);
	if (status == NCH_OK && read == NCH_MEMORY)
		status = nch_no_memory(error);
	if (read == NCH_OK) {
		const nch_json *test = nch_json_get(json, "test");
		run->test_accuracy = nch_json_number(test, "accuracy", NAN);
		run->test_macro_f1 = nch_json_number(test, "macro_f1", NAN);
		run->test_loss = nch_json_number(test, "loss", NAN);
	}
	nch_buffer_free(&text);
	nch_arena_free(arena);
	nch_free(path);
	return status;
}

static nch_status read_run(compared *run, nch_error *error)
{
	char *path = nch_path_join(run->folder, "log.jsonl");
	nch_status status = path ? nch_log_read(path, &run->log, error) : nch_no_memory(error);
	nch_free(path);
	for (size_t i = 0; i < run->log.epoch_count; i++) {
		run->seconds += run->log.epochs[i].seconds;
		if (run->log.epochs[i].best || run->best == NULL)
			run->best = &run->log.epochs[i];
	}
	return status == NCH_OK ? read_metrics(run, error) : status;
}

/* --- output --- */

/* Six columns wide, whatever it is. */
static void print_figure(double value)
{
	if (isnan(value))
		nch_output_printf("  %5s", "-");
	else
		nch_output_printf(" %6.*f", value < 10 ? 4 : value < 100 ? 3 : 0, value);
}

/* At most 80 columns wide: a name of more than NAME_COLUMNS stands on a line of its own. */
enum { NAME_COLUMNS = 15 };

static void print_table(const compared *runs, size_t count)
{
	static const char title[] = "run";
	size_t width = sizeof title - 1;
	for (size_t i = 0; i < count; i++) {
		size_t columns = nch_utf8_columns(runs[i].name, strlen(runs[i].name));
		width = columns > width && columns <= NAME_COLUMNS ? columns : width;
	}
	nch_output_printf("%s%*s     best      training         validation           test\n", title, (int)(width - sizeof title + 1), "");
	nch_output_printf("%*s    epoch   loss accur.   loss accur. mac.F1 accur. mac.F1 seconds\n", (int)width, "");
	for (size_t i = 0; i < count; i++) {
		const compared *r = &runs[i];
		const nch_logged_epoch none = {.train_loss = NAN, .train_accuracy = NAN, .valid_loss = NAN, .valid_accuracy = NAN,
		                               .valid_macro_f1 = NAN};
		const nch_logged_epoch *e = r->best != NULL ? r->best : &none;
		size_t columns = nch_utf8_columns(r->name, strlen(r->name));
		char epochs[48];
		snprintf(epochs, sizeof epochs, "%llu/%zu", (unsigned long long)e->epoch, r->log.epoch_count);
		nch_output_printf("%s%s%*s %8s", r->name, columns > width ? "\n" : "", (int)(columns > width ? width : width - columns), "", epochs);
		const double figures[] = {e->train_loss, e->train_accuracy, e->valid_loss, e->valid_accuracy, e->valid_macro_f1, r->test_accuracy,
		                          r->test_macro_f1};
		for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
			print_figure(figures[k]);
		nch_output_printf(" %7.0f\n", r->seconds);
	}
}

static void print_json(const compared *r, nch_buffer *out)
{
	const nch_logged_epoch none = {.train_loss = NAN, .train_accuracy = NAN, .valid_loss = NAN, .valid_accuracy = NAN, .valid_macro_f1 = NAN};
	const nch_logged_epoch *e = r->best != NULL ? r->best : &none;
	const struct { const char *name; double value; } figures[] = {
		{"train_loss", e->train_loss}, {"train_accuracy", e->train_accuracy}, {"valid_loss", e->valid_loss},
		{"valid_accuracy", e->valid_accuracy}, {"valid_macro_f1", e->valid_macro_f1}, {"test_loss", r->test_loss},
		{"test_accuracy", r->test_accuracy}, {"test_macro_f1", r->test_macro_f1}, {"seconds", r->seconds}};
	nch_buffer_clear(out);
	nch_buffer_text(out, "{\"run\":");
	nch_json_write_text(out, r->folder, strlen(r->folder));
	nch_buffer_printf(out, ",\"epochs\":%zu,\"best_epoch\":%llu", r->log.epoch_count, (unsigned long long)e->epoch);
	for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
		nch_buffer_printf(out, ",\"%s\":", figures[k].name);
		nch_json_write_double(out, figures[k].value);
	}
	nch_buffer_text(out, "}\n");
	nch_output_buffer(out);
}

static nch_status show(const nch_options *options, compared *runs, size_t count, nch_buffer *out, nch_error *error)
{
	nch_curve_run curves[MOST_RUNS];
	compare_call call = {0};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	if (count > 1 && call.details != NULL)
		return nch_fail(error, NCH_USAGE, "--details draws one run: give one folder");
	for (size_t i = 0; i < count; i++) {
		runs[i].folder = nch_options_argument(options, i);
		NCH_TRY(read_run(&runs[i], error));
	}
	NCH_TRY(name_runs(runs, count, error));
	if (call.svg != NULL) {
		for (size_t i = 0; i < count; i++)
			curves[i] = (nch_curve_run){.name = runs[i].name, .log = &runs[i].log};
		nch_curves_svg(curves, count, out);
		NCH_TRY(nch_buffer_check(out, error));
		NCH_TRY(nch_file_write(call.svg, out->data, out->length, error));
	}
	if (call.details != NULL) {
		nch_buffer_clear(out);
		nch_details_svg(&runs[0].log, out);
		NCH_TRY(nch_buffer_check(out, error));
		NCH_TRY(nch_file_write(call.details, out->data, out->length, error));
	}
	if (!call.json) {
		print_table(runs, count);
		if (call.svg != NULL)
			nch_output_note("the curves are in %s", call.svg);
		return NCH_OK;
	}
	for (size_t i = 0; i < count; i++)
		print_json(&runs[i], out);
	return nch_buffer_check(out, error);
}

static nch_status run(const nch_options *options, nch_error *error)
{
	size_t count = nch_options_argument_count(options);
	compared runs[MOST_RUNS] = {0};
	nch_buffer out = {0};
	if (count == 0)
		return nch_fail(error, NCH_USAGE, "compare needs the folders of one or more training runs");
	nch_status status = show(options, runs, count, &out, error);
	for (size_t i = 0; i < count; i++)
		free_run(&runs[i]);
	nch_buffer_free(&out);
	return status;
}

const nch_command nch_command_compare = {
	.name = "compare",
	.summary = "several training runs in one table, and in one picture",
	.usage = "DIR … [--svg FILE] [--details FILE] [--json]",
	.details = "Each DIR is what `nunchi train --out DIR` wrote; a run that is still going on, or was stopped, is shown as far as it got.\n"
	           "The table has each run's best epoch, and the test figures where it is done. With --svg, a picture has all curves over one another;\n"
	           "with --details, one run is drawn step by step.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.most_arguments = MOST_RUNS,
	.run = run,
};
