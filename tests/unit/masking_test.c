/* Hiding tokens: how many, what becomes of them, whole words, and that the choice has an address. */
#include "base/memory.h"
#include "test.h"
#include "train/masking.h"

enum { LENGTH = 500, ROWS = 400 };

/* 5 special pieces, 20 beginnings of words (5 … 24), 20 continuations (25 … 44). */
static nch_tokenizer *small_tokenizer(bool with_mask)
{
	nch_buffer text = {0};
	nch_tokenizer *tokenizer = NULL;
	nch_error error;
	nch_buffer_printf(&text, "[PAD]\n[UNK]\n[CLS]\n[SEP]\n%s\n", with_mask ? "[MASK]" : "x");
	for (int i = 0; i < 40; i++)
		nch_buffer_printf(&text, "%s%c\n", i < 20 ? "" : "##", 'a' + i % 20);
	CHECK(nch_tokenizer_load_bytes(text.data, text.length, &tokenizer, &error) == NCH_OK);
	nch_buffer_free(&text);
	return tokenizer;
}

static nch_masking small_masking(bool whole_word)
{
	nch_tokenizer *tokenizer = small_tokenizer(true);
	nch_masking masking;
	nch_error error;
	CHECK(nch_masking_new(tokenizer, 0.15, whole_word, 1234, &masking, &error) == NCH_OK);
	nch_tokenizer_free(tokenizer);
	return masking;
}

/* [CLS], words of one to three pieces, [SEP] */
static void make_row(int32_t *token, size_t row)
{
	uint32_t random = (uint32_t)row * 2654435761u + 1;
	for (size_t i = 0; i < LENGTH; i++) {
		random = random * 1664525 + 1013904223;
		token[i] = (int32_t)(random >> 30 ? 5 + (random >> 20) % 20 : 25 + (random >> 20) % 20);
	}
	token[0] = 2;
	token[LENGTH - 1] = 3;
	token[LENGTH / 2] = 1; /* an unknown one */
}

TEST(shares)
{
	for (int whole = 0; whole < 2; whole++) {
		nch_masking m = small_masking(whole);
		int32_t token[LENGTH], before[LENGTH], target[LENGTH];
		size_t where[LENGTH], chosen = 0, masked = 0, replaced = 0, kept = 0, special = 0;
		for (size_t row = 0; row < ROWS; row++) {
			make_row(token, row);
			memcpy(before, token, sizeof before);
			CHECK(nch_masking_count(&m, token, LENGTH, 3, row) <= LENGTH);
			size_t expected = nch_masking_count(&m, token, LENGTH, 3, row), n = nch_masking_apply(&m, token, LENGTH, 3, row, 0, where, target), at = 0;
			CHECK(n == expected);
			for (size_t i = 0; i < LENGTH; i++) {
				bool is_chosen = at < n && where[at] == i;
				CHECK(is_chosen || token[i] == before[i]);
				if (!is_chosen)
					continue;
				CHECK(target[at] == before[i]);
				at++;
				special += before[i] < 5;
				masked += token[i] == 4;
				kept += token[i] == before[i];
				replaced += token[i] != 4 && token[i] != before[i];
			}
			chosen += n;
		}
		double all = (double)(ROWS * (LENGTH - 3)), n = (double)chosen;
		CHECK_CLOSE(n / all, 0.15, 0.004);
		/* a random token is [MASK] or the old one once in 45 */
		CHECK_CLOSE((double)masked / n, 0.8 + 0.1 / 45, 0.01);
		CHECK_CLOSE((double)kept / n, 0.1 + 0.1 / 45, 0.01);
		CHECK_CLOSE((double)replaced / n, 0.1 * 43 / 45, 0.01);
		CHECK(special == 0);
		nch_masking_free(&m);
	}
}

