/* experiment_data.h - the rows of an experiment: data sets read, labels selected, parts cut off. */
#ifndef NCH_TRAIN_EXPERIMENT_DATA_H
#define NCH_TRAIN_EXPERIMENT_DATA_H

#include "train/experiment_options.h"

/* Start with {0}; release with nch_experiment_data_free. */
typedef struct nch_experiment_data {
	nch_dataset train, valid, test;
	size_t *train_rows, *valid_rows, *test_rows; /* of the data set `train`; the last two where they are taken from it */
	size_t train_count, valid_count, test_count;
} nch_experiment_data;

/* Reads the files and takes test rows, then a fold or validation rows, from those of training. What selection did to the labels is told to the
 * watcher, a note a line. */
nch_status nch_experiment_data_read(const nch_experiment_options *options, const nch_experiment_watcher *watcher, nch_experiment_data *data,
                                    nch_error *error);
void nch_experiment_data_free(nch_experiment_data *data);

/* Rows of a data set; rows NULL: all. */
typedef struct nch_experiment_part {
	const nch_dataset *data;
	const size_t *rows;
	size_t count;
} nch_experiment_part;
typedef enum nch_part_kind { NCH_PART_TRAIN, NCH_PART_VALID, NCH_PART_TEST } nch_part_kind;
/* One of the parts, wherever it comes from; without rows if there is none. */
nch_experiment_part nch_experiment_part_of(const nch_experiment_data *data, nch_part_kind kind);

/* SHA-256 of the training files' rows, in hex. */
void nch_experiment_data_digest(const nch_experiment_data *data, char hex[65]);

#endif
