/* pretrain.h - a whole pretraining run: texts without labels, tokens hidden in them, and a model that learns to say what they were, or which ones
 * were replaced. */
#ifndef NCH_TRAIN_PRETRAIN_H
#define NCH_TRAIN_PRETRAIN_H

#include "data/dataset.h"
#include "train/corpora.h"
#include "train/experiment_options.h"

/* What `nunchi pretrain` is told. Texts are borrowed. */
typedef struct nch_pretrain_options {
	nch_corpus_files corpus;
	bool drop_duplicates;     /* each text of the corpora is seen once */
	nch_text_list valid;
	nch_dataset_options data; /* which column the text is in; labels are not looked for */
	double valid_split;       /* share of the corpus; 0: none */
	uint32_t split_seed;
	const char *init;      /* folder to go on with, or NULL */
	const char *preset;    /* tiny … large, or NULL */
	nch_shape shape;       /* other measures for the preset */
	bool replaced;         /* --objective rtd: a discriminator and its generator (train/replaced.h); training.rtd_weight is given */
	double generator_size; /* width of a new generator over that of the discriminator */
	bool generator_size_given; /* then a folder's generator must not be of another one */
	const char *tokenizer; /* file or folder; NULL: that of `init` */
	float dropout, attention_dropout; /* NaN: the config's own */
	size_t max_len;        /* tokens a text is cut to; 0: the model's own limit */
	double mask_share;
	bool whole_word;
	bool allow_unknown;    /* go on though more than 30 % of the tokens are unknown */
	nch_train_options training; /* loss, masking, identity and keep are filled in */
} nch_pretrain_options;

typedef struct nch_pretrain_result {
	nch_train_result training;
	size_t train_rows, valid_rows; /* texts, each counted once */
	size_t tokens;                 /* that an epoch sees, or about so many */
	size_t max_len, parameters;
	double seconds; /* of training alone */
	size_t generator_parameters; /* of `parameters`, without the tables, which are shared; 0: there is none */
	char generator_fingerprint[65];
} nch_pretrain_result;
void nch_pretrain_result_free(nch_pretrain_result *result); /* start with {0} */

/* Runs it. training.out gets a masked language model's folder (transformers' ...ForMaskedLM, which `nunchi train --init` fine-tunes and `nunchi
 * pretrain --init` goes on with), nunchi.json, log.jsonl, self_test.json and checkpoint/; of replaced-token detection an ElectraForPreTraining's,
 * with an ElectraForMaskedLM in OUT/generator/. */
nch_status nch_pretrain_run(const nch_pretrain_options *options, nch_compute *compute, const nch_experiment_watcher *watcher,
                            nch_pretrain_result *result, nch_error *error);

#endif
