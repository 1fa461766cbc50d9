/* Optimizers and schedules alone, on gradients from a formula: 20 steps against PyTorch (tests/golden/optimizers.py), and RAdam's other form against
 * its published rule, computed here in double. */
#include "base/memory.h"
#include "nn/family.h"
#include "nn/model.h"
#include "test.h"
#include "tests/golden/formula.h"
#include "tests/golden/optimizers_golden.h"
#include "train/optimizer.h"

enum { STEPS = 20 };

static nch_compute *compute(void)
{
	static nch_compute *made;
	nch_error error;
	if (made == NULL && nch_compute_new(2, NULL, 64, 8, &made, &error) != NCH_OK)
		printf("  %s\n", error.text);
	return made;
}

static float gradient_of(size_t step, size_t t, uint64_t i)
{
	static const double sizes[] = {1.0, 0.1, 0.01, 0.001};
	uint32_t x = (uint32_t)(i * 2246822519u + t * 3266489917u + step * 668265263u + 374761393u);
	return (float)(((double)x / 4294967296.0 - 0.5) * sizes[i % 4]);
}

static nch_model *small_model(void)
{
	static char *names[] = {"a", "b", "c"};
	nch_config c = {.family = &nch_bert, .vocab_size = 12, .hidden = 16, .embedding = 16, .layers = 1, .heads = 2, .feed_forward = 24,
	                .max_positions = 10, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.02f, .labels = 3,
	                .label_names = names};
	return formula_model_of(&c);
}

static nch_optimizer_options options_of(nch_optimizer_kind kind, nch_schedule_kind schedule)
{
	return (nch_optimizer_options){.kind = kind, .lr = kind == NCH_SGD ? 0.05 : 2e-3, .momentum = 0.9, .beta1 = 0.9, .beta2 = kind == NCH_LION ? 0.99 : 0.999,
	                               .epsilon = kind == NCH_RADAM_TFA ? 1e-7 : 1e-8, .weight_decay = 0.01, .clip = 1.0, .schedule = schedule,
	                               .warmup = 4, .decay = 5};
}

/* The weights after 20 steps are in the model that is returned. */
static nch_model *stepped(const nch_optimizer_options *options)
{
	nch_model *model = small_model();
	nch_optimizer optimizer;
	nch_error error;
	double norm;
	const nch_tensor **sorted = nch_model_sorted(model, NULL);
	const nch_schedule schedule = nch_optimizer_schedule(options, STEPS);
	CHECK(nch_optimizer_new(model, options, &optimizer, &error) == NCH_OK);
	for (size_t step = 0; step < STEPS; step++) {
		nch_optimizer_clear(&optimizer);
		for (size_t t = 0; t < model->count; t++)
			for (size_t i = 0; i < sorted[t]->rows * sorted[t]->columns; i++)
				sorted[t]->grad[i] = gradient_of(step, t, i);
		for (size_t i = 0; i < model->count; i++)
			model->tensors[i].grad_set = true;
		CHECK(nch_optimizer_step(&optimizer, nch_schedule_rate(&schedule, step), compute(), &norm, &error) == NCH_OK);
	}
	nch_free((void *)sorted);
	nch_optimizer_free(&optimizer);
	return model;
}

static void compare(nch_optimizer_kind kind, nch_schedule_kind schedule, const double *golden, size_t count)
{
	const nch_optimizer_options options = options_of(kind, schedule);
	nch_model *model = stepped(&options);
	const nch_tensor **sorted = nch_model_sorted(model, NULL);
	CHECK(model->count == count);
	for (size_t t = 0; t < model->count && t < count; t++) {
		size_t n = sorted[t]->rows * sorted[t]->columns;
		CHECK_CLOSE(sorted[t]->data[(size_t)((double)(n - 1) * 0.37)], golden[t], 1e-6);
	}
	nch_free((void *)sorted);
	nch_model_free(model);
}

#define AGAINST_TORCH(name, kind, schedule, golden) \
	TEST(name) { compare(kind, schedule, golden, sizeof golden / sizeof *golden); }
