/* contrast.h - contrast sets: a sentence, and what a small change makes of it (Gardner et al. 2020, "Evaluating models' local decision boundaries via
 * contrast sets").
 *
 * A change turns the label ("무서워" - "안 무서워"), or must not (a name, an honorific ending, a missing blank). A model that looks at single words
 * has the originals right and loses the changed ones; whether it has whole sets right tells more than either. */
#ifndef NCH_REPORT_CONTRAST_H
#define NCH_REPORT_CONTRAST_H

#include <stdbool.h>

#include "base/buffer.h"
#include "data/dataset.h"

typedef struct nch_contrast {
	size_t sets;                          /* with two rows or more */
	size_t originals_right;               /* of the sets' first rows */
	size_t changed, changed_right;        /* the other rows */
	size_t whole;                         /* sets all of whose rows are right */
} nch_contrast;

/* Rows with the same value of data->groups are a set; the first is its original. right (rows): whether the model has the row right. A row that is
 * alone counts nowhere; no set at all is NCH_DATA. */
nch_status nch_contrast_make(const nch_dataset *data, const bool *right, nch_contrast *contrast, nch_error *error);

/* A line for people ("contrast sets (pair): originals 0.81, changed 0.62, wholly right 0.55 of 406"), and a JSON object. */
void nch_contrast_text(const nch_contrast *contrast, const char *column, nch_buffer *out);
void nch_contrast_json(const nch_contrast *contrast, nch_buffer *out);

#endif
