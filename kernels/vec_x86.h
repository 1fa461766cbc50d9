/* vec_x86.h - what the AVX2 and the AVX-512 form of v16 share. See vec.h. */
#ifndef NCH_VEC_X86_H
#define NCH_VEC_X86_H

#include <immintrin.h>

/* The sum of sixteen lanes given as two halves: 8+8, 4+4, 2+2, 1+1. */
V_INLINE float v_fold_halves(__m256 low, __m256 high)
{
	__m256 eight = _mm256_add_ps(low, high);
	__m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
	__m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
	return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
#define V_HAS_FOLD_ADD

#endif