AGAINST_TORCH(adamw_constant, NCH_ADAMW, NCH_CONSTANT, golden_adamw_constant)
AGAINST_TORCH(adamw_linear, NCH_ADAMW, NCH_LINEAR, golden_adamw_linear)
AGAINST_TORCH(adamw_cosine, NCH_ADAMW, NCH_COSINE, golden_adamw_cosine)
AGAINST_TORCH(adamw_wsd, NCH_ADAMW, NCH_WSD, golden_adamw_wsd)
AGAINST_TORCH(adam_constant, NCH_ADAM, NCH_CONSTANT, golden_adam_constant)
AGAINST_TORCH(adam_linear, NCH_ADAM, NCH_LINEAR, golden_adam_linear)
AGAINST_TORCH(adam_cosine, NCH_ADAM, NCH_COSINE, golden_adam_cosine)
AGAINST_TORCH(adam_wsd, NCH_ADAM, NCH_WSD, golden_adam_wsd)
AGAINST_TORCH(radam_constant, NCH_RADAM, NCH_CONSTANT, golden_radam_constant)
AGAINST_TORCH(radam_linear, NCH_RADAM, NCH_LINEAR, golden_radam_linear)
AGAINST_TORCH(radam_cosine, NCH_RADAM, NCH_COSINE, golden_radam_cosine)
AGAINST_TORCH(radam_wsd, NCH_RADAM, NCH_WSD, golden_radam_wsd)
AGAINST_TORCH(sgd_constant, NCH_SGD, NCH_CONSTANT, golden_sgd_constant)
AGAINST_TORCH(sgd_linear, NCH_SGD, NCH_LINEAR, golden_sgd_linear)
AGAINST_TORCH(sgd_cosine, NCH_SGD, NCH_COSINE, golden_sgd_cosine)
AGAINST_TORCH(sgd_wsd, NCH_SGD, NCH_WSD, golden_sgd_wsd)
AGAINST_TORCH(lion_constant, NCH_LION, NCH_CONSTANT, golden_lion_constant)
AGAINST_TORCH(lion_linear, NCH_LION, NCH_LINEAR, golden_lion_linear)
AGAINST_TORCH(lion_cosine, NCH_LION, NCH_COSINE, golden_lion_cosine)
AGAINST_TORCH(lion_wsd, NCH_LION, NCH_WSD, golden_lion_wsd)
AGAINST_TORCH(lamb_constant, NCH_LAMB, NCH_CONSTANT, golden_lamb_constant)
AGAINST_TORCH(lamb_linear, NCH_LAMB, NCH_LINEAR, golden_lamb_linear)
AGAINST_TORCH(lamb_cosine, NCH_LAMB, NCH_COSINE, golden_lamb_cosine)
AGAINST_TORCH(lamb_wsd, NCH_LAMB, NCH_WSD, golden_lamb_wsd)

/* --- runs of another length --- */

TEST(where_schedules_agree)
{
	const nch_schedule ten = {.kind = NCH_WSD, .lr = 1e-3, .warmup = 3, .decay = 0.2, .total = 10};
	nch_schedule other = ten;
	CHECK(nch_schedule_decay_begin(&ten) == 8);
	CHECK_CLOSE(nch_schedule_rate(&ten, 8), 1e-3, 0.0);
	CHECK_CLOSE(nch_schedule_rate(&ten, 9), 5e-4, 1e-18);
	CHECK(nch_schedule_agree(&ten, &ten, 10) == 10);
	other.total = 30; /* longer: up to the decay, whose first step still has the whole rate */
	CHECK(nch_schedule_decay_begin(&other) == 24 && nch_schedule_agree(&ten, &other, 8) == 8 && nch_schedule_agree(&ten, &other, 10) == 9);
	other.total = 6; /* cooled down now */
	other.decay = 2;
	CHECK(nch_schedule_decay_begin(&other) == 4 && nch_schedule_agree(&ten, &other, 4) == 4 && nch_schedule_agree(&ten, &other, 8) == 5);
	other.kind = NCH_CONSTANT; /* nothing goes on beyond the end */
	CHECK(nch_schedule_agree(&ten, &other, 8) == 6 && nch_schedule_decay_begin(&other) == 6);
	other.total = 20;
	CHECK(nch_schedule_agree(&ten, &other, 9) == 9);
	other.warmup = 0.3; /* a share of all steps is another number of steps */
	CHECK(nch_schedule_agree(&ten, &other, 9) == 1);
	other.total = 10; /* and the same one here */
	CHECK(nch_schedule_agree(&ten, &other, 9) == 9);
	other.kind = NCH_LINEAR;
	CHECK(nch_schedule_agree(&ten, &other, 9) == 4);
}

/* --- the average --- */

