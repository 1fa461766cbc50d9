/* jury.h - models put before labelled data: what eval measures and ensemble --greedy chooses by. */
#ifndef NCH_CLI_JURY_H
#define NCH_CLI_JURY_H

#include "cli/options.h"
#include "train/ensemble.h"

/* The labels of a model as a list. */
nch_status nch_jury_labels(const nch_predictor *predictor, nch_labels *labels, nch_error *error);

/* The rows of the files of --data for one model: its labels, its cleansing, its way of showing targets. group: a column to slice by, or NULL. Start
 * with {0}. */
nch_status nch_jury_read(const nch_options *options, nch_text_list files, const nch_predictor *predictor, const nch_labels *labels, const char *group,
                         nch_dataset *data, nch_error *error);

/* Every member's scores of the rows, and the truth. Start with {0}, release with nch_jury_bench_free. */
typedef struct nch_jury_bench {
	nch_jury jury;
	nch_labels labels; /* of the first member */
	float **scores;    /* (members) (rows, labels) */
	float *goals;
	int32_t *label;
} nch_jury_bench;
nch_status nch_jury_bench_fill(const nch_options *options, nch_text_list files, const nch_ensemble *ensemble, nch_jury_bench *bench,
                               nch_error *error);
void nch_jury_bench_free(nch_jury_bench *bench);

#endif
