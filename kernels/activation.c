/* activation.c - the nonlinear functions of a transformer and their derivatives. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/vmath.h"

#define ROOT_2_OVER_PI 0.79788456080286536f

/* 1 / (1 + e^-x), and what it lacks to 1: e^-x / (1 + e^-x), which the difference would give without its digits. */
V_INLINE v16 sigmoid(v16 x, v16 *rest)
{
	v16 e = v_exp(v_negate(x));
	v16 y = v_div(v_set(1.0f), v_add(v_set(1.0f), e));
	*rest = v_mul(v_min(v_set(0x1p120f), e), y); /* infinity · 0 would be no number */
	return y;
}

/* The tanh formula of GELU is x · sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)), since (1 + tanh z) / 2 = sigmoid(2z). */
V_INLINE v16 gelu_tanh_inner(v16 x)
{
	v16 cube = v_mul(v_mul(x, x), x);
	return v_mul(v_set(2.0f * ROOT_2_OVER_PI), v_fma(v_set(0.044715f), cube, x));
}

V_INLINE v16 apply(nch_activation kind, v16 x)
{
	v16 rest;
	switch (kind) {
	case NCH_GELU:
		return v_mul(x, v_normal(x, NULL));
	case NCH_GELU_TANH:
		return v_mul(x, sigmoid(gelu_tanh_inner(x), &rest));
	case NCH_RELU:
		return v_max(x, v_zero());
	case NCH_SILU:
		return v_mul(x, sigmoid(x, &rest));
	default:
		return v_tanh(x, NULL);
	}
}

/* f'(x), and f(x) itself in *y, with the bits that apply() gives it. */
V_INLINE v16 derivative(nch_activation kind, v16 x, v16 *y)
{
	v16 one = v_set(1.0f), s, rest;
	switch (kind) {
	case NCH_GELU: { /* Phi(x) + x · phi(x) */
		v16 density, cumulative = v_normal(x, &density);
		*y = v_mul(x, cumulative);
		return v_fma(x, density, cumulative);
	}
	case NCH_GELU_TANH: { /* s + x · s · (1 - s) · inner' */
		v16 slope = v_mul(v_set(2.0f * ROOT_2_OVER_PI), v_fma(v_set(3.0f * 0.044715f), v_mul(x, x), one));
		s = sigmoid(gelu_tanh_inner(x), &rest);
		*y = v_mul(x, s);
		return v_fma(v_mul(v_mul(x, slope), rest), s, s);
	}
	case NCH_RELU:
		*y = v_max(x, v_zero());
		return v_select(v_lt(v_zero(), x), one, v_zero());
	case NCH_SILU: /* s + x · s · (1 - s) */
		s = sigmoid(x, &rest);
		*y = v_mul(x, s);
		return v_fma(v_mul(x, rest), s, s);
	default:
		*y = v_tanh(x, &s);
		return s;
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

/* y may be NULL: then it is not wanted. */
V_INLINE void backward_all(nch_activation kind, float *y, float *dx, const float *dy, const float *x, size_t n)
{
	size_t i = 0;
	v16 value;
	for (; i + 16 <= n; i += 16) {
		v_store(dx + i, v_mul(v_load(dy + i), derivative(kind, v_load(x + i), &value)));
		if (y != NULL)
			v_store(y + i, value);
	}
	if (i < n) {
		v_store_part(dx + i, v_mul(v_load_part(dy + i, n - i), derivative(kind, v_load_part(x + i, n - i), &value)), n - i);
		if (y != NULL)
			v_store_part(y + i, value, n - i);
	}
}

_Static_assert(NCH_ACTIVATIONS == 5 && NCH_TANH == NCH_ACTIVATIONS - 1, "a case for each below; the last is the default");

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

void NCH_KERNEL(nch_activation_backward)(nch_activation kind, float *dx, const float *dy, const float *x, size_t n)
{
	switch (kind) {
	case NCH_GELU: backward_all(NCH_GELU, NULL, dx, dy, x, n); break;
	case NCH_GELU_TANH: backward_all(NCH_GELU_TANH, NULL, dx, dy, x, n); break;
	case NCH_RELU: backward_all(NCH_RELU, NULL, dx, dy, x, n); break;
	case NCH_SILU: backward_all(NCH_SILU, NULL, dx, dy, x, n); break;
	default: backward_all(NCH_TANH, NULL, dx, dy, x, n); break;
	}
}

void NCH_KERNEL(nch_activation_both)(nch_activation kind, float *y, float *dx, const float *dy, const float *x, size_t n)
{
	switch (kind) {
	case NCH_GELU: backward_all(NCH_GELU, y, dx, dy, x, n); break;
	case NCH_GELU_TANH: backward_all(NCH_GELU_TANH, y, dx, dy, x, n); break;
	case NCH_RELU: backward_all(NCH_RELU, y, dx, dy, x, n); break;
	case NCH_SILU: backward_all(NCH_SILU, y, dx, dy, x, n); break;
	default: backward_all(NCH_TANH, y, dx, dy, x, n); break;
	}
}
