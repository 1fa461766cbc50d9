/* vec_neon.h - v16 as four NEON registers (AArch64). See vec.h. */
#ifndef NCH_VEC_NEON_H
#define NCH_VEC_NEON_H

#include <arm_neon.h>

#define NCH_TILE_ROWS 6 /* 6 × 16: twenty-four accumulators, four columns, the rest for the broadcasts */
#define NCH_TILE_VECS 1

typedef struct v16 { float32x4_t q[4]; } v16;
typedef struct u16 { uint32x4_t q[4]; } u16;
typedef struct m16 { uint32x4_t q[4]; } m16;

#define V_FOUR(type, f, x, y) \
	((type){{f((x).q[0], (y).q[0]), f((x).q[1], (y).q[1]), f((x).q[2], (y).q[2]), f((x).q[3], (y).q[3])}})
#define V_FOUR1(type, f, x) ((type){{f((x).q[0]), f((x).q[1]), f((x).q[2]), f((x).q[3])}})

V_INLINE v16 v_set(float x) { float32x4_t r = vdupq_n_f32(x); return (v16){{r, r, r, r}}; }
V_INLINE v16 v_zero(void) { return v_set(0.0f); }
V_INLINE void v_set_four(const float *p, v16 a[4]) { for (int i = 0; i < 4; i++) a[i] = v_set(p[i]); }
V_INLINE v16 v_load(const float *p) { return (v16){{vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)}}; }
V_INLINE void v_store(float *p, v16 x) { for (int i = 0; i < 4; i++) vst1q_f32(p + 4 * i, x.q[i]); }
V_INLINE v16 v_load_part(const float *p, size_t n)
{
	float x[16] = {0};
	memcpy(x, p, n * sizeof *x);
	return v_load(x);
}
V_INLINE void v_store_part(float *p, v16 a, size_t n)
{
	float x[16];
	v_store(x, a);
	memcpy(p, x, n * sizeof *x);
}
V_INLINE v16 v_add(v16 x, v16 y) { return V_FOUR(v16, vaddq_f32, x, y); }
V_INLINE v16 v_sub(v16 x, v16 y) { return V_FOUR(v16, vsubq_f32, x, y); }
V_INLINE v16 v_mul(v16 x, v16 y) { return V_FOUR(v16, vmulq_f32, x, y); }
V_INLINE v16 v_div(v16 x, v16 y) { return V_FOUR(v16, vdivq_f32, x, y); }
V_INLINE v16 v_sqrt(v16 x) { return V_FOUR1(v16, vsqrtq_f32, x); }
V_INLINE v16 v_fma(v16 x, v16 y, v16 z)
{
	return (v16){{vfmaq_f32(z.q[0], x.q[0], y.q[0]), vfmaq_f32(z.q[1], x.q[1], y.q[1]), vfmaq_f32(z.q[2], x.q[2], y.q[2]),
	              vfmaq_f32(z.q[3], x.q[3], y.q[3])}};
}
/* vmaxq would answer NaN where x86 answers b: select instead */
V_INLINE float32x4_t v_max_quarter(float32x4_t x, float32x4_t y) { return vbslq_f32(vcgtq_f32(x, y), x, y); }
V_INLINE float32x4_t v_min_quarter(float32x4_t x, float32x4_t y) { return vbslq_f32(vcltq_f32(x, y), x, y); }
V_INLINE v16 v_max(v16 x, v16 y) { return V_FOUR(v16, v_max_quarter, x, y); }
V_INLINE v16 v_min(v16 x, v16 y) { return V_FOUR(v16, v_min_quarter, x, y); }
V_INLINE m16 v_lt(v16 x, v16 y) { return V_FOUR(m16, vcltq_f32, x, y); }
V_INLINE v16 v_select(m16 m, v16 x, v16 y)
{
	return (v16){{vbslq_f32(m.q[0], x.q[0], y.q[0]), vbslq_f32(m.q[1], x.q[1], y.q[1]), vbslq_f32(m.q[2], x.q[2], y.q[2]),
	              vbslq_f32(m.q[3], x.q[3], y.q[3])}};
}
V_INLINE u16 v_bits(v16 x) { return V_FOUR1(u16, vreinterpretq_u32_f32, x); }
V_INLINE v16 v_from_bits(u16 x) { return V_FOUR1(v16, vreinterpretq_f32_u32, x); }
V_INLINE u16 u_set(uint32_t x) { uint32x4_t r = vdupq_n_u32(x); return (u16){{r, r, r, r}}; }
V_INLINE u16 u_load(const uint32_t *p) { return (u16){{vld1q_u32(p), vld1q_u32(p + 4), vld1q_u32(p + 8), vld1q_u32(p + 12)}}; }
V_INLINE void u_store(uint32_t *p, u16 x) { for (int i = 0; i < 4; i++) vst1q_u32(p + 4 * i, x.q[i]); }
V_INLINE u16 u_add(u16 x, u16 y) { return V_FOUR(u16, vaddq_u32, x, y); }
V_INLINE u16 u_sub(u16 x, u16 y) { return V_FOUR(u16, vsubq_u32, x, y); }
V_INLINE u16 u_and(u16 x, u16 y) { return V_FOUR(u16, vandq_u32, x, y); }
V_INLINE u16 u_or(u16 x, u16 y) { return V_FOUR(u16, vorrq_u32, x, y); }
V_INLINE u16 u_xor(u16 x, u16 y) { return V_FOUR(u16, veorq_u32, x, y); }
V_INLINE u16 u_shl(u16 x, int n) { int32x4_t s = vdupq_n_s32(n); for (int i = 0; i < 4; i++) x.q[i] = vshlq_u32(x.q[i], s); return x; }
V_INLINE u16 u_shr(u16 x, int n) { int32x4_t s = vdupq_n_s32(-n); for (int i = 0; i < 4; i++) x.q[i] = vshlq_u32(x.q[i], s); return x; }
V_INLINE u16 u_mul(u16 x, u16 y) { return V_FOUR(u16, vmulq_u32, x, y); }
V_INLINE void u_mul_wide(u16 x, u16 y, u16 *high, u16 *low)
{
	for (int i = 0; i < 4; i++) {
		uint64x2_t first = vmull_u32(vget_low_u32(x.q[i]), vget_low_u32(y.q[i]));
		uint64x2_t second = vmull_high_u32(x.q[i], y.q[i]);
		low->q[i] = vuzp1q_u32(vreinterpretq_u32_u64(first), vreinterpretq_u32_u64(second));
		high->q[i] = vuzp2q_u32(vreinterpretq_u32_u64(first), vreinterpretq_u32_u64(second));
	}
}
V_INLINE m16 u_lt(u16 x, u16 y) { return V_FOUR(m16, vcltq_u32, x, y); }
V_INLINE v16 u_to_float(u16 x) { return V_FOUR1(v16, vcvtq_f32_u32, x); }
V_INLINE u16 v_to_int(v16 x) { u16 r; for (int i = 0; i < 4; i++) r.q[i] = vreinterpretq_u32_s32(vcvtq_s32_f32(x.q[i])); return r; }

