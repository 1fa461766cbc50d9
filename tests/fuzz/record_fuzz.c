/* Any bytes as records that predict answers, one a line: refused with a line, or answered with a line of JSON; with --in-place the record comes back, its answer in the place
 * that was named and everything else as it was. The input is, between NUL bytes, how records are read, the paths of text, pair and answer, and the lines. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* The bytes up to the next NUL as a text of the arena; NULL where they are none, or no UTF-8. */
static const char *take(const uint8_t **data, size_t *size, nch_arena *arena)
{
	const uint8_t *end = *size > 0 ? memchr(*data, 0, *size) : NULL;
	size_t length = end != NULL ? (size_t)(end - *data) : *size;
	const char *text = length > 0 && nch_utf8_valid((const char *)*data, length) ? nch_arena_text(arena, (const char *)*data, length) : NULL;
	*data += length + (end != NULL);
	*size -= length + (end != NULL);
	return text;
}

/* All members but that of the path are the same, in bytes. */
static void check_kept(const nch_json *before, const char *old, const nch_json *after, const char *new, const char *path)
{
	const nch_json *b = after->first;
	size_t length = strcspn(path, ".");
	for (const nch_json *a = before->first; a != NULL; a = a->next, b = b->next) {
		check(b != NULL);
		if (a->name != NULL && a->name_length == length && memcmp(a->name, path, length) == 0)
			continue; /* the answer is somewhere in it */
		if (a->name == NULL)
			continue; /* elements of an array are named by their numbers */
		check(a->end - a->begin == b->end - b->begin && memcmp(old + a->begin, new + b->begin, a->end - a->begin) == 0);
	}
}

static void answer(const nch_answer_form *form, const nch_answerer *who, const nch_record *record, nch_arena *arena)
{
	static const float scores[] = {0.25f, 0.5f, 0.125f}, logits[] = {-1.0f, 3.5f, -1e30f};
	static const bool given[] = {true, false, true};
	const nch_answer said = {.scores = scores, .logits = logits, .given = given, .best = 1, .unknown = 0.75f};
	nch_buffer out = {0};
	nch_json *json = NULL;
	nch_answer_write(form, who, record, &said, &out);
	check(!out.failed && out.length > 0 && out.data[out.length - 1] == '\n' && memchr(out.data, '\n', out.length) == out.data + out.length - 1);
	if (record->object != NULL || form->in_place == NULL) {
		check(nch_json_parse(out.data, out.length - 1, "answer", arena, &json, NULL) == NCH_OK);
		if (form->in_place == NULL)
			check(nch_json_get(json, "score") != NULL && nch_json_get(json, "text") != NULL);
		else {
			check(nch_json_path(json, form->in_place) != NULL);
			check_kept(record->object, record->line.text, json, out.data, form->in_place);
		}
	}
	nch_buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *const names[] = {"기쁨", "a \"b\"\n", "\\"};
	if (size < 1)
		return 0;
	unsigned flags = data[0];
	data++;
	size--;
	nch_arena *arena = nch_arena_new(4096);
	const nch_answerer who = {3, names, flags & 1, flags & 2};
	nch_answer_form form = {.jsonl = true, .targets = flags & 4, .logits = flags & 8};
	form.text = take(&data, &size, arena);
	form.pair = take(&data, &size, arena);
	form.in_place = take(&data, &size, arena);
	form.logits = form.logits && form.in_place == NULL;
	if (nch_answer_form_check(&form, NULL) != NCH_OK)
		size = 0;
	for (const char *text; size > 0 && (text = take(&data, &size, arena)) != NULL;) {
		nch_error error = {0};
		nch_record record;
		const nch_line line = {.text = text, .length = strcspn(text, "\r\n"), .end = "\n"};
		const nch_line alone = {.text = nch_arena_text(arena, line.text, line.length), .length = line.length, .end = "\n"};
		if (nch_record_read(&form, &alone, arena, &record, &error) != NCH_OK) {
			check(error.text[0] != '\0');
			continue;
		}
		const nch_target *target = &record.text.target;
		check(!target->present || (target->begin <= target->end && target->end <= record.text.length));
		answer(&form, &who, &record, arena);
	}
	nch_arena_free(arena);
	return 0;
}
