/* xlnet_text.c - see xlnet_text.h. */
#include "tokenizer/sentencepiece/xlnet_text.h"

#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizer/unicode/bert_text.h"

/* What Python's str.split() cuts at: White_Space and the four information separators. */
static bool is_blank(uint32_t c)
{
	return nch_bert_is_blank(c) || (c >= 0x1C && c <= 0x1F);
}

static nch_status put(nch_normalized *prepared, uint32_t c, size_t origin, nch_error *error)
{
	char bytes[4];
	size_t length = nch_utf8_encode(c, bytes);
	NCH_TRY(nch_grow(&prepared->text, &prepared->text_capacity, prepared->length + length + 1, 1, error));
	NCH_TRY(nch_grow(&prepared->origin, &prepared->origin_capacity, prepared->length + length + 1, sizeof *prepared->origin, error));
	for (size_t i = 0; i < length; i++) {
		prepared->text[prepared->length] = bytes[i];
		prepared->origin[prepared->length++] = (uint32_t)origin;
	}
	return NCH_OK;
}

static nch_status put_character(const nch_sp_wrapping *wrapping, uint32_t c, size_t origin, nch_normalized *prepared, nch_error *error)
{
	uint32_t parts[NCH_UNICODE_MAX_DECOMPOSITION] = {c};
	size_t count = wrapping->strip_accents ? nch_unicode_decompose(c, true, parts) : 1;
	for (size_t i = 0; i < count; i++) {
		if (wrapping->strip_accents && nch_unicode_combining_class(parts[i]) != 0)
			continue;
		NCH_TRY(put(prepared, wrapping->lower_case ? nch_unicode_to_lower(parts[i]) : parts[i], origin, error));
		if (wrapping->lower_case && parts[i] == 0x130) /* İ: the table has no place for the dot that stays above its small letter */
			NCH_TRY(put(prepared, 0x307, origin, error));
	}
	return NCH_OK;
}

nch_status nch_xlnet_prepare(const nch_sp_wrapping *wrapping, const char *text, size_t length, nch_normalized *prepared,
                             nch_error *error)
{
	size_t blank = length; /* where a run of blanks began that is not written yet; length: none did */
	prepared->length = 0;
	for (size_t at = 0; at < length;) {
		uint32_t c;
		size_t begin = at;
		at += nch_utf8_decode(text + at, length - at, &c);
		c = c == NCH_UTF8_BAD ? 0xFFFD : c;
		if (is_blank(c)) {
			blank = blank == length && prepared->length > 0 ? begin : blank;
			continue;
		}
		if (blank != length)
			NCH_TRY(put(prepared, ' ', blank, error));
		blank = length;
		if ((c == '`' || c == '\'') && at < length && (uint32_t)text[at] == c) {
			c = '"';
			at++;
		}
		NCH_TRY(put_character(wrapping, c, begin, prepared, error));
	}
	NCH_TRY(nch_grow(&prepared->text, &prepared->text_capacity, prepared->length + 1, 1, error));
	NCH_TRY(nch_grow(&prepared->origin, &prepared->origin_capacity, prepared->length + 1, sizeof *prepared->origin, error));
	prepared->origin[prepared->length] = (uint32_t)(blank != length ? blank : length);
	return NCH_OK;
}
