/* cmd_pretrain.c - `nunchi pretrain`: a masked language model, or an ELECTRA, from texts without labels. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/train_options.h"
#include "cli/train_screen.h"
#include "train/pretrain.h"

typedef struct pretrain_call {
	nch_pretrain_options pretrain;
	bool rtd_weight_given;
	const char *tensorboard;
	const char *recipe; /* which the reading of options has followed */
} pretrain_call;

static const nch_option text_options[] = {
	{"corpus", NCH_SET_PARSED_LIST(pretrain_call, pretrain.corpus, nch_parse_corpus), .argument = "FILE[*TIMES]", .help = "texts: a line each (.txt), or a column (--text) of .csv .tsv .jsonl .xlsx; - for standard input. 'FILE*2': each text\nis seen twice an epoch; 'FILE*.5': half of them, others in every epoch", .required = true, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"drop-duplicates", NCH_SET_FLAG(pretrain_call, pretrain.drop_duplicates), .help = "of equal texts, in one file or several, keep the first", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"valid", NCH_SET_LIST(pretrain_call, pretrain.valid), .argument = "FILE", .help = "texts to measure on after each epoch; the best epoch is kept", .rival = "valid-split", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"valid-split", NCH_SET_REAL(pretrain_call, pretrain.valid_split), .argument = "SHARE", .help = "take this share of --corpus for it; 0: none", .most = 1.0, .rival = "valid", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"split-seed", NCH_SET_INTEGER(pretrain_call, pretrain.split_seed), .argument = "N", .help = "scikit-learn's random_state", .otherwise = "42", .most = 4294967295.0, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"mask", NCH_SET_REAL(pretrain_call, pretrain.mask_share), .argument = "SHARE", .help = "share of the tokens that are to be guessed", .otherwise = "0.15", .most = 0.9, .above_least = true},
	{"whole-word", NCH_SET_FLAG(pretrain_call, pretrain.whole_word), .help = "hide all tokens of a word, or none of them"},
	{"allow-unknown", NCH_SET_FLAG(pretrain_call, pretrain.allow_unknown), .help = "go on though more than 30 % of the tokens are unknown", .effect = NCH_NO_EFFECT},
	{0}};
static const nch_option_group text_group = {"What it learns from", text_options};

static const nch_option objective_options[] = {
	{"recipe", NCH_SET_TEXT(pretrain_call, recipe), .argument = "NAME|FILE", .help = "options under a name: language (docs/pretraining.md); --config and the command line win", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"objective", NCH_SET_WHETHER(pretrain_call, pretrain.replaced, "rtd"), .help = "mlm: say what was hidden; rtd: say which tokens a generator replaced (ELECTRA)", .otherwise = "mlm", .choices = "mlm|rtd"},
	{"generator-size", NCH_SET_REAL(pretrain_call, pretrain.generator_size), NCH_GIVEN(pretrain_call, pretrain.generator_size_given), .argument = "SHARE", .help = "rtd: width of the generator over the model's", .otherwise = "0.25", .most = 1.0, .above_least = true},
	{"rtd-weight", NCH_SET_REAL(pretrain_call, pretrain.training.rtd_weight), NCH_GIVEN(pretrain_call, rtd_weight_given), .argument = "W", .help = "rtd: weight of the model's loss beside its generator's", .otherwise = "50", .most = 1e6, .above_least = true},
	{0}};
static const nch_option_group objective_group = {"Objective", objective_options};

static const nch_option model_options[] = {
	{"init", NCH_SET_TEXT(pretrain_call, pretrain.init), .argument = "DIR", .help = "go on with this model folder; a head that guesses words is made anew if it has none", .rival = "preset", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"preset", NCH_SET_CHOICE(pretrain_call, pretrain.preset), .help = "begin with random weights: 2×128, 4×256, 4×512, 8×512, 12×768, 24×1024", .choices = "tiny|mini|small|medium|base|large", .rival = "init"},
	{"tokenizer", NCH_SET_TEXT(pretrain_call, pretrain.tokenizer), .argument = "FILE|DIR", .help = "tokenizer (default: that of --init)", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"max-len", NCH_SET_INTEGER(pretrain_call, pretrain.max_len), .argument = "N", .help = "cut texts to N tokens (default: the model's limit)", .least = 3, .most = 1000000},
	{"dropout", NCH_SET_REAL(pretrain_call, pretrain.dropout), .argument = "P", .help = "hidden layers (default: the model's own, .1)", .most = 0.95},
	{"attention-dropout", NCH_SET_REAL(pretrain_call, pretrain.attention_dropout), .argument = "P", .help = "attention (default: the model's own, .1)", .most = 0.95},
	{0}};
static const nch_option_group model_group = {"Model", model_options};

