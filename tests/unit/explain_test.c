/* Explaining: effects are what leaving out does, attention rows are shares, words hold whole words; on a random model. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/explain.h"
#include "base/file.h"
#include "base/memory.h"
#include "nn/config.h"
#include "test.h"
#include "tokenizer/tokenizer.h"

static char folder[64];

/* A tiny model with random weights and a vocabulary of letters, in a folder; `bias`: of its first label. */
static nch_predictor *open_model(float bias)
{
	static const char vocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n비\n##가\n온다\n눈\n##이\n좋다\n<\n>\nscript\n&\n";
	static char *labels[] = {"슬픔", "<행복>"};
	char path[128], hex[65];
	nch_config config;
	nch_compute *compute = NULL;
	nch_model *model = NULL;
	nch_predictor *predictor = NULL;
	strcpy(folder, "/tmp/nunchi-explain-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/vocab.txt", folder);
	CHECK(nch_file_write(path, vocabulary, strlen(vocabulary), NULL) == NCH_OK);
	CHECK(nch_config_preset("tiny", &config));
	config.vocab_size = 15;
	config.labels = 2;
	config.label_names = labels;
	CHECK(nch_compute_new(1, NULL, 128, 64, &compute, NULL) == NCH_OK);
	CHECK(nch_model_new(&config, &model, NULL) == NCH_OK && nch_model_init(model, 3, compute, NULL) == NCH_OK);
	model->classifier_bias->data[0] = bias;
	CHECK(nch_model_save(model, folder, hex, NULL) == NCH_OK);
	nch_model_free(model);
	nch_compute_free(compute);
	CHECK(nch_predictor_open(folder, 1, NULL, &predictor, NULL) == NCH_OK);
	return predictor;
}

static void remove_model(void)
{
	char command[128];
	static const char *const files[] = {"vocab.txt", "config.json", "model.safetensors", "nunchi.json", "tokenizer_config.json", "README.md"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(command, sizeof command, "%s/%s", folder, files[i]);
		unlink(command);
	}
	rmdir(folder);
}

static nch_predictor *predictor;

TEST(effects_are_what_leaving_out_does)
{
	static const char text[] = "비가 온다 눈이 좋다";
	nch_explanation e = {0};
	CHECK(nch_explain(predictor, text, strlen(text), &(const nch_explain_options){.method = NCH_EXPLAIN_DELETE, .words = true, .attention = false}, &e, NULL) == NCH_OK);
	CHECK(e.part_count == 4 && e.attention == NULL);
	static const char *const without[] = {"온다 눈이 좋다", "비가 눈이 좋다", "비가 온다 좋다", "비가 온다 눈이"};
	float whole[2], less[2];
	const nch_text all = {.text = text, .length = strlen(text)};
	CHECK(nch_predictor_logits(predictor, &all, 1, whole, NULL) == NCH_OK);
	CHECK(memcmp(whole, e.logits, sizeof whole) == 0);
	for (size_t i = 0; i < 4 && e.part_count == 4; i++) {
		const nch_text part = {.text = without[i], .length = strlen(without[i])};
		CHECK(nch_predictor_logits(predictor, &part, 1, less, NULL) == NCH_OK);
		CHECK(e.effects[2 * i] == whole[0] - less[0] && e.effects[2 * i + 1] == whole[1] - less[1]);
	}
	nch_explanation_free(&e);
	CHECK(nch_explain(predictor, text, strlen(text), &(const nch_explain_options){.method = NCH_EXPLAIN_DELETE, .words = false, .attention = false}, &e, NULL) == NCH_OK && e.part_count == 6);
	nch_explanation_free(&e);
	CHECK(nch_explain(predictor, "", 0, &(const nch_explain_options){.method = NCH_EXPLAIN_DELETE, .words = false, .attention = true}, &e, NULL) == NCH_OK && e.part_count == 0 && e.tokens.count == 2);
	nch_explanation_free(&e);
}

