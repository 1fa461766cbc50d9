/* train_options.c - the options of training, and the experiment that they describe. */
#include "cli/train_options.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "cli/data_options.h"
#include "cli/default_model.h"
#include "cli/parse_training.h"
#include "train/experiment_ngram.h"
#include "train/rates.h"

#define LARGE 9007199254740992.0

static const nch_option data_options[] = {
	{"train", NCH_SET_LIST(nch_experiment_options, train), .argument = "FILE", .help = "labelled sentences: .csv .tsv .jsonl .json .txt, - for standard input", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"valid", NCH_SET_LIST(nch_experiment_options, valid), .argument = "FILE", .help = "validation data: the best epoch is chosen by it", .rival = "valid-split", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"valid-split", NCH_SET_REAL(nch_experiment_options, valid_split), .argument = "SHARE", .help = "take this share of --train as validation data; 0: none", .most = 1.0, .rival = "valid", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"valid-from", NCH_SET_WHETHER(nch_experiment_options, valid_from_end, "end"), .help = "which rows: random ones, or the last (Keras)", .otherwise = "random", .choices = "random|end", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"test", NCH_SET_LIST(nch_experiment_options, test), .argument = "FILE", .help = "test data: measured once, at the end", .rival = "test-split", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"test-split", NCH_SET_REAL(nch_experiment_options, test_split), .argument = "SHARE", .help = "take this share of --train as test data, before the validation data; 0: none", .most = 1.0, .rival = "test", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"split-seed", NCH_SET_INTEGER(nch_experiment_options, split_seed), .argument = "N", .help = "scikit-learn's random_state", .otherwise = "42", .most = 4294967295.0, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"stratify", NCH_SET_FLAG(nch_experiment_options, stratify), .help = "keep the labels' shares in each part", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"allow-unknown", NCH_SET_FLAG(nch_experiment_options, allow_unknown), .help = "go on though more than 30 % of the tokens are unknown", .effect = NCH_NO_EFFECT},
	{0}};
const nch_option_group nch_train_data_group = {"What it learns from", data_options};

static const nch_option model_options[] = {
	{"init", NCH_SET_TEXT(nch_experiment_options, init), .argument = "DIR", .help = "begin with this model folder (fine-tuning); a head for other labels is made anew. default: the encoder of the model that comes with the program", .rival = "preset", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"preset", NCH_SET_CHOICE(nch_experiment_options, preset), .help = "begin with random weights: 2×128, 4×256, 4×512, 8×512, 12×768, 24×1024; ngram: a linear model over character n-grams", .choices = "tiny|mini|small|medium|base|large|ngram", .rival = "init"},
	{"tokenizer", NCH_SET_TEXT(nch_experiment_options, tokenizer), .argument = "FILE|DIR", .help = "tokenizer (default: that of --init)", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"max-len", NCH_SET_PARSED(nch_experiment_options, max_len, nch_parse_max_len), .argument = "N|pNN", .help = "cut rows to N tokens, or to that percentile of the lengths (default: the model's limit)"},
	{"dropout", NCH_SET_REAL(nch_experiment_options, dropout), .argument = "P", .help = "hidden layers (default: the model's own, .1)", .most = 0.95},
	{"attention-dropout", NCH_SET_REAL(nch_experiment_options, attention_dropout), .argument = "P", .help = "attention (default: the model's own, .1)", .most = 0.95},
	{"classifier-dropout", NCH_SET_REAL(nch_experiment_options, classifier_dropout), .argument = "P", .help = "before the classifier (default: the model's own, .1)", .most = 0.95},
	{0}};
const nch_option_group nch_train_model_group = {"Model", model_options};

