/* activation.c - the nonlinear functions of a transformer and their derivatives. */
#include "kernels/kernels.h"
#include "kernels/vmath.h"

#define ROOT_HALF 0.70710678118654752f
#define ROOT_2_OVER_PI 0.79788456080286536f
#define INVERSE_ROOT_2_PI 0.39894228040143268f

V_INLINE v16 sigmoid(v16 x)
{
	return v_div(v_set(1.0f), v_add(v_set(1.0f), v_exp(v_negate(x))));
}

V_INLINE v16 gelu_tanh_inner(v16 x) /* sqrt(2/pi) (x + 0.044715 x^3) */
{
	v16 cube = v_mul(v_mul(x, x), x);
	return v_mul(v_set(ROOT_2_OVER_PI), v_fma(v_set(0.044715f), cube, x));
}

V_INLINE v16 apply(nch_activation kind, v16 x)
{
	v16 half = v_set(0.5f), one = v_set(1.0f);
	switch (kind) {
	case NCH_GELU:
		return v_mul(v_mul(x, half), v_add(one, v_erf(v_mul(x, v_set(ROOT_HALF)))));
	case NCH_GELU_TANH:
		return v_mul(v_mul(x, half), v_add(one, v_tanh(gelu_tanh_inner(x))));
	case NCH_RELU:
		return v_max(x, v_zero());
	case NCH_SILU:
		return v_mul(x, sigmoid(x));
	default:
		return v_tanh(x);
	}
}

V_INLINE v16 derivative(nch_activation kind, v16 x)
{
	v16 half = v_set(0.5f), one = v_set(1.0f);
	switch (kind) {
	case NCH_GELU: { /* Phi(x) + x · phi(x) */
		v16 phi = v_mul(v_set(INVERSE_ROOT_2_PI), v_exp(v_mul(v_mul(x, x), v_set(-0.5f))));
		v16 cumulative = v_mul(half, v_add(one, v_erf(v_mul(x, v_set(ROOT_HALF)))));
		return v_fma(x, phi, cumulative);
	}
	case NCH_GELU_TANH: {
		v16 t = v_tanh(gelu_tanh_inner(x));
		v16 slope = v_mul(v_set(ROOT_2_OVER_PI), v_fma(v_set(3.0f * 0.044715f), v_mul(x, x), one));
		v16 bend = v_mul(v_mul(x, half), v_mul(v_sub(one, v_mul(t, t)), slope));
		return v_fma(half, v_add(one, t), bend);
	}
	case NCH_RELU:
		return v_select(v_lt(v_zero(), x), one, v_zero());
	case NCH_SILU: { /* s + x · s · (1 - s) */
		v16 s = sigmoid(x);
		return v_fma(v_mul(x, s), v_sub(one, s), s);
	}
	default: {
		v16 t = v_tanh(x);
		return v_sub(one, v_mul(t, t));
	}
	}
}

V_INLINE void apply_all(nch_activation kind, float *y, const float *x, size_t n)
{
	size_t i = 0;
	for (; i + 16 <= n; i += 16)
		v_store(y + i, apply(kind, v_load(x + i)));
	if (i < n)
		v_store_part(y + i, apply(kind, v_load_part(x + i, n - i)), n - i);
}

V_INLINE void backward_all(nch_activation kind, float *dx, const float *dy, const float *x, size_t n)
{
	size_t i = 0;
	for (; i + 16 <= n; i += 16)
		v_store(dx + i, v_mul(v_load(dy + i), derivative(kind, v_load(x + i))));
	if (i < n)
		v_store_part(dx + i, v_mul(v_load_part(dy + i, n - i), derivative(kind, v_load_part(x + i, n - i))), n - i);
}

void NCH_KERNEL(nch_activation_forward)(nch_activation kind, float *y, const float *x, size_t n);
void NCH_KERNEL(nch_activation_forward)(nch_activation kind, float *y, const float *x, size_t n)
{
	switch (kind) { /* one loop for each, with the function inside it */
	case NCH_GELU: apply_all(NCH_GELU, y, x, n); break;
	case NCH_GELU_TANH: apply_all(NCH_GELU_TANH, y, x, n); break;
	case NCH_RELU: apply_all(NCH_RELU, y, x, n); break;
	case NCH_SILU: apply_all(NCH_SILU, y, x, n); break;
	default: apply_all(NCH_TANH, y, x, n); break;
	}
}

void NCH_KERNEL(nch_activation_backward)(nch_activation kind, float *dx, const float *dy, const float *x, size_t n);
void NCH_KERNEL(nch_activation_backward)(nch_activation kind, float *dx, const float *dy, const float *x, size_t n)
{
	switch (kind) {
	case NCH_GELU: backward_all(NCH_GELU, dx, dy, x, n); break;
	case NCH_GELU_TANH: backward_all(NCH_GELU_TANH, dx, dy, x, n); break;
	case NCH_RELU: backward_all(NCH_RELU, dx, dy, x, n); break;
	case NCH_SILU: backward_all(NCH_SILU, dx, dy, x, n); break;
	default: backward_all(NCH_TANH, dx, dy, x, n); break;
	}
}
