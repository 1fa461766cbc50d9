/* corpora.h - many corpora in one run of pretraining: how often an epoch sees each, and each text once if so wanted. */
#ifndef NCH_TRAIN_CORPORA_H
#define NCH_TRAIN_CORPORA_H

#include "base/buffer.h"
#include "data/dataset.h"
#include "train/epoch_order.h"

/* A file, and how many times an epoch sees each of its texts: a number above 0. Borrowed. */
typedef struct nch_corpus_file {
	const char *path;
	double weight;
} nch_corpus_file;

typedef struct nch_corpus_files {
	const nch_corpus_file *items; /* [count] */
	size_t count;
} nch_corpus_files;

/* Start with {0}; release with nch_corpora_free. */
typedef struct nch_corpora {
	size_t count; /* files */
	const char **paths;      /* borrowed */
	double *weights;         /* how many times an epoch sees each text of the file */
	size_t *texts, *repeats; /* (count): all its texts, and those that stood before, in it or in an earlier file */
	size_t *train, *valid;   /* rows of the data set. A text that is seen twice an epoch stands twice in `train`, and so is another row for
	                            masks */
	size_t train_count, valid_count;
	nch_row_part *parts; /* of `train`: the copies that all epochs see, then for each file with a fraction in its weight those of which an epoch
	                        sees some */
	size_t part_count;
	size_t distinct; /* texts among `train` */
} nch_corpora;

typedef struct nch_corpora_options {
	bool drop_repeats;
	double valid_split; /* 0: none */
	uint32_t split_seed;
} nch_corpora_options;

/* Takes note of the files; reads nothing. */
nch_status nch_corpora_open(const nch_corpus_files *files, nch_corpora *corpora, nch_error *error);

/* Chooses among the rows of *dataset, which was read from corpora->paths. */
nch_status nch_corpora_choose(nch_corpora *corpora, const nch_dataset *dataset, const nch_corpora_options *options, nch_error *error);
void nch_corpora_free(nch_corpora *corpora);

/* What a person should know of it, a line a file; nothing of a single file without repeats that is seen once. */
void nch_corpora_describe(const nch_corpora *corpora, bool dropped, nch_buffer *out);

#endif
