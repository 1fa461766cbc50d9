/* trainer.c - the loop over epochs and steps, what is kept of it, and how it goes on after an interruption. */
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/os.h"
#include "base/setting.h"
#include "kernels/math.h"
#include "report/curves.h"
#include "train/checkpoint.h"
#include "train/log.h"

typedef struct run {
	nch_trainer trainer;
	const nch_train_options *options;
	const nch_train_watcher *watcher;
	const nch_examples *train, *valid;
	nch_run_state state;
	nch_train_result *result;
	double saved;      /* when the last checkpoint was written, or the run begun */
	bool drawn;        /* curves.svg is up to date */
	bool undrawn;      /* that it cannot be drawn has been said */
	nch_epoch_order order; /* the rows of the epoch */
	size_t *rows;      /* of one step */
	float *logits;     /* of the validation rows */
	float *thresholds; /* (labels) */
	float *best;       /* the best epoch's weights, where no folder keeps them */
	char *log_path;
	FILE *log;
	nch_buffer line;
} run;

static size_t rows_a_step(const run *r)
{
	return r->options->batch * r->options->accumulate;
}

static size_t steps_an_epoch(const run *r)
{
	return (r->order.count + rows_a_step(r) - 1) / rows_a_step(r);
}

static void note(const run *r, const char *text)
{
	char spelled[600];
	snprintf(spelled, sizeof spelled, "%s", text);
	nch_setting_spell(spelled);
	if (r->watcher && r->watcher->note)
		r->watcher->note(r->watcher->context, spelled);
}

static void warn(const run *r, const char *text)
{
	char spelled[600];
	snprintf(spelled, sizeof spelled, "%s", text);
	nch_setting_spell(spelled);
	if (r->watcher && r->watcher->warning)
		r->watcher->warning(r->watcher->context, spelled);
}

/* --- the log --- */

/* Where the log that lies there stops being true: at the length that the checkpoint remembers, or, where a power failure or a hand has left
 * it shorter or with other lines, behind its last whole line before that. */
static size_t true_length(FILE *log, size_t remembered)
{
	char piece[4096];
	size_t whole = 0, at = 0, got;
	rewind(log);
	while (at < remembered && (got = fread(piece, 1, remembered - at < sizeof piece ? remembered - at : sizeof piece, log)) > 0)
		for (size_t i = 0; i < got; i++, at++)
			if (piece[i] == '\n')
				whole = at + 1;
	return whole;
}

/* Goes on in the log of a resumed run: what was written after the checkpoint will be written again. */
static nch_status reopen_log(run *r, nch_error *error)
{
	r->log = nch_os_fopen(r->log_path, "rb+");
	if (r->log == NULL)
		return NCH_OK;
	size_t length = true_length(r->log, r->state.log_bytes);
	if (length < r->state.log_bytes)
		note(r, "the log is shorter than it was at the checkpoint: the steps that are missing in it are not done again");
	r->state.log_bytes = length;
	if (!nch_os_cut_stream(r->log, length))
		return nch_fail(error, NCH_IO, "%s: cannot be written", r->log_path);
	return NCH_OK;
}

static nch_status open_log(run *r, nch_error *error)
{
	const nch_train_options *o = r->options;
	if (o->out == NULL && o->log == NULL)
		return NCH_OK;
	r->log_path = o->log ? nch_copy_text(o->log, strlen(o->log)) : nch_path_join(o->out, "log.jsonl");
	if (r->log_path == NULL)
		return nch_no_memory(error);
	if (r->state.log_bytes > 0)
		NCH_TRY(reopen_log(r, error));
	if (r->log == NULL) {
		r->log = nch_os_fopen(r->log_path, "wb");
		r->state.log_bytes = 0;
	}
	if (r->log == NULL)
		return nch_fail(error, NCH_IO, "%s: cannot be written", r->log_path);
	return NCH_OK;
}

static nch_status write_log(run *r, nch_error *error)
{
	NCH_TRY(nch_buffer_check(&r->line, error));
	if (r->log != NULL && (fwrite(r->line.data, 1, r->line.length, r->log) != r->line.length || fflush(r->log) != 0))
		return nch_fail(error, NCH_IO, "%s: cannot be written; is the disk full?", r->log_path);
	r->state.log_bytes += r->line.length;
	nch_buffer_clear(&r->line);
	return NCH_OK;
}

/* --- epochs --- */

#define ROW(by, name, key) [by] = {name, #key, offsetof(nch_scores, key)},
const nch_best_row nch_best_rows[NCH_BEST_BY_KINDS] = {NCH_BEST_BYS(ROW)};

