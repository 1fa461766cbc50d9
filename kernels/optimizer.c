/* optimizer.c - one step of Adam's family and of SGD, one pass over weight, gradient and moments; and a running average of the weights. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/vec.h"

typedef struct adam_values {
	v16 weight, moment1, moment2;
} adam_values;

V_INLINE adam_values adam_step(const nch_adam *s, adam_values a, v16 g)
{
	g = v_fma(v_set(s->l2), a.weight, v_mul(g, v_set(s->gradient_scale)));
	a.weight = v_mul(a.weight, v_set(1.0f - s->decay));
	a.moment1 = v_fma(v_sub(g, a.moment1), v_set(1.0f - s->beta1), a.moment1); /* torch's lerp */
	a.moment2 = v_fma(v_mul(g, g), v_set(1.0f - s->beta2), v_mul(a.moment2, v_set(s->beta2)));
	v16 change = a.moment1;
	if (!s->plain)
		change = v_div(change, v_fma(v_sqrt(a.moment2), v_set(s->root_scale), v_set(s->epsilon)));
	a.weight = v_fma(change, v_set(-s->step_size), a.weight);
	return a;
}

void NCH_KERNEL(nch_adam)(const nch_adam *s, float *restrict weight, const float *restrict gradient, float *restrict moment1, float *restrict moment2,
                          size_t n)
{
	size_t i = 0;
	for (; i + 16 <= n; i += 16) {
		adam_values a = {v_load(weight + i), v_load(moment1 + i), v_load(moment2 + i)};
		a = adam_step(s, a, v_load(gradient + i));
		v_store(weight + i, a.weight);
		v_store(moment1 + i, a.moment1);
		v_store(moment2 + i, a.moment2);
	}
	if (i < n) {
		size_t here = n - i;
		adam_values a = {v_load_part(weight + i, here), v_load_part(moment1 + i, here), v_load_part(moment2 + i, here)};
		a = adam_step(s, a, v_load_part(gradient + i, here));
		v_store_part(weight + i, a.weight, here);
		v_store_part(moment1 + i, a.moment1, here);
		v_store_part(moment2 + i, a.moment2, here);
	}
}

void NCH_KERNEL(nch_sgd)(float lr, float momentum, float weight_decay, float gradient_scale, float *restrict weight, const float *restrict gradient,
                         float *restrict velocity, size_t n)
{
	for (size_t i = 0; i < n; i += 16) {
		size_t here = n - i < 16 ? n - i : 16;
		v16 w = v_load_part(weight + i, here), v = v_load_part(velocity + i, here);
		v16 g = v_fma(v_set(weight_decay), w, v_mul(v_load_part(gradient + i, here), v_set(gradient_scale)));
		v = v_fma(v_set(momentum), v, g);
		v_store_part(velocity + i, v, here);
		v_store_part(weight + i, v_fma(v, v_set(-lr), w), here);
	}
}

/* -1, 0 or 1 */
V_INLINE v16 sign_of(v16 x)
{
	v16 one = v_set(1.0f), zero = v_zero();
	return v_select(v_lt(zero, x), one, v_select(v_lt(x, zero), v_set(-1.0f), zero));
}

void NCH_KERNEL(nch_lion)(const nch_adam *s, float *restrict weight, const float *restrict gradient, float *restrict moment, size_t n)
{
	for (size_t i = 0; i < n; i += 16) {
		size_t here = n - i < 16 ? n - i : 16;
		v16 w = v_load_part(weight + i, here), m = v_load_part(moment + i, here);
		v16 g = v_mul(v_load_part(gradient + i, here), v_set(s->gradient_scale)), change = v_sub(g, m);
		v16 direction = sign_of(v_fma(change, v_set(1.0f - s->beta1), m));
		w = v_fma(direction, v_set(-s->step_size), v_mul(w, v_set(1.0f - s->decay)));
		v_store_part(weight + i, w, here);
		v_store_part(moment + i, v_fma(change, v_set(1.0f - s->beta2), m), here);
	}
}

void NCH_KERNEL(nch_lamb)(const nch_adam *s, const float *restrict weight, float *restrict gradient, float *restrict moment1, float *restrict moment2,
                          size_t n)
{
	for (size_t i = 0; i < n; i += 16) {
		size_t here = n - i < 16 ? n - i : 16;
		v16 w = v_load_part(weight + i, here), m = v_load_part(moment1 + i, here), v = v_load_part(moment2 + i, here);
		v16 g = v_mul(v_load_part(gradient + i, here), v_set(s->gradient_scale));
		m = v_fma(v_sub(g, m), v_set(1.0f - s->beta1), m);
		v = v_fma(v_mul(g, g), v_set(1.0f - s->beta2), v_mul(v, v_set(s->beta2)));
		v16 change = v_div(v_mul(m, v_set(s->step_size)), v_fma(v_sqrt(v), v_set(s->root_scale), v_set(s->epsilon)));
		v_store_part(moment1 + i, m, here);
		v_store_part(moment2 + i, v, here);
		v_store_part(gradient + i, v_fma(v_set(s->l2), w, change), here);
	}
}

void NCH_KERNEL(nch_add_scaled)(float *restrict y, float factor, const float *restrict x, size_t n)
{
	for (size_t i = 0; i < n; i += 16) {
		size_t here = n - i < 16 ? n - i : 16;
		v_store_part(y + i, v_fma(v_load_part(x + i, here), v_set(factor), v_load_part(y + i, here)), here);
	}
}

void NCH_KERNEL(nch_average)(float *restrict average, float rate, const float *restrict x, size_t n)
{
	size_t i = 0;
	for (; i + 16 <= n; i += 16) {
		v16 a = v_load(average + i);
		v_store(average + i, v_fma(v_sub(v_load(x + i), a), v_set(rate), a));
	}
	if (i < n) {
		v16 a = v_load_part(average + i, n - i);
		v_store_part(average + i, v_fma(v_sub(v_load_part(x + i, n - i), a), v_set(rate), a), n - i);
	}
}
