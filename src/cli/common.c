/* common.c - the options that every command has. */
#include "cli/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/os.h"
#include "cli/output.h"
#include "io/input.h"
#include "nn/compute.h"

static const nch_option common_options[] = {
	{"seed", NCH_SET_INTEGER(nch_common, seed), .argument = "N", .help = "where random numbers start", .otherwise = "1234", .most = 9007199254740992.0},
	{"threads", NCH_SET_INTEGER(nch_common, threads), .argument = "N", .help = "threads; any number gives the same bits (default: the cores there are)", .least = 1,
	 .most = 4096, .effect = NCH_NO_EFFECT},
	{"isa", NCH_SET_CHOICE(nch_common, isa), NCH_GIVEN(nch_common, isa_given), .choices = "auto|scalar|avx2|avx512|neon", .help = "instruction set of the kernels; NUNCHI_ISA sets it too",
	 .otherwise = "auto", .effect = NCH_NO_EFFECT},
	{"config", NCH_SET_TEXT(nch_common, config), .argument = "FILE", .help = "read options from FILE, lines `name = value`; the command line wins", .effect = NCH_NO_EFFECT},
	{"quiet", NCH_SET_FLAG(nch_common, quiet), .help = "no progress and no warnings", .effect = NCH_NO_EFFECT},
	{0}};

const nch_option_group nch_common_group = {"Everywhere", common_options};

nch_common nch_common_of(const nch_options *options)
{
	nch_common common = {0};
	nch_options_take(options, &nch_common_group, &common, NULL); /* nothing in it is parsed */
	return common;
}

const char *nch_common_isa(const nch_options *options)
{
	const char *from_environment = nch_os_environment("NUNCHI_ISA");
	const nch_common common = nch_common_of(options);
	if (!common.isa_given && from_environment != NULL && from_environment[0] != '\0')
		return from_environment;
	return common.isa;
}

nch_predictor_how nch_common_how(const nch_options *options)
{
	return (nch_predictor_how){.threads = (size_t)nch_options_integer(options, "threads"), .isa = nch_common_isa(options), .int8 = nch_options_flag(options, "int8")};
}

nch_predictor_how nch_common_how_inside(const nch_options *options, bool gradients)
{
	return (nch_predictor_how){.threads = (size_t)nch_options_integer(options, "threads"), .isa = nch_common_isa(options), .floats = gradients};
}

nch_status nch_common_kernels(const nch_options *options, const nch_kernels **kernels, nch_error *error)
{
	const char *isa = nch_common_isa(options);
	bool given = nch_common_of(options).isa_given;
	*kernels = nch_kernels_find(isa);
	if (*kernels != NULL)
		return NCH_OK;
	nch_buffer list = {0};
	for (const char *const *name = nch_kernels_available(); *name != NULL; name++)
		nch_buffer_printf(&list, "%s%s", list.length > 0 ? ", " : "", *name);
	nch_status status = nch_fail(error, NCH_USAGE, "%s %s: %s (this machine runs %s)", given ? "--isa" : "NUNCHI_ISA", isa,
	                             nch_kernels_why(isa), list.data != NULL ? list.data : "nothing");
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

nch_status nch_common_encoding(const nch_options *options, nch_encoding *encoding, nch_error *error)
{
	const char *name = nch_options_text(options, "encoding");
	*encoding = NCH_ENCODING_AUTO;
	if (name != NULL && !nch_encoding_parse(name, encoding))
		return nch_fail(error, NCH_USAGE, "--encoding %s: known are utf-8, cp949, euc-kr and utf-16", name);
	return NCH_OK;
}

nch_status nch_common_text(const nch_options *options, const char *name, nch_buffer *text, nch_error *error)
{
	char what[64];
	nch_encoding encoding;
	const char *value = nch_options_text(options, name);
	snprintf(what, sizeof what, "--%s", name);
	NCH_TRY(nch_common_encoding(options, &encoding, error));
	return nch_input_text(what, encoding, value, strlen(value), text, error);
}

nch_status nch_common_apply(const nch_options *options, nch_error *error)
{
	nch_output_set_quiet(nch_common_of(options).quiet);
	const nch_kernels *kernels;
	return nch_common_kernels(options, &kernels, error);
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
	const nch_kernels *kernels;
	NCH_TRY(nch_common_kernels(options, &kernels, error));
	return nch_compute_new(nch_common_of(options).threads, kernels->name, 128, 64, compute, error);
}
