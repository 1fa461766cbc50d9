/* Any bytes as the state of a checkpoint, with their checksum behind them (but those that end in a brace go without): refused, or one whose numbers are those of a run of so many epochs and steps. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/sha256.h"
#include "tests/fuzz/files.h"
#include "train/checkpoint.h"

enum { EPOCHS = 5, STEPS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_seal(nch_buffer *text)
{
	nch_sha256 hash;
	unsigned char digest[32];
	char hex[65];
	nch_sha256_start(&hash);
	nch_sha256_add(&hash, text->data, text->length);
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
	nch_buffer_printf(text, "\"sha256\": \"%s\"\n}\n", hex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool begun;
	char folder[FUZZ_PATH], path[FUZZ_PATH];
	nch_error error, passed;
	nch_buffer text = {0};
	const char *out = fuzz_folder();
	if (!begun) {
		snprintf(folder, sizeof folder, "%s/checkpoint", out);
		if (nch_folder_make(folder, &error) != NCH_OK)
			abort();
		fuzz_put("checkpoint/step-00000003.safetensors", "\2\0\0\0\0\0\0\0{}", 10, path); /* no tensors: `count` below is 0 */
		begun = true;
	}
	nch_buffer_add(&text, data, size);
	if (size > 0 && data[size - 1] != '}')
		add_seal(&text);
	fuzz_put("checkpoint/state.json", text.data, text.length, path);
	nch_buffer_free(&text);
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
