/* cmd_help.c - `nunchi help [COMMAND]` */
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"

static const nch_option own_options[] = {
	{"man", NCH_OPTION_FLAG, .help = "the man page, in roff"},
	{"completion", NCH_OPTION_CHOICE, .choices = "bash|zsh|fish", .help = "the completion of commands and options for a shell"},
	{0}};
static const nch_option_group own_group = {"Options", own_options};

static nch_status run(const nch_options *options, nch_error *error)
{
	const char *words[2];
	int count = 0, used;
	if (nch_options_flag(options, "man")) {
		nch_help_man();
		return NCH_OK;
	}
	if (nch_options_given(options, "completion")) {
		nch_help_completion(nch_options_text(options, "completion"));
		return NCH_OK;
	}
	for (; count < (int)nch_options_argument_count(options); count++)
		words[count] = nch_options_argument(options, (size_t)count);
	if (count == 0) {
		nch_help_overview();
		return NCH_OK;
	}
	if (count == 1 && nch_help_family(words[0]))
		return NCH_OK;
	const nch_command *command = nch_command_find(count, words, &used, error);
	if (command == NULL)
		return error->status;
	nch_help_command(command);
	return NCH_OK;
}

const nch_command nch_command_help = {
	.name = "help",
	.summary = "what the commands are and what their options mean",
	.usage = "[COMMAND]",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.most_arguments = 2,
	.run = run,
};
