/* vec_scalar.h - v16 in plain C: the reference that the other instruction sets are held against. See vec.h. */
#ifndef NCH_VEC_SCALAR_H
#define NCH_VEC_SCALAR_H

#include "kernels/fma.h"

#define NCH_TILE_ROWS 4 /* the register tile of the matrix product: rows × 16-lane columns */
#define NCH_TILE_VECS 1

typedef struct v16 { float x[16]; } v16;
typedef struct u16 { uint32_t x[16]; } u16;
typedef struct m16 { uint32_t x[16]; } m16; /* all ones or zero */

#define V_EACH(result, expression)          \
	do {                                \
		for (int l = 0; l < 16; l++) \
			result.x[l] = (expression); \
	} while (0)

V_INLINE v16 v_set(float x) { v16 r; V_EACH(r, x); return r; }
V_INLINE v16 v_zero(void) { return v_set(0.0f); }
V_INLINE void v_set_four(const float *p, v16 a[4]) { for (int i = 0; i < 4; i++) a[i] = v_set(p[i]); }
V_INLINE v16 v_load(const float *p) { v16 r; memcpy(r.x, p, sizeof r.x); return r; }
V_INLINE void v_store(float *p, v16 a) { memcpy(p, a.x, sizeof a.x); }
V_INLINE v16 v_load_part(const float *p, size_t n) { v16 r = v_zero(); for (size_t l = 0; l < n; l++) r.x[l] = p[l]; return r; }
V_INLINE void v_store_part(float *p, v16 a, size_t n) { for (size_t l = 0; l < n; l++) p[l] = a.x[l]; }
V_INLINE v16 v_add(v16 a, v16 b) { v16 r; V_EACH(r, a.x[l] + b.x[l]); return r; }
V_INLINE v16 v_sub(v16 a, v16 b) { v16 r; V_EACH(r, a.x[l] - b.x[l]); return r; }
V_INLINE v16 v_mul(v16 a, v16 b) { v16 r; V_EACH(r, a.x[l] * b.x[l]); return r; }
V_INLINE v16 v_div(v16 a, v16 b) { v16 r; V_EACH(r, a.x[l] / b.x[l]); return r; }
V_INLINE v16 v_sqrt(v16 a) { v16 r; V_EACH(r, sqrtf(a.x[l])); return r; }
V_INLINE v16 v_fma(v16 a, v16 b, v16 c) { v16 r; V_EACH(r, nch_fmaf(a.x[l], b.x[l], c.x[l])); return r; }
V_INLINE v16 v_max(v16 a, v16 b) { v16 r; V_EACH(r, a.x[l] > b.x[l] ? a.x[l] : b.x[l]); return r; }
V_INLINE v16 v_min(v16 a, v16 b) { v16 r; V_EACH(r, a.x[l] < b.x[l] ? a.x[l] : b.x[l]); return r; }
V_INLINE m16 v_lt(v16 a, v16 b) { m16 r; V_EACH(r, a.x[l] < b.x[l] ? 0xFFFFFFFFu : 0u); return r; }
V_INLINE v16 v_select(m16 m, v16 a, v16 b) { v16 r; V_EACH(r, m.x[l] ? a.x[l] : b.x[l]); return r; }
V_INLINE u16 v_bits(v16 a) { u16 r; memcpy(r.x, a.x, sizeof r.x); return r; }
V_INLINE v16 v_from_bits(u16 a) { v16 r; memcpy(r.x, a.x, sizeof r.x); return r; }
V_INLINE u16 u_set(uint32_t x) { u16 r; V_EACH(r, x); return r; }
V_INLINE u16 u_load(const uint32_t *p) { u16 r; memcpy(r.x, p, sizeof r.x); return r; }
V_INLINE void u_store(uint32_t *p, u16 a) { memcpy(p, a.x, sizeof a.x); }
V_INLINE u16 u_add(u16 a, u16 b) { u16 r; V_EACH(r, a.x[l] + b.x[l]); return r; }
V_INLINE u16 u_sub(u16 a, u16 b) { u16 r; V_EACH(r, a.x[l] - b.x[l]); return r; }
V_INLINE u16 u_and(u16 a, u16 b) { u16 r; V_EACH(r, a.x[l] & b.x[l]); return r; }
V_INLINE u16 u_or(u16 a, u16 b) { u16 r; V_EACH(r, a.x[l] | b.x[l]); return r; }
V_INLINE u16 u_xor(u16 a, u16 b) { u16 r; V_EACH(r, a.x[l] ^ b.x[l]); return r; }
V_INLINE u16 u_shl(u16 a, int n) { u16 r; V_EACH(r, a.x[l] << n); return r; }
V_INLINE u16 u_shr(u16 a, int n) { u16 r; V_EACH(r, a.x[l] >> n); return r; }
V_INLINE u16 u_mul(u16 a, u16 b) { u16 r; V_EACH(r, a.x[l] * b.x[l]); return r; }
V_INLINE void u_mul_wide(u16 a, u16 b, u16 *high, u16 *low)
{
	for (int l = 0; l < 16; l++) {
		uint64_t product = (uint64_t)a.x[l] * b.x[l];
		high->x[l] = (uint32_t)(product >> 32);
		low->x[l] = (uint32_t)product;
	}
}
V_INLINE m16 u_lt(u16 a, u16 b) { m16 r; V_EACH(r, a.x[l] < b.x[l] ? 0xFFFFFFFFu : 0u); return r; }
V_INLINE v16 u_to_float(u16 a) { v16 r; V_EACH(r, (float)a.x[l]); return r; }
V_INLINE u16 v_to_int(v16 a) { u16 r; V_EACH(r, (uint32_t)(int32_t)a.x[l]); return r; }

/* Transposes sixteen rows of sixteen: r[i] lane j becomes r[j] lane i. */
V_INLINE void v_transpose(v16 r[16])
{
	for (int i = 0; i < 16; i++)
		for (int j = i + 1; j < 16; j++) {
			float t = r[i].x[j];
			r[i].x[j] = r[j].x[i];
			r[j].x[i] = t;
		}
}

#endif
