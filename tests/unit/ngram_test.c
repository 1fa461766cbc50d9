/* The n-gram model: its grams and its optimum are scikit-learn's; the bits don't depend on threads or company; its files hold what they say. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "data/dataset.h"
#include "golden/ngram_golden.h"
#include "ngram/alike.h"
#include "ngram/logistic.h"
#include "ngram/model.h"
#include "test.h"

enum { ASKED = 12 };

static nch_dataset learnt, asked;
static nch_text *texts, *questions;
static int32_t *labels;
static nch_error error;

static nch_text *texts_of(const nch_dataset *data)
{
	nch_text *list = calloc(data->rows, sizeof *list);
	for (size_t i = 0; i < data->rows; i++)
		list[i].text = nch_dataset_text(data, i, &list[i].length);
	return list;
}

static void read_books(void)
{
	const char *const from[] = {"data/books/simcheong.tsv"}, *const about[] = {"data/books/heungbu.tsv"};
	const nch_dataset_options options = {0};
	CHECK(nch_dataset_read(from, 1, &options, &learnt, &error) == NCH_OK);
	CHECK(nch_dataset_read(about, 1, &options, &asked, &error) == NCH_OK);
	texts = texts_of(&learnt);
	questions = texts_of(&asked);
	labels = calloc(learnt.rows, sizeof *labels);
	for (size_t i = 0; i < learnt.rows; i++)
		labels[i] = nch_dataset_label(&learnt, i);
}

/* Learns, and checks that the solver's logits are those of the model. */
static nch_status learn(const nch_ngram_shape *shape, const nch_ngram_data *data, nch_pool *pool, nch_ngram **model, nch_ngram_fit *fit)
{
	nch_status status = nch_ngram_learn(shape, data, pool, NULL, NULL, model, fit, &error);
	CHECK((status == NCH_OK) == (fit->logits != NULL));
	if (status == NCH_OK) {
		const size_t numbers = data->count * data->labels->count;
		float *logits = calloc(numbers, sizeof *logits);
		CHECK(nch_ngram_logits(*model, data->texts, data->count, pool, logits, NULL, &error) == NCH_OK);
		for (size_t i = 0; i < numbers; i++)
			CHECK_CLOSE((double)fit->logits[i], (double)logits[i], 1e-5);
		free(logits);
	}
	nch_free(fit->logits);
	fit->logits = NULL;
	return status;
}

static nch_ngram *learn_shape(nch_ngram_shape shape, size_t threads, nch_ngram_fit *fit)
{
	const nch_ngram_data data = {.texts = texts, .count = learnt.rows, .labels = &learnt.labels, .label = labels};
	nch_pool *pool = nch_pool_new(threads);
	nch_ngram *model = NULL;
	CHECK(learn(&shape, &data, pool, &model, fit) == NCH_OK);
	nch_pool_free(pool);
	return model;
}

static nch_ngram *learn_four(size_t buckets, size_t threads, nch_ngram_fit *fit)
{
	nch_ngram_shape shape = nch_ngram_shape_default();
	shape.buckets = buckets;
	return learn_shape(shape, threads, fit);
}

static void softmax(const float *z, size_t n, double *p)
{
	double sum = 0;
	for (size_t c = 0; c < n; c++)
		sum += p[c] = exp((double)z[c]);
	for (size_t c = 0; c < n; c++)
		p[c] /= sum;
}

static void check_grams(const char *const *strings, const char *const *golden, size_t count, nch_gram_widths widths)
{
	nch_grams grams = {0};
	for (size_t s = 0; s < count; s++) {
		nch_buffer joined = {0};
		CHECK(nch_grams_of(strings[s], strlen(strings[s]), widths, &grams, &error) == NCH_OK);
		for (size_t i = 0; i < grams.count; i++) {
			nch_buffer_text(&joined, i > 0 ? "|" : "");
			nch_buffer_add(&joined, grams.bytes.data + grams.gram[i].begin, grams.gram[i].length);
		}
		CHECK_TEXT(joined.data, golden[s]);
		nch_buffer_free(&joined);
	}
	CHECK(nch_grams_of("", 0, widths, &grams, &error) == NCH_OK && grams.count == 0);
	nch_grams_free(&grams);
}

