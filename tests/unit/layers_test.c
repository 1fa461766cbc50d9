/* Freezing and layer-wise learning rates: which tensors they mean, that frozen bytes stay, and that the rest learns as before. */
#include "base/memory.h"
#include "nn/family.h"
#include "test.h"
#include "train/layers.h"
#include "train/trainer.h"

enum { LAYERS = 3, ROWS = 8 };

/* What is frozen, written out: FREEZE({NCH_FROZEN_LAYERS, 0, 5}, …). */
#define FREEZE(...) &(const nch_freeze){(const nch_frozen[]){__VA_ARGS__}, sizeof(const nch_frozen[]){__VA_ARGS__} / sizeof(nch_frozen)}
#define WHOLE(kind) {kind, 0, 0}
static const nch_freeze nothing;

static char *label_names[] = {"x", "y"};

static nch_model *small_model(nch_compute *compute)
{
	const nch_config c = {.family = &nch_bert, .vocab_size = 40, .hidden = 32, .embedding = 32, .layers = LAYERS, .heads = 2, .feed_forward = 64,
	                      .max_positions = 20, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.05f, .dropout = 0.1f,
	                      .attention_dropout = 0.1f, .labels = 2, .label_names = label_names};
	nch_model *model = NULL;
	nch_error error;
	CHECK(nch_model_new(&c, &model, &error) == NCH_OK && nch_model_init(model, 7, compute, &error) == NCH_OK);
	return model;
}

static nch_examples examples(void)
{
	nch_examples e = {.rows = ROWS, .token = nch_alloc(ROWS * 10, sizeof(int32_t)), .offsets = nch_alloc(ROWS + 1, sizeof(size_t)),
	                  .first = nch_alloc(ROWS, sizeof(uint32_t)), .label = nch_alloc(ROWS, sizeof(int32_t)), .classes = 2};
	for (size_t r = 0; r < ROWS; r++) {
		for (size_t i = 0; i < 10; i++)
			e.token[r * 10 + i] = (int32_t)((r * 7 + i * 3) % 40);
		e.label[r] = (int32_t)(r % 2);
		e.first[r] = 10;
		e.offsets[r + 1] = (r + 1) * 10;
	}
	return e;
}

static double rate_of(const nch_model *model, const double *rates, const char *name)
{
	const nch_tensor *t = nch_model_find(model, name);
	CHECK(t != NULL);
	return t == NULL ? -1.0 : rates[t - model->tensors];
}

TEST(rates_by_level)
{
	nch_model *m = small_model(NULL);
	nch_error error;
	double rates[200];
	CHECK(m->count < 200);
	CHECK(nch_layer_rates(m, &nothing, 0.5, rates, &error) == NCH_OK);
	CHECK(rate_of(m, rates, "classifier.weight") == 1.0);
	CHECK(rate_of(m, rates, "bert.pooler.dense.bias") == 1.0);
	CHECK(rate_of(m, rates, "bert.encoder.layer.2.output.dense.weight") == 0.5);
	CHECK(rate_of(m, rates, "bert.encoder.layer.1.attention.self.query.bias") == 0.25);
	CHECK(rate_of(m, rates, "bert.encoder.layer.0.output.LayerNorm.weight") == 0.125);
	CHECK(rate_of(m, rates, "bert.embeddings.word_embeddings.weight") == 0.0625);
	CHECK(rate_of(m, rates, "bert.embeddings.LayerNorm.bias") == 0.0625);
	CHECK(nch_layer_rates(m, FREEZE(WHOLE(NCH_FROZEN_EMBEDDINGS), {NCH_FROZEN_LAYERS, 1, 2}, WHOLE(NCH_FROZEN_POOLER)), 1.0, rates, &error) == NCH_OK);
	CHECK(rate_of(m, rates, "bert.embeddings.LayerNorm.bias") == 0.0);
	CHECK(rate_of(m, rates, "bert.encoder.layer.0.output.LayerNorm.weight") == 1.0);
	CHECK(rate_of(m, rates, "bert.encoder.layer.1.output.LayerNorm.weight") == 0.0);
	CHECK(rate_of(m, rates, "bert.encoder.layer.2.output.LayerNorm.weight") == 0.0);
	CHECK(rate_of(m, rates, "bert.pooler.dense.weight") == 0.0);
	CHECK(rate_of(m, rates, "classifier.bias") == 1.0);
	CHECK(nch_layer_rates(m, FREEZE(WHOLE(NCH_FROZEN_ENCODER)), 0.5, rates, &error) == NCH_OK);
	CHECK(rate_of(m, rates, "bert.encoder.layer.2.output.LayerNorm.weight") == 0.0);
	CHECK(rate_of(m, rates, "bert.pooler.dense.weight") == 1.0);
	nch_model_free(m);
}

