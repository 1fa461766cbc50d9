/* data/emotions.tsv: enough sentences, no two alike, no frames with swapped words. */
#include <stdlib.h>

#include "base/utf8.h"
#include "data/dataset.h"
#include "test.h"

static nch_dataset data;

/* A set of character 3-grams, sorted; white space of any length counts as one blank. */
typedef struct grams {
	uint64_t *items;
	size_t count;
} grams;

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static grams grams_of(const char *text, size_t length)
{
	grams set = { malloc((length + 1) * sizeof(uint64_t)), 0 };
	uint64_t window = 0;
	size_t characters = 0;
	for (size_t i = 0; i < length;) {
		uint32_t code;
		i += nch_utf8_decode(text + i, length - i, &code);
		if (code == ' ' && characters > 0 && (window & 0x1FFFFF) == ' ')
			continue;
		window = (window << 21 | code) & 0x7FFFFFFFFFFFFFFF;
		if (++characters >= 3)
			set.items[set.count++] = window;
	}
	if (set.count == 0)
		set.items[set.count++] = window;
	qsort(set.items, set.count, sizeof(uint64_t), compare_numbers);
	size_t unique = 1;
	for (size_t i = 1; i < set.count; i++)
		if (set.items[i] != set.items[unique - 1])
			set.items[unique++] = set.items[i];
	set.count = unique;
	return set;
}

static double jaccard(const grams *a, const grams *b)
{
	size_t i = 0, j = 0, both = 0;
	while (i < a->count && j < b->count) {
		both += a->items[i] == b->items[j];
		if (a->items[i] < b->items[j])
			i++;
		else if (a->items[i] > b->items[j])
			j++;
		else {
			i++;
			j++;
		}
	}
	return (double)both / (double)(a->count + b->count - both);
}

TEST(the_measure_itself)
{
	grams a = grams_of("가나다라마", 15), b = grams_of("가나다라바", 15), c = grams_of("가  나", 8),
	      d = grams_of("가 나", 7);
	CHECK_CLOSE(jaccard(&a, &b), 0.5, 1e-12); /* 2 of 4 */
	CHECK_CLOSE(jaccard(&a, &a), 1, 0);
	CHECK_CLOSE(jaccard(&c, &d), 1, 0);
	free(a.items);
	free(b.items);
	free(c.items);
	free(d.items);
}

TEST(enough_of_each_label)
{
	static const char *const names[] = { "공포", "놀람", "분노", "슬픔", "중립", "행복", "혐오" };
	CHECK(data.labels.count == 7 && data.rows >= 2100);
	size_t counts[7];
	nch_dataset_label_counts(&data, counts);
	for (size_t i = 0; i < 7; i++) {
		CHECK_TEXT(data.labels.names[i], names[i]);
		CHECK(counts[i] >= 300);
	}
}

TEST(clean_fields)
{
	for (size_t i = 0; i < data.rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(&data, i, &length);
		bool clean = length >= 2 && text[0] != ' ' && text[0] != '"' && text[length - 1] != ' ' &&
		             strpbrk(text, "\t\r\n") == NULL;
		for (size_t at = 0; at < length && clean;) {
			uint32_t code;
			at += nch_utf8_decode(text + at, length - at, &code);
			clean = !(code >= 0x1100 && code <= 0x11FF) && code >= ' ' && code != 0xFFFD &&
			        code != 0xA0; /* NFC */
		}
		if (!clean)
			printf("  %s\n", text);
		CHECK(clean);
	}
}

TEST(no_near_duplicates)
{
	grams *sets = malloc(data.rows * sizeof *sets);
	for (size_t i = 0; i < data.rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(&data, i, &length);
		sets[i] = grams_of(text, length);
	}
	for (size_t i = 0; i < data.rows; i++)
		for (size_t j = 0; j < i; j++) {
			/* a Jaccard over .5 needs sets of like size: most pairs need no closer look */
			if (sets[i].count > 2 * sets[j].count || sets[j].count > 2 * sets[i].count)
				continue;
			if (jaccard(&sets[i], &sets[j]) > 0.5) {
				size_t length;
				printf("  %s\n  %s\n", nch_dataset_text(&data, i, &length),
				       nch_dataset_text(&data, j, &length));
				CHECK(!"two texts nearly alike");
			}
		}
	for (size_t i = 0; i < data.rows; i++)
		free(sets[i].items);
	free(sets);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The first (last) two words of every text, sorted: the longest run of the same ones may not pass `most`. */
static void check_frames(bool first, size_t most)
{
	char **frames = malloc(data.rows * sizeof *frames);
	for (size_t i = 0; i < data.rows; i++) {
		size_t length, words = 0, at = 0;
		const char *text = nch_dataset_text(&data, i, &length);
		if (first)
			while (at < length && (text[at] != ' ' || ++words < 2))
				at++;
		else
			for (at = length; at > 0 && (text[at - 1] != ' ' || ++words < 2);)
				at--;
		size_t size = first ? at : length - at;
		frames[i] = calloc(size + 1, 1);
		memcpy(frames[i], first ? text : text + at, size);
	}
	qsort(frames, data.rows, sizeof *frames, compare_texts);
	size_t run = 1, longest = 1, where = 0;
	for (size_t i = 1; i < data.rows; i++) {
		run = strcmp(frames[i], frames[i - 1]) == 0 ? run + 1 : 1;
		if (run > longest) {
			longest = run;
			where = i;
		}
	}
	if (longest > most)
		printf("  %zu texts have '%s'\n", longest, frames[where]);
	CHECK(longest <= most);
	for (size_t i = 0; i < data.rows; i++)
		free(frames[i]);
	free(frames);
}

TEST(no_frames)
{
	check_frames(true, 6);
	check_frames(false, 8);
}

int main(void)
{
	const char *path = "data/emotions.tsv";
	nch_dataset_options options = { .need_labels = true };
	nch_error error;
	if (nch_dataset_read(&path, 1, &options, &data, &error) != NCH_OK)
		printf("%s\n", error.text);
	RUN(the_measure_itself);
	RUN(enough_of_each_label);
	RUN(clean_fields);
	RUN(no_near_duplicates);
	RUN(no_frames);
	nch_dataset_free(&data);
	return test_end();
}
