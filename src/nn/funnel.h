/* funnel.h - what a Funnel-Transformer's config has beside what all have (Dai et al. 2020). */
#ifndef NCH_NN_FUNNEL_H
#define NCH_NN_FUNNEL_H

#include "nn/model.h"

enum { NCH_MAX_BLOCKS = 16 };

/* What Funnel has beside: blocks of layers, each of which begins by halving the number of rows (Dai et al. 2020). */
typedef struct nch_funnel_config {
	size_t blocks, sizes[NCH_MAX_BLOCKS]; /* layers of each block */
	size_t repeats[NCH_MAX_BLOCKS];       /* how many times each layer of a block is gone through */
	size_t head_width;                    /* d_head; the other families have hidden / heads */
	float activation_dropout;
	bool largest;       /* pooling_type max; else mean */
	bool factorized;    /* attention_type: another way to the same numbers, kept for the file's sake */
	bool separate_cls;  /* the first token is pooled with nobody, and has no place */
	bool truncate;      /* truncate_seq: with separate_cls, the last token is not pooled, which keeps lengths powers of two */
	bool queries_only;  /* pool_q_only: keys and values of a block's first layer are the rows before pooling */
} nch_funnel_config;
nch_funnel_config *nch_funnel_of(const nch_config *config); /* NULL of another family's */

/* (rows, hidden): the last block's output. *rows gets the sentences as they lie in it, offsets and types; valid until the step ends. NULL without
 * memory. */
nch_tensor *nch_funnel_encode(const nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows);

#endif
