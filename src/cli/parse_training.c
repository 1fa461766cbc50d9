/* parse_training.c - see parse_training.h. */
#include "cli/parse_training.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "train/experiment_options.h"
#include "train/sweep.h"

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

/* One word of --freeze: "pooler", "3", or "0-5". */
static bool read_frozen(const char *word, size_t length, nch_frozen *frozen)
{
	const char *dash = memchr(word, '-', length);
	size_t low = dash != NULL ? (size_t)(dash - word) : length;
	int64_t first, last;
	for (int kind = 0; kind < NCH_FROZEN_LAYERS; kind++)
		if (strlen(nch_frozen_words[kind]) == length && memcmp(nch_frozen_words[kind], word, length) == 0) {
			*frozen = (nch_frozen){.kind = (nch_frozen_kind)kind};
			return true;
		}
	if (strspn(word, "0123456789-") < length || !nch_number_read_integer(word, low, &first))
		return false;
	last = first;
	if (dash != NULL && !nch_number_read_integer(dash + 1, length - low - 1, &last))
		return false;
	*frozen = (nch_frozen){NCH_FROZEN_LAYERS, (size_t)first, (size_t)last};
	return first >= 0 && first <= last;
}

nch_status nch_parse_freeze(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	nch_freeze *freeze = variable;
	nch_frozen *items = nch_arena_alloc(arena, strlen(text), sizeof *items);
	*freeze = (nch_freeze){0};
	if (items == NULL)
		return nch_no_memory(error);
	for (const char *at = text; *at != '\0';) {
		size_t length = strcspn(at, ",");
		if (!read_frozen(at, length, &items[freeze->count++]))
			return nch_fail(error, NCH_USAGE, "--%s %.*s: name embeddings, encoder, pooler, or layers such as 3 or 0-5", option->name, (int)length, at);
		at += length + (at[length] == ',');
	}
	freeze->items = items;
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

/* --- what a sweep varies --- */

/* "1e-5..1e-3" */
static bool read_range(const char *text, double *low, double *high)
{
	const char *dots = strstr(text, "..");
	return dots != NULL && nch_number_read(text, (size_t)(dots - text), low) && nch_number_read(dots + 2, strlen(dots + 2), high) && *low > 0.0 &&
	       *high > *low;
}

/* "16,32" */
static nch_status read_values(const nch_option *option, const char *text, nch_arena *arena, nch_axis *axis, nch_error *error)
{
	size_t most = 1, count = 0;
	for (const char *at = text; *at != '\0'; at++)
		most += *at == ',';
	const char **values = nch_arena_alloc(arena, most, sizeof *values);
	if (values == NULL)
		return nch_no_memory(error);
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, ",");
		if (length == 0)
			return nch_option_refuse(option, axis->name, error, "a value is empty");
		for (size_t v = 0; v < count; v++)
			if (strlen(values[v]) == length && strncmp(values[v], at, length) == 0)
				return nch_option_refuse(option, axis->name, error, "the value %s is given twice", values[v]);
		if ((values[count++] = nch_arena_text(arena, at, length)) == NULL)
			return nch_no_memory(error);
		at += length;
		if (*at == '\0')
			break;
	}
	axis->values = (nch_text_list){values, count};
	return NCH_OK;
}

static nch_status read_axis(const nch_option *option, const char *text, nch_arena *arena, nch_axis *axis, nch_error *error)
{
	const char *equals = strchr(text, '=');
	if (strncmp(text, "--", 2) == 0)
		text += 2;
	if (equals == NULL || equals <= text || equals[1] == '\0')
		return nch_option_refuse(option, text, error, "of the form name=value,value … or name=low..high");
	*axis = (nch_axis){.name = nch_arena_text(arena, text, (size_t)(equals - text))};
	if (axis->name == NULL)
		return nch_no_memory(error);
	axis->range = read_range(equals + 1, &axis->low, &axis->high);
	return axis->range ? NCH_OK : read_values(option, equals + 1, arena, axis, error);
}

nch_status nch_parse_axis(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	nch_axes *axes = variable;
	nch_axis *items = nch_arena_alloc(arena, axes->count + 1, sizeof *items), *axis = items + axes->count;
	if (items == NULL)
		return nch_no_memory(error);
	NCH_TRY(read_axis(option, text, arena, axis, error));
	for (size_t a = 0; a < axes->count; a++) {
		items[a] = axes->items[a];
		if (strcmp(items[a].name, axis->name) == 0)
			return nch_fail(error, NCH_USAGE, "--%s %s is given twice", option->name, axis->name);
	}
	*axes = (nch_axes){items, axes->count + 1};
	return NCH_OK;
}
