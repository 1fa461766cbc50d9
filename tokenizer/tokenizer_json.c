/* tokenizer_json.c - Hugging Face's tokenizer.json. */
#include "tokenizer/internal.h"

nch_status nch_tokenizer_json_load(nch_tokenizer *tokenizer, const char *data, size_t size, nch_error *error)
{
	(void)tokenizer, (void)data, (void)size;
	return nch_fail(error, NCH_FORMAT, "tokenizer.json files are not read yet");
}
