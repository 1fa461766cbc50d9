/* train_options.c - the options of training, and the experiment that they describe. */
#include "cli/train_options.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "cli/data_options.h"
#include "cli/default_model.h"
#include "train/experiment_ngram.h"
#include "train/rates.h"

#define LARGE 9007199254740992.0

static const nch_option data_options[] = {
	{"train", NCH_OPTION_LIST, "FILE", .help = "labelled sentences: .csv .tsv .jsonl .json .txt, - for standard input", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"valid", NCH_OPTION_LIST, "FILE", .help = "validation data: the best epoch is chosen by it", .rival = "valid-split", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"valid-split", NCH_OPTION_REAL, "SHARE", .help = "take this share of --train as validation data; 0: none", .most = 1.0, .rival = "valid", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"valid-from", NCH_OPTION_CHOICE, .help = "which rows: random ones, or the last (Keras)", .otherwise = "random", .choices = "random|end", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"test", NCH_OPTION_LIST, "FILE", .help = "test data: measured once, at the end", .rival = "test-split", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"test-split", NCH_OPTION_REAL, "SHARE", .help = "take this share of --train as test data, before the validation data; 0: none", .most = 1.0, .rival = "test", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"split-seed", NCH_OPTION_INTEGER, "N", .help = "scikit-learn's random_state", .otherwise = "42", .most = 4294967295.0, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"stratify", NCH_OPTION_FLAG, .help = "keep the labels' shares in each part", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"allow-unknown", NCH_OPTION_FLAG, .help = "go on though more than 30 % of the tokens are unknown", .effect = NCH_NO_EFFECT},
	{0}};
const nch_option_group nch_train_data_group = {"What it learns from", data_options};

static const nch_option model_options[] = {
	{"init", NCH_OPTION_TEXT, "DIR", .help = "begin with this model folder (fine-tuning); a head for other labels is made anew. default: the encoder of the model that comes with the program", .rival = "preset", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"preset", NCH_OPTION_CHOICE, .help = "begin with random weights: 2×128, 4×256, 4×512, 8×512, 12×768, 24×1024; ngram: a linear model over character n-grams", .choices = "tiny|mini|small|medium|base|large|ngram", .rival = "init"},
	{"tokenizer", NCH_OPTION_TEXT, "FILE|DIR", .help = "tokenizer (default: that of --init)", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"max-len", NCH_OPTION_TEXT, "N|pNN", .help = "cut rows to N tokens, or to that percentile of the lengths (default: the model's limit)"},
	{"dropout", NCH_OPTION_REAL, "P", .help = "hidden layers (default: the model's own, .1)", .most = 0.95},
	{"attention-dropout", NCH_OPTION_REAL, "P", .help = "attention (default: the model's own, .1)", .most = 0.95},
	{"classifier-dropout", NCH_OPTION_REAL, "P", .help = "before the classifier (default: the model's own, .1)", .most = 0.95},
	{0}};
const nch_option_group nch_train_model_group = {"Model", model_options};

static const nch_option ngram_options[] = {
	{"baseline", NCH_OPTION_FLAG, .help = "train a linear model over character n-grams on the same rows, too, and set its figures beside", .effect = NCH_NO_EFFECT},
	{"ngrams", NCH_OPTION_TEXT, "A-B", .help = "widths of the n-grams, in characters, within words and with their edges", .otherwise = "1-4"},
	{"ngram-c", NCH_OPTION_REAL, "C", .help = "inverse strength of the L2 penalty, as scikit-learn has it", .otherwise = "3", .most = 1e6, .above_least = true},
	{"ngram-buckets", NCH_OPTION_INTEGER, "N", .help = "hash the n-grams into N features, for a small file; 0: each is a feature", .otherwise = "0", .most = 67108864.0},
	{0}};
const nch_option_group nch_ngram_group = {"N-gram model (--preset ngram, --baseline)", ngram_options};

static const nch_option shape_options[] = {
	{"layers", NCH_OPTION_INTEGER, "N", .help = "encoder layers", .least = 1, .most = 4096},
	{"hidden", NCH_OPTION_INTEGER, "N", .help = "width; the feed-forward part is 4 times as wide", .least = 8, .most = 65536},
	{"heads", NCH_OPTION_INTEGER, "N", .help = "attention heads (default: of 64, or of 32 where 64 does not divide the width)", .least = 1, .most = 65536},
	{"embedding", NCH_OPTION_INTEGER, "N", .help = "width of the embeddings, projected to that of the layers (ELECTRA); default: the same", .least = 8, .most = 65536},
	{0}};
