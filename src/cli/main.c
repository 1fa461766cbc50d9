/* main.c - the program: finds the command, reads its options, runs it, and turns its status into an exit status. */
#include <stdio.h>
#include <string.h>

#include "base/setting.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/train_screen.h"

static nch_status run_command(int argc, char **argv, nch_error *error)
{
	bool asks_help = argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
	if (asks_help && nch_help_family(argv[0], nch_output_language()))
		return NCH_OK;
	int words;
	const nch_command *command = nch_command_find(argc, (const char *const *)argv, &words, error);
	if (command == NULL)
		return error->status;
	nch_options *options = NULL;
	bool help;
	NCH_TRY(nch_options_parse(command, argc - words, argv + words, &options, &help, error));
	nch_status status = NCH_OK;
	if (help)
		nch_help_command(command, nch_output_language());
	else
		status = nch_common_apply(options, error);
	if (!help && status == NCH_OK)
		status = command->run(options, error);
	nch_options_free(options);
	return status;
}

static nch_status run(int argc, char **argv, nch_error *error)
{
	const char *first = argc > 1 ? argv[1] : NULL;
	if (first == NULL)
		return nch_fail(error, NCH_USAGE, "which command? (see: nunchi help)");
	if (strcmp(first, "--version") == 0) {
		nch_output_text("nunchi " NCH_VERSION "\n");
		return NCH_OK;
	}
	if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
		nch_help_overview(nch_output_language());
		return NCH_OK;
	}
	return run_command(argc - 1, argv + 1, error);
}

int main(int argc, char **argv)
{
	nch_setting_sign("--");
	argv = nch_output_start(&argc, argv);
	nch_error error = {0};
	nch_status status = run(argc, argv, &error);
	if (status == NCH_OK)
		nch_output_say_held();
	nch_output_flush();
	if (status == NCH_PAUSED)
		nch_output_note("%s", error.text);
	else if (status != NCH_OK)
		nch_output_error(error.text);
	return nch_exit_code(status, nch_train_screen_signal());
}
