/* What nunchi trace shows, against transformers in double (tests/golden/trace.py made the numbers): three families, forward and backward; and against predict. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "apps/gradcheck.h"
#include "apps/trace.h"
#include "base/file.h"
#include "base/utf8.h"
#include "nn/family.h"
#include "test.h"
#include "tests/golden/formula.h"
#include "tests/golden/trace_golden.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))

static nch_error error;
static char folder[] = "/tmp/nunchi-trace-XXXXXX";

typedef struct golden {
	const char *name, *config, *hidden_0; /* hidden_0: our name of the first hidden state */
	const double *hidden, *hidden_grad, *attention, *attention_grad, *logits, *logits_grad, *norms, *picks;
	size_t hidden_count, attention_count, norm_count;
	double loss;
	size_t layers;
} golden;

#define GOLDEN(family, first, layer_count)                                                                                                        \
	{#family, family##_config, first, family##_hidden, family##_hidden_grad, family##_attention, family##_attention_grad, family##_logits,        \
	 family##_logits_grad, family##_norms, family##_picks, COUNT(family##_hidden), COUNT(family##_attention), COUNT(family##_norms), family##_loss, \
	 layer_count}
static const golden goldens[] = {
	GOLDEN(bert, "embeddings.norm", 2), GOLDEN(electra, "embeddings.projected", 2), GOLDEN(funnel, "embeddings.norm", 3),
};

static void write_file(const char *name, const char *text, size_t length)
{
	char path[300];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	CHECK(nch_file_write(path, text, length, &error) == NCH_OK);
}

static void add_syllable(nch_buffer *out, unsigned k, const char *behind)
{
	nch_buffer_utf8(out, 0xAC00 + 28 * k);
	nch_buffer_text(out, behind);
}

/* A folder with a model of the formula's weights, and a vocabulary of 115 syllables. */
static nch_predictor *open_golden(const golden *g)
{
	nch_arena *arena = nch_arena_new(0);
	nch_config config;
	char hex[65];
	nch_buffer vocabulary = {0};
	nch_predictor *p = NULL;
	nch_buffer_text(&vocabulary, "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n");
	for (unsigned k = 0; k < 115; k++)
		add_syllable(&vocabulary, k, "\n");
	CHECK(nch_config_parse(g->config, strlen(g->config), g->name, arena, &config, &error) == NCH_OK);
	nch_model *model = formula_model_of(&config);
	CHECK(model != NULL && nch_model_save(model, folder, hex, &error) == NCH_OK);
	write_file("vocab.txt", vocabulary.data, vocabulary.length);
	write_file("tokenizer_config.json", "{\"do_lower_case\":false}", 23);
	if (nch_predictor_open(folder, 2, NULL, &p, &error) != NCH_OK)
		printf("  %s: %s\n", g->name, error.text);
	nch_model_free(model);
	nch_buffer_free(&vocabulary);
	nch_arena_free(arena);
	return p;
}

static nch_text golden_text(nch_buffer *bytes)
{
	static const unsigned syllables[] = {11, 60, 3, 60, 99, 42};
	for (size_t i = 0; i < COUNT(syllables); i++)
		add_syllable(bytes, syllables[i], i + 1 < COUNT(syllables) ? " " : "");
	return (nch_text){.text = bytes->data, .length = bytes->length};
}

/* Every TRACE_STRIDE-th value of a step, from golden number *at on. */
static void check_step(const golden *g, const nch_trace *trace, const char *name, const double *values, const double *grads, size_t *at, size_t count)
{
	const nch_trace_step *step = nch_trace_find(trace, name);
	double worst = 0.0, worst_grad = 0.0;
	CHECK(step != NULL && step->grad != NULL);
	if (step == NULL || step->grad == NULL)
		return;
	for (size_t i = 0; i < step->count; i += TRACE_STRIDE, (*at)++) {
		CHECK(*at < count);
		if (*at >= count)
			return;
		worst = fmax(worst, fabs((double)step->values[i] - values[*at]));
		worst_grad = fmax(worst_grad, fabs((double)step->grad[i] - grads[*at]));
	}
	if (worst > 2e-5 || worst_grad > 1e-5)
		printf("  %s %s: values differ by %.3g, gradients by %.3g\n", g->name, name, worst, worst_grad);
	CHECK(worst <= 2e-5 && worst_grad <= 1e-5);
}

