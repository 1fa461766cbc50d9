/* tape.h - automatic differentiation, in reverse.
 *
 * Every op below computes its result at once and, while recording, writes itself down on the tape; nch_tape_backward reads the tape from its
 * end and lets every op turn the gradient of its output into those of its inputs. An op is one place: its builder (shapes, forward) and
 * its backward stand together in src/nn/op_*.c, and tests/unit/ops_test.c holds each against finite differences.
 *
 * All matrices are (rows, columns) of floats, a row a token (or a sentence, after pooling). Sentences are packed one after the other, with
 * offsets; there is no padding and no mask. */
#ifndef NCH_NN_TAPE_H
#define NCH_NN_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "nn/compute.h"
#include "nn/loss.h"

typedef enum nch_role { NCH_WEIGHT, NCH_BIAS, NCH_GAMMA, NCH_BETA } nch_role; /* gamma, beta: of a LayerNorm, gain and bias */

/* As which kind of bytes a model may keep a tensor (nn/int8.h): not at all, as a matrix that rows are multiplied by, or as a table of rows to look
 * up; or as a table too small to be worth rounding, which is kept so only where a file has it so. */
typedef enum nch_bytes { NCH_NO_BYTES, NCH_MATRIX_BYTES, NCH_TABLE_BYTES, NCH_SMALL_TABLE_BYTES } nch_bytes;
struct nch_int8_weights;
struct nch_int8_rows;

typedef struct nch_tensor {
	float *data; /* (rows, columns); a parameter's may be mapped from a file, and then is only read; NULL where it is kept as bytes */
	float *grad; /* the same shape, or NULL */
	size_t rows, columns;
	bool wants_grad; /* a parameter that is trained, or something that depends on one */
	bool grad_set;   /* grad holds a value: the next one is added */
	/* parameters only */
	const char *name;
	size_t rank;     /* 1: shape (columns), 2: (rows, columns), 3: (rows, columns / inner, inner) */
	size_t inner;
	nch_role role;
	size_t depth;    /* 0: embeddings, 1 + l: layer l, 1 + layers: head */
	bool no_decay;   /* bias or LayerNorm */
	bool fresh;      /* newly initialised, not read from a file */
	nch_bytes bytes; /* what it may become as bytes */
	const struct nch_int8_weights *int8; /* what it is as bytes (nn/int8.h), or NULL */
	/* activations only */
	const struct nch_int8_rows *rounded; /* the same as bytes, once a product has wanted them; or NULL */
} nch_tensor;

/* The sentences of one batch. */
typedef struct nch_batch {
	size_t tokens, sentences;
	const int32_t *token;    /* (tokens) */
	const int32_t *type;     /* (tokens): 0, or 1 in the second text of a pair */
	const int32_t *position; /* (tokens) */
	const size_t *offsets;   /* (sentences + 1): sentence s has the tokens offsets[s] .. offsets[s+1]-1 */
} nch_batch;

size_t nch_batch_longest(const nch_batch *batch); /* tokens of the longest sentence */

typedef struct nch_tape nch_tape;
typedef struct nch_node nch_node;

/* What a step needs to know beside its input. Dropout is drawn for (seed, step, place in the model, row): with `token_row` and `sentence_row` set to
 * what earlier micro-batches of the same step held, an accumulated batch has the masks of the whole one. */
typedef struct nch_step {
	bool record;  /* false: only compute; activations are given back as soon as they can be */
	bool dropout; /* false: evaluation */
	uint64_t seed;
	uint32_t number;
	uint64_t token_row, sentence_row;
	uint32_t site; /* added to each place's number: where two models are trained in a step, the second draws apart */
} nch_step;

nch_status nch_tape_new(nch_compute *compute, nch_tape **tape, nch_error *error);
void nch_tape_free(nch_tape *tape);

/* Takes memory for steps of that size in advance: bytes of activations, and of their gradients. Only a wish; before the first step. */
void nch_tape_reserve(nch_tape *tape, size_t activations, size_t gradients);
/* Forgets everything of the last step. */
nch_status nch_tape_begin(nch_tape *tape, const nch_step *step, nch_error *error);
/* Out of memory in any op since begin? Ops return NULL then, and take NULL as input, so one check at the end is enough. */
nch_status nch_tape_check(const nch_tape *tape, nch_error *error);
/* The gradients of every tensor that wants one, added to what is set. Activations' gradients are released as they are used. */
nch_status nch_tape_backward(nch_tape *tape, nch_error *error);

const nch_step *nch_tape_step(const nch_tape *tape);
nch_compute *nch_tape_compute(const nch_tape *tape);
size_t nch_tape_peak(const nch_tape *tape); /* bytes of activations and their gradients, the most at once */

