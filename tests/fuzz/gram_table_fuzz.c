/* The file of an n-gram model's grams, and the grams of any bytes. */
#include <stddef.h>
#include <stdint.h>

#include "ngram/grams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static nch_grams grams;
	nch_gram_table table = {0};
	nch_error error;
	if (nch_gram_table_parse(data, size, "fuzz", &table, &error) == NCH_OK)
		for (size_t i = 0; i < table.count; i++) {
			size_t length;
			const char *gram = nch_gram_table_at(&table, i, &length);
			if (nch_gram_table_find(&table, gram, length) != i)
				__builtin_trap();
		}
	nch_gram_table_free(&table);
	if (nch_grams_of((const char *)data, size, (nch_gram_widths){1, 4, size % 2 == 1}, &grams, &error) == NCH_OK)
		for (size_t i = 0; i < grams.count; i++)
			if (grams.gram[i].begin + grams.gram[i].length > grams.bytes.length || grams.gram[i].word >= grams.word_count)
				__builtin_trap();
	return 0;
}