static bool is_better(nch_best_by by, double value, double best)
{
	return by == NCH_BEST_LOSS ? value < best : value > best;
}

double nch_best_value(nch_best_by by, const nch_scores *s)
{
	return *(const double *)(const void *)((const char *)s + nch_best_rows[by].score);
}

/* Keeps the model as the best so far: in the folder, or in memory. */
static nch_status keep_best(run *r, nch_error *error)
{
	const nch_model *m = r->trainer.model;
	if (r->options->out != NULL && r->options->keep != NULL)
		return r->options->keep(r->options->keep_context, m, error);
	if (r->options->out != NULL)
		return nch_model_save(m, r->options->out, NULL, error);
	if (r->best == NULL)
		r->best = nch_alloc_untouched(m->storage_floats, sizeof *r->best);
	if (r->best == NULL)
		return nch_no_memory(error);
	memcpy(r->best, m->storage, m->storage_floats * sizeof *r->best);
	return NCH_OK;
}

static nch_status measure(run *r, nch_epoch_record *record, nch_error *error)
{
	const nch_model *m = r->trainer.model;
	nch_scores *scores = &record->valid;
	record->has_replaced = m->generator != NULL;
	if (record->has_replaced)
		return nch_replaced_measure(m, r->trainer.tape, r->valid, r->options->masking, r->options->rtd_weight, scores, &record->replaced,
		                            error);
	if (r->options->masking != NULL)
		return nch_masked_scores(m, r->trainer.tape, r->valid, r->options->masking, scores, error);
	NCH_TRY(nch_evaluate_logits(m, r->trainer.tape, r->valid, 0, r->logits, error));
	const nch_criterion criterion = {r->options->loss, r->options->loss_shape, r->thresholds};
	NCH_TRY(nch_evaluate_thresholds(r->valid, r->logits, m->config.labels, criterion.loss, &r->options->thresholds, r->thresholds, error));
	return nch_evaluate_scores(r->valid, r->logits, m->config.labels, &criterion, scores, error);
}

/* Measures the epoch's model, and keeps it if it is the best. */
static nch_status judge_epoch(run *r, nch_epoch_record *record, nch_error *error)
{
	nch_run_state *s = &r->state;
	record->best = true;
	if (r->valid != NULL) {
		NCH_TRY(measure(r, record, error));
		double value = nch_best_value(r->options->best_by, &record->valid);
		record->best = !s->has_best || is_better(r->options->best_by, value, s->best_value);
		if (record->best)
			s->best_value = value;
	}
	s->since_best = record->best ? 0 : s->since_best + 1;
	if (record->best) {
		NCH_TRY(keep_best(r, error));
		s->has_best = true;
		if (r->options->out != NULL)
			NCH_TRY(nch_model_fingerprint(r->trainer.model, s->best, error));
		s->best_epoch = s->epoch;
	}
	return NCH_OK;
}

/* A loss that ends an epoch far above that of the first step, when nothing had been learned, is told once. */
static void judge_loss(run *r, const nch_epoch_record *record)
{
	char text[200];
	nch_run_state *s = &r->state;
	if (s->exploded || !(record->train_loss > 2.0 * s->first_loss + 1.0))
		return;
	s->exploded = true;
	snprintf(text, sizeof text, "the loss has grown from %.4g at the first step to %.4g, the mean of epoch %zu: ⟨lr⟩ %g is too high", s->first_loss,
	         record->train_loss, record->epoch, r->options->optimizer.lr);
	warn(r, text);
}

static nch_status end_epoch(run *r, nch_error *error)
{
	nch_run_state *s = &r->state;
	nch_epoch_record *record = &s->epochs[s->epoch_count];
	*record = (nch_epoch_record){.epoch = s->epoch, .has_valid = r->valid != NULL, .seconds = s->seconds,
	                             .train_loss = s->seen ? s->loss_sum / (double)s->seen : 0.0,
	                             .train_accuracy = s->seen ? (double)s->correct / (double)s->seen : 0.0};
	judge_loss(r, record);
	nch_optimizer_swap(&r->trainer.optimizer); /* where an average is kept, it is the model */
	nch_status status = judge_epoch(r, record, error);
	nch_optimizer_swap(&r->trainer.optimizer);
	NCH_TRY(status);
	s->epoch_count++;
	nch_log_epoch(&r->line, record);
	NCH_TRY(write_log(r, error));
	if (r->watcher && r->watcher->epoch)
		r->watcher->epoch(r->watcher->context, record, r->options->epochs);
	s->epoch++;
	s->done = s->correct = s->seen = 0;
	s->loss_sum = s->seconds = 0.0;
	return NCH_OK;
}

