/* tokenizer.json: files as Hugging Face's tokenizers write them, and some that they would not. The expected ids are those of tokenizers 0.23 for the
 * same file. */
#include "test.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "tokenizer/tokenizer.h"

static char why[600];

/* The tokenizer of a file's text; NULL, and `why`, if it is refused. */
static nch_tokenizer *load(const char *json)
{
	nch_tokenizer *tokenizer = NULL;
	nch_error error = {0};
	why[0] = '\0';
	if (nch_tokenizer_load_bytes(json, strlen(json), &tokenizer, &error) != NCH_OK)
		snprintf(why, sizeof why, "%s", error.text);
	return tokenizer;
}

/* The ids of a text, appended to *tokens. */
static bool encode(const nch_tokenizer *tokenizer, const char *text, size_t length, nch_tokens *tokens)
{
	nch_tokenizer_scratch *scratch;
	nch_error error;
	if (nch_tokenizer_scratch_new(tokenizer, &scratch, &error) != NCH_OK)
		return false;
	nch_status status = nch_tokenizer_encode(tokenizer, scratch, text, length, tokens, &error);
	nch_tokenizer_scratch_free(scratch);
	return status == NCH_OK;
}

/* A text of one base letter and very many marks, those of class 230 before those of class 220: NFD puts the latter first. One long run must not take
 * the square of its length: this one took a quarter of an hour by insertion. */
TEST(many_marks_in_a_row)
{
	static const char *const forms[] = {"{\"type\": \"NFD\"}", "{\"type\": \"BertNormalizer\", \"strip_accents\": true, \"lowercase\": true, "
	                                    "\"clean_text\": false, \"handle_chinese_chars\": false}"};
	enum { MARKS = 300000 };
	char *text = malloc(1 + 4 * MARKS);
	text[0] = 'a';
	for (size_t i = 0; i < MARKS; i++) {
		memcpy(text + 1 + 2 * i, "\xCC\x81", 2);           /* U+0301, class 230 */
		memcpy(text + 1 + 2 * (MARKS + i), "\xCC\xA3", 2); /* U+0323, class 220 */
	}
	for (size_t f = 0; f < 2; f++) {
		char json[600];
		nch_tokens tokens = {0};
		snprintf(json, sizeof json, "{\"normalizer\": %s, \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"\xCC\x81\": 1, \"\xCC\xA3\": 2, \"i\": 3, "
		                            "\"\xCC\x87\": 4}, \"merges\": []}}", forms[f]);
		nch_tokenizer *t = load(json);
		CHECK(t != NULL && encode(t, text, 1 + 4 * MARKS, &tokens));
		if (f == 0)
			CHECK(tokens.count == 1 + 2 * MARKS && tokens.items[1].id == 2 && tokens.items[MARKS].id == 2 && tokens.items[MARKS + 1].id == 1);
		else
			CHECK(tokens.count == 1 && tokens.items[0].id == 0);
		nch_tokens_free(&tokens);
		nch_tokenizer_free(t);
	}
	free(text);
}

/* The capital I with a dot becomes two characters; a word of very many of them must not move its rest for each. */
TEST(many_dotted_capitals_in_a_row)
{
	enum { LETTERS = 300000 };
	char *text = malloc(2 * LETTERS + 2);
	for (size_t i = 0; i < LETTERS; i++)
		memcpy(text + 2 * i, "\xC4\xB0", 2); /* U+0130 */
	memcpy(text + 2 * LETTERS, " i", 2);
	nch_tokens tokens = {0};
	nch_tokenizer *t = load("{\"normalizer\": {\"type\": \"BertNormalizer\", \"strip_accents\": false}, \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, "
	                        "\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 0, \"i\": 1, \"##\xCC\x87\": 2}}}");
	CHECK(t != NULL && encode(t, text, 2 * LETTERS + 2, &tokens));
	CHECK(tokens.count == 2 && tokens.items[0].id == 0 && tokens.items[0].end == 2 * LETTERS && tokens.items[1].id == 1);
	tokens.count = 0;
	CHECK(t != NULL && encode(t, "\xC4\xB0", 2, &tokens));
	CHECK(tokens.count == 2 && tokens.items[0].id == 1 && tokens.items[1].id == 2);
	nch_tokens_free(&tokens);
	nch_tokenizer_free(t);
	free(text);
}

