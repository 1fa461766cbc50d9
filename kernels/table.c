/* table.c - the kernels of one instruction set, gathered into its table. */
#include "kernels/kernels.h"
#include "kernels/set.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const nch_kernels NCH_KERNEL(nch_kernels) = {
	.name = TEXT(NCH_ISA),
	.gemm = NCH_KERNEL(nch_gemm),
	.gemm_step = NCH_KERNEL(nch_gemm_step),
	.attention = NCH_KERNEL(nch_attention_forward),
	.attention_backward = NCH_KERNEL(nch_attention_backward),
	.attention_map = NCH_KERNEL(nch_attention_map),
	.relative = NCH_KERNEL(nch_relative_forward),
	.relative_backward = NCH_KERNEL(nch_relative_backward),
	.disentangled = NCH_KERNEL(nch_disentangled_forward),
	.disentangled_backward = NCH_KERNEL(nch_disentangled_backward),
	.norm = NCH_KERNEL(nch_norm_forward),
	.norm_backward = NCH_KERNEL(nch_norm_backward),
	.norm_backward_columns = NCH_KERNEL(nch_norm_backward_columns),
	.activation = NCH_KERNEL(nch_activation_forward),
	.activation_backward = NCH_KERNEL(nch_activation_backward),
	.activation_both = NCH_KERNEL(nch_activation_both),
	.dropout = NCH_KERNEL(nch_dropout_rows),
	.add = NCH_KERNEL(nch_add),
	.scale = NCH_KERNEL(nch_scale),
	.sum_squares = NCH_KERNEL(nch_sum_squares),
	.column_sums = NCH_KERNEL(nch_column_sums),
	.mean_rows = NCH_KERNEL(nch_mean_rows),
	.embedding = NCH_KERNEL(nch_embedding),
	.embedding_backward = NCH_KERNEL(nch_embedding_backward),
	.softmax = NCH_KERNEL(nch_softmax),
	.adam = NCH_KERNEL(nch_adam),
	.sgd = NCH_KERNEL(nch_sgd),
	.lion = NCH_KERNEL(nch_lion),
	.lamb = NCH_KERNEL(nch_lamb),
	.add_scaled = NCH_KERNEL(nch_add_scaled),
	.average = NCH_KERNEL(nch_average),
	.fma_peak = NCH_KERNEL(nch_fma_peak),
};
