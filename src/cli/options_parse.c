/* options_parse.c - the options of a command, from the command line and from the files that it names. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/options_private.h"

static nch_status add_group(nch_options *options, const nch_option_group *group, nch_error *error)
{
	for (const nch_option *option = group->options; option->name != NULL; option++) {
		NCH_TRY(nch_grow(&options->values, &options->capacity, options->count + 1, sizeof *options->values, error));
		options->values[options->count++] = (struct nch_option_value){.option = option};
	}
	return NCH_OK;
}

/* --name, --name=value or --name value; *index moves to the last word that belongs to it. */
static nch_status read_option(nch_options *options, int argc, char **argv, int *index, nch_error *error)
{
	const char *word = argv[*index] + 2;
	size_t length = strcspn(word, "=");
	struct nch_option_value *value = nch_options_find(options, word, length);
	if (value == NULL) {
		char name[64];
		snprintf(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), word);
		return nch_options_fail_unknown(options, name, error);
	}
	if (word[length] == '=')
		return nch_option_value_set_from_line(value, word + length + 1, error);
	if (value->option->kind == NCH_OPTION_FLAG)
		return nch_option_value_set_from_line(value, "yes", error);
	if (*index + 1 >= argc || (strncmp(argv[*index + 1], "--", 2) == 0 && argv[*index + 1][2] != '\0'))
		return nch_fail(error, NCH_USAGE, "--%s needs a value: --%s %s", value->option->name, value->option->name,
		                value->option->kind == NCH_OPTION_CHOICE ? value->option->choices : value->option->argument);
	return nch_option_value_set_from_line(value, argv[++*index], error);
}

static nch_status read_line(nch_options *options, int argc, char **argv, bool *help, nch_error *error)
{
	bool ended = false;
	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		if (!ended && strcmp(word, "--") == 0) {
			ended = true;
		} else if (!ended && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
			*help = true;
			return NCH_OK;
		} else if (!ended && strncmp(word, "--", 2) == 0) {
			NCH_TRY(read_option(options, argc, argv, &i, error));
		} else if (!ended && word[0] == '-' && word[1] != '\0') {
			return nch_fail(error, NCH_USAGE, "there is no option %s: options have two dashes (see: nunchi %s --help)", word,
			                options->command_name);
		} else {
			NCH_TRY(nch_grow(&options->arguments, &options->argument_capacity, options->argument_count + 1,
			                 sizeof *options->arguments, error));
			options->arguments[options->argument_count++] = word;
		}
	}
	return NCH_OK;
}

/* `predict MODEL FILE`: a model's folder that was given without --model by one who thinks that it is the first argument. */
static nch_status check_model(const nch_options *options, nch_error *error)
{
	const nch_command *command = options->command;
	const struct nch_option_value *model = nch_options_find(options, "model", 5);
	if (model == NULL || model->source != NCH_FROM_NOBODY || command->takes_folders)
		return NCH_OK;
	for (size_t i = 0; i < options->argument_count; i++) {
		char *config = nch_path_join(options->arguments[i], "config.json");
		bool is_model = config != NULL && nch_file_exists(config);
		nch_free(config);
		if (config == NULL)
			return nch_no_memory(error);
		if (is_model)
			return nch_fail(error, NCH_USAGE, "%s: this is a model's folder, which is named by an option: nunchi %s --model %s …", options->arguments[i],
			                command->name, options->arguments[i]);
	}
	return NCH_OK;
}

static nch_status check_complete(const nch_options *options, nch_error *error)
{
	const nch_command *command = options->command;
	NCH_TRY(check_model(options, error));
	if (options->argument_count > command->most_arguments)
		return nch_fail(error, NCH_USAGE, "%s does not know what to do with \"%s\" (see: nunchi %s --help)", command->name,
		                options->arguments[command->most_arguments], command->name);
	for (size_t i = 0; i < options->count; i++) {
		const nch_option *option = options->values[i].option;
		if (option->required && options->values[i].source == NCH_FROM_NOBODY)
			return nch_fail(error, NCH_USAGE, "%s needs --%s %s (see: nunchi %s --help)", command->name, option->name,
			                option->argument, command->name);
	}
	return NCH_OK;
}

/* From the strongest source to the weakest: each leaves alone what has been said. */
static nch_status read_files(nch_options *options, nch_error *error)
{
	const struct nch_option_value *config = nch_options_find(options, "config", strlen("config"));
	if (config->count > 0)
		NCH_TRY(nch_options_read_config(options, config->texts[0], NCH_FROM_CONFIG, error));
	const struct nch_option_value *recipe = nch_options_find(options, "recipe", strlen("recipe"));
	if (recipe == NULL || recipe->count == 0)
		return NCH_OK;
	return nch_options_read_recipe(options, recipe->texts[0], error);
}

static nch_status parse(nch_options *options, int argc, char **argv, bool *help, nch_error *error)
{
	options->arena = nch_arena_new(4096);
	if (options->arena == NULL)
		return nch_no_memory(error);
	for (const nch_option_group *const *group = options->command->groups; group != NULL && *group != NULL; group++)
		NCH_TRY(add_group(options, *group, error));
	NCH_TRY(add_group(options, &nch_common_group, error));
	NCH_TRY(read_line(options, argc, argv, help, error));
	if (*help)
		return NCH_OK;
	NCH_TRY(read_files(options, error));
	NCH_TRY(nch_options_set_defaults(options, error));
	return check_complete(options, error);
}

nch_status nch_options_parse(const nch_command *command, int argc, char **argv, nch_options **result, bool *help,
                             nch_error *error)
{
	nch_options *options = nch_alloc(1, sizeof *options);
	if (options == NULL)
		return nch_no_memory(error);
	options->command = command;
	options->command_name = command->name;
	options->argc = argc;
	options->argv = argv;
	*help = false;
	nch_status status = parse(options, argc, argv, help, error);
	if (status == NCH_OK)
		*result = options;
	else
		nch_options_free(options);
	return status;
}