/* --- checkpoints --- */

/* A picture is not worth a run: if it cannot be drawn, that is said once. */
static void draw_curves(run *r)
{
	nch_error error;
	if (r->log == NULL || r->options->out == NULL || r->drawn)
		return;
	r->drawn = true;
	if (nch_curves_write(r->options->out, r->log_path, steps_an_epoch(r), &error) == NCH_OK || r->undrawn)
		return;
	r->undrawn = true;
	nch_fail_prefix(&error, "the curves are not drawn");
	note(r, error.text);
}

/* What comes after this step is cooling down. */
static bool decay_begins(const run *r)
{
	uint64_t begin = nch_schedule_decay_begin(&r->state.schedule);
	return begin < r->state.schedule.total && begin == r->trainer.optimizer.steps;
}

/* The run as its checkpoints see it. Who adds numbers that a step depends on (an average, another moment) adds a row. */
static nch_checkpoint checkpoint_of(run *r)
{
	const nch_train_options *o = r->options;
	nch_optimizer *p = &r->trainer.optimizer;
	nch_checkpoint c = {.out = o->out, .identity = o->identity ? o->identity : "", .keep = o->keep_checkpoints, .epochs = o->epochs,
	                    .steps = steps_an_epoch(r), .taken = &p->steps, .state = &r->state};
	c.values[c.count++] = (nch_checkpoint_values){"weight", p->model, p->model->storage};
	c.values[c.count++] = (nch_checkpoint_values){"moment1", p->model, p->moment1};
	if (p->moment2 != NULL)
		c.values[c.count++] = (nch_checkpoint_values){"moment2", p->model, p->moment2};
	if (p->average != NULL)
		c.values[c.count++] = (nch_checkpoint_values){"average", p->model, p->average};
	return c;
}

static nch_status save_checkpoint(run *r, nch_error *error)
{
	const nch_train_options *o = r->options;
	if (o->out == NULL)
		return NCH_OK;
	if (decay_begins(r))
		r->state.stable = r->trainer.optimizer.steps;
	if (r->log != NULL) /* what a checkpoint says of the log must be there after a power failure, too */
		nch_os_flush_stream(r->log);
	const nch_checkpoint checkpoint = checkpoint_of(r);
	NCH_TRY(nch_checkpoint_save(&checkpoint, error));
	r->saved = nch_seconds();
	r->drawn = false;
	draw_curves(r);
	return NCH_OK;
}

/* In the midst of an epoch; its end has one in any case. */
static bool wants_checkpoint(const run *r)
{
	const nch_train_options *o = r->options;
	return (o->checkpoint_every > 0 && r->trainer.optimizer.steps % o->checkpoint_every == 0) || decay_begins(r) ||
	       (o->checkpoint_seconds > 0.0 && nch_seconds() - r->saved >= o->checkpoint_seconds);
}

/* If the run is to end here, before its time: a checkpoint is written. */
static nch_status stop_if_wanted(run *r, nch_error *error)
{
	const nch_train_options *o = r->options;
	bool wanted = o->stop != NULL && *o->stop, late = o->deadline > 0.0 && nch_seconds() >= o->deadline;
	if (!wanted && !late)
		return NCH_OK;
	NCH_TRY(save_checkpoint(r, error));
	return nch_fail(error, wanted ? NCH_CANCELLED : NCH_PAUSED, "%s at step %llu of %llu%s%s", wanted ? "stopped" : "the time is up",
	                (unsigned long long)r->trainer.optimizer.steps, (unsigned long long)r->state.schedule.total, o->out ? "; go on with " : "",
	                o->out == NULL ? "" : o->go_on ? o->go_on : "the same command and ⟨resume⟩");
}

/* --- steps --- */

static nch_status run_step(run *r, nch_error *error)
{
	nch_run_state *s = &r->state;
	size_t begin = s->done * rows_a_step(r), count = r->order.count - begin < rows_a_step(r) ? r->order.count - begin : rows_a_step(r);
	nch_step_record record = {.epoch = s->epoch};
	for (size_t i = 0; i < count; i++)
		r->rows[i] = r->order.order[begin + i];
	double lr = nch_schedule_rate(&s->schedule, r->trainer.optimizer.steps);
	NCH_TRY(nch_trainer_step(&r->trainer, r->train, r->rows, count, lr, &record, error));
	if (r->trainer.optimizer.steps == 1)
		s->first_loss = record.loss;
	s->done++;
	s->loss_sum += record.loss * (double)r->trainer.counted;
	s->correct += r->trainer.correct;
	s->seen += r->trainer.counted;
	s->seconds += record.seconds;
	nch_log_step(&r->line, &record);
	NCH_TRY(write_log(r, error));
	if (r->watcher && r->watcher->step)
		r->watcher->step(r->watcher->context, &record, s->schedule.total);
	return NCH_OK;
}

