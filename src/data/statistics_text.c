/* statistics_text.c - the statistics as JSON and as a table with bars. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/setting.h"
#include "base/utf8.h"
#include "data/statistics.h"

/* --- JSON --- */

static void json_name(nch_buffer *out, const char *name)
{
	nch_buffer_byte(out, ',');
	nch_json_write_text(out, name, strlen(name));
	nch_buffer_byte(out, ':');
}

static void json_size(nch_buffer *out, const char *name, size_t value)
{
	json_name(out, name);
	nch_buffer_printf(out, "%zu", value);
}

static void json_lengths(nch_buffer *out, const char *name, const nch_lengths *lengths)
{
	const char *names[] = { "mean", "p50", "p85", "p95", "p99" };
	const double values[] = { lengths->mean, lengths->p50, lengths->p85, lengths->p95, lengths->p99 };
	json_name(out, name);
	nch_buffer_byte(out, '{');
	for (size_t i = 0; i < 5; i++) {
		nch_buffer_printf(out, "%s\"%s\":", i > 0 ? "," : "", names[i]);
		nch_json_write_double(out, values[i]);
	}
	nch_buffer_printf(out, ",\"max\":%zu}", lengths->max);
}

static double share(size_t part, size_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 0;
}

static void json_tokens(const nch_statistics *s, const nch_dataset *data, nch_buffer *out)
{
	json_lengths(out, "tokens", &s->tokens);
	json_name(out, "unknown_rate");
	nch_json_write_double(out, share(s->unknown_tokens, s->content_tokens));
	json_size(out, "unknown_rows", s->rows_with_unknown);
	json_name(out, "unknown_by_label");
	nch_buffer_byte(out, '{');
	for (size_t i = 0; i < s->labels; i++) {
		nch_buffer_text(out, i > 0 ? "," : "");
		nch_json_write_text(out, data->labels.names[i], strlen(data->labels.names[i]));
		nch_buffer_byte(out, ':');
		nch_json_write_double(out, share(s->label_unknown[i], s->label_tokens[i]));
	}
	nch_buffer_byte(out, '}');
	json_name(out, "unknown_strings");
	nch_buffer_byte(out, '{');
	for (size_t i = 0; i < s->unknown_string_count; i++) {
		nch_buffer_text(out, i > 0 ? "," : "");
		nch_json_write_text(out, s->unknown_strings[i], strlen(s->unknown_strings[i]));
		nch_buffer_printf(out, ":%zu", s->unknown_counts[i]);
	}
	nch_buffer_byte(out, '}');
	if (s->max_len > 0) {
		json_size(out, "max_len", s->max_len);
		json_size(out, "rows_cut", s->rows_cut);
	}
}

static void json_text(nch_buffer *out, const char *text)
{
	nch_json_write_text(out, text, strlen(text));
}

/* {"text":"문장","label":"감정"}; "pair" only with one; the label is null without one, and a list where each label has a column. */
static void json_columns(const nch_dataset_columns *columns, nch_buffer *out)
{
	json_name(out, "columns");
	nch_buffer_text(out, "{\"text\":");
	json_text(out, columns->text != NULL ? columns->text : "");
	if (columns->pair != NULL) {
		nch_buffer_text(out, ",\"pair\":");
		json_text(out, columns->pair);
	}
	nch_buffer_text(out, columns->label_count > 1 ? ",\"label\":[" : ",\"label\":");
	for (size_t i = 0; i < columns->label_count; i++) {
		nch_buffer_text(out, i > 0 ? "," : "");
		json_text(out, columns->label[i]);
	}
	nch_buffer_text(out, columns->label_count == 0 ? "null}" : columns->label_count > 1 ? "]}" : "}");
}