TEST(grams_are_those_of_char_wb)
{
	static const char *const strings[] = {"가", " 오늘  정말!", "Ab\u00a0CDEfg h", "ㅋㅋㅋㅋㅋ\tİx", "😂가나"};
	check_grams(strings, golden_grams, sizeof strings / sizeof *strings, (nch_gram_widths){1, 4, false});
}

TEST(letters_are_those_of_nfd)
{
	static const char *const strings[] = {"갔다", "싫은  Café ㅋㅠ"};
	check_grams(strings, golden_letters, sizeof strings / sizeof *strings, (nch_gram_widths){2, 5, true});
}

static void check_probabilities(const nch_ngram *model, const double golden[ASKED][4])
{
	float logits[ASKED * 4];
	CHECK(nch_ngram_logits(model, questions, ASKED, NULL, logits, NULL, &error) == NCH_OK);
	for (size_t i = 0; i < ASKED; i++) {
		double p[4];
		softmax(logits + 4 * i, 4, p);
		for (size_t c = 0; c < 4; c++)
			CHECK_CLOSE(p[c], golden[i][c], 1e-4);
	}
}

TEST(probabilities_are_those_of_the_one_optimum)
{
	nch_ngram_fit fit;
	nch_ngram *model = learn_four(0, 2, &fit);
	CHECK(model->features == GOLDEN_FEATURES && fit.cells == GOLDEN_CELLS);
	check_probabilities(model, golden_four);
	nch_ngram_free(model);
}

TEST(a_model_of_letters_is_read_again_as_one)
{
	nch_ngram_shape shape = nch_ngram_shape_default();
	shape.widths = (nch_gram_widths){2, 5, true};
	nch_ngram_fit fit;
	nch_ngram *model = learn_shape(shape, 1, &fit), *again = NULL;
	check_probabilities(model, golden_of_letters);
	char folder[] = "/tmp/nch-letters-XXXXXX", command[200];
	CHECK(mkdtemp(folder) != NULL);
	CHECK(nch_ngram_save(model, folder, NULL, &error) == NCH_OK && nch_ngram_open(folder, &again, &error) == NCH_OK);
	check_probabilities(again, golden_of_letters);
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	CHECK(system(command) == 0);
	nch_ngram_free(model);
	nch_ngram_free(again);
}

static void check_labels(const nch_ngram_data *data, size_t columns, const double *golden, bool several)
{
	nch_ngram_shape shape = nch_ngram_shape_default();
	nch_ngram_fit fit;
	nch_ngram *model = NULL;
	float logits[ASKED * 4];
	CHECK(learn(&shape, data, NULL, &model, &fit) == NCH_OK);
	CHECK(nch_ngram_logits(model, questions, ASKED, NULL, logits, NULL, &error) == NCH_OK);
	for (size_t i = 0; i < ASKED; i++) {
		double p[4];
		softmax(logits + columns * i, columns, p);
		for (size_t c = 0; c < columns; c++)
			CHECK_CLOSE(several ? 1 / (1 + exp(-(double)logits[columns * i + c])) : p[c], golden[columns * i + c], 1e-4);
	}
	nch_ngram_free(model);
}

TEST(two_labels_are_one_output)
{
	nch_labels names = {0};
	CHECK(nch_labels_parse(&names, "other,neutral", &error) == NCH_OK);
	int32_t *two = calloc(learnt.rows, sizeof *two);
	for (size_t i = 0; i < learnt.rows; i++)
		two[i] = strcmp(learnt.labels.names[labels[i]], "중립") == 0;
	check_labels(&(nch_ngram_data){.texts = texts, .count = learnt.rows, .labels = &names, .label = two}, 2, &golden_two[0][0], false);
	free(two);
	nch_labels_free(&names);
}

