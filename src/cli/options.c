/* options.c - the values of options, from their texts; the call, as it was typed and as what a run is. */
#include "cli/options_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/suggest.h"

/* --- the table --- */

struct nch_option_value *nch_options_find(const nch_options *options, const char *name, size_t length)
{
	for (size_t i = 0; i < options->count; i++) {
		const char *known = options->values[i].option->name;
		if (strncmp(known, name, length) == 0 && known[length] == '\0')
			return &options->values[i];
	}
	return NULL;
}

nch_status nch_options_fail_unknown(const nch_options *options, const char *name, nch_error *error)
{
	nch_suggestion suggestion = {.word = name};
	for (size_t i = 0; i < options->count; i++)
		nch_suggestion_offer(&suggestion, options->values[i].option->name);
	if (suggestion.best != NULL)
		return nch_fail(error, NCH_USAGE, "%s has no option --%s; did you mean --%s?", options->command_name, name,
		                suggestion.best);
	return nch_fail(error, NCH_USAGE, "%s has no option --%s (see: nunchi %s --help)", options->command_name, name,
	                options->command_name);
}

/* --- values --- */

static nch_status fail_range(const nch_option *option, const char *text, nch_error *error)
{
	const char *kind = option->kind == NCH_OPTION_INTEGER ? "whole number" : "number";
	if (option->most >= 1e15)
		return nch_fail(error, NCH_USAGE, "--%s: \"%s\" is no %s of %s%.15g or more", option->name, text, kind,
		                option->above_least ? "more than " : "", option->least);
	return nch_fail(error, NCH_USAGE, "--%s: \"%s\" is no %s %s %.15g and at most %.15g", option->name, text, kind,
	                option->above_least ? "above" : "of at least", option->least, option->most);
}

static nch_status fail_choice(const nch_option *option, const char *text, nch_error *error)
{
	nch_suggestion suggestion = {.word = text};
	char words[256];
	snprintf(words, sizeof words, "%s", option->choices);
	for (char *word = strtok(words, "|"); word != NULL; word = strtok(NULL, "|"))
		nch_suggestion_offer(&suggestion, word);
	if (suggestion.best != NULL)
		return nch_fail(error, NCH_USAGE, "--%s: there is no \"%s\"; did you mean %s? (%s)", option->name, text,
		                suggestion.best, option->choices);
	return nch_fail(error, NCH_USAGE, "--%s: there is no \"%s\", only %s", option->name, text, option->choices);
}

static bool is_choice(const char *choices, const char *text)
{
	size_t length = strlen(text);
	if (length == 0)
		return false;
	for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, text, length) == 0 && (at[length] == '|' || at[length] == '\0'))
			return true;
	}
	return false;
}

/* Reads the text as the option's kind of value. */
nch_status nch_option_value_set(struct nch_option_value *value, const char *text, nch_error *error)
{
	const nch_option *option = value->option;
	bool any = option->least == 0 && option->most == 0;
	switch (option->kind) {
	case NCH_OPTION_FLAG:
		if (is_choice("yes|true|1|on", text))
			value->flag = true;
		else if (is_choice("no|false|0|off", text))
			value->flag = false;
		else
			return nch_fail(error, NCH_USAGE, "--%s is yes or no, not \"%s\"", option->name, text);
		return NCH_OK;
	case NCH_OPTION_INTEGER:
		if (!nch_number_read_integer(text, strlen(text), &value->integer))
			return nch_fail(error, NCH_USAGE, "--%s: \"%s\" is no whole number", option->name, text);
		if (!any && ((double)value->integer < option->least || (double)value->integer > option->most))
			return fail_range(option, text, error);
		return NCH_OK;
	case NCH_OPTION_REAL:
		if (!nch_number_read(text, strlen(text), &value->real))
			return nch_fail(error, NCH_USAGE, "--%s: \"%s\" is no number", option->name, text);
		if (!any && (value->real < option->least || value->real > option->most ||
		             (option->above_least && value->real == option->least)))
			return fail_range(option, text, error);
		return NCH_OK;
	case NCH_OPTION_CHOICE:
		if (!is_choice(option->choices, text))
			return fail_choice(option, text, error);
		break;
	case NCH_OPTION_TEXT:
	case NCH_OPTION_LIST: break;
	}
	if (text[0] == '\0')
		return nch_fail(error, NCH_USAGE, "--%s is given without a value", option->name);
	if (option->kind != NCH_OPTION_LIST)
		value->count = 0;
	NCH_TRY(nch_grow(&value->texts, &value->capacity, value->count + 1, sizeof *value->texts, error));
	value->texts[value->count++] = text;
	return NCH_OK;
}

