/* A tokenizer.json there and back, as Hugging Face's tokenizers go (tests/golden/decoders.py): texts to ids, and any ids to text. And files that are refused, each with its line. */
#include <stdlib.h>

#include "base/buffer.h"
#include "golden/decoders_golden.h"
#include "test.h"
#include "tokenizer/tokenizer.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static nch_error error;

static nch_tokenizer *load(const char *json)
{
	nch_tokenizer *tokenizer = NULL;
	error = (nch_error){0};
	return nch_tokenizer_load_bytes(json, strlen(json), &tokenizer, &error) == NCH_OK ? tokenizer : NULL;
}

/* Numbers that are separated by blanks. */
static size_t read_ids(const char *text, int32_t *ids, size_t room)
{
	size_t count = 0;
	for (char *end; count < room && *text != '\0'; text = end + strspn(end, " "))
		ids[count++] = (int32_t)strtol(text, &end, 10);
	return count;
}

static void check_ids(const nch_tokenizer *t, const char *text, const char *expected)
{
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_buffer out = {0};
	CHECK(nch_tokenizer_scratch_new(t, &scratch, NULL) == NCH_OK && nch_tokenizer_encode(t, scratch, text, strlen(text), &tokens, NULL) == NCH_OK);
	for (size_t i = 0; i < tokens.count; i++)
		nch_buffer_printf(&out, "%s%d", i > 0 ? " " : "", (int)tokens.items[i].id);
	CHECK_TEXT(out.data ? out.data : "", expected);
	nch_buffer_free(&out);
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
}

static void check_text(const nch_tokenizer *t, const char *given, const char *expected)
{
	int32_t ids[16];
	nch_buffer text = {0};
	size_t count = read_ids(given, ids, COUNT(ids));
	CHECK(nch_tokenizer_decode(t, ids, count, &text, NULL) == NCH_OK);
	CHECK_TEXT(text.data ? text.data : "", expected);
	nch_buffer_free(&text);
}

TEST(there_and_back)
{
	for (size_t row = 0; row < COUNT(decoder_rows); row++) {
		nch_tokenizer *t = load(decoder_rows[row].json);
		CHECK_TEXT(error.text, "");
		for (size_t i = 0; t != NULL && i < COUNT(decoder_rows[row].texts) && decoder_rows[row].texts[i] != NULL; i++)
			check_ids(t, decoder_rows[row].texts[i], decoder_rows[row].ids[i]);
		for (size_t i = 0; t != NULL && i < COUNT(decoder_rows[row].given) && decoder_rows[row].given[i] != NULL; i++)
			check_text(t, decoder_rows[row].given[i], decoder_rows[row].made[i]);
		nch_tokenizer_free(t);
	}
}

/* Merges as older files have them: two texts with a blank between. */
TEST(merges_in_one_text)
{
	nch_tokenizer *t = load("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2}, \"merges\": [\"a b\"]}}");
	CHECK(t != NULL);
	check_ids(t, "aba", "2 0");
	check_text(t, "2 0", "ab a");
	int32_t beyond = 3;
	nch_buffer text = {0};
	CHECK(nch_tokenizer_decode(t, &beyond, 1, &text, &error) != NCH_OK);
	nch_buffer_free(&text);
	nch_tokenizer_free(t);
}

#define BPE(more) "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1}, \"merges\": []" more "}}"
#define BESIDE(more) "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1}, \"merges\": []}, " more "}"
#define WORDPIECE(more) "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 0, \"b\": 1}" more "}"

