/* options_take.c - from the values of options to the variables that their rows name. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/options_private.h"

/* The place of a word in "adamw|adam|sgd", from 0. */
static int place_of(const char *choices, const char *word)
{
	int place = 0;
	size_t length = strlen(word);
	for (const char *at = choices; at != NULL; place++) {
		if (strncmp(at, word, length) == 0 && (at[length] == '|' || at[length] == '\0'))
			break;
		at = strchr(at, '|');
		at += at != NULL;
	}
	return place;
}

static int64_t whole_number(const struct nch_option_value *value)
{
	const nch_option *option = value->option;
	return option->kind == NCH_OPTION_CHOICE ? place_of(option->choices, value->texts[0]) : value->integer;
}

static nch_status take(const nch_options *options, const struct nch_option_value *value, char *into, nch_error *error)
{
	const nch_option *option = value->option;
	void *to = into + option->to;
	switch (option->type) {
	case NCH_TO_NOTHING: break;
	case NCH_TO_BOOL: *(bool *)to = option->word != NULL ? strcmp(value->texts[0], option->word) == 0 : value->flag; break;
	case NCH_TO_TEXT: *(const char **)to = value->texts[0]; break;
	case NCH_TO_LIST: *(nch_text_list *)to = (nch_text_list){value->texts, value->count}; break;
	case NCH_TO_INT: *(int *)to = (int)whole_number(value); break;
	case NCH_TO_UNSIGNED: *(unsigned *)to = (unsigned)whole_number(value); break;
	case NCH_TO_LONG: *(long *)to = (long)whole_number(value); break;
	case NCH_TO_UNSIGNED_LONG: *(unsigned long *)to = (unsigned long)whole_number(value); break;
	case NCH_TO_LONG_LONG: *(long long *)to = whole_number(value); break;
	case NCH_TO_UNSIGNED_LONG_LONG: *(unsigned long long *)to = (unsigned long long)whole_number(value); break;
	case NCH_TO_FLOAT: *(float *)to = (float)value->real; break;
	case NCH_TO_DOUBLE: *(double *)to = value->real; break;
	case NCH_TO_PARSED:
		for (size_t i = 0; i < value->count; i++)
			NCH_TRY(option->parse(option, value->texts[i], options->arena, to, error));
		break;
	}
	return NCH_OK;
}

nch_status nch_options_take(const nch_options *options, const nch_option_group *group, void *into, nch_error *error)
{
	for (const nch_option *option = group->options; option->name != NULL; option++)
		for (size_t i = 0; i < options->count; i++) {
			const struct nch_option_value *value = &options->values[i];
			if (value->option != option)
				continue;
			bool given = value->source != NCH_FROM_NOBODY;
			if (option->given > 0)
				*(bool *)((char *)into + option->given - 1) = given;
			if (given || option->otherwise != NULL)
				NCH_TRY(take(options, value, into, error));
		}
	return NCH_OK;
}

nch_status nch_option_refuse(const nch_option *option, const char *text, nch_error *error, const char *format, ...)
{
	char why[sizeof ((nch_error *)0)->text];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(why, sizeof why, format, arguments);
	va_end(arguments);
	return nch_fail(error, NCH_USAGE, "--%s %s: %s", option->name, text, why);
}
