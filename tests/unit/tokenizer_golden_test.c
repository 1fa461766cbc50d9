/* The tokenizers against SentencePiece and Hugging Face's libraries: tests/golden/tokenizer_goldens.py made the files that are read here. And
 * damaged model files, which may be refused but must not do harm. */
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "tokenizer/sentencepiece/protobuf.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/unicode/charsmap.h"

#define GOLDEN "tests/golden/"
#define MOST_COLUMNS 40

#define SHARED "../shared/tokenizers/"

static const char *build_folder(void)
{
	const char *folder = getenv("BUILD");
	return folder != NULL ? folder : "build";
}

/* A model of SentencePiece with the rules of nmt_nfkc put into it. (In the goldens they would be a megabyte.) Fields of a protobuf message may
 * come in pieces: the rules are a second piece of field 3, normalizer_spec, at the end. */
static nch_status load_with_rules(const char *path, nch_tokenizer **tokenizer, nch_error *error)
{
	nch_buffer bytes = {0}, rules = {0}, inner = {0};
	nch_status status = nch_file_read(path, 0, &bytes, error);
	if (status == NCH_OK)
		status = nch_charsmap_build("nmt_nfkc", &rules, error);
	nch_protobuf_put_bytes(&inner, 2, rules.data, rules.length); /* precompiled_charsmap */
	nch_protobuf_put_bytes(&bytes, 3, inner.data, inner.length);
	if (status == NCH_OK)
		status = nch_tokenizer_load_bytes(bytes.data, bytes.length, tokenizer, error);
	nch_buffer_free(&bytes);
	nch_buffer_free(&rules);
	nch_buffer_free(&inner);
	return status;
}

/* A vocabulary in a folder whose tokenizer_config.json wants small letters. */
static nch_status load_lower(const char *vocabulary, bool keep_accents, nch_tokenizer **tokenizer, nch_error *error)
{
	char folder[300], file[340];
	const char *config = keep_accents ? "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": true, \"strip_accents\": false}"
	                                  : "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": true}";
	nch_buffer bytes = {0};
	snprintf(folder, sizeof folder, "%s/tests/golden-lower%s", build_folder(), keep_accents ? "-accents" : "");
	nch_status status = nch_file_read(vocabulary, 0, &bytes, error);
	if (status == NCH_OK)
		status = nch_folder_make(folder, error);
	snprintf(file, sizeof file, "%s/vocab.txt", folder);
	if (status == NCH_OK)
		status = nch_file_write(file, bytes.data, bytes.length, error);
	snprintf(file, sizeof file, "%s/tokenizer_config.json", folder);
	if (status == NCH_OK)
		status = nch_file_write(file, config, strlen(config), error);
	nch_buffer_free(&bytes);
	return status == NCH_OK ? nch_tokenizer_load(folder, tokenizer, error) : status;
}

/* The tokenizer that the goldens call by this name; NULL if it needs ../shared and that is absent. */
static nch_tokenizer *load_named(const char *name)
{
	nch_tokenizer *tokenizer = NULL;
	nch_error error = {0};
	char path[300];
	if (strcmp(name, "kobert") == 0)
		snprintf(path, sizeof path, SHARED "kobert/kobert_news_wiki_ko_cased-1087f8699e.spiece");
	else if (strncmp(name, "koelectra-", 10) == 0)
		snprintf(path, sizeof path, SHARED "koelectra/vocab-%.2s.txt", name + 10);
	else
		snprintf(path, sizeof path, GOLDEN "%.*s", (int)strcspn(name, "+"), name);
	if (strncmp(path, SHARED, strlen(SHARED)) == 0 && !nch_file_exists(path))
		return NULL;
	nch_status status = strstr(name, "+nmt_nfkc") ? load_with_rules(path, &tokenizer, &error)
	                    : strstr(name, "+lower")  ? load_lower(path, strstr(name, "+accents") != NULL, &tokenizer, &error)
	                                              : nch_tokenizer_load(path, &tokenizer, &error);
	CHECK_TEXT(status == NCH_OK ? "" : error.text, "");
	return tokenizer;
}

static size_t split(char *line, char **cells)
{
	size_t count = 0;
	line[strcspn(line, "\r\n")] = 0;
	for (char *cell = line; cell != NULL && count < MOST_COLUMNS; count++) {
		cells[count] = cell;
		cell = strchr(cell, '\t');
		if (cell != NULL)
			*cell++ = 0;
	}
	return count;
}

static void put_ids(const nch_tokens *tokens, nch_buffer *out)
{
	nch_buffer_clear(out);
	for (size_t i = 0; i < tokens->count; i++)
		nch_buffer_printf(out, "%s%d", i > 0 ? " " : "", (int)tokens->items[i].id);
}

