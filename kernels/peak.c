/* peak.c - how fast this core multiplies and adds when it has nothing else to do: the measure of all other figures. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/tile.h"

#if defined(NCH_ISA_avx512) || defined(NCH_ISA_neon)
enum { AT_ONCE = 16 };
#else
enum { AT_ONCE = 4 }; /* as many v16 as leave registers for the factors: the chains wait for nothing */
#endif

float NCH_KERNEL(nch_fma_peak)(size_t count)
{
	v16 sum[AT_ONCE], a = v_set(0.999999f), b = v_set(1e-6f);
	UNROLL for (int c = 0; c < AT_ONCE; c++)
		sum[c] = v_set((float)c);
	for (size_t i = 0; i < count * (NCH_PEAK_CHAINS / AT_ONCE); i++)
		UNROLL for (int c = 0; c < AT_ONCE; c++)
			sum[c] = v_fma(sum[c], a, b);
	for (int c = 1; c < AT_ONCE; c++)
		sum[0] = v_add(sum[0], sum[c]);
	return v_fold_add(sum[0]);
}
