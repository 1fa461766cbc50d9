/* parse_training.c - see parse_training.h. */
#include "cli/parse_training.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "train/experiment_options.h"

nch_status nch_parse_max_len(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	char *end;
	bool percentile = text[0] == 'p';
	const char *number = percentile ? text + 1 : text;
	double value = strtod(number, &end);
	(void)arena;
	if (*end != '\0' || end == number || !(value > 0.0) || (percentile ? value > 100.0 : value < 3.0))
		return nch_option_refuse(option, text, error, "a number of tokens from 3, or a percentile such as p85");
	*(nch_max_len *)variable = percentile ? (nch_max_len){.percentile = value} : (nch_max_len){.tokens = value < 1e15 ? (size_t)value : (size_t)1e15};
	return NCH_OK;
}

nch_status nch_parse_class_weights(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	nch_class_weights *weights = variable;
	*weights = (nch_class_weights){.balanced = strcmp(text, "balanced") == 0};
	if (weights->balanced || strcmp(text, "none") == 0)
		return NCH_OK;
	size_t most = 1;
	for (const char *at = text; *at != '\0'; at++)
		most += *at == ',';
	nch_class_weight *items = nch_arena_alloc(arena, most, sizeof *items);
	if (items == NULL)
		return nch_no_memory(error);
	for (const char *at = text; *at != '\0';) {
		size_t length = strcspn(at, ",");
		const char *equals = memchr(at, '=', length);
		char *end = NULL;
		double value = equals ? strtod(equals + 1, &end) : 0.0;
		if (end != at + length || !(value >= 0.0))
			return nch_fail(error, NCH_USAGE, "--%s %.*s: 'none', 'balanced', or label=weight pairs with labels of the data", option->name, (int)length, at);
		items[weights->count++] = (nch_class_weight){at, length, (size_t)(equals - at), (float)value};
		at += length + (at[length] == ',');
	}
	weights->items = items;
	return NCH_OK;
}

nch_status nch_parse_gram_widths(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	static const char prefix[] = "letters:";
	const bool letters = strncmp(text, prefix, strlen(prefix)) == 0;
	const char *first = letters ? text + strlen(prefix) : text, *dash = strchr(first, '-');
	size_t length = dash != NULL ? (size_t)(dash - first) : strlen(first);
	int64_t shortest = 0, longest = 0;
	bool good = nch_number_read_integer(first, length, &shortest);
	(void)arena;
	longest = shortest;
	if (good && dash != NULL)
		good = nch_number_read_integer(dash + 1, strlen(dash + 1), &longest);
	if (!good || shortest < 1 || longest < shortest || longest > NCH_GRAM_LONGEST)
		return nch_option_refuse(option, text, error, "widths from 1 to %d, such as 1-4 or letters:2-8", NCH_GRAM_LONGEST);
	*(nch_gram_widths *)variable = (nch_gram_widths){(unsigned)shortest, (unsigned)longest, letters};
	return NCH_OK;
}

nch_status nch_parse_threshold(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	nch_thresholds *thresholds = variable;
	(void)arena;
	*thresholds = (nch_thresholds){NCH_THRESHOLD_FIXED, 0.5};
	if (strcmp(text, "tune") == 0)
		thresholds->rule = NCH_THRESHOLD_TUNED;
	else if (strcmp(text, "tune-per-label") == 0)
		thresholds->rule = NCH_THRESHOLD_TUNED_EACH;
	else if (!nch_number_read(text, strlen(text), &thresholds->value) || !(thresholds->value > 0.0 && thresholds->value < 1.0))
		return nch_option_refuse(option, text, error, "a probability between 0 and 1, tune, or tune-per-label");
	return NCH_OK;
}

nch_status nch_parse_interval(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	static const char units[] = "smh";
	static const double seconds[] = {1.0, 60.0, 3600.0};
	nch_train_options *t = variable;
	size_t length = strlen(text);
	const char *unit = length > 0 ? strchr(units, text[length - 1]) : NULL;
	int64_t steps;
	double time;
	(void)arena;
	t->checkpoint_every = 0;
	t->checkpoint_seconds = 0.0;
	if (unit != NULL && nch_number_read(text, length - 1, &time) && time > 0.0 && time < 1e9) {
		t->checkpoint_seconds = time * seconds[unit - units];
		return NCH_OK;
	}
	if (unit != NULL || !nch_number_read_integer(text, length, &steps) || steps < 0)
		return nch_option_refuse(option, text, error, "a number of steps, or a time such as 600s, 10m or 1h");
	t->checkpoint_every = (size_t)steps;
	return NCH_OK;
}

nch_status nch_parse_radam_form(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	nch_train_options *t = variable;
	(void)option;
	(void)arena;
	(void)error;
	if (t->optimizer.kind == NCH_RADAM && strcmp(text, "tfa") == 0)
		t->optimizer.kind = NCH_RADAM_TFA;
	return NCH_OK;
}