static const nch_option ngram_options[] = {
	{"baseline", NCH_SET_FLAG(nch_experiment_options, baseline), .help = "train a linear model over character n-grams on the same rows, too, and set its figures beside", .effect = NCH_NO_EFFECT},
	{"ngrams", NCH_SET_PARSED(nch_experiment_options, ngram.widths, nch_parse_gram_widths), .argument = "[letters:]A-B", .help = "widths of the n-grams within words, with their edges: in characters, or letters:A-B in the letters that a syllable of Hangul is made of", .otherwise = "1-4"},
	{"ngram-c", NCH_SET_REAL(nch_experiment_options, ngram.c), .argument = "C", .help = "inverse strength of the L2 penalty, as scikit-learn has it", .otherwise = "3", .most = 1e6, .above_least = true},
	{"ngram-least", NCH_SET_INTEGER(nch_experiment_options, ngram.least), .argument = "N", .help = "leave out n-grams that fewer than N training rows have, for a small file (hashed ones all stay)", .otherwise = "1", .least = 1, .most = 1e6},
	{"ngram-buckets", NCH_SET_INTEGER(nch_experiment_options, ngram.buckets), .argument = "N", .help = "hash the n-grams into N features, for a small file; 0: each is a feature", .otherwise = "0", .most = 67108864.0},
	{0}};
const nch_option_group nch_ngram_group = {"N-gram model (--preset ngram, --baseline)", ngram_options};

static const nch_option shape_options[] = {
	{"family", NCH_SET_CHOICE(nch_shape, family), .help = "what the preset's sizes make; modernbert is as deep and wide, but 3/2 as wide in its gated part (default: bert)", .choices = "bert|modernbert|deberta-v2"},
	{"layers", NCH_SET_INTEGER(nch_shape, layers), .argument = "N", .help = "encoder layers", .least = 1, .most = 4096},
	{"hidden", NCH_SET_INTEGER(nch_shape, hidden), .argument = "N", .help = "width; the feed-forward part is 4 times as wide", .least = 8, .most = 65536},
	{"heads", NCH_SET_INTEGER(nch_shape, heads), .argument = "N", .help = "attention heads (default: of 64, or of 32 where 64 does not divide the width)", .least = 1, .most = 65536},
	{"embedding", NCH_SET_INTEGER(nch_shape, embedding), .argument = "N", .help = "width of the embeddings, projected to that of the layers (ELECTRA); default: the same", .least = 8, .most = 65536},
	{0}};
const nch_option_group nch_shape_group = {"Other measures than the preset's", shape_options};

/* Which β₂ an optimizer wants, its row says. */
#define BETA2(kind, name, title, moments, beta2, way) {name, beta2},
static const nch_option_otherwise beta2_of[] = {NCH_OPTIMIZERS(BETA2) {0}};

