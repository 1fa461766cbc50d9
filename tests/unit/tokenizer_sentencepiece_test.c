/* SentencePiece models against what SentencePiece itself gives for them. */
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "golden/xlnet_golden.h"
#include "tokenizer/sentencepiece/protobuf.h"
#include "tokenizer/tokenizer.h"

#define KOBERT "../shared/tokenizers/kobert/kobert_news_wiki_ko_cased-1087f8699e.spiece"

static nch_tokenizer *load_kobert(void)
{
	nch_error error;
	nch_tokenizer *tokenizer = NULL;
	if (nch_file_exists(KOBERT) && nch_tokenizer_load(KOBERT, &tokenizer, &error) != NCH_OK)
		printf("  %s\n", error.text);
	return tokenizer;
}

/* "id:begin-end id:begin-end …" */
static void describe(const nch_tokens *tokens, nch_buffer *out)
{
	nch_buffer_clear(out);
	for (size_t i = 0; i < tokens->count; i++)
		nch_buffer_printf(out, "%s%d:%u-%u", i > 0 ? " " : "", (int)tokens->items[i].id, (unsigned)tokens->items[i].begin,
		                  (unsigned)tokens->items[i].end);
}

TEST(kobert_specials)
{
	if (!nch_file_exists(KOBERT))
		SKIP("../shared is absent");
	nch_tokenizer *tokenizer = load_kobert();
	CHECK(tokenizer != NULL);
	if (tokenizer == NULL)
		return;
	nch_specials special = nch_tokenizer_specials(tokenizer);
	CHECK(special.unk == 0 && special.pad == 1 && special.cls == 2 && special.sep == 3 && special.mask == 4);
	CHECK(nch_tokenizer_size(tokenizer) == 8002);
	CHECK_TEXT(nch_tokenizer_kind(tokenizer), "sentencepiece unigram");
	CHECK_TEXT(nch_tokenizer_piece(tokenizer, 8001), "힙");
	CHECK(nch_tokenizer_piece(tokenizer, 8002) == NULL && nch_tokenizer_piece(tokenizer, -1) == NULL);
	CHECK(nch_tokenizer_find(tokenizer, "힙") == 8001 && nch_tokenizer_find(tokenizer, "no such piece") == -1);
	nch_tokenizer_free(tokenizer);
}

/* The example in KoBERT's own README. */
TEST(kobert_encode_model)
{
	if (!nch_file_exists(KOBERT))
		SKIP("../shared is absent");
	nch_tokenizer *tokenizer = load_kobert();
	nch_tokenizer_scratch *scratch = NULL;
	nch_tokens tokens = {0};
	nch_buffer text = {0};
	nch_error error;
	CHECK(tokenizer != NULL && nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK);
	const char *sentence = "한국어 모델을 공유합니다.";
	nch_layout layout;
	bool cut;
	CHECK(nch_tokenizer_encode_model(tokenizer, scratch, sentence, strlen(sentence), NULL, 0, 0, &tokens, &layout, &cut, &error) ==
	      NCH_OK);
	describe(&tokens, &text);
	CHECK_TEXT(text.data, "2:0-0 4958:0-6 6855:6-9 2046:9-16 7088:16-19 1050:19-26 7843:26-35 54:35-36 3:36-36");
	CHECK(layout.first == 9 && layout.second == 0 && !cut);
	tokens.count = 0;
	CHECK(nch_tokenizer_encode_model(tokenizer, scratch, sentence, strlen(sentence), sentence, 9, 7, &tokens, &layout, &cut, &error) ==
	      NCH_OK);
	CHECK(tokens.count == 7 && layout.first == 4 && layout.second == 4 && cut && tokens.items[3].id == 3 && tokens.items[6].id == 3);
	CHECK(nch_tokenizer_encode_model(tokenizer, scratch, "", 0, NULL, 0, 1, &tokens, NULL, NULL, &error) == NCH_USAGE);
	int32_t ids[] = {2, 4958, 6855, 2046, 7088, 1050, 7843, 54, 3}, wrong[] = {8002};
	nch_buffer_clear(&text);
	CHECK(nch_tokenizer_decode(tokenizer, ids, 9, &text, &error) == NCH_OK);
	CHECK_TEXT(text.data, "[CLS] 한국어 모델을 공유합니다.[SEP]");
	CHECK(nch_tokenizer_decode(tokenizer, wrong, 1, &text, &error) == NCH_DATA);
	nch_tokens_free(&tokens);
	nch_buffer_free(&text);
	nch_tokenizer_scratch_free(scratch);
	nch_tokenizer_free(tokenizer);
}

/* A folder whose class is XLNet's, as its tokenizer_config.json says. */
static nch_tokenizer *load_xlnet(bool lower_case, bool keep_accents)
{
	char folder[300], file[340], config[200];
	nch_buffer model = {0};
	nch_tokenizer *tokenizer = NULL;
	nch_error error = {0};
	snprintf(folder, sizeof folder, "%s/tests/xlnet-%d-%d", getenv("BUILD") != NULL ? getenv("BUILD") : "build", lower_case, keep_accents);
	snprintf(config, sizeof config, "{\"tokenizer_class\": \"XLNetTokenizer\", \"do_lower_case\": %s, \"keep_accents\": %s, \"unk_token\": \"<unk>\", \"cls_token\": \"<s>\", "
	                                "\"sep_token\": \"</s>\", \"pad_token\": \"<unk>\"}", lower_case ? "true" : "false", keep_accents ? "true" : "false");
	CHECK(nch_file_read("tests/golden/sp/unigram-comma.model", 0, &model, &error) == NCH_OK && nch_folder_make(folder, &error) == NCH_OK);
	snprintf(file, sizeof file, "%s/spiece.model", folder);
	CHECK(nch_file_write(file, model.data, model.length, &error) == NCH_OK);
	snprintf(file, sizeof file, "%s/tokenizer_config.json", folder);
	CHECK(nch_file_write(file, config, strlen(config), &error) == NCH_OK);
	nch_buffer_free(&model);
	CHECK_TEXT(nch_tokenizer_load(folder, &tokenizer, &error) == NCH_OK ? "" : error.text, "");
	return tokenizer;
}