const nch_option_group nch_shape_group = {"Other measures than the preset's", shape_options};

static const nch_option steps_options[] = {
	{"epochs", NCH_OPTION_INTEGER, "N", .help = "passes over the data", .otherwise = "10", .least = 1, .most = 100000, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"batch", NCH_OPTION_INTEGER, "N", .help = "sentences a step", .otherwise = "32", .least = 1, .most = 1000000, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"accumulate", NCH_OPTION_INTEGER, "N", .help = "batches a step, in the memory of one; a classifier gets the bits of\none N times as large (docs/training.md names the exceptions)", .otherwise = "1", .least = 1, .most = 100000, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"lr", NCH_OPTION_REAL, "RATE", .help = "learning rate; without it 5e-5 with --init, and for random weights what their size wants:\n1e-3 tiny, 5e-4 mini, 2e-4 small and medium, 1e-4 base, 5e-5 large", .most = 1e6, .above_least = true, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"optimizer", NCH_OPTION_CHOICE, .help = "how weights follow gradients", .otherwise = "adamw", .choices = "adamw|adam|radam|sgd"},
	{"radam-form", NCH_OPTION_CHOICE, .help = "radam as torch has it, or as TensorFlow Addons: decay beside the gradient, steps counted from 1 in the schedule", .otherwise = "torch", .choices = "torch|tfa"},
	{"momentum", NCH_OPTION_REAL, "M", .help = "of sgd", .otherwise = "0.9", .most = 1.0},
	{"beta1", NCH_OPTION_REAL, "B", .help = "of Adam's family", .otherwise = "0.9", .most = 0.999999},
	{"beta2", NCH_OPTION_REAL, "B", .help = "of Adam's family", .otherwise = "0.999", .most = 0.9999999},
	{"epsilon", NCH_OPTION_REAL, "E", .help = "of Adam's family", .otherwise = "1e-8", .most = 1.0, .above_least = true},
	{"weight-decay", NCH_OPTION_REAL, "D", .help = "of all but biases and LayerNorm", .otherwise = "0.01", .most = 1000.0},
	{"schedule", NCH_OPTION_CHOICE, .help = "the learning rate after the warm-up; wsd: stays, then falls over the last steps. Under constant and wsd,\nwith --warmup in steps, --resume takes other --epochs: longer ones (wsd: from before its decay), or\nfewer, to cool down now", .otherwise = "linear", .choices = "constant|linear|cosine|wsd", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"decay", NCH_OPTION_REAL, "D", .help = "of wsd: a share of all steps, or from 1 on a number of steps", .otherwise = "0.1", .most = LARGE, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"warmup", NCH_OPTION_REAL, "W", .help = "warm-up: a share of all steps, or from 1 on a number of steps", .otherwise = "0.1", .most = LARGE, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"clip", NCH_OPTION_REAL, "N", .help = "largest norm of the gradients; 0: none", .otherwise = "1", .most = 1e30},
	{"ema", NCH_OPTION_REAL, "D", .help = "keep an average of the weights beside them, D of the old and 1 - D of the new a step, such as .999;\nit is what is measured and saved; 0: none", .otherwise = "0", .most = 0.9999999},
	{"shuffle", NCH_OPTION_CHOICE, .help = "a new order in every epoch", .otherwise = "yes", .choices = "yes|no"},
	{"patience", NCH_OPTION_INTEGER, "N", .help = "end after N epochs without a better one; 0: never", .otherwise = "0", .most = 100000},
	{"checkpoint-every", NCH_OPTION_TEXT, "N|TIME", .help = "steps between checkpoints, or a time such as 600s, 10m, 1h; each epoch's end has one, too", .otherwise = "600s", .effect = NCH_NO_EFFECT},
	{"max-hours", NCH_OPTION_REAL, "H", .help = "end after so long with a checkpoint; --resume goes on", .most = 1e6, .above_least = true, .effect = NCH_NO_EFFECT},
	{"keep-checkpoints", NCH_OPTION_INTEGER, "K", .help = "keep the last K; --resume takes an older one if the newest is damaged", .otherwise = "1", .least = 1, .most = 1000000, .effect = NCH_NO_EFFECT},
	{"log", NCH_OPTION_TEXT, "FILE", .help = "default: DIR/log.jsonl", .effect = NCH_NO_EFFECT},
	{0}};
