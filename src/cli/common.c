/* common.c - the options that every command has. */
#include "cli/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/os.h"
#include "cli/output.h"
#include "kernels/isas.h"
#include "io/input.h"
#include "nn/compute.h"

#define ISA_CHOICE(isa) "|" #isa
static const nch_option common_options[] = {
	{"seed", NCH_SET_INTEGER(nch_common, seed), .argument = "N", .help = "where random numbers start", .otherwise = "1234", .most = 9007199254740992.0},
	{"threads", NCH_SET_INTEGER(nch_common, threads), .argument = "N", .help = "threads; any number gives the same bits (default: the cores there are)", .least = 1,
	 .most = 4096, .effect = NCH_NO_EFFECT},
	{"isa", NCH_SET_CHOICE(nch_common, isa), NCH_GIVEN(nch_common, isa_given), .choices = "auto" NCH_ISA_NAMES(ISA_CHOICE), .help = "instruction set of the kernels; NUNCHI_ISA sets it too",
	 .otherwise = "auto", .effect = NCH_NO_EFFECT},
	{"config", NCH_SET_TEXT(nch_common, config), .argument = "FILE", .help = "read options from FILE, lines `name = value`; the command line wins", .effect = NCH_NO_EFFECT},
	{"quiet", NCH_SET_FLAG(nch_common, quiet), .help = "no progress and no warnings", .effect = NCH_NO_EFFECT},
	{0}};

const nch_option_group nch_common_group = {"Everywhere", common_options};

nch_common nch_common_of(const nch_options *options)
{
	nch_common common = {0};
	nch_options_take(options, &nch_common_group, &common, NULL); /* nothing in it is parsed */
	const char *from_environment = common.isa_given ? NULL : nch_os_environment("NUNCHI_ISA");
	if (from_environment != NULL && from_environment[0] != '\0')
		common.isa = from_environment;
	return common;
}

nch_predictor_how nch_common_how(const nch_options *options, bool int8)
{
	return (nch_predictor_how){.threads = nch_common_of(options).threads, .int8 = int8};
}

nch_predictor_how nch_common_how_inside(const nch_options *options, bool gradients)
{
	return (nch_predictor_how){.threads = nch_common_of(options).threads, .floats = gradients};
}

nch_status nch_common_kernels(const nch_options *options, const nch_kernels **kernels, nch_error *error)
{
	const nch_common common = nch_common_of(options);
	*kernels = nch_kernels_find(common.isa);
	if (*kernels != NULL)
		return NCH_OK;
	nch_buffer list = {0};
	for (const char *const *name = nch_kernels_available(); *name != NULL; name++)
		nch_buffer_printf(&list, "%s%s", list.length > 0 ? ", " : "", *name);
	nch_status status = nch_fail(error, NCH_USAGE, "%s %s: %s (this machine runs %s)", common.isa_given ? "--isa" : "NUNCHI_ISA", common.isa,
	                             nch_kernels_why(common.isa), list.data != NULL ? list.data : "nothing");
	nch_buffer_free(&list);
	return status;
}

nch_status nch_parse_encoding(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	(void)arena;
	if (!nch_encoding_parse(text, variable))
		return nch_option_refuse(option, text, error, "known are utf-8, cp949, euc-kr and utf-16");
	return NCH_OK;
}

nch_status nch_common_text(const char *name, const char *value, nch_encoding encoding, nch_buffer *text, nch_error *error)
{
	char what[64];
	snprintf(what, sizeof what, "--%s", name);
	return nch_input_text(what, encoding, value, strlen(value), text, error);
}

nch_status nch_common_apply(const nch_options *options, nch_error *error)
{
	nch_output_set_quiet(nch_common_of(options).quiet);
	const nch_kernels *kernels;
	NCH_TRY(nch_common_kernels(options, &kernels, error));
	nch_compute_default_isa(kernels->name);
	return NCH_OK;
}

nch_status nch_common_pool(const nch_options *options, nch_pool **pool, nch_error *error)
{
	size_t given = nch_common_of(options).threads, threads = given > 0 ? given : nch_pool_cores();
	*pool = nch_pool_new(threads);
	if (*pool == NULL)
		return nch_fail(error, NCH_MEMORY, "cannot start %zu threads; try a smaller --threads", threads);
	return NCH_OK;
}

nch_status nch_common_compute(const nch_options *options, nch_compute **compute, nch_error *error)
{
	return nch_compute_new(nch_common_of(options).threads, NULL, 128, 64, compute, error);
}