static void check_parameters(const golden *g, const nch_model *model, const nch_trace *trace)
{
	static const double places[] = {0, .37, 1};
	const nch_tensor **sorted = nch_model_sorted(model, NULL);
	size_t at = 0;
	for (size_t i = 0; sorted != NULL && i < model->count; i++)
		for (size_t k = 0; k < trace->parameter_count; k++) {
			const nch_trace_parameter *made = &trace->parameters[k];
			size_t last = made->tensor->rows * made->tensor->columns - 1;
			if (made->tensor != sorted[i] || at >= g->norm_count)
				continue;
			CHECK_CLOSE(made->norm, g->norms[at], 1e-5 * (1.0 + g->norms[at]));
			for (size_t f = 0; f < 3; f++)
				CHECK_CLOSE((double)made->grad[(size_t)((double)last * places[f])], g->picks[3 * at + f], 1e-5);
			at++;
		}
	CHECK(at == g->norm_count);
	nch_free((void *)sorted);
}

static void check_golden(const golden *g)
{
	nch_predictor *p = open_golden(g);
	nch_buffer bytes = {0};
	nch_text text = golden_text(&bytes);
	nch_trace trace = {0};
	char name[48];
	size_t at = 0;
	if (p == NULL) {
		CHECK(p != NULL);
		return;
	}
	CHECK(nch_trace_make(p, &text, TRACE_LABEL, true, &trace, &error) == NCH_OK);
	check_step(g, &trace, g->hidden_0, g->hidden, g->hidden_grad, &at, g->hidden_count);
	for (size_t l = 0; l < g->layers; l++) {
		snprintf(name, sizeof name, "layer.%zu.output", l);
		check_step(g, &trace, name, g->hidden, g->hidden_grad, &at, g->hidden_count);
	}
	CHECK(at == g->hidden_count);
	at = 0;
	for (size_t l = 0; l < g->layers; l++) {
		snprintf(name, sizeof name, "layer.%zu.attention", l);
		check_step(g, &trace, name, g->attention, g->attention_grad, &at, g->attention_count);
	}
	CHECK(at == g->attention_count);
	const nch_trace_step *logits = nch_trace_find(&trace, "logits"), *loss = nch_trace_find(&trace, "loss");
	for (size_t c = 0; logits != NULL && logits->grad != NULL && c < logits->count; c++) {
		CHECK_CLOSE((double)logits->values[c], g->logits[c], 2e-5);
		CHECK_CLOSE((double)logits->grad[c], g->logits_grad[c], 1e-5);
	}
	CHECK(logits != NULL && loss != NULL);
	CHECK_CLOSE(loss ? (double)loss->values[0] : 0.0, g->loss, 2e-5);
	check_parameters(g, p->model, &trace);
	nch_trace_free(&trace);
	nch_predictor_close(p);
	nch_buffer_free(&bytes);
}

TEST(steps_are_those_of_transformers)
{
	for (size_t i = 0; i < COUNT(goldens); i++)
		check_golden(&goldens[i]);
}

/* Looking on changes no bit, and leaves the predictor as it was. */
TEST(logits_are_those_of_predict)
{
	nch_predictor *p = open_golden(&goldens[0]);
	nch_buffer bytes = {0};
	nch_text text = golden_text(&bytes);
	float before[5], after[5];
	CHECK(p != NULL && nch_predictor_logits(p, &text, 1, before, &error) == NCH_OK);
	for (size_t label = 0; p != NULL && label <= 5; label += 5) {
		nch_trace trace = {0};
		CHECK(nch_trace_make(p, &text, label, false, &trace, &error) == NCH_OK);
		const nch_trace_step *logits = nch_trace_find(&trace, "logits");
		CHECK(logits != NULL && memcmp(logits->values, before, sizeof before) == 0);
		CHECK((nch_trace_find(&trace, "loss") != NULL) == (label < 5));
		CHECK(trace.word_count == 6 && trace.reading.tokens.count == 8);
		nch_trace_free(&trace);
		CHECK(nch_predictor_logits(p, &text, 1, after, &error) == NCH_OK && memcmp(before, after, sizeof before) == 0);
	}
	nch_predictor_close(p);
	nch_buffer_free(&bytes);
}

TEST(patterns)
{
	CHECK(nch_trace_matches("layer.3.*", "layer.3.query"));
	CHECK(!nch_trace_matches("layer.3.*", "layer.13.query"));
	CHECK(nch_trace_matches("*.query", "layer.13.query") && nch_trace_matches("*", "loss") && nch_trace_matches(NULL, "loss"));
	CHECK(!nch_trace_matches("layer", "layer.3.query") && nch_trace_matches("l*s", "loss") && !nch_trace_matches("l*t", "loss"));
}

