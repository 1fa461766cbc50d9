/* Any bytes as a config.json: refused with a line, or a configuration whose numbers are in range and that comes back when it is written. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "nn/config.h"
#include "nn/family.h"
#include "nn/funnel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nch_arena *arena = nch_arena_new(4096);
	nch_config config;
	nch_error error = {0};
	char *text = malloc(size > 0 ? size : 1);
	if (size > 0)
		memcpy(text, data, size);
	if (nch_config_parse(text, size, "fuzz", arena, &config, &error) == NCH_OK) {
		if (config.hidden == 0 || config.heads == 0 || config.labels == 0 || config.layers == 0 || !(config.dropout < 1))
			abort();
		const nch_funnel_config *funnel = nch_funnel_of(&config);
		if (funnel != NULL ? config.hidden % 2 != 0 || funnel->blocks == 0 || funnel->blocks > NCH_MAX_BLOCKS : config.hidden % config.heads != 0)
			abort();
		for (size_t b = 0; funnel != NULL && b < funnel->blocks; b++)
			if (funnel->sizes[b] == 0 || funnel->repeats[b] == 0)
				abort();
		for (size_t i = 0; i < config.labels; i++)
			if (config.label_names[i] == NULL)
				abort();
	} else if (error.text[0] == '\0') {
		abort();
	}
	free(text);
	nch_arena_free(arena);
	return 0;
}