/* Bytes from hexadecimal, in place; "-" are none. */
static size_t read_hex(char *text)
{
	size_t length = 0;
	for (const char *at = text; at[0] != 0 && at[1] != 0; at += 2) {
		char digits[3] = {at[0], at[1], 0};
		text[length++] = (char)strtol(digits, NULL, 16);
	}
	return length;
}

TEST(nasty_strings)
{
	nch_tokenizer *tokenizers[MOST_COLUMNS] = {NULL};
	nch_tokenizer_scratch *scratches[MOST_COLUMNS] = {NULL};
	char *cells[MOST_COLUMNS], *line = NULL;
	size_t capacity = 0, columns = 0, rows = 0, compared = 0, different = 0;
	nch_tokens tokens = {0};
	nch_buffer ids = {0};
	nch_error error;
	FILE *file = fopen(GOLDEN "tokenizer_nasty.tsv", "r");
	CHECK(file != NULL);
	while (file != NULL && getline(&line, &capacity, file) > 0) {
		size_t count = split(line, cells);
		for (size_t i = 1; i < count && columns == 0; i++) {
			tokenizers[i] = load_named(cells[i]);
			if (tokenizers[i] != NULL)
				CHECK(nch_tokenizer_scratch_new(tokenizers[i], &scratches[i], &error) == NCH_OK);
		}
		if (columns == 0) {
			columns = count;
			continue;
		}
		rows++;
		size_t length = read_hex(cells[0]);
		for (size_t i = 1; i < columns; i++) {
			if (tokenizers[i] == NULL)
				continue;
			tokens.count = 0;
			CHECK(nch_tokenizer_encode(tokenizers[i], scratches[i], cells[0], length, &tokens, &error) == NCH_OK);
			put_ids(&tokens, &ids);
			different += strcmp(tokens.count > 0 ? ids.data : "-", cells[i]) != 0;
			compared++;
		}
	}
	CHECK(rows > 300 && compared >= 18 * rows);
	CHECK(different == 0);
	for (size_t i = 0; i < MOST_COLUMNS; i++) {
		nch_tokenizer_scratch_free(scratches[i]);
		nch_tokenizer_free(tokenizers[i]);
	}
	if (file != NULL)
		fclose(file);
	free(line);
	nch_tokens_free(&tokens);
	nch_buffer_free(&ids);
}

static void check_long(const char *word, size_t times, const nch_tokenizer *tokenizer, size_t count, const char *sha256)
{
	nch_tokenizer_scratch *scratch = NULL;
	nch_tokens tokens = {0};
	nch_buffer text = {0}, ids = {0};
	nch_error error;
	char hex[65];
	for (size_t i = 0; i < times; i++)
		nch_buffer_text(&text, word);
	CHECK(nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK);
	CHECK(nch_tokenizer_encode(tokenizer, scratch, text.data, text.length, &tokens, &error) == NCH_OK);
	put_ids(&tokens, &ids);
	nch_sha256 hash;
	unsigned char digest[32];
	nch_sha256_start(&hash);
	nch_sha256_add(&hash, ids.data, ids.length);
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
	CHECK(tokens.count == count);
	CHECK_TEXT(hex, sha256);
	nch_tokenizer_scratch_free(scratch);
	nch_tokens_free(&tokens);
	nch_buffer_free(&text);
	nch_buffer_free(&ids);
}

/* Words of tens of thousands of letters: float sums are started anew on the way, and must still choose as SentencePiece's do. */
TEST(very_long_words)
{
	char *cells[MOST_COLUMNS], *line = NULL;
	size_t capacity = 0, checked = 0;
	FILE *file = fopen(GOLDEN "tokenizer_long.tsv", "r");
	CHECK(file != NULL);
	while (file != NULL && getline(&line, &capacity, file) > 0) {
		if (split(line, cells) != 5 || strcmp(cells[0], "text") == 0)
			continue;
		nch_tokenizer *tokenizer = load_named(cells[2]);
		check_long(cells[0], (size_t)atoi(cells[1]), tokenizer, (size_t)atoi(cells[3]), cells[4]);
		nch_tokenizer_free(tokenizer);
		checked++;
	}
	CHECK(checked == 15);
	if (file != NULL)
		fclose(file);
	free(line);
}