static bool is_done(const run *r)
{
	const nch_train_options *o = r->options;
	return r->state.epoch > o->epochs || (o->patience > 0 && r->valid != NULL && r->state.since_best >= o->patience);
}

static nch_status run_epochs(run *r, nch_error *error)
{
	while (!is_done(r)) {
		nch_epoch_order_make(&r->order, r->options->seed, r->state.epoch, r->options->shuffle);
		while (r->state.done < steps_an_epoch(r)) {
			NCH_TRY(run_step(r, error));
			NCH_TRY(stop_if_wanted(r, error));
			if (r->state.done < steps_an_epoch(r) && wants_checkpoint(r))
				NCH_TRY(save_checkpoint(r, error));
		}
		NCH_TRY(end_epoch(r, error));
		NCH_TRY(save_checkpoint(r, error));
	}
	draw_curves(r); /* where a run that was killed at its end had not come to it */
	return NCH_OK;
}

/* --- beginning and end --- */

/* Another schedule, or a longer one, may have a checkpoint of its own to keep; and a run that goes back before its decay leaves all behind that came
 * after. */
static nch_status take_over(run *r, bool back, nch_error *error)
{
	nch_run_state *s = &r->state;
	uint64_t step = r->trainer.optimizer.steps;
	if (s->stable != nch_schedule_decay_begin(&s->schedule))
		s->stable = 0;
	if (back)
		NCH_TRY(save_checkpoint(r, error));
	return nch_checkpoint_take_best(r->options->out, step, error);
}

static nch_status resume(run *r, bool *found, nch_error *error)
{
	const nch_checkpoint checkpoint = checkpoint_of(r);
	nch_error passed;
	char text[sizeof passed.text + 120];
	NCH_TRY(nch_checkpoint_load(&checkpoint, found, &passed, error));
	if (passed.status != NCH_OK && passed.status != NCH_DATA) {
		snprintf(text, sizeof text, "the newest checkpoint cannot be read (%s); an older one is taken", passed.text);
		note(r, text);
	}
	bool back = *found && passed.status == NCH_DATA;
	if (*found)
		snprintf(text, sizeof text, "resumed at step %llu, epoch %zu%s", (unsigned long long)r->trainer.optimizer.steps, r->state.epoch,
		         back ? ": there the learning rate had not begun to fall" : "");
	else
		snprintf(text, sizeof text, "there is no checkpoint to resume: starting afresh");
	note(r, text);
	return *found ? take_over(r, back, error) : NCH_OK;
}

/* Goes on, or starts afresh; only when it is known that the one or the other may be done is the folder touched. */
static nch_status begin(run *r, nch_error *error)
{
	const char *out = r->options->out;
	bool found = false;
	r->state.epoch = 1;
	if (out == NULL)
		return NCH_OK;
	if (r->options->resume)
		NCH_TRY(resume(r, &found, error));
	NCH_TRY(nch_folder_make(out, error));
	nch_folder_sweep(out);
	if (!found)
		NCH_TRY(nch_checkpoint_remove(out, error));
	return NCH_OK;
}

/* The best epoch's weights, back into the model. */
static nch_status take_best(run *r, nch_error *error)
{
	nch_model *m = r->trainer.model;
	if (r->best != NULL) {
		memcpy(m->storage, r->best, m->storage_floats * sizeof *r->best);
		return NCH_OK;
	}
	if (r->options->out == NULL || r->state.best_epoch + 1 == r->state.epoch) {
		nch_optimizer_swap(&r->trainer.optimizer);
		return NCH_OK;
	}
	nch_model *best = NULL;
	const nch_model_options options = {.map = true, .head = m->config.head, .pair = m->generator != NULL};
	NCH_TRY(nch_model_open(r->options->out, &options, &best, error));
	char fingerprint[65];
	nch_status status = nch_model_fingerprint(best, fingerprint, error);
	if (status != NCH_OK || strcmp(fingerprint, r->state.best) != 0) {
		nch_model_free(best);
		if (status != NCH_OK)
			return status;
		return nch_fail(error, NCH_DATA, "%s holds other weights than those that this run kept there after epoch %zu: somebody has written over them", r->options->out,
		                r->state.best_epoch);
	}
	for (size_t i = 0; i < m->count; i++)
		memcpy(m->tensors[i].data, best->tensors[i].data, m->tensors[i].rows * m->tensors[i].columns * sizeof(float));
	nch_model_free(best);
	return NCH_OK;
}

