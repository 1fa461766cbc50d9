/* Any bytes as what the folds of a cross-validation leave: refused with a line, or joined to figures whose counts are those of the rows. The input is, between NUL bytes, of each
 * of two folds metrics.json, nunchi.json and held-out.jsonl; the first of these also as anybody's answers (eval --answers). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "tests/fuzz/files.h"
#include "train/folds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_rows(const nch_held_out *h)
{
	check(h->rows > 0 && h->labels.count > 0);
	for (size_t i = 0; i < h->rows; i++) {
		check(h->lines[i] != NULL);
		check(h->multi_label || (h->truth[i] >= 0 && (size_t)h->truth[i] < h->labels.count && h->predicted[i] >= 0 && (size_t)h->predicted[i] < h->labels.count));
		for (size_t c = 0; !h->multi_label && c < h->labels.count; c++)
			check(h->goals[i * h->labels.count + c] == 0.0f); /* a list in one line, where the first has a name */
	}
}

static void read_answers(const char *path)
{
	nch_held_out held_out;
	nch_metrics metrics = {0};
	nch_error error = {0};
	if (nch_held_out_read_file(path, &held_out, &error) != NCH_OK) {
		check(error.text[0] != '\0');
		return;
	}
	check_rows(&held_out);
	if (nch_held_out_metrics(&held_out, &metrics, &error) == NCH_OK)
		check(metrics.rows == held_out.rows && metrics.classes == held_out.labels.count);
	nch_metrics_free(&metrics);
	nch_held_out_free(&held_out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"fold-0/metrics.json", "fold-0/nunchi.json", "fold-0/" NCH_HELD_OUT_FILE,
	                                    "fold-1/metrics.json", "fold-1/nunchi.json", "fold-1/" NCH_HELD_OUT_FILE};
	static bool begun;
	char path[FUZZ_PATH], answers[FUZZ_PATH];
	for (int i = 0; !begun && i < 2; i++) {
		char *folder = nch_fold_folder(fuzz_folder(), (size_t)i);
		check(folder != NULL && nch_folder_make(folder, NULL) == NCH_OK);
		nch_free(folder);
	}
	begun = true;
	for (size_t part = 0; part < 6; part++) {
		const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
		size_t length = end != NULL && part < 5 ? (size_t)(end - data) : size;
		fuzz_put(names[part], data, length, part == 2 ? answers : path);
		data += length + (length < size);
		size -= length + (length < size);
	}
	nch_folds folds = {0};
	nch_error error = {0};
	read_answers(answers);
	for (size_t count = 1; count < 3; count++) {
		if (nch_folds_merge(fuzz_folder(), count, NCH_BEST_ACCURACY, &folds, &error) == NCH_OK) {
			nch_buffer table = {0};
			check(folds.count == count && folds.best < count && folds.out_of_fold.rows == folds.rows && folds.out_of_fold.classes == folds.labels.count);
			nch_folds_table(&folds, &table);
			nch_buffer_free(&table);
			nch_folds_free(&folds);
		} else {
			check(error.text[0] != '\0');
		}
	}
	return 0;
}
