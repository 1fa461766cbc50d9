/* cmd_help.c - `nunchi help [COMMAND]` */
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/output.h"

typedef struct help_call {
	bool man;
	const char *completion;
	const char *lang;
} help_call;

static const nch_option own_options[] = {
	{"man", NCH_SET_FLAG(help_call, man), .help = "the man page, in roff"},
	{"completion", NCH_SET_CHOICE(help_call, completion), .choices = "bash|zsh|fish", .help = "the completion of commands and options for a shell"},
	{"lang", NCH_SET_CHOICE(help_call, lang), .choices = "en|ko", .help = "the language (default: that of the locale)"},
	{0}};
static const nch_option_group own_group = {"Options", own_options};

static nch_status run(const nch_options *options, nch_error *error)
{
	const char *words[2];
	int count = 0, used;
	help_call call = {0};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	if (call.man) {
		nch_help_man();
		return NCH_OK;
	}
	if (call.completion != NULL) {
		nch_help_completion(call.completion);
		return NCH_OK;
	}
	nch_language language = call.lang != NULL ? nch_language_of(call.lang) : nch_output_language();
	for (; count < (int)nch_options_argument_count(options); count++)
		words[count] = nch_options_argument(options, (size_t)count);
	if (count == 0) {
		nch_help_overview(language);
		return NCH_OK;
	}
	if (count == 1 && nch_help_family(words[0], language))
		return NCH_OK;
	const nch_command *command = nch_command_find(count, words, &used, error);
	if (command == NULL)
		return error->status;
	nch_help_command(command, language);
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
