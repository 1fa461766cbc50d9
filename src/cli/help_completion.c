/* help_completion.c - completions for shells, made from the tables of commands and options: what `nunchi help --completion bash` prints. */
#include <string.h>

#include "cli/common.h"
#include "cli/help.h"
#include "cli/output.h"

/* Calls `tell` for each option of a command, those of every command and --help last. */
static void each_option(const nch_command *command, void (*tell)(const nch_command *command, const nch_option *option))
{
	static const nch_option help = {"help", NCH_OPTION_FLAG, .help = "the options of the command"};
	for (const nch_option_group *const *group = command->groups; group != NULL && *group != NULL; group++)
		for (const nch_option *option = (*group)->options; option->name != NULL; option++)
			tell(command, option);
	for (const nch_option *option = nch_common_group.options; option->name != NULL; option++)
		tell(command, option);
	tell(command, &help);
}

/* "train|test" as "train test" */
static void print_choices(const char *choices)
{
	for (; *choices != '\0'; choices++)
		nch_output_add(*choices == '|' ? " " : choices, 1);
}

/* Text between two ' of a shell: a ' in it ends them, stands for itself, and begins them again. Only the first line; `also` gets a backslash in
 * front. */
static void print_quoted(const char *text, const char *also)
{
	for (; *text != '\0' && *text != '\n'; text++) {
		if (*text == '\'')
			nch_output_text("'\\'");
		else if (strchr(also, *text) != NULL)
			nch_output_text("\\");
		nch_output_add(text, 1);
	}
}

/* The first words of all commands, each once; or the second words of a family. */
static void print_words(const char *family)
{
	const char *before = "";
	for (const nch_command *const *command = nch_commands; *command != NULL; command++) {
		const char *name = (*command)->name;
		size_t first = strcspn(name, " "), length = strlen(family);
		if (length > 0 && strncmp(name, family, length) == 0 && name[length] == ' ')
			nch_output_printf("%s ", name + length + 1);
		else if (length == 0 && (strlen(before) < first || strncmp(before, name, first) != 0))
			nch_output_printf("%.*s ", (int)first, name);
		before = name;
	}
}

/* --- bash --- */

static void bash_name(const nch_command *command, const nch_option *option)
{
	(void)command;
	nch_output_printf("--%s ", option->name);
}

static void bash_choices(const nch_command *command, const nch_option *option)
{
	if (option->kind != NCH_OPTION_CHOICE)
		return;
	nch_output_printf("	'%s --%s') words='", command->name, option->name);
	print_choices(option->choices);
	nch_output_text("' ;;\n");
}

