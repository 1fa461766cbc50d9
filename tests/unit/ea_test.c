/* data/ea.jsonl: records in the layout of the Korean language institute's task; offsets match, no two texts alike, enough of each emotion, and two readers that agree. */
#include <stdlib.h>

#include "base/file.h"
#include "base/utf8.h"
#include "data/dataset.h"
#include "test.h"

static nch_dataset data;

typedef struct grams { /* of three code points, a set */
	uint64_t items[400];
	size_t count;
} grams;

static void add_gram(grams *set, uint64_t gram)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i] == gram)
			return;
	if (set->count < 400)
		set->items[set->count++] = gram;
}

static grams grams_of(const char *text, size_t length)
{
	grams set = {.count = 0};
	uint64_t window = 0;
	size_t characters = 0;
	for (size_t i = 0; i < length;) {
		uint32_t code;
		i += nch_utf8_decode(text + i, length - i, &code);
		window = (window << 21 | code) & 0x7FFFFFFFFFFFFFFF;
		if (++characters >= 3)
			add_gram(&set, window);
	}
	return set;
}

static double jaccard(const grams *a, const grams *b)
{
	size_t both = 0;
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			both += a->items[i] == b->items[j];
	return (double)both / (double)(a->count + b->count - both);
}

TEST(enough)
{
	static const char *const names[] = {"joy", "anticipation", "trust", "surprise", "disgust", "fear", "anger", "sadness"};
	CHECK(data.labels.count == 8 && data.rows >= 400 && data.bad_rows == 0);
	CHECK(data.target_rows == data.rows); /* their offsets match, or the rows would be bad */
	size_t counts[8], several = 0;
	nch_dataset_label_counts(&data, counts);
	for (size_t c = 0; c < 8; c++) {
		CHECK_TEXT(data.labels.names[c], names[c]);
		CHECK(counts[c] >= 40);
	}
	for (size_t i = 0; i < data.rows; i++) {
		size_t given;
		nch_dataset_classes(&data, i, &given);
		several += given > 1;
	}
	CHECK(several >= 60 && data.blank_label_rows >= 15);
}

/* No two texts share more than a quarter of their runs of three characters: no frames with swapped words. */
TEST(no_near_duplicates)
{
	grams *sets = calloc(data.rows, sizeof *sets);
	for (size_t i = 0; i < data.rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(&data, i, &length);
		sets[i] = grams_of(text, length);
	}
	for (size_t i = 0; i < data.rows; i++)
		for (size_t j = 0; j < i; j++)
			if (jaccard(&sets[i], &sets[j]) > 0.25) {
				size_t length;
				printf("  %s\n  %s\n", nch_dataset_text(&data, i, &length), nch_dataset_text(&data, j, &length));
				CHECK(!"two texts nearly alike");
			}
	free(sets);
}

/* A target is a part of its text, and nobody's target makes up half of all rows. */
TEST(targets)
{
	for (size_t i = 0; i < data.rows; i++) {
		size_t length, pair_length;
		const char *text = nch_dataset_text(&data, i, &length), *pair = nch_dataset_pair(&data, i, &pair_length);
		CHECK(pair_length >= 3 && pair_length < length && strstr(text, pair) != NULL);
	}
}

/* Does a row have the label, or a list "joy,fear" name it? */
static bool row_has(size_t row, size_t label)
{
	size_t given;
	const int32_t *classes = nch_dataset_classes(&data, row, &given);
	for (size_t i = 0; i < given; i++)
		if (classes[i] == (int32_t)label)
			return true;
	return false;
}

static bool list_has(const char *list, const char *name)
{
	const char *at = strstr(list, name);
	return at != NULL && (at == list || at[-1] == ',');
}

/* Cohen's kappa of two readers that said yes or no, from how often both, the first alone, the second alone did. */
static double kappa(double both, double first, double second, double all)
{
	double same = (all - first - second) / all, yes = (both + first) / all * ((both + second) / all), no = (1 - (both + first) / all) * (1 - (both + second) / all);
	return (same - yes - no) / (1 - yes - no);
}

/* data/ea-second.tsv: what a second reader said of the records from the 405th on, who did not see the first one's labels. */
TEST(second_reading)
{
	nch_buffer file = {0};
	size_t rows = 0, same = 0, both[8] = {0}, first[8] = {0}, second[8] = {0};
	CHECK(nch_file_read("data/ea-second.tsv", 0, &file, NULL) == NCH_OK);
	for (const char *line = file.data + strcspn(file.data, "\n") + 1; *line != '\0'; line += strcspn(line, "\n") + 1, rows++) {
		char list[100] = "";
		size_t number = 0, unlike = 0;
		CHECK(sscanf(line, "ea-%zu\t%99[^\n]", &number, list) == 2);
		CHECK(number == 405 + rows && number <= data.rows);
		for (size_t c = 0; c < 8; c++) {
			bool a = row_has(number - 1, c), b = list_has(list, data.labels.names[c]);
			both[c] += a && b;
			first[c] += a && !b;
			second[c] += b && !a;
			unlike += a != b;
		}
		same += unlike == 0;
	}
	CHECK(rows == data.rows - 404);
	printf("  all emotions alike: %zu of %zu; kappa", same, rows);
	for (size_t c = 0; c < 8; c++) {
		double found = kappa((double)both[c], (double)first[c], (double)second[c], (double)rows);
		printf(" %s %.2f", data.labels.names[c], found);
		CHECK(found >= 0.7 && found < 1);
	}
	printf("\n");
	CHECK(same >= rows * 7 / 10);
	nch_buffer_free(&file);
}

int main(void)
{
	const char *path = "data/ea.jsonl";
	const nch_dataset_options options = {.need_labels = true, .multi_label = true, .target = NCH_TARGET_PAIR};
	nch_error error;
	if (nch_dataset_read(&path, 1, &options, &data, &error) != NCH_OK)
		printf("%s\n", error.text);
	RUN(enough);
	RUN(no_near_duplicates);
	RUN(targets);
	RUN(second_reading);
	nch_dataset_free(&data);
	return test_end();
}