TEST(class_weights_weigh_rows)
{
	size_t counts[4];
	float weights[4];
	nch_dataset_label_counts(&learnt, counts);
	for (size_t c = 0; c < 4; c++)
		weights[c] = (float)learnt.rows / (4.0f * (float)counts[c]);
	check_labels(&(nch_ngram_data){.texts = texts, .count = learnt.rows, .labels = &learnt.labels, .label = labels, .class_weights = weights}, 4,
	             &golden_balanced[0][0], false);
}

TEST(several_labels_are_one_against_the_rest)
{
	nch_labels names = {0};
	CHECK(nch_labels_parse(&names, "행복,슬픔,speech", &error) == NCH_OK);
	float *goals = calloc(learnt.rows, 3 * sizeof *goals);
	for (size_t i = 0; i < learnt.rows; i++) {
		goals[3 * i] = strcmp(learnt.labels.names[labels[i]], "행복") == 0;
		goals[3 * i + 1] = strcmp(learnt.labels.names[labels[i]], "슬픔") == 0;
		goals[3 * i + 2] = memchr(texts[i].text, '"', texts[i].length) != NULL;
	}
	check_labels(&(nch_ngram_data){.texts = texts, .count = learnt.rows, .labels = &names, .goals = goals}, 3, &golden_several[0][0], true);
	free(goals);
	nch_labels_free(&names);
}

TEST(the_same_bits_on_any_threads_and_in_any_company)
{
	nch_ngram_fit fit;
	float one[ASKED * 4], other[ASKED * 4];
	for (size_t buckets = 0; buckets <= 512; buckets += 512) {
		nch_ngram *model = learn_four(buckets, 1, &fit);
		nch_ngram_logits(model, questions, ASKED, NULL, one, NULL, &error);
		for (size_t threads = 2; threads <= 3; threads++) {
			nch_ngram *again = learn_four(buckets, threads, &fit);
			CHECK(memcmp(model->weight, again->weight, model->features * 4 * sizeof(float)) == 0);
			CHECK(memcmp(model->bias, again->bias, 4 * sizeof(float)) == 0);
			nch_ngram_free(again);
		}
		for (size_t i = 0; i < ASKED; i++)
			nch_ngram_logits(model, questions + i, 1, NULL, other + 4 * i, NULL, &error);
		CHECK(memcmp(one, other, sizeof one) == 0);
		nch_ngram_free(model);
	}
}

/* rows × columns as text: a digit a cell */
static nch_sparse sparse_of(const char *const *rows, size_t count)
{
	nch_sparse x = {.columns = strlen(rows[0])};
	for (size_t i = 0; i < count; i++) {
		size_t n = 0;
		CHECK(nch_sparse_begin_row(&x, x.columns, &error) == NCH_OK);
		for (uint32_t c = 0; c < x.columns; c++)
			if (rows[i][c] != '0') {
				x.column[x.starts[i] + n] = c;
				x.value[x.starts[i] + n++] = (float)(rows[i][c] - '0');
			}
		nch_sparse_end_row(&x, n);
	}
	return x;
}

static const char *const together[] = {"1101000010", "0010100011", "1101002010", "0010100010", "1111100012", "0000010011"};
enum { TOGETHER = 6, TOGETHER_COLUMNS = 10 };