static const nch_option steps_options[] = {
	{"epochs", NCH_SET_INTEGER(nch_train_options, epochs), .argument = "N", .help = "passes over the data", .otherwise = "10", .least = 1, .most = 100000, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"batch", NCH_SET_INTEGER(nch_train_options, batch), .argument = "N", .help = "sentences a step", .otherwise = "32", .least = 1, .most = 1000000, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"accumulate", NCH_SET_INTEGER(nch_train_options, accumulate), .argument = "N", .help = "batches a step, in the memory of one; a classifier gets the bits of\none N times as large (docs/training.md names the exceptions)", .otherwise = "1", .least = 1, .most = 100000, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"lr", NCH_SET_REAL(nch_train_options, optimizer.lr), .argument = "RATE", .help = "learning rate; without it 5e-5 with --init, 3e-4 with --init default, and for random weights what\ntheir size wants: 1e-3 tiny, 5e-4 mini, 2e-4 small and medium, 1e-4 base, 5e-5 large", .most = 1e6, .above_least = true, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"optimizer", NCH_SET_CHOICE(nch_train_options, optimizer.kind), .help = "how weights follow gradients", .otherwise = "adamw", .choices = NCH_CHOICES(NCH_OPTIMIZERS)},
	{"radam-form", NCH_SET_BY_CHOICE(nch_parse_radam_form), .help = "radam as torch has it, or as TensorFlow Addons: decay beside the gradient, steps counted from 1 in the schedule", .otherwise = "torch", .choices = "torch|tfa"},
	{"momentum", NCH_SET_REAL(nch_train_options, optimizer.momentum), .argument = "M", .help = "of sgd", .otherwise = "0.9", .most = 1.0},
	{"beta1", NCH_SET_REAL(nch_train_options, optimizer.beta1), .argument = "B", .help = "of Adam's family, lion and lamb", .otherwise = "0.9", .most = 0.999999},
	{"beta2", NCH_SET_REAL(nch_train_options, optimizer.beta2), .argument = "B", .help = "of Adam's family, lion and lamb", .otherwise = "0.999", .decider = "optimizer", .decided = beta2_of, .most = 0.9999999},
	{"epsilon", NCH_SET_REAL(nch_train_options, optimizer.epsilon), .argument = "E", .help = "of Adam's family and lamb", .otherwise = "1e-8", .most = 1.0, .above_least = true},
	{"weight-decay", NCH_SET_REAL(nch_train_options, optimizer.weight_decay), .argument = "D", .help = "of all but biases and LayerNorm", .otherwise = "0.01", .most = 1000.0},
	{"schedule", NCH_SET_CHOICE(nch_train_options, optimizer.schedule), .help = "the learning rate after the warm-up; wsd: stays, then falls over the last steps. Under constant and wsd,\nwith --warmup in steps, --resume takes other --epochs: longer ones (wsd: from before its decay), or\nfewer, to cool down now", .otherwise = "linear", .choices = NCH_CHOICES(NCH_SCHEDULES), .effect = NCH_BY_WHAT_IT_BRINGS},
	{"decay", NCH_SET_REAL(nch_train_options, optimizer.decay), .argument = "D", .help = "of wsd: a share of all steps, or from 1 on a number of steps", .otherwise = "0.1", .most = LARGE, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"warmup", NCH_SET_REAL(nch_train_options, optimizer.warmup), .argument = "W", .help = "warm-up: a share of all steps, or from 1 on a number of steps", .otherwise = "0.1", .most = LARGE, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"clip", NCH_SET_REAL(nch_train_options, optimizer.clip), .argument = "N", .help = "largest norm of the gradients; 0: none", .otherwise = "1", .most = 1e30},
	{"ema", NCH_SET_REAL(nch_train_options, optimizer.ema), .argument = "D", .help = "keep an average of the weights beside them, D of the old and 1 - D of the new a step, such as .999;\nit is what is measured and saved; 0: none", .otherwise = "0", .most = 0.9999999},
	{"shuffle", NCH_SET_WHETHER(nch_train_options, shuffle, "yes"), .help = "a new order in every epoch", .otherwise = "yes", .choices = "yes|no"},
	{"patience", NCH_SET_INTEGER(nch_train_options, patience), .argument = "N", .help = "end after N epochs without a better one; 0: never", .otherwise = "0", .most = 100000},
	{"checkpoint-every", NCH_SET_BY(nch_parse_interval), .argument = "N|TIME", .help = "steps between checkpoints, or a time such as 600s, 10m, 1h; each epoch's end has one, too", .otherwise = "600s", .effect = NCH_NO_EFFECT},
	{"max-hours", NCH_SET_REAL(nch_train_options, deadline), .argument = "H", .help = "end after so long with a checkpoint; --resume goes on", .most = 1e6, .above_least = true, .effect = NCH_NO_EFFECT},
	{"keep-checkpoints", NCH_SET_INTEGER(nch_train_options, keep_checkpoints), .argument = "K", .help = "keep the last K; --resume takes an older one if the newest is damaged", .otherwise = "1", .least = 1, .most = 1000000, .effect = NCH_NO_EFFECT},
	{"log", NCH_SET_TEXT(nch_train_options, log), .argument = "FILE", .help = "default: DIR/log.jsonl", .effect = NCH_NO_EFFECT},
	{"log-details", NCH_SET_FLAG(nch_train_options, log_details), .help = "log of each step also how far each layer's weights moved, how widely its heads look, how many of its\nunits are silent; DIR/details.svg draws it", .effect = NCH_NO_EFFECT},
	{0}};
const nch_option_group nch_steps_group = {"Training", steps_options};