/* Each weight's average, followed here in double; then weights and averages change places. One tensor has no gradient: it does not move, nor does its average. */
TEST(average_of_the_weights)
{
	nch_optimizer_options options = options_of(NCH_ADAMW, NCH_CONSTANT);
	nch_model *model = small_model();
	nch_optimizer optimizer;
	nch_error error;
	double norm, *expected = nch_alloc(model->storage_floats, sizeof *expected);
	options.ema = 0.7;
	CHECK(nch_optimizer_new(model, &options, &optimizer, &error) == NCH_OK);
	for (size_t i = 0; i < model->storage_floats; i++)
		expected[i] = model->storage[i];
	for (size_t step = 1; step <= STEPS; step++) {
		double d = (1.0 + (double)step) / (10.0 + (double)step);
		for (size_t t = 0; t < model->count; t++) {
			nch_tensor *tensor = &model->tensors[t];
			for (size_t i = 0; i < tensor->rows * tensor->columns; i++)
				tensor->grad[i] = gradient_of(step, t, i);
			tensor->grad_set = t != 3;
		}
		CHECK(nch_optimizer_step(&optimizer, 1e-2, compute(), &norm, &error) == NCH_OK);
		d = d < options.ema ? d : options.ema;
		for (size_t i = 0; i < model->storage_floats; i++)
			expected[i] = d * expected[i] + (1.0 - d) * (double)model->storage[i];
	}
	const float *raw = model->tensors[0].data;
	float before = raw[0];
	nch_optimizer_swap(&optimizer);
	double worst = 0.0;
	for (size_t t = 0; t < model->count; t++) {
		const nch_tensor *tensor = &model->tensors[t];
		for (size_t i = 0; i < tensor->rows * tensor->columns; i++)
			worst = fmax(worst, fabs((double)tensor->data[i] - expected[nch_model_offset(model, tensor) + i]));
	}
	CHECK(worst < 1e-6);
	CHECK(raw[0] != before);
	nch_optimizer_swap(&optimizer);
	CHECK(raw[0] == before);
	nch_free(expected);
	nch_optimizer_free(&optimizer);
	nch_model_free(model);
}

/* --- TensorFlow Addons --- */

/* The rate of step t (from 1) as RectifiedAdam has it with total_steps and warmup_proportion; total 0: without them. */
static double addons_rate(const nch_optimizer_options *o, size_t t, double total)
{
	double warmup = o->warmup < 1.0 ? o->warmup * total : o->warmup;
	if ((double)t <= warmup)
		return o->lr * ((double)t / warmup);
	if (o->schedule == NCH_CONSTANT)
		return o->lr;
	double decay_steps = fmax(total - warmup, 1.0);
	return o->lr + (0.0 - o->lr) / decay_steps * fmin((double)t - warmup, decay_steps);
}

/* One weight's 20 steps by the rule, gradients clipped by their common norm beforehand. */
static double addons_weight(const nch_optimizer_options *o, double w, bool decays, const double *gradients)
{
	double m = 0.0, v = 0.0, all = 2.0 / (1.0 - o->beta2) - 1.0;
	for (size_t t = 1; t <= STEPS; t++) {
		double g = gradients[t - 1], power1 = pow(o->beta1, (double)t), power2 = pow(o->beta2, (double)t);
		double length = all - 2.0 * (double)t * power2 / (1.0 - power2);
		m = o->beta1 * m + (1.0 - o->beta1) * g;
		v = o->beta2 * v + (1.0 - o->beta2) * g * g;
		double mean = m / (1.0 - power1), root = sqrt(v / (1.0 - power2));
		double rectified = sqrt((length - 4.0) / (all - 4.0) * (length - 2.0) / (all - 2.0) * all / length);
		double change = length >= 5.0 ? rectified * mean / (root + o->epsilon) : mean;
		if (decays)
			change += o->weight_decay * w;
		w -= addons_rate(o, t, STEPS) * change;
	}
	return w;
}

