/* xml.c - see xml.h: one event after the other. */
#include "io/xml.h"

#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define MAX_TEXT 16384 /* of one TEXT event */

static nch_status bad(const nch_xml *xml, const char *what, nch_error *error)
{
	return nch_fail(error, NCH_FORMAT, "%s: the part %.*s is no good XML: %s", xml->stream.zip->where,
	                (int)xml->stream.entry->name_length, xml->stream.entry->name, what);
}

nch_status nch_xml_open(nch_xml *xml, const nch_zip *zip, const nch_zip_entry *entry, nch_error *error)
{
	*xml = (nch_xml){0};
	xml->window = nch_alloc(NCH_XML_WINDOW, 1);
	if (xml->window == NULL)
		return nch_no_memory(error);
	nch_status status = nch_zip_stream_open(&xml->stream, zip, entry, error);
	if (status != NCH_OK)
		nch_xml_close(xml);
	return status;
}

void nch_xml_close(nch_xml *xml)
{
	nch_zip_stream_close(&xml->stream);
	nch_buffer_free(&xml->text);
	nch_free(xml->window);
	*xml = (nch_xml){0};
}

/* --- the window --- */

static nch_status fill(nch_xml *xml, nch_error *error)
{
	memmove(xml->window, xml->window + xml->begin, xml->end - xml->begin);
	xml->end -= xml->begin;
	xml->begin = 0;
	while (!xml->stream_ended && xml->end < NCH_XML_WINDOW) {
		size_t got;
		NCH_TRY(nch_zip_stream_read(&xml->stream, xml->window + xml->end, NCH_XML_WINDOW - xml->end, &got, error));
		xml->end += got;
		xml->stream_ended = got == 0;
	}
	return NCH_OK;
}

/* Where `mark` ends behind window[begin + from], as a length from begin; the tag must fit in the window. */
static nch_status find(nch_xml *xml, size_t from, const char *mark, size_t *length, nch_error *error)
{
	size_t size = strlen(mark);
	for (int tries = 0; tries < 2; tries++) {
		for (size_t at = xml->begin + from; at + size <= xml->end; at++) {
			const char *hit = memchr(xml->window + at, mark[0], xml->end - at - size + 1);
			if (hit == NULL)
				break;
			at = (size_t)(hit - xml->window);
			if (memcmp(hit, mark, size) == 0) {
				*length = at + size - xml->begin;
				return NCH_OK;
			}
		}
		if (tries == 0)
			NCH_TRY(fill(xml, error));
	}
	return bad(xml, xml->stream_ended ? "it ends inside a tag" : "a tag is too long", error);
}

/* --- text --- */

