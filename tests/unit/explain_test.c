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

/* A tiny model with random weights and a vocabulary of letters, in a folder. */
static nch_predictor *open_model(void)
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
	CHECK(nch_explain(predictor, text, strlen(text), true, false, &e, NULL) == NCH_OK);
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
	CHECK(nch_explain(predictor, text, strlen(text), false, false, &e, NULL) == NCH_OK && e.part_count == 6);
	nch_explanation_free(&e);
	CHECK(nch_explain(predictor, "", 0, false, true, &e, NULL) == NCH_OK && e.part_count == 0 && e.tokens.count == 2);
	nch_explanation_free(&e);
}

TEST(attention_rows_are_shares)
{
	static const char text[] = "비가 온다";
	nch_explanation e = {0};
	CHECK(nch_explain(predictor, text, strlen(text), false, true, &e, NULL) == NCH_OK);
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
	CHECK(nch_explain(predictor, text, strlen(text), false, true, &e, NULL) == NCH_OK);
	nch_explain_html(&e, predictor, &out);
	CHECK(nch_buffer_check(&out, NULL) == NCH_OK);
	CHECK(strstr(out.data, "<script") == NULL && strstr(out.data, "<행복>") == NULL && strstr(out.data, "&lt;") != NULL);
	nch_buffer_free(&out);
	nch_explanation_free(&e);
}

int main(void)
{
	predictor = open_model();
	RUN(effects_are_what_leaving_out_does);
	RUN(attention_rows_are_shares);
	RUN(pages_hold_no_foreign_markup);
	nch_predictor_close(predictor);
	remove_model();
	return test_end();
}