TEST(a_replacement_is_one_character)
{
	static const char *const wrong[] = {"", "ab"};
	for (size_t i = 0; i < 2; i++) {
		char json[400];
		snprintf(json, sizeof json, "{\"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"%s\"}, "
		                            "\"model\": {\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"<unk>\", 0]]}}", wrong[i]);
		nch_tokenizer *t = load(json);
		CHECK(t == NULL && strstr(why, "replacement") != NULL);
		nch_tokenizer_free(t);
	}
}

/* The ids of a text as a line of text. */
static const char *ids_of(const nch_tokenizer *tokenizer, const char *text)
{
	static char out[400];
	nch_tokens tokens = {0};
	size_t used = 0;
	out[0] = '\0';
	CHECK(encode(tokenizer, text, strlen(text), &tokens));
	for (size_t i = 0; i < tokens.count; i++)
		used += (size_t)snprintf(out + used, sizeof out - used, "%s%d(%u-%u)", i > 0 ? " " : "", (int)tokens.items[i].id, (unsigned)tokens.items[i].begin,
		                         (unsigned)tokens.items[i].end);
	nch_tokens_free(&tokens);
	return out;
}

/* add_tokens("ABC") is looked for in the normalized text, and normalized itself; add_tokens(AddedToken("XY", normalized=False)) in the text as it stands, before. Each
 * token tells where in the original it stood. */
TEST(added_tokens_that_are_normalized)
{
	static const char *const models[] = {
		"\"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"}, \"model\": {\"type\": \"BPE\", \"unk_token\": \"[UNK]\", \"vocab\": {\"[UNK]\": 0, \"a\": 1, \"b\": 2, "
		"\"c\": 3, \"d\": 4}, \"merges\": []}",
		"\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"model\": {\"type\": \"WordPiece\", \"continuing_subword_prefix\": \"\", \"vocab\": {\"[UNK]\": 0, "
		"\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4}}"};
	for (size_t m = 0; m < 2; m++) {
		char json[1000];
		snprintf(json, sizeof json, "{\"added_tokens\": [{\"id\": 5, \"content\": \"ABC\", \"normalized\": true}, {\"id\": 6, \"content\": \"XY\", \"normalized\": false}, "
		                            "{\"id\": 7, \"content\": \"d\", \"normalized\": true, \"single_word\": true}],\n"
		                            "\"normalizer\": {\"type\": \"BertNormalizer\", \"strip_accents\": true}, %s}", models[m]);
		nch_tokenizer *t = load(json);
		CHECK(t != NULL);
		if (t == NULL)
			continue;
		CHECK_TEXT(ids_of(t, "a Abc"), "1(0-1) 5(2-5)");
		CHECK_TEXT(ids_of(t, "b\xC3\xA1" "BCa"), "2(0-1) 5(1-5) 1(5-6)"); /* an accented a */
		CHECK_TEXT(ids_of(t, "aXYb"), "1(0-1) 6(1-3) 2(3-4)");
		CHECK_TEXT(ids_of(t, "xy"), m == 0 ? "0(0-1) 0(1-2)" : "0(0-2)");
		CHECK_TEXT(ids_of(t, "ad D"), "1(0-1) 4(1-2) 7(3-4)");
		CHECK_TEXT(ids_of(t, "abcXYabc"), "5(0-3) 6(3-5) 5(5-8)");
		nch_tokenizer_free(t);
	}
}

/* What a model reads of "a" and "b b": ids, then tokens of type 0 and where the second text begins. */
static const char *framed(const nch_tokenizer *tokenizer, bool pair)
{
	static char out[200];
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_layout layout;
	nch_error error = {0};
	size_t used = 0;
	CHECK(nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK);
	nch_status status = nch_tokenizer_encode_model(tokenizer, scratch, "a", 1, pair ? "b b" : NULL, pair ? 3 : 0, 7, &tokens, &layout, NULL, &error);
	for (size_t i = 0; i < tokens.count && status == NCH_OK; i++)
		used += (size_t)snprintf(out + used, sizeof out - used, "%d ", (int)tokens.items[i].id);
	if (status == NCH_OK)
		snprintf(out + used, sizeof out - used, "| %zu %zu", layout.first, layout.second);
	else
		snprintf(out, sizeof out, "%.190s", error.text);
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
	return out;
}

