/* int8.h - a model's weights as bytes: each row of a matrix or of a table is whole numbers of -127 … 127 times a scale (kernels/int8.h).
 *
 * In a file such a tensor is two: NAME, of type I8, and NAME_scale, float32, a number for each row. Which tensors may be kept so their builder says
 * (nch_tensor.bytes); the rest, LayerNorms, biases and the classifier's own few rows, stays float32. */
#ifndef NCH_NN_INT8_H
#define NCH_NN_INT8_H

#include "base/arena.h"
#include "io/weights.h"
#include "kernels/int8.h"
#include "nn/tape.h"

typedef struct nch_int8_weights {
	nch_int8_matrix matrix; /* of a matrix: packed for products */
	const int8_t *table;    /* of a table: (rows, columns) */
	const float *scale;     /* (rows) */
} nch_int8_weights;

/* Makes tensor->int8, in the arena's memory, from what a file has: whole numbers with their scales, which a table goes on reading where they lie, or
 * floats, which are rounded. NCH_DATA if there are numbers among them that are none. */
nch_status nch_int8_take(nch_tensor *tensor, const nch_weight *weight, nch_arena *arena, nch_error *error);

/* Whether a model in bytes has this tensor's floats rounded. */
bool nch_int8_rounds(const nch_tensor *tensor);

/* The floats that a tensor's bytes stand for: out (rows, columns). */
void nch_int8_floats(const nch_tensor *tensor, float *out);

/* The bytes themselves, row by row: out (rows, columns). */
void nch_int8_bytes(const nch_tensor *tensor, int8_t *out);

#endif