void nch_statistics_json(const nch_statistics *s, const nch_dataset *data, nch_buffer *out)
{
	nch_buffer_printf(out, "{\"rows\":%zu", s->rows);
	json_size(out, "bad_rows", s->bad_rows);
	json_columns(&data->columns, out);
	if (data->found.count > 0) {
		json_name(out, "labels_before");
		for (size_t i = 0; i < data->found.count; i++) {
			nch_buffer_byte(out, i > 0 ? ',' : '{');
			nch_json_write_text(out, data->found.names[i], strlen(data->found.names[i]));
			nch_buffer_printf(out, ":%zu", data->found_rows[i]);
		}
		nch_buffer_byte(out, '}');
	}
	json_name(out, "labels");
	nch_buffer_byte(out, '{');
	for (size_t i = 0; i < s->labels; i++) {
		nch_buffer_text(out, i > 0 ? "," : "");
		nch_json_write_text(out, data->labels.names[i], strlen(data->labels.names[i]));
		nch_buffer_printf(out, ":%zu", s->label_rows[i]);
	}
	nch_buffer_byte(out, '}');
	json_lengths(out, "characters", &s->characters);
	if (s->has_tokens)
		json_tokens(s, data, out);
	json_size(out, "duplicates", s->duplicates);
	json_size(out, "contradicting_duplicates", s->contradictions);
	json_size(out, "contradicting_rows", s->contradicting_rows);
	if (s->has_test) {
		json_size(out, "shared_with_test", s->shared_test_rows);
		json_size(out, "shared_texts", s->shared_texts);
	}
	nch_buffer_text(out, "}\n");
}

/* --- table --- */

#define NAME_COLUMNS 16

/* 1234567 -> 1,234,567 right-aligned in `width` columns. */
static void add_number(nch_buffer *out, size_t value, size_t width)
{
	char text[32];
	size_t at = sizeof text, digits = 0;
	do {
		if (digits > 0 && digits % 3 == 0)
			text[--at] = ',';
		text[--at] = (char)('0' + value % 10);
		digits++;
	} while ((value /= 10) > 0);
	for (size_t i = sizeof text - at; i < width; i++)
		nch_buffer_byte(out, ' ');
	nch_buffer_add(out, text + at, sizeof text - at);
}

/* A text in at least `width` terminal columns (Hangul takes two), longer ones cut with an ellipsis. */
static void add_padded(nch_buffer *out, const char *text, size_t width)
{
	size_t length = strlen(text), used = 0;
	bool cut = nch_utf8_columns(text, length) > width;
	for (size_t i = 0; i < length;) {
		uint32_t code;
		size_t step = nch_utf8_decode(text + i, length - i, &code);
		size_t columns = code == NCH_UTF8_BAD ? 1 : (size_t)nch_utf8_width(code);
		if (cut && used + columns + 1 > width) {
			nch_buffer_text(out, "…");
			used++;
			break;
		}
		bool control = code < ' ' || (code >= 0x7F && code < 0xA0) || code == NCH_UTF8_BAD;
		nch_buffer_add(out, control ? "?" : text + i, control ? 1 : step);
		used += columns;
		i += step;
	}
	for (; used < width; used++)
		nch_buffer_byte(out, ' ');
}

/* A bar of eighths of a column. */
static void add_bar(nch_buffer *out, double part, size_t columns)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	size_t units = (size_t)(part * (double)columns * 8 + 0.5);
	if (units == 0 && part > 0)
		units = 1;
	for (; units >= 8; units -= 8)
		nch_buffer_text(out, "█");
	nch_buffer_text(out, eighths[units]);
}

static void label_table(const nch_statistics *s, const nch_dataset *data, size_t bar, nch_buffer *out)
{
	size_t most = 1;
	for (size_t i = 0; i < s->labels; i++)
		most = s->label_rows[i] > most ? s->label_rows[i] : most;
	nch_buffer_text(out, "labels          ");
	add_number(out, s->labels, 9);
	nch_buffer_text(out, data->multi_label ? "   (any number a row)\n" : "\n");
	for (size_t i = 0; i < s->labels; i++) {
		nch_buffer_text(out, "  ");
		add_padded(out, data->labels.names[i], NAME_COLUMNS - 2);
		add_number(out, s->label_rows[i], 9);
		nch_buffer_printf(out, " %5.1f %% ", 100 * share(s->label_rows[i], s->rows));
		add_bar(out, share(s->label_rows[i], most), bar);
		nch_buffer_byte(out, '\n');
	}
}

/* A round width of a bin, so that about ten of them reach `high`. */
static size_t bin_width(double high)
{
	static const size_t steps[] = { 1, 2, 5 };
	for (size_t power = 1;; power *= 10)
		for (size_t i = 0; i < 3; i++)
			if ((double)(steps[i] * power) * 12 > high)
				return steps[i] * power;
}

