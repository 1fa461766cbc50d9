/* Any bytes as the state of a checkpoint: refused, or one whose numbers are those of a run of so many epochs and steps. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "train/checkpoint.h"

enum { EPOCHS = 5, STEPS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char out[64], path[128];
	nch_error error, passed;
	if (out[0] == '\0') {
		snprintf(out, sizeof out, "/tmp/nunchi-fuzz-XXXXXX");
		if (mkdtemp(out) == NULL)
			abort();
		snprintf(path, sizeof path, "%s/checkpoint", out);
		if (nch_folder_make(path, &error) != NCH_OK || nch_folder_make(out, &error) != NCH_OK)
			abort();
		snprintf(path, sizeof path, "%s/checkpoint/step-00000003.safetensors", out); /* no tensors: `count` below is 0 */
		if (nch_file_write(path, "\2\0\0\0\0\0\0\0{}", 10, &error) != NCH_OK)
			abort();
		snprintf(path, sizeof path, "%s/checkpoint/state.json", out);
	}
	FILE *file = fopen(path, "wb"); /* plainly: what is fuzzed is the reader */
	if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		abort();
	nch_epoch_record records[EPOCHS];
	nch_run_state state = {.epochs = records, .schedule = {.kind = NCH_WSD, .lr = 1e-3, .warmup = 2, .decay = 5, .total = EPOCHS * STEPS}};
	uint64_t taken = 0;
	bool found;
	const nch_checkpoint checkpoint = {.out = out, .identity = "", .epochs = EPOCHS, .steps = STEPS, .taken = &taken, .state = &state};
	if (nch_checkpoint_load(&checkpoint, &found, &passed, &error) == NCH_OK && found &&
	    (taken > EPOCHS * STEPS || state.epoch > EPOCHS + 1 || state.epoch_count > EPOCHS || state.done > STEPS || state.stable > taken))
		abort();
	return 0;
}