/* ALBERT's layers are one set of tensors, so they are one level. */
TEST(levels_of_shared_layers)
{
	const nch_config c = {.family = &nch_albert, .vocab_size = 40, .hidden = 32, .embedding = 16, .layers = LAYERS, .heads = 2, .feed_forward = 64,
	                      .max_positions = 20, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.05f, .labels = 2,
	                      .label_names = label_names};
	nch_model *m = NULL;
	nch_error error;
	double rates[200];
	CHECK(nch_model_new(&c, &m, &error) == NCH_OK);
	CHECK(nch_layer_rates(m, &nothing, 0.5, rates, &error) == NCH_OK);
	CHECK(rates[0] == 0.25 && rates[m->head_begin - 1] == 0.5 && rates[m->head_begin] == 1.0);
	nch_model_free(m);
}

TEST(layers_that_are_not_there)
{
	static const size_t wrong[][2] = {{3, 3}, {0, 3}, {SIZE_MAX / 2, SIZE_MAX / 2}};
	nch_model *m = small_model(NULL);
	nch_error error;
	double rates[200];
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		CHECK(nch_layer_rates(m, FREEZE({NCH_FROZEN_LAYERS, wrong[i][0], wrong[i][1]}), 1.0, rates, &error) == NCH_USAGE);
		CHECK(strstr(error.text, i == 1 ? "--freeze 0-3: " : i == 0 ? "--freeze 3: " : "--freeze 9") != NULL && strstr(error.text, "from 0 to 2") != NULL);
	}
	nch_model_free(m);
}

TEST(as_people_have_it)
{
	char text[64];
	const nch_freeze *freeze = FREEZE(WHOLE(NCH_FROZEN_EMBEDDINGS), {NCH_FROZEN_LAYERS, 0, 5}, {NCH_FROZEN_LAYERS, 7, 7}, WHOLE(NCH_FROZEN_POOLER));
	nch_freeze_text(freeze, text, sizeof text);
	CHECK_TEXT(text, "embeddings,0-5,7,pooler");
	for (size_t room = 1; room < 26; room++) {
		char cut[26];
		memset(cut, '?', sizeof cut);
		nch_freeze_text(freeze, cut, room);
		CHECK(strlen(cut) <= room - 1 && strncmp(cut, text, strlen(cut)) == 0);
	}
	nch_freeze_text(&nothing, text, sizeof text);
	CHECK_TEXT(text, "");
}

/* `steps` steps of one kind; the model afterwards, and the step's memory. */
static nch_model *trained(nch_compute *compute, nch_optimizer_kind kind, const nch_freeze *freeze, double decay, int steps, size_t *peak)
{
	nch_model *model = small_model(compute);
	nch_examples e = examples();
	nch_trainer trainer = {0};
	nch_step_record record;
	nch_error error;
	double rates[200];
	const size_t rows[ROWS] = {0, 1, 2, 3, 4, 5, 6, 7};
	nch_train_options o = {.batch = ROWS, .accumulate = 1, .seed = 3, .loss = NCH_LOSS_CE,
	                       .optimizer = {.kind = kind, .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .rates = rates}};
	CHECK(nch_layer_rates(model, freeze, decay, rates, &error) == NCH_OK);
	CHECK(nch_trainer_new(model, compute, &o, &trainer, &error) == NCH_OK);
	for (int i = 0; i < steps; i++)
		CHECK(nch_trainer_step(&trainer, &e, rows, ROWS, 0.01, &record, &error) == NCH_OK);
	for (size_t i = 0; i < model->count; i++) /* nothing is computed for what is frozen */
		CHECK(model->tensors[i].grad_set == (rates[i] > 0.0));
	if (peak != NULL)
		*peak = nch_tape_peak(trainer.tape);
	nch_trainer_free(&trainer);
	nch_examples_free(&e);
	return model;
}

