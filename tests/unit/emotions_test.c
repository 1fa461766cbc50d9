/* data/emotions.tsv, data/emotions-more.tsv and data/contrasts.tsv: enough sentences of every kind, no two alike, no frames with swapped words, parts that stay fixed, nothing that gives the label away without
 * being read. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "data/dataset.h"
#include "ngram/model.h"
#include "test.h"

#define CORPUS "data/emotions.tsv"
#define MORE "data/emotions-more.tsv"

enum { LABELS = 7, LEAST = 2400 };
static const char *const names[LABELS] = {"공포", "놀람", "분노", "슬픔", "중립", "행복", "혐오"};
static nch_dataset data, more; /* grouped by register */
static nch_error error;

/* Sets of character 3-grams, sorted; white space of any length counts as one blank. */
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
	grams set = {malloc((length + 1) * sizeof(uint64_t)), 0};
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
	grams a = grams_of("가나다라마", 15), b = grams_of("가나다라바", 15), c = grams_of("가  나", 8), d = grams_of("가 나", 7);
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
	CHECK(data.labels.count == LABELS && data.rows >= LABELS * (size_t)LEAST);
	size_t counts[LABELS] = {0};
	nch_dataset_label_counts(&data, counts);
	for (size_t i = 0; i < LABELS; i++) {
		CHECK_TEXT(data.labels.names[i], names[i]);
		CHECK(counts[i] >= LEAST);
	}
}

TEST(twenty_registers_and_all_labels_in_each)
{
	CHECK(data.groups.count == 20);
	size_t *counts = calloc(data.groups.count * LABELS, sizeof *counts);
	for (size_t i = 0; i < data.rows; i++)
		counts[(size_t)data.row[i].group * LABELS + (size_t)nch_dataset_label(&data, i)]++;
	for (size_t i = 0; i < data.groups.count * LABELS; i++)
		CHECK(counts[i] >= 25);
	free(counts);
}

/* Characters of the texts: as in real dialogue, mean about 24, median 21, 95 of 100 below 49. */
TEST(lengths_of_dialogue)
{
	uint64_t *lengths = malloc(data.rows * sizeof *lengths), sum = 0;
	for (size_t i = 0; i < data.rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(&data, i, &length);
		sum += lengths[i] = nch_utf8_count(text, length);
	}
	qsort(lengths, data.rows, sizeof *lengths, compare_numbers);
	CHECK((double)sum / (double)data.rows >= 22 && (double)sum / (double)data.rows <= 28);
	CHECK(lengths[data.rows / 2] >= 20 && lengths[data.rows / 2] <= 27);
	CHECK(lengths[data.rows * 95 / 100] >= 40);
	CHECK(lengths[data.rows - 1] <= 120);
	free(lengths);
}

static void check_clean(const nch_dataset *texts)
{
	for (size_t i = 0; i < texts->rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(texts, i, &length);
		bool clean = length >= 2 && text[0] != ' ' && text[0] != '"' && text[length - 1] != ' ' && strpbrk(text, "\t\r\n") == NULL;
		for (size_t at = 0; at < length && clean;) {
			uint32_t code;
			at += nch_utf8_decode(text + at, length - at, &code);
			clean = !(code >= 0x1100 && code <= 0x11FF) && code >= ' ' && code != 0xFFFD && code != 0xA0; /* NFC */
		}
		if (!clean)
			printf("  %s\n", text);
		CHECK(clean);
	}
}

TEST(clean_fields)
{
	check_clean(&data);
	check_clean(&more);
}

/* --- no two alike --- */

typedef struct posting {
	uint64_t gram;
	uint32_t text;
} posting;

static int compare_postings(const void *a, const void *b)
{
	const posting *x = a, *y = b;
	return x->gram != y->gram ? (x->gram > y->gram) - (x->gram < y->gram) : (x->text > y->text) - (x->text < y->text);
}

static uint32_t *frequency; /* of the gram that has this place among the postings */
static const posting *all_postings;
static size_t posting_count;

