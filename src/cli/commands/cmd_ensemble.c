/* cmd_ensemble.c - `nunchi ensemble`: several models answer together, or the best of them are chosen. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/answering.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/jury.h"
#include "cli/output.h"
#include "train/committee.h"

typedef struct ensemble_call {
	nch_text_list models, files;
	bool int8, hard, greedy, overwrite, json, best_given;
	unsigned best_by; /* an nch_best_by: the choices are its first values */
	const char *weights, *save;
	nch_answering_call lines;
} ensemble_call;

static const nch_option own_options[] = {
	{"model", NCH_SET_LIST(ensemble_call, models), .argument = "DIR", .help = "a model's folder; give several", .required = true},
	NCH_INT8_INTO(ensemble_call, int8),
	{"vote", NCH_SET_WHETHER(ensemble_call, hard, "hard"), .choices = "hard|soft", .help = "the mean of the probabilities, or a vote a model", .otherwise = "soft"},
	{"greedy", NCH_SET_FLAG(ensemble_call, greedy), .help = "choose the models that are best together on --data; nothing is predicted"},
	{"data", NCH_SET_LIST(ensemble_call, files), .argument = "FILE", .help = "--greedy: labelled validation data"},
	{"best-by", NCH_SET_CHOICE(ensemble_call, best_by), NCH_GIVEN(ensemble_call, best_given), .choices = NCH_CHOICES(NCH_BEST_SHARES), .help = "--greedy: what is raised (default: micro-f1; one label a text: accuracy)"},
	{"weights", NCH_SET_TEXT(ensemble_call, weights), .argument = "W", .help = "of the members in the soft vote: .6,.4; or fit: those with the least log loss on --data"},
	{"save", NCH_SET_TEXT(ensemble_call, save), .argument = "DIR", .help = "a committee: write them and their weights as one model, that every command takes"},
	{"overwrite", NCH_SET_FLAG(ensemble_call, overwrite), .help = "--save: replace a committee that is there"},
	{"json", NCH_SET_FLAG(ensemble_call, json), .help = "--greedy: one JSON object instead of a table"},
	{0}};
static const nch_option_group own_group = {"Models", own_options};

/* --- answering --- */

typedef struct council {
	const nch_options *options;
	ensemble_call call;
	nch_ensemble *ensemble;
	nch_vote vote;
} council;

static nch_status ask(void *context, const nch_text *texts, size_t rows, float *logits, float *scores, bool *given, size_t *best, float *unknown,
                      nch_error *error)
{
	council *c = context;
	(void)logits;
	(void)unknown;
	return nch_ensemble_ask(c->ensemble, c->vote, texts, rows, scores, given, best, error);
}

static nch_status answer(council *c, nch_error *error)
{
	uint64_t lines;
	bool targets = false;
	const nch_predictor *first = c->ensemble->members[0];
	if (c->call.lines.form.logits)
		return nch_fail(error, NCH_USAGE, "--logits: an ensemble has none; ask its models one by one with predict");
	for (size_t m = 0; m < c->ensemble->count; m++)
		targets = targets || c->ensemble->members[m]->settings.target != NCH_TARGET_NONE;
	const nch_answerer who = {c->ensemble->labels, first->label_names, c->ensemble->multi_label, first->settings.label_objects};
	const nch_answering answering = {.who = &who, .targets = targets, .ask = ask, .context = c};
	return nch_answering_run(&c->call.lines, &answering, &lines, error);
}

/* --- choosing --- */

