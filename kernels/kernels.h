/* kernels.h - the table of kernels: everything in nunchi that touches many numbers at once.
 *
 * Matrices are row-major floats. Every kernel is written once on v16 (vec.h), compiled for each instruction set, and gives the same bits in
 * all of them, for any number of threads and any range that a call is asked for:
 *   - an element of a matrix product is one chain of fma, k ascending, from what is there (or 0, or the bias);
 *   - any other sum has sixteen lanes: lane l takes the elements with index = l (mod 16) in ascending order, a short tail counts as
 *     zeros, and the lanes are folded 8+8, 4+4, 2+2, 1+1;
 *   - a gradient that many tokens share is a chain over the tokens in ascending order; threads split its columns.
 * Kernels allocate nothing and cannot fail; the caller owns every array. Arrays of one call must not overlap unless the
 * comment says so. "Rows [begin, end)" and "columns [begin, end)" are the part that this call computes. */
#ifndef NCH_KERNELS_H
#define NCH_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/threads.h"

struct nch_kernels;
struct nch_int8_kernels;

/* Who computes: the table, the threads, and their working memory. nn/compute.h makes one. */
typedef struct nch_compute {
	const struct nch_kernels *kernels;
	const struct nch_int8_kernels *int8; /* products of bytes (kernels/int8.h); NULL where none are wanted */
	nch_pool *pool;        /* NULL: the calling thread alone */
	float *shared;         /* nch_gemm_shared_floats(): the packed part of a product's right side */
	float *scratch;        /* threads × scratch_floats: one part for each thread */
	size_t scratch_floats; /* >= nch_gemm_scratch_floats(), and what attention needs */
} nch_compute;

/* C = A·B, or C += A·B, or C = bias + A·B.   a(i,p) = a[i·a_row + p·a_col], b(p,j) = b[p·b_row + j·b_col], c(i,j) = c[i·c_row + j],
 * i < m, j < n, p < k. Of each of a and b one step must be 1. k = 0 leaves what the chain starts from. */
typedef struct nch_gemm {
	size_t m, n, k;
	const float *a;
	size_t a_row, a_col;
	const float *b;
	size_t b_row, b_col;
	float *c;
	size_t c_row;
	const float *bias; /* (n), or NULL; not with accumulate */
	int accumulate;    /* the chain starts from c; otherwise c is overwritten, NaN or not */
} nch_gemm;

enum { NCH_GEMM_STEPS = 7 };

size_t nch_gemm_shared_floats(void);
size_t nch_gemm_scratch_floats(void);

/* Dropout (Srivastava et al. 2014), inverted: an element is kept with probability 1 - p and multiplied by 1 / (1 - p), or is 0.
 * Whether it is kept depends on seed, step, site, row and column alone (Philox4x32-10, Salmon et al. 2011), so the mask
 * is never stored: the backward pass makes it again. p = 0 keeps everything. */
typedef struct nch_dropout {
	uint64_t seed;
	uint32_t step; /* of the optimizer */
	uint32_t site; /* which dropout of the model */
	uint64_t row;  /* added to the row index: where this micro-batch begins in the batch */
	float p;
} nch_dropout;

/* y = LayerNorm(s) with s = residual + dropout(x)   (Ba et al. 2016):  y = (s - mean) · rstd · gamma + beta, where mean and variance (of all
 * `columns`, not corrected) are taken over a row and rstd = 1 / sqrt(variance + epsilon). */
typedef struct nch_norm {
	size_t columns;
	float epsilon;
	const float *x;        /* (rows, columns) */
	const float *residual; /* (rows, columns) or NULL: s = dropout(x) */
	nch_dropout dropout;
	const float *gamma, *beta; /* (columns) */
	float *sum;                /* (rows, columns): s, for the backward pass; may be x; NULL: not kept (then x is not changed) */
	float *mean, *rstd;        /* (rows); NULL where sum is */
	float *y;                  /* (rows, columns); may be x or residual where the caller needs those no longer */
} nch_norm;

/* Its backward pass. ds = rstd · (g - mean(g) - xhat · mean(g · xhat)) with g = dy · gamma, xhat = (s - mean) · rstd; ds is the residual's gradient,
 * and dropout(ds) that of x. */
