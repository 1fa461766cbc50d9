/* vec_avx512.h - v16 as one AVX-512 register (F, DQ, BW, VL). See vec.h. */
#ifndef NCH_VEC_AVX512_H
#define NCH_VEC_AVX512_H

#include <immintrin.h>

#include "kernels/vec_x86.h"

#define NCH_TILE_ROWS 14 /* 14 × 32: 28 accumulators, two columns; the rows are broadcast by the multiplication itself */
#define NCH_TILE_VECS 2

typedef __m512 v16;
typedef __m512i u16;
typedef __mmask16 m16;

V_INLINE v16 v_zero(void) { return _mm512_setzero_ps(); }
V_INLINE v16 v_set(float x) { return _mm512_set1_ps(x); }
V_INLINE float v_fold_add(v16 a) { return v_fold_halves(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1)); }
/* one load, and four copies of a lane: those use another unit than loads */
V_INLINE void v_set_four(const float *p, v16 a[4])
{
	v16 four = _mm512_broadcast_f32x4(_mm_loadu_ps(p));
	a[0] = _mm512_permute_ps(four, 0x00);
	a[1] = _mm512_permute_ps(four, 0x55);
	a[2] = _mm512_permute_ps(four, 0xAA);
	a[3] = _mm512_permute_ps(four, 0xFF);
}
V_INLINE v16 v_load(const float *p) { return _mm512_loadu_ps(p); }
V_INLINE void v_store(float *p, v16 a) { _mm512_storeu_ps(p, a); }
V_INLINE v16 v_load_part(const float *p, size_t n) { return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); }
V_INLINE void v_store_part(float *p, v16 a, size_t n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), a); }
V_INLINE v16 v_add(v16 a, v16 b) { return _mm512_add_ps(a, b); }
V_INLINE v16 v_sub(v16 a, v16 b) { return _mm512_sub_ps(a, b); }
V_INLINE v16 v_mul(v16 a, v16 b) { return _mm512_mul_ps(a, b); }
V_INLINE v16 v_div(v16 a, v16 b) { return _mm512_div_ps(a, b); }
V_INLINE v16 v_sqrt(v16 a) { return _mm512_sqrt_ps(a); }
V_INLINE v16 v_fma(v16 a, v16 b, v16 c) { return _mm512_fmadd_ps(a, b, c); }
V_INLINE v16 v_max(v16 a, v16 b) { return _mm512_max_ps(a, b); }
V_INLINE v16 v_min(v16 a, v16 b) { return _mm512_min_ps(a, b); }
V_INLINE m16 v_lt(v16 a, v16 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
V_INLINE v16 v_select(m16 m, v16 a, v16 b) { return _mm512_mask_blend_ps(m, b, a); }
#define V_HAS_SCALE
V_INLINE v16 v_scale(v16 a, v16 n) { return _mm512_scalef_ps(a, n); } /* a · 2^n, rounded once */
V_INLINE u16 v_bits(v16 a) { return _mm512_castps_si512(a); }
V_INLINE v16 v_from_bits(u16 a) { return _mm512_castsi512_ps(a); }
V_INLINE u16 u_set(uint32_t x) { return _mm512_set1_epi32((int)x); }
V_INLINE u16 u_load(const uint32_t *p) { return _mm512_loadu_si512(p); }
V_INLINE void u_store(uint32_t *p, u16 a) { _mm512_storeu_si512(p, a); }
V_INLINE u16 u_add(u16 a, u16 b) { return _mm512_add_epi32(a, b); }
V_INLINE u16 u_sub(u16 a, u16 b) { return _mm512_sub_epi32(a, b); }
V_INLINE u16 u_and(u16 a, u16 b) { return _mm512_and_si512(a, b); }
V_INLINE u16 u_or(u16 a, u16 b) { return _mm512_or_si512(a, b); }
V_INLINE u16 u_xor(u16 a, u16 b) { return _mm512_xor_si512(a, b); }
V_INLINE u16 u_shl(u16 a, int n) { return _mm512_slli_epi32(a, (unsigned)n); }
V_INLINE u16 u_shr(u16 a, int n) { return _mm512_srli_epi32(a, (unsigned)n); }
V_INLINE u16 u_mul(u16 a, u16 b) { return _mm512_mullo_epi32(a, b); }
V_INLINE void u_mul_wide(u16 a, u16 b, u16 *high, u16 *low)
{
	u16 even = _mm512_mul_epu32(a, b); /* 64-bit products of the even lanes */
	u16 odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32));
	*low = _mm512_mask_shuffle_epi32(even, 0xAAAA, odd, _MM_PERM_CCAA);  /* the lower half of each goes to the odd lanes */
	*high = _mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_DDBB); /* the upper half to the even ones */
}
V_INLINE m16 u_lt(u16 a, u16 b) { return _mm512_cmplt_epu32_mask(a, b); }
V_INLINE v16 u_to_float(u16 a) { return _mm512_cvtepi32_ps(a); }
V_INLINE u16 v_to_int(v16 a) { return _mm512_cvttps_epi32(a); }

/* Transposes sixteen rows of sixteen: r[i] lane j becomes r[j] lane i. */
V_INLINE void v_transpose(v16 r[16])
{
	v16 t[16];
	for (int i = 0; i < 16; i += 2) { /* pairs of rows */
		t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
		t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
	}
	for (int i = 0; i < 16; i += 4) { /* 4 × 4 blocks within each quarter */
		r[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
		r[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xEE);
		r[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
		r[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xEE);
	}
	for (int i = 0; i < 4; i++) { /* quarters: 0 2 against 1 3, of rows i, i+4, i+8, i+12 */
		t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
		t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xDD);
		t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
		t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xDD);
	}
	for (int i = 0; i < 4; i++) {
		r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
		r[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
		r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xDD);
		r[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xDD);
	}
}

#endif
