/* json.c - JSON (RFC 8259) read into a tree by recursive descent: one function a production of its grammar. */
#include "base/json.h"

#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"

/* Deeper than any real file, far less than what the stack holds. */
struct parser {
	const char *text;
	size_t length, at;
	nch_arena *arena;
	nch_buffer scratch; /* a string whose escapes are being resolved */
	nch_json_fault *fault;
	nch_error *error;
	int depth;
};

static nch_status parse_value(struct parser *p, nch_json *value);

#define NO_JSON "this is no JSON: "
#define fail_at(p, at, what) note_fault(p, at, NO_JSON what)

/* Notes line and column of text[at]. */
static nch_status note_fault(struct parser *p, size_t at, const char *what)
{
	size_t line = 1, start = 0;
	for (size_t i = 0; i < at && i < p->length; i++)
		if (p->text[i] == '\n') {
			line++;
			start = i + 1;
		}
	*p->fault = (nch_json_fault){line, nch_utf8_count(p->text + start, (at < p->length ? at : p->length) - start) + 1, what};
	return NCH_FORMAT;
}

static void skip_space(struct parser *p)
{
	while (p->at < p->length) {
		char c = p->text[p->at];
		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			break;
		p->at++;
	}
}

static bool take(struct parser *p, char c)
{
	if (p->at >= p->length || p->text[p->at] != c)
		return false;
	p->at++;
	return true;
}

/* Four hexadecimal digits at p->at. */
static bool take_hex(struct parser *p, uint32_t *value)
{
	if (p->length - p->at < 4)
		return false;
	uint32_t number = 0;
	for (int i = 0; i < 4; i++) {
		char c = p->text[p->at + (size_t)i];
		uint32_t digit;
		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			digit = (uint32_t)(c - 'A' + 10);
		else
			return false;
		number = number * 16 + digit;
	}
	p->at += 4;
	*value = number;
	return true;
}

/* After "\u": UTF-16 code units. A high surrogate wants "\uDC00".."\uDFFF" behind it; one without, and a low one by itself,
 * stands for nothing and becomes U+FFFD. */
static nch_status take_unicode_escape(struct parser *p)
{
	uint32_t first, second;
	if (!take_hex(p, &first))
		return fail_at(p, p->at, "\\u needs four hexadecimal digits");
	if (first >= 0xD800 && first <= 0xDBFF) {
		size_t back = p->at;
		if (take(p, '\\') && take(p, 'u') && take_hex(p, &second) && second >= 0xDC00 && second <= 0xDFFF) {
			first = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
		} else {
			p->at = back;
			first = 0xFFFD;
		}
	} else if (first >= 0xDC00 && first <= 0xDFFF) {
		first = 0xFFFD;
	}
	nch_buffer_utf8(&p->scratch, first);
	return NCH_OK;
}

static nch_status take_escape(struct parser *p)
{
	if (p->at >= p->length)
		return fail_at(p, p->at, "the text ends within a string");
	char c = p->text[p->at++];
	switch (c) {
	case '"':
	case '\\':
	case '/': nch_buffer_byte(&p->scratch, c); return NCH_OK;
	case 'b': nch_buffer_byte(&p->scratch, '\b'); return NCH_OK;
	case 'f': nch_buffer_byte(&p->scratch, '\f'); return NCH_OK;
	case 'n': nch_buffer_byte(&p->scratch, '\n'); return NCH_OK;
	case 'r': nch_buffer_byte(&p->scratch, '\r'); return NCH_OK;
	case 't': nch_buffer_byte(&p->scratch, '\t'); return NCH_OK;
	case 'u': return take_unicode_escape(p);
	default: return fail_at(p, p->at - 1, "an escape that JSON does not know");
	}
}

