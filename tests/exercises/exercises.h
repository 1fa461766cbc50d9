/* exercises.h - what the learner writes: each function in a file of its own, with a hole. `make exercise-7` checks number 7. docs/syllabus.md says when. */
#ifndef NCH_TESTS_EXERCISES_H
#define NCH_TESTS_EXERCISES_H

#include <stddef.h>
#include <stdint.h>

typedef struct exercise_piece {
	const char *text;
	double score; /* ln of its probability */
} exercise_piece;

/* 1 */ void exercise_softmax(float *p, const float *z, size_t n);
/* 2 */ double exercise_cross_entropy(float *dz, const float *z, size_t n, size_t label);
/* 3 */ void exercise_softmax_backward(float *dz, const float *p, const float *dp, size_t n);
/* 4 */ void exercise_linear(float *y, const float *x, const float *w, const float *b, size_t m, size_t n, size_t k);
/* 5 */ void exercise_linear_backward(float *dx, float *dw, float *db, const float *dy, const float *x, const float *w, size_t m, size_t n, size_t k);
/* 6 */ void exercise_layer_norm(float *y, const float *x, const float *gain, const float *bias, size_t n, float epsilon);
/* 7 */ void exercise_layer_norm_backward(float *dx, float *dgain, float *dbias, const float *dy, const float *x, const float *gain, size_t n, float epsilon);
/* 8 */ void exercise_gelu_backward(float *dx, const float *dy, const float *x, size_t n);
/* 9 */ void exercise_attention(float *out, const float *q, const float *k, const float *v, size_t tokens, size_t width);
/* 10 */ void exercise_attention_backward(float *dq, float *dk, float *dv, const float *dout, const float *p, const float *q, const float *k, const float *v, size_t tokens, size_t width);
/* 11 */ void exercise_dropout(float *y, const float *x, size_t first_row, size_t rows, size_t columns, float p, uint64_t seed, uint32_t step);
/* 12 */ void exercise_embedding_backward(float *dtable, const float *dy, const int32_t *ids, size_t tokens, size_t columns);
/* 13 */ void exercise_gemm_tile(float c[4][4], const float *a, const float *b, size_t k);
/* 14 */ float exercise_lanes(const float *x, size_t n);
/* 15 */ double exercise_viterbi(size_t *ends, size_t *count, const char *text, const exercise_piece *pieces, size_t piece_count);
/* 16 */ size_t exercise_bpe(int32_t *symbols, size_t count, int32_t left, int32_t right, int32_t merged);
/* 17 */ size_t exercise_wordpiece(size_t *found, const char *word, const char *const *pieces, size_t piece_count);
/* 18 */ void exercise_adamw(double *w, double *m, double *v, const double *g, size_t n, double lr, double decay, int step);
/* 19 */ double exercise_radam(double beta2, int step);
/* 20 */ double exercise_schedule(double most, long step, long warmup, long total);
/* 21 */ double exercise_macro_f1(const int32_t *truth, const int32_t *predicted, size_t rows, size_t labels);
/* 22 */ double exercise_replaced_loss(float *dz, const float *z, const unsigned char *replaced, size_t tokens);
/* 23 */ void exercise_masking(int32_t *ids, int32_t *targets, const double *which, const double *how, const int32_t *other, size_t tokens, int32_t mask);
/* 24 */ size_t exercise_utf8(uint32_t *codes, const char *text);
/* 25 */ double exercise_calibration(const double *confidence, const unsigned char *right, size_t rows, size_t bins);
/* 26 */ void exercise_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);

#endif
