/* vec_avx2.h - v16 as two AVX registers (AVX2 and FMA). See vec.h. */
#ifndef NCH_VEC_AVX2_H
#define NCH_VEC_AVX2_H

#include <immintrin.h>

#include "kernels/vec_x86.h"

#define NCH_TILE_ROWS 6 /* 6 × 16: twelve accumulators, two columns, two broadcasts: all sixteen registers */
#define NCH_TILE_VECS 1

typedef struct v16 { __m256 a, b; } v16;
typedef struct u16 { __m256i a, b; } u16;
typedef struct m16 { __m256 a, b; } m16;

#define V_BOTH(type, f, x, y) ((type){f((x).a, (y).a), f((x).b, (y).b)})

V_INLINE float v_fold_add(v16 x) { return v_fold_halves(x.a, x.b); }
V_INLINE v16 v_zero(void) { return (v16){_mm256_setzero_ps(), _mm256_setzero_ps()}; }
V_INLINE v16 v_set(float x) { __m256 r = _mm256_set1_ps(x); return (v16){r, r}; }
V_INLINE void v_set_four(const float *p, v16 a[4]) { for (int i = 0; i < 4; i++) a[i] = v_set(p[i]); }
V_INLINE v16 v_load(const float *p) { return (v16){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
V_INLINE void v_store(float *p, v16 x) { _mm256_storeu_ps(p, x.a); _mm256_storeu_ps(p + 8, x.b); }
V_INLINE __m256i v_part_mask(size_t n)
{
	const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
	return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), index);
}
V_INLINE v16 v_load_part(const float *p, size_t n)
{
	size_t second = n > 8 ? n - 8 : 0;
	return (v16){_mm256_maskload_ps(p, v_part_mask(n)), second ? _mm256_maskload_ps(p + 8, v_part_mask(second)) : _mm256_setzero_ps()};
}
V_INLINE void v_store_part(float *p, v16 x, size_t n)
{
	_mm256_maskstore_ps(p, v_part_mask(n), x.a);
	if (n > 8)
		_mm256_maskstore_ps(p + 8, v_part_mask(n - 8), x.b);
}
V_INLINE v16 v_add(v16 x, v16 y) { return V_BOTH(v16, _mm256_add_ps, x, y); }
V_INLINE v16 v_sub(v16 x, v16 y) { return V_BOTH(v16, _mm256_sub_ps, x, y); }
V_INLINE v16 v_mul(v16 x, v16 y) { return V_BOTH(v16, _mm256_mul_ps, x, y); }
V_INLINE v16 v_div(v16 x, v16 y) { return V_BOTH(v16, _mm256_div_ps, x, y); }
V_INLINE v16 v_sqrt(v16 x) { return (v16){_mm256_sqrt_ps(x.a), _mm256_sqrt_ps(x.b)}; }
V_INLINE v16 v_fma(v16 x, v16 y, v16 z) { return (v16){_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)}; }
V_INLINE v16 v_max(v16 x, v16 y) { return V_BOTH(v16, _mm256_max_ps, x, y); }
V_INLINE v16 v_min(v16 x, v16 y) { return V_BOTH(v16, _mm256_min_ps, x, y); }
V_INLINE m16 v_lt(v16 x, v16 y) { return (m16){_mm256_cmp_ps(x.a, y.a, _CMP_LT_OQ), _mm256_cmp_ps(x.b, y.b, _CMP_LT_OQ)}; }
V_INLINE v16 v_select(m16 m, v16 x, v16 y) { return (v16){_mm256_blendv_ps(y.a, x.a, m.a), _mm256_blendv_ps(y.b, x.b, m.b)}; }
V_INLINE u16 v_bits(v16 x) { return (u16){_mm256_castps_si256(x.a), _mm256_castps_si256(x.b)}; }
V_INLINE v16 v_from_bits(u16 x) { return (v16){_mm256_castsi256_ps(x.a), _mm256_castsi256_ps(x.b)}; }
V_INLINE u16 u_set(uint32_t x) { __m256i r = _mm256_set1_epi32((int)x); return (u16){r, r}; }
V_INLINE u16 u_load(const uint32_t *p) { return (u16){_mm256_loadu_si256((const __m256i *)p), _mm256_loadu_si256((const __m256i *)(p + 8))}; }
V_INLINE void u_store(uint32_t *p, u16 x) { _mm256_storeu_si256((__m256i *)p, x.a); _mm256_storeu_si256((__m256i *)(p + 8), x.b); }
V_INLINE u16 u_add(u16 x, u16 y) { return V_BOTH(u16, _mm256_add_epi32, x, y); }
V_INLINE u16 u_sub(u16 x, u16 y) { return V_BOTH(u16, _mm256_sub_epi32, x, y); }
V_INLINE u16 u_and(u16 x, u16 y) { return V_BOTH(u16, _mm256_and_si256, x, y); }
V_INLINE u16 u_or(u16 x, u16 y) { return V_BOTH(u16, _mm256_or_si256, x, y); }
V_INLINE u16 u_xor(u16 x, u16 y) { return V_BOTH(u16, _mm256_xor_si256, x, y); }
V_INLINE u16 u_shl(u16 x, int n) { return (u16){_mm256_slli_epi32(x.a, n), _mm256_slli_epi32(x.b, n)}; }
V_INLINE u16 u_shr(u16 x, int n) { return (u16){_mm256_srli_epi32(x.a, n), _mm256_srli_epi32(x.b, n)}; }
V_INLINE u16 u_mul(u16 x, u16 y) { return V_BOTH(u16, _mm256_mullo_epi32, x, y); }
V_INLINE void u_mul_wide_half(__m256i x, __m256i y, __m256i *high, __m256i *low)
{
	__m256i even = _mm256_mul_epu32(x, y); /* 64-bit products of lanes 0 2 4 6 */
	__m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(y, 32));
	*low = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
	*high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}
