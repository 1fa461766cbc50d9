/* help.c - the help texts, made from the tables, so that they cannot tell of what does not exist. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "cli/common.h"
#include "cli/output.h"

#define OPTION_COLUMNS 26

void nch_help_overview(void)
{
	nch_output_text("nunchi " NCH_VERSION " - reads the emotion in Korean sentences; trained on your own machine\n\n"
	                "Usage: nunchi COMMAND [options] [arguments]\n\nCommands:\n");
	for (const nch_command *const *command = nch_commands; *command != NULL; command++)
		nch_output_printf("  %-16s %s\n", (*command)->name, (*command)->summary);
	nch_output_text("\nnunchi help COMMAND tells all about one of them, nunchi --version which program this is.\n");
}

bool nch_help_family(const char *word)
{
	bool found = false;
	size_t length = strlen(word);
	for (const nch_command *const *command = nch_commands; *command != NULL; command++) {
		if (strncmp((*command)->name, word, length) != 0 || (*command)->name[length] != ' ')
			continue;
		if (!found)
			nch_output_printf("Usage: nunchi %s ... [options] [arguments]\n\nCommands:\n", word);
		found = true;
		nch_output_printf("  %-16s %s\n", (*command)->name, (*command)->summary);
	}
	return found;
}

/* The help of an option, further lines under the first one. */
static void print_indented(const char *text)
{
	for (;;) {
		size_t length = strcspn(text, "\n");
		nch_output_add(text, length);
		nch_output_text("\n");
		if (text[length] == '\0')
			return;
		nch_output_printf("%*s", OPTION_COLUMNS + 2, "");
		text += length + 1;
	}
}

static void print_option(const nch_option *option)
{
	char left[128], text[1024];
	const char *argument = option->kind == NCH_OPTION_CHOICE ? option->choices : option->argument;
	int used = snprintf(left, sizeof left, "  --%s%s%s", option->name, argument != NULL ? " " : "",
	                    argument != NULL ? argument : "");
	nch_output_text(left);
	if (used > OPTION_COLUMNS)
		nch_output_printf("\n%*s", OPTION_COLUMNS + 2, "");
	else
		nch_output_printf("%*s", OPTION_COLUMNS + 2 - used, "");
	snprintf(text, sizeof text, "%s%s%s%s%s", option->help, option->otherwise != NULL ? " (default: " : "",
	         option->otherwise != NULL ? option->otherwise : "", option->otherwise != NULL ? ")" : "",
	         option->kind == NCH_OPTION_LIST ? "; may be repeated" : "");
	print_indented(text);
}

static void print_group(const nch_option_group *group)
{
	nch_output_printf("\n%s:\n", group->title);
	for (const nch_option *option = group->options; option->name != NULL; option++)
		print_option(option);
}

void nch_help_command(const nch_command *command)
{
	nch_output_printf("nunchi %s - %s\n\nUsage: nunchi %s %s\n", command->name, command->summary, command->name, command->usage);
	if (command->details != NULL)
		nch_output_printf("\n%s\n", command->details);
	for (const nch_option_group *const *group = command->groups; group != NULL && *group != NULL; group++)
		print_group(*group);
	print_group(&nch_common_group);
	nch_output_text("  --help                    this text\n");
}
