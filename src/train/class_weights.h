/* class_weights.h - how much a row of each label counts in the loss. */
#ifndef NCH_TRAIN_CLASS_WEIGHTS_H
#define NCH_TRAIN_CLASS_WEIGHTS_H

#include "data/dataset.h"

typedef struct nch_class_weight {
	const char *text; /* as it was said, "a=1.5": the label's name is the beginning of it */
	size_t length, name_length;
	float weight;
} nch_class_weight;

/* What is asked for; {0}: all labels count alike. Borrowed. */
typedef struct nch_class_weights {
	bool balanced;                 /* rare labels count more, see nch_class_weights_make */
	const nch_class_weight *items; /* those that are named; the others have 1 */
	size_t count;
} nch_class_weights;

/* The weights (labels) for rows of a data set, NULL for none; release with nch_free. "Balanced" is n / (labels × n of the label), n being how often
 * labels stand in the rows: with one label a row that is the number of rows, and the formula is scikit-learn's; with several, each of them counts. A
 * name that the data don't have is NCH_USAGE. */
nch_status nch_class_weights_make(const nch_class_weights *wanted, const nch_dataset *data, const size_t *rows, size_t count, float **weights,
                                  nch_error *error);

#endif
