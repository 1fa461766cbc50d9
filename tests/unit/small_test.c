/* docs/small.c, the small whole that the course begins with, against the ops of nunchi: the same weights, the same ids, and then logits, loss and all gradients. */
#include "base/memory.h"
#include "nn/family.h"
#include "nn/model.h"
#include "test.h"

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-function" /* its training and its reading */
#endif
#define SMALL_WITHOUT_MAIN
#include "docs/small.c"

enum { CHARACTERS = 40, LABELS = 5, SENTENCES = 4 };
static const int lengths[SENTENCES] = {1, 7, 20, T_MOST};
static nch_error error;

/* As small.c has it: BERT without token types. */
static nch_model *same_model(void)
{
	static char *names[LABELS] = {"a", "b", "c", "d", "e"};
	const nch_config config = {.family = &nch_bert, .vocab_size = CHARACTERS, .hidden = H, .embedding = H, .layers = LAYERS, .heads = A, .feed_forward = F,
	                           .max_positions = T_MOST, .types = 0, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.02f, .labels = LABELS,
	                           .label_names = names};
	nch_model *model = NULL;
	if (nch_model_new(&config, &model, &error) != NCH_OK || nch_model_allocate(model, &error) != NCH_OK) {
		printf("  %s\n", error.text);
		return NULL;
	}
	return model;
}

/* Both lists have the tensors in the order in which a sentence meets them. */
static bool copy_weights(nch_model *model)
{
	if (model->count != (size_t)parameter_count)
		return false;
	for (int n = 0; n < parameter_count; n++) {
		parameter *p = &parameters[n];
		nch_tensor *tensor = &model->tensors[n];
		if (tensor->rows != (size_t)p->rows || tensor->columns != (size_t)p->columns)
			return false;
		for (int i = 0; i < p->rows * p->columns; i++)
			p->w[i] += .1f * random_normal(); /* biases and gains, too, shall be other than 0 and 1 */
		memcpy(tensor->data, p->w, tensor->rows * tensor->columns * sizeof(float));
		tensor->wants_grad = true;
	}
	return true;
}

static int id_of(int sentence, int t)
{
	return t == 0 ? 1 : 2 + (sentence * 13 + t * 7 + t * t) % (CHARACTERS - 2);
}

/* The largest difference of the two models' numbers. */
typedef struct outcome {
	float logits[SENTENCES][LABELS];
	double loss;
} outcome;

static outcome run_small(void)
{
	outcome o = {.loss = 0};
	for (int s = 0; s < SENTENCES; s++) {
		int ids[T_MOST];
		for (int t = 0; t < lengths[s]; t++)
			ids[t] = id_of(s, t);
		forward(ids, lengths[s]);
		memcpy(o.logits[s], logits, sizeof o.logits[s]);
		o.loss += (double)backward(ids, lengths[s], s % LABELS, 1.0f / SENTENCES);
	}
	return o;
}

static outcome run_nunchi(const nch_model *model, nch_tape *tape)
{
	enum { MOST = SENTENCES * T_MOST };
	static int32_t token[MOST], type[MOST], position[MOST], target[SENTENCES];
	static size_t offsets[SENTENCES + 1];
	outcome o = {.loss = 0};
	size_t count = 0;
	for (int s = 0; s < SENTENCES; s++) {
		for (int t = 0; t < lengths[s]; t++, count++) {
			token[count] = id_of(s, t);
			position[count] = t;
		}
		offsets[s + 1] = count;
		target[s] = s % LABELS;
	}
	const nch_batch batch = {.tokens = count, .sentences = SENTENCES, .token = token, .type = type, .position = position, .offsets = offsets};
	const nch_loss loss = {.kind = NCH_LOSS_CE, .target = target, .scale = 1.0 / SENTENCES, .sum = &o.loss};
	const nch_step step = {.record = true};
	CHECK(nch_tape_begin(tape, &step, &error) == NCH_OK);
	nch_tensor *z = nch_model_logits(model, tape, &batch);
	nch_loss_op(tape, z, &loss);
	CHECK(nch_tape_backward(tape, &error) == NCH_OK);
	for (int s = 0; z != NULL && s < SENTENCES; s++)
		memcpy(o.logits[s], z->data + s * LABELS, sizeof o.logits[s]);
	return o;
}

TEST(it_computes_what_nunchi_computes)
{
	nch_compute *compute = NULL;
	nch_tape *tape = NULL;
	make_model(CHARACTERS, LABELS);
	nch_model *model = same_model();
	CHECK(model != NULL && copy_weights(model));
	CHECK(nch_compute_new(1, NULL, T_MOST, W, &compute, &error) == NCH_OK && nch_tape_new(compute, &tape, &error) == NCH_OK);
	outcome a = run_small(), b = run_nunchi(model, tape);
	CHECK_CLOSE(a.loss, b.loss, 1e-5);
	for (int i = 0; i < SENTENCES * LABELS; i++)
		CHECK_CLOSE((double)a.logits[i / LABELS][i % LABELS], (double)b.logits[i / LABELS][i % LABELS], 1e-5);
	for (int n = 0; n < parameter_count; n++) {
		double worst = 0, largest = 0;
		CHECK(model->tensors[n].grad != NULL);
		for (int i = 0; model->tensors[n].grad != NULL && i < parameters[n].rows * parameters[n].columns; i++) {
			worst = fmax(worst, fabs((double)parameters[n].g[i] - (double)model->tensors[n].grad[i]));
			largest = fmax(largest, fabs((double)parameters[n].g[i]));
		}
		if (worst > 1e-5)
			printf("  %s: %.3g\n", parameters[n].name, worst);
		CHECK(worst <= 1e-5 && (largest > 1e-4 || strcmp(parameters[n].name, "bk") == 0)); /* the keys' bias has no gradient, see docs/attention.md */
	}
	nch_tape_free(tape);
	nch_compute_free(compute);
	nch_model_free(model);
}

/* Its own training: eight sentences by heart. */
TEST(it_learns_by_heart)
{
	int right = 0;
	label_count = LABELS;
	row_count = 8;
	for (int r = 0; r < row_count; r++) {
		rows[r] = (row){.length = 6, .label = r % LABELS, .train = 1};
		for (int t = 0; t < 6; t++)
			rows[r].ids[t] = id_of(r, t);
	}
	for (int n = 0; n < parameter_count; n++)
		memset(parameters[n].g, 0, (size_t)parameters[n].rows * (size_t)parameters[n].columns * sizeof(float));
	train(100);
	for (int r = 0; r < row_count; r++) {
		forward(rows[r].ids, rows[r].length);
		right += best_label() == rows[r].label;
	}
	CHECK(right == row_count);
}

TEST(it_is_small)
{
	FILE *file = fopen("docs/small.c", "r");
	int lines = 0, c;
	CHECK(file != NULL);
	while (file != NULL && (c = fgetc(file)) != EOF)
		lines += c == '\n';
	CHECK(lines > 100 && lines <= 700);
	if (file != NULL)
		fclose(file);
}

int main(void)
{
	RUN(it_computes_what_nunchi_computes);
	RUN(it_learns_by_heart);
	RUN(it_is_small);
	return test_end();
}