nch_status nch_option_value_set_from_line(struct nch_option_value *value, const char *text, nch_error *error)
{
	NCH_TRY(nch_option_value_set(value, text, error));
	value->source = NCH_FROM_LINE;
	return NCH_OK;
}

/* --- the command line --- */

void nch_options_free(nch_options *options)
{
	if (options == NULL)
		return;
	for (size_t i = 0; i < options->count; i++)
		nch_free(options->values[i].texts);
	nch_free(options->values);
	nch_free(options->arguments);
	nch_arena_free(options->arena);
	nch_free(options);
}

/* --- the call --- */

/* As a shell takes it: in single quotes where a character could mean something to it. */
static void add_word(const char *word, nch_buffer *out)
{
	bool plain = *word != '\0';
	for (const char *at = word; *at != '\0' && plain; at++)
		plain = (unsigned char)*at >= 0x80 || strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%", *at) != NULL;
	nch_buffer_byte(out, ' ');
	if (plain) {
		nch_buffer_text(out, word);
		return;
	}
	nch_buffer_byte(out, '\'');
	for (const char *at = word; *at != '\0'; at++)
		*at == '\'' ? nch_buffer_text(out, "'\\''") : nch_buffer_byte(out, *at);
	nch_buffer_byte(out, '\'');
}

void nch_options_command_line(const nch_options *options, nch_buffer *out)
{
	nch_buffer_printf(out, "nunchi %s", options->command_name);
	for (int i = 0; i < options->argc; i++)
		add_word(options->argv[i], out);
}

/* Whether argv[i] is one of these options; *words is how many words it takes. */
static bool is_option_among(const nch_options *options, int i, const char *const *names, int *words)
{
	const char *word = options->argv[i];
	*words = 1;
	if (strncmp(word, "--", 2) != 0)
		return false;
	size_t length = strcspn(word + 2, "=");
	const struct nch_option_value *value = nch_options_find(options, word + 2, length);
	if (value == NULL)
		return false;
	if (word[2 + length] != '=' && value->option->kind != NCH_OPTION_FLAG && i + 1 < options->argc)
		*words = 2;
	for (; *names != NULL; names++)
		if (strcmp(*names, value->option->name) == 0)
			return true;
	return false;
}

void nch_options_command_without(const nch_options *options, const char *const *without, nch_buffer *out)
{
	nch_buffer_printf(out, "nunchi %s", options->command_name);
	for (int i = 0, words; i < options->argc; i += words) {
		bool left_out = is_option_among(options, i, without, &words);
		for (int k = 0; !left_out && k < words; k++)
			add_word(options->argv[i + k], out);
	}
}

static void write_value(const struct nch_option_value *value, nch_buffer *out)
{
	switch (value->option->kind) {
	case NCH_OPTION_FLAG: nch_buffer_text(out, value->flag ? "yes" : "no"); break;
	case NCH_OPTION_INTEGER: nch_buffer_printf(out, "%lld", (long long)value->integer); break;
	case NCH_OPTION_REAL: nch_json_write_double(out, value->real); break;
	case NCH_OPTION_TEXT:
	case NCH_OPTION_LIST:
	case NCH_OPTION_CHOICE:
		for (size_t i = 0; i < value->count; i++) {
			nch_buffer_text(out, i > 0 ? " " : "");
			nch_json_write_text(out, value->texts[i], strlen(value->texts[i]));
		}
		break;
	}
}