/* Blanks, quotation marks, accents, capitals, and pieces like "3,": as XLNet's class has them. */
TEST(xlnet_prepares_texts)
{
	for (size_t i = 0; i < sizeof xlnet_rows / sizeof *xlnet_rows; i++) {
		nch_tokenizer *tokenizer = load_xlnet(xlnet_rows[i].lower_case, xlnet_rows[i].keep_accents);
		nch_tokenizer_scratch *scratch = NULL;
		nch_tokens tokens = {0};
		nch_buffer ids = {0};
		nch_error error;
		const char *text = xlnet_rows[i].text;
		CHECK(tokenizer != NULL && nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK);
		CHECK(nch_tokenizer_encode(tokenizer, scratch, text, strlen(text), &tokens, &error) == NCH_OK);
		for (size_t k = 0; k < tokens.count; k++) {
			nch_buffer_printf(&ids, "%s%d", k > 0 ? " " : "", (int)tokens.items[k].id);
			CHECK(tokens.items[k].begin <= tokens.items[k].end && tokens.items[k].end <= strlen(text));
		}
		CHECK_TEXT(ids.data != NULL ? ids.data : "", xlnet_rows[i].ids);
		nch_buffer_free(&ids);
		nch_tokens_free(&tokens);
		nch_tokenizer_scratch_free(scratch);
		nch_tokenizer_free(tokenizer);
	}
}

/* A model with a sample in its self_test_data; what it is refused with, "" if it is taken. */
static const char *sampled(const char *path, const char *input, const char *expected)
{
	static nch_error error;
	nch_tokenizer *tokenizer = NULL;
	nch_buffer bytes = {0}, sample = {0}, all = {0};
	CHECK(nch_file_read(path, 0, &bytes, NULL) == NCH_OK);
	nch_protobuf_put_bytes(&sample, 1, input, strlen(input));
	nch_protobuf_put_bytes(&sample, 2, expected, strlen(expected));
	nch_protobuf_put_bytes(&all, 1, sample.data, sample.length);
	nch_protobuf_put_bytes(&bytes, 4, all.data, all.length);
	error = (nch_error){0};
	nch_status status = nch_tokenizer_load_bytes(bytes.data, bytes.length, &tokenizer, &error);
	nch_tokenizer_free(tokenizer);
	nch_buffer_free(&bytes);
	nch_buffer_free(&sample);
	nch_buffer_free(&all);
	return status == NCH_OK ? "" : error.text;
}

/* The pieces are those of SentencePiece's own encode(text, out_type=str). */
TEST(a_model_tests_itself)
{
	static const char *const both[] = {"tests/golden/sp/unigram.model", "tests/golden/sp/bpe.model"};
	for (size_t i = 0; i < 2; i++) {
		CHECK_TEXT(sampled(both[i], "the fox", "▁ t h e ▁ f o x"), "");
		CHECK_TEXT(sampled(both[i], "😂龘the", "▁ 😂龘 t h e"), ""); /* what is unknown is one piece */
		CHECK(strstr(sampled(both[i], "the fox", "▁the ▁ f o x"), "fails its own test: \"the fox\" gives \"▁ t h e ▁ f o x\", not \"▁the ▁ f o x\"") != NULL);
	}
	CHECK_TEXT(sampled("tests/golden/sp/unigram-bytes.model", "영화 😂龘", "▁영 화 ▁ <0xF0> <0x9F> <0x98> <0x82> <0xE9> <0xBE> <0x98>"), "");
	/* two ways to cut with the same score are both right for a unigram model */
	CHECK_TEXT(sampled(both[0], "the", "e h t ▁"), "");
	CHECK(strstr(sampled(both[1], "the", "e h t ▁"), "fails its own test") != NULL);
}

/* Bytes that stand for characters without a piece come back as they were; those that are no UTF-8 as U+FFFD. SentencePiece's own decode(ids) says the same. */
TEST(bytes_come_back)
{
	static const int32_t whole[] = {735, 493, 259, 243, 162, 155, 133, 236, 193, 155}, part[] = {259, 243, 162, 1020};
	nch_tokenizer *t = NULL;
	nch_buffer text = {0};
	CHECK(nch_tokenizer_load("tests/golden/sp/unigram-bytes.model", &t, NULL) == NCH_OK);
	CHECK(nch_tokenizer_decode(t, whole, 10, &text, NULL) == NCH_OK);
	CHECK_TEXT(text.data, "영화 😂龘");
	nch_buffer_clear(&text);
	CHECK(nch_tokenizer_decode(t, part, 4, &text, NULL) == NCH_OK);
	CHECK_TEXT(text.data, "��t");
	nch_buffer_free(&text);
	nch_tokenizer_free(t);
}

int main(void)
{
	RUN(kobert_specials);
	RUN(kobert_encode_model);
	RUN(xlnet_prepares_texts);
	RUN(a_model_tests_itself);
	RUN(bytes_come_back);
	return test_end();
}