TEST(features_that_always_come_together_are_one)
{
	static const uint32_t kinds[TOGETHER_COLUMNS] = {1, 1, 2, 1, 2, 5, 4, NCH_ALIKE_NONE, 0, 3}; /* column 9 has a 2 in a row: nobody is like it */
	nch_sparse x = sparse_of(together, TOGETHER), merged = {0};
	nch_alike alike = {0};
	CHECK(nch_alike_find(&x, &alike, &error) == NCH_OK && alike.kinds == 6 && alike.features == TOGETHER_COLUMNS);
	for (size_t f = 0; f < TOGETHER_COLUMNS; f++)
		CHECK(alike.kind[f] == kinds[f]);
	CHECK(alike.members[0] == 1 && alike.members[1] == 3 && alike.members[2] == 2);
	CHECK(nch_alike_merge(&x, &alike, &merged, &error) == NCH_OK && merged.rows == TOGETHER && merged.columns == 6);
	CHECK(merged.starts[1] == 2 && merged.column[0] == 1 && merged.column[1] == 0);
	CHECK_CLOSE((double)merged.value[0], sqrt(3.0), 1e-6);
	nch_sparse_free(&x);
	nch_sparse_free(&merged);
	nch_alike_free(&alike);
}

/* 11 outputs, which are solved in a group of 8 and one of 3, each beside itself alone; and on merged columns beside all columns. */
TEST(outputs_and_columns_share_the_work_and_nothing_else)
{
	enum { OUTPUTS = 11 };
	nch_sparse x = sparse_of(together, TOGETHER), merged = {0};
	nch_alike alike = {0};
	float goals[TOGETHER * OUTPUTS], goal[TOGETHER];
	double weights[TOGETHER_COLUMNS * OUTPUTS] = {0}, bias[OUTPUTS] = {0};
	nch_logistic_result result;
	for (size_t i = 0; i < TOGETHER * OUTPUTS; i++)
		goals[i] = (float)((i / OUTPUTS + i % OUTPUTS) % (2 + i % OUTPUTS % 3) == 0); /* every output has both */
	nch_logistic p = {.x = &x, .outputs = OUTPUTS, .goals = goals, .c = 3, .tolerance = 1e-10};
	CHECK(nch_logistic_fit(&p, NULL, weights, bias, &result, &error) == NCH_OK);
	CHECK(nch_alike_find(&x, &alike, &error) == NCH_OK && nch_alike_merge(&x, &alike, &merged, &error) == NCH_OK);
	for (size_t c = 0; c < OUTPUTS; c++) {
		double alone[TOGETHER_COLUMNS] = {0}, its_bias = 0;
		for (size_t i = 0; i < TOGETHER; i++)
			goal[i] = goals[i * OUTPUTS + c];
		p = (nch_logistic){.x = &merged, .outputs = 1, .goals = goal, .c = 3, .tolerance = 1e-10};
		CHECK(nch_logistic_fit(&p, NULL, alone, &its_bias, &result, &error) == NCH_OK);
		CHECK_CLOSE(its_bias, bias[c], 1e-6);
		for (size_t f = 0; f < TOGETHER_COLUMNS; f++)
			CHECK_CLOSE(alike.kind[f] == NCH_ALIKE_NONE ? 0.0 : alone[alike.kind[f]] / sqrt((double)alike.members[alike.kind[f]]), weights[f * OUTPUTS + c], 1e-6);
	}
	nch_sparse_free(&x);
	nch_sparse_free(&merged);
	nch_alike_free(&alike);
}

