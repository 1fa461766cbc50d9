/* WordPiece vocabularies and model folders. The expected ids are those of Hugging Face's tokenizers 0.23 for the same vocabulary. */
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/unicode/bert_text.h"

static char folder[300];

static void write_in_folder(const char *name, const char *text)
{
	nch_error error;
	char *path = nch_path_join(folder, name);
	CHECK(nch_folder_make(folder, &error) == NCH_OK);
	CHECK(nch_file_write(path, text, strlen(text), &error) == NCH_OK);
	nch_free(path);
}

static void remove_from_folder(const char *name)
{
	char *path = nch_path_join(folder, name);
	remove(path);
	nch_free(path);
}

/* id 0 is [PAD], 1 [UNK], 2 [CLS], 3 [SEP], 4 [MASK] */
static const char vocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n영화\n##영화\n는\n##는\n재미\n##있\n##다\n.\n,\ncafe\nCafe\n##e\n中\nㅋㅋ\n##ㅋ\n"
                                 "\xE1\x84\x8B\n##\xE1\x85\xA7\n##\xE1\x86\xBC\n##\xE1\x84\x92\n##\xE1\x85\xAA\n##\n";

/* The ids of a text, separated by spaces; "?" and the error if it fails. */
static const char *ids_of(const nch_tokenizer *tokenizer, const char *text)
{
	static char out[1000];
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_error error;
	size_t used = 0;
	out[0] = 0;
	if (nch_tokenizer_scratch_new(tokenizer, &scratch, &error) != NCH_OK)
		return "?";
	if (nch_tokenizer_encode(tokenizer, scratch, text, strlen(text), &tokens, &error) != NCH_OK)
		snprintf(out, sizeof out, "?%s", error.text);
	for (size_t i = 0; i < tokens.count && used < sizeof out - 20; i++)
		used += (size_t)snprintf(out + used, sizeof out - used, "%s%d", i > 0 ? " " : "", (int)tokens.items[i].id);
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
	return out;
}

static nch_tokenizer *load(const char *config)
{
	nch_tokenizer *tokenizer = NULL;
	nch_error error;
	write_in_folder("vocab.txt", vocabulary);
	write_in_folder("tokenizer_config.json", config);
	if (nch_tokenizer_load(folder, &tokenizer, &error) != NCH_OK)
		printf("  %s\n", error.text);
	return tokenizer;
}

TEST(cased)
{
	nch_tokenizer *t = load("{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false}");
	if (t == NULL) {
		CHECK(t != NULL);
		return;
	}
	CHECK_TEXT(nch_tokenizer_kind(t), "wordpiece");
	CHECK_TEXT(ids_of(t, "영화는 재미있다."), "5 8 9 10 11 12");
	CHECK_TEXT(ids_of(t, "영화영화,중中영화"), "5 6 13 1 17 5");
	CHECK_TEXT(ids_of(t, "Cafe cafee CAFE"), "15 14 16 1");
	CHECK_TEXT(ids_of(t, "ㅋㅋㅋㅋ"), "18 19 19");
	CHECK_TEXT(ids_of(t, "영화[MASK]는 [SEP]"), "5 4 7 3");
	CHECK_TEXT(ids_of(t, "영\xEF\xBB\xBF화\t는\x01 \xE3\x80\x80."), "5 7 12"); /* U+FEFF and a control vanish */
	CHECK_TEXT(ids_of(t, "영화\xFF는"), "5 8");                           /* what is no UTF-8 becomes U+FFFD, which vanishes */
	CHECK_TEXT(ids_of(t, ""), "");
	char word[102];
	memset(word, 'e', 101);
	word[101] = 0;
	CHECK_TEXT(ids_of(t, word), "1");
	nch_tokenizer_free(t);
}

TEST(lower_case_as_bert_does_it)
{
	nch_tokenizer *t = load("{\"tokenizer_class\": \"BertTokenizer\"}");
	if (t == NULL) {
		CHECK(t != NULL);
		return;
	}
	CHECK_TEXT(ids_of(t, "CAF\xC3\x89"), "14");               /* É is E and a mark */
	CHECK_TEXT(ids_of(t, "영화"), "20 21 22 23 24");           /* jamo, as accents are stripped by decomposing */
	nch_tokenizer_free(t);
	t = load("{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": true, \"strip_accents\": false}");
	CHECK(t != NULL);
	if (t == NULL)
		return;
	CHECK_TEXT(ids_of(t, "CAFE 영화"), "14 5");
	CHECK_TEXT(ids_of(t, "CAF\xC3\x89"), "1");
	nch_tokenizer_free(t);
}

