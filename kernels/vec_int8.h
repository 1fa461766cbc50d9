/* vec_int8.h - bytes times bytes, summed exactly: what kernels/int8.c is made of. See vec.h for v16 and u16.
 *
 * The types and functions, for each instruction set:
 *
 *     w64  64 weights: of 16 rows four each      a4  four activations of one row, for all lanes
 *     i_weights(p) -> w64    i_four(bytes) -> a4: four bytes q + I_SHIFT, in the order of memory
 *     i_dot(sum, a, w)       sum(l) += a(0) w(l,0) + a(1) w(l,1) + a(2) w(l,2) + a(3) w(l,3), modulo 2^32, l = 0 … 15
 *     i_to_float(a)          two's complement to float, rounded to nearest
 *     i_bytes(p, a)          the low bytes of sixteen numbers
 *     i_load(p) -> u16       sixteen signed bytes as 32-bit numbers
 *
 * INT8_ROWS × INT8_VECS is the tile of the product. */
#ifndef NCH_VEC_INT8_H
#define NCH_VEC_INT8_H

#include "kernels/vec.h"

#if defined(NCH_ISA_avx512)

#define I_SHIFT 128 /* the processor multiplies unsigned activations by signed weights */
#define INT8_VECS 2
typedef __m512i a4;
V_INLINE v16 i_to_float(u16 a) { return _mm512_cvtepi32_ps(a); }
V_INLINE void i_bytes(uint8_t *p, u16 a) { _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8(a)); }
V_INLINE u16 i_load(const int8_t *p) { return _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)); }
#if defined(NCH_VNNI)
#define INT8_ROWS 14 /* 28 accumulators, two of weights, one of activations */
typedef __m512i w64;
V_INLINE w64 i_weights(const int8_t *p) { return _mm512_loadu_si512(p); }
V_INLINE a4 i_four(uint32_t bytes) { return _mm512_set1_epi32((int)bytes); }
V_INLINE u16 i_dot(u16 sum, a4 a, w64 w) /* as text: around the intrinsic gcc 12 copies every sum to and fro, which halves the speed */
{
	__asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(w));
	return sum;
}
#else
/* vpmaddubsw would saturate at 32767, where two products reach 64770. So bytes are taken apart, those in even places from those in odd ones, to
 * 16-bit numbers, whose products vpmaddwd adds in 32 bits. */
#define INT8_ROWS 8
typedef struct w64 { __m512i even, odd; } w64;
V_INLINE w64 i_weights(const int8_t *p)
{
	__m512i w = _mm512_loadu_si512(p);
	return (w64){_mm512_srai_epi16(_mm512_slli_epi16(w, 8), 8), _mm512_srai_epi16(w, 8)};
}
V_INLINE a4 i_four(uint32_t bytes) { return _mm512_set1_epi32((int)bytes); }
V_INLINE u16 i_dot(u16 sum, a4 a, w64 w)
{
	__m512i even = _mm512_madd_epi16(_mm512_and_si512(a, _mm512_set1_epi16(255)), w.even);
	return _mm512_add_epi32(sum, _mm512_add_epi32(even, _mm512_madd_epi16(_mm512_srli_epi16(a, 8), w.odd)));
}
#endif

#elif defined(NCH_ISA_avx2)

#define I_SHIFT 128
#define INT8_VECS 1
V_INLINE v16 i_to_float(u16 a) { return (v16){_mm256_cvtepi32_ps(a.a), _mm256_cvtepi32_ps(a.b)}; }
V_INLINE void i_bytes(uint8_t *p, u16 a)
{
	const __m256i low = _mm256_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 4, 8, 12, -1, -1, -1, -1,
	                                     -1, -1, -1, -1);
	__m256i x = _mm256_shuffle_epi8(a.a, low), y = _mm256_shuffle_epi8(a.b, low); /* of each, eight bytes in two halves */
	__m128i first = _mm_or_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
	__m128i second = _mm_or_si128(_mm256_castsi256_si128(y), _mm256_extracti128_si256(y, 1));
	_mm_storeu_si128((__m128i *)p, _mm_unpacklo_epi64(first, second));
}
V_INLINE u16 i_load(const int8_t *p)
{
	__m128i x = _mm_loadu_si128((const __m128i *)p);
	return (u16){_mm256_cvtepi8_epi32(x), _mm256_cvtepi8_epi32(_mm_srli_si128(x, 8))};
}
#if defined(NCH_VNNI)
#define INT8_ROWS 6 /* twelve accumulators, two of weights, one of activations */
typedef __m256i a4;
typedef struct w64 { __m256i a, b; } w64;
V_INLINE w64 i_weights(const int8_t *p) { return (w64){_mm256_loadu_si256((const __m256i *)p), _mm256_loadu_si256((const __m256i *)(p + 32))}; }
V_INLINE a4 i_four(uint32_t bytes) { return _mm256_set1_epi32((int)bytes); }
V_INLINE u16 i_dot(u16 sum, a4 a, w64 w) /* as text: see AVX-512 */
{
	__asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum.a) : "x"(a), "x"(w.a));
	__asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum.b) : "x"(a), "x"(w.b));
	return sum;
}
#else
#define INT8_ROWS 4 /* see above, AVX-512 without VNNI */
typedef struct a4 { __m256i even, odd; } a4;
typedef struct w64 { __m256i even_a, odd_a, even_b, odd_b; } w64;
V_INLINE __m256i i_even(__m256i w) { return _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8); }
V_INLINE w64 i_weights(const int8_t *p)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)p), b = _mm256_loadu_si256((const __m256i *)(p + 32));
	return (w64){i_even(a), _mm256_srai_epi16(a, 8), i_even(b), _mm256_srai_epi16(b, 8)};
}
V_INLINE a4 i_four(uint32_t bytes)
{
	return (a4){_mm256_set1_epi32((int)(bytes & 0x00FF00FFu)), _mm256_set1_epi32((int)(bytes >> 8 & 0x00FF00FFu))};
}
V_INLINE u16 i_dot(u16 sum, a4 a, w64 w)
{
	__m256i first = _mm256_add_epi32(_mm256_madd_epi16(a.even, w.even_a), _mm256_madd_epi16(a.odd, w.odd_a));
	__m256i second = _mm256_add_epi32(_mm256_madd_epi16(a.even, w.even_b), _mm256_madd_epi16(a.odd, w.odd_b));
	return (u16){_mm256_add_epi32(sum.a, first), _mm256_add_epi32(sum.b, second)};
}
#endif