/* &name; or &#number; at text: its length, or 0 if it is none. Appends what it stands for. */
static size_t decode_reference(nch_buffer *out, const char *text, size_t length)
{
	static const struct {
		const char *name;
		char value;
	} names[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' } };
	for (size_t i = 0; i < 5; i++) {
		size_t size = strlen(names[i].name);
		if (length >= size && memcmp(text, names[i].name, size) == 0) {
			nch_buffer_byte(out, names[i].value);
			return size;
		}
	}
	if (length < 4 || text[1] != '#')
		return 0;
	bool hexadecimal = text[2] == 'x';
	uint32_t code = 0;
	size_t at = hexadecimal ? 3 : 2, start = at;
	for (; at < length && text[at] != ';' && at < 12; at++) {
		char c = text[at];
		uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
		                 : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
		                 : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
		                                        : 99;
		if (digit >= (hexadecimal ? 16u : 10u) || code > 0x10FFFF)
			return 0;
		code = code * (hexadecimal ? 16 : 10) + digit;
	}
	if (at == start || at >= length || text[at] != ';' || code == 0)
		return 0;
	nch_buffer_utf8(out, code);
	return at + 1;
}

/* Decodes references and line ends of a run of text (or of an attribute's value). False for a reference that is none. */
static bool decode_text(nch_buffer *out, const char *text, size_t length, bool *carriage_return)
{
	for (size_t i = 0; i < length;) {
		char c = text[i];
		if (c == '&') {
			size_t taken = decode_reference(out, text + i, length - i);
			if (taken == 0)
				return false;
			i += taken;
			*carriage_return = false;
			continue;
		}
		if (c == '\r')
			nch_buffer_byte(out, '\n');
		else if (c != '\n' || !*carriage_return)
			nch_buffer_byte(out, (unsigned char)c);
		*carriage_return = c == '\r';
		i++;
	}
	return true;
}

/* Text up to the next tag, at most MAX_TEXT bytes of it; a reference is not cut in two. */
static nch_status take_text(nch_xml *xml, nch_error *error)
{
	if (xml->end - xml->begin < MAX_TEXT + 16)
		NCH_TRY(fill(xml, error));
	const char *text = xml->window + xml->begin;
	size_t have = xml->end - xml->begin, length = have < MAX_TEXT ? have : MAX_TEXT;
	const char *tag = memchr(text, '<', length);
	if (tag != NULL)
		length = (size_t)(tag - text);
	else
		for (size_t back = 1; back <= 12 && back <= length; back++)
			if (text[length - back] == '&' && memchr(text + length - back, ';', back) == NULL &&
			    length - back > 0) {
				length -= back;
				break;
			}
	nch_buffer_clear(&xml->text);
	if (!decode_text(&xml->text, text, length, &xml->carriage_return))
		return bad(xml, "an entity is unknown", error);
	xml->begin += length;
	return nch_buffer_check(&xml->text, error);
}

/* --- tags --- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Names and values of <name a="b" c='d' …>, decoded, into xml->text. */
static nch_status read_attributes(nch_xml *xml, const char *tag, size_t length, nch_error *error)
{
	nch_buffer_clear(&xml->text);
	xml->attributes = 0;
	for (size_t i = 0; i < length;) {
		while (i < length && is_space(tag[i]))
			i++;
		size_t name = i;
		while (i < length && tag[i] != '=' && !is_space(tag[i]))
			i++;
		size_t name_end = i;
		if (name == name_end)
			break;
		while (i < length && is_space(tag[i]))
			i++;
		if (i >= length || tag[i] != '=')
			return bad(xml, "an attribute has no value", error);
		for (i++; i < length && is_space(tag[i]); i++)
			;
		if (i >= length || (tag[i] != '"' && tag[i] != '\''))
			return bad(xml, "an attribute's value has no quotes", error);
		const char *quote = memchr(tag + i + 1, tag[i], length - i - 1);
		if (quote == NULL)
			return bad(xml, "an attribute's value has no end", error);
		const char *colon = memchr(tag + name, ':', name_end - name);
		if (colon != NULL)
			name = (size_t)(colon + 1 - tag);
		nch_buffer_add(&xml->text, tag + name, name_end - name);
		nch_buffer_byte(&xml->text, 0);
		bool carriage_return = false;
		if (!decode_text(&xml->text, tag + i + 1, (size_t)(quote - (tag + i + 1)), &carriage_return))
			return bad(xml, "an entity is unknown", error);
		nch_buffer_byte(&xml->text, 0);
		xml->attributes++;
		i = (size_t)(quote - tag) + 1;
	}
	return nch_buffer_check(&xml->text, error);
}

/* The length of the tag at window[begin], up to its >, which may stand inside quoted values too. */
static nch_status measure_tag(nch_xml *xml, size_t *length, nch_error *error)
{
	for (int tries = 0; tries < 2; tries++) {
		char quote = 0;
		for (size_t at = xml->begin; at < xml->end; at++) {
			char c = xml->window[at];
			if (quote != 0)
				quote = c == quote ? 0 : quote;
			else if (c == '"' || c == '\'')
				quote = c;
			else if (c == '>') {
				*length = at + 1 - xml->begin;
				return NCH_OK;
			}
		}
		if (tries == 0)
			NCH_TRY(fill(xml, error));
	}
	return bad(xml, xml->stream_ended ? "it ends inside a tag" : "a tag is too long", error);
}

static void copy_name(char name[32], const char *tag, size_t length)
{
	const char *colon = length > 0 ? memchr(tag, ':', length) : NULL;
	if (colon != NULL) {
		length -= (size_t)(colon + 1 - tag);
		tag = colon + 1;
	}
	length = length < 31 ? length : 31;
	memcpy(name, tag, length);
	name[length] = '\0';
}

static nch_status end_element(nch_xml *xml, const char *tag, size_t length, nch_error *error)
{
	char name[32];
	while (length > 0 && is_space(tag[length - 1]))
		length--;
	copy_name(name, tag, length);
	if (xml->depth == 0 || strcmp(name, xml->names[xml->depth - 1]) != 0)
		return bad(xml, "a closing tag has no opening one", error);
	xml->depth--;
	return NCH_OK;
}

static nch_status start_element(nch_xml *xml, const char *tag, size_t length, nch_error *error)
{
	size_t name = 0;
	xml->empty_tag = length > 0 && tag[length - 1] == '/';
	length -= xml->empty_tag;
	while (name < length && !is_space(tag[name]))
		name++;
	if (name == 0)
		return bad(xml, "a tag has no name", error);
	if (xml->depth == NCH_XML_DEPTH)
		return bad(xml, "its elements are nested too deeply", error);
	copy_name(xml->names[xml->depth++], tag, name);
	return read_attributes(xml, tag + name, length - name, error);
}

/* A tag, comment or the like at window[begin]; *told is false for what is no event. */
static nch_status take_markup(nch_xml *xml, nch_xml_event *event, bool *told, nch_error *error)
{
	size_t length = 0;
	*told = true;
	if (xml->end - xml->begin < 16)
		NCH_TRY(fill(xml, error));
	const char *tag = xml->window + xml->begin;
	size_t have = xml->end - xml->begin;
	if (have >= 4 && memcmp(tag, "<!--", 4) == 0) {
		NCH_TRY(find(xml, 4, "-->", &length, error));
		*told = false;
	} else if (have >= 2 && tag[1] == '?') {
		NCH_TRY(find(xml, 2, "?>", &length, error));
		*told = false;
	} else if (have >= 9 && memcmp(tag, "<![CDATA[", 9) == 0) {
		NCH_TRY(find(xml, 9, "]]>", &length, error));
		nch_buffer_clear(&xml->text);
		nch_buffer_add(&xml->text, xml->window + xml->begin + 9, length - 12);
		*event = NCH_XML_TEXT;
	} else if (have >= 2 && tag[1] == '!') {
		return bad(xml, "it has a document type, which is refused", error);
	} else {
		NCH_TRY(measure_tag(xml, &length, error));
		tag = xml->window + xml->begin;
		*event = tag[1] == '/' ? NCH_XML_END : NCH_XML_START;
		if (*event == NCH_XML_END)
			NCH_TRY(end_element(xml, tag + 2, length - 3, error));
		else
			NCH_TRY(start_element(xml, tag + 1, length - 2, error));
	}
	xml->begin += length;
	xml->carriage_return = false;
	return nch_buffer_check(&xml->text, error);
}

nch_status nch_xml_next(nch_xml *xml, nch_xml_event *event, nch_error *error)
{
	if (xml->empty_tag) {
		xml->empty_tag = false;
		xml->depth--;
		*event = NCH_XML_END;
		return NCH_OK;
	}
	for (;;) {
		if (xml->begin == xml->end)
			NCH_TRY(fill(xml, error));
		if (xml->begin == xml->end) {
			*event = NCH_XML_DONE;
			return xml->depth == 0 ? NCH_OK : bad(xml, "it is cut off", error);
		}
		if (xml->window[xml->begin] != '<') {
			*event = NCH_XML_TEXT;
			return take_text(xml, error);
		}
		bool told;
		NCH_TRY(take_markup(xml, event, &told, error));
		if (told)
			return NCH_OK;
	}
}

bool nch_xml_is(const nch_xml *xml, nch_xml_event event, nch_xml_event wanted, const char *name)
{
	if (event != wanted)
		return false;
	if (event == NCH_XML_START)
		return strcmp(xml->names[xml->depth - 1], name) == 0;
	/* the name of the element that has just ended still stands behind the top of the stack */
	return event == NCH_XML_END && strcmp(xml->names[xml->depth], name) == 0;
}

const char *nch_xml_attribute(const nch_xml *xml, const char *name)
{
	const char *at = xml->text.data;
	for (size_t i = 0; i < xml->attributes; i++) {
		const char *value = at + strlen(at) + 1;
		if (strcmp(at, name) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return NULL;
}

nch_status nch_xml_skip(nch_xml *xml, nch_error *error)
{
	size_t depth = xml->depth - 1;
	nch_xml_event event = NCH_XML_START;
	while (event != NCH_XML_DONE && !(event == NCH_XML_END && xml->depth == depth))
		NCH_TRY(nch_xml_next(xml, &event, error));
	return NCH_OK;
}
