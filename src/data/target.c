/* target.c - see target.h. */
#include "data/target.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static const char *const names[] = {"none", "pair", "markers", "both"};

const char *nch_target_mode_name(nch_target_mode mode)
{
	return names[mode];
}

bool nch_target_mode_find(const char *name, nch_target_mode *mode)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0) {
			*mode = (nch_target_mode)i;
			return true;
		}
	return false;
}

bool nch_target_mode_has_pair(nch_target_mode mode)
{
	return mode == NCH_TARGET_PAIR || mode == NCH_TARGET_BOTH;
}

bool nch_target_mode_has_markers(nch_target_mode mode)
{
	return mode == NCH_TARGET_MARKERS || mode == NCH_TARGET_BOTH;
}

static bool is_absent(const nch_json *value)
{
	return value == NULL || value->type == NCH_JSON_NULL;
}

/* A whole number of code points. */
static bool read_offset(const nch_json *value, size_t *offset)
{
	if (is_absent(value) || value->type != NCH_JSON_NUMBER || !(value->number >= 0.0 && value->number < 1e15))
		return false;
	*offset = (size_t)value->number;
	return (double)*offset == value->number;
}

/* The byte at which code point number `count` begins; false behind the text's end. */
static bool find_byte(const char *text, size_t length, size_t count, size_t *byte)
{
	size_t at = 0;
	for (; count > 0 && at < length; count--) {
		uint32_t code;
		at += nch_utf8_decode(text + at, length - at, &code);
	}
	*byte = at;
	return count == 0;
}

nch_status nch_target_read(const nch_json *value, const char *text, size_t length, nch_target *target, nch_error *error)
{
	*target = (nch_target){0};
	if (is_absent(value))
		return NCH_OK;
	if (value->type != NCH_JSON_OBJECT)
		return nch_fail(error, NCH_DATA, "the target is no object with form, begin and end");
	const nch_json *form = nch_json_get(value, "form"), *first = nch_json_get(value, "begin"), *last = nch_json_get(value, "end");
	if (is_absent(form))
		return NCH_OK;
	size_t from, to, begin, end;
	if (form->type != NCH_JSON_STRING || !read_offset(first, &from) || !read_offset(last, &to) || from > to)
		return nch_fail(error, NCH_DATA, "the target needs a text \"form\" and whole numbers \"begin\" <= \"end\"");
	if (!find_byte(text, length, to, &end) || !find_byte(text, length, from, &begin))
		return nch_fail(error, NCH_DATA, "the target's offsets %zu-%zu lie behind the end of the text", from, to);
	if (end - begin != form->length || memcmp(text + begin, form->text, form->length) != 0)
		return nch_fail(error, NCH_DATA, "the target's offsets %zu-%zu hold \"%.*s\", not \"%.*s\" (they count code points from 0)", from, to,
		                (int)(end - begin < 90 ? end - begin : 90), text + begin, (int)(form->length < 90 ? form->length : 90), form->text);
	*target = (nch_target){true, begin, end};
	return NCH_OK;
}

void nch_target_mark(const char *text, size_t length, const nch_target *target, nch_buffer *out)
{
	nch_buffer_add(out, text, target->begin);
	nch_buffer_text(out, NCH_TARGET_OPEN);
	nch_buffer_add(out, text + target->begin, target->end - target->begin);
	nch_buffer_text(out, NCH_TARGET_CLOSE);
	nch_buffer_add(out, text + target->end, length - target->end);
}

void nch_target_path(const char *text_path, char *path, size_t size)
{
	const char *dot = strrchr(text_path, '.');
	int keep = dot != NULL && (size_t)(dot - text_path) < size ? (int)(dot - text_path + 1) : 0;
	snprintf(path, size, "%.*starget", keep, text_path);
}