TEST(pairs_are_cut_as_hugging_face_cuts_them)
{
	nch_tokenizer *t = load("{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false}");
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_error error;
	/* tokens of the texts, max_len, tokens that stay of each */
	static const size_t cases[][5] = {{2, 3, 8, 2, 3}, {2, 3, 7, 2, 2}, {4, 4, 8, 2, 3}, {6, 2, 8, 3, 2}, {2, 6, 8, 2, 3},
	                                  {6, 1, 8, 4, 1}, {0, 5, 6, 0, 3}, {5, 5, 3, 0, 0}, {3, 4, 9, 3, 3}, {4, 3, 9, 3, 3}};
	if (t == NULL || nch_tokenizer_scratch_new(t, &scratch, &error) != NCH_OK) {
		CHECK(false);
		return;
	}
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const size_t *c = cases[i];
		nch_layout layout;
		bool cut;
		tokens.count = 0;
		CHECK(nch_tokenizer_encode_model(t, scratch, "......", c[0], ",,,,,,", c[1], c[2], &tokens, &layout, &cut, &error) == NCH_OK);
		size_t dots = 0, commas = 0;
		for (size_t k = 0; k < tokens.count; k++) {
			dots += tokens.items[k].id == 12;
			commas += tokens.items[k].id == 13;
		}
		CHECK(dots == c[3] && commas == c[4]);
		CHECK(layout.first == dots + 2 && cut == (c[0] + c[1] + 3 > c[2]));
		CHECK(tokens.items[0].id == 2 && tokens.items[layout.first - 1].id == 3 && tokens.items[tokens.count - 1].id == 3);
	}
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
	nch_tokenizer_free(t);
}

/* What each character is takes long to find out: it is found out once, however many vocabularies are loaded. */
TEST(tables_of_characters_are_shared)
{
	nch_bert_text first = {.clean = true, .split_cjk = true}, second = first, third = {.clean = true};
	CHECK(nch_bert_text_init(&first, NULL) == NCH_OK && nch_bert_text_init(&second, NULL) == NCH_OK && nch_bert_text_init(&third, NULL) == NCH_OK);
	CHECK(first.classes == second.classes);
	CHECK(first.classes != third.classes && first.classes[0x4E00] != third.classes[0x4E00]);
}

TEST(decoding)
{
	nch_tokenizer *t = load("{\"do_lower_case\": false}");
	nch_buffer text = {0};
	nch_error error;
	int32_t ids[] = {2, 5, 8, 9, 10, 11, 12, 3};
	CHECK(t != NULL && nch_tokenizer_decode(t, ids, 8, &text, &error) == NCH_OK);
	CHECK_TEXT(text.data, "[CLS] 영화는 재미있다. [SEP]");
	nch_buffer_free(&text);
	nch_tokenizer_free(t);
}

/* A folder in which class and files disagree is refused; the message names the class. */
TEST(wrong_folders)
{
	nch_tokenizer *t = NULL;
	nch_error error;
	write_in_folder("vocab.txt", vocabulary);
	write_in_folder("tokenizer_config.json", "{\"tokenizer_class\": \"KoBERTTokenizer\"}");
	CHECK(nch_tokenizer_load(folder, &t, &error) == NCH_FORMAT && strstr(error.text, "KoBERTTokenizer") != NULL);
	write_in_folder("tokenizer_config.json", "{\"tokenizer_class\": \"MartianTokenizer\"}");
	CHECK(nch_tokenizer_load(folder, &t, &error) == NCH_FORMAT && strstr(error.text, "MartianTokenizer") != NULL);
	write_in_folder("tokenizer_config.json", "{\"cls_token\": \"[MISSING]\"}");
	CHECK(nch_tokenizer_load(folder, &t, &error) == NCH_FORMAT && strstr(error.text, "[MISSING]") != NULL);
	write_in_folder("tokenizer_config.json", "{\"added_tokens_decoder\": {\"3\": {\"content\": \"[OTHER]\"}}}");
	CHECK(nch_tokenizer_load(folder, &t, &error) == NCH_FORMAT);
	write_in_folder("tokenizer_config.json", "{\"added_tokens_decoder\": {\"4000000000\": {\"content\": \"[OTHER]\"}}}");
	CHECK(nch_tokenizer_load(folder, &t, &error) == NCH_FORMAT);
	write_in_folder("tokenizer_config.json", "[]");
	CHECK(nch_tokenizer_load(folder, &t, &error) == NCH_FORMAT);
	remove_from_folder("vocab.txt");
	write_in_folder("tokenizer_config.json", "{}");
	CHECK(nch_tokenizer_load(folder, &t, &error) == NCH_IO);
	write_in_folder("vocab.txt", "a\nb\n");
	CHECK(nch_tokenizer_load(folder, &t, &error) == NCH_FORMAT && strstr(error.text, "[UNK]") != NULL);
	write_in_folder("vocab.txt", "[UNK]\n\xFF\n");
	CHECK(nch_tokenizer_load(folder, &t, &error) == NCH_FORMAT && strstr(error.text, "line 2") != NULL);
}