typedef struct nch_norm_backward {
	size_t rows, columns;
	const float *sum, *mean, *rstd, *gamma;
	const float *dy; /* (rows, columns) */
	float *ds;       /* (rows, columns); may be dy once the parameters' gradients are done */
	float *dgamma, *dbeta; /* (columns), added to */
} nch_norm_backward;

/* Scaled dot-product attention (Vaswani et al. 2017, section 3.2) over packed sentences: sentence s has the rows offsets[s] .. offsets[s+1]-1
 * and its tokens see one another and nobody else; no mask, no padding. Head h has the columns h·width .. (h+1)·width-1.
 * out = dropout(softmax(q kᵀ · scale)) v. The address of a dropout element is (query row · heads + head, key's place in its sentence). */
typedef struct nch_attention {
	size_t heads, width;   /* width of one head */
	const size_t *offsets; /* (sentences + 1) */
	const float *q, *k, *v;
	size_t row;            /* floats from one token to the next in q, k, v and dq, dk, dv */
	float scale;           /* 1 / sqrt(width) */
	size_t window;         /* a token sees those at most so far from it (Beltagy et al. 2020, "Longformer", section 3.1); 0: all */
	nch_dropout dropout;
	float *out;            /* (tokens, heads · width) */
	/* backward */
	const float *dout;     /* (tokens, heads · width) */
	float *dq, *dk, *dv;   /* overwritten */
} nch_attention;

/* Working memory of one call, in floats, for sentences of up to `length` tokens. */
size_t nch_attention_scratch_floats(size_t length, size_t width);

/* Attention with relative positions over packed sentences (Dai et al. 2020, "Funnel-Transformer", appendix A.2). A sentence's queries and keys may be
 * of different number: where a block of Funnel pools, there are half as many queries. For query i and key j of a sentence, with u = zero - (step·i -
 * j) the row of `places` that belongs to their distance:
 *   score(i,j) = scale · ((q_i + content_bias) · k_j + (q_i + place_bias) · places_u + (q_i + kind_bias) · segments_same(i,j))
 * where the last two terms count as 0 for i = 0 and for j = 0 if `first_apart`; same(i,j) is 1 if the types are equal or i = 0 or j = 0.
 * out = dropout(softmax(score)) v. All arrays have rows of heads · width floats. */
typedef struct nch_relative {
	size_t heads, width, step;
	const size_t *query_offsets, *key_offsets;   /* (sentences + 1) */
	const int32_t *query_type, *key_type;        /* (queries), (keys) */
	const float *q, *k, *v;                      /* (queries, …), (keys, …), (keys, …) */
	const float *content_bias, *place_bias, *kind_bias; /* (heads · width) */
	const float *places;                         /* (distances, …): the largest first */
	size_t zero;                                 /* the row of `places` for i = j = 0 */
	const float *segments;                       /* (2, …): of another type, of the same */
	int first_apart;
	float scale;
	nch_dropout dropout;                         /* the row of query i of sentence s is (address_offsets[s] + i) · heads + head */
	const size_t *address_offsets;               /* (sentences) */
	float *out;                                  /* (queries, …) */
	/* backward */
	const float *dout;
	float *dq, *dk, *dv;                         /* overwritten */
	float *d_places;                             /* of one sentence, overwritten: (step · (queries - 1) + keys, …), from the row that its last
	                                                query begins with */
	float *d_content_bias, *d_place_bias, *d_kind_bias, *d_segments; /* added to, queries in ascending order */
} nch_relative;

/* Working memory of one call, in floats, for sentences of up to that many queries and keys. */
size_t nch_relative_scratch_floats(size_t queries, size_t keys, size_t step, size_t width);

/* Disentangled attention over packed sentences (He et al. 2021, "DeBERTa", section 3.1, as transformers' DebertaV2 has it). With u = place_of[zero +
 * i - j] for query i and key j of a sentence, the row of both tables that belongs to their distance:
 *   score(i,j) = scale · (q_i · k_j + q_i · key_places_u + k_j · query_places_u)
 * out = dropout(softmax(score)) v. place_of never falls. All matrices have rows of heads · width floats. */
