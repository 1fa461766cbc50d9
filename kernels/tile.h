/* tile.h - the innermost loop of every product: a tile of accumulators in registers. */
#ifndef NCH_TILE_H
#define NCH_TILE_H

#include "kernels/vec.h"

/* Loops over a tile must vanish at compile time, or the accumulators would live in memory. (In plain C they live there anyway.) */
#if defined(NCH_ISA_scalar) || defined(NCH_SMALL_CODE)
#define UNROLL
#elif defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

/* sum(i, v) += a(i, p) · b(p, v) for p = 0 … depth-1 in this order: a(i, p) = a[i·a_row + p·a_step], b(p, v) the sixteen floats at
 * b + p·b_step + 16·v. rows and vecs are constants wherever this is inlined. */
V_INLINE void chain(int rows, int vecs, size_t depth, const float *a, size_t a_row, size_t a_step, const float *b, size_t b_step,
                    v16 *sum)
{
	for (size_t p = 0; p < depth; p++) {
		v16 column[4];
		UNROLL for (int v = 0; v < vecs; v++)
			column[v] = v_load(b + 16 * v);
		UNROLL for (int i = 0; i < rows; i++) {
			v16 x = v_set(a[(size_t)i * a_row]);
			UNROLL for (int v = 0; v < vecs; v++)
				sum[i * vecs + v] = v_fma(x, column[v], sum[i * vecs + v]);
		}
		a += a_step;
		b += b_step;
	}
}

#endif