TEST(added_tokens)
{
	nch_tokenizer *t = load("{\"do_lower_case\": false, \"added_tokens_decoder\": {\"4\": {\"content\": \"[MASK]\", \"lstrip\": true, \"special\": true},"
	                        "\"26\": {\"content\": \"영화는\", \"single_word\": true}, \"28\": {\"content\": \"는.\"}}}");
	CHECK(t != NULL);
	if (t == NULL)
		return;
	CHECK(nch_tokenizer_size(t) == 29 && nch_tokenizer_piece(t, 27) == NULL);
	CHECK_TEXT(ids_of(t, "영화는 영화는다 영화는."), "26 5 8 11 26 12");
	CHECK_TEXT(ids_of(t, "는."), "28");
	CHECK_TEXT(ids_of(t, "는  [MASK] 는"), "7 4 7");
	nch_tokenizer_free(t);
}

/* "id:begin-end …" */
static const char *places_of(const nch_tokenizer *tokenizer, const char *text)
{
	static char out[400];
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	size_t used = 0;
	out[0] = 0;
	CHECK(nch_tokenizer_scratch_new(tokenizer, &scratch, NULL) == NCH_OK && nch_tokenizer_encode(tokenizer, scratch, text, strlen(text), &tokens, NULL) == NCH_OK);
	for (size_t i = 0; i < tokens.count; i++)
		used += (size_t)snprintf(out + used, sizeof out - used, "%s%d:%u-%u", i > 0 ? " " : "", (int)tokens.items[i].id, (unsigned)tokens.items[i].begin,
		                         (unsigned)tokens.items[i].end);
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
	return out;
}

/* A token may take the blanks around it; those of one that does not are no token's. The last word on a token counts. */
TEST(blanks_around_a_token)
{
	static const char *const flags[] = {"\"rstrip\": true", "\"lstrip\": true", "\"lstrip\": true, \"rstrip\": true", "\"lstrip\": false"};
	static const char *const expected[] = {"7:0-3 4:5-13 7:13-16", "7:0-3 4:3-11 7:13-16", "7:0-3 4:3-13 7:13-16", "7:0-3 4:5-11 7:13-16"};
	for (size_t i = 0; i < 4; i++) {
		char config[300];
		snprintf(config, sizeof config, "{\"do_lower_case\": false, \"added_tokens_decoder\": {\"4\": {\"content\": \"[MASK]\", \"single_word\": true}, "
		                                "\"04\": {\"content\": \"[MASK]\", %s}}}", flags[i]);
		nch_tokenizer *t = load(config);
		CHECK(t != NULL);
		CHECK_TEXT(places_of(t, "는  [MASK]  는"), expected[i]);
		nch_tokenizer_free(t);
	}
}

/* What the folder is refused with; "" if it is taken. */
static const char *refused(void)
{
	static nch_error error;
	nch_tokenizer *t = NULL;
	error = (nch_error){0};
	nch_status status = nch_tokenizer_load(folder, &t, &error);
	nch_tokenizer_free(t);
	return status == NCH_OK ? "" : error.text;
}

