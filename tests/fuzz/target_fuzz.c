/* Any bytes as a file of records whose texts have targets, read as training reads it: refused with a line, or rows of UTF-8 in which the target stands where the record says.
 * The first byte says how the text is told of its target. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "data/dataset.h"
#include "tests/fuzz/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static bool begins_character(const char *text, size_t length, size_t at)
{
	return at == length || ((unsigned char)text[at] & 0xC0) != 0x80;
}

/* The value of "target" in one line of JSON, against the text beside it. */
static void check_target(const char *line, size_t length, nch_arena *arena)
{
	nch_json *record;
	nch_target target;
	nch_buffer marked = {0};
	nch_arena_reset(arena);
	if (nch_json_parse(line, length, "line", arena, &record, NULL) != NCH_OK)
		return;
	const nch_json *text = nch_json_get(record, "form"), *value = nch_json_get(record, "target");
	if (text == NULL || text->type != NCH_JSON_STRING || nch_target_read(value, text->text, text->length, &target, NULL) != NCH_OK || !target.present)
		return;
	const nch_json *form = nch_json_get(value, "form");
	check(target.begin <= target.end && target.end <= text->length && form->length == target.end - target.begin);
	check(begins_character(text->text, text->length, target.begin) && begins_character(text->text, text->length, target.end));
	check(memcmp(text->text + target.begin, form->text, form->length) == 0);
	nch_target_mark(text->text, text->length, &target, &marked);
	check(marked.length == text->length + strlen(NCH_TARGET_OPEN NCH_TARGET_CLOSE) && nch_utf8_valid(marked.data, marked.length));
	nch_buffer_free(&marked);
}

static void check_rows(const char *path, nch_target_mode mode)
{
	nch_dataset set = {0};
	nch_error error = {0};
	const nch_dataset_options options = {.multi_label = true, .target = mode, .check_targets = true};
	if (nch_dataset_read(&path, 1, &options, &set, &error) != NCH_OK) {
		check(error.text[0] != '\0');
		return;
	}
	for (size_t i = 0; i < set.rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(&set, i, &length), *pair;
		check(nch_utf8_valid(text, length) && text[length] == '\0');
		if ((pair = nch_dataset_pair(&set, i, &length)) != NULL)
			check(nch_utf8_valid(pair, length));
	}
	nch_dataset_free(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[FUZZ_PATH];
	if (size < 1)
		return 0;
	nch_target_mode mode = (nch_target_mode)(data[0] % 4);
	const char *text = (const char *)data + 1;
	size--;
	nch_arena *arena = nch_arena_new(4096);
	for (size_t at = 0; at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
		check_target(text + at, length, arena);
		at += length + 1;
	}
	nch_arena_free(arena);
	fuzz_put("records.jsonl", text, size, path);
	check_rows(path, mode);
	return 0;
}