/* A step's source: the line is in the function, and it is the one that makes this step. */
TEST(sources_are_right)
{
	nch_predictor *p = open_golden(&goldens[1]);
	nch_buffer bytes = {0};
	nch_text text = golden_text(&bytes);
	nch_trace trace = {0};
	CHECK(p != NULL && nch_trace_make(p, &text, TRACE_LABEL, false, &trace, &error) == NCH_OK);
	for (size_t i = 0; i < trace.count; i++) {
		const nch_trace_step *step = &trace.steps[i];
		char line[600], function[100] = "";
		int number = 0;
		FILE *file = fopen(step->place.file, "r");
		CHECK(file != NULL);
		while (file != NULL && number < step->place.line && fgets(line, sizeof line, file) != NULL) {
			number++;
			if (line[0] >= 'a' && line[0] <= 'z' && strchr(line, '(') != NULL) { /* a function begins */
				size_t end = (size_t)(strchr(line, '(') - line), begin = end;
				while (begin > 0 && (line[begin - 1] == '_' || (line[begin - 1] >= '0' && line[begin - 1] <= '9') ||
				                     (line[begin - 1] >= 'a' && line[begin - 1] <= 'z')))
					begin--;
				snprintf(function, sizeof function, "%.*s", (int)(end - begin), line + begin);
			}
		}
		if (file != NULL)
			fclose(file);
		CHECK(number == step->place.line);
		CHECK_TEXT(function, step->place.function);
		static const char *const made_by[NCH_SEEN_STEPS] = {
			[NCH_SEEN_EMBEDDINGS_SUM] = "nch_embedding(", [NCH_SEEN_EMBEDDINGS_NORM] = "nch_layer_norm(",
			[NCH_SEEN_EMBEDDINGS_PROJECTED] = "project_weight", [NCH_SEEN_QUERY] = "query_weight", [NCH_SEEN_KEY] = "key_weight",
			[NCH_SEEN_VALUE] = "value_weight", [NCH_SEEN_SCORES] = "kernels->attention", [NCH_SEEN_ATTENTION] = "kernels->attention",
			[NCH_SEEN_CONTEXT] = "nch_attention_op(", [NCH_SEEN_MIXED] = "attention_weight", [NCH_SEEN_ATTENDED] = "attention_gamma",
			[NCH_SEEN_UP] = "up_weight", [NCH_SEEN_ACTIVATED] = "activate_range", [NCH_SEEN_DOWN] = "down_weight",
			[NCH_SEEN_OUTPUT] = "output_gamma", [NCH_SEEN_POOLED] = "family->pool(", [NCH_SEEN_LOGITS] = "classifier_weight",
			[NCH_SEEN_PROBABILITIES] = "softmax(", [NCH_SEEN_LOSS] = "log_sum"};
		if (made_by[step->what] == NULL || strstr(line, made_by[step->what]) == NULL)
			printf("  %s is not made by: %s", step->name, line);
		CHECK(made_by[step->what] != NULL && strstr(line, made_by[step->what]) != NULL);
	}
	nch_trace_free(&trace);
	nch_predictor_close(p);
	nch_buffer_free(&bytes);
}

static const char *const modern = "{\"model_type\":\"modernbert\",\"architectures\":[\"ModernBertForSequenceClassification\"],\"vocab_size\":120,\"hidden_size\":48,"
					  "\"num_hidden_layers\":3,\"num_attention_heads\":4,\"intermediate_size\":40,\"max_position_embeddings\":64,\"local_attention\":4,"
					  "\"pad_token_id\":0,\"bos_token_id\":2,\"eos_token_id\":3,\"cls_token_id\":2,\"sep_token_id\":3,"
					  "\"id2label\":{\"0\":\"a\",\"1\":\"b\",\"2\":\"c\"}}";

