/* Any bytes as a tokenizer file (a SentencePiece model, a vocabulary, a tokenizer.json): refused with a line, or a tokenizer whose tokens are
 * pieces and lie in the text in order, and that decodes them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const nch_tokenizer *tokenizer, const char *text, size_t length)
{
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens = {0};
	nch_buffer out = {0};
	if (nch_tokenizer_scratch_new(tokenizer, &scratch, NULL) != NCH_OK)
		return;
	if (nch_tokenizer_encode(tokenizer, scratch, text, length, &tokens, NULL) != NCH_OK)
		abort();
	check_tokens(tokenizer, &tokens, length, &out);
	nch_buffer_free(&out);
	nch_tokens_free(&tokens);
	nch_tokenizer_scratch_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "영화가  재미 ㅋㅋ [MASK] 1,000 e\xCC\x81 \xFF ▁";
	nch_tokenizer *tokenizer = NULL;
	nch_error error = {0};
	if (nch_tokenizer_load_bytes(data, size, &tokenizer, &error) != NCH_OK) {
		if (error.text[0] == '\0')
			abort();
		return 0;
	}
	use(tokenizer, text, sizeof text - 1);
	use(tokenizer, (const char *)data, size < 2000 ? size : 2000);
	nch_tokenizer_free(tokenizer);
	return 0;
}
