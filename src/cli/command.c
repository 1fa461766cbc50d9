/* command.c - the table of commands, and finding one in it. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "cli/suggest.h"

const nch_command *const nch_commands[] = {
	&nch_command_train, &nch_command_cv, &nch_command_sweep, &nch_command_pretrain,
	&nch_command_eval,
	&nch_command_compare,
	&nch_command_predict,
	&nch_command_chat,
	&nch_command_serve,
	&nch_command_sentences,
	&nch_command_tag,
	&nch_command_recommend,
	&nch_command_explain,
	&nch_command_trace,
	&nch_command_gradcheck,
	&nch_command_data,
	&nch_command_split,
	&nch_command_tokenize,
	&nch_command_detokenize,
	&nch_command_tokenizer_train,
	&nch_command_tokenizer_info,
	&nch_command_inspect,
	&nch_command_fingerprint,
	&nch_command_ensemble,
	&nch_command_convert,
	&nch_command_bench,
	&nch_command_help,
	NULL,
};

/* How many words of argv[0 .. argc) the name matches wholly: 0 if it is another command. */
static int words_matched(const char *name, int argc, const char *const *argv)
{
	int words = 0;
	for (;;) {
		size_t length = strcspn(name, " ");
		if (words >= argc || strlen(argv[words]) != length || strncmp(argv[words], name, length) != 0)
			return 0;
		words++;
		if (name[length] == '\0')
			return words;
		name += length + 1;
	}
}

/* "tokenizer" is the first word of commands, but none by itself: *error names them all. */
static bool is_first_word(const char *word, nch_error *error)
{
	char list[200] = "";
	size_t length = strlen(word);
	for (const nch_command *const *command = nch_commands; *command != NULL; command++)
		if (strncmp((*command)->name, word, length) == 0 && (*command)->name[length] == ' ') {
			size_t used = strlen(list);
			snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? " | " : "", (*command)->name + length + 1);
		}
	if (list[0] == '\0')
		return false;
	nch_fail(error, NCH_USAGE, "%s needs one more word: nunchi %s %s", word, word, list);
	return true;
}

const nch_command *nch_command_find(int argc, const char *const *argv, int *words, nch_error *error)
{
	const nch_command *found = NULL;
	*words = 0;
	for (const nch_command *const *command = nch_commands; *command != NULL; command++) {
		int matched = words_matched((*command)->name, argc, argv);
		if (matched > *words) {
			*words = matched;
			found = *command;
		}
	}
	if (found != NULL || (argc > 0 && is_first_word(argv[0], error)))
		return found;
	const char *word = argc > 0 ? argv[0] : "";
	nch_suggestion suggestion = {.word = word};
	for (const nch_command *const *command = nch_commands; *command != NULL; command++)
		nch_suggestion_offer(&suggestion, (*command)->name);
	if (suggestion.best != NULL)
		nch_fail(error, NCH_USAGE, "there is no command \"%s\"; did you mean %s? (see: nunchi help)", word, suggestion.best);
	else
		nch_fail(error, NCH_USAGE, "there is no command \"%s\" (see: nunchi help)", word);
	return NULL;
}
