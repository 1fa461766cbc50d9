/* Any bytes as a text, for each kind of tokenizer: tokens lie in the text in order, the ids are pieces and can be decoded, and the
 * text as a pair keeps within its limit. The first byte chooses the tokenizer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const models[] = {"unigram-bytes", "unigram-user", "unigram-suffix", "unigram-spaces", "bpe-bytes", "bpe-user", "bpe-spaces"};
static const char vocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n영화\n##는\n재미\n##있\n##다\n.\nㅋㅋ\na\n##b\n##c\n한\n";
enum { MODELS = sizeof models / sizeof *models + 1 };

static nch_tokenizer *tokenizers[MODELS];
static nch_tokenizer_scratch *scratches[MODELS];

static void load_all(void)
{
	for (size_t i = 0; i < MODELS; i++) {
		char path[100];
		nch_status status;
		if (i + 1 < MODELS) {
			snprintf(path, sizeof path, "tests/golden/sp/%s.model", models[i]);
			status = nch_tokenizer_load(path, &tokenizers[i], NULL);
		} else {
			status = nch_tokenizer_load_bytes(vocabulary, sizeof vocabulary - 1, &tokenizers[i], NULL);
		}
		if (status != NCH_OK || nch_tokenizer_scratch_new(tokenizers[i], &scratches[i], NULL) != NCH_OK)
			abort(); /* run it from the repository's folder */
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (tokenizers[0] == NULL)
		load_all();
	if (size == 0)
		return 0;
	const nch_tokenizer *tokenizer = tokenizers[data[0] % MODELS];
	nch_tokenizer_scratch *scratch = scratches[data[0] % MODELS];
	size_t length = size - 1, half = length / 2;
	nch_layout layout = {0};
	char *text = malloc(length + 1); /* of its very size, so that a step beyond it is seen */
	memcpy(text, data + 1, length);
	nch_tokens tokens = {0};
	nch_buffer out = {0};
	if (nch_tokenizer_encode(tokenizer, scratch, text, length, &tokens, NULL) != NCH_OK)
		abort();
	for (size_t i = 0; i < tokens.count; i++) {
		const nch_token *t = &tokens.items[i];
		if (t->begin > t->end || t->end > length || (i > 0 && t->begin < tokens.items[i - 1].begin) || nch_tokenizer_piece(tokenizer, t->id) == NULL)
			abort();
		if (nch_tokenizer_decode(tokenizer, &t->id, 1, &out, NULL) != NCH_OK)
			abort();
	}
	tokens.count = 0;
	if (nch_tokenizer_specials(tokenizer).cls >= 0 &&
	    (nch_tokenizer_encode_model(tokenizer, scratch, text, half, text + half, length - half, 16, &tokens, &layout, NULL, NULL) != NCH_OK ||
	     tokens.count > 16 || layout.first > tokens.count || layout.second > tokens.count))
		abort();
	nch_buffer_free(&out);
	nch_tokens_free(&tokens);
	free(text);
	return 0;
}