TEST(parts_add_up_to_the_logits)
{
	nch_ngram_fit fit;
	nch_ngram *model = learn_four(0, 1, &fit);
	for (size_t i = 0; i < ASKED; i++) {
		nch_ngram_parts parts = {0};
		nch_text text = questions[i];
		text.pair = i % 2 ? "흥부 놀부" : NULL; /* a pair that nothing was learnt of: unknown, but there */
		text.pair_length = i % 2 ? strlen("흥부 놀부") : 0;
		float logits[4];
		float share;
		size_t strangers = 0, narrow = 0;
		CHECK(nch_ngram_logits(model, &text, 1, NULL, logits, &share, &error) == NCH_OK);
		CHECK(nch_ngram_take_apart(model, &text, &parts, &error) == NCH_OK);
		double sums[4];
		for (size_t c = 0; c < 4; c++)
			sums[c] = (double)model->bias[c];
		for (size_t p = 0; p < parts.count; p++) {
			bool wide = nch_utf8_count(parts.part[p].gram, parts.part[p].gram_length) > NCH_NGRAM_NARROW;
			narrow += !wide;
			strangers += !wide && parts.part[p].feature == model->features;
			for (size_t c = 0; c < 4 && parts.part[p].feature < model->features; c++)
				sums[c] += parts.part[p].value * (double)model->weight[4 * parts.part[p].feature + c];
		}
		CHECK_CLOSE((double)share, (double)strangers / (double)narrow, 1e-6);
		CHECK(i % 2 == 0 || strangers > 0);
		for (size_t c = 0; c < 4; c++)
			CHECK_CLOSE(sums[c], (double)logits[c], 1e-5);
		nch_ngram_parts_free(&parts);
	}
	nch_ngram_free(model);
}

TEST(a_pair_has_features_of_its_own)
{
	nch_labels names = {0};
	nch_ngram_fit fit;
	nch_ngram_shape shape = nch_ngram_shape_default();
	nch_ngram *model = NULL;
	CHECK(nch_labels_parse(&names, "a,b", &error) == NCH_OK);
	nch_text rows[] = {{"가 나", "다", 7, 3, {0}}, {"다", "가 나", 3, 7, {0}}}; /* the same words: only their places tell the labels */
	const int32_t label[] = {0, 1};
	float logits[4];
	CHECK(learn(&shape, &(nch_ngram_data){.texts = rows, .count = 2, .labels = &names, .label = label}, NULL, &model, &fit) == NCH_OK);
	CHECK(nch_ngram_logits(model, rows, 2, NULL, logits, NULL, &error) == NCH_OK);
	CHECK(logits[0] > logits[1] && logits[2] < logits[3]);
	nch_ngram_free(model);
	nch_labels_free(&names);
}

TEST(a_folder_gives_the_model_back)
{
	nch_ngram_fit fit;
	char folder[] = "/tmp/nch-ngram-XXXXXX";
	CHECK(mkdtemp(folder) != NULL);
	for (size_t buckets = 0; buckets <= 512; buckets += 512) {
		nch_ngram *model = learn_four(buckets, 1, &fit), *again = NULL;
		char hex[65];
		float one[ASKED * 4], other[ASKED * 4];
		CHECK(nch_ngram_save(model, folder, hex, &error) == NCH_OK && strlen(hex) == 64);
		CHECK(nch_ngram_is(folder));
		CHECK(nch_ngram_open(folder, &again, &error) == NCH_OK);
		nch_ngram_logits(model, questions, ASKED, NULL, one, NULL, &error);
		nch_ngram_logits(again, questions, ASKED, NULL, other, NULL, &error);
		CHECK(memcmp(one, other, sizeof one) == 0);
		CHECK_TEXT(again->labels.names[3], learnt.labels.names[3]);
		nch_ngram_free(model);
		nch_ngram_free(again);
	}
	char command[200];
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	CHECK(system(command) == 0);
}