static void print_choice(const council *c, const size_t *chosen, const double *values, size_t count, const char *by)
{
	const char *const *folders = c->call.models.items;
	nch_buffer out = {0};
	if (c->call.json) {
		nch_buffer_printf(&out, "{\"vote\":\"%s\",\"by\":\"%s\",\"chosen\":[", c->call.hard ? "hard" : "soft", by);
		for (size_t k = 0; k < count; k++) {
			nch_buffer_text(&out, k > 0 ? ",{\"model\":" : "{\"model\":");
			nch_json_write_text(&out, folders[chosen[k]], strlen(folders[chosen[k]]));
			nch_buffer_text(&out, ",\"value\":");
			nch_json_write_double(&out, values[k]);
			nch_buffer_byte(&out, '}');
		}
		nch_buffer_text(&out, "]}\n");
	} else {
		for (size_t k = 0; k < count; k++)
			nch_buffer_printf(&out, "%zu\t%s %.4f\t%s\n", k + 1, by, values[k], folders[chosen[k]]);
		nch_buffer_text(&out, "chosen:");
		for (size_t k = 0; k < count; k++)
			nch_buffer_printf(&out, " --model %s", folders[chosen[k]]);
		nch_buffer_byte(&out, '\n');
	}
	nch_output_buffer(&out);
	nch_buffer_free(&out);
}

