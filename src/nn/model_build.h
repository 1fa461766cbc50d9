/* model_build.h - how a family makes the list of its layers' tensors. For src/nn/model.c and the families' descriptors. */
#ifndef NCH_NN_MODEL_BUILD_H
#define NCH_NN_MODEL_BUILD_H

#include "nn/family.h"

enum { NCH_TENSORS_A_LAYER = 20 }; /* the most */

typedef struct nch_builder {
	struct nch_model *model;   /* whose tensors are made */
	struct nch_model *list;    /* in whose list they stand: its own, or its discriminator's */
	const nch_tensor_names *names;
	size_t depth; /* of what is added now, see nch_tensor */
	bool failed;
} nch_builder;

/* A new tensor of this name, or of the name "part.what"; it is an empty place where memory is short, and the builder has failed. */
nch_tensor *nch_build_tensor(nch_builder *b, const char *name, size_t rows, size_t columns, nch_role role);
nch_tensor *nch_build_part(nch_builder *b, const char *part, const char *what, size_t rows, size_t columns, nch_role role);
/* "part.weight" and "part.bias"; of a dense layer (out, in) and (out), of a LayerNorm both (width). */
void nch_build_dense(nch_builder *b, const char *part, size_t out, size_t in, nch_tensor **weight, nch_tensor **bias);
void nch_build_norm(nch_builder *b, const char *part, size_t width, nch_tensor **gamma, nch_tensor **beta);

#endif
