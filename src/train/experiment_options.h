/* experiment_options.h - what a training run is told, what it gives back, and who looks on. */
#ifndef NCH_TRAIN_EXPERIMENT_OPTIONS_H
#define NCH_TRAIN_EXPERIMENT_OPTIONS_H

#include "base/text_list.h"
#include "data/dataset.h"
#include "ngram/model.h"
#include "report/metrics.h"
#include "train/class_weights.h"
#include "train/layers.h"
#include "train/settings.h"
#include "train/training.h"

/* How many tokens a row keeps: so many; or else that percentile of the training rows' lengths, rounded up; or else (both 0) what the model can
 * take. */
typedef struct nch_max_len {
	size_t tokens;
	double percentile;
} nch_max_len;

/* What `nunchi train` is told. Texts are borrowed. */
typedef struct nch_experiment_options {
	nch_text_list train, valid, test;
	nch_dataset_options data;
	double valid_split, test_split; /* shares of the training files; 0: none. The test part is taken first, validation from what is left */
	bool valid_from_end;            /* the last rows (Keras), not random ones */
	uint32_t split_seed;
	bool stratify;
	size_t folds, fold;    /* folds > 0: validation is fold number `fold` of KFold (stratify: StratifiedKFold) over the rows that are no test
	                          rows, and what is said of it is left in held-out.jsonl */
	const char *init;      /* folder to begin with, or NULL */
	const char *preset;    /* tiny … large, ngram, or NULL */
	nch_shape shape;       /* other measures for the preset */
	const char *tokenizer; /* file or folder; NULL: that of `init` */
	float dropout, attention_dropout, classifier_dropout; /* NaN: the config's own */
	nch_max_len max_len;
	nch_class_weights class_weights;
	const char *recipe;    /* its name or file, for nunchi.json; or NULL */
	const char *command;   /* for the model card: what was typed; or NULL */
	nch_freeze freeze;     /* what keeps its weights */
	double layer_decay;    /* 0 or 1: none */
	bool skip_done;        /* where training.out holds all that this very run leaves in the end, nothing is done */
	bool allow_unknown;    /* go on though more than 30 % of the tokens are unknown */
	nch_train_options training; /* out, values, optimizer, …; loss, class_weights, identity and keep are filled in */
	nch_ngram_shape ngram; /* of the n-gram model: preset "ngram", and the baseline */
	bool baseline;         /* measure an n-gram model beside, trained on the same rows */
	bool calibrate;        /* fit temperatures on the validation rows (train/calibration.h) */
	bool loss_given;       /* training.loss is what was asked for; else ce, or bce for several labels a row */
} nch_experiment_options;

typedef struct nch_experiment_result {
	nch_train_result training;
	size_t train_rows, valid_rows, test_rows, max_len, parameters;
	bool skipped;            /* the run was done already: nothing else is said here */
	bool has_valid, has_test;
	nch_metrics valid, test; /* of the best epoch's model */
	bool has_baseline;
	nch_metrics baseline;    /* of the n-gram model, on the test rows, else on the validation rows */
	nch_labels labels;
	double seconds;          /* of training alone */
} nch_experiment_result;
void nch_experiment_result_free(nch_experiment_result *result); /* start with {0} */

/* Told what happens: the training's watcher, and warnings. */
typedef struct nch_experiment_watcher {
	nch_train_watcher training;
	void (*warning)(void *context, const char *text);
} nch_experiment_watcher;

#endif
