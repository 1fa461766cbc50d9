/* set.h - the kernels of one instruction set, each declared once: for the file that has it and for table.c, which gathers them (those of bytes:
 * int8.c itself). NCH_KERNEL gives each the set's name. What restrict says is the contract of kernels.h; arrays without it may be one another, as is
 * told there. */
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
void NCH_KERNEL(nch_add)(float *restrict y, const float *restrict x, size_t n);
void NCH_KERNEL(nch_scale)(float *y, float factor, size_t n);
float NCH_KERNEL(nch_sum_squares)(const float *x, size_t n);
void NCH_KERNEL(nch_column_sums)(float *restrict sums, const float *restrict x, size_t rows, size_t columns, size_t begin, size_t end);
void NCH_KERNEL(nch_mean_rows)(float *restrict y, const float *restrict x, const size_t *restrict offsets, size_t columns, size_t begin, size_t end);
void NCH_KERNEL(nch_embedding)(float *restrict y, const float *restrict word, const float *restrict type, const float *restrict position,
                               const int32_t *restrict tokens, const int32_t *restrict types, const int32_t *restrict positions, size_t columns, size_t begin,
                               size_t end);
void NCH_KERNEL(nch_embedding_backward)(float *restrict table, const float *restrict dy, const int32_t *restrict indices, size_t rows, size_t columns,
                                        size_t begin, size_t end);
float NCH_KERNEL(nch_softmax)(float *y, const float *x, size_t n);
void NCH_KERNEL(nch_adam)(const nch_adam *s, float *restrict weight, const float *restrict gradient, float *restrict moment1, float *restrict moment2,
                          size_t n);
void NCH_KERNEL(nch_sgd)(float lr, float momentum, float weight_decay, float gradient_scale, float *restrict weight, const float *restrict gradient,
                         float *restrict velocity, size_t n);
void NCH_KERNEL(nch_lion)(const nch_adam *s, float *restrict weight, const float *restrict gradient, float *restrict moment, size_t n);
void NCH_KERNEL(nch_lamb)(const nch_adam *s, const float *restrict weight, float *restrict gradient, float *restrict moment1, float *restrict moment2,
                          size_t n);
void NCH_KERNEL(nch_add_scaled)(float *restrict y, float factor, const float *restrict x, size_t n);
void NCH_KERNEL(nch_average)(float *restrict average, float rate, const float *restrict x, size_t n);
void NCH_KERNEL(nch_random_normals)(float *y, double deviation, uint64_t seed, uint32_t purpose, uint32_t step, uint64_t first, size_t n);
float NCH_KERNEL(nch_fma_peak)(size_t count);

extern const nch_kernels NCH_KERNEL(nch_kernels);

/* products of bytes (int8.h): int8.c alone is compiled for further sets, such as avx2_vnni */
struct nch_int8_matrix;
struct nch_int8_rows;
struct nch_int8_product;
float NCH_KERNEL(nch_int8_round_row)(int8_t *restrict v, const float *restrict w, size_t n);
void NCH_KERNEL(nch_int8_pack)(const struct nch_int8_matrix *m, const int8_t *v, size_t panel);
void NCH_KERNEL(nch_int8_round_rows)(const struct nch_int8_rows *r, const float *x, size_t begin, size_t end);
void NCH_KERNEL(nch_int8_multiply)(const struct nch_int8_product *g, const nch_compute *compute);
void NCH_KERNEL(nch_int8_look_up)(float *restrict y, const int8_t *restrict table, const float *restrict scale, const int32_t *restrict index,
                                 size_t columns, int add, size_t begin, size_t end);
uint32_t NCH_KERNEL(nch_int8_peak)(size_t count);
extern const struct nch_int8_kernels NCH_KERNEL(nch_int8_kernels);

#endif
