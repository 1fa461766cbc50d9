/* command.h - the table of commands. */
#ifndef NCH_CLI_COMMAND_H
#define NCH_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "cli/options.h"

/* Does the work. Results go to standard output through cli/output.h; a failure is returned and main prints it. */
typedef nch_status nch_command_run(const nch_options *options, nch_error *error);

typedef struct nch_command {
	const char *name;      /* one word, or two: "tokenizer train" */
	const char *summary;   /* a line for the list of commands */
	const char *usage;     /* what follows "nunchi NAME" */
	const char *details;   /* paragraphs below the usage; may be NULL */
	const nch_option_group *const *groups; /* NULL ends the list; every command also has those of nch_common_group */
	size_t most_arguments; /* that are not options */
	nch_command_run *run;
	bool takes_folders; /* arguments that are no options may be models */
} nch_command;

/* All commands, in the order of the help text; NULL ends them. */
extern const nch_command *const nch_commands[];

/* The command that argv[0 .. argc) begins with, and how many words its name has; NULL if there is none, and then *error
 * says so and names the nearest. */
const nch_command *nch_command_find(int argc, const char *const *argv, int *words, nch_error *error);

/* One file each. */
extern const nch_command nch_command_train, nch_command_pretrain, nch_command_cv, nch_command_sweep;
extern const nch_command nch_command_eval, nch_command_compare, nch_command_predict, nch_command_chat, nch_command_serve, nch_command_ensemble;
extern const nch_command nch_command_tokenize, nch_command_detokenize;
extern const nch_command nch_command_tokenizer_train, nch_command_tokenizer_info;
extern const nch_command nch_command_data, nch_command_split;
extern const nch_command nch_command_inspect, nch_command_fingerprint;
extern const nch_command nch_command_sentences, nch_command_tag, nch_command_recommend, nch_command_explain, nch_command_trace, nch_command_gradcheck;
extern const nch_command nch_command_convert, nch_command_bench;
extern const nch_command nch_command_help;

#endif