/* Every family's gradients, all ops among them, are what differences in double say; one that is a tenth too large is found. */
TEST(gradients_are_differences)
{
	for (size_t i = 0; i <= COUNT(goldens); i++) {
		golden g = i < COUNT(goldens) ? goldens[i] : (golden){.name = "modernbert", .config = modern};
		nch_predictor *p = open_golden(&g);
		nch_buffer bytes = {0};
		nch_text text = golden_text(&bytes);
		for (int spoilt = 0; p != NULL && spoilt < 2; spoilt++) {
			nch_gradcheck check = {0};
			const char *spoil = spoilt ? p->model->tensors[p->model->count / 2].name : NULL;
			CHECK(nch_gradcheck_run(p, &text, TRACE_LABEL, 3, 1234, spoil, &check, &error) == NCH_OK);
			CHECK(check.count > 20 && check.bad == (size_t)spoilt);
			CHECK_CLOSE(check.loss, check.loss_float, 1e-5);
			if (i < COUNT(goldens))
				CHECK_CLOSE(check.loss, g.loss, 1e-6);
			for (size_t t = 0; t < check.count; t++)
				if (!check.tensors[t].ok && !spoilt)
					printf("  %s %s: %.3g %.3g\n", g.name, check.tensors[t].tensor->name, check.tensors[t].tape[0], check.tensors[t].differences[0]);
			nch_gradcheck_free(&check);
		}
		CHECK(p != NULL);
		nch_predictor_close(p);
		nch_buffer_free(&bytes);
	}
}

/* ModernBERT has one map for queries, keys and values, and its norms in front: its steps have the right layers and say so. */
TEST(other_families_have_their_own_steps)
{
	static const char *const names[] = {"qkv", "scores", "attention", "context", "mixed", "attended", "up", "down", "output"};
	const golden g = {.name = "modernbert", .config = modern};
	nch_predictor *p = open_golden(&g);
	nch_buffer bytes = {0}, page = {0};
	nch_text text = golden_text(&bytes);
	nch_trace trace = {0};
	size_t at = 2; /* behind the embeddings */
	char name[48];
	CHECK(p != NULL && nch_trace_make(p, &text, TRACE_LABEL, false, &trace, &error) == NCH_OK);
	for (size_t l = 0; l < 3; l++)
		for (size_t i = 0; i < COUNT(names); i++, at++) {
			snprintf(name, sizeof name, "layer.%zu.%s", l, names[i]);
			CHECK_TEXT(at < trace.count ? trace.steps[at].name : NULL, name);
		}
	const nch_trace_step *attended = nch_trace_find(&trace, "layer.1.attended");
	CHECK_TEXT(attended ? attended->formula : NULL, "x + mixed");
	CHECK(p != NULL && nch_trace_html(&trace, p, NCH_ENGLISH, &page, &error) == NCH_OK);
	nch_trace_free(&trace);
	nch_predictor_close(p);
	nch_buffer_free(&bytes);
	nch_buffer_free(&page);
}

/* 20 tokens, six layers of BERT's width: under 2 MB. (The feed-forward part, of which a page shows but 48 columns, is narrow here.) */
TEST(pages_are_small)
{
	static char *names[5] = {"a", "b", "c", "d", "e"};
	golden wide = goldens[0];
	nch_buffer bytes = {0}, page = {0}, text = {0};
	nch_config config = {.family = &nch_bert, .vocab_size = 120, .hidden = 768, .embedding = 768, .layers = 6, .heads = 12, .feed_forward = 96, .max_positions = 64,
	                     .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.02f, .labels = 5, .label_names = names};
	nch_trace trace = {0};
	CHECK(nch_config_text(&config, &text, &error) == NCH_OK);
	wide.config = text.data;
	nch_predictor *p = open_golden(&wide);
	for (unsigned k = 0; k < 18; k++)
		add_syllable(&bytes, k, " ");
	const nch_text asked = {.text = bytes.data, .length = bytes.length};
	CHECK(p != NULL && nch_trace_make(p, &asked, 1, false, &trace, &error) == NCH_OK && trace.reading.tokens.count == 20);
	CHECK(nch_trace_html(&trace, p, NCH_ENGLISH, &page, &error) == NCH_OK);
	CHECK(page.length > 1000000 && page.length < 2000000);
	nch_trace_free(&trace);
	nch_predictor_close(p);
	nch_buffer_free(&bytes);
	nch_buffer_free(&page);
	nch_buffer_free(&text);
}

int main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	RUN(steps_are_those_of_transformers);
	RUN(logits_are_those_of_predict);
	RUN(patterns);
	RUN(sources_are_right);
	RUN(gradients_are_differences);
	RUN(other_families_have_their_own_steps);
	RUN(pages_are_small);
	char command[300];
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	if (system(command) != 0)
		return 1;
	return test_end();
}
