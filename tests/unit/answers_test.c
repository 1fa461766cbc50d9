/* One way to an answer for predict, eval, explain and the library, and what is no answer: on tiny models with random weights. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/explain.h"
#include "base/file.h"
#include "base/memory.h"
#include "nn/config.h"
#include "nunchi.h"
#include "test.h"
#include "train/ensemble.h"

static char folder[64];

static void write_file(const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	CHECK(nch_file_write(path, text, strlen(text), NULL) == NCH_OK);
}

/* A model folder with so many labels and a vocabulary of a few words; `edit` may change the weights. settings: nunchi.json. */
static void make_folder(size_t labels, bool multi_label, const char *settings, void (*edit)(nch_model *model))
{
	static char *names[] = {"슬픔", "행복", "분노"};
	char hex[65];
	nch_config config;
	nch_compute *compute = NULL;
	nch_model *model = NULL;
	write_file("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n비\n##가\n온다\n눈\n##이\n좋다\n[unused1]\n[unused2]\n");
	write_file("tokenizer_config.json", "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false}");
	write_file("nunchi.json", settings);
	CHECK(nch_config_preset("tiny", &config));
	config.vocab_size = 13;
	config.labels = labels;
	config.label_names = names;
	config.multi_label = multi_label;
	CHECK(nch_compute_new(1, NULL, 128, 64, &compute, NULL) == NCH_OK);
	CHECK(nch_model_new(&config, &model, NULL) == NCH_OK && nch_model_init(model, 3, compute, NULL) == NCH_OK);
	if (edit != NULL)
		edit(model);
	CHECK(nch_model_save(model, folder, hex, NULL) == NCH_OK);
	nch_model_free(model);
	nch_compute_free(compute);
}

static nch_predictor *open_folder(void)
{
	nch_predictor *predictor = NULL;
	nch_error error = {0};
	if (nch_predictor_open(folder, 1, NULL, &predictor, &error) != NCH_OK)
		printf("  %s\n", error.text);
	CHECK(predictor != NULL);
	return predictor;
}

/* Logits that are far apart and whose sigmoids are both 1. */
static void saturate(nch_model *model)
{
	model->classifier_bias->data[0] = 40.0f;
	model->classifier_bias->data[1] = 60.0f;
}

TEST(the_library_decides_by_logits)
{
	const char *texts[] = {"비가 온다", "눈이 좋다"};
	float scores[4], copy[2];
	make_folder(2, true, "{}", saturate);
	nch_classifier *c = nch_classifier_open(folder, 1, NULL, 0);
	CHECK(c != NULL && nch_classifier_scores(c, texts, 2, scores, NULL, 0) == 0);
	if (c == NULL)
		return;
	CHECK(scores[0] == 1.0f && scores[1] == 1.0f && scores[2] == 1.0f && scores[3] == 1.0f);
	CHECK(nch_classifier_best(c, scores) == 1 && nch_classifier_best(c, scores + 2) == 1);
	memcpy(copy, scores, sizeof copy);
	CHECK(nch_classifier_best(c, copy) == 0); /* somewhere else: by the scores */
	scores[2] = 0.5f;
	scores[3] = 0.25f;
	CHECK(nch_classifier_best(c, scores + 2) == 0); /* something else by now */
	nch_classifier_close(c);
}

/* A label is given from its threshold on, the threshold itself included. */
TEST(thresholds_are_reached)
{
	const nch_text text = {.text = "비가 온다", .length = strlen("비가 온다")};
	float logits[3], scores[3];
	bool given[3];
	make_folder(3, true, "{}", NULL);
	nch_predictor *p = open_folder();
	if (p == NULL)
		return;
	CHECK(nch_predictor_logits(p, &text, 1, logits, NULL) == NCH_OK);
	nch_predictor_scores(p, logits, scores);
	p->thresholds[0] = scores[0];
	p->thresholds[1] = nextafterf(scores[1], 1.0f);
	p->thresholds[2] = nextafterf(scores[2], 0.0f);
	nch_predictor_answer(p, logits, scores, given);
	CHECK(given[0] && !given[1] && given[2]);
	nch_predictor_close(p);
	/* a vote as well */
	const float row[] = {0.25f, 0.75f}, limits[] = {0.25f, 0.75f}, *rows[] = {row, row}, *all[] = {limits, limits};
	float out[2];
	for (int vote = 0; vote < 2; vote++) {
		given[0] = given[1] = false;
		nch_vote_row(vote == 0 ? NCH_VOTE_SOFT : NCH_VOTE_HARD, rows, all, NULL, 2, 2, true, out, given);
		CHECK(given[0] && given[1]);
	}
}

/* transformers' pipeline takes the sigmoid of a single logit; a softmax of one is 1 whatever it says. */
TEST(a_single_label_has_a_sigmoid)
{
	const nch_text text = {.text = "비가 온다", .length = strlen("비가 온다")};
	float logit, score = 2.0f;
	make_folder(1, false, "{}", NULL);
	nch_predictor *p = open_folder();
	if (p == NULL)
		return;
	CHECK(nch_predictor_logits(p, &text, 1, &logit, NULL) == NCH_OK);
	nch_predictor_scores(p, &logit, &score);
	CHECK_CLOSE((double)score, 1.0 / (1.0 + exp(-(double)logit)), 1e-6);
	CHECK(score < 0.9f);
	nch_evaluate_probabilities(&logit, 1, 1, nch_loss_is_softmax(p->loss, false, 1), &score);
	CHECK(score < 0.9f);
	nch_predictor_close(p);
}

static void spoil(nch_model *model)
{
	model->layers[1].up_weight->data[5] = NAN;
}