/* Transposes four rows of four. */
V_INLINE void v_transpose4(float32x4_t *a, float32x4_t *b, float32x4_t *c, float32x4_t *d)
{
	float32x4x2_t ab = vtrnq_f32(*a, *b), cd = vtrnq_f32(*c, *d);
	*a = vcombine_f32(vget_low_f32(ab.val[0]), vget_low_f32(cd.val[0]));
	*b = vcombine_f32(vget_low_f32(ab.val[1]), vget_low_f32(cd.val[1]));
	*c = vcombine_f32(vget_high_f32(ab.val[0]), vget_high_f32(cd.val[0]));
	*d = vcombine_f32(vget_high_f32(ab.val[1]), vget_high_f32(cd.val[1]));
}

/* Transposes sixteen rows of sixteen: r[i] lane j becomes r[j] lane i. */
V_INLINE void v_transpose(v16 r[16])
{
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++)
			v_transpose4(&r[4 * i].q[j], &r[4 * i + 1].q[j], &r[4 * i + 2].q[j], &r[4 * i + 3].q[j]);
	for (int i = 0; i < 4; i++) /* and the blocks themselves */
		for (int j = i + 1; j < 4; j++)
			for (int l = 0; l < 4; l++) {
				float32x4_t t = r[4 * i + l].q[j];
				r[4 * i + l].q[j] = r[4 * j + l].q[i];
				r[4 * j + l].q[i] = t;
			}
}

#endif