/* The vocabulary has [MASK]: with it typed in a word's place the logits are those that the effect was made of, and positions stay. */
TEST(masked_words_stay_in_their_place)
{
	static const char text[] = "비가 온다 눈이 좋다";
	static const char *const masked[] = {"[MASK] [MASK] 온다 눈이 좋다", "비가 [MASK] 눈이 좋다", "비가 온다 [MASK] [MASK] 좋다", "비가 온다 눈이 [MASK]"};
	nch_explanation e = {0};
	float less[2];
	CHECK(nch_explain(predictor, text, strlen(text), &(const nch_explain_options){.words = true}, &e, NULL) == NCH_OK);
	CHECK(e.part_count == 4 && e.method == NCH_EXPLAIN_MASK);
	for (size_t i = 0; i < 4 && e.part_count == 4; i++) {
		const nch_text part = {.text = masked[i], .length = strlen(masked[i])};
		CHECK(nch_predictor_logits(predictor, &part, 1, less, NULL) == NCH_OK);
		CHECK(e.effects[2 * i] == e.logits[0] - less[0] && e.effects[2 * i + 1] == e.logits[1] - less[1]);
	}
	nch_explanation_free(&e);
}

/* Integrated gradients sum to the difference of the logits, for every label; rollout's shares are shares. */
TEST(effects_are_complete)
{
	static const char text[] = "비가 온다 눈이 좋다", masks[] = "[MASK] [MASK] [MASK] [MASK] [MASK] [MASK]";
	nch_explanation e = {0};
	float none[2];
	const nch_text all = {.text = masks, .length = strlen(masks)};
	CHECK(nch_predictor_logits(predictor, &all, 1, none, NULL) == NCH_OK);
	CHECK(nch_explain(predictor, text, strlen(text), &(const nch_explain_options){.method = NCH_EXPLAIN_INTEGRATED}, &e, NULL) == NCH_OK);
	CHECK(e.part_count == 6);
	for (size_t c = 0; c < 2; c++) {
		double sum = 0, want = (double)e.logits[c] - (double)none[c];
		for (size_t i = 0; i < e.part_count; i++)
			sum += (double)e.effects[2 * i + c];
		CHECK_CLOSE(sum, want, 0.02 * fmax(fabs(want), 0.1));
		if (c == e.label)
			CHECK_CLOSE(e.difference, want, 1e-6);
	}
	nch_explanation_free(&e);
	CHECK(nch_explain(predictor, text, strlen(text), &(const nch_explain_options){.method = NCH_EXPLAIN_ATTENTION}, &e, NULL) == NCH_OK);
	double shares = 0;
	for (size_t i = 0; i < e.part_count; i++) {
		CHECK(e.effects[2 * i] > 0 && e.effects[2 * i] == e.effects[2 * i + 1]);
		shares += (double)e.effects[2 * i];
	}
	CHECK(shares > 0.1 && shares < 1); /* the rest is that of the special tokens */
	nch_explanation_free(&e);
}

/* The label of the explanation's text after these changes, asked for anew, token by token. */
static size_t label_after(nch_predictor *p, const nch_explanation *e, const nch_flip_step *steps, size_t count)
{
	int32_t token[64], label = -1;
	uint32_t first = 0;
	size_t offsets[2] = {0, 0};
	float logits[2];
	for (size_t i = 0; i < e->tokens.count; i++) {
		const nch_flip_step *step = NULL;
		for (size_t k = 0; k < count; k++) {
			const nch_part *part = &e->parts[steps[k].part];
			step = i >= part->first && i < part->first + part->count ? &steps[k] : step;
		}
		if (step != NULL && (step->instead < 0 || i > e->parts[step->part].first))
			continue;
		token[offsets[1]++] = step != NULL ? step->instead : e->tokens.items[i].id;
		first += i < e->first;
	}
	nch_examples rows = {.rows = 1, .token = token, .offsets = offsets, .first = &first, .label = &label, .longest = offsets[1]};
	CHECK(nch_predictor_rows(p, &rows, NCH_OUTPUT_LOGITS, logits, NULL) == NCH_OK);
	return logits[1] > logits[0];
}

