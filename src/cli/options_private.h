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
	struct nch_option_value *values;
	size_t count, capacity;
	const char **arguments;
	size_t argument_count, argument_capacity;
	nch_arena *arena; /* texts that came from files, and what was parsed */
	int argc; /* as they were typed */
	char **argv;
};

#endif