static int longest_first(const void *a, const void *b)
{
	const size_t *first = a, *second = b;
	return *first < *second ? 1 : *first > *second ? -1 : 0;
}

/* Memory for the largest batch that these rows can make, so that no step has to grow it. */
static void reserve_memory(run *r)
{
	const nch_examples *e = r->train;
	size_t batch = r->options->batch < e->rows ? r->options->batch : e->rows, tokens = 0;
	size_t *lengths = nch_alloc(e->rows, sizeof *lengths);
	if (lengths == NULL)
		return;
	for (size_t i = 0; i < e->rows; i++)
		lengths[i] = e->offsets[i + 1] - e->offsets[i];
	qsort(lengths, e->rows, sizeof *lengths, longest_first);
	for (size_t i = 0; i < batch; i++)
		tokens += lengths[i];
	nch_free(lengths);
	nch_trainer_reserve(&r->trainer, tokens, batch, e->longest);
}

static void tell_rate(const run *r)
{
	char text[100];
	snprintf(text, sizeof text, "learning rate %g (⟨lr⟩ gives another)", r->options->optimizer.lr);
	if (r->options->chosen_lr)
		note(r, text);
}

static nch_status prepare(run *r, nch_model *model, nch_compute *compute, nch_error *error)
{
	const nch_train_options *o = r->options;
	NCH_TRY(nch_epoch_order_new(r->train->rows, o->parts, o->part_count, &r->order, error));
	r->state.schedule = nch_optimizer_schedule(&o->optimizer, (uint64_t)steps_an_epoch(r) * o->epochs);
	NCH_TRY(nch_trainer_new(model, compute, o, &r->trainer, error));
	r->rows = nch_alloc(rows_a_step(r), sizeof *r->rows);
	r->state.epochs = nch_alloc(o->epochs + 1, sizeof *r->state.epochs);
	size_t logits = 0;
	bool needs_logits = r->valid != NULL && o->masking == NULL;
	if (needs_logits && nch_size_mul(r->valid->rows, model->config.labels, &logits))
		r->logits = nch_alloc(logits, sizeof *r->logits);
	r->thresholds = nch_alloc(model->config.labels, sizeof *r->thresholds);
	if (!r->rows || !r->state.epochs || !r->thresholds || (needs_logits && !r->logits))
		return nch_no_memory(error);
	reserve_memory(r);
	tell_rate(r);
	NCH_TRY(begin(r, error));
	return open_log(r, error);
}

nch_status nch_train(nch_model *model, nch_compute *compute, const nch_examples *train, const nch_examples *valid,
                     const nch_train_options *options, const nch_train_watcher *watcher, nch_train_result *result, nch_error *error)
{
	run r = {.options = options, .watcher = watcher, .train = train, .valid = valid, .result = result};
	*result = (nch_train_result){0};
	r.saved = nch_seconds();
	nch_status status = prepare(&r, model, compute, error);
	if (status == NCH_OK)
		status = run_epochs(&r, error);
	if (status == NCH_OK)
		status = take_best(&r, error);
	if (status == NCH_OK) {
		result->epochs = r.state.epochs;
		r.state.epochs = NULL;
		result->count = r.state.epoch_count;
		result->best_epoch = r.state.best_epoch;
		result->steps = r.trainer.optimizer.steps;
		result->peak_bytes = nch_tape_peak(r.trainer.tape);
		status = nch_model_fingerprint(model, result->fingerprint, error);
	}
	if (r.log != NULL && fclose(r.log) != 0 && status == NCH_OK)
		status = nch_fail(error, NCH_IO, "%s: cannot be written; is the disk full?", r.log_path);
	nch_trainer_free(&r.trainer);
	nch_buffer_free(&r.line);
	nch_epoch_order_free(&r.order);
	nch_free(r.rows);
	nch_free(r.logits);
	nch_free(r.thresholds);
	nch_free(r.best);
	nch_free(r.log_path);
	nch_free(r.state.epochs);
	return status;
}

void nch_train_result_free(nch_train_result *result)
{
	nch_free(result->epochs);
	*result = (nch_train_result){0};
}