static double difference(const char *text)
{
	const nch_text one = {.text = text, .length = strlen(text)};
	float logits[2];
	CHECK(nch_predictor_logits(predictor, &one, 1, logits, NULL) == NCH_OK);
	return (double)logits[1] - (double)logits[0];
}

/* What was found to turn the answer does turn it; and where leaving one word out turns it, something is found. The bias puts the border between the two
 * answers half way between a text and the same without its first word. */
TEST(flips_turn_the_answer)
{
	static const char *const texts[][2] = {{"비가 온다", "온다"}, {"눈이 좋다 비", "좋다 비"}, {"비가 온다 눈이 좋다", "온다 눈이 좋다"}};
	nch_predictor *was = predictor;
	char first_folder[sizeof folder];
	strcpy(first_folder, folder);
	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
		nch_explanation e = {0};
		nch_flip_step steps[NCH_FLIP_MOST];
		size_t count;
		predictor = was;
		predictor = open_model((float)(0.5 * (difference(texts[t][0]) + difference(texts[t][1]))));
		CHECK((difference(texts[t][0]) > 0) != (difference(texts[t][1]) > 0));
		CHECK(nch_explain(predictor, texts[t][0], strlen(texts[t][0]), &(const nch_explain_options){.words = true}, &e, NULL) == NCH_OK);
		CHECK(nch_explain_flip(predictor, &e, steps, &count, NULL) == NCH_OK);
		CHECK(count == 1 && steps[0].label != e.label && steps[0].margin > 0);
		CHECK(label_after(predictor, &e, steps, 0) == e.label);
		CHECK(label_after(predictor, &e, steps, count) == steps[0].label);
		nch_explanation_free(&e);
		nch_predictor_close(predictor);
		remove_model();
	}
	predictor = was;
	strcpy(folder, first_folder);
}

TEST(attention_rows_are_shares)
{
	static const char text[] = "비가 온다";
	nch_explanation e = {0};
	CHECK(nch_explain(predictor, text, strlen(text), &(const nch_explain_options){.method = NCH_EXPLAIN_DELETE, .words = false, .attention = true}, &e, NULL) == NCH_OK);
	CHECK(e.attention != NULL && e.layers == 2 && e.heads == 2 && e.tokens.count == 5);
	for (size_t row = 0; e.attention != NULL && row < e.layers * e.heads * e.tokens.count; row++) {
		double sum = 0;
		for (size_t k = 0; k < e.tokens.count; k++)
			sum += (double)e.attention[row * e.tokens.count + k];
		CHECK_CLOSE(sum, 1, 1e-5);
	}
	nch_explanation_free(&e);
}

TEST(pages_hold_no_foreign_markup)
{
	static const char text[] = "<script>비가</script> & 온다";
	nch_explanation e = {0};
	nch_buffer out = {0};
	CHECK(nch_explain(predictor, text, strlen(text), &(const nch_explain_options){.method = NCH_EXPLAIN_DELETE, .words = false, .attention = true}, &e, NULL) == NCH_OK);
	nch_explain_html(&e, predictor, NCH_KOREAN, &out);
	CHECK(nch_buffer_check(&out, NULL) == NCH_OK);
	CHECK(strstr(out.data, "<script") == NULL && strstr(out.data, "<행복>") == NULL && strstr(out.data, "&lt;") != NULL);
	nch_buffer_free(&out);
	nch_explanation_free(&e);
}

int main(void)
{
	predictor = open_model(0.0f);
	RUN(effects_are_what_leaving_out_does);
	RUN(masked_words_stay_in_their_place);
	RUN(effects_are_complete);
	RUN(flips_turn_the_answer);
	RUN(attention_rows_are_shares);
	RUN(pages_hold_no_foreign_markup);
	nch_predictor_close(predictor);
	remove_model();
	return test_end();
}