static size_t place_of(uint64_t gram)
{
	size_t low = 0, high = posting_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (all_postings[middle].gram < gram)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int rarest_first(const void *a, const void *b)
{
	size_t x = place_of(*(const uint64_t *)a), y = place_of(*(const uint64_t *)b);
	return frequency[x] != frequency[y] ? (frequency[x] > frequency[y]) - (frequency[x] < frequency[y]) : (x > y) - (x < y);
}

/* The grams of each text, and for each gram the texts that have it. */
static grams *index_texts(const nch_dataset *texts)
{
	grams *sets = malloc(texts->rows * sizeof *sets);
	size_t total = 0;
	for (size_t i = 0; i < texts->rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(texts, i, &length);
		sets[i] = grams_of(text, length);
		total += sets[i].count;
	}
	posting *postings = malloc(total * sizeof *postings);
	posting_count = 0;
	for (size_t i = 0; i < texts->rows; i++)
		for (size_t g = 0; g < sets[i].count; g++)
			postings[posting_count++] = (posting){sets[i].items[g], (uint32_t)i};
	qsort(postings, total, sizeof *postings, compare_postings);
	all_postings = postings;
	frequency = calloc(total + 1, sizeof *frequency);
	for (size_t i = 0, end; i < total; i = end) {
		for (end = i; end < total && postings[end].gram == postings[i].gram; end++)
			;
		frequency[i] = (uint32_t)(end - i);
	}
	return sets;
}

/* How alike texts j < i may be: Jaccard, over which they are near duplicates. */
typedef double near_limit(size_t i, size_t j);

/* No pair may be nearer than limit() of it, which is at least `least`. Sets whose Jaccard is over `least` share more than that part of each set, so at least one of the rarest 1 - least of each: only
 * pairs that meet there are looked at. */
static void check_no_near_pairs(const nch_dataset *texts, double least, near_limit *limit)
{
	grams *sets = index_texts(texts);
	uint32_t *seen = calloc(texts->rows, sizeof *seen);
	for (size_t i = 0; i < texts->rows; i++) {
		uint64_t *order = malloc(sets[i].count * sizeof *order);
		memcpy(order, sets[i].items, sets[i].count * sizeof *order);
		qsort(order, sets[i].count, sizeof *order, rarest_first);
		size_t prefix = sets[i].count - (size_t)(least * (double)sets[i].count) + 1;
		for (size_t g = 0; g < prefix && g < sets[i].count; g++) {
			size_t at = place_of(order[g]);
			for (size_t k = at; k < at + frequency[at] && all_postings[k].text < i; k++) {
				uint32_t j = all_postings[k].text;
				if (seen[j] == i)
					continue;
				seen[j] = (uint32_t)i;
				double most = limit(i, j);
				if (most < 1 && jaccard(&sets[i], &sets[j]) > most) {
					size_t length;
					printf("  %s\n  %s\n", nch_dataset_text(texts, i, &length), nch_dataset_text(texts, j, &length));
					CHECK(!"two texts nearly alike");
				}
			}
		}
		free(order);
	}
	for (size_t i = 0; i < texts->rows; i++)
		free(sets[i].items);
	free(sets);
	free((void *)all_postings);
	free(frequency);
	free(seen);
}

/* Rows of data/emotions.tsv come first, those of the further sentences behind them, of which some differ in little on purpose. */
static double within_training(size_t i, size_t j)
{
	return j < data.rows || i < data.rows ? 0.5 : 0.75;
}

TEST(no_near_duplicates)
{
	const char *const paths[] = {CORPUS, MORE};
	nch_dataset texts = {0};
	const nch_dataset_options options = {.need_labels = true};
	CHECK(nch_dataset_read(paths, 2, &options, &texts, &error) == NCH_OK);
	CHECK(texts.rows == data.rows + more.rows);
	check_no_near_pairs(&texts, 0.5, within_training);
	nch_dataset_free(&texts);
}

/* Further sentences come first, what is measured on behind them. */
static double between_learning_and_measuring(size_t i, size_t j)
{
	return j < more.rows && i >= more.rows ? 0.4 : 1;
}

TEST(further_sentences_are_far_from_what_is_measured_on)
{
	const char *const paths[] = {MORE, CORPUS "#split=valid", CORPUS "#split=test", "data/contrasts.tsv", "data/ambiguous.tsv"};
	nch_dataset texts = {0};
	const nch_dataset_options options = {.need_labels = true};
	CHECK(nch_dataset_read(paths, 5, &options, &texts, &error) == NCH_OK);
	check_no_near_pairs(&texts, 0.4, between_learning_and_measuring);
	nch_dataset_free(&texts);
}

/* They have the labels and the registers of the corpus. */
TEST(further_sentences)
{
	size_t counts[LABELS] = {0};
	CHECK(more.labels.count == LABELS && more.groups.count <= data.groups.count);
	nch_dataset_label_counts(&more, counts);
	for (size_t i = 0; i < LABELS; i++)
		CHECK((double)counts[i] > 0.1 * (double)more.rows);
	for (size_t g = 0; g < more.groups.count; g++) {
		bool known = false;
		for (size_t k = 0; k < data.groups.count; k++)
			known = known || strcmp(more.groups.names[g], data.groups.names[k]) == 0;
		CHECK(known);
	}
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The first (last) two words of a text of three or more; the whole of a shorter one. In allocated memory. */
static char *frame_of(const char *text, size_t length, bool first)
{
	size_t words = 0, at = 0;
	if (first)
		while (at < length && (text[at] != ' ' || ++words < 2))
			at++;
	else
		for (at = length; at > 0 && (text[at - 1] != ' ' || ++words < 2);)
			at--;
	return nch_copy_text(first ? text : text + at, first ? at : length - at);
}

/* The longest run of the same frames may not pass `most`. */
static void check_frames(bool first, size_t most)
{
	char **frames = malloc(data.rows * sizeof *frames);
	for (size_t i = 0; i < data.rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(&data, i, &length);
		frames[i] = frame_of(text, length, first);
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
		nch_free(frames[i]);
	free(frames);
}

TEST(no_frames)
{
	check_frames(true, 8);
	check_frames(false, 10);
}

/* --- the parts --- */

static size_t part_rows(const char *path, size_t *counts)
{
	nch_dataset part = {0};
	const nch_dataset_options options = {.need_labels = true};
	memset(counts, 0, LABELS * sizeof *counts);
	CHECK(nch_dataset_read(&path, 1, &options, &part, &error) == NCH_OK);
	if (part.labels.count == LABELS)
		nch_dataset_label_counts(&part, counts);
	size_t rows = part.rows;
	nch_dataset_free(&part);
	return rows;
}

TEST(three_parts)
{
	size_t train[LABELS], valid[LABELS], test[LABELS];
	size_t a = part_rows(CORPUS "#split=train", train), b = part_rows(CORPUS "#split=valid", valid), c = part_rows(CORPUS "#split=test", test);
	CHECK(a + b + c == data.rows);
	CHECK_CLOSE((double)b / (double)data.rows, 0.1, 0.005);
	CHECK_CLOSE((double)c / (double)data.rows, 0.1, 0.005);
	for (size_t i = 0; i < LABELS; i++) {
		CHECK_CLOSE((double)valid[i] / (double)b, 1.0 / LABELS, 0.01);
		CHECK_CLOSE((double)test[i] / (double)c, 1.0 / LABELS, 0.01);
	}
}

/* Accuracy on the test part of a model that sees only a piece of each text: what a label's frames or marks would give away. */
static double accuracy_from(char *(*piece)(const char *text, size_t length))
{
	const char *const paths[] = {CORPUS "#split=train", CORPUS "#split=test"};
	nch_dataset parts[2] = {{0}, {0}};
	nch_text *texts[2];
	int32_t *labels[2];
	for (size_t p = 0; p < 2; p++) {
		const nch_dataset_options options = {.need_labels = true};
		CHECK(nch_dataset_read(&paths[p], 1, &options, &parts[p], &error) == NCH_OK);
		texts[p] = calloc(parts[p].rows, sizeof **texts);
		labels[p] = calloc(parts[p].rows, sizeof **labels);
		for (size_t i = 0; i < parts[p].rows; i++) {
			size_t length;
			const char *text = nch_dataset_text(&parts[p], i, &length);
			texts[p][i].text = piece(text, length);
			texts[p][i].length = strlen(texts[p][i].text);
			labels[p][i] = nch_dataset_label(&parts[p], i);
		}
	}
	nch_ngram_shape shape = nch_ngram_shape_default();
	shape.c = 1;
	const nch_ngram_data learnt = {.texts = texts[0], .count = parts[0].rows, .labels = &parts[0].labels, .label = labels[0]};
	nch_ngram *model = NULL;
	nch_ngram_fit fit;
	float *logits = calloc(parts[1].rows * LABELS, sizeof *logits);
	size_t hits = 0;
	CHECK(nch_ngram_learn(&shape, &learnt, NULL, NULL, NULL, &model, &fit, &error) == NCH_OK);
	CHECK(nch_ngram_logits(model, texts[1], parts[1].rows, NULL, logits, NULL, &error) == NCH_OK);
	for (size_t i = 0; i < parts[1].rows; i++) {
		size_t best = 0;
		for (size_t c = 1; c < LABELS; c++)
			best = logits[i * LABELS + c] > logits[i * LABELS + best] ? c : best;
		hits += (int32_t)best == labels[1][i];
	}
	double accuracy = (double)hits / (double)parts[1].rows;
	for (size_t p = 0; p < 2; p++) {
		for (size_t i = 0; i < parts[p].rows; i++)
			nch_free((void *)texts[p][i].text);
		free(texts[p]);
		free(labels[p]);
		nch_dataset_free(&parts[p]);
	}
	free(logits);
	nch_free(fit.logits);
	nch_ngram_free(model);
	return accuracy;
}

static char *first_words(const char *text, size_t length) { return frame_of(text, length, true); }
static char *last_words(const char *text, size_t length) { return frame_of(text, length, false); }

/* What is neither a letter nor a digit, and a word's worth of x for each blank, so that the length shows too. */
static char *marks(const char *text, size_t length)
{
	char *kept = malloc(length + 2);
	size_t n = 0;
	for (size_t i = 0; i < length; i++)
		if (text[i] == ' ' || strchr("!?.,~^;:-()'\"", text[i]) != NULL)
			kept[n++] = text[i] == ' ' ? 'x' : text[i];
	kept[n++] = 'x';
	char *copy = nch_copy_text(kept, n);
	free(kept);
	return copy;
}

TEST(a_piece_of_a_text_does_not_give_the_label_away)
{
	double first = accuracy_from(first_words), last = accuracy_from(last_words), signs = accuracy_from(marks);
	printf("  first two words %.3f, last two words %.3f, punctuation and length %.3f\n", first, last, signs);
	CHECK(signs <= 0.33);
	CHECK(first <= 0.49); /* two words are a good part of such texts, and the last ones hold the verb: docs/corpus.md compares with texts that people wrote */
	CHECK(last <= 0.66);
}

/* --- contrast sets --- */

TEST(contrast_sets)
{
	const char *path = "data/contrasts.tsv";
	nch_dataset sets = {0};
	const nch_dataset_options options = {.need_labels = true, .known = &data.labels, .group = "pair"};
	CHECK(nch_dataset_read(&path, 1, &options, &sets, &error) == NCH_OK);
	CHECK(sets.rows >= 800 && sets.groups.count * 2 == sets.rows);
	size_t turned = 0;
	for (size_t i = 0; i + 1 < sets.rows; i += 2) {
		CHECK(sets.row[i].group == sets.row[i + 1].group);
		turned += nch_dataset_label(&sets, i) != nch_dataset_label(&sets, i + 1);
	}
	CHECK(turned >= sets.groups.count / 2 && turned <= sets.groups.count * 3 / 4);
	nch_dataset_free(&sets);
}

int main(void)
{
	const char *path = CORPUS, *further = MORE;
	const nch_dataset_options options = {.need_labels = true, .group = "register"};
	if (nch_dataset_read(&path, 1, &options, &data, &error) != NCH_OK || nch_dataset_read(&further, 1, &options, &more, &error) != NCH_OK)
		printf("%s\n", error.text);
	RUN(the_measure_itself);
	RUN(enough_of_each_label);
	RUN(twenty_registers_and_all_labels_in_each);
	RUN(lengths_of_dialogue);
	RUN(clean_fields);
	RUN(no_near_duplicates);
	RUN(further_sentences_are_far_from_what_is_measured_on);
	RUN(further_sentences);
	RUN(no_frames);
	RUN(three_parts);
	RUN(a_piece_of_a_text_does_not_give_the_label_away);
	RUN(contrast_sets);
	nch_dataset_free(&data);
	nch_dataset_free(&more);
	return test_end();
}