TEST(what_is_refused)
{
	static const struct {
		const char *json, *says;
	} cases[] = {
		{"{}", "no model with a vocabulary"},
		{"{\"model\": {\"vocab\": {\"a\": 0}, \"type\": \"Telepathy\"}}", "model type \"Telepathy\""},
		{"{\"model\": {\"vocab\": {\"a\": 0}, \"type\": \"Unigram\"}}", "not of the kind that its model needs"},
		{"{\"model\": {\"vocab\": [[\"a\", 0]], \"type\": \"BPE\"}}", "not of the kind that its model needs"},
		{"{\"model\": {\"vocab\": [[\"a\", 0]], \"type\": \"Unigram\"}}", "has no unk_id"},
		{"{\"model\": {\"vocab\": [[\"a\", 0]], \"type\": \"Unigram\", \"unk_id\": 1}}", "has no unk_id"},
		{"{\"model\": {\"vocab\": [[\"a\", \"0\"]], \"type\": \"Unigram\", \"unk_id\": 0}}", "piece 0 of the Unigram model is no text with a score"},
		{"{\"model\": {\"vocab\": {\"a\": -1}, \"type\": \"BPE\"}}", "the piece \"a\" has no usable id"},
		{"{\"model\": {\"vocab\": {\"a\": 1e9}, \"type\": \"BPE\"}}", "the piece \"a\" has no usable id"},
		{BPE(", \"merges\": [\"ab\"]"), "merge"},
		{"{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"ab\"]}}", "merge 0 of tokenizer.json is no pair"},
		{"{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [7]}}", "merge 0 of tokenizer.json is no pair"},
		{"{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [[\"a\", \"a\"]]}}", "merge 0 of tokenizer.json joins what is not in its vocabulary"},
		{BPE(", \"end_of_word_suffix\": \"a very long suffix that nobody would ever write into a file like this one, and still longer\""), "is too long"},
		{BESIDE("\"added_tokens\": [{\"id\": 2}]"), "an added token has no text or no usable id"},
		{BESIDE("\"added_tokens\": [{\"id\": 1e9, \"content\": \"c\"}]"), "an added token has no text or no usable id"},
		{BESIDE("\"added_tokens\": [{\"id\": 1, \"content\": \"c\"}]"), "the added token \"c\" has the id of another piece"},
		{BESIDE("\"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"a\", 0]}"), "no usable \"cls\" or \"sep\""},
		{BESIDE("\"post_processor\": {\"type\": \"Sequence\", \"processors\": [{\"type\": \"BertProcessing\", \"cls\": [\"a\", 0], \"sep\": [\"b\", 1]}, "
		        "{\"type\": \"BertProcessing\", \"cls\": [\"a\", 0], \"sep\": [\"b\", 1]}]}"), "two post-processors"},
		{WORDPIECE("}, \"normalizer\": {\"type\": \"NFC\"}, \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}"), "WordPiece with the normalizer \"NFC\""},
		{WORDPIECE("}, \"pre_tokenizer\": {\"type\": \"Whitespace\"}"), "another pre-tokenizer than BertPreTokenizer"},
		{WORDPIECE(", \"max_input_chars_per_word\": 2e6}, \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}"), "max_input_chars_per_word is out of range"},
		{WORDPIECE(", \"continuing_subword_prefix\": \"a prefix of more than thirty-one bytes\"}, \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}"), "31 are supported"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		nch_tokenizer *t = load(cases[i].json);
		CHECK(t == NULL);
		if (strstr(error.text, cases[i].says) == NULL)
			CHECK_TEXT(error.text, cases[i].says);
		nch_tokenizer_free(t);
	}
}

/* What --explain prints of each kind: the words, the pieces, where they lie. */
TEST(explained)
{
	nch_tokenizer_scratch *scratch = NULL;
	nch_buffer out = {0};
	nch_tokenizer *t = load(WORDPIECE("}, \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}"));
	CHECK(t != NULL && nch_tokenizer_scratch_new(t, &scratch, NULL) == NCH_OK);
	CHECK(nch_tokenizer_explain(t, scratch, "b x", 3, &out, NULL) == NCH_OK);
	CHECK(strstr(out.data, "words\n  b  = b\n  x  = [UNK]\n") != NULL && strstr(out.data, "bytes 0-1  b\n") != NULL && strstr(out.data, "bytes 2-3  [UNK]\n") != NULL);
	nch_buffer_free(&out);
	nch_tokenizer_scratch_free(scratch);
	nch_tokenizer_free(t);
	CHECK(nch_tokenizer_load("tests/golden/sp/unigram.model", &t, &error) == NCH_OK && nch_tokenizer_scratch_new(t, &scratch, NULL) == NCH_OK);
	CHECK(nch_tokenizer_explain(t, scratch, "the", 3, &out, NULL) == NCH_OK);
	CHECK(strstr(out.data, "normalized  \xE2\x96\x81the\n") != NULL && strstr(out.data, "lattice\n") != NULL && strstr(out.data, "\n* ") != NULL);
	nch_buffer_free(&out);
	nch_tokenizer_scratch_free(scratch);
	nch_tokenizer_free(t);
}

int main(void)
{
	RUN(there_and_back);
	RUN(merges_in_one_text);
	RUN(what_is_refused);
	RUN(explained);
	return test_end();
}
