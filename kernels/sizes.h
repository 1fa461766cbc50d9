/* sizes.h - the blocks for which sizes.c reckons working memory, and to which the kernels of every set are held. */
#ifndef NCH_KERNELS_SIZES_H
#define NCH_KERNELS_SIZES_H

enum {
	NCH_GEMM_DEPTH = 768,      /* p of one pass of a product */
	NCH_GEMM_WIDTH = 3072,     /* columns of B packed at once */
	NCH_GEMM_BLOCK = 112,      /* rows of A that a thread packs at once, at most */
	NCH_GEMM_SPARE = 64,       /* floats that packing may write beyond */
	NCH_ATTENTION_QUERIES = 32 /* queries that an attention takes at once, of any kind */
};

#define NCH_GEMM_SHARED_FLOATS ((size_t)NCH_GEMM_WIDTH * NCH_GEMM_DEPTH)
#define NCH_GEMM_SCRATCH_FLOATS ((size_t)NCH_GEMM_BLOCK * NCH_GEMM_DEPTH + NCH_GEMM_SPARE)

#endif
