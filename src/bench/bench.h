/* bench.h - how fast this machine is, and what part of that the program uses.
 *
 * Each figure is taken from the fastest of several runs: what disturbs a run (another program, the clock's rise) only ever makes it slower.
 * Beside it stands the share of the peak: the rate at which all threads together multiply and add when they have nothing else to do,
 * measured in the same way with the same instructions. */
#ifndef NCH_BENCH_BENCH_H
#define NCH_BENCH_BENCH_H

#include <stddef.h>

#include "base/status.h"
#include "kernels/kernels.h"
#include "nn/config.h"
#include "tokenizer/tokenizer.h"
#include "train/predictor.h"

/* One figure; what does not apply is 0 (or NULL). */
typedef struct nch_figure {
	const char *what;     /* "X W^T", "step 3", "attention", "gelu" … */
	size_t m, n, k;       /* of a product */
	size_t sentences, length; /* of what works on sentences */
	size_t characters;    /* of a text that is split */
	size_t threads;
	double seconds;       /* of one run */
	double gflops;        /* 10^9 floating-point operations a second */
	double share;         /* of the peak; 0: of that of fused multiply-adds, to be filled in */
	double rate;          /* a second: tokens (attention, train, predict), numbers (activations …), bytes (tokenizing) */
} nch_figure;

/* Seconds that one call of run(context) takes: the fastest of those that fit in about `patience` seconds, three at least, or one if that alone takes
 * ten times as long. A call before them is not counted: it is cold, half of its time may go into pages of memory that are touched for the first
 * time; and so may the second's, where the first found out how much memory to take. */
typedef void nch_bench_run(void *context);
double nch_bench_time(nch_bench_run *run, void *context, double patience);

/* 10^9 floating-point operations a second: fused multiply-adds (two each) in registers, on all threads at once. */
double nch_bench_peak(const nch_compute *compute, double patience);

/* C = A·B with A (m, k) and C (m, n). The three that training is made of: forward, gradient of the input, gradient of the weight. */
typedef enum nch_product { NCH_FORWARD, NCH_INPUT_GRADIENT, NCH_WEIGHT_GRADIENT } nch_product;
nch_status nch_bench_gemm(const nch_compute *compute, nch_product product, size_t m, size_t n, size_t k, double patience, nch_figure *figure,
                          nch_error *error);

/* X·Wᵀ in bytes (kernels/int8.h), X rounded first; its operations are of bytes, and so is the peak that its share is of. */
nch_status nch_bench_int8(const nch_compute *compute, size_t m, size_t n, size_t k, double patience, nch_figure *figure, nch_error *error);

/* A step of docs/gemm.md, 1 to NCH_GEMM_STEPS, on row-major A and B. */
nch_status nch_bench_gemm_step(const nch_compute *compute, int step, size_t m, size_t n, size_t k, double patience, nch_figure *figure,
                               nch_error *error);

/* Attention over `sentences` of `length` tokens, heads of `width`; its operations are those of its matrix products. */
nch_status nch_bench_attention(const nch_compute *compute, size_t sentences, size_t length, size_t heads, size_t width, int backward,
                               double patience, nch_figure *figure, nch_error *error);

/* What goes over rows or single numbers: activations, LayerNorm, softmax, dropout, AdamW. `index` counts up from 0; NCH_USAGE behind the last. */
nch_status nch_bench_elements(const nch_compute *compute, size_t index, double patience, nch_figure *figure, nch_error *error);

/* A step of training (AdamW), or the logits, of a model with random weights on `sentences` of `length` random tokens. Operations are those of
 * the matrix products, forward once, backward twice. */
nch_status nch_bench_train(nch_compute *compute, const nch_config *config, size_t sentences, size_t length, double patience, nch_figure *figure,
                           nch_error *error);
nch_status nch_bench_predict(nch_compute *compute, const nch_config *config, bool int8, size_t sentences, size_t length, double patience,
                             nch_figure *figure, nch_error *error);

/* The logits of the first `limit` lines (0: all) of a text by the model in a folder, in batches of like length; the tokens are made before.
 * Operations are those of the weight matrices. */
nch_status nch_bench_texts(const char *folder, const nch_predictor_how *how, const char *text, size_t length, size_t limit, double patience,
                           nch_figure *figure, nch_error *error);

/* A text, line by line, into ids without special ones. Each thread keeps its scratch from run to run. */
nch_status nch_bench_tokenize(const nch_tokenizer *tokenizer, nch_pool *pool, const char *text, size_t length, double patience,
                              nch_figure *figure, nch_error *error);

/* A text into sentences (text/sentences.h), on one thread; the rate is in bytes. */
nch_status nch_bench_sentences(const char *text, size_t length, double patience, nch_figure *figure, nch_error *error);

#endif
