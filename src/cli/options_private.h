/* options_private.h - what stands behind options.h: a value for each row of a command's tables. */
#ifndef NCH_CLI_OPTIONS_PRIVATE_H
#define NCH_CLI_OPTIONS_PRIVATE_H

#include "cli/options.h"

struct nch_option_value {
	const nch_option *option;
	const char **texts; /* LIST: all of them; else the last one */
	size_t count, capacity;
	int64_t integer;
	double real;
	bool flag;
	nch_option_source source;
};

struct nch_options {
	const struct nch_command *command;
	const char *command_name;
	struct nch_option_value *values;
	size_t count, capacity;
	const char **arguments;
	size_t argument_count, argument_capacity;
	nch_arena *arena; /* texts that came from files, and what was parsed */
	int argc; /* as they were typed */
	char **argv;
};

/* The value of the option whose name is name[0 .. length); NULL if the command has none of that name, which the second one says, and names the
 * nearest. */
struct nch_option_value *nch_options_find(const nch_options *options, const char *name, size_t length);
nch_status nch_options_fail_unknown(const nch_options *options, const char *name, nch_error *error);

/* Reads the text, which is kept, as the option's kind of value; the second one says that the command line said so. */
nch_status nch_option_value_set(struct nch_option_value *value, const char *text, nch_error *error);
nch_status nch_option_value_set_from_line(struct nch_option_value *value, const char *text, nch_error *error);

/* Gives what nobody has given the value that its row says, which another option may decide. */
nch_status nch_options_set_defaults(nch_options *options, nch_error *error);

#endif