/* The rest of a string, p->at behind its opening quote. */
static nch_status parse_string(struct parser *p, const char **text, size_t *length)
{
	nch_buffer_clear(&p->scratch);
	size_t plain = p->at; /* text[plain .. at) is to be copied as it is */
	for (;;) {
		if (p->at >= p->length)
			return fail_at(p, p->at, "the text ends within a string");
		unsigned char c = (unsigned char)p->text[p->at];
		if (c == '"' || c == '\\') {
			nch_buffer_add(&p->scratch, p->text + plain, p->at - plain);
			p->at++;
			if (c == '"')
				break;
			NCH_TRY(take_escape(p));
			plain = p->at;
		} else if (c < 0x20) {
			return fail_at(p, p->at, "a control character within a string (a missing quote?)");
		} else if (c < 0x80) {
			p->at++;
		} else {
			uint32_t code_point;
			size_t size = nch_utf8_decode(p->text + p->at, p->length - p->at, &code_point);
			if (code_point == NCH_UTF8_BAD)
				return fail_at(p, p->at, "a string that is not UTF-8");
			p->at += size;
		}
	}
	NCH_TRY(nch_buffer_check(&p->scratch, p->error));
	*text = nch_arena_text(p->arena, p->scratch.data, p->scratch.length);
	*length = p->scratch.length;
	return *text != NULL ? NCH_OK : nch_no_memory(p->error);
}

static size_t skip_digits(const struct parser *p, size_t at)
{
	while (at < p->length && p->text[at] >= '0' && p->text[at] <= '9')
		at++;
	return at;
}

/* RFC 8259, 6: [-] (0 | 1-9 digits) [. digits] [e [+-] digits] */
static nch_status parse_number(struct parser *p, nch_json *value)
{
	size_t start = p->at, at = p->at;
	if (p->text[at] == '-')
		at++;
	size_t digits = skip_digits(p, at) - at;
	if (digits == 0)
		return fail_at(p, at, "expected a value");
	if (digits > 1 && p->text[at] == '0')
		return fail_at(p, at, "a number that begins with 0");
	at += digits;
	if (at < p->length && p->text[at] == '.') {
		size_t fraction = skip_digits(p, at + 1);
		if (fraction == at + 1)
			return fail_at(p, at, "a number without digits after its point");
		at = fraction;
	}
	if (at < p->length && (p->text[at] == 'e' || p->text[at] == 'E')) {
		at++;
		if (at < p->length && (p->text[at] == '+' || p->text[at] == '-'))
			at++;
		size_t exponent = skip_digits(p, at);
		if (exponent == at)
			return fail_at(p, at, "a number without digits in its exponent");
		at = exponent;
	}
	if (!nch_number_read(p->text + start, at - start, &value->number))
		return fail_at(p, start, "a number that is too large");
	value->type = NCH_JSON_NUMBER;
	value->text = nch_arena_text(p->arena, p->text + start, at - start);
	value->length = at - start;
	p->at = at;
	return value->text != NULL ? NCH_OK : nch_no_memory(p->error);
}

static nch_status parse_word(struct parser *p, nch_json *value, const char *word, nch_json_type type)
{
	size_t length = strlen(word);
	if (p->length - p->at < length || memcmp(p->text + p->at, word, length) != 0)
		return fail_at(p, p->at, "expected a value");
	p->at += length;
	value->type = type;
	return NCH_OK;
}

/* A new last child of `parent`. */
static nch_json *add_child(struct parser *p, nch_json *parent, nch_json **last)
{
	nch_json *child = nch_arena_alloc(p->arena, 1, sizeof *child);
	if (child == NULL)
		return NULL;
	*child = (nch_json){0};
	if (*last == NULL)
		parent->first = child;
	else
		(*last)->next = child;
	*last = child;
	parent->count++;
	return child;
}

static nch_status parse_member(struct parser *p, nch_json *member)
{
	skip_space(p);
	if (!take(p, '"'))
		return fail_at(p, p->at, "expected a member's name in quotes");
	NCH_TRY(parse_string(p, &member->name, &member->name_length));
	skip_space(p);
	if (!take(p, ':'))
		return fail_at(p, p->at, "expected ':' after a member's name");
	return parse_value(p, member);
}

/* An array or an object, p->at behind its opening bracket. */
static nch_status parse_children(struct parser *p, nch_json *value, nch_json_type type)
{
	const char close = type == NCH_JSON_ARRAY ? ']' : '}';
	if (++p->depth > NCH_JSON_DEPTH)
		return fail_at(p, p->at, "too many brackets within brackets");
	value->type = type;
	nch_json *last = NULL;
	skip_space(p);
	if (!take(p, close)) {
		do {
			nch_json *child = add_child(p, value, &last);
			if (child == NULL)
				return nch_no_memory(p->error);
			NCH_TRY(type == NCH_JSON_ARRAY ? parse_value(p, child) : parse_member(p, child));
			skip_space(p);
		} while (take(p, ','));
		if (!take(p, close))
			return type == NCH_JSON_ARRAY ? fail_at(p, p->at, "expected ',' or ']'") : fail_at(p, p->at, "expected ',' or '}'");
	}
	p->depth--;
	return NCH_OK;
}

