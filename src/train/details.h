/* details.h - what a step shows beyond its loss (--log-details): how far each part's weights moved, how widely its heads look, which of its units are
 * silent.
 *
 * Whoever looks changes nothing: the first sentences of the step go through the model once more, alone, without dropout and before the step, and the
 * weights are compared with a copy. So the bits of training are the same with and without. */
#ifndef NCH_TRAIN_DETAILS_H
#define NCH_TRAIN_DETAILS_H

#include "data/examples.h"
#include "nn/eye.h"
#include "nn/model.h"

enum { NCH_DETAIL_SENTENCES = 4 }; /* of each step */

/* A unit of a feed-forward part is silent where it gives less than this, either way: GELU does left of -2.9. */
#define NCH_DETAIL_SILENT 0.005f

/* Arrays of NaN where there is nothing of the kind. */
typedef struct nch_details {
	size_t levels, layers;
	double *update_ratio;      /* (levels): ‖w' - w‖ / ‖w‖ of the embeddings, each layer, the head. ALBERT's layers are one level; a generator is
	                              part of the head */
	double *attention_entropy; /* (layers): -Σ p ln p of a row of attention over ln(keys), mean over rows, heads and sentences: 1 looks at all
	                              alike, 0 at one */
	double *dead_units;        /* (layers): share of the units that were silent at every token */
	/* working memory */
	float *before;             /* the weights before the step */
	size_t *level_of;          /* (tensors of the model) */
	size_t units, layer;       /* width of the feed-forward part; the layer that is being looked at */
	bool *spoke;               /* (layers, units) */
	double *rows;              /* (layers): of attention, that were added up */
	nch_packed packed;
} nch_details;

/* Start with {0}; release with nch_details_free. */
nch_status nch_details_new(const nch_model *model, nch_details *details, nch_error *error);
void nch_details_free(nch_details *details);

/* Before a step on these rows: looks at the first of them, with a tape that is free, and remembers the weights. */
nch_status nch_details_before(nch_details *details, const nch_model *model, nch_tape *tape, const nch_examples *examples, const size_t *rows,
                              size_t count, nch_error *error);
/* After it: how far the weights have moved. */
void nch_details_after(nch_details *details, const nch_model *model);

#endif
