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
	const char *isa; /* what --isa, or else NUNCHI_ISA, asks for: a name or "auto" */
	const char *config;
	bool isa_given, quiet;
} nch_common;
nch_common nch_common_of(const nch_options *options);

/* --encoding, for every command that reads text: an nch_encoding, member `m` of struct T (without it: recognised). */
#define NCH_ENCODING_INTO(T, m) {"encoding", NCH_SET_PARSED(T, m, nch_parse_encoding), .argument = "NAME", .help = "utf-8, cp949 or utf-16 (default: recognised)", .effect = NCH_BY_WHAT_IT_BRINGS}
nch_option_parse nch_parse_encoding;

/* The value of --NAME as UTF-8, be the terminal's encoding what it is; appended to *text. */
nch_status nch_common_text(const char *name, const char *value, nch_encoding encoding, nch_buffer *text, nch_error *error);

/* Obeys --quiet, refuses an instruction set that cannot run here, and makes that which is asked for the one that everybody computes with. */
nch_status nch_common_apply(const nch_options *options, nch_error *error);

/* --model and --int8, for the commands that answer: a text and a bool, members `m` of struct T; and how such a command opens a model, with --threads,
 * too. */
#define NCH_MODEL_INTO(T, m) {"model", NCH_SET_TEXT(T, m), .argument = "DIR", .help = "the model's folder (default: the one that comes with the program)"}
#define NCH_INT8_INTO(T, m) {"int8", NCH_SET_FLAG(T, m), .help = "compute linear layers and tables in bytes, as a model does that was converted with --type int8"}
nch_predictor_how nch_common_how(const nch_options *options, bool int8);
/* The same for commands that look into a transformer, and have no --int8: with `gradients` as floats. */
nch_predictor_how nch_common_how_inside(const nch_options *options, bool gradients);

/* The kernels that --isa, or else NUNCHI_ISA, asks for. */
nch_status nch_common_kernels(const nch_options *options, const nch_kernels **kernels, nch_error *error);

/* The pool of --threads threads (default: the cores that the process may use). Release with nch_pool_free. */
nch_status nch_common_pool(const nch_options *options, nch_pool **pool, nch_error *error);

/* Kernels, threads and working memory, as nch_common_apply and --threads say. Release with nch_compute_free. */
nch_status nch_common_compute(const nch_options *options, nch_compute **compute, nch_error *error);

#endif
