/* A solution of exercise 13: a tile of the matrix product, to the bit.
 *
 * a (4, k) row by row, b (k, 4) row by row; c = a b. Each c[i][j] is one chain: it begins at 0 and becomes fmaf(a_ip, b_pj, c_ij) for p = 0, 1, … Sixteen chains side by side
 * do not wait for one another: that is where the speed of a matrix product comes from. */
#include "tests/exercises/exercises.h"

#include <math.h>

void exercise_gemm_tile(float c[4][4], const float *a, const float *b, size_t k)
{
	for (size_t i = 0; i < 16; i++)
		c[i / 4][i % 4] = 0;
	for (size_t p = 0; p < k; p++)
		for (size_t i = 0; i < 4; i++)
			for (size_t j = 0; j < 4; j++)
				c[i][j] = fmaf(a[i * k + p], b[p * 4 + j], c[i][j]);
}
