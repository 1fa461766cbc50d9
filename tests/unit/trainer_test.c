/* Training tokenizers: the suffix array against a plain sort, the rules against their fingerprint, and whole trainings. */
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "tests/golden/vocabulary_golden.h"
#include "tokenizer/sentencepiece/normalize.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/training/suffix_array.h"
#include "tokenizer/training/trainer.h"
#include "tokenizer/unicode/charsmap.h"

static char model_1[300], model_3[300];

static const uint32_t *sorted_text;
static size_t sorted_length;

static int compare_suffixes(const void *left, const void *right)
{
	size_t a = (size_t) * (const int32_t *)left, b = (size_t) * (const int32_t *)right;
	while (a < sorted_length && b < sorted_length) {
		if (sorted_text[a] != sorted_text[b])
			return sorted_text[a] < sorted_text[b] ? -1 : 1;
		a++, b++;
	}
	return a > b ? -1 : 1;
}

TEST(suffix_array_is_the_sorted_order)
{
	uint32_t text[64], random = 1;
	int32_t order[64], expected[64], common[64];
	nch_error error;
	bool same = true, prefixes = true;
	for (int round = 0; round < 3000; round++) {
		size_t length = (random = random * 1664525 + 1013904223) >> 26;
		uint32_t symbols = 1 + ((random = random * 1664525 + 1013904223) >> 30);
		for (size_t i = 0; i < length; i++) {
			text[i] = ((random = random * 1664525 + 1013904223) >> 16) % symbols;
			expected[i] = (int32_t)i;
		}
		sorted_text = text;
		sorted_length = length;
		qsort(expected, length, sizeof *expected, compare_suffixes);
		CHECK(nch_suffix_array(text, length, symbols, order, &error) == NCH_OK);
		same &= memcmp(order, expected, length * sizeof *order) == 0;
		CHECK(nch_common_prefixes(text, length, order, common, &error) == NCH_OK);
		for (size_t i = 1; i < length; i++) {
			size_t a = (size_t)order[i - 1], b = (size_t)order[i], k = 0;
			while (a + k < length && b + k < length && text[a + k] == text[b + k] && text[a + k] != 0)
				k++;
			prefixes &= common[i] == (int32_t)k;
		}
	}
	CHECK(same);
	CHECK(prefixes);
}

/* tests/golden/charsmaps.py found the rules equal, one by one, to those in models that SentencePiece 0.2.3 trained. */
TEST(charsmaps_are_those_of_sentencepiece)
{
	static const char *const expected[][2] = {
		{"nmt_nfkc", "891a9a2dc04a44816ff812cd6a5824731ced86fb757c901856ac3325158c6af9"},
		{"nfkc", "4c04b992b176a65a240d98bca396a92e9f59de24a184bb6506cd08481853a67a"},
		{"nmt_nfkc_cf", "d3d2f0c2bcbf9da73e8a215d007b56d8d6f1bad3a61a269099e033330f56da72"},
		{"nfkc_cf", "cd0837708d2322054ce1aa164bc1ea17f3652f074046e387a4ed4a4cc4cecc67"},
	};
	nch_error error;
	for (size_t i = 0; i < 4; i++) {
		nch_buffer charsmap = {0};
		nch_sha256 hash;
		unsigned char digest[32];
		char hex[65];
		CHECK(nch_charsmap_build(expected[i][0], &charsmap, &error) == NCH_OK);
		nch_sha256_start(&hash);
		nch_sha256_add(&hash, charsmap.data, charsmap.length);
		nch_sha256_finish(&hash, digest);
		nch_sha256_hex(digest, hex);
		CHECK_TEXT(hex, expected[i][1]);
		nch_buffer_free(&charsmap);
	}
	nch_buffer none = {0};
	CHECK(nch_charsmap_build("identity", &none, &error) == NCH_OK && none.length == 0);
	CHECK(nch_charsmap_build("nfkd", &none, &error) == NCH_USAGE);
}

static nch_normalizer normalizer_of(const char *name, nch_buffer *charsmap)
{
	nch_error error;
	nch_normalizer normalizer = {0};
	CHECK(nch_charsmap_build(name, charsmap, &error) == NCH_OK);
	const nch_sp_normalizer_spec spec = {.charsmap = {charsmap->data, charsmap->length}, .add_dummy_prefix = true,
	                                     .remove_extra_whitespaces = true, .escape_whitespaces = true};
	CHECK(nch_normalizer_init(&normalizer, &spec, false, NULL, &error) == NCH_OK);
	return normalizer;
}