static void length_histogram(const nch_lengths *lengths, size_t bar, nch_buffer *out)
{
	size_t counts[16] = {0}, most = 1;
	size_t width = bin_width(lengths->p99);
	size_t last = (size_t)(lengths->p99 / (double)width), first = 0;
	for (size_t value = 0; value < lengths->size; value++) {
		size_t bin = value / width;
		counts[bin < last ? bin : last] += lengths->times[value];
	}
	for (size_t bin = 0; bin <= last; bin++)
		most = counts[bin] > most ? counts[bin] : most;
	while (first < last && counts[first] == 0)
		first++;
	for (size_t bin = first; bin <= last; bin++) {
		size_t end = (bin + 1) * width - 1;
		nch_buffer_text(out, "  ");
		add_number(out, bin * width, 5);
		if (bin == last && lengths->max > end)
			nch_buffer_text(out, " or more");
		else if (width == 1)
			nch_buffer_text(out, "        ");
		else
			nch_buffer_text(out, " – ");
		if (width > 1 && !(bin == last && lengths->max > end))
			add_number(out, end, 5);
		add_number(out, counts[bin], 10);
		nch_buffer_printf(out, " %5.1f %% ", 100 * share(counts[bin], lengths->count));
		add_bar(out, share(counts[bin], most), bar);
		nch_buffer_byte(out, '\n');
	}
}

static void length_table(const char *name, const nch_lengths *lengths, size_t bar, nch_buffer *out)
{
	add_padded(out, name, NAME_COLUMNS);
	nch_buffer_printf(out, "mean %.1f  p50 %g  p85 %g  p95 %g  p99 %g  max %zu\n", lengths->mean, lengths->p50,
	                  lengths->p85, lengths->p95, lengths->p99, lengths->max);
	length_histogram(lengths, bar, out);
}

static void unknown_table(const nch_statistics *s, const nch_dataset *data, nch_buffer *out)
{
	nch_buffer_printf(out, "unknown tokens  %.2f %% of them, in %.1f %% of the rows\n",
	                  100 * share(s->unknown_tokens, s->content_tokens), 100 * share(s->rows_with_unknown, s->rows));
	for (size_t i = 0; s->unknown_tokens > 0 && i < s->labels; i++) {
		nch_buffer_text(out, "  ");
		add_padded(out, data->labels.names[i], NAME_COLUMNS - 2);
		nch_buffer_printf(out, "%6.2f %%\n", 100 * share(s->label_unknown[i], s->label_tokens[i]));
	}
	if (s->unknown_string_count > 0)
		nch_buffer_text(out, "  most frequent:");
	for (size_t i = 0; i < s->unknown_string_count; i++) {
		nch_buffer_text(out, i > 0 ? ", " : " ");
		add_padded(out, s->unknown_strings[i],
		           nch_utf8_columns(s->unknown_strings[i], strlen(s->unknown_strings[i])));
		nch_buffer_printf(out, " ×%zu", s->unknown_counts[i]);
	}
	nch_buffer_text(out, s->unknown_string_count > 0 ? "\n" : "");
}

static void add_line(nch_buffer *out, const char *name, size_t value, const char *note)
{
	add_padded(out, name, NAME_COLUMNS);
	add_number(out, value, 9);
	nch_buffer_printf(out, "%s%s\n", note[0] != '\0' ? "   " : "", note);
}

enum { NOTE = 64 };

/* A note, with settings by their names (base/setting.h), in `room`. */
static const char *spell(char room[NOTE], const char *note)
{
	snprintf(room, NOTE, "%s", note);
	nch_setting_spell(room);
	return room;
}

void nch_statistics_table(const nch_statistics *s, const nch_dataset *data, size_t columns, nch_buffer *out)
{
	char room[NOTE];
	size_t bar = columns > 74 ? 40 : columns > 40 ? columns - 34 : 6;
	add_line(out, "rows", s->rows, "");
	if (s->bad_rows > 0)
		add_line(out, "bad rows", s->bad_rows, data->first_bad.text);
	if (data->dropped_rows > 0)
		add_line(out, "left out", data->dropped_rows, spell(room, "by ⟨drop-label⟩ and ⟨undersample⟩"));
	if (s->labels > 0)
		label_table(s, data, bar, out);
	length_table("characters", &s->characters, bar, out);
	if (s->has_tokens) {
		length_table("tokens", &s->tokens, bar, out);
		if (s->max_len > 0)
			add_line(out, "rows cut", s->rows_cut, spell(room, "by ⟨max-len⟩"));
		unknown_table(s, data, out);
	}
	add_line(out, "duplicates", s->duplicates, "rows whose text stood before");
	add_line(out, "contradicting", s->contradictions, "texts with different labels");
	if (s->has_test)
		add_line(out, "shared with test", s->shared_test_rows, "test rows whose text stands here too");
}