/* The fingerprint of the ids of one column of a file, a line a row. */
static bool sum_of(const char *path, const char *column, size_t skip, const nch_tokenizer *tokenizer, char hex[65])
{
	nch_tokenizer_scratch *scratch = NULL;
	nch_tokens tokens = {0};
	nch_buffer ids = {0};
	nch_error error;
	nch_sha256 hash;
	unsigned char digest[32];
	char *line = NULL, *cells[MOST_COLUMNS];
	size_t capacity = 0, which = strcmp(column, "line") == 0 ? SIZE_MAX : (size_t)atoi(column);
	FILE *file = fopen(path, "r");
	bool good = file != NULL && nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK;
	nch_sha256_start(&hash);
	for (size_t row = 0; good && getline(&line, &capacity, file) > 0; row++) {
		if (row < skip)
			continue;
		line[strcspn(line, "\n")] = 0;
		const char *text = line;
		if (which != SIZE_MAX)
			text = split(line, cells) > which ? cells[which] : "";
		tokens.count = 0;
		good = nch_tokenizer_encode(tokenizer, scratch, text, strlen(text), &tokens, &error) == NCH_OK;
		put_ids(&tokens, &ids);
		nch_buffer_byte(&ids, '\n');
		nch_sha256_add(&hash, ids.data, ids.length);
	}
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
	if (file != NULL)
		fclose(file);
	free(line);
	nch_tokens_free(&tokens);
	nch_buffer_free(&ids);
	nch_tokenizer_scratch_free(scratch);
	return good;
}

TEST(whole_data_sets)
{
	char *cells[MOST_COLUMNS], *line = NULL, path[300], hex[65];
	size_t capacity = 0, compared = 0;
	if (!nch_file_is_folder("../shared/data"))
		SKIP("../shared is absent");
	FILE *file = fopen(GOLDEN "tokenizer_sums.tsv", "r");
	CHECK(file != NULL);
	while (file != NULL && getline(&line, &capacity, file) > 0) {
		nch_tokenizer *tokenizer = NULL;
		if (split(line, cells) != 6 || strcmp(cells[0], "data") == 0)
			continue;
		snprintf(path, sizeof path, "../shared/%s", cells[0]);
		tokenizer = load_named(cells[3]);
		CHECK(tokenizer != NULL && sum_of(path, cells[1], (size_t)atoi(cells[2]), tokenizer, hex));
		CHECK_TEXT(hex, cells[5]);
		nch_tokenizer_free(tokenizer);
		compared++;
	}
	CHECK(compared == 28);
	if (file != NULL)
		fclose(file);
	free(line);
}

/* Loads what may be damaged, and uses it if it loads. */
static void try_bytes(const char *bytes, size_t size, size_t *loaded, size_t *refused)
{
	nch_tokenizer *tokenizer = NULL;
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_error error = {0};
	const char *text = "영화가  재미있었어요 ㅋㅋ <foo> a b\xFF";
	if (nch_tokenizer_load_bytes(bytes, size, &tokenizer, &error) != NCH_OK) {
		*refused += error.text[0] != 0;
		return;
	}
	CHECK(nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK);
	CHECK(nch_tokenizer_encode(tokenizer, scratch, text, strlen(text), &tokens, &error) == NCH_OK);
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
	nch_tokenizer_free(tokenizer);
	++*loaded;
}

TEST(damaged_models)
{
	static const char *const models[] = {GOLDEN "sp/unigram-user.model", GOLDEN "sp/bpe-bytes.model"};
	nch_error error;
	/* every byte takes a minute; some of them must do, unless NUNCHI_TESTS=long */
	bool every = getenv("NUNCHI_TESTS") != NULL && strcmp(getenv("NUNCHI_TESTS"), "long") == 0;
	for (size_t m = 0; m < 2; m++) {
		nch_buffer bytes = {0};
		size_t loaded = 0, refused = 0, tried = 0;
		CHECK(nch_file_read(models[m], 0, &bytes, &error) == NCH_OK);
		for (size_t cut = 0; cut < bytes.length; cut += every ? 1 : 7, tried++)
			try_bytes(bytes.data, cut, &loaded, &refused);
		for (size_t at = 0; at < bytes.length; at += every ? 1 : 5, tried++) {
			char kept = bytes.data[at];
			bytes.data[at] = (char)(at % 2 == 0 ? ~kept : kept ^ 1);
			try_bytes(bytes.data, bytes.length, &loaded, &refused);
			bytes.data[at] = kept;
		}
		CHECK(loaded > 0 && refused > 0 && loaded + refused == tried);
		nch_buffer_free(&bytes);
	}
}

int main(void)
{
	RUN(nasty_strings);
	RUN(very_long_words);
	RUN(whole_data_sets);
	RUN(damaged_models);
	return test_end();
}
