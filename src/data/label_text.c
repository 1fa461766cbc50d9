/* label_text.c - see label_text.h. */
#include "data/label_text.h"

#include <string.h>

#include "base/memory.h"
#include "base/name.h"
#include "base/utf8.h"

/* What is still to be read. */
typedef struct cursor {
	const char *at, *end;
} cursor;

void nch_label_items_free(nch_label_items *items)
{
	nch_free(items->item);
	nch_buffer_free(&items->names);
	*items = (nch_label_items){0};
}

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(text, word, length) == 0;
}

nch_label_truth nch_label_truth_of(const char *text, size_t length)
{
	static const char *const yes[] = { "1", "1.0", "1.", "true", "True", "TRUE" }, *const no[] = { "0", "0.0", "0.", "false", "False", "FALSE", "" };
	nch_name_trim(&text, &length);
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (is_word(text, length, yes[i]))
			return NCH_LABEL_TRUE;
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (is_word(text, length, no[i]))
			return NCH_LABEL_FALSE;
	return NCH_LABEL_NO_TRUTH;
}

static void skip_blanks(cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || (*c->at >= '\t' && *c->at <= '\r')))
		c->at++;
}

/* Four hexadecimal digits behind \u. */
static bool read_unit(cursor *c, uint32_t *unit)
{
	*unit = 0;
	if (c->end - c->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char d = *c->at++;
		int value = d >= '0' && d <= '9' ? d - '0' : d >= 'a' && d <= 'f' ? d - 'a' + 10 : d >= 'A' && d <= 'F' ? d - 'A' + 10 : -1;
		if (value < 0)
			return false;
		*unit = *unit * 16 + (uint32_t)value;
	}
	return true;
}

/* What stands behind a backslash: \uXXXX (two of them for a surrogate pair), or a character that is meant as it is. */
static bool read_escape(cursor *c, nch_buffer *names)
{
	uint32_t high, low;
	if (c->at == c->end)
		return false;
	char kind = *c->at++;
	if (kind != 'u') {
		nch_buffer_byte(names, kind == 'n' || kind == 't' || kind == 'r' ? ' ' : kind);
		return true;
	}
	if (!read_unit(c, &high))
		return false;
	if (high >= 0xD800 && high < 0xDC00) {
		if (c->end - c->at < 6 || c->at[0] != '\\' || c->at[1] != 'u')
			return false;
		c->at += 2;
		if (!read_unit(c, &low) || low < 0xDC00 || low > 0xDFFF)
			return false;
		high = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
	}
	nch_buffer_utf8(names, high);
	return high != 0;
}

static bool read_quoted(cursor *c, nch_buffer *names)
{
	char quote = *c->at++;
	while (c->at < c->end && *c->at != quote) {
		if (*c->at == '\\') {
			c->at++;
			if (!read_escape(c, names))
				return false;
		} else {
			nch_buffer_byte(names, *c->at++);
		}
	}
	return c->at < c->end && *c->at++ == quote;
}

/* A name, quoted or bare; a bare one ends at a comma, blank, colon or bracket. */
static bool read_name(cursor *c, nch_label_item *item, nch_buffer *names)
{
	*item = (nch_label_item){ .begin = names->length };
	item->quoted = c->at < c->end && (*c->at == '\'' || *c->at == '"');
	if (item->quoted && !read_quoted(c, names))
		return false;
	while (!item->quoted && c->at < c->end && strchr(", \t\r\n:[](){}'\"", *c->at) == NULL)
		nch_buffer_byte(names, *c->at++);
	item->length = names->length - item->begin;
	return item->length > 0;
}

/* `: True` behind a name. */
static bool read_value(cursor *c, nch_label_item *item, nch_buffer *names)
{
	nch_label_item value;
	c->at++;
	skip_blanks(c);
	if (!read_name(c, &value, names))
		return false;
	item->truth = nch_label_truth_of(names->data + value.begin, value.length);
	return item->truth != NCH_LABEL_NO_TRUTH;
}

/* Up to the closing bracket. */
static nch_status read_items(cursor *c, char closing, nch_label_items *items, bool *is_list, nch_error *error)
{
	for (bool comma = true;;) {
		skip_blanks(c);
		if (c->at == c->end)
			return NCH_OK;
		if (*c->at == closing) {
			c->at++;
			skip_blanks(c);
			*is_list = c->at == c->end;
			return NCH_OK;
		}
		if (*c->at == ',' && !comma) {
			comma = true;
			c->at++;
			continue;
		}
		nch_label_item item;
		if (!read_name(c, &item, &items->names))
			return NCH_OK;
		skip_blanks(c);
		bool has_value = c->at < c->end && *c->at == ':';
		if ((has_value && (closing != '}' || !read_value(c, &item, &items->names))) || (items->count > 0 && has_value != items->dictionary))
			return NCH_OK;
		items->dictionary = has_value;
		comma = false;
		NCH_TRY(nch_grow(&items->item, &items->capacity, items->count + 1, sizeof *items->item, error));
		items->item[items->count++] = item;
	}
}

nch_status nch_label_text_read(const char *text, size_t length, nch_label_items *items, bool *is_list, nch_error *error)
{
	items->count = 0;
	items->dictionary = false;
	nch_buffer_clear(&items->names);
	nch_buffer_text(&items->names, "");
	*is_list = false;
	nch_name_trim(&text, &length);
	if (length < 2 || strchr("[({", text[0]) == NULL || memchr(text, '\0', length) != NULL)
		return NCH_OK;
	cursor c = { text + 1, text + length };
	NCH_TRY(read_items(&c, text[0] == '[' ? ']' : text[0] == '(' ? ')' : '}', items, is_list, error));
	return nch_buffer_check(&items->names, error);
}
