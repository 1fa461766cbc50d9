/* help.c - the help texts, made from the tables, so that they cannot tell of what does not exist. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "base/version.h"
#include "cli/common.h"
#include "cli/output.h"

enum { OPTION_COLUMNS = 26, COLUMNS = 80 };

static void print_title(const char *title)
{
	nch_output_set_style(NCH_BOLD);
	nch_output_printf("%s:", title);
	nch_output_set_style(NCH_PLAIN);
	nch_output_text("\n");
}

void nch_help_overview(nch_language language)
{
	nch_output_printf("nunchi " NCH_VERSION " - %s\n\n%s\n\n", nch_say(language, NCH_SAY_help_program), nch_say(language, NCH_SAY_help_call));
	print_title(nch_say(language, NCH_SAY_help_commands));
	for (const nch_command *const *command = nch_commands; *command != NULL; command++)
		nch_output_printf("  %-16s %s\n", (*command)->name, nch_help_text(language, (*command)->summary));
	nch_output_printf("\n%s\n", nch_say(language, NCH_SAY_help_more));
}

bool nch_help_family(const char *word, nch_language language)
{
	bool found = false;
	size_t length = strlen(word);
	for (const nch_command *const *command = nch_commands; *command != NULL; command++) {
		if (strncmp((*command)->name, word, length) != 0 || (*command)->name[length] != ' ')
			continue;
		if (!found) {
			nch_output_printf(nch_say(language, NCH_SAY_help_family_call), word);
			nch_output_text("\n\n");
			print_title(nch_say(language, NCH_SAY_help_commands));
		}
		found = true;
		nch_output_printf("  %-16s %s\n", (*command)->name, nch_help_text(language, (*command)->summary));
	}
	return found;
}

/* Words from column `column` on, further lines indented, none beyond COLUMNS unless a word alone is longer. Line breaks of the text are as good as
 * blanks. */
static void print_filled(const char *text, size_t column, size_t indent)
{
	for (bool first = true; *(text += strspn(text, " \n")) != '\0'; first = false) {
		size_t length = strcspn(text, " \n"), columns = nch_utf8_columns(text, length);
		if (!first && column + 1 + columns > COLUMNS) {
			nch_output_printf("\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			nch_output_text(" ");
			column++;
		}
		nch_output_add(text, length);
		column += columns;
		text += length;
	}
	nch_output_text("\n");
}

void nch_help_default(const nch_option *option, nch_language language, nch_buffer *out)
{
	if (option->otherwise == NULL)
		return;
	nch_buffer_printf(out, " (%s: %s", nch_say(language, NCH_SAY_help_default), option->otherwise);
	for (const nch_option_otherwise *d = option->decided; d != NULL && d->value != NULL; d++)
		if (strcmp(d->otherwise, option->otherwise) != 0)
			nch_buffer_printf(out, "; %s: %s", d->value, d->otherwise);
	nch_buffer_byte(out, ')');
}

static void print_option(const nch_option *option, nch_language language)
{
	char left[128];
	nch_buffer text = {0};
	const char *argument = option->kind == NCH_OPTION_CHOICE ? option->choices : option->argument;
	int used = snprintf(left, sizeof left, "  --%s%s%s", option->name, argument != NULL ? " " : "",
	                    argument != NULL ? argument : "");
	nch_output_text(left);
	if (used > OPTION_COLUMNS)
		nch_output_printf("\n%*s", OPTION_COLUMNS + 2, "");
	else
		nch_output_printf("%*s", OPTION_COLUMNS + 2 - used, "");
	nch_buffer_text(&text, nch_help_text(language, option->help));
	nch_help_default(option, language, &text);
	nch_buffer_text(&text, option->kind == NCH_OPTION_LIST ? nch_say(language, NCH_SAY_help_repeated) : "");
	print_filled(text.failed ? option->help : text.data, OPTION_COLUMNS + 2, OPTION_COLUMNS + 2);
	nch_buffer_free(&text);
}

static void print_group(const nch_option_group *group, nch_language language)
{
	nch_output_text("\n");
	print_title(nch_help_text(language, group->title));
	for (const nch_option *option = group->options; option->name != NULL; option++)
		print_option(option, language);
}

void nch_help_command(const nch_command *command, nch_language language)
{
	const char *usage = nch_say(language, NCH_SAY_help_usage);
	size_t indent = nch_utf8_columns(usage, strlen(usage)) + strlen(": nunchi ");
	nch_output_printf("nunchi %s - ", command->name);
	print_filled(nch_help_text(language, command->summary), strlen("nunchi  - ") + strlen(command->name), 2);
	nch_output_printf("\n%s: nunchi %s ", usage, command->name);
	print_filled(command->usage, indent + strlen(command->name) + 1, indent);
	if (command->details != NULL) {
		nch_output_text("\n");
		print_filled(nch_help_text(language, command->details), 0, 0);
	}
	for (const nch_option_group *const *group = command->groups; group != NULL && *group != NULL; group++)
		print_group(*group, language);
	print_group(&nch_common_group, language);
	nch_output_printf("  --help                    %s\n", nch_say(language, NCH_SAY_help_this));
}
