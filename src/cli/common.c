/* common.c - the options that every command has. */
#include "cli/common.h"

#include "base/memory.h"
#include "cli/output.h"

static const nch_option common_options[] = {
	{"seed", NCH_OPTION_INTEGER, "N", .help = "where random numbers start", .otherwise = "1234", .most = 9007199254740992.0},
	{"threads", NCH_OPTION_INTEGER, "N", .help = "threads; any number gives the same bits (default: the cores there are)", .least = 1,
	 .most = 4096},
	{"config", NCH_OPTION_TEXT, "FILE", .help = "read options from FILE, lines `name = value`; the command line wins"},
	{"quiet", NCH_OPTION_FLAG, .help = "no progress and no warnings"},
	{0}};

const nch_option_group nch_common_group = {"Everywhere", common_options};

nch_status nch_common_apply(const nch_options *options, nch_error *error)
{
	(void)error;
	nch_output_set_quiet(nch_options_flag(options, "quiet"));
	return NCH_OK;
}

nch_status nch_common_pool(const nch_options *options, nch_pool **pool, nch_error *error)
{
	size_t threads = nch_options_given(options, "threads") ? (size_t)nch_options_integer(options, "threads") : nch_pool_cores();
	*pool = nch_pool_new(threads);
	if (*pool == NULL)
		return nch_fail(error, NCH_MEMORY, "cannot start %zu threads; try a smaller --threads", threads);
	return NCH_OK;
}