static bool same_bytes(const nch_tensor *a, const nch_tensor *b)
{
	return memcmp(a->data, b->data, a->rows * a->columns * sizeof *a->data) == 0;
}

TEST(frozen_tensors_keep_every_byte)
{
	nch_compute *compute = NULL;
	nch_error error;
	size_t whole_peak, frozen_peak;
	CHECK(nch_compute_new(2, NULL, 20, 16, &compute, &error) == NCH_OK);
	nch_model *begin = small_model(compute), *whole = trained(compute, NCH_SGD, &nothing, 1.0, 1, &whole_peak),
	          *frozen = trained(compute, NCH_SGD, FREEZE(WHOLE(NCH_FROZEN_EMBEDDINGS), {NCH_FROZEN_LAYERS, 0, 1}), 1.0, 1, &frozen_peak), *later = trained(compute, NCH_ADAMW, FREEZE(WHOLE(NCH_FROZEN_EMBEDDINGS), {NCH_FROZEN_LAYERS, 0, 0}, {NCH_FROZEN_LAYERS, 2, 2}), 1.0, 5, NULL);
	for (size_t i = 0; i < begin->count; i++) {
		const char *name = begin->tensors[i].name;
		bool low = strstr(name, "embeddings.") || strstr(name, "layer.0.") || strstr(name, "layer.1.");
		bool skipped = strstr(name, "embeddings.") || strstr(name, "layer.0.") || strstr(name, "layer.2.");
		/* after one step of plain descent, what is trained stands where it stands when all is trained */
		CHECK(same_bytes(&frozen->tensors[i], low ? &begin->tensors[i] : &whole->tensors[i]));
		if (strstr(name, "key.bias") == NULL) /* the attention does not depend on it, its gradient is (nearly) nought */
			CHECK(same_bytes(&later->tensors[i], &begin->tensors[i]) == skipped);
	}
	CHECK(frozen_peak < whole_peak * 3 / 4); /* what is below is not kept */
	nch_model_free(begin);
	nch_model_free(whole);
	nch_model_free(frozen);
	nch_model_free(later);
	nch_compute_free(compute);
}

TEST(lower_layers_move_less)
{
	nch_compute *compute = NULL;
	nch_error error;
	CHECK(nch_compute_new(1, NULL, 20, 16, &compute, &error) == NCH_OK);
	for (int kind = NCH_ADAMW; kind <= NCH_SGD; kind++) {
		nch_model *begin = small_model(compute), *plain = trained(compute, (nch_optimizer_kind)kind, &nothing, 1.0, 1, NULL),
		          *decayed = trained(compute, (nch_optimizer_kind)kind, &nothing, 0.5, 1, NULL);
		static const struct {
			const char *name;
			double rate;
		} some[] = {{"classifier.weight", 1.0}, {"bert.encoder.layer.2.output.dense.weight", 0.5}, {"bert.encoder.layer.0.output.dense.weight", 0.125},
		            {"bert.embeddings.position_embeddings.weight", 0.0625}};
		for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
			double far = 0.0, near = 0.0;
			const nch_tensor *t = nch_model_find(begin, some[i].name), *p = nch_model_find(plain, some[i].name), *d = nch_model_find(decayed, some[i].name);
			for (size_t k = 0; k < t->rows * t->columns; k++) {
				far += fabs((double)p->data[k] - (double)t->data[k]);
				near += fabs((double)d->data[k] - (double)t->data[k]);
			}
			CHECK(far > 0.0);
			CHECK_CLOSE(near / far, some[i].rate, 2e-3);
		}
		nch_model_free(begin);
		nch_model_free(plain);
		nch_model_free(decayed);
	}
	nch_compute_free(compute);
}

int main(void)
{
	RUN(rates_by_level);
	RUN(levels_of_shared_layers);
	RUN(layers_that_are_not_there);
	RUN(as_people_have_it);
	RUN(frozen_tensors_keep_every_byte);
	RUN(lower_layers_move_less);
	return test_end();
}