static const nch_option train_options[] = {
	{"recipe", NCH_SET_TEXT(nch_experiment_options, recipe), .argument = "NAME|FILE", .help = "options under a name, such as dialogue-7 (docs/recipes.md); --config and the command line win", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"freeze", NCH_SET_PARSED(nch_experiment_options, freeze, nch_parse_freeze), .argument = "PARTS", .help = "what keeps its weights: embeddings, layers (0-5 or 3), encoder, pooler, between commas"},
	{"layer-decay", NCH_SET_REAL(nch_experiment_options, layer_decay), .argument = "D", .help = "learning rate of each layer over that of the one above it; the head has --lr itself", .otherwise = "1", .most = 1.0, .above_least = true},
	{"loss", NCH_SET_CHOICE(nch_experiment_options, training.loss), NCH_GIVEN(nch_experiment_options, loss_given), .help = "what is minimised (default: ce; bce for several labels a row)", .choices = NCH_CHOICES(NCH_LOSSES)},
	{"focal-alpha", NCH_SET_REAL(nch_experiment_options, training.loss_shape.focal_alpha), .argument = "A", .help = "focal: weight of positives, 1 - A that of negatives; -1: none (default: .25)", .least = -1.0, .most = 1.0},
	{"focal-gamma", NCH_SET_REAL(nch_experiment_options, training.loss_shape.focal_gamma), .argument = "G", .help = "focal: how fast easy labels stop to count (default: 2)", .most = 100.0},
	{"asl-gamma-neg", NCH_SET_REAL(nch_experiment_options, training.loss_shape.gamma_neg), .argument = "G", .help = "asl, asl-single: the same for negatives (default: 4)", .most = 100.0},
	{"asl-gamma-pos", NCH_SET_REAL(nch_experiment_options, training.loss_shape.gamma_pos), .argument = "G", .help = "asl, asl-single: the same for positives (default: 1; asl-single: 0)", .most = 100.0},
	{"asl-clip", NCH_SET_REAL(nch_experiment_options, training.loss_shape.clip), .argument = "P", .help = "asl: negatives below this probability do not count at all (default: .05)", .most = 0.9},
	{"asl-gradient", NCH_SET_WHETHER(nch_experiment_options, training.loss_shape.whole_gradient, "whole"), .help = "asl: stopped holds the weights (1 - p)^gamma constant, as the published training code", .otherwise = "stopped", .choices = "stopped|whole"},
	{"label-smoothing", NCH_SET_REAL(nch_experiment_options, training.smoothing), .argument = "S", .help = "share of the goal that is spread over all labels (default: 0; asl-single: .1)", .most = 0.999999},
	{"class-weights", NCH_SET_PARSED(nch_experiment_options, class_weights, nch_parse_class_weights), .argument = "W", .help = "none, balanced, or a=1.5,b=1; several labels a row: weights of the positives", .otherwise = "none"},
	{"threshold", NCH_SET_PARSED(nch_experiment_options, training.thresholds, nch_parse_threshold), .argument = "T", .help = "several labels a row: the probability from which on a label is given; tune or\ntune-per-label: chosen on the validation data, for the best F1", .otherwise = "0.5"},
	{"calibrate", NCH_SET_FLAG(nch_experiment_options, calibrate), .help = "fit a temperature on the validation rows (several labels a row: one a label, and a bias), so that probabilities mean what they say"},
	{"best-by", NCH_SET_CHOICE(nch_experiment_options, training.best_by), .help = "what makes an epoch better", .otherwise = "accuracy", .choices = NCH_CHOICES(NCH_BEST_BYS)},
	{0}};
const nch_option_group nch_train_group = {"Classifier", train_options};

nch_status nch_model_options_check(const char **init, const char *preset, const char *tokenizer, nch_error *error)
{
	NCH_TRY(nch_default_init(*init, init, error));
	if (*init != NULL && preset != NULL)
		return nch_fail(error, NCH_USAGE, "--init and --preset: a model begins with one or the other");
	if (*init == NULL && preset == NULL)
		return nch_fail(error, NCH_USAGE, "what is to be trained? give --init DIR, or --preset NAME with --tokenizer FILE");
	if (preset != NULL && strcmp(preset, NCH_NGRAM_PRESET) == 0)
		return tokenizer == NULL ? NCH_OK : nch_fail(error, NCH_USAGE, "--preset ngram reads characters: it has no --tokenizer");
	if (preset != NULL && tokenizer == NULL)
		return nch_fail(error, NCH_USAGE, "--preset needs --tokenizer FILE (`nunchi tokenizer train` makes one)");
	return NCH_OK;
}

