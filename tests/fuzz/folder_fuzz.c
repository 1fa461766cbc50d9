/* Any bytes as the files of a model's folder that belong to its tokenizer: refused with a line, or a tokenizer that frames texts and pairs within their limit with
 * tokens that lie in them. The input is cut at NUL bytes into the files' texts; its first byte tells which files there are. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/tokens.h"
#include "tokenizer/files/tokenizer_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const nch_tokenizer *tokenizer)
{
	static const char text[] = "영화가  재미 ABC abc ㅋㅋ [MASK] 1,000 e\xCC\x81 \xFF ▁";
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_buffer out = {0};
	nch_layout layout;
	if (nch_tokenizer_scratch_new(tokenizer, &scratch, NULL) != NCH_OK)
		return;
	for (int pair = 0; pair < 2; pair++) {
		tokens.count = 0;
		if (nch_tokenizer_encode_model(tokenizer, scratch, text, sizeof text - 1, pair ? text : NULL, pair ? sizeof text - 1 : 0, 40, &tokens, &layout, NULL, NULL) != NCH_OK)
			continue; /* no [CLS], or no template that can be used */
		if (tokens.count > 40 || layout.first > tokens.count || layout.second > tokens.count)
			abort();
		check_tokens(tokenizer, &tokens, sizeof text - 1, &out);
	}
	nch_buffer_free(&out);
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const all[] = {"vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "spiece.model"};
	const char *names[6];
	nch_buffer bytes[6] = {{0}};
	size_t count = 0, at = 1;
	nch_tokenizer *tokenizer = NULL;
	nch_error error = {0};
	for (size_t i = 0; size > 0 && i < 6; i++) {
		if (!(data[0] >> i & 1))
			continue;
		const uint8_t *end = at < size ? memchr(data + at, 0, size - at) : NULL;
		size_t length = i == 5 || end == NULL ? size - (at < size ? at : size) : (size_t)(end - (data + at)); /* a model may hold NUL bytes: it is the last */
		names[count] = all[i];
		nch_buffer_add(&bytes[count++], data + (at < size ? at : size), length);
		at += length + 1;
	}
	if (nch_tokenizer_load_folder_bytes(names, bytes, count, &tokenizer, &error) == NCH_OK)
		use(tokenizer);
	else if (error.text[0] == '\0')
		abort();
	nch_tokenizer_free(tokenizer);
	for (size_t i = 0; i < count; i++)
		nch_buffer_free(&bytes[i]);
	return 0;
}