typedef struct nch_disentangled {
	size_t heads, width;
	const size_t *offsets;                  /* (sentences + 1) */
	const float *q, *k, *v;                 /* (tokens, …) */
	const float *key_places, *query_places; /* (places, …) each, or NULL: without that term */
	const size_t *place_of;                 /* (2 · zero + 1), zero >= the longest sentence's tokens - 1 */
	size_t zero;
	float scale;                            /* 1 / sqrt(width · terms) */
	nch_dropout dropout;                    /* addresses as nch_attention has them */
	float *out;                             /* (tokens, …) */
	/* backward */
	const float *dout;
	float *dq, *dk, *dv;                    /* overwritten */
	float *d_key_places, *d_query_places;   /* added to */
} nch_disentangled;

/* Working memory of one call, in floats, for sentences of up to `length` tokens whose distances have up to `places` rows. */
size_t nch_disentangled_scratch_floats(size_t length, size_t places, size_t width);

typedef enum nch_activation {
	NCH_GELU,      /* x · Phi(x), by erf (Hendrycks & Gimpel 2016) */
	NCH_GELU_TANH, /* x/2 · (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): "gelu_new" */
	NCH_RELU,
	NCH_SILU,      /* x / (1 + e^-x) */
	NCH_TANH,
	NCH_ACTIVATIONS
} nch_activation;

/* One step of an optimizer over one tensor; all computed by the caller in double and rounded once. */
typedef struct nch_adam {
	float gradient_scale; /* clipping, and the mean over what was accumulated */
	float decay;          /* the weight is first multiplied by 1 - decay  (AdamW: lr · weight decay; Loshchilov & Hutter 2019) */
	float l2;             /* added to the gradient, times the weight      (Adam with L2) */
	float beta1, beta2;
	float step_size;      /* lr / (1 - beta1^t), RAdam: times its rectification */
	float root_scale;     /* 1 / sqrt(1 - beta2^t) */
	float epsilon;
	int plain;            /* RAdam before its variance is tractable: no division by the root */
} nch_adam;