TEST(whole_words)
{
	nch_masking whole = small_masking(true), single = small_masking(false);
	int32_t token[LENGTH], before[LENGTH], target[LENGTH];
	size_t where[LENGTH], torn = 0;
	for (size_t row = 0; row < 50; row++)
		for (int kind = 0; kind < 2; kind++) {
			bool chosen[LENGTH] = {false};
			make_row(before, row);
			memcpy(token, before, sizeof before);
			size_t n = nch_masking_apply(kind ? &whole : &single, token, LENGTH, 1, row, 0, where, target);
			for (size_t i = 0; i < n; i++)
				chosen[where[i]] = true;
			for (size_t i = 1; i < LENGTH; i++)
				if (before[i] >= 25 && before[i - 1] >= 5) { /* goes on with the word before it */
					CHECK(kind == 0 || chosen[i] == chosen[i - 1]);
					torn += kind == 0 && chosen[i] != chosen[i - 1];
				}
		}
	CHECK(torn > 0);
	nch_masking_free(&whole);
	nch_masking_free(&single);
}

TEST(a_choice_has_an_address)
{
	nch_masking m = small_masking(false);
	int32_t first[LENGTH], again[LENGTH], target[LENGTH];
	size_t where[LENGTH], places[LENGTH];
	make_row(first, 1);
	make_row(again, 1);
	size_t n = nch_masking_apply(&m, first, LENGTH, 1, 77, 0, where, target);
	CHECK(nch_masking_apply(&m, again, LENGTH, 1, 77, 1000, places, target) == n);
	CHECK(memcmp(first, again, sizeof first) == 0);
	for (size_t i = 0; i < n; i++)
		CHECK(places[i] == where[i] + 1000);
	make_row(again, 1);
	nch_masking_apply(&m, again, LENGTH, 2, 77, 0, where, target);
	CHECK(memcmp(first, again, sizeof first) != 0); /* another epoch */
	make_row(again, 1);
	nch_masking_apply(&m, again, LENGTH, 1, 78, 0, where, target);
	CHECK(memcmp(first, again, sizeof first) != 0); /* another row */
	make_row(again, 1);
	m.seed++;
	nch_masking_apply(&m, again, LENGTH, 1, 77, 0, where, target);
	CHECK(memcmp(first, again, sizeof first) != 0); /* another seed */
	/* the beginning of a row is hidden alike, whatever follows */
	m.seed--;
	make_row(again, 1);
	nch_masking_apply(&m, again, LENGTH / 3, 1, 77, 0, where, target);
	CHECK(memcmp(first, again, LENGTH / 3 * sizeof *first) == 0);
	nch_masking_free(&m);
}

TEST(words_of_sentencepiece)
{
	static const char path[] = "../shared/tokenizers/kobert/kobert_news_wiki_ko_cased-1087f8699e.spiece";
	nch_tokenizer *tokenizer = NULL;
	nch_masking m;
	nch_error error;
	if (nch_tokenizer_load(path, &tokenizer, &error) != NCH_OK)
		SKIP("no ../shared/tokenizers/kobert");
	CHECK(nch_masking_new(tokenizer, 0.15, true, 1, &m, &error) == NCH_OK);
	int32_t begins = nch_tokenizer_find(tokenizer, "▁한국"), goes_on = nch_tokenizer_find(tokenizer, "에서");
	CHECK(begins > 0 && goes_on > 0);
	CHECK(!m.continues[begins] && m.continues[goes_on]);
	CHECK(m.mask == 4 && m.special[0] && m.special[4] && !m.special[begins]);
	nch_masking_free(&m);
	nch_tokenizer_free(tokenizer);
}

TEST(no_mask)
{
	nch_tokenizer *tokenizer = small_tokenizer(false);
	nch_masking m;
	nch_error error;
	CHECK(nch_masking_new(tokenizer, 0.15, true, 1, &m, &error) == NCH_DATA);
	nch_tokenizer_free(tokenizer);
}

int main(void)
{
	RUN(shares);
	RUN(whole_words);
	RUN(a_choice_has_an_address);
	RUN(words_of_sentencepiece);
	RUN(no_mask);
	return test_end();
}
