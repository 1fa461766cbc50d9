/* Any bytes: they are refused, or give a tree whose strings are valid UTF-8 and come back when they are written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(const nch_json *value, size_t size, nch_arena *arena)
{
	if (value->begin > value->end || value->end > size)
		abort();
	if (value->type == NCH_JSON_STRING) {
		nch_buffer out = {0};
		nch_json *again = NULL;
		nch_json_write_text(&out, value->text, value->length);
		if (!nch_utf8_valid(value->text, value->length) ||
		    nch_json_parse(out.data, out.length, "again", arena, &again, NULL) != NCH_OK ||
		    again->length != value->length || memcmp(again->text, value->text, value->length) != 0)
			abort();
		nch_buffer_free(&out);
	} else if (value->type == NCH_JSON_NUMBER) {
		nch_buffer out = {0};
		nch_json *again = NULL;
		nch_json_write_double(&out, value->number);
		if (nch_json_parse(out.data, out.length, "again", arena, &again, NULL) != NCH_OK || again->number != value->number)
			abort();
		nch_buffer_free(&out);
	}
	for (const nch_json *child = value->first; child != NULL; child = child->next)
		visit(child, size, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nch_arena *arena = nch_arena_new(4096);
	nch_json *value = NULL;
	nch_error error = {0};
	/* an exact copy, so that reading one byte too far is seen */
	char *text = malloc(size > 0 ? size : 1);
	if (size > 0)
		memcpy(text, data, size);
	if (nch_json_parse(text, size, "fuzz", arena, &value, &error) == NCH_OK)
		visit(value, size, arena);
	else if (error.text[0] == '\0' || value != NULL)
		abort();
	free(text);
	nch_arena_free(arena);
	return 0;
}
