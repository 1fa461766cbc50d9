/* random.c - many addressed random numbers at once: what a new model's weights begin with. */
#include "kernels/kernels.h"
#include "kernels/normal.h"
#include "kernels/rows.h"
#include "kernels/set.h"

enum { ABREAST = 4, LANES = 16 * ABREAST };

void NCH_KERNEL(nch_random_normals)(float *y, double deviation, uint64_t seed, uint32_t purpose, uint32_t step, uint64_t first, size_t n)
{
	for (size_t i = 0; i < n; i += LANES) {
		uint32_t low[LANES], high[LANES];
		float out[LANES];
		v_philox random[ABREAST];
		for (size_t l = 0; l < LANES; l++) {
			low[l] = (uint32_t)(first + i + l);
			high[l] = (uint32_t)((first + i + l) >> 32);
		}
		UNROLL for (int a = 0; a < ABREAST; a++)
			random[a] = (v_philox){{u_load(low + 16 * a), u_load(high + 16 * a), u_set(purpose << 16), u_set(step)}};
		v_philox_make(random, ABREAST, seed);
		UNROLL for (int a = 0; a < ABREAST; a++) { /* the counters' place is free */
			u_store(low + 16 * a, random[a].word[0]);
			u_store(high + 16 * a, random[a].word[1]);
		}
		for (size_t l = 0; l < LANES; l++)
			out[l] = (float)(deviation * nch_normal_formula(low[l], high[l]));
		memcpy(y + i, out, (n - i < LANES ? n - i : LANES) * sizeof *y);
	}
}