static nch_status choose(const council *c, nch_error *error)
{
	nch_jury_bench bench = {0};
	size_t n = c->ensemble->count, count = 0;
	nch_best_by usual = c->ensemble->multi_label ? NCH_BEST_MICRO_F1 : NCH_BEST_ACCURACY;
	nch_best_by by = c->call.best_given ? (nch_best_by)c->call.best_by : usual;
	size_t *chosen = nch_alloc(n, sizeof *chosen);
	double *values = nch_alloc(n, sizeof *values);
	nch_status status = chosen && values ? nch_jury_bench_fill(c->options, c->call.files, c->ensemble, &bench, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_jury_greedy(&bench.jury, c->vote, by, chosen, values, &count, error);
	if (status == NCH_OK)
		print_choice(c, chosen, values, count, nch_best_rows[by].name);
	nch_jury_bench_free(&bench);
	nch_free(chosen);
	nch_free(values);
	return status;
}

/* --- weighing --- */

/* ".6,.4": as many numbers from 0 on as there are members. */
static nch_status read_weights(const char *list, size_t count, double *weights, nch_error *error)
{
	size_t found = 0;
	for (const char *at = list; *at != '\0'; found++) {
		size_t length = strcspn(at, ",");
		double weight;
		if (found == count || !nch_number_read(at, length, &weight) || !(weight >= 0.0))
			return nch_fail(error, NCH_USAGE, "--weights %s: %zu numbers from 0 on, between commas, or fit", list, count);
		weights[found] = weight;
		at += length + (at[length] == ',');
	}
	return found == count ? NCH_OK : nch_fail(error, NCH_USAGE, "--weights %s: there are %zu models", list, count);
}

static nch_status fit_weights(const council *c, double *weights, nch_error *error)
{
	const nch_ensemble *e = c->ensemble;
	nch_jury_bench bench = {0};
	nch_status status = nch_jury_bench_fill(c->options, c->call.files, e, &bench, error);
	if (status == NCH_OK)
		status = nch_committee_fit(&bench.jury, weights, error);
	for (size_t m = 0; m < e->count && status == NCH_OK; m++) {
		double *alone = nch_alloc(e->count, sizeof *alone);
		if (alone == NULL) {
			status = nch_no_memory(error);
			break;
		}
		alone[m] = 1.0;
		nch_output_note("%s: weight %.4f, log loss alone %.4f", e->members[m]->folder, weights[m], nch_committee_loss(&bench.jury, alone));
		nch_free(alone);
	}
	if (status == NCH_OK)
		nch_output_note("together: log loss %.4f on %zu rows", nch_committee_loss(&bench.jury, weights), bench.jury.rows);
	nch_jury_bench_free(&bench);
	return status;
}

/* --weights: NULL weights where none were given. */
static nch_status weigh(const council *c, nch_error *error)
{
	const char *list = c->call.weights;
	nch_ensemble *e = c->ensemble;
	if (list == NULL)
		return NCH_OK;
	if ((e->weights = nch_alloc(e->count, sizeof *e->weights)) == NULL)
		return nch_no_memory(error);
	if (strcmp(list, "fit") == 0)
		return fit_weights(c, e->weights, error);
	NCH_TRY(read_weights(list, e->count, e->weights, error));
	double sum = 0.0;
	for (size_t m = 0; m < e->count; m++)
		sum += e->weights[m];
	if (!(sum > 0.0))
		return nch_fail(error, NCH_USAGE, "--weights %s: one of them must be above 0", list);
	for (size_t m = 0; m < e->count; m++)
		e->weights[m] /= sum;
	return NCH_OK;
}

static nch_status save(const council *c, nch_error *error)
{
	const nch_ensemble *e = c->ensemble;
	const char *to = c->call.save;
	double even[NCH_COMMITTEE_MOST];
	for (size_t m = 0; m < e->count && m < NCH_COMMITTEE_MOST; m++)
		even[m] = 1.0;
	NCH_TRY(nch_committee_save(c->call.models.items, e, e->weights != NULL ? e->weights : even, c->call.overwrite, to, error));
	nch_output_note("%zu models are one in %s", e->count, to);
	return NCH_OK;
}

/* What does not go together. */
static nch_status check(const ensemble_call *call, nch_error *error)
{
	bool saving = call->save != NULL, weighed = call->weights != NULL;
	bool needs = call->greedy || (weighed && strcmp(call->weights, "fit") == 0);
	if (needs && call->files.count == 0)
		return nch_fail(error, NCH_USAGE, "%s by labelled data: give --data FILE", call->greedy ? "--greedy chooses" : "--weights fit weighs");
	if (!needs && call->files.count > 0)
		return nch_fail(error, NCH_USAGE, "--data is for --greedy and --weights fit; the texts to be answered are an argument");
	if (call->greedy && (saving || weighed))
		return nch_fail(error, NCH_USAGE, "--greedy chooses models and does nothing else");
	if ((saving || weighed) && call->hard)
		return nch_fail(error, NCH_USAGE, "--vote hard: votes are not weighed");
	return NCH_OK;
}

/* Lines that are answered come as the options of data say. */
static nch_status read_call(const nch_options *options, ensemble_call *call, nch_error *error)
{
	nch_dataset_options data;
	nch_labels labels = {0};
	NCH_TRY(nch_options_take(options, &own_group, call, error));
	NCH_TRY(nch_answering_read(options, &call->lines, error));
	NCH_TRY(nch_data_options_read(options, false, &data, &labels, NULL, error));
	nch_labels_free(&labels);
	call->lines.form.text = data.text;
	call->lines.form.pair = data.pair;
	call->lines.rows = data.rows;
	return check(call, error);
}

static nch_status run(const nch_options *options, nch_error *error)
{
	council c = {.options = options};
	NCH_TRY(read_call(options, &c.call, error));
	c.vote = c.call.hard ? NCH_VOTE_HARD : NCH_VOTE_SOFT;
	const nch_predictor_how how = nch_common_how(options, c.call.int8);
	NCH_TRY(nch_ensemble_open(c.call.models.items, c.call.models.count, &how, &c.ensemble, error));
	nch_status status = weigh(&c, error);
	if (status == NCH_OK && c.call.greedy)
		status = choose(&c, error);
	else if (status == NCH_OK && c.call.save != NULL)
		status = save(&c, error);
	else if (status == NCH_OK)
		status = answer(&c, error);
	nch_ensemble_close(c.ensemble);
	return status;
}

static const nch_option_group *const groups[] = {&own_group, &nch_answering_group, &nch_data_group, NULL};

const nch_command nch_command_ensemble = {
	.name = "ensemble",
	.summary = "several models answer together, by hard or soft vote",
	.usage = "--model A --model B … [--vote hard|soft] [FILE|-]",
	.details = "As predict, with the answers of several models of any kind that know the same labels. soft: the mean of their\n"
	           "probabilities against the mean of their thresholds. hard: each has a vote, and a score is a share of votes; ties\n"
	           "are broken by the mean of the probabilities.\n"
	           "--greedy --data VALID takes the best model, then whichever raises the figure most, until none does.\n"
	           "--save DIR makes one model of them, a committee, whose members are copied into DIR; --weights says how much\n"
	           "each one's probabilities count.",
	.groups = groups,
	.most_arguments = 1,
	.run = run,
};
