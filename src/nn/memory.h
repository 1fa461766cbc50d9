/* memory.h - how much memory training and predicting will take, before they take it. */
#ifndef NCH_NN_MEMORY_H
#define NCH_NN_MEMORY_H

#include <stddef.h>

#include "nn/config.h"

typedef struct nch_memory {
	size_t weights;     /* bytes of all tensors */
	size_t state;       /* training: gradients and moments */
	size_t activations; /* what the forward pass leaves for the backward pass; predicting: of one layer */
	size_t gradients;   /* of activations, the most at once, and working memory of the ops */
	size_t working;     /* packed matrices of the kernels */
	size_t all;
} nch_memory;

/* A step is computed in passes of like size over at most about this many tokens each (or one sentence, if it is longer): more would not make the
 * products faster, only the memory larger. */
enum { NCH_PASS_TOKENS = 1024 };
size_t nch_memory_passes(size_t tokens); /* at least 1 */

/* A step on `tokens` tokens in `sentences` sentences of up to `longest` tokens. moments: 2 for Adam's family, 1 for SGD. */
nch_memory nch_memory_training(const nch_config *config, size_t parameters, size_t tokens, size_t sentences, size_t longest, size_t threads,
                               size_t moments);
/* A batch of prediction. The weights are mapped: they count only as far as they are used, and are shared between processes. */
nch_memory nch_memory_predicting(const nch_config *config, size_t parameters, size_t tokens, size_t sentences, size_t longest, size_t threads);

#endif