/* Somebody who wants to see attention: told of each nch_attention_op, in order, right after it was computed; what `attention` points to is valid
 * during the call only. The kernels' attention_map makes the probabilities from it. watch NULL: nobody (as at first). Attention with relative
 * positions is not told. */
typedef void nch_attention_watch(void *context, const nch_attention *attention, const nch_batch *batch);
void nch_tape_watch_attention(nch_tape *tape, nch_attention_watch *watch, void *context);

/* Memory until the next step begins, for what ops are told by pointers: offsets, types. NULL, and the tape has failed, without memory. */
void *nch_tape_alloc(nch_tape *tape, size_t count, size_t size);

/* A matrix that is neither computed by an op nor trained; the caller fills it. NULL without memory. */
nch_tensor *nch_tape_constant(nch_tape *tape, size_t rows, size_t columns);

/* --- ops --- */

/* (tokens, columns): word[token] + type[type] + position[position] (Devlin et al. 2019, section 3). type may be NULL. */
nch_tensor *nch_embedding(nch_tape *tape, const nch_batch *batch, nch_tensor *word, nch_tensor *type, nch_tensor *position);

/* y (m, n) = f(x) · weightᵀ + bias, x (m, k), weight (n, k), bias (n) or NULL; f is an activation, or NCH_ACTIVATIONS for none. f(x) is not kept:
 * the backward pass makes it again from x. */
nch_tensor *nch_linear(nch_tape *tape, nch_tensor *x, nch_activation f, nch_tensor *weight, nch_tensor *bias);
/* For an x that several layers multiply, each in memory that ends with it: where `weight` is kept as bytes, x is rounded to bytes now, in memory that
 * lives as long as x. x may be NULL. */
void nch_linear_foresee(nch_tape *tape, nch_tensor *x, const nch_tensor *weight);

/* y = LayerNorm(residual + dropout(x)) (Ba et al. 2016); gamma, beta (columns); residual and beta may be NULL. x's memory is taken over: it may not
 * be used by another op, unless there is neither residual nor dropout, which leaves x as it is. `site` numbers the dropout. */
nch_tensor *nch_layer_norm(nch_tape *tape, nch_tensor *x, nch_tensor *residual, float dropout, uint32_t site, nch_tensor *gamma,
                           nch_tensor *beta, float epsilon);

/* (tokens, heads · width): scaled dot-product attention within each sentence (Vaswani et al. 2017). q, k, v (tokens, heads · width). */
nch_tensor *nch_attention_op(nch_tape *tape, const nch_batch *batch, nch_tensor *q, nch_tensor *k, nch_tensor *v, size_t heads, float dropout,
                             uint32_t site);

/* The same with queries, keys and values in one matrix, (tokens, 3 · heads · width), whose memory is taken over. Before they meet, queries and keys
 * are rotated by their place in the sentence (Su et al. 2021, "RoFormer", section 3.4.2): with half = width / 2, the numbers d and d + half of a head
 * by the angle place · theta^(-d / half). `turns` (longest, width) has their cosines, then their sines: nch_rotary_turns. A token sees those at most
 * `window` away; 0: all. */
nch_tensor *nch_rotary_attention_op(nch_tape *tape, const nch_batch *batch, nch_tensor *qkv, const float *turns, size_t heads, size_t window,
                                    float dropout, uint32_t site);
const float *nch_rotary_turns(nch_tape *tape, size_t longest, size_t width, float theta); /* valid until the step ends; NULL without memory */

/* (rows, columns): a + b. */
nch_tensor *nch_add_op(nch_tape *tape, nch_tensor *a, nch_tensor *b);

/* (rows, columns / 2): f(left half) · right half, a gated linear unit (Dauphin et al. 2017); with GELU it is GeGLU (Shazeer 2020). */
nch_tensor *nch_gate_op(nch_tape *tape, nch_tensor *x, nch_activation f);

nch_tensor *nch_activate(nch_tape *tape, nch_tensor *x, nch_activation f);

/* y = dropout(x). `first_row` is the address of x's first row: the step's token_row where rows are tokens, sentence_row where they are sentences. */
nch_tensor *nch_dropout_op(nch_tape *tape, nch_tensor *x, float p, uint32_t site, uint64_t first_row);

/* (count, columns): the rows of x with these indices, e.g. each sentence's first token. `index` must stay valid until the step ends. */
nch_tensor *nch_select_rows(nch_tape *tape, nch_tensor *x, const size_t *index, size_t count);