nch_status nch_shape_options_read(const nch_options *options, const char *init, nch_shape *shape, nch_error *error)
{
	NCH_TRY(nch_options_take(options, &nch_shape_group, shape, error));
	const struct { const char *name; bool given; } said[] = {{"family", shape->family != NULL}, {"layers", shape->layers > 0}, {"hidden", shape->hidden > 0},
		{"heads", shape->heads > 0}, {"embedding", shape->embedding > 0}};
	for (size_t i = 0; i < sizeof said / sizeof *said && init != NULL; i++)
		if (said[i].given)
			return nch_fail(error, NCH_USAGE, "--%s: a model that is there already (--init) has its measures; only a --preset takes others", said[i].name);
	return NCH_OK;
}

static nch_status check(nch_experiment_options *e, nch_error *error)
{
	if (e->train.count == 0)
		return nch_fail(error, NCH_USAGE, "training needs --train FILE");
	NCH_TRY(nch_model_options_check(&e->init, e->preset, e->tokenizer, error));
	if (e->valid.count > 0 && e->valid_split > 0.0)
		return nch_fail(error, NCH_USAGE, "--valid and --valid-split: validation data come from one or the other");
	if (e->test.count > 0 && e->test_split > 0.0)
		return nch_fail(error, NCH_USAGE, "--test and --test-split: test data come from one or the other");
	nch_loss_kind loss = e->training.loss;
	if (e->loss_given && nch_loss_has_cells(loss) && !e->data.multi_label)
		return nch_fail(error, NCH_USAGE, "--loss %s is for several labels a row: give --multi-label too", nch_loss_name(loss));
	if (e->loss_given && loss == NCH_LOSS_CE && e->data.multi_label)
		return nch_fail(error, NCH_USAGE, "--loss ce is for one label a row; --multi-label wants bce, focal or asl");
	if (e->training.thresholds.rule != NCH_THRESHOLD_FIXED && !e->data.multi_label)
		return nch_fail(error, NCH_USAGE, "--threshold: only rows of several labels (--multi-label) have thresholds to be tuned");
	return NCH_OK;
}

nch_status nch_steps_options_read(const nch_options *options, const char *preset, nch_train_options *t, nch_buffer *values, nch_error *error)
{
	NCH_TRY(nch_options_take(options, &nch_steps_group, t, error));
	t->chosen_lr = t->optimizer.lr == 0.0; /* nobody can ask for that one */
	if (t->chosen_lr)
		t->optimizer.lr = nch_rate_default(preset);
	if (t->deadline > 0.0) /* --max-hours, from now on */
		t->deadline = nch_seconds() + 3600.0 * t->deadline;
	t->seed = (uint64_t)nch_common_of(options).seed;
	nch_options_values(options, values);
	t->values = values->data;
	return nch_buffer_check(values, error);
}

/* What the loss is decides what its constants are where nobody says so. */
static nch_status read_classifier(const nch_options *options, nch_experiment_options *experiment, nch_error *error)
{
	nch_train_options *t = &experiment->training;
	NCH_TRY(nch_options_take(options, &nch_train_group, experiment, error));
	t->loss_shape = nch_loss_shape_default(experiment->loss_given ? t->loss : NCH_LOSS_BCE);
	t->smoothing = experiment->loss_given && t->loss == NCH_LOSS_ASL_SINGLE ? 0.1f : 0.0f;
	return nch_options_take(options, &nch_train_group, experiment, error); /* again: what was said wins */
}

nch_status nch_train_options_read(const nch_options *options, nch_experiment_options *experiment, nch_labels *labels, nch_buffer *values,
                                  nch_error *error)
{
	static const nch_option_group *const groups[] = {&nch_train_data_group, &nch_train_model_group, &nch_ngram_group};
	experiment->dropout = experiment->attention_dropout = experiment->classifier_dropout = NAN;
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		NCH_TRY(nch_options_take(options, groups[i], experiment, error));
	NCH_TRY(nch_steps_options_read(options, nch_default_is(experiment->init) ? NCH_RATE_OF_DEFAULT : experiment->preset, &experiment->training,
	                               values, error));
	NCH_TRY(nch_data_options_read(options, false, &experiment->data, labels, NULL, error));
	NCH_TRY(nch_shape_options_read(options, experiment->init, &experiment->shape, error));
	NCH_TRY(read_classifier(options, experiment, error));
	return check(experiment, error);
}