static void bash(void)
{
	nch_output_text("# completion of nunchi for bash; made by `nunchi help --completion bash`\n"
	                "_nunchi() {\n"
	                "	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]-} words= at=2\n"
	                "	COMPREPLY=()\n"
	                "	if [ \"$before\" = = ] && [ \"$COMP_CWORD\" -gt 1 ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
	                "	if [ \"$word\" = = ]; then word=; fi\n"
	                "	if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	                "		COMPREPLY=($(compgen -W '");
	print_words("");
	nch_output_text("--help --version' -- \"$word\"))\n"
	                "		return\n"
	                "	fi\n"
	                "	if [ \"$command\" = tokenizer ]; then\n"
	                "		if [ \"$COMP_CWORD\" -eq 2 ]; then\n"
	                "			COMPREPLY=($(compgen -W '");
	print_words("tokenizer");
	nch_output_text("' -- \"$word\"))\n"
	                "			return\n"
	                "		fi\n"
	                "		command=\"$command ${COMP_WORDS[2]}\"\n"
	                "	fi\n"
	                "	case \"$command $before\" in\n");
	for (const nch_command *const *command = nch_commands; *command != NULL; command++)
		each_option(*command, bash_choices);
	nch_output_text("	esac\n"
	                "	if [ -z \"$words\" ] && [[ $word == -* ]]; then\n"
	                "		case $command in\n");
	for (const nch_command *const *command = nch_commands; *command != NULL; command++) {
		nch_output_printf("		'%s') words='", (*command)->name);
		each_option(*command, bash_name);
		nch_output_text("' ;;\n");
	}
	nch_output_text("		esac\n"
	                "	fi\n"
	                "	if [ -n \"$words\" ]; then\n"
	                "		COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	                "	else\n"
	                "		compopt -o filenames 2> /dev/null\n"
	                "		COMPREPLY=($(compgen -f -- \"$word\"))\n"
	                "	fi\n"
	                "}\n"
	                "complete -F _nunchi nunchi\n");
}

/* --- zsh --- */

static void zsh_option(const nch_command *command, const nch_option *option)
{
	(void)command;
	nch_output_printf(" \\\n\t\t\t'%s--%s%s[", option->kind == NCH_OPTION_LIST ? "*" : "", option->name, option->kind == NCH_OPTION_FLAG ? "" : "=");
	print_quoted(option->help, "[]:\\");
	nch_output_text("]");
	if (option->kind == NCH_OPTION_CHOICE) {
		nch_output_text(":choice:(");
		print_choices(option->choices);
		nch_output_text(")");
	} else if (option->kind != NCH_OPTION_FLAG) {
		nch_output_text(":");
		print_quoted(option->argument != NULL ? option->argument : "value", "[]:\\");
		nch_output_text(option->kind == NCH_OPTION_INTEGER || option->kind == NCH_OPTION_REAL ? ": " : ":_files");
	}
	nch_output_text("'");
}

static void zsh(void)
{
	nch_output_text("#compdef nunchi\n"
	                "# completion of nunchi for zsh; made by `nunchi help --completion zsh`\n"
	                "_nunchi() {\n"
	                "	if (( CURRENT == 2 )); then\n"
	                "		compadd -- ");
	print_words("");
	nch_output_text("--help --version\n"
	                "		return\n"
	                "	fi\n"
	                "	local command=$words[2]\n"
	                "	if [[ $command == tokenizer ]]; then\n"
	                "		if (( CURRENT == 3 )); then\n"
	                "			compadd -- ");
	print_words("tokenizer");
	nch_output_text("\n"
	                "			return\n"
	                "		fi\n"
	                "		command=\"$command $words[3]\"\n"
	                "		shift words\n"
	                "		(( CURRENT-- ))\n"
	                "	fi\n"
	                "	shift words\n"
	                "	(( CURRENT-- ))\n"
	                "	case $command in\n");
	for (const nch_command *const *command = nch_commands; *command != NULL; command++) {
		nch_output_printf("	'%s')\n		_arguments", (*command)->name);
		each_option(*command, zsh_option);
		nch_output_text(" \\\n\t\t\t'*:file:_files'\n		;;\n");
	}
	nch_output_text("	*) _files ;;\n"
	                "	esac\n"
	                "}\n"
	                "if [[ $funcstack[1] == _nunchi ]]; then _nunchi \"$@\"; else compdef _nunchi nunchi; fi\n");
}

/* --- fish --- */

static void fish_condition(const nch_command *command)
{
	const char *second = strchr(command->name, ' ');
	if (second != NULL)
		nch_output_printf("complete -c nunchi -n '__fish_seen_subcommand_from %.*s; and __fish_seen_subcommand_from %s'", (int)(second - command->name), command->name,
		                  second + 1);
	else
		nch_output_printf("complete -c nunchi -n 'test (count (commandline -opc)) -gt 1; and test (commandline -opc)[2] = %s'", command->name);
}

static void fish_option(const nch_command *command, const nch_option *option)
{
	fish_condition(command);
	nch_output_printf(" -l %s", option->name);
	if (option->kind == NCH_OPTION_CHOICE) {
		nch_output_text(" -x -a '");
		print_choices(option->choices);
		nch_output_text("'");
	} else if (option->kind != NCH_OPTION_FLAG)
		nch_output_text(option->kind == NCH_OPTION_INTEGER || option->kind == NCH_OPTION_REAL ? " -x" : " -r");
	nch_output_text(" -d '");
	for (const char *at = option->help; *at != '\0' && *at != '\n'; at++) {
		if (*at == '\'' || *at == '\\')
			nch_output_text("\\");
		nch_output_add(at, 1);
	}
	nch_output_text("'\n");
}

static void fish(void)
{
	nch_output_text("# completion of nunchi for fish; made by `nunchi help --completion fish`\n");
	for (const nch_command *const *command = nch_commands; *command != NULL; command++) {
		const char *name = (*command)->name, *second = strchr(name, ' ');
		if (second != NULL) {
			nch_output_printf("complete -c nunchi -f -n __fish_use_subcommand -a %.*s\n", (int)(second - name), name);
			nch_output_printf("complete -c nunchi -f -n 'test (count (commandline -opc)) -eq 2; and __fish_seen_subcommand_from %.*s' -a %s", (int)(second - name), name,
			                  second + 1);
		} else
			nch_output_printf("complete -c nunchi -f -n __fish_use_subcommand -a %s", name);
		nch_output_text(" -d '");
		print_quoted((*command)->summary, "");
		nch_output_text("'\n");
		each_option(*command, fish_option);
	}
}

void nch_help_completion(const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		bash();
	else if (strcmp(shell, "zsh") == 0)
		zsh();
	else
		fish();
}