static void check_normalized(const nch_normalizer *normalizer, const char *text, const char *expected)
{
	nch_error error;
	nch_normalized found = {0};
	char copy[200];
	CHECK(nch_normalize(normalizer, text, strlen(text), &found, &error) == NCH_OK && found.length < sizeof copy);
	memcpy(copy, found.text, found.length);
	copy[found.length] = '\0';
	CHECK_TEXT(copy, expected);
	nch_normalized_free(&found);
}

/* ㅋ and ㅠ are no syllable, and everything else is what nmt_nfkc says. */
TEST(typed_jamo_stay_what_they_are)
{
	nch_error error;
	nch_buffer charsmaps[2] = {{0}, {0}};
	nch_normalizer all = normalizer_of("nmt_nfkc", &charsmaps[0]), typed = normalizer_of("nmt_nfkc_jamo", &charsmaps[1]);
	check_normalized(&all, "ㅋㅠ", "▁큐");
	check_normalized(&typed, "ㅋㅠㅠ ㅎㅏ ！", "▁ㅋㅠㅠ▁ㅎㅏ▁!");
	check_normalized(&typed, "\uFFA1\uFFDC \u1112\u1161\u11AB", "▁ㄱㅣ▁한"); /* half width; a syllable in parts */
	nch_normalized a = {0}, b = {0};
	size_t differences = 0;
	for (uint32_t c = 1; c < 0x20000; c++) {
		char text[4];
		if ((c >= 0xD800 && c < 0xE000) || (c >= 0x3131 && c <= 0x318E) || (c >= 0xFFA0 && c <= 0xFFDC))
			continue;
		size_t length = nch_utf8_encode(c, text);
		CHECK(nch_normalize_word(&all, text, length, &a, &error) == NCH_OK && nch_normalize_word(&typed, text, length, &b, &error) == NCH_OK);
		differences += a.length != b.length || (a.length > 0 && memcmp(a.text, b.text, a.length) != 0);
	}
	CHECK(differences == 0);
	nch_normalized_free(&a);
	nch_normalized_free(&b);
	nch_normalizer_free(&all);
	nch_normalizer_free(&typed);
	nch_buffer_free(&charsmaps[0]);
	nch_buffer_free(&charsmaps[1]);
}

/* The sentences of data/course.tsv, first column or last. */
static char **read_sentences(size_t *count, nch_buffer *bytes)
{
	nch_error error;
	*count = 0;
	if (nch_file_read("data/course.tsv", 0, bytes, &error) != NCH_OK)
		return NULL;
	char **lines = nch_alloc(10000, sizeof *lines);
	for (char *line = strtok(bytes->data, "\n"); line != NULL && *count < 10000; line = strtok(NULL, "\n")) {
		char *tab = strchr(line, '\t');
		if (tab != NULL)
			*tab = 0;
		lines[(*count)++] = line;
	}
	return lines;
}

/* *pieces: how many are wanted, then how many there are. */
static nch_status train(nch_training_type type, char **lines, size_t count, size_t threads, const char *path, size_t *pieces, nch_error *error)
{
	nch_tokenizer_training training = nch_tokenizer_training_defaults(type);
	nch_training_list list = {(const char *const *)lines, count, 0};
	training.vocab_size = *pieces;
	training.bert_specials = true;
	training.pool = nch_pool_new(threads);
	nch_status status = nch_tokenizer_train(&training, nch_training_next_of_list, &list, path, pieces, NULL, NULL, error);
	nch_pool_free(training.pool);
	return status;
}

static bool same_files(const char *a, const char *b)
{
	nch_buffer x = {0}, y = {0};
	nch_error error;
	bool same = nch_file_read(a, 0, &x, &error) == NCH_OK && nch_file_read(b, 0, &y, &error) == NCH_OK && x.length == y.length &&
	            memcmp(x.data, y.data, x.length) == 0;
	nch_buffer_free(&x);
	nch_buffer_free(&y);
	return same;
}

