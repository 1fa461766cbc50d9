/* common.h - what several commands share: groups of options, and the steps from options to library objects. */
#ifndef NCH_CLI_COMMON_H
#define NCH_CLI_COMMON_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"
#include "cli/options.h"
#include "io/rows.h"
#include "kernels/kernels.h"
#include "kernels/threads.h"
#include "train/predictor.h"

/* Every command has these; main applies them before the command runs. */
extern const nch_option_group nch_common_group;
typedef struct nch_common {
	int64_t seed;
	size_t threads; /* 0: nobody said how many */
	const char *isa, *config;
	bool isa_given, quiet;
} nch_common;
nch_common nch_common_of(const nch_options *options);

/* --encoding, for every command that reads text: an nch_encoding, member `m` of struct T (without it: recognised). */
#define NCH_ENCODING_INTO(T, m) {"encoding", NCH_SET_PARSED(T, m, nch_parse_encoding), .argument = "NAME", .help = "utf-8, cp949 or utf-16 (default: recognised)", .effect = NCH_BY_WHAT_IT_BRINGS}
nch_option_parse nch_parse_encoding;
#define NCH_ENCODING_OPTION {"encoding", NCH_OPTION_TEXT, "NAME", .help = "utf-8, cp949 or utf-16 (default: recognised)", .effect = NCH_BY_WHAT_IT_BRINGS}
nch_status nch_common_encoding(const nch_options *options, nch_encoding *encoding, nch_error *error);

/* The value of --NAME as UTF-8, be the terminal's encoding what it is; appended to *text. */
nch_status nch_common_text(const nch_options *options, const char *name, nch_buffer *text, nch_error *error);

/* Obeys --quiet, and refuses an --isa that cannot run here. */
nch_status nch_common_apply(const nch_options *options, nch_error *error);

/* The instruction set that --isa, or else NUNCHI_ISA, asks for: a name or "auto". */
const char *nch_common_isa(const nch_options *options);

/* --int8, for the commands that answer, and how they open a model: with --threads, --isa and --int8. */
#define NCH_INT8_OPTION {"int8", NCH_OPTION_FLAG, .help = "compute linear layers and tables in bytes, as a model does that was converted with --type int8"}
nch_predictor_how nch_common_how(const nch_options *options);
/* The same for commands that look into a transformer, and have no --int8: with `gradients` as floats. */
nch_predictor_how nch_common_how_inside(const nch_options *options, bool gradients);

/* The kernels that --isa, or else NUNCHI_ISA, asks for. */
nch_status nch_common_kernels(const nch_options *options, const nch_kernels **kernels, nch_error *error);

/* The pool of --threads threads (default: the cores that the process may use). Release with nch_pool_free. */
nch_status nch_common_pool(const nch_options *options, nch_pool **pool, nch_error *error);

/* Kernels, threads and working memory, as --isa and --threads say. Release with nch_compute_free. */
nch_status nch_common_compute(const nch_options *options, nch_compute **compute, nch_error *error);

#endif
