/* Any bytes as transitions: what is read can be written, read again and applied. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apps/smooth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nch_smooth smooth = {0}, again = {0};
	nch_buffer out = {0};
	char *text = malloc(size > 0 ? size : 1);
	if (size > 0)
		memcpy(text, data, size);
	if (nch_smooth_parse(text, size, "fuzz", &smooth, NULL) == NCH_OK) {
		float *scores = malloc(3 * smooth.labels * sizeof *scores);
		for (size_t i = 0; i < 3 * smooth.labels; i++)
			scores[i] = i % 3 == 0 ? 0.9f : 0.0f;
		if (nch_smooth_apply(&smooth, 3, smooth.labels, scores, NULL) != NCH_OK)
			abort();
		for (size_t i = 0; i < 3 * smooth.labels; i++)
			if (!(scores[i] >= 0.0f && scores[i] <= 1.001f))
				abort();
		nch_smooth_write(&smooth, &out);
		if (nch_smooth_parse(out.data, out.length, "fuzz", &again, NULL) != NCH_OK)
			abort();
		nch_smooth_free(&again);
		nch_smooth_free(&smooth);
		free(scores);
	}
	nch_buffer_free(&out);
	free(text);
	return 0;
}