static void against_addons(nch_optimizer_options o)
{
	nch_model *model = stepped(&o);
	const nch_tensor **sorted = nch_model_sorted(model, NULL);
	double scale[STEPS];
	size_t compared = 0;
	for (size_t step = 0; step < STEPS; step++) {
		double sum = 0.0;
		for (size_t t = 0; t < model->count; t++)
			for (size_t i = 0; i < sorted[t]->rows * sorted[t]->columns; i++)
				sum += (double)gradient_of(step, t, i) * (double)gradient_of(step, t, i);
		scale[step] = sqrt(sum) > o.clip && o.clip > 0.0 ? o.clip / (sqrt(sum) + 1e-6) : 1.0;
	}
	for (size_t t = 0; t < model->count; t++)
		for (size_t i = 0; i < sorted[t]->rows * sorted[t]->columns; i++, compared++) {
			double gradients[STEPS];
			for (size_t step = 0; step < STEPS; step++)
				gradients[step] = scale[step] * (double)gradient_of(step, t, i);
			CHECK_CLOSE(sorted[t]->data[i], addons_weight(&o, (double)formula_weight(t, i, sorted[t]->role == NCH_GAMMA), !sorted[t]->no_decay, gradients), 1e-6);
		}
	CHECK(compared == model->parameters);
	nch_free((void *)sorted);
	nch_model_free(model);
}

TEST(radam_as_addons_has_it)
{
	nch_optimizer_options o = options_of(NCH_RADAM_TFA, NCH_CONSTANT);
	o.warmup = 0.0;
	against_addons(o);
	o.epsilon = 1e-2; /* large: where it stands makes a difference now */
	against_addons(o);
	o = options_of(NCH_RADAM_TFA, NCH_LINEAR);
	o.warmup = 0.1;
	against_addons(o);
	o.warmup = 0.13; /* 2.6 steps */
	o.clip = 0.0;
	against_addons(o);
	o.beta2 = 0.9; /* rectified from the start of a shorter memory on */
	against_addons(o);
}

/* The two forms part ways where the decay or epsilon matters. */
TEST(forms_differ)
{
	nch_optimizer_options torch = options_of(NCH_RADAM, NCH_CONSTANT), addons = options_of(NCH_RADAM_TFA, NCH_CONSTANT);
	torch.epsilon = addons.epsilon = 1e-3;
	torch.warmup = addons.warmup = 0.0;
	nch_model *a = stepped(&torch), *b = stepped(&addons);
	CHECK(memcmp(a->storage, b->storage, a->storage_floats * sizeof(float)) != 0);
	nch_model_free(a);
	nch_model_free(b);
}

/* torch's clip_grad_norm_ divides by the norm + 1e-6: with a clip as small, that is half of the step. */
TEST(clip_adds_a_millionth)
{
	nch_optimizer_options o = {.kind = NCH_SGD, .lr = 1.0, .clip = 1e-6, .schedule = NCH_CONSTANT};
	nch_model *model = small_model();
	nch_optimizer optimizer;
	nch_tensor *first = &model->tensors[0];
	double norm;
	CHECK(nch_optimizer_new(model, &o, &optimizer, NULL) == NCH_OK);
	nch_optimizer_clear(&optimizer);
	for (size_t t = 0; t < model->count; t++) {
		memset(model->tensors[t].grad, 0, model->tensors[t].rows * model->tensors[t].columns * sizeof(float));
		model->tensors[t].grad_set = true;
	}
	first->data[0] = 0.0f;
	first->grad[0] = 4e-6f;
	CHECK(nch_optimizer_step(&optimizer, 1.0, compute(), &norm, NULL) == NCH_OK);
	CHECK_CLOSE(norm, 4e-6, 1e-12);
	CHECK_CLOSE((double)first->data[0], -4e-6 * (1e-6 / (4e-6 + 1e-6)), 1e-12);
	nch_optimizer_free(&optimizer);
	nch_model_free(model);
}

int main(void)
{
	RUN(adamw_constant);
	RUN(adamw_linear);
	RUN(adamw_cosine);
	RUN(adamw_wsd);
	RUN(adam_constant);
	RUN(adam_linear);
	RUN(adam_cosine);
	RUN(adam_wsd);
	RUN(radam_constant);
	RUN(radam_linear);
	RUN(radam_cosine);
	RUN(radam_wsd);
	RUN(sgd_constant);
	RUN(sgd_linear);
	RUN(sgd_cosine);
	RUN(sgd_wsd);
	RUN(lion_constant);
	RUN(lion_linear);
	RUN(lion_cosine);
	RUN(lion_wsd);
	RUN(lamb_constant);
	RUN(lamb_linear);
	RUN(lamb_cosine);
	RUN(lamb_wsd);
	RUN(where_schedules_agree);
	RUN(average_of_the_weights);
	RUN(radam_as_addons_has_it);
	RUN(forms_differ);
	RUN(clip_adds_a_millionth);
	nch_compute_free(compute());
	return test_end();
}