void nch_options_values(const nch_options *options, nch_buffer *out)
{
	for (size_t i = 0; i < options->count; i++) {
		const struct nch_option_value *value = &options->values[i];
		bool has_value = value->source != NCH_FROM_NOBODY || value->option->otherwise != NULL || value->option->kind == NCH_OPTION_FLAG;
		if (value->option->effect != NCH_BY_VALUE || !has_value)
			continue;
		nch_buffer_printf(out, "--%s ", value->option->name);
		write_value(value, out);
		nch_buffer_byte(out, '\n');
	}
}

nch_status nch_options_copy(const nch_options *options, nch_options **copy, nch_error *error)
{
	nch_options *made = nch_alloc(1, sizeof *made);
	if (made == NULL)
		return nch_no_memory(error);
	made->command = options->command;
	made->command_name = options->command_name;
	made->argc = options->argc;
	made->argv = options->argv;
	made->arena = nch_arena_new(4096);
	made->values = nch_alloc(options->count, sizeof *made->values);
	made->arguments = nch_alloc(options->argument_count, sizeof *made->arguments);
	bool whole = made->arena != NULL && made->values != NULL && made->arguments != NULL;
	if (whole && options->argument_count > 0)
		memcpy(made->arguments, options->arguments, options->argument_count * sizeof *made->arguments);
	made->argument_count = made->argument_capacity = whole ? options->argument_count : 0;
	for (size_t i = 0; whole && i < options->count; i++) {
		struct nch_option_value *value = &made->values[made->count++];
		*value = options->values[i];
		value->texts = nch_alloc(value->count, sizeof *value->texts);
		value->capacity = value->count;
		whole = value->texts != NULL;
		if (whole && value->count > 0)
			memcpy(value->texts, options->values[i].texts, value->count * sizeof *value->texts);
	}
	if (!whole) {
		nch_options_free(made);
		return nch_no_memory(error);
	}
	*copy = made;
	return NCH_OK;
}

static const char *otherwise_of(const nch_options *options, const nch_option *option)
{
	const struct nch_option_value *decider = option->decider != NULL ? nch_options_find(options, option->decider, strlen(option->decider)) : NULL;
	for (const nch_option_otherwise *d = option->decided; decider != NULL && decider->count > 0 && d->value != NULL; d++)
		if (strcmp(d->value, decider->texts[0]) == 0)
			return d->otherwise;
	return option->otherwise;
}

/* Defaults pass through the same reading as what people write. An option that decides stands above those of which it does. */
nch_status nch_options_set_defaults(nch_options *options, nch_error *error)
{
	for (size_t i = 0; i < options->count; i++) {
		struct nch_option_value *value = &options->values[i];
		const char *otherwise = otherwise_of(options, value->option);
		if (value->source == NCH_FROM_NOBODY && otherwise != NULL)
			NCH_TRY(nch_option_value_set(value, otherwise, error));
	}
	return NCH_OK;
}

nch_status nch_options_override(nch_options *options, const char *name, const char *text, nch_error *error)
{
	struct nch_option_value *value = nch_options_find(options, name, strlen(name));
	if (value == NULL)
		return nch_options_fail_unknown(options, name, error);
	if (value->option->kind == NCH_OPTION_LIST)
		return nch_fail(error, NCH_USAGE, "--%s is a list, whose values cannot be varied", name);
	const char *kept = nch_arena_text(options->arena, text, strlen(text));
	if (kept == NULL)
		return nch_no_memory(error);
	NCH_TRY(nch_option_value_set_from_line(value, kept, error));
	return nch_options_set_defaults(options, error);
}

size_t nch_options_argument_count(const nch_options *options)
{
	return options->argument_count;
}

const char *nch_options_argument(const nch_options *options, size_t index)
{
	return index < options->argument_count ? options->arguments[index] : NULL;
}