#elif defined(NCH_ISA_neon)

#define I_SHIFT 0 /* both are signed */
#define INT8_VECS 1
typedef int8x16_t a4;
typedef struct w64 { int8x16_t q[4]; } w64;
V_INLINE v16 i_to_float(u16 a)
{
	v16 r;
	for (int i = 0; i < 4; i++)
		r.q[i] = vcvtq_f32_s32(vreinterpretq_s32_u32(a.q[i]));
	return r;
}
V_INLINE void i_bytes(uint8_t *p, u16 a)
{
	uint16x8_t low = vcombine_u16(vmovn_u32(a.q[0]), vmovn_u32(a.q[1])), high = vcombine_u16(vmovn_u32(a.q[2]), vmovn_u32(a.q[3]));
	vst1q_u8(p, vcombine_u8(vmovn_u16(low), vmovn_u16(high)));
}
V_INLINE u16 i_load(const int8_t *p)
{
	int8x16_t x = vld1q_s8(p);
	int16x8_t low = vmovl_s8(vget_low_s8(x)), high = vmovl_s8(vget_high_s8(x));
	return (u16){{vreinterpretq_u32_s32(vmovl_s16(vget_low_s16(low))), vreinterpretq_u32_s32(vmovl_s16(vget_high_s16(low))),
	              vreinterpretq_u32_s32(vmovl_s16(vget_low_s16(high))), vreinterpretq_u32_s32(vmovl_s16(vget_high_s16(high)))}};
}
V_INLINE w64 i_weights(const int8_t *p) { return (w64){{vld1q_s8(p), vld1q_s8(p + 16), vld1q_s8(p + 32), vld1q_s8(p + 48)}}; }
V_INLINE a4 i_four(uint32_t bytes) { return vreinterpretq_s8_u32(vdupq_n_u32(bytes)); }
#if defined(NCH_DOT)
#define INT8_ROWS 6
V_INLINE int32x4_t i_dot_quarter(int32x4_t sum, a4 a, int8x16_t w) { return vdotq_s32(sum, w, a); }
#else
#define INT8_ROWS 4
/* Two products of -127 … 127 by -128 … 127 fit into 16 bits together; vpadalq adds such pairs in 32 bits. */
V_INLINE int32x4_t i_dot_quarter(int32x4_t sum, a4 a, int8x16_t w)
{
	return vpadalq_s16(sum, vpaddq_s16(vmull_s8(vget_low_s8(a), vget_low_s8(w)), vmull_high_s8(a, w)));
}
#endif
V_INLINE u16 i_dot(u16 sum, a4 a, w64 w)
{
	for (int i = 0; i < 4; i++)
		sum.q[i] = vreinterpretq_u32_s32(i_dot_quarter(vreinterpretq_s32_u32(sum.q[i]), a, w.q[i]));
	return sum;
}

#else

#define I_SHIFT 128
#define INT8_ROWS 4
#define INT8_VECS 1
typedef struct a4 { int32_t x[4]; } a4;
typedef struct w64 { int8_t x[64]; } w64;
V_INLINE v16 i_to_float(u16 a) { v16 r; V_EACH(r, (float)(int32_t)a.x[l]); return r; }
V_INLINE void i_bytes(uint8_t *p, u16 a) { for (int l = 0; l < 16; l++) p[l] = (uint8_t)a.x[l]; }
V_INLINE u16 i_load(const int8_t *p) { u16 r; V_EACH(r, (uint32_t)(int32_t)p[l]); return r; }
V_INLINE w64 i_weights(const int8_t *p) { w64 r; memcpy(r.x, p, sizeof r.x); return r; }
V_INLINE a4 i_four(uint32_t bytes)
{
	uint8_t x[4];
	memcpy(x, &bytes, sizeof x);
	return (a4){{x[0], x[1], x[2], x[3]}};
}
V_INLINE u16 i_dot(u16 sum, a4 a, w64 w)
{
	for (int l = 0; l < 16; l++)
		for (int i = 0; i < 4; i++)
			sum.x[l] += (uint32_t)(a.x[i] * w.x[4 * l + i]);
	return sum;
}

#endif

#endif
