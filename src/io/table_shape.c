/* table_shape.c - what the delimiter of a table is, and whether its quotes are quotes.
 *
 * Commas: a text without quoting could not hold one, so a field that starts with a quote is quoted, always.
 * Tabs: texts hold none, so many files are written without any quoting, and a text that happens to start with a quote
 * ("인생은 아름다워" 다시 봤다) must keep it. Files written by Excel, pandas or R are quoted. The sample tells them apart.
 */
#include <string.h>

#include "io/rows_private.h"

#define SAMPLED_LINES 200

/* What was seen of the quotes in a sample. */
typedef struct quote_evidence {
	size_t malformed;                /* starts with a quote, but isn't a quoted field */
	size_t needless;                 /* quoted though it holds no quote, delimiter or line break */
	size_t commas;                   /* quoted for a comma only: Excel does that in files with tabs too */
	size_t needed;                   /* quoted, and it had to be */
	size_t bare_texts;               /* not quoted, not empty, no number */
	size_t bare_quotes, bare_commas; /* not quoted, but holds a quote (a comma) */
} quote_evidence;

typedef struct quoted_field {
	bool well_formed, has_escape, has_delimiter, has_break, has_comma;
	size_t length; /* with both quotes */
} quoted_field;

/* Looks at a field whose first byte is a quote. */
static quoted_field look_at_quoted(const char *text, size_t length, bool whole, char delimiter)
{
	quoted_field field = {0};
	for (size_t i = 1; i < length; i++) {
		if (text[i] == '"' && i + 1 < length && text[i + 1] == '"') {
			field.has_escape = true;
			i++;
		} else if (text[i] == '"') {
			field.length = i + 1;
			char next = i + 1 < length ? text[i + 1] : '\n';
			field.well_formed = i + 1 < length ? next == delimiter || next == '\n' || next == '\r' : whole;
			return field;
		}
		field.has_delimiter |= text[i] == delimiter;
		field.has_break |= text[i] == '\n';
		field.has_comma |= text[i] == ',';
	}
	return field;
}

static void look_at_bare(const char *text, size_t length, quote_evidence *evidence)
{
	bool number = true;
	for (size_t i = 0; i < length; i++)
		number &= (text[i] >= '0' && text[i] <= '9') || strchr("+-.eE, ", text[i]) != NULL;
	evidence->bare_texts += length > 0 && !number;
	if (length > 0 && memchr(text, '"', length) != NULL)
		evidence->bare_quotes++;
	if (length > 0 && memchr(text, ',', length) != NULL)
		evidence->bare_commas++;
}

static quote_evidence weigh_quotes(const char *text, size_t length, bool whole, char delimiter)
{
	quote_evidence evidence = {0};
	for (size_t i = 0; i < length; i++) { /* i stands at the start of a field */
		size_t start = i;
		if (text[i] == '"') {
			quoted_field field = look_at_quoted(text + i, length - i, whole, delimiter);
			if (field.well_formed) {
				if (field.has_escape || field.has_delimiter || field.has_break)
					evidence.needed++;
				else if (field.has_comma)
					evidence.commas++;
				else
					evidence.needless++;
				i += field.length;
				continue;
			}
			if (field.length > 0 || whole || length - i > NCH_MAX_ROW) /* else the sample's end cut it */
				evidence.malformed++;
		}
		while (i < length && text[i] != delimiter && text[i] != '\n')
			i++;
		if (text[start] != '"')
			look_at_bare(text + start, i - start - (i > start && text[i - 1] == '\r'), &evidence);
	}
	return evidence;
}

static bool tabs_are_quoted(const char *text, size_t length, bool whole, bool *unseen)
{
	quote_evidence evidence = weigh_quotes(text, length, whole, '\t');
	*unseen = evidence.malformed + evidence.needless + evidence.commas + evidence.needed + evidence.bare_quotes == 0;
	size_t against = evidence.malformed + evidence.needless, in_favour = evidence.needed;
	if (evidence.bare_commas == 0)
		in_favour += evidence.commas; /* every text with a comma is quoted: Excel */
	else
		against += evidence.commas;
	if (evidence.bare_texts == 0 && evidence.malformed == 0)
		return true; /* every text is quoted: R, or pandas with QUOTE_ALL */
	if (in_favour + against == 0)
		return evidence.bare_quotes == 0;
	return in_favour > against;
}

/* --- the delimiter --- */

/* Counts the delimiters of the record at text, outside quotes; *taken is its length with the line end, 0 if the
 * sample's end cuts it. */
static size_t count_delimiters(const char *text, size_t length, bool whole, char delimiter, bool quoted, size_t *taken)
{
	size_t count = 0;
	bool inside = false, at_start = true;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (c == '"' && quoted && (inside || at_start))
			inside = !inside; /* a doubled quote goes out and in again */
		else if (c == delimiter && !inside)
			count++;
		else if (c == '\n' && !inside) {
			*taken = i + 1;
			return count;
		}
		at_start = !inside && (c == delimiter || (c == '"' && quoted));
	}
	*taken = whole ? length : 0;
	return count;
}

/* Do all lines of the sample hold the delimiter equally often? */
static bool is_consistent(const char *text, size_t length, bool whole, char delimiter, bool quoted)
{
	size_t expected = 0, lines = 0;
	while (length > 0 && lines < SAMPLED_LINES) {
		size_t taken;
		size_t count = count_delimiters(text, length, whole, delimiter, quoted, &taken);
		if (taken == 0)
			break;
		bool blank = taken == 1 || (taken == 2 && text[0] == '\r');
		if (!blank && (count == 0 || (lines > 0 && count != expected)))
			return false;
		if (!blank) {
			expected = count;
			lines++;
		}
		text += taken;
		length -= taken;
	}
	return lines > 0;
}

static char choose_delimiter(const char *text, size_t length, bool whole, char preferred)
{
	static const char candidates[] = { ',', '\t', ';', '|' };
	const char *lf = length > 0 ? memchr(text, '\n', length) : NULL;
	size_t first_line = lf != NULL ? (size_t)(lf - text) : length;
	bool promised = first_line > 0 && memchr(text, preferred, first_line) != NULL;
	if (promised && (preferred == '\t' || is_consistent(text, length, whole, preferred, preferred != '\t')))
		return preferred;
	for (size_t i = 0; i < sizeof candidates; i++)
		if (candidates[i] != preferred && is_consistent(text, length, whole, candidates[i], candidates[i] != '\t'))
			return candidates[i];
	return preferred;
}

nch_table_shape nch_table_sniff(const char *sample, size_t length, bool whole, char delimiter, char preferred,
                                nch_quoting quoting)
{
	nch_table_shape shape = { .delimiter = delimiter };
	if (delimiter == '\0')
		shape.delimiter = choose_delimiter(sample, length, whole, preferred);
	if (quoting == NCH_QUOTING_AUTO && shape.delimiter == '\t')
		shape.quoted = tabs_are_quoted(sample, length, whole, &shape.unseen);
	else
		shape.quoted = quoting != NCH_QUOTING_NONE;
	shape.is_table = is_consistent(sample, length, whole, shape.delimiter, shape.quoted);
	return shape;
}
