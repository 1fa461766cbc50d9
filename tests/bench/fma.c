/* fma.c - a product of matrices as kernels/ computes it, chain by chain, two ways: with the project's own fma (kernels/fma.h), and with a multiplication and an addition that
 * round twice (other bits: only to see what exactness costs). See tests/bench/fma. */
#include "kernels/fma.h"

enum { ROWS = 8, DEEP = 256, COLUMNS = 256 };
static float a[ROWS * DEEP], b[DEEP * COLUMNS], c[ROWS * COLUMNS];

#define PRODUCT(name, step) \
	__attribute__((export_name(#name))) float name(int rounds) \
	{ \
		for (int i = 0; i < DEEP * COLUMNS; i++) { \
			b[i] = (float)(i * 7919 % 1000) / 997.0f - .5f; \
			a[i % (ROWS * DEEP)] = (float)(i * 104729 % 1000) / 991.0f - .5f; \
		} \
		for (int round = 0; round < rounds; round++) \
			for (int i = 0; i < ROWS; i++) \
				for (int j = 0; j < COLUMNS; j += 16) { \
					float sum[16] = {0}; \
					for (int k = 0; k < DEEP; k++) \
						for (int l = 0; l < 16; l++) { \
							float x = a[i * DEEP + k], y = b[k * COLUMNS + j + l], z = sum[l]; \
							sum[l] = step; \
						} \
					for (int l = 0; l < 16; l++) \
						c[i * COLUMNS + j + l] = sum[l]; \
				} \
		return c[7]; \
	}
PRODUCT(own, nch_own_fmaf(x, y, z))
PRODUCT(twice, x * y + z)