TEST(weights_that_are_no_numbers_give_no_answer)
{
	const nch_text text = {.text = "비가 온다", .length = strlen("비가 온다")};
	const char *texts[] = {"비가 온다"};
	nch_error error = {0};
	nch_explanation e = {0};
	float values[200];
	char why[200] = "";
	make_folder(2, false, "{}", spoil);
	nch_predictor *p = open_folder();
	if (p == NULL)
		return;
	CHECK(nch_predictor_logits(p, &text, 1, values, &error) == NCH_DATA && strstr(error.text, "NaN") != NULL && strstr(error.text, folder) != NULL);
	CHECK(nch_predictor_embeddings(p, &text, 1, NCH_OUTPUT_MEAN, values, &error) == NCH_DATA);
	CHECK(nch_explain(p, text.text, text.length, &(const nch_explain_options){.method = NCH_EXPLAIN_DELETE, .words = false, .attention = false}, &e, &error) == NCH_DATA);
	nch_predictor_close(p);
	nch_classifier *c = nch_classifier_open(folder, 1, NULL, 0);
	CHECK(c != NULL && nch_classifier_scores(c, texts, 1, values, why, sizeof why) == -1 && strstr(why, "NaN") != NULL);
	nch_classifier_close(c);
}

/* What explain says of the whole is what predict says, to the bit: however long texts are read, and whatever a model is shown beside the text. */
TEST(explain_goes_the_way_of_predict)
{
	static const char *const settings[] = {"{\"max_len\": 8, \"long\": \"cut\"}", "{\"max_len\": 8, \"long\": \"tail\"}",
	                                       "{\"max_len\": 8, \"long\": \"head-tail\"}", "{\"max_len\": 8, \"long\": \"window\"}",
	                                       "{\"target\": \"pair\"}", "{\"target\": \"both\"}", "{\"cleansing\": \"nikl-ea-1\"}"};
	static const char text[] = "비가 온다 눈이 좋다 비가 비가 온다 좋다 눈이 온다";
	const nch_text asked = {.text = text, .length = strlen(text)};
	for (size_t s = 0; s < sizeof settings / sizeof *settings; s++) {
		nch_explanation e = {0};
		float logits[3];
		make_folder(3, false, settings[s], NULL);
		nch_predictor *p = open_folder();
		if (p == NULL)
			return;
		CHECK(nch_predictor_logits(p, &asked, 1, logits, NULL) == NCH_OK);
		for (int words = 0; words < 2; words++) {
			CHECK(nch_explain(p, text, strlen(text), &(const nch_explain_options){.method = NCH_EXPLAIN_DELETE, .words = words == 1, .attention = true}, &e, NULL) == NCH_OK);
			CHECK(memcmp(e.logits, logits, sizeof logits) == 0);
			CHECK(e.windows == (s == 3 ? 4 : 1) && e.tokens.count == (s < 3 ? 8 : e.first + (s == 4 || s == 5)));
			CHECK(e.part_count == (words == 1 ? (s < 3 ? e.part_count : 10) : s < 3 ? 6 : 15));
			CHECK((e.attention != NULL) == (s != 3));
			nch_explanation_free(&e);
		}
		nch_predictor_close(p);
	}
}

/* A part of a text in windows: left out of those that hold it. Here the windows are counted out by hand. */
TEST(parts_of_windows)
{
	static const char text[] = "비 온다 눈 좋다 온다 비"; /* six tokens; of a limit of six, windows of four that begin at 0 and 2 */
	static const char *const windows[] = {"비 온다 눈 좋다", "눈 좋다 온다 비"}, *const less[] = {"비 온다 좋다", "좋다 온다 비"}; /* without 눈 */
	nch_explanation e = {0};
	float parts[4][3];
	make_folder(3, false, "{\"max_len\": 6, \"long\": \"window\"}", NULL);
	nch_predictor *p = open_folder();
	if (p == NULL)
		return;
	for (size_t i = 0; i < 4; i++) {
		const char *part = i < 2 ? windows[i] : less[i - 2];
		const nch_text t = {.text = part, .length = strlen(part)};
		CHECK(nch_predictor_logits(p, &t, 1, parts[i], NULL) == NCH_OK);
	}
	CHECK(nch_explain(p, text, strlen(text), &(const nch_explain_options){.method = NCH_EXPLAIN_DELETE, .words = false, .attention = false}, &e, NULL) == NCH_OK);
	CHECK(e.part_count == 6 && e.windows == 2);
	for (size_t c = 0; c < 3 && e.part_count == 6; c++) {
		float whole = (float)(((double)parts[0][c] + (double)parts[1][c]) / 2), without = (float)(((double)parts[2][c] + (double)parts[3][c]) / 2);
		CHECK(e.logits[c] == whole && e.effects[2 * 3 + c] == whole - without);
	}
	nch_explanation_free(&e);
	nch_predictor_close(p);
}

static void remove_folder(void)
{
	char path[128];
	static const char *const files[] = {"vocab.txt", "config.json", "model.safetensors", "nunchi.json", "tokenizer_config.json"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, files[i]);
		unlink(path);
	}
	rmdir(folder);
}

int main(void)
{
	strcpy(folder, "/tmp/nunchi-answers-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	RUN(the_library_decides_by_logits);
	RUN(thresholds_are_reached);
	RUN(a_single_label_has_a_sigmoid);
	RUN(weights_that_are_no_numbers_give_no_answer);
	RUN(explain_goes_the_way_of_predict);
	RUN(parts_of_windows);
	remove_folder();
	return test_end();
}
