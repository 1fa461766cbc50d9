/* Many texts on a pool, and the report on unknown tokens. */
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "tokenizer/encode_many.h"
#include "tokenizer/trainer.h"
#include "tokenizer/unknowns.h"

static char path[300];

static nch_tokenizer *small_tokenizer(void)
{
	static const char vocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n영화\n##는\n재미\n##있\n##다\n.\nㅋㅋ\n";
	nch_tokenizer *tokenizer = NULL;
	nch_error error;
	CHECK(nch_file_write(path, vocabulary, sizeof vocabulary - 1, &error) == NCH_OK);
	CHECK(nch_tokenizer_load(path, &tokenizer, &error) == NCH_OK);
	return tokenizer;
}

TEST(same_for_any_pool)
{
	nch_tokenizer *tokenizer = small_tokenizer();
	enum { COUNT = 1000 };
	static char lines[COUNT][64];
	nch_text texts[COUNT];
	nch_token_lists lists[2] = {{0}, {0}};
	nch_error error;
	for (size_t i = 0; i < COUNT; i++) {
		int length = snprintf(lines[i], sizeof lines[i], "%.*s재미있다%s", (int)(i % 5) * 3, "영화영화", i % 3 == 0 ? "." : " 영화는");
		texts[i] = (nch_text){lines[i], (size_t)length};
	}
	for (size_t run = 0; run < 2; run++) {
		nch_pool *pool = nch_pool_new(run == 0 ? 1 : 3);
		nch_encoder *encoder = NULL;
		CHECK(nch_encoder_new(tokenizer, pool, &encoder, &error) == NCH_OK);
		for (int again = 0; again < 2; again++)
			CHECK(nch_encode_many(encoder, texts, COUNT, false, 0, &lists[run], &error) == NCH_OK);
		nch_encoder_free(encoder);
		nch_pool_free(pool);
	}
	CHECK(lists[0].count == COUNT && lists[1].count == COUNT);
	CHECK(memcmp(lists[0].begins, lists[1].begins, (COUNT + 1) * sizeof(size_t)) == 0);
	CHECK(memcmp(lists[0].items, lists[1].items, lists[0].begins[COUNT] * sizeof(nch_token)) == 0);
	bool same = true;
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	CHECK(nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK);
	for (size_t i = 0; i < COUNT; i++) {
		tokens.count = 0;
		CHECK(nch_tokenizer_encode(tokenizer, scratch, lines[i], strlen(lines[i]), &tokens, &error) == NCH_OK);
		same &= tokens.count == lists[0].begins[i + 1] - lists[0].begins[i] &&
		        memcmp(tokens.items, lists[0].items + lists[0].begins[i], tokens.count * sizeof(nch_token)) == 0;
	}
	CHECK(same);
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
	nch_token_lists_free(&lists[0]);
	nch_token_lists_free(&lists[1]);
	nch_tokenizer_free(tokenizer);
}

TEST(for_a_model)
{
	nch_tokenizer *tokenizer = small_tokenizer();
	nch_encoder *encoder = NULL;
	nch_token_lists lists = {0};
	nch_error error;
	nch_text texts[] = {{"영화는 재미있다", 22}, {"", 0}};
	CHECK(nch_encoder_new(tokenizer, NULL, &encoder, &error) == NCH_OK);
	CHECK(nch_encode_many(encoder, texts, 2, true, 4, &lists, &error) == NCH_OK);
	CHECK(lists.begins[1] == 4 && lists.begins[2] == 6 && lists.items[3].id == 3 && lists.items[4].id == 2);
	CHECK(nch_encode_many(encoder, texts, 2, true, 1, &lists, &error) == NCH_USAGE);
	CHECK(nch_encode_many(encoder, texts, 0, true, 4, &lists, &error) == NCH_OK && lists.count == 0);
	nch_encoder_free(encoder);
	nch_token_lists_free(&lists);
	nch_tokenizer_free(tokenizer);
}

TEST(unknown_tokens_are_counted)
{
	nch_tokenizer *tokenizer = small_tokenizer();
	static const struct {
		size_t label;
		const char *text;
	} rows[] = {{0, "영화는 걍 재미있다"}, {0, "걍 ㅠㅠ"}, {1, "ㅠㅠ 영화 ㅠㅠ"}, {1, "영화"}};
	nch_unknowns *unknowns = NULL;
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_unknown_string top[2];
	nch_error error;
	CHECK(nch_unknowns_new(2, &unknowns, &error) == NCH_OK && nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK);
	for (size_t i = 0; i < 4; i++) {
		size_t length = strlen(rows[i].text);
		tokens.count = 0;
		CHECK(nch_tokenizer_encode(tokenizer, scratch, rows[i].text, length, &tokens, &error) == NCH_OK);
		CHECK(nch_unknowns_add(unknowns, rows[i].label, tokenizer, rows[i].text, length, tokens.items, tokens.count, &error) == NCH_OK);
	}
	nch_unknown_rate all = nch_unknowns_rate(unknowns, SIZE_MAX), second = nch_unknowns_rate(unknowns, 1);
	CHECK(all.texts == 4 && all.texts_with_unknown == 3 && all.tokens == 12 && all.unknown == 5);
	CHECK(second.texts == 2 && second.unknown == 2 && second.tokens == 4);
	CHECK_CLOSE(second.rate, 0.5, 1e-12);
	CHECK(nch_unknowns_top(unknowns, SIZE_MAX, top, 2) == 2);
	CHECK_TEXT(top[0].text, "ㅠㅠ");
	CHECK_TEXT(top[1].text, "걍");
	CHECK(top[0].count == 3 && top[1].count == 2);
	CHECK(nch_unknowns_top(unknowns, 1, top, 2) == 1 && top[0].count == 2);
	CHECK(nch_unknowns_add(unknowns, 2, tokenizer, "", 0, NULL, 0, &error) == NCH_USAGE);
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
	nch_unknowns_free(unknowns);
	nch_tokenizer_free(tokenizer);
}

int main(void)
{
	snprintf(path, sizeof path, "%s/tests/many_vocab.txt", getenv("BUILD") != NULL ? getenv("BUILD") : "build");
	RUN(same_for_any_pool);
	RUN(for_a_model);
	RUN(unknown_tokens_are_counted);
	return test_end();
}
