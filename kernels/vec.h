/* vec.h - v16: sixteen floats that behave the same on every processor.
 *
 * A kernel is written once, on v16, and compiled once for each instruction set (NCH_ISA says which). One v16 is one AVX-512
 * register, two AVX, four NEON, or an array in plain C; every operation below gives the same bits in each of them. The types:
 *
 *     v16  sixteen floats      u16  sixteen 32-bit unsigned integers      m16  sixteen yes/no answers
 *
 *     v_zero()  v_set(x)  v_load(p)  v_store(p, a)        p needs no alignment
 *     v_set_four(p, a)                                    a[i] = v_set(p[i]) for i = 0 … 3
 *     v_load_part(p, n)  v_store_part(p, a, n)            the first n (0..16) lanes; the others load as 0 and stay unwritten
 *     v_add  v_sub  v_mul  v_div  v_sqrt                  IEEE 754, rounded to nearest
 *     v_fma(a, b, c)                                      a·b + c with one rounding; the only contraction there is
 *     v_max(a, b) = a > b ? a : b    v_min(a, b) = a < b ? a : b     (b where one is NaN, on every machine)
 *     v_lt(a, b) -> m16   v_select(m, a, b) = m ? a : b   v_bits(a) -> u16   v_from_bits(u) -> v16
 *     u_set u_load u_store u_add u_sub u_and u_or u_xor u_shl(a, n) u_shr(a, n) u_mul(a, b)
 *     u_mul_wide(a, b, &high, &low)                       32 × 32 -> 64 bits, for Philox
 *     u_lt(a, b) -> m16 (unsigned)    u_to_float(a)       exact for values below 2^24
 *     v_to_int(a) -> u16: two's complement, a must be a whole number of magnitude < 2^22
 *     v_scale(a, n) = a · 2^n, rounded once; n whole      only where V_HAS_SCALE is defined
 *
 * And on top of them, the two folds of every sum (numerics: lanes are added 8+8, 4+4, 2+2, 1+1). */
#ifndef NCH_VEC_H
#define NCH_VEC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Everything is inlined, so that a v16 lives in registers; but in plain C, where it is an array in memory, that would only swell the code, and with
 * a sanitizer's checks (NCH_SMALL_CODE) it would take minutes to compile. */
#if defined(NCH_ISA_scalar) || defined(NCH_SMALL_CODE)
#define V_INLINE static inline __attribute__((unused))
#else
#define V_INLINE static inline __attribute__((always_inline, unused))
#endif

/* nch_gemm -> nch_gemm_avx2: the name of a kernel in the set it is compiled for */
#define NCH_JOIN_(a, b) a##_##b
#define NCH_JOIN(a, b) NCH_JOIN_(a, b)
#define NCH_KERNEL(name) NCH_JOIN(name, NCH_ISA)

/* "avx2": the set as a text */
#define NCH_TEXT_(x) #x
#define NCH_TEXT(x) NCH_TEXT_(x)
#define NCH_ISA_NAME NCH_TEXT(NCH_ISA)

#if defined(NCH_ISA_avx512)
#include "kernels/vec_avx512.h"
#elif defined(NCH_ISA_avx2)
#include "kernels/vec_avx2.h"
#elif defined(NCH_ISA_neon)
#include "kernels/vec_neon.h"
#else
#include "kernels/vec_scalar.h"
#endif

_Static_assert(sizeof(v16) == 16 * sizeof(float) && sizeof(u16) == 16 * sizeof(uint32_t), "sixteen lanes, and nothing else");

/* The sum of the lanes, 8+8, 4+4, 2+2, 1+1. */
#ifndef V_HAS_FOLD_ADD /* else the set has one of its own, in registers */
V_INLINE float v_fold_add(v16 a)
{
	float x[16];
	v_store(x, a);
	for (int half = 8; half >= 1; half /= 2)
		for (int l = 0; l < half; l++)
			x[l] = x[l] + x[l + half];
	return x[0];
}
#endif

/* The largest lane (NaN lanes are of no account unless all before them are smaller; callers test for NaN elsewhere). */
V_INLINE float v_fold_max(v16 a)
{
	float x[16];
	v_store(x, a);
	for (int half = 8; half >= 1; half /= 2)
		for (int l = 0; l < half; l++)
			x[l] = x[l] > x[l + half] ? x[l] : x[l + half];
	return x[0];
}

#endif