#define SPECIAL(name, type) "{\"SpecialToken\": {\"id\": \"" name "\", \"type_id\": " #type "}}"
#define TEXT_OF(name, type) "{\"Sequence\": {\"id\": \"" name "\", \"type_id\": " #type "}}"
#define TEMPLATE(single, pair) \
	"{\"type\": \"TemplateProcessing\", \"single\": [" single "], \"pair\": [" pair "], \"special_tokens\": {\"<s>\": {\"id\": \"<s>\", \"ids\": [1]}, " \
	"\"</s>\": {\"id\": \"</s>\", \"ids\": [2]}, \"two\": {\"id\": \"two\", \"ids\": [2, 1]}}}"

/* tests/golden/added_tokens_check.py holds the same against transformers' logits. */
TEST(templates_are_followed)
{
	static const struct {
		const char *processor, *single, *pair;
	} cases[] = {
		{"{\"type\": \"BertProcessing\", \"cls\": [\"<s>\", 1], \"sep\": [\"</s>\", 2]}", "1 3 2 | 3 0", "1 3 2 4 4 2 | 3 3"},
		{"{\"type\": \"RobertaProcessing\", \"cls\": [\"<s>\", 1], \"sep\": [\"</s>\", 2]}", "1 3 2 | 3 0", "1 3 2 2 4 4 2 | 7 4"},
		{TEMPLATE(SPECIAL("<s>", 0) "," TEXT_OF("A", 0), SPECIAL("<s>", 0) "," TEXT_OF("A", 0) "," SPECIAL("two", 0) "," TEXT_OF("B", 1)), "1 3 | 2 0", "1 3 2 1 4 4 | 4 4"},
		{TEMPLATE(TEXT_OF("A", 0), TEXT_OF("A", 0) "," TEXT_OF("B", 0) "," SPECIAL("</s>", 1)), "3 | 1 0", "3 4 4 2 | 3 1"},
		{"{\"type\": \"Sequence\", \"processors\": [{\"type\": \"ByteLevel\"}, {\"type\": \"BertProcessing\", \"cls\": [\"<s>\", 1], \"sep\": [\"</s>\", 2]}]}", "1 3 2 | 3 0",
		 "1 3 2 4 4 2 | 3 3"},
		/* one text may be usable where two are not */
		{TEMPLATE(TEXT_OF("A", 0), TEXT_OF("B", 0) "," TEXT_OF("A", 0)), "3 | 1 0",
		 "the tokenizer.json's template for two texts cannot be used: its texts are not A and then B, the first of type 0"},
		{TEMPLATE(TEXT_OF("A", 0), TEXT_OF("A", 0) "," SPECIAL("</s>", 1) "," TEXT_OF("B", 0)), "3 | 1 0",
		 "the tokenizer.json's template for two texts cannot be used: its types are not 0 and then 1"},
		{TEMPLATE(SPECIAL("<x>", 0) "," TEXT_OF("A", 0), TEXT_OF("A", 0) "," TEXT_OF("B", 1)),
		 "the tokenizer.json's template for a text cannot be used: it names a special token that is not described", "3 4 4 | 1 1"},
	};
	static const char form[] = "{\"post_processor\": %s, \"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"}, \"model\": {\"type\": \"BPE\", \"unk_token\": \"<u>\", \"vocab\": "
	                           "{\"<u>\": 0, \"<s>\": 1, \"</s>\": 2, \"a\": 3, \"b\": 4}, \"merges\": []}}";
	char json[2000];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(json, sizeof json, form, cases[i].processor);
		nch_tokenizer *t = load(json);
		CHECK(t != NULL);
		if (t != NULL) {
			CHECK_TEXT(framed(t, false), cases[i].single);
			CHECK_TEXT(framed(t, true), cases[i].pair);
		}
		nch_tokenizer_free(t);
	}
	snprintf(json, sizeof json, form, "{\"type\": \"MartianProcessing\"}");
	CHECK(load(json) == NULL && strstr(why, "MartianProcessing") != NULL);
	snprintf(json, sizeof json, form, "{\"type\": \"BertProcessing\", \"cls\": [\"<s>\", 9], \"sep\": [\"</s>\", 2]}");
	CHECK(load(json) == NULL && strstr(why, "no token") != NULL);
}

int main(void)
{
	RUN(many_marks_in_a_row);
	RUN(many_dotted_capitals_in_a_row);
	RUN(a_replacement_is_one_character);
	RUN(added_tokens_that_are_normalized);
	RUN(templates_are_followed);
	return test_end();
}
