/* Any bytes as the call of a command: refused with a line, or options that lie in their ranges. The first byte chooses the command; then come, between NUL bytes, a file for --config
 * and the words of the command line. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/common.h"
#include "cli/options_private.h"
#include "tests/fuzz/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS = 40 };

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_range(const nch_option *option, double value)
{
	check(value == value && (option->otherwise != NULL || value == 0.0 || (option->least == 0 && option->most == 0) || (value >= option->least && value <= option->most)));
}

static void check_group(const nch_options *options, const nch_option_group *group)
{
	for (const nch_option *option = group->options; option->name != NULL; option++) {
		const struct nch_option_value *value = nch_options_find(options, option->name, strlen(option->name));
		check(value != NULL && (value->option == option || value->option->type == option->type));
		switch (option->kind) {
		case NCH_OPTION_INTEGER: check_range(option, (double)value->integer); break;
		case NCH_OPTION_REAL: check_range(option, value->real); break;
		case NCH_OPTION_LIST: check((value->texts != NULL) == (value->count > 0)); break;
		case NCH_OPTION_TEXT:
		case NCH_OPTION_CHOICE: check(value->count == 0 || value->texts[0][0] != '\0'); break;
		case NCH_OPTION_FLAG: break;
		}
		check(!option->required || value->source != NCH_FROM_NOBODY);
	}
}

/* Into whatever struct the group's rows mean: values that are more than a number or a word are parsed here. */
static void take_group(const nch_options *options, const nch_option_group *group)
{
	static _Alignas(max_align_t) char room[1 << 16];
	nch_error error;
	memset(room, 0, sizeof room);
	nch_status status = nch_options_take(options, group, room, &error);
	check(status == NCH_OK || (status == NCH_USAGE && error.text[0] != '\0'));
}

static void check_options(const nch_options *options, const nch_command *command)
{
	nch_buffer text = {0};
	for (const nch_option_group *const *group = command->groups; group != NULL && *group != NULL; group++) {
		check_group(options, *group);
		take_group(options, *group);
	}
	check_group(options, &nch_common_group);
	check(nch_options_argument_count(options) <= command->most_arguments);
	nch_options_values(options, &text);
	nch_options_command_line(options, &text);
	nch_options_command_without(options, (const char *const[]){"threads", "config", NULL}, &text);
	check(!text.failed && text.length > 0);
	nch_buffer_free(&text);
}

/* Copies the words behind each other, each with its NUL. */
static int split(char *text, size_t size, char **words)
{
	int count = 0;
	for (size_t at = 0; at < size && count < WORDS; at += strlen(text + at) + 1)
		words[count++] = text + at;
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool begun;
	char path[FUZZ_PATH], *words[WORDS + 2];
	bool help;
	nch_options *options = NULL;
	nch_error error = {0};
	size_t commands = 0;
	if (!begun)
		check(begun = freopen("/dev/null", "r", stdin) != NULL); /* --config - is standard input */
	if (size < 1)
		return 0;
	while (nch_commands[commands] != NULL)
		commands++;
	const nch_command *command = nch_commands[data[0] % commands];
	char *text = calloc(size, 1);
	check(text != NULL);
	memcpy(text, data + 1, size - 1);
	size_t length = strlen(text), at = length + 1 < size - 1 ? length + 1 : size - 1;
	fuzz_put("options.conf", text, length, path);
	int count = 0;
	if (length > 0) {
		words[count++] = "--config";
		words[count++] = path;
	}
	count += split(text + at, size - 1 - at, words + count);
	if (nch_options_parse(command, count, words, &options, &help, &error) != NCH_OK) {
		check(error.text[0] != '\0' && strchr(error.text, '\n') == NULL);
	} else {
		if (!help)
			check_options(options, command);
		nch_options_free(options);
	}
	free(text);
	return 0;
}
