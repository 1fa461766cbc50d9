/* The tokenizers against SentencePiece and Hugging Face's libraries: tests/golden/tokenizer_goldens.py made the files that are read here. And
 * damaged model files, which may be refused but must not do harm. */
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "tokenizer/tokenizer.h"

#define GOLDEN "tests/golden/"
#define MOST_COLUMNS 40

/* Where a tokenizer of the goldens is; "" if it is one that needs options and is not read here. */
static const char *path_of(const char *name)
{
	static char path[300];
	path[0] = 0;
	if (strcmp(name, "kobert") == 0)
		return "../shared/tokenizers/kobert/kobert_news_wiki_ko_cased-1087f8699e.spiece";
	if (strchr(name, '+') != NULL)
		return path;
	if (strncmp(name, "koelectra-", 10) == 0)
		snprintf(path, sizeof path, "../shared/tokenizers/koelectra/vocab-%s.txt", name + 10);
	else
		snprintf(path, sizeof path, GOLDEN "%s", name);
	return path;
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
			const char *path = path_of(cells[i]);
			if (*path == 0 || (!nch_file_exists(path) && strncmp(path, "../shared", 9) == 0))
				continue;
			CHECK(nch_tokenizer_load(path, &tokenizers[i], &error) == NCH_OK);
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
	CHECK(rows > 300 && compared >= 15 * rows);
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
	nch_error error;
	if (!nch_file_is_folder("../shared/data"))
		SKIP("../shared is absent");
	FILE *file = fopen(GOLDEN "tokenizer_sums.tsv", "r");
	CHECK(file != NULL);
	while (file != NULL && getline(&line, &capacity, file) > 0) {
		nch_tokenizer *tokenizer = NULL;
		if (split(line, cells) != 6 || strcmp(cells[0], "data") == 0 || strchr(cells[3], '+') != NULL)
			continue;
		snprintf(path, sizeof path, "../shared/%s", cells[0]);
		CHECK(nch_tokenizer_load(path_of(cells[3]), &tokenizer, &error) == NCH_OK);
		CHECK(sum_of(path, cells[1], (size_t)atoi(cells[2]), tokenizer, hex));
		CHECK_TEXT(hex, cells[5]);
		nch_tokenizer_free(tokenizer);
		compared++;
	}
	CHECK(compared == 21);
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
	for (size_t m = 0; m < 2; m++) {
		nch_buffer bytes = {0};
		size_t loaded = 0, refused = 0, tried = 0;
		CHECK(nch_file_read(models[m], 0, &bytes, &error) == NCH_OK);
		for (size_t cut = 0; cut < bytes.length; cut += 7, tried++)
			try_bytes(bytes.data, cut, &loaded, &refused);
		for (size_t at = 0; at < bytes.length; at += 5, tried++) {
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
	RUN(whole_data_sets);
	RUN(damaged_models);
	return test_end();
}