V_INLINE void u_mul_wide(u16 x, u16 y, u16 *high, u16 *low)
{
	u_mul_wide_half(x.a, y.a, &high->a, &low->a);
	u_mul_wide_half(x.b, y.b, &high->b, &low->b);
}
V_INLINE __m256 u_lt_half(__m256i x, __m256i y) /* there is only a signed comparison: flip the top bits */
{
	__m256i top = _mm256_set1_epi32((int)0x80000000u);
	return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_xor_si256(y, top), _mm256_xor_si256(x, top)));
}
V_INLINE m16 u_lt(u16 x, u16 y) { return V_BOTH(m16, u_lt_half, x, y); }
V_INLINE v16 u_to_float(u16 x) { return (v16){_mm256_cvtepi32_ps(x.a), _mm256_cvtepi32_ps(x.b)}; }
V_INLINE u16 v_to_int(v16 x) { return (u16){_mm256_cvttps_epi32(x.a), _mm256_cvttps_epi32(x.b)}; }

/* Transposes eight rows of eight. */
V_INLINE void v_transpose8(__m256 r[8])
{
	__m256 t[8];
	for (int i = 0; i < 8; i += 2) { /* pairs of rows: 2 × 2 blocks */
		t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
		t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
	}
	for (int i = 0; i < 8; i += 4) { /* 4 × 4 blocks within each half */
		r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
		r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xEE);
		r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
		r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xEE);
	}
	for (int i = 0; i < 4; i++) { /* and the halves */
		t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
		t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
	}
	for (int i = 0; i < 8; i++)
		r[i] = t[i];
}

/* Transposes sixteen rows of sixteen: r[i] lane j becomes r[j] lane i. */
V_INLINE void v_transpose(v16 r[16])
{
	__m256 quarter[4][8];
	for (int i = 0; i < 8; i++) {
		quarter[0][i] = r[i].a;
		quarter[1][i] = r[i].b;
		quarter[2][i] = r[i + 8].a;
		quarter[3][i] = r[i + 8].b;
	}
	for (int q = 0; q < 4; q++)
		v_transpose8(quarter[q]);
	for (int i = 0; i < 8; i++) {
		r[i] = (v16){quarter[0][i], quarter[2][i]};
		r[i + 8] = (v16){quarter[1][i], quarter[3][i]};
	}
}

#endif
