/* help_man.c - the man page, made from the same tables as the help texts: docs/nunchi.1 is what `nunchi help --man` prints. */
#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "cli/common.h"
#include "cli/help.h"
#include "cli/output.h"

/* Text in roff: a backslash and a hyphen would mean something else, and so would a point or a quote at the start of a line. */
static void print_roff(const char *text)
{
	bool at_start = true;
	for (; *text != '\0'; text++) {
		if (at_start && (*text == '.' || *text == '\''))
			nch_output_text("\\&");
		at_start = *text == '\n';
		if (*text == '\\')
			nch_output_text("\\e");
		else if (*text == '-')
			nch_output_text("\\-");
		else
			nch_output_add(text, 1);
	}
}

static void print_option(const nch_option *option)
{
	const char *argument = option->kind == NCH_OPTION_CHOICE ? option->choices : option->argument;
	nch_output_text(".TP\n\\fB");
	print_roff("--");
	print_roff(option->name);
	nch_output_text("\\fR");
	if (argument != NULL) {
		nch_output_text(" \\fI");
		print_roff(argument);
		nch_output_text("\\fR");
	}
	nch_output_text("\n");
	nch_buffer otherwise = {0};
	print_roff(option->help);
	nch_help_default(option, NCH_ENGLISH, &otherwise);
	print_roff(otherwise.data != NULL && !otherwise.failed ? otherwise.data : "");
	nch_buffer_free(&otherwise);
	nch_output_text(option->kind == NCH_OPTION_LIST ? "; may be repeated\n" : "\n");
}

static void print_group(const nch_option_group *group)
{
	nch_output_text(".PP\n");
	print_roff(group->title);
	nch_output_text(":\n");
	for (const nch_option *option = group->options; option->name != NULL; option++)
		print_option(option);
}

static void print_command(const nch_command *command, const nch_option_group **told, size_t *told_count)
{
	nch_output_printf(".SS %s\n", command->name);
	print_roff(command->summary);
	nch_output_text(".\n.PP\n\\fBnunchi ");
	print_roff(command->name);
	nch_output_text("\\fR ");
	print_roff(command->usage);
	nch_output_text("\n");
	if (command->details != NULL) {
		nch_output_text(".PP\n");
		print_roff(command->details);
		nch_output_text("\n");
	}
	for (const nch_option_group *const *group = command->groups; group != NULL && *group != NULL; group++) {
		size_t i = 0;
		while (i < *told_count && told[i] != *group)
			i++;
		if (i < *told_count) { /* a group that several commands share is written out once */
			nch_output_text(".PP\n");
			print_roff((*group)->title);
			nch_output_text(": as above.\n");
			continue;
		}
		if (*told_count < 64)
			told[(*told_count)++] = *group;
		print_group(*group);
	}
}

static const char head[] =
	".\\\" made by `nunchi help --man`\n"
	".TH NUNCHI 1 \"\" \"nunchi " NCH_VERSION "\" \"User Commands\"\n"
	".SH NAME\n"
	"nunchi \\- reads the emotion in Korean sentences; trained on your own machine\n"
	".SH SYNOPSIS\n"
	".B nunchi\n"
	".I COMMAND\n"
	"[options] [arguments]\n"
	".br\n"
	".B nunchi help\n"
	"[\\fICOMMAND\\fR]\n"
	".br\n"
	".B nunchi \\-\\-version\n"
	".SH DESCRIPTION\n"
	"nunchi trains, evaluates and uses classifiers of Korean text that are BERT and its kin, on the processor alone. A model is a\n"
	"folder in the layout of Hugging Face's transformers:\n"
	".IR config.json ,\n"
	".IR model.safetensors ,\n"
	"the tokenizer's own files, and\n"
	".I nunchi.json\n"
	"with what else predicting needs. The same input, options and seed give the same weights and answers, bit for bit, whatever the number of threads\n"
	"and the instruction set.\n"
	".PP\n"
	"Results go to standard output and nothing else does. Progress and warnings go to standard error.\n"
	"Options are written \\fB\\-\\-name\\fR \\fIvalue\\fR or \\fB\\-\\-name=\\fR\\fIvalue\\fR; \\fB\\-\\-\\fR ends them. A flag takes =yes or =no.\n"
	".SH COMMANDS\n";

static const char tail[] =
	".SH CONFIGURATION FILES\n"
	"A file that\n"
	".B \\-\\-config\n"
	"names has lines\n"
	".IR \"name = value\" ,\n"
	"the names being those of the options without their dashes. # begins a comment; a value in quotes may hold anything. The command line wins. An option\n"
	"that only another command has is passed over, so that one file may serve training and evaluation.\n"
	".SH EXIT STATUS\n"
	".TP\n0\ndone; also when the reader of standard output has gone away\n"
	".TP\n1\nthe work failed: data, files, numbers\n"
	".TP\n2\nthe call is wrong\n"
	".TP\n130\nstopped by Ctrl-C, 143 by SIGTERM; what trains has then written a checkpoint\n"
	".PP\n"
	"A failure is told in one line on standard error, with file and line where they are known.\n"
	".SH ENVIRONMENT\n"
	".TP\n.B NUNCHI_ISA\nthe instruction set of the kernels, where\n.B \\-\\-isa\nis not given\n"
	".TP\n.B NO_COLOR\nno colour on terminals (help, eval, chat, warnings, errors), if it is set and not empty\n"
	".TP\n.BR LC_ALL ,\\  LC_MESSAGES ,\\  LANG\nchat, help and the pages (\\-\\-html) talk Korean where the first that is set begins with ko\n"
	".SH EXAMPLES\n"
	".nf\n"
	"nunchi tokenizer train \\-\\-input data/emotions.tsv \\-\\-vocab\\-size 4000 \\e\n"
	"    \\-\\-bert\\-specials \\-\\-out ko.model\n"
	"nunchi train \\-\\-train data/emotions.tsv \\-\\-test\\-split 0.2 \\e\n"
	"    \\-\\-preset tiny \\-\\-tokenizer ko.model \\-\\-lr 5e\\-4 \\-\\-out model\n"
	"nunchi eval \\-\\-model model \\-\\-data data/emotions.tsv\n"
	"echo '오늘 정말 기분이 좋아요' | nunchi predict \\-\\-model model\n"
	"nunchi chat \\-\\-model model\n"
	".fi\n";

void nch_help_man(void)
{
	const nch_option_group *told[64];
	size_t told_count = 0;
	nch_output_text(head);
	for (const nch_command *const *command = nch_commands; *command != NULL; command++)
		print_command(*command, told, &told_count);
	nch_output_text(".SH OPTIONS OF EVERY COMMAND\n");
	for (const nch_option *option = nch_common_group.options; option->name != NULL; option++)
		print_option(option);
	nch_output_text(".TP\n\\fB\\-\\-help\\fR\nthe options of the command\n");
	nch_output_text(tail);
}