typedef struct nch_kernels {
	const char *name; /* "scalar", "avx2", "avx512", "neon" */

	/* gemm.c */
	void (*gemm)(const nch_gemm *product, const nch_compute *compute);
	/* gemm_steps.c: the same product, the same bits, as fast as step 1 … NCH_GEMM_STEPS of docs/gemm.md is; a_col = b_col = 1. The last is
	 * gemm. */
	void (*gemm_step)(int step, const nch_gemm *product, const nch_compute *compute);

	/* attention.c: one head of one sentence; `scratch` holds nch_attention_scratch_floats. Every (sentence, head) may run apart. */
	void (*attention)(const nch_attention *attention, size_t sentence, size_t head, float *scratch);
	void (*attention_backward)(const nch_attention *attention, size_t sentence, size_t head, float *scratch);
	/* The same probabilities before dropout, written out: probabilities (length, length) of one head. */
	void (*attention_map)(const nch_attention *attention, size_t sentence, size_t head, float *probabilities, float *scratch);

	/* relative.c: the same with relative positions. Backward, the heads of one sentence may run apart, the sentences one after the other. */
	void (*relative)(const nch_relative *relative, size_t sentence, size_t head, float *scratch);
	void (*relative_backward)(const nch_relative *relative, size_t sentence, size_t head, float *scratch);

	/* disentangled.c: the same with content and position apart. Backward, the heads of one sentence may run apart, the sentences one after the
	 * other. */
	void (*disentangled)(const nch_disentangled *disentangled, size_t sentence, size_t head, float *scratch);
	void (*disentangled_backward)(const nch_disentangled *disentangled, size_t sentence, size_t head, float *scratch);

	/* norm.c */
	void (*norm)(const nch_norm *norm, size_t begin, size_t end);
	void (*norm_backward)(const nch_norm_backward *norm, size_t begin, size_t end);            /* rows: ds */
	void (*norm_backward_columns)(const nch_norm_backward *norm, size_t begin, size_t end);    /* columns: dgamma, dbeta */

	/* activation.c; y may be x, dx may be dy */
	void (*activation)(nch_activation kind, float *y, const float *x, size_t n);
	void (*activation_backward)(nch_activation kind, float *dx, const float *dy, const float *x, size_t n);
	void (*activation_both)(nch_activation kind, float *y, float *dx, const float *dy, const float *x, size_t n); /* the same numbers for the price of one */

	/* elementwise.c */
	void (*dropout)(const nch_dropout *dropout, float *y, const float *x, size_t columns, size_t begin, size_t end); /* rows; y may be x */
	void (*add)(float *y, const float *x, size_t n);                   /* y += x */
	void (*scale)(float *y, float factor, size_t n);                   /* y *= factor */
	float (*sum_squares)(const float *x, size_t n);
	/* sums(j) += x(0,j), x(1,j) … ascending, for the columns [begin, end) */
	void (*column_sums)(float *sums, const float *x, size_t rows, size_t columns, size_t begin, size_t end);
	/* y(i) = mean over the rows [offsets[i], offsets[i+1]) of x, rows in ascending order; sentences [begin, end) */
	void (*mean_rows)(float *y, const float *x, const size_t *offsets, size_t columns, size_t begin, size_t end);

	/* embedding.c: y(r) = (word[tokens[r]] + type[types[r]]) + position[positions[r]]; types or positions may be NULL */
	void (*embedding)(float *y, const float *word, const float *type, const float *position, const int32_t *tokens,
	                  const int32_t *types, const int32_t *positions, size_t columns, size_t begin, size_t end);
	/* table(indices[r]) += dy(r), r ascending, for the columns [begin, end) */
	void (*embedding_backward)(float *table, const float *dy, const int32_t *indices, size_t rows, size_t columns, size_t begin,
	                           size_t end);

	/* softmax.c: y = softmax(x) of one row (y may be x); returns log(sum(e^x)) */
	float (*softmax)(float *y, const float *x, size_t n);

	/* optimizer.c: weight, gradient, first and second moment */
	void (*adam)(const nch_adam *step, float *weight, const float *gradient, float *moment1, float *moment2, size_t n);
	/* weight -= lr · v, v = momentum · v + gradient_scale · g + weight_decay · weight   (torch's SGD) */
	void (*sgd)(float lr, float momentum, float weight_decay, float gradient_scale, float *weight, const float *gradient,
	            float *velocity, size_t n);

	/* Lion: weight = weight · (1 - decay) - step_size · sign(beta1 · m + (1 - beta1) · g), then m = beta2 · m + (1 - beta2) · g, g the scaled
	 * gradient */
	void (*lion)(const nch_adam *step, float *weight, const float *gradient, float *moment, size_t n);
	/* LAMB: moments as adam; gradient = step_size · m / (root_scale · √v + epsilon) + l2 · weight, the direction to go */
	void (*lamb)(const nch_adam *step, const float *weight, float *gradient, float *moment1, float *moment2, size_t n);
	void (*add_scaled)(float *y, float factor, const float *x, size_t n); /* y += factor · x */

	/* average += rate · (x - average) */
	void (*average)(float *average, float rate, const float *x, size_t n);

	/* random.c: y(i) = deviation · nch_random_normal(seed, purpose, step, first + i), rounded (math.h) */
	void (*random_normals)(float *y, double deviation, uint64_t seed, uint32_t purpose, uint32_t step, uint64_t first, size_t n);

	/* peak.c: 16 · 2 · `count` · nch_peak_chains() floating-point operations that wait for nothing; returns their sum */
	float (*fma_peak)(size_t count);
} nch_kernels;

#define NCH_PEAK_CHAINS 16 /* independent v16 chains in fma_peak */

/* dispatch.c: the table for "auto" (the best the processor and the operating system have), "scalar", "avx2", "avx512" or "neon". NULL if the name is
 * unknown, was not compiled in, or is not supported here: nch_kernels_why tells, in a few words. */
const nch_kernels *nch_kernels_find(const char *isa);
const char *nch_kernels_why(const char *isa);
/* The names of the sets that can run here, best first, NULL-terminated. */
const char *const *nch_kernels_available(void);

#endif