const nch_option_group nch_steps_group = {"Training", steps_options};

static const nch_option train_options[] = {
	{"recipe", NCH_OPTION_TEXT, "NAME|FILE", .help = "options under a name, such as dialogue-7 (docs/recipes.md); --config and the command line win", .effect = NCH_BY_WHAT_IT_BRINGS},
	{"freeze", NCH_OPTION_TEXT, "PARTS", .help = "what keeps its weights: embeddings, layers (0-5 or 3), encoder, pooler, between commas"},
	{"layer-decay", NCH_OPTION_REAL, "D", .help = "learning rate of each layer over that of the one above it; the head has --lr itself", .otherwise = "1", .most = 1.0, .above_least = true},
	{"loss", NCH_OPTION_CHOICE, .help = "what is minimised (default: ce; bce for several labels a row)", .choices = "ce|bce|focal|asl|asl-single"},
	{"focal-alpha", NCH_OPTION_REAL, "A", .help = "focal: weight of positives, 1 - A that of negatives; -1: none (default: .25)", .least = -1.0, .most = 1.0},
	{"focal-gamma", NCH_OPTION_REAL, "G", .help = "focal: how fast easy labels stop to count (default: 2)", .most = 100.0},
	{"asl-gamma-neg", NCH_OPTION_REAL, "G", .help = "asl, asl-single: the same for negatives (default: 4)", .most = 100.0},
	{"asl-gamma-pos", NCH_OPTION_REAL, "G", .help = "asl, asl-single: the same for positives (default: 1; asl-single: 0)", .most = 100.0},
	{"asl-clip", NCH_OPTION_REAL, "P", .help = "asl: negatives below this probability do not count at all (default: .05)", .most = 0.9},
	{"asl-gradient", NCH_OPTION_CHOICE, .help = "asl: stopped holds the weights (1 - p)^gamma constant, as the published training code", .otherwise = "stopped", .choices = "stopped|whole"},
	{"label-smoothing", NCH_OPTION_REAL, "S", .help = "share of the goal that is spread over all labels (default: 0; asl-single: .1)", .most = 0.999999},
	{"class-weights", NCH_OPTION_TEXT, "W", .help = "none, balanced, or a=1.5,b=1; several labels a row: weights of the positives", .otherwise = "none"},
	{"threshold", NCH_OPTION_TEXT, "T", .help = "several labels a row: the probability from which on a label is given; tune or\ntune-per-label: chosen on the validation data, for the best F1", .otherwise = "0.5"},
	{"calibrate", NCH_OPTION_FLAG, .help = "fit a temperature on the validation rows (several labels a row: one a label), so that probabilities mean what they say"},
	{"best-by", NCH_OPTION_CHOICE, .help = "what makes an epoch better", .otherwise = "accuracy", .choices = "accuracy|macro-f1|micro-f1|loss"},
	{0}};
const nch_option_group nch_train_group = {"Classifier", train_options};

/* The place of a choice in its list. */
static int choice(const nch_options *options, const char *name, const char *const *list)
{
	const char *value = nch_options_text(options, name);
	int place = 0;
	while (list[place] != NULL && strcmp(list[place], value) != 0)
		place++;
	return place;
}

nch_file_list nch_options_files(const nch_options *options, const char *name)
{
	nch_file_list list = {0};
	list.paths = nch_options_list(options, name, &list.count);
	return list;
}

float nch_options_real_or_nan(const nch_options *options, const char *name)
{
	return nch_options_given(options, name) ? (float)nch_options_real(options, name) : NAN;
}

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

