/* tag_write.c - a tagged book as lines. */
#include "cli/commands/tag_write.h"

#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/utf8.h"

/* So many points of the arc are told. */
enum { ARC_POINTS = 40 };

static void add_json_text(nch_buffer *out, const char *text)
{
	nch_json_write_text(out, text, strlen(text));
}

static float score_of(const nch_tag_sheet *s, size_t i, size_t label)
{
	return s->tags->scores[i * s->tags->labels + label];
}

/* --- JSON --- */

static void add_object(const nch_tag_sheet *s, size_t i, nch_buffer *out)
{
	const nch_passage *p = &s->book->items[i];
	size_t label = s->tags->label[i];
	nch_buffer_byte(out, '{');
	if (s->name != NULL) {
		nch_buffer_text(out, "\"book\":");
		add_json_text(out, s->name);
		nch_buffer_byte(out, ',');
	}
	nch_buffer_printf(out, "\"number\":%zu,\"paragraph\":%zu,\"begin\":%zu,\"end\":%zu,\"kind\":\"%s\",\"text\":", i + 1, p->paragraph + 1, p->begin, p->end,
	                  p->speech ? "speech" : "narration");
	nch_json_write_text(out, s->book->text + p->begin, p->end - p->begin);
	nch_buffer_text(out, ",\"label\":");
	add_json_text(out, s->labels[label]);
	if (s->smoothed) {
		nch_buffer_text(out, ",\"plain\":");
		add_json_text(out, s->labels[s->tags->plain[i]]);
	}
	nch_buffer_text(out, ",\"score\":");
	nch_json_write_float(out, score_of(s, i, label));
	nch_buffer_text(out, ",\"scores\":");
	nch_json_write_named(out, s->labels, s->tags->scores + i * s->tags->labels, s->tags->labels);
	nch_buffer_byte(out, '}');
}

static size_t points_of(const nch_tag_sheet *s)
{
	return s->tags->count < ARC_POINTS ? s->tags->count : ARC_POINTS;
}

/* The sentence of a point of the arc. */
static size_t point_at(const nch_tag_sheet *s, size_t point)
{
	return points_of(s) > 1 ? point * (s->tags->count - 1) / (points_of(s) - 1) : 0;
}

static void add_counts(const nch_tag_sheet *s, nch_buffer *out)
{
	for (size_t c = 0; c < s->tags->labels; c++) {
		size_t count = 0;
		for (size_t i = 0; i < s->tags->count; i++)
			count += s->tags->label[i] == c;
		nch_buffer_byte(out, c == 0 ? '{' : ',');
		add_json_text(out, s->labels[c]);
		nch_buffer_printf(out, ":%zu", count);
	}
	nch_buffer_byte(out, '}');
}

/* {"sentences":152,"window":11,"counts":{…},"at":[1,…],"means":{"행복":[…],…}} */
static void add_arc(const nch_tag_sheet *s, nch_buffer *out)
{
	nch_buffer_byte(out, '{');
	if (s->name != NULL) {
		nch_buffer_text(out, "\"book\":");
		add_json_text(out, s->name);
		nch_buffer_byte(out, ',');
	}
	nch_buffer_printf(out, "\"sentences\":%zu,\"window\":%zu,\"counts\":", s->tags->count, s->tags->window);
	add_counts(s, out);
	nch_buffer_text(out, ",\"at\":[");
	for (size_t k = 0; k < points_of(s); k++)
		nch_buffer_printf(out, "%s%zu", k > 0 ? "," : "", point_at(s, k) + 1);
	nch_buffer_text(out, "],\"means\":{");
	for (size_t c = 0; c < s->tags->labels; c++) {
		if (c > 0)
			nch_buffer_byte(out, ',');
		add_json_text(out, s->labels[c]);
		nch_buffer_text(out, ":[");
		for (size_t k = 0; k < points_of(s); k++) {
			if (k > 0)
				nch_buffer_byte(out, ',');
			nch_json_write_float(out, s->tags->arc[point_at(s, k) * s->tags->labels + c]);
		}
		nch_buffer_byte(out, ']');
	}
	nch_buffer_text(out, "}}");
}

void nch_tag_write_jsonl(const nch_tag_sheet *s, nch_buffer *out)
{
	for (size_t i = 0; i < s->tags->count; i++) {
		add_object(s, i, out);
		nch_buffer_byte(out, '\n');
	}
	nch_buffer_text(out, "{\"arc\":");
	add_arc(s, out);
	nch_buffer_text(out, "}\n");
}