/* The same where x's rows are not the batch's tokens: row r of sentence s, which has the rows offsets[s] .. offsets[s+1]-1 of x, has the address of
 * the token addresses[s] + r - offsets[s], so that the masks do not depend on what other sentences were pooled to. Both have `sentences` + 1
 * entries. */
nch_tensor *nch_dropout_packed(nch_tape *tape, nch_tensor *x, float p, uint32_t site, const size_t *offsets, const size_t *addresses,
                               size_t sentences);

/* Attention with relative positions: kernels/kernels.h has the formula. q (queries, heads · width), k, v (keys, heads · width). A distance's vector
 * is its row of waves, which is no weight, times the kernel. What the shape points to must stay valid until the step ends. */
typedef struct nch_relative_shape {
	const nch_batch *queries, *keys; /* sentences, offsets and types */
	const size_t *addresses;         /* for dropout: offsets of the sentences in the batch before any pooling */
	size_t step;                     /* keys from one query to the next */
	size_t distances, zero, columns; /* waves (distances, columns), the largest distance first; row `zero`: that of first query and first key */
	const float *waves;
	bool first_apart;                /* the first token has neither place nor type */
} nch_relative_shape;
typedef struct nch_relative_weights {
	nch_tensor *kernel;                               /* (columns, heads · width) */
	nch_tensor *content_bias, *place_bias, *kind_bias; /* (heads, width) */
	nch_tensor *segments;                             /* (2, heads · width) */
} nch_relative_weights;
nch_tensor *nch_relative_op(nch_tape *tape, const nch_relative_shape *shape, nch_tensor *q, nch_tensor *k, nch_tensor *v,
                            const nch_relative_weights *weights, size_t heads, float dropout, uint32_t site);

/* Attention with content and position apart: kernels/kernels.h has the formula. q, k, v (tokens, heads · width); key_places, query_places (rows,
 * heads · width), or NULL for a term that is left out. scale is 1 / sqrt(width · terms). What `distances` points to must stay valid until the step
 * ends. */
typedef struct nch_distances {
	size_t rows, zero;    /* query i and key j of a sentence have the row row_of[zero + i - j] */
	const size_t *row_of; /* (2 · zero + 1), never falling */
} nch_distances;
nch_tensor *nch_disentangled_op(nch_tape *tape, const nch_batch *batch, nch_tensor *q, nch_tensor *k, nch_tensor *v, nch_tensor *key_places,
                                nch_tensor *query_places, const nch_distances *distances, size_t heads, size_t terms, float dropout, uint32_t site);

/* (count, columns): row r is the mean, or element by element the largest, of the rows begin[r] .. end[r]-1 of x. No row of x may be in two of
 * them. */
nch_tensor *nch_pool_rows(nch_tape *tape, nch_tensor *x, const size_t *begin, const size_t *end, size_t count, bool largest);

/* (sentences, columns): the mean of each sentence's rows. */
nch_tensor *nch_mean_rows_op(nch_tape *tape, nch_tensor *x, const nch_batch *batch);

/* What is minimised. logits z (rows, classes).
 *   CE:  row i has the class target[i] (or -1: the row does not count): scale · weight[t] · -sum_c q(c) ln softmax(z)(c), with
 *        q = (1 - smoothing) [c = t] + smoothing / classes; with weights, torch's rule for the smoothed part.
 *   BCE, FOCAL, ASL: row i has goals[i·classes + c] in [0, 1]: scale · the sum over c of nn/loss.h's formula, positives times weight[c], goals
 *        smoothed by nch_loss_smooth.
 *   ASL_SINGLE: scale · nch_loss_asl_single of the row, with goals, or where they are NULL with target[i] (-1: the row does not count).
 * `scale` is 1 / (what the mean is taken over), of the whole batch. Each row's loss is added in double to *sum, rows ascending. */
typedef struct nch_loss {
	nch_loss_kind kind;
	const int32_t *target; /* (rows) */
	const float *goals;    /* (rows, classes) */
	const float *weight;   /* (classes) or NULL */
	float smoothing;
	nch_loss_shape shape; /* the constants of FOCAL and ASL */
	double scale;
	double *sum;
} nch_loss;

/* Computes the loss and, while recording, the gradient of the logits. The arrays must stay valid until the step ends. */
void nch_loss_op(nch_tape *tape, nch_tensor *logits, const nch_loss *loss);

/* Where nothing is recorded, since nobody asks or nothing so far is trained: everything allocated since the mark is given back, except `kept`, which
 * is moved there. Else it does nothing. Returns the tensor to go on with. */
nch_arena_mark nch_tape_mark(const nch_tape *tape);
nch_tensor *nch_tape_keep(nch_tape *tape, nch_arena_mark mark, nch_tensor *kept);

#endif