static const nch_option own_options[] = {
	{"out", NCH_SET_TEXT(pretrain_call, pretrain.training.out), .argument = "DIR", .help = "folder for the model and log.jsonl", .required = true, .effect = NCH_NO_EFFECT},
	{"tensorboard", NCH_SET_TEXT(pretrain_call, tensorboard), .argument = "DIR", .help = "write event files for TensorBoard into DIR", .effect = NCH_NO_EFFECT},
	{"overwrite", NCH_SET_FLAG(pretrain_call, pretrain.training.overwrite), .help = "replace the model that another run left in DIR", .effect = NCH_NO_EFFECT},
	{"resume", NCH_SET_FLAG(pretrain_call, pretrain.training.resume), .help = "go on from DIR/checkpoint", .effect = NCH_NO_EFFECT},
	{0}};
static const nch_option_group own_group = {"Result", own_options};

static nch_status check(pretrain_call *call, nch_error *error)
{
	nch_pretrain_options *p = &call->pretrain;
	if (!p->replaced && (p->generator_size_given || call->rtd_weight_given))
		return nch_fail(error, NCH_USAGE, "--generator-size and --rtd-weight are for --objective rtd");
	NCH_TRY(nch_model_options_check(&p->init, p->preset, p->tokenizer, error));
	if (p->valid.count > 0 && p->valid_split > 0.0)
		return nch_fail(error, NCH_USAGE, "--valid and --valid-split: validation texts come from one or the other");
	return NCH_OK;
}

static nch_status read_options(const nch_options *options, pretrain_call *call, nch_labels *labels, nch_buffer *values, nch_error *error)
{
	static const nch_option_group *const own[] = {&text_group, &objective_group, &model_group, &own_group};
	nch_pretrain_options *p = &call->pretrain;
	p->dropout = p->attention_dropout = NAN;
	NCH_TRY(nch_data_options_read(options, true, &p->data, labels, NULL, error));
	p->data.known = NULL;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		NCH_TRY(nch_options_take(options, own[i], call, error));
	NCH_TRY(nch_steps_options_read(options, p->preset, &p->training, values, error));
	NCH_TRY(nch_shape_options_read(options, p->init, &p->shape, error));
	if (p->replaced && p->shape.family != NULL)
		return nch_fail(error, NCH_USAGE, "--family: --objective rtd trains an ELECTRA");
	return check(call, error);
}

static nch_status run(const nch_options *options, nch_error *error)
{
	pretrain_call call = {0};
	nch_pretrain_options *pretrain = &call.pretrain;
	nch_pretrain_result result = {0};
	nch_compute *compute = NULL;
	nch_labels labels = {0};
	nch_buffer values = {0};
	nch_train_screen screen = {.words = true};
	const nch_experiment_watcher watcher = nch_train_screen_watcher(&screen);
	nch_status status = read_options(options, &call, &labels, &values, error);
	screen.board_folder = call.tensorboard;
	if (status == NCH_OK)
		status = nch_common_compute(options, &compute, error);
	if (status == NCH_OK) {
		pretrain->training.stop = nch_train_screen_stop();
		status = nch_pretrain_run(pretrain, compute, &watcher, &result, error);
	}
	if (status == NCH_OK) {
		nch_output_printf("%s in %s: %zu parameters, trained on %zu texts (%zu tokens) in %s\n", pretrain->replaced ? "discriminator" : "masked language model",
		                  pretrain->training.out, result.parameters - result.generator_parameters, result.train_rows, result.tokens,
		                  nch_duration_text(result.seconds));
		if (pretrain->replaced)
			nch_output_printf("generator in %s/generator: %zu parameters beside the tables, sha256 %s\n", pretrain->training.out, result.generator_parameters,
			                  result.generator_fingerprint);
		nch_output_printf("weights sha256 %s\n", result.training.fingerprint);
	}
	nch_train_screen_end(&screen);
	nch_pretrain_result_free(&result);
	nch_compute_free(compute);
	nch_labels_free(&labels);
	nch_buffer_free(&values);
	return status;
}

static const nch_option_group *const groups[] = {&text_group, &objective_group, &model_group, &nch_shape_group, &nch_steps_group, &own_group,
                                                 &nch_data_group, NULL};

const nch_command nch_command_pretrain = {
	.name = "pretrain",
	.summary = "teach a model the language, from texts without labels",
	.usage = "--corpus FILE … --out DIR [--init DIR | --preset NAME --tokenizer FILE] [options]",
	.details = "Hides 15 % of the tokens, others in every epoch, and trains the model to say what they were (a masked language\n"
	           "model, Devlin et al. 2019): of those tokens 80 % become [MASK], 10 % another token, 10 % stay. `nunchi train --init DIR`\n"
	           "fine-tunes what comes out. --objective rtd trains an ELECTRA (Clark et al. 2020): a small generator draws words for the\n"
	           "hidden tokens, and the model says of every token whether it was replaced; OUT/generator holds the generator.\n"
	           "The same files, options and seed give the same weights, bit for bit.\n"
	           "The last line is `weights sha256 …`. Ctrl-C saves a checkpoint; the same command with --resume goes on.",
	.groups = groups,
	.run = run,
};