/* The mean number of tokens a sentence, 0 if a sentence's tokens do not cover it. */
static double tokens_of_sentences(const nch_tokenizer *tokenizer, char **lines, size_t count, bool gapless)
{
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_error error;
	size_t sum = 0;
	bool good = nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK;
	for (size_t i = 0; i < count && good; i++) {
		tokens.count = 0;
		good = nch_tokenizer_encode(tokenizer, scratch, lines[i], strlen(lines[i]), &tokens, &error) == NCH_OK;
		sum += tokens.count;
		good &= tokens.count > 0 && tokens.items[0].begin == 0 && tokens.items[tokens.count - 1].end == strlen(lines[i]);
		for (size_t k = 1; k < tokens.count; k++)
			good &= gapless ? tokens.items[k].begin == tokens.items[k - 1].end : tokens.items[k].begin >= tokens.items[k - 1].end;
	}
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
	return good ? (double)sum / (double)count : 0;
}

static size_t unknown_tokens(const nch_tokenizer *tokenizer, const char *text)
{
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_error error;
	size_t unknown = 0;
	CHECK(nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK);
	CHECK(nch_tokenizer_encode(tokenizer, scratch, text, strlen(text), &tokens, &error) == NCH_OK);
	for (size_t i = 0; i < tokens.count; i++)
		unknown += tokens.items[i].id == nch_tokenizer_specials(tokenizer).unk;
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
	return unknown;
}

/* Trains with one and with three threads, and encodes the sentences; returns the mean number of tokens. */
static double check_training(nch_training_type type, const char *kind)
{
	nch_error error = {0};
	nch_buffer bytes = {0};
	nch_tokenizer *tokenizer = NULL;
	size_t count, pieces = 2500;
	double mean = 0;
	char **lines = read_sentences(&count, &bytes);
	CHECK(count > 2000);
	CHECK(train(type, lines, count, 1, model_1, &pieces, &error) == NCH_OK);
	CHECK(train(type, lines, count, 3, model_3, &pieces, &error) == NCH_OK);
	CHECK(pieces == 2500);
	CHECK_TEXT(error.text, "");
	CHECK(same_files(model_1, model_3));
	CHECK(nch_tokenizer_load(model_1, &tokenizer, &error) == NCH_OK);
	if (tokenizer != NULL) {
		CHECK_TEXT(nch_tokenizer_kind(tokenizer), kind);
		CHECK(nch_tokenizer_size(tokenizer) == 2500);
		nch_specials s = nch_tokenizer_specials(tokenizer);
		CHECK(s.cls == 2 && s.sep == 3 && s.mask == 4 && s.unk + s.pad == 1);
		mean = tokens_of_sentences(tokenizer, lines, count, type != NCH_TRAIN_WORDPIECE);
	}
	nch_tokenizer_free(tokenizer);
	nch_free(lines);
	nch_buffer_free(&bytes);
	return mean;
}

/* The means are those of models that SentencePiece 0.2.3 trains on the same sentences, with the same special pieces (19.0064 and 17.6841), and a half
 * percent more. */
TEST(unigram_training)
{
	double mean = check_training(NCH_TRAIN_UNIGRAM, "sentencepiece unigram");
	CHECK(mean > 2 && mean < 19.0064 * 1.005);
}

TEST(bpe_training)
{
	double mean = check_training(NCH_TRAIN_BPE, "sentencepiece bpe");
	CHECK(mean > 2 && mean < 17.6841 * 1.005);
}

TEST(wordpiece_training)
{
	double mean = check_training(NCH_TRAIN_WORDPIECE, "wordpiece");
	CHECK(mean > 2 && mean < 20);
}

/* Also where nearly all the room goes to characters: pieces around a rare character must not fill what is left. */
TEST(unigram_is_as_short_as_sentencepiece)
{
	nch_error error = {0};
	nch_buffer bytes = {0};
	size_t count, rest_count = 0, unseen_count = 0;
	char **lines = read_sentences(&count, &bytes), *rest[5000], *unseen[5000];
	CHECK(lines != NULL && count > 4000 && count < 5000);
	for (size_t i = 0; i + 1 < count; i++) { /* after the header */
		if (i % 4 == 0)
			unseen[unseen_count++] = lines[i + 1];
		else
			rest[rest_count++] = lines[i + 1];
	}
	for (size_t i = 0; i < sizeof vocabulary_golden / sizeof *vocabulary_golden; i++) {
		nch_tokenizer *tokenizer = NULL;
		size_t pieces = vocabulary_golden[i].pieces;
		CHECK(vocabulary_golden[i].sentences <= rest_count);
		CHECK(train(NCH_TRAIN_UNIGRAM, rest, vocabulary_golden[i].sentences, 1, model_1, &pieces, &error) == NCH_OK);
		CHECK(nch_tokenizer_load(model_1, &tokenizer, &error) == NCH_OK);
		double tokens = tokens_of_sentences(tokenizer, unseen, unseen_count, true) * (double)unseen_count;
		CHECK(tokens > 0 && tokens < 1.02 * (double)vocabulary_golden[i].tokens);
		nch_tokenizer_free(tokenizer);
	}
	nch_free(lines);
	nch_buffer_free(&bytes);
}