nch_status nch_shape_options_read(const nch_options *options, nch_shape *shape, nch_error *error)
{
	size_t *const values[] = {&shape->layers, &shape->hidden, &shape->heads, &shape->embedding};
	for (size_t i = 0; shape_options[i].name != NULL; i++) {
		*values[i] = (size_t)nch_options_integer(options, shape_options[i].name);
		if (*values[i] > 0 && nch_options_text(options, "init") != NULL)
			return nch_fail(error, NCH_USAGE, "--%s: a model that is there already (--init) has its measures; only a --preset takes others", shape_options[i].name);
	}
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

/* "1-4", or "3": the widths of the n-grams. */
static nch_status read_ngrams(const nch_options *options, nch_ngram_shape *shape, nch_error *error)
{
	const char *text = nch_options_text(options, "ngrams"), *dash = strchr(text, '-');
	size_t length = dash != NULL ? (size_t)(dash - text) : strlen(text);
	int64_t shortest = 0, longest = 0;
	bool good = nch_number_read_integer(text, length, &shortest);
	longest = shortest;
	if (good && dash != NULL)
		good = nch_number_read_integer(dash + 1, strlen(dash + 1), &longest);
	if (!good || shortest < 1 || longest < shortest || longest > NCH_GRAM_LONGEST)
		return nch_fail(error, NCH_USAGE, "--ngrams %s: widths from 1 to %d, such as 1-4", text, NCH_GRAM_LONGEST);
	shape->widths = (nch_gram_widths){(unsigned)shortest, (unsigned)longest};
	shape->c = nch_options_real(options, "ngram-c");
	shape->buckets = (size_t)nch_options_integer(options, "ngram-buckets");
	return NCH_OK;
}

static void set_if_given(const nch_options *options, const char *name, double *value)
{
	if (nch_options_given(options, name))
		*value = nch_options_real(options, name);
}

static nch_status read_loss(const nch_options *options, nch_experiment_options *experiment, nch_error *error)
{
	nch_train_options *t = &experiment->training;
	const char *name = nch_options_text(options, "loss"), *threshold = nch_options_text(options, "threshold");
	experiment->loss_given = name != NULL && nch_loss_find(name, &t->loss);
	t->loss_shape = nch_loss_shape_default(experiment->loss_given ? t->loss : NCH_LOSS_BCE);
	set_if_given(options, "focal-alpha", &t->loss_shape.focal_alpha);
	set_if_given(options, "focal-gamma", &t->loss_shape.focal_gamma);
	set_if_given(options, "asl-gamma-neg", &t->loss_shape.gamma_neg);
	set_if_given(options, "asl-gamma-pos", &t->loss_shape.gamma_pos);
	set_if_given(options, "asl-clip", &t->loss_shape.clip);
	t->loss_shape.whole_gradient = strcmp(nch_options_text(options, "asl-gradient"), "whole") == 0;
	double smoothing = experiment->loss_given && t->loss == NCH_LOSS_ASL_SINGLE ? 0.1 : 0.0;
	set_if_given(options, "label-smoothing", &smoothing);
	t->smoothing = (float)smoothing;
	t->thresholds = (nch_thresholds){NCH_THRESHOLD_FIXED, 0.5};
	if (strcmp(threshold, "tune") == 0)
		t->thresholds.rule = NCH_THRESHOLD_TUNED;
	else if (strcmp(threshold, "tune-per-label") == 0)
		t->thresholds.rule = NCH_THRESHOLD_TUNED_EACH;
	else if (!nch_number_read(threshold, strlen(threshold), &t->thresholds.value) || !(t->thresholds.value > 0.0 && t->thresholds.value < 1.0))
		return nch_fail(error, NCH_USAGE, "--threshold %s: a probability between 0 and 1, tune, or tune-per-label", threshold);
	return NCH_OK;
}

/* "500": steps; "600s", "10m", "1h": a time. */
static nch_status read_interval(const char *text, nch_train_options *t, nch_error *error)
{
	static const char units[] = "smh";
	static const double seconds[] = {1.0, 60.0, 3600.0};
	size_t length = strlen(text);
	const char *unit = length > 0 ? strchr(units, text[length - 1]) : NULL;
	int64_t steps;
	double time;
	t->checkpoint_every = 0;
	t->checkpoint_seconds = 0.0;
	if (unit != NULL && nch_number_read(text, length - 1, &time) && time > 0.0 && time < 1e9) {
		t->checkpoint_seconds = time * seconds[unit - units];
		return NCH_OK;
	}
	if (unit != NULL || !nch_number_read_integer(text, length, &steps) || steps < 0)
		return nch_fail(error, NCH_USAGE, "--checkpoint-every %s: a number of steps, or a time such as 600s, 10m or 1h", text);
	t->checkpoint_every = (size_t)steps;
	return NCH_OK;
}

nch_status nch_steps_options_read(const nch_options *options, nch_train_options *t, nch_buffer *values, nch_error *error)
{
	static const char *const optimizers[] = {"adamw", "adam", "radam", "sgd", NULL};
	t->chosen_lr = !nch_options_given(options, "lr");
	t->epochs = (size_t)nch_options_integer(options, "epochs");
	t->batch = (size_t)nch_options_integer(options, "batch");
	t->accumulate = (size_t)nch_options_integer(options, "accumulate");
	t->optimizer = (nch_optimizer_options){
		.kind = (nch_optimizer_kind)choice(options, "optimizer", optimizers), .lr = t->chosen_lr ? nch_rate_default(nch_options_text(options, "preset")) : nch_options_real(options, "lr"),
		.momentum = nch_options_real(options, "momentum"), .beta1 = nch_options_real(options, "beta1"), .beta2 = nch_options_real(options, "beta2"),
		.epsilon = nch_options_real(options, "epsilon"), .weight_decay = nch_options_real(options, "weight-decay"),
		.clip = nch_options_real(options, "clip"), .schedule = (nch_schedule_kind)choice(options, "schedule", nch_schedule_names),
		.warmup = nch_options_real(options, "warmup"), .decay = nch_options_real(options, "decay"), .ema = nch_options_real(options, "ema")};
	if (t->optimizer.kind == NCH_RADAM && strcmp(nch_options_text(options, "radam-form"), "tfa") == 0)
		t->optimizer.kind = NCH_RADAM_TFA;
	t->seed = (uint64_t)nch_options_integer(options, "seed");
	t->shuffle = strcmp(nch_options_text(options, "shuffle"), "yes") == 0;
	t->patience = (size_t)nch_options_integer(options, "patience");
	if (nch_options_given(options, "max-hours"))
		t->deadline = nch_seconds() + 3600.0 * nch_options_real(options, "max-hours");
	t->keep_checkpoints = (size_t)nch_options_integer(options, "keep-checkpoints");
	t->log = nch_options_text(options, "log");
	nch_options_values(options, values);
	t->values = values->data;
	NCH_TRY(nch_buffer_check(values, error));
	return read_interval(nch_options_text(options, "checkpoint-every"), t, error);
}

nch_status nch_train_options_read(const nch_options *options, nch_experiment_options *experiment, nch_labels *labels, nch_buffer *values,
                                  nch_error *error)
{
	static const char *const bests[] = {"accuracy", "macro-f1", "micro-f1", "loss", NULL};
	nch_train_options *t = &experiment->training;
	NCH_TRY(nch_data_options_read(options, false, &experiment->data, labels, error));
	experiment->train = nch_options_files(options, "train");
	experiment->valid = nch_options_files(options, "valid");
	experiment->test = nch_options_files(options, "test");
	experiment->valid_split = nch_options_real(options, "valid-split");
	experiment->test_split = nch_options_real(options, "test-split");
	experiment->valid_from_end = strcmp(nch_options_text(options, "valid-from"), "end") == 0;
	experiment->split_seed = (uint32_t)nch_options_integer(options, "split-seed");
	experiment->stratify = nch_options_flag(options, "stratify");
	experiment->allow_unknown = nch_options_flag(options, "allow-unknown");
	experiment->init = nch_options_text(options, "init");
	experiment->preset = nch_options_text(options, "preset");
	experiment->tokenizer = nch_options_text(options, "tokenizer");
	experiment->max_len = nch_options_text(options, "max-len");
	experiment->dropout = nch_options_real_or_nan(options, "dropout");
	experiment->attention_dropout = nch_options_real_or_nan(options, "attention-dropout");
	experiment->classifier_dropout = nch_options_real_or_nan(options, "classifier-dropout");
	experiment->class_weights = nch_options_text(options, "class-weights");
	experiment->freeze = nch_options_text(options, "freeze");
	experiment->layer_decay = nch_options_real(options, "layer-decay");
	experiment->recipe = nch_options_text(options, "recipe");
	experiment->baseline = nch_options_flag(options, "baseline");
	experiment->calibrate = nch_options_flag(options, "calibrate");
	NCH_TRY(read_ngrams(options, &experiment->ngram, error));
	NCH_TRY(nch_steps_options_read(options, t, values, error));
	NCH_TRY(nch_shape_options_read(options, &experiment->shape, error));
	NCH_TRY(read_loss(options, experiment, error));
	t->best_by = (nch_best_by)choice(options, "best-by", bests);
	return check(experiment, error);
}