static nch_status parse_value(struct parser *p, nch_json *value)
{
	skip_space(p);
	if (p->at >= p->length)
		return fail_at(p, p->at, "the text ends where a value is expected");
	value->begin = p->at;
	nch_status status;
	switch (p->text[p->at]) {
	case '{': p->at++; status = parse_children(p, value, NCH_JSON_OBJECT); break;
	case '[': p->at++; status = parse_children(p, value, NCH_JSON_ARRAY); break;
	case '"':
		p->at++;
		value->type = NCH_JSON_STRING;
		status = parse_string(p, &value->text, &value->length);
		break;
	case 't': status = parse_word(p, value, "true", NCH_JSON_TRUE); break;
	case 'f': status = parse_word(p, value, "false", NCH_JSON_FALSE); break;
	case 'n': status = parse_word(p, value, "null", NCH_JSON_NULL); break;
	default: status = parse_number(p, value); break;
	}
	value->end = p->at;
	return status;
}

nch_status nch_json_parse_part(const char *text, size_t length, nch_arena *arena, nch_json **value, nch_json_fault *fault, nch_error *error)
{
	struct parser p = {.text = text, .length = length, .arena = arena, .fault = fault, .error = error};
	nch_json *root = nch_arena_alloc(arena, 1, sizeof *root);
	if (root == NULL)
		return nch_no_memory(error);
	*root = (nch_json){0};
	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		p.at = 3; /* a byte order mark, as some editors write it */
	nch_status status = parse_value(&p, root);
	if (status == NCH_OK) {
		skip_space(&p);
		if (p.at < length)
			status = fail_at(&p, p.at, "something follows the value");
	}
	nch_buffer_free(&p.scratch);
	if (status == NCH_OK)
		*value = root;
	return status;
}

nch_status nch_json_parse(const char *text, size_t length, const char *where, nch_arena *arena, nch_json **value, nch_error *error)
{
	nch_json_fault fault;
	nch_status status = nch_json_parse_part(text, length, arena, value, &fault, error);
	return status == NCH_FORMAT ? nch_fail(error, status, "%s:%zu:%zu: %s", where, fault.line, fault.column, fault.what) : status;
}

static const nch_json *get(const nch_json *object, const char *name, size_t length)
{
	const nch_json *found = NULL;
	if (object == NULL || object->type != NCH_JSON_OBJECT)
		return NULL;
	for (const nch_json *member = object->first; member != NULL; member = member->next)
		if (member->name_length == length && memcmp(member->name, name, length) == 0)
			found = member;
	return found;
}

const nch_json *nch_json_get(const nch_json *object, const char *name)
{
	return get(object, name, strlen(name));
}

const nch_json *nch_json_child(const nch_json *value, const char *part, size_t length)
{
	int64_t index;
	if (value == NULL || value->type != NCH_JSON_ARRAY)
		return get(value, part, length);
	if (!nch_number_read_integer(part, length, &index) || index < 0)
		return NULL;
	const nch_json *child = value->first;
	while (child != NULL && index-- > 0)
		child = child->next;
	return child;
}

const nch_json *nch_json_path(const nch_json *value, const char *dotted)
{
	while (value != NULL) {
		size_t length = strcspn(dotted, ".");
		value = nch_json_child(value, dotted, length);
		if (dotted[length] == '\0')
			return value;
		dotted += length + 1;
	}
	return NULL;
}

double nch_json_number(const nch_json *object, const char *name, double otherwise)
{
	const nch_json *member = nch_json_get(object, name);
	return member != NULL && member->type == NCH_JSON_NUMBER ? member->number : otherwise;
}

bool nch_json_bool(const nch_json *object, const char *name, bool otherwise)
{
	const nch_json *member = nch_json_get(object, name);
	if (member != NULL && (member->type == NCH_JSON_TRUE || member->type == NCH_JSON_FALSE))
		return member->type == NCH_JSON_TRUE;
	return otherwise;
}

const char *nch_json_text(const nch_json *object, const char *name, const char *otherwise)
{
	const nch_json *member = nch_json_get(object, name);
	return member != NULL && member->type == NCH_JSON_STRING ? member->text : otherwise;
}