TEST(small_texts_give_what_they_have)
{
	static const nch_training_type types[] = {NCH_TRAIN_UNIGRAM, NCH_TRAIN_BPE, NCH_TRAIN_WORDPIECE};
	char line[] = "한 줄", *lines[] = {line, line};
	for (size_t i = 0; i < 3; i++) {
		nch_error error = {0};
		nch_tokenizer *tokenizer = NULL;
		size_t pieces = 2500;
		CHECK(train(types[i], lines, 2, 1, model_1, &pieces, &error) == NCH_OK);
		CHECK_TEXT(error.text, "");
		CHECK(pieces > 5 && pieces < 20);
		CHECK(nch_tokenizer_load(model_1, &tokenizer, &error) == NCH_OK);
		CHECK(tokenizer != NULL && nch_tokenizer_size(tokenizer) == pieces);
		CHECK(tokens_of_sentences(tokenizer, lines, 2, types[i] != NCH_TRAIN_WORDPIECE) >= 2);
		nch_tokenizer_free(tokenizer);
	}
}

TEST(required_characters_get_pieces)
{
	static const nch_training_type types[] = {NCH_TRAIN_UNIGRAM, NCH_TRAIN_BPE};
	const char *const lines[] = {"한 줄", "한 줄", "두 줄"};
	nch_error error = {0};
	nch_tokenizer_training training = nch_tokenizer_training_defaults(NCH_TRAIN_UNIGRAM);
	training.required_characters = "😂두뷁！"; /* the last one is ! after normalization */
	for (size_t i = 0; i < 2; i++) {
		nch_training_list list = {lines, 3, 0};
		nch_tokenizer *tokenizer = NULL;
		size_t pieces;
		training.type = types[i];
		CHECK(nch_tokenizer_train(&training, nch_training_next_of_list, &list, model_1, &pieces, NULL, NULL, &error) == NCH_OK);
		CHECK(nch_tokenizer_load(model_1, &tokenizer, &error) == NCH_OK && tokenizer != NULL);
		CHECK(unknown_tokens(tokenizer, "😂 뷁! 두 줄") == 0);
		CHECK(unknown_tokens(tokenizer, "😂 셋!") == 1);
		nch_tokenizer_free(tokenizer);
	}
	nch_training_list list = {lines, 3, 0};
	size_t pieces;
	training.type = NCH_TRAIN_WORDPIECE;
	CHECK(nch_tokenizer_train(&training, nch_training_next_of_list, &list, model_1, &pieces, NULL, NULL, &error) == NCH_USAGE);
}

TEST(impossible_trainings)
{
	nch_error error;
	char line[] = "한 줄", *lines[] = {line};
	size_t pieces = 2500;
	CHECK(train(NCH_TRAIN_UNIGRAM, lines, 0, 1, model_1, &pieces, &error) == NCH_DATA);
	CHECK_TEXT(error.text, "there is no text to train a tokenizer on");
	pieces = 7;
	CHECK(train(NCH_TRAIN_UNIGRAM, lines, 1, 1, model_1, &pieces, &error) == NCH_DATA);
	CHECK(strstr(error.text, "7 pieces are too few") != NULL);
}

int main(void)
{
	const char *build = getenv("BUILD") != NULL ? getenv("BUILD") : "build";
	snprintf(model_1, sizeof model_1, "%s/tests/trainer_test_1.model", build);
	snprintf(model_3, sizeof model_3, "%s/tests/trainer_test_3.model", build);
	RUN(suffix_array_is_the_sorted_order);
	RUN(charsmaps_are_those_of_sentencepiece);
	RUN(typed_jamo_stay_what_they_are);
	RUN(unigram_training);
	RUN(bpe_training);
	RUN(wordpiece_training);
	RUN(unigram_is_as_short_as_sentencepiece);
	RUN(small_texts_give_what_they_have);
	RUN(required_characters_get_pieces);
	RUN(impossible_trainings);
	return test_end();
}