/* added_tokens.json, the older way: {"text": id}, in any order. */
TEST(added_tokens_in_a_file)
{
	write_in_folder("added_tokens.json", "{\"다른\": 28, \"새것\": 26, \"[MASK]\": 4}");
	nch_tokenizer *t = load("{\"do_lower_case\": false}");
	CHECK(t != NULL && nch_tokenizer_size(t) == 29 && nch_tokenizer_piece(t, 27) == NULL);
	CHECK_TEXT(ids_of(t, "새것 다른 는"), "26 28 7");
	nch_tokenizer_free(t);
	write_in_folder("added_tokens.json", "{\"새것\": -1}");
	CHECK(strstr(refused(), "added_tokens.json: \"새것\" has no usable id") != NULL);
	write_in_folder("added_tokens.json", "{\"새것\": 5}");
	CHECK(strstr(refused(), "the added token \"새것\" has the id 5, which is \"영화\" in the vocabulary") != NULL);
	write_in_folder("added_tokens.json", "{\"새것\": 100000000}");
	CHECK(strstr(refused(), "far from the vocabulary's 26") != NULL);
	remove_from_folder("added_tokens.json");
	write_in_folder("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {\"content\": \"새것\"}}}");
	CHECK(strstr(refused(), "added_tokens_decoder has a token without text or id") != NULL);
	write_in_folder("tokenizer_config.json", "{\"mask_token\": \"[GAP]\"}");
	CHECK(strstr(refused(), "the mask_token \"[GAP]\" that is named in the folder's files is not in the vocabulary") != NULL);
}

/* transformers saves a tokenizer.json with the tokens that were added, and leaves the vocabulary as it was. */
TEST(a_tokenizer_json_that_says_more)
{
	static const char form[] = "{\"added_tokens\": [%s], \"normalizer\": {\"type\": \"BertNormalizer\", \"lowercase\": false}, \"pre_tokenizer\": {\"type\": "
	                           "\"BertPreTokenizer\"}, \"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"vocab\": {%s}}}";
	static const char *const added[] = {"", "{\"id\": 26, \"content\": \"새것\", \"normalized\": true}", "{\"id\": 9, \"content\": \"재미\", \"normalized\": true}"};
	static const char *const expected[] = {"1 9 10", "26 9 10", "1 9 1"}; /* nothing added; a new token; one that was a piece */
	char vocab[2000] = "", json[4000], line[200];
	size_t id = 0;
	nch_tokenizer *t = load("{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false}");
	CHECK(t != NULL);
	for (const char *at = vocabulary; *at != '\0'; at += strcspn(at, "\n") + 1, id++) {
		snprintf(line, sizeof line, "%s\"%.*s\": %zu", id > 0 ? ", " : "", (int)strcspn(at, "\n"), at, id);
		strcat(vocab, line);
	}
	nch_tokenizer_free(t);
	for (size_t i = 0; i < 3; i++) {
		snprintf(json, sizeof json, form, added[i], vocab);
		write_in_folder("tokenizer.json", json);
		t = load("{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false}");
		CHECK(t != NULL);
		if (t != NULL)
			CHECK_TEXT(ids_of(t, "새것 재미있"), expected[i]);
		nch_tokenizer_free(t);
	}
	remove_from_folder("tokenizer.json");
}

/* What is saved is what was loaded, byte for byte, and reads the same from the folder. */
TEST(saving)
{
	nch_error error;
	nch_tokenizer *one = NULL, *two = NULL;
	nch_buffer bytes = {0};
	char *vocab = nch_path_join(folder, "vocab.txt"), *saved = nch_path_join(folder, "saved"), *again = nch_path_join(saved, "vocab.txt");
	write_in_folder("vocab.txt", vocabulary);
	CHECK(nch_tokenizer_load(vocab, &one, &error) == NCH_OK);
	CHECK(nch_tokenizer_save(one, saved, &error) == NCH_OK);
	CHECK(nch_file_read(again, 0, &bytes, &error) == NCH_OK);
	CHECK_TEXT(bytes.data, vocabulary);
	CHECK(nch_tokenizer_load(saved, &two, &error) == NCH_OK);
	CHECK_TEXT(ids_of(two, "Cafe 영화는 [MASK]"), "15 5 8 4");
	CHECK_TEXT(ids_of(one, "Cafe 영화는 [MASK]"), "15 5 8 4");
	nch_tokenizer_free(one);
	nch_tokenizer_free(two);
	nch_buffer_free(&bytes);
	nch_free(vocab);
	nch_free(saved);
	nch_free(again);
}

int main(void)
{
	snprintf(folder, sizeof folder, "%s/tests/wordpiece_folder", getenv("BUILD") != NULL ? getenv("BUILD") : "build");
	RUN(cased);
	RUN(lower_case_as_bert_does_it);
	RUN(pairs_are_cut_as_hugging_face_cuts_them);
	RUN(tables_of_characters_are_shared);
	RUN(decoding);
	RUN(added_tokens);
	RUN(blanks_around_a_token);
	RUN(added_tokens_in_a_file);
	RUN(a_tokenizer_json_that_says_more);
	RUN(saving);
	RUN(wrong_folders);
	return test_end();
}
