/* log.c - see log.h: log.jsonl, line by line. */
#include "report/log.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

#define LOG_LIMIT ((size_t)1 << 30) /* a larger file is no log of ours */

/* A counter: a whole number that a double holds exactly. */
static uint64_t whole(const nch_json *record, const char *name)
{
	double value = nch_json_number(record, name, 0);
	return value >= 0 && value < 9007199254740992.0 ? (uint64_t)value : 0;
}

/* An array of numbers; what is none is NaN. */
static nch_status add_list(const nch_json *record, const char *name, nch_log *log, nch_logged_list *list, nch_error *error)
{
	const nch_json *array = nch_json_get(record, name);
	if (array == NULL || array->type != NCH_JSON_ARRAY)
		return NCH_OK;
	NCH_TRY(nch_grow(&log->values, &log->value_capacity, log->value_count + array->count, sizeof *log->values, error));
	*list = (nch_logged_list){log->value_count, array->count};
	for (const nch_json *item = array->first; item != NULL; item = item->next)
		log->values[log->value_count++] = item->type == NCH_JSON_NUMBER ? item->number : (double)NAN;
	return NCH_OK;
}

/* Records come in ascending order; a run that was resumed goes back a little, and does those steps again. */
static nch_status add_step(const nch_json *record, nch_log *log, nch_error *error)
{
	nch_logged_step step = {
		.step = whole(record, "step"),
		.epoch = whole(record, "epoch"),
		.lr = nch_json_number(record, "lr", NAN),
		.loss = nch_json_number(record, "loss", NAN),
		.grad_norm = nch_json_number(record, "grad_norm", NAN),
		.tokens = whole(record, "tokens"),
		.seconds = nch_json_number(record, "seconds", NAN),
	};
	NCH_TRY(add_list(record, "update_ratio", log, &step.update_ratio, error));
	NCH_TRY(add_list(record, "attention_entropy", log, &step.attention_entropy, error));
	NCH_TRY(add_list(record, "dead_units", log, &step.dead_units, error));
	while (log->step_count > 0 && log->steps[log->step_count - 1].step >= step.step)
		log->step_count--;
	NCH_TRY(nch_grow(&log->steps, &log->step_capacity, log->step_count + 1, sizeof step, error));
	log->steps[log->step_count++] = step;
	return NCH_OK;
}

static nch_status add_epoch(const nch_json *record, nch_log *log, nch_error *error)
{
	nch_logged_epoch epoch = {
		.epoch = whole(record, "epoch"),
		.train_loss = nch_json_number(record, "train_loss", NAN),
		.train_accuracy = nch_json_number(record, "train_accuracy", NAN),
		.valid_loss = nch_json_number(record, "valid_loss", NAN),
		.valid_accuracy = nch_json_number(record, "valid_accuracy", NAN),
		.valid_macro_f1 = nch_json_number(record, "valid_macro_f1", NAN),
		.valid_micro_f1 = nch_json_number(record, "valid_micro_f1", NAN),
		.best = nch_json_bool(record, "best", false),
		.seconds = nch_json_number(record, "seconds", NAN),
	};
	while (log->epoch_count > 0 && log->epochs[log->epoch_count - 1].epoch >= epoch.epoch)
		log->epoch_count--;
	NCH_TRY(nch_grow(&log->epochs, &log->epoch_capacity, log->epoch_count + 1, sizeof epoch, error));
	log->epochs[log->epoch_count++] = epoch;
	return NCH_OK;
}

static nch_status add_line(const char *text, size_t length, const char *where, size_t line, nch_arena *arena, nch_log *log,
                           nch_error *error)
{
	nch_json *record;
	nch_error inner;
	nch_arena_reset(arena);
	nch_status status = nch_json_parse(text, length, "record", arena, &record, &inner);
	if (status == NCH_MEMORY)
		return nch_no_memory(error);
	if (status != NCH_OK || record->type != NCH_JSON_OBJECT)
		return nch_fail(error, NCH_FORMAT, "%s:%zu: this is no record of a training log", where, line);
	if (nch_json_get(record, "step") != NULL)
		return add_step(record, log, error);
	if (nch_json_get(record, "train_loss") != NULL)
		return add_epoch(record, log, error);
	return NCH_OK; /* some other note */
}

nch_status nch_log_parse(const char *text, size_t length, const char *where, nch_log *log, nch_error *error)
{
	nch_arena *arena = nch_arena_new(16 * 1024);
	if (arena == NULL)
		return nch_no_memory(error);
	nch_status status = NCH_OK;
	const char *end = text + length;
	for (size_t line = 1; status == NCH_OK && text < end; line++) {
		const char *lf = memchr(text, '\n', (size_t)(end - text));
		if (lf == NULL)
			break;
		if (lf > text)
			status = add_line(text, (size_t)(lf - text), where, line, arena, log, error);
		text = lf + 1;
	}
	nch_arena_free(arena);
	return status;
}

nch_status nch_log_read(const char *path, nch_log *log, nch_error *error)
{
	nch_buffer text = {0};
	nch_status status = nch_file_read(path, LOG_LIMIT, &text, error);
	if (status == NCH_OK)
		status = nch_log_parse(text.data, text.length, path, log, error);
	nch_buffer_free(&text);
	return status;
}

void nch_log_free(nch_log *log)
{
	nch_free(log->steps);
	nch_free(log->epochs);
	nch_free(log->values);
	*log = (nch_log){0};
}

bool nch_log_has_details(const nch_log *log)
{
	for (size_t i = 0; i < log->step_count; i++)
		if (log->steps[i].update_ratio.count > 0)
			return true;
	return false;
}