void nch_tag_write_members(const nch_tag_sheet *s, nch_buffer *out)
{
	nch_buffer_text(out, "\"sentences\":[");
	for (size_t i = 0; i < s->tags->count; i++) {
		if (i > 0)
			nch_buffer_byte(out, ',');
		add_object(s, i, out);
	}
	nch_buffer_text(out, "],\"arc\":");
	add_arc(s, out);
}

/* --- a table --- */

/* What would end a cell or a line becomes a blank. */
static void add_plain(nch_buffer *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		nch_buffer_byte(out, text[i] == '\t' || text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]);
}

static void add_heads(const nch_tag_sheet *s, nch_buffer *out)
{
	for (size_t c = 0; c < s->tags->labels; c++) {
		nch_buffer_byte(out, '\t');
		add_plain(out, s->labels[c], strlen(s->labels[c]));
	}
}

static void add_cells(const float *row, size_t n, nch_buffer *out)
{
	for (size_t c = 0; c < n; c++) {
		nch_buffer_byte(out, '\t');
		nch_number_write_float(out, row[c]);
	}
}

void nch_tag_write_tsv(const nch_tag_sheet *s, nch_buffer *out)
{
	size_t n = s->tags->labels;
	nch_buffer_text(out, s->name != NULL ? "book\tnumber" : "number");
	nch_buffer_text(out, "\tparagraph\tkind\tlabel\tscore");
	add_heads(s, out);
	nch_buffer_text(out, "\ttext\n");
	for (size_t i = 0; i < s->tags->count; i++) {
		const nch_passage *p = &s->book->items[i];
		if (s->name != NULL) {
			add_plain(out, s->name, strlen(s->name));
			nch_buffer_byte(out, '\t');
		}
		nch_buffer_printf(out, "%zu\t%zu\t%s\t", i + 1, p->paragraph + 1, p->speech ? "speech" : "narration");
		add_plain(out, s->labels[s->tags->label[i]], strlen(s->labels[s->tags->label[i]]));
		nch_buffer_byte(out, '\t');
		nch_number_write_float(out, score_of(s, i, s->tags->label[i]));
		add_cells(s->tags->scores + i * n, n, out);
		nch_buffer_byte(out, '\t');
		add_plain(out, s->book->text + p->begin, p->end - p->begin);
		nch_buffer_byte(out, '\n');
	}
	nch_buffer_text(out, "\narc at");
	add_heads(s, out);
	nch_buffer_byte(out, '\n');
	for (size_t k = 0; k < points_of(s); k++) {
		nch_buffer_printf(out, "%zu", point_at(s, k) + 1);
		add_cells(s->tags->arc + point_at(s, k) * n, n, out);
		nch_buffer_byte(out, '\n');
	}
}

/* --- a cue sheet --- */

/* Milliseconds that reading a text aloud takes: a Hangul syllable is one, another letter or digit half of one. */
static size_t reading_time(const char *text, size_t length, double rate)
{
	size_t halves = 0;
	for (size_t at = 0; at < length;) {
		uint32_t c;
		at += nch_utf8_decode(text + at, length - at, &c);
		if (c >= 0xAC00 && c <= 0xD7A3)
			halves += 2;
		else if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
			halves++;
	}
	size_t time = (size_t)(500.0 * (double)halves / rate);
	return time < 800 ? 800 : time;
}

static void add_time(nch_buffer *out, size_t ms)
{
	nch_buffer_printf(out, "%02zu:%02zu:%02zu,%03zu", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

void nch_tag_write_cue(const nch_tag_sheet *s, nch_buffer *out)
{
	size_t now = 0;
	for (size_t i = 0; i < s->tags->count; i++) {
		const nch_passage *p = &s->book->items[i];
		const char *label = s->labels[s->tags->label[i]];
		size_t end = now + reading_time(s->book->text + p->begin, p->end - p->begin, s->rate);
		nch_buffer_printf(out, "%zu\n", i + 1);
		add_time(out, now);
		nch_buffer_text(out, " --> ");
		add_time(out, end);
		nch_buffer_text(out, "\n[");
		add_plain(out, label, strlen(label));
		nch_buffer_printf(out, " %.2f%s] ", (double)score_of(s, i, s->tags->label[i]), p->speech ? ", speech" : "");
		add_plain(out, s->book->text + p->begin, p->end - p->begin);
		nch_buffer_text(out, "\n\n");
		bool new_paragraph = i + 1 < s->tags->count && s->book->items[i + 1].paragraph != p->paragraph;
		now = end + (new_paragraph ? 1000 : 300);
	}
}
