/* set.h - the kernels of one instruction set, each declared once: for the file that has it and for table.c, which gathers them. NCH_KERNEL gives each the set's name. */
#ifndef NCH_KERNELS_SET_H
#define NCH_KERNELS_SET_H

#include "kernels/kernels.h"
#include "kernels/vec.h"

void NCH_KERNEL(nch_gemm)(const nch_gemm *product, const nch_compute *compute);
void NCH_KERNEL(nch_gemm_step)(int step, const nch_gemm *product, const nch_compute *compute);
void NCH_KERNEL(nch_attention_forward)(const nch_attention *a, size_t sentence, size_t head, float *scratch);
void NCH_KERNEL(nch_attention_backward)(const nch_attention *a, size_t sentence, size_t head, float *scratch);
void NCH_KERNEL(nch_attention_map)(const nch_attention *a, size_t sentence, size_t head, float *probabilities, float *scratch);
void NCH_KERNEL(nch_relative_forward)(const nch_relative *r, size_t sentence, size_t head, float *scratch);
void NCH_KERNEL(nch_relative_backward)(const nch_relative *r, size_t sentence, size_t head, float *scratch);
void NCH_KERNEL(nch_disentangled_forward)(const nch_disentangled *a, size_t sentence, size_t head, float *scratch);
void NCH_KERNEL(nch_disentangled_backward)(const nch_disentangled *a, size_t sentence, size_t head, float *scratch);
void NCH_KERNEL(nch_norm_forward)(const nch_norm *n, size_t begin, size_t end);
void NCH_KERNEL(nch_norm_backward)(const nch_norm_backward *n, size_t begin, size_t end);
void NCH_KERNEL(nch_norm_backward_columns)(const nch_norm_backward *n, size_t begin, size_t end);
void NCH_KERNEL(nch_activation_forward)(nch_activation kind, float *y, const float *x, size_t n);
void NCH_KERNEL(nch_activation_backward)(nch_activation kind, float *dx, const float *dy, const float *x, size_t n);
void NCH_KERNEL(nch_activation_both)(nch_activation kind, float *y, float *dx, const float *dy, const float *x, size_t n);
void NCH_KERNEL(nch_dropout_rows)(const nch_dropout *d, float *y, const float *x, size_t columns, size_t begin, size_t end);
void NCH_KERNEL(nch_add)(float *y, const float *x, size_t n);
void NCH_KERNEL(nch_scale)(float *y, float factor, size_t n);
float NCH_KERNEL(nch_sum_squares)(const float *x, size_t n);
void NCH_KERNEL(nch_column_sums)(float *sums, const float *x, size_t rows, size_t columns, size_t begin, size_t end);
void NCH_KERNEL(nch_mean_rows)(float *y, const float *x, const size_t *offsets, size_t columns, size_t begin, size_t end);
void NCH_KERNEL(nch_embedding)(float *y, const float *word, const float *type, const float *position, const int32_t *tokens,
                               const int32_t *types, const int32_t *positions, size_t columns, size_t begin, size_t end);
void NCH_KERNEL(nch_embedding_backward)(float *table, const float *dy, const int32_t *indices, size_t rows, size_t columns, size_t begin,
                                        size_t end);
float NCH_KERNEL(nch_softmax)(float *y, const float *x, size_t n);
void NCH_KERNEL(nch_adam)(const nch_adam *s, float *weight, const float *gradient, float *moment1, float *moment2, size_t n);
void NCH_KERNEL(nch_sgd)(float lr, float momentum, float weight_decay, float gradient_scale, float *weight, const float *gradient,
                         float *velocity, size_t n);
void NCH_KERNEL(nch_lion)(const nch_adam *s, float *weight, const float *gradient, float *moment, size_t n);
void NCH_KERNEL(nch_lamb)(const nch_adam *s, const float *weight, float *gradient, float *moment1, float *moment2, size_t n);
void NCH_KERNEL(nch_add_scaled)(float *y, float factor, const float *x, size_t n);
void NCH_KERNEL(nch_average)(float *average, float rate, const float *x, size_t n);
float NCH_KERNEL(nch_fma_peak)(size_t count);

extern const nch_kernels NCH_KERNEL(nch_kernels);

#endif