TEST(damaged_tables_are_refused)
{
	nch_gram_table table = {0}, read = {0};
	size_t number;
	const char *const grams[] = {" 가", "가 ", "가나", "나", "나다라"};
	for (size_t i = 0; i < 5; i++)
		CHECK(nch_gram_table_add(&table, grams[i], strlen(grams[i]), &number, &error) == NCH_OK && number == i);
	char path[] = "/tmp/nch-grams-XXXXXX";
	close(mkstemp(path));
	CHECK(nch_gram_table_write(&table, path, &error) == NCH_OK);
	nch_buffer bytes = {0};
	CHECK(nch_file_read(path, 0, &bytes, &error) == NCH_OK);
	unsigned char *data = (unsigned char *)bytes.data;
	CHECK(nch_gram_table_parse(data, bytes.length, "here", &read, &error) == NCH_OK && read.count == 5 && nch_gram_table_find(&read, "나", 3) == 3);
	nch_gram_table_free(&read);
	for (size_t cut = 0; cut < bytes.length; cut++)
		CHECK(nch_gram_table_parse(data, cut, "here", &read, &error) == NCH_FORMAT && read.count == 0);
	for (size_t i = 8; i < bytes.length; i++)
		for (int bit = 0; bit < 8; bit++) {
			data[i] ^= (unsigned char)(1 << bit);
			if (nch_gram_table_parse(data, bytes.length, "here", &read, &error) == NCH_OK) /* another table, but one in order */
				for (size_t g = 0; g < read.count; g++) {
					size_t length;
					const char *gram = nch_gram_table_at(&read, g, &length);
					CHECK(nch_gram_table_find(&read, gram, length) == g);
				}
			nch_gram_table_free(&read);
			data[i] ^= (unsigned char)(1 << bit);
		}
	unlink(path);
	nch_buffer_free(&bytes);
	nch_gram_table_free(&table);
}

TEST(what_cannot_be_learnt_is_told)
{
	nch_labels names = {0};
	nch_ngram_fit fit = {0};
	nch_ngram_shape shape = nch_ngram_shape_default();
	nch_ngram *model = NULL;
	const int32_t label[] = {0, 1};
	const nch_text blank[] = {{.text = " ", .length = 1}, {.text = "", .length = 0}};
	CHECK(nch_labels_parse(&names, "a,b", &error) == NCH_OK);
	CHECK(learn(&shape, &(nch_ngram_data){.texts = blank, .count = 2, .labels = &names, .label = label}, NULL, &model, &fit) == NCH_DATA);
	CHECK(learn(&shape, &(nch_ngram_data){.texts = blank, .count = 0, .labels = &names, .label = label}, NULL, &model, &fit) == NCH_DATA);
	CHECK(!nch_ngram_is("data") && nch_ngram_open("data", &model, &error) != NCH_OK);
	nch_labels_free(&names);
}

TEST(every_failing_allocation_is_told)
{
	nch_ngram_shape shape = nch_ngram_shape_default();
	const nch_ngram_data data = {.texts = texts, .count = 8, .labels = &learnt.labels, .label = labels};
	nch_status status = NCH_MEMORY;
	for (size_t n = 1; n < 1000 && status != NCH_OK; n++) {
		nch_ngram *model = NULL;
		nch_ngram_fit fit = {0};
		nch_alloc_fail_after(n);
		status = nch_ngram_learn(&shape, &data, NULL, NULL, NULL, &model, &fit, &error);
		nch_alloc_fail_after(0);
		CHECK(status == NCH_OK || (status == NCH_MEMORY && fit.logits == NULL));
		nch_free(fit.logits);
		nch_ngram_free(model);
	}
	CHECK(status == NCH_OK);
}

int main(void)
{
	read_books();
	RUN(grams_are_those_of_char_wb);
	RUN(letters_are_those_of_nfd);
	RUN(a_model_of_letters_is_read_again_as_one);
	RUN(probabilities_are_those_of_the_one_optimum);
	RUN(two_labels_are_one_output);
	RUN(class_weights_weigh_rows);
	RUN(several_labels_are_one_against_the_rest);
	RUN(the_same_bits_on_any_threads_and_in_any_company);
	RUN(features_that_always_come_together_are_one);
	RUN(outputs_and_columns_share_the_work_and_nothing_else);
	RUN(parts_add_up_to_the_logits);
	RUN(a_pair_has_features_of_its_own);
	RUN(a_folder_gives_the_model_back);
	RUN(damaged_tables_are_refused);
	RUN(what_cannot_be_learnt_is_told);
	RUN(every_failing_allocation_is_told);
	nch_dataset_free(&learnt);
	nch_dataset_free(&asked);
	free(texts);
	free(questions);
	free(labels);
	return test_end();
}
