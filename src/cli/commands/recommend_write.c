/* recommend_write.c - recommended songs as lines. */
#include "cli/commands/recommend_write.h"

#include <string.h>

#include "base/json.h"
#include "base/number.h"

static void add_json_text(nch_buffer *out, const char *text)
{
	nch_json_write_text(out, text, strlen(text));
}

/* ["발라드","포크"]: all of a song's genres, or those that are wished */
static void add_genres(const nch_songs *s, size_t song, const nch_wish *only, nch_buffer *out)
{
	bool any = false;
	nch_buffer_byte(out, '[');
	for (uint64_t k = s->genre_start[song]; k < s->genre_start[song + 1]; k++) {
		if (only != NULL && !nch_wish_has_genre(only, s->genre[k]))
			continue;
		if (any)
			nch_buffer_byte(out, ',');
		any = true;
		add_json_text(out, nch_songs_genre(s, s->genre[k]));
	}
	nch_buffer_byte(out, ']');
}

static bool both_known(const nch_songs *s, const nch_wish *wish, size_t song)
{
	return wish->emotion != NULL && s->known[song];
}

static void add_reason(const nch_songs *s, const nch_wish *wish, const nch_recommendation *r, double *parts, nch_buffer *out)
{
	nch_buffer_text(out, ",\"why\":{\"genre\":{\"weight\":");
	nch_json_write_double(out, wish->genre_weight);
	nch_buffer_text(out, ",\"shared\":");
	add_genres(s, r->song, wish, out);
	nch_buffer_text(out, "},\"lyrics\":{\"weight\":");
	nch_json_write_double(out, wish->lyrics_weight);
	nch_buffer_printf(out, ",\"known\":%s,\"parts\":{", both_known(s, wish, r->song) ? "true" : "false");
	if (both_known(s, wish, r->song)) {
		nch_likeness_parts(wish->likeness, wish->emotion, s->emotion + r->song * s->labels, s->labels, parts);
		bool any = false;
		for (size_t c; (c = nch_likeness_take_largest(parts, s->labels)) < s->labels; parts[c] = 0.0) {
			nch_buffer_text(out, any ? "," : "");
			any = true;
			add_json_text(out, nch_songs_label(s, c));
			nch_buffer_byte(out, ':');
			nch_json_write_double(out, parts[c]);
		}
	}
	nch_buffer_text(out, "},\"emotions\":{");
	for (size_t c = 0; c < s->labels && s->known[r->song]; c++) {
		nch_buffer_text(out, c > 0 ? "," : "");
		add_json_text(out, nch_songs_label(s, c));
		nch_buffer_byte(out, ':');
		nch_json_write_float(out, s->emotion[r->song * s->labels + c]);
	}
	nch_buffer_text(out, "}}}");
}

void nch_recommend_write_jsonl(const nch_songs *s, const nch_wish *wish, const nch_recommendation *best, size_t count, bool explain, double *parts,
                               nch_buffer *out)
{
	for (size_t i = 0; i < count; i++) {
		const nch_recommendation *r = &best[i];
		nch_buffer_printf(out, "{\"rank\":%zu,\"id\":", i + 1);
		add_json_text(out, nch_songs_id(s, r->song));
		nch_buffer_text(out, ",\"title\":");
		add_json_text(out, nch_songs_title(s, r->song));
		nch_buffer_text(out, ",\"artist\":");
		add_json_text(out, nch_songs_artist(s, r->song));
		nch_buffer_text(out, ",\"genre\":");
		add_genres(s, r->song, NULL, out);
		nch_buffer_text(out, ",\"score\":");
		nch_json_write_double(out, r->score);
		if (wish->diversity > 0.0) {
			nch_buffer_text(out, ",\"counted\":");
			nch_json_write_double(out, r->counted);
		}
		nch_buffer_text(out, ",\"similarity\":{\"genre\":");
		nch_json_write_double(out, r->genre);
		nch_buffer_text(out, ",\"lyrics\":");
		nch_json_write_double(out, r->lyrics);
		nch_buffer_byte(out, '}');
		if (explain)
			add_reason(s, wish, r, parts, out);
		nch_buffer_text(out, "}\n");
	}
}

/* --- a table --- */

static void add_cell(const char *text, nch_buffer *out)
{
	for (; *text != '\0'; text++)
		nch_buffer_byte(out, *text == '\t' || *text == '\n' || *text == '\r' ? ' ' : *text);
	nch_buffer_byte(out, '\t');
}

/* "장르 발라드; 가사 슬픔 0.71, 중립 0.12": what the song shares with the wish, in a few words */
static void add_words(const nch_songs *s, const nch_wish *wish, const nch_recommendation *r, double *parts, nch_buffer *out)
{
	bool any = false;
	for (uint64_t k = s->genre_start[r->song]; k < s->genre_start[r->song + 1]; k++)
		if (nch_wish_has_genre(wish, s->genre[k])) {
			nch_buffer_printf(out, "%s%s", any ? ", " : "장르 ", nch_songs_genre(s, s->genre[k]));
			any = true;
		}
	if (!both_known(s, wish, r->song))
		return;
	nch_likeness_parts(wish->likeness, wish->emotion, s->emotion + r->song * s->labels, s->labels, parts);
	nch_buffer_text(out, any ? "; 가사 " : "가사 ");
	for (size_t shown = 0; shown < 3; shown++) {
		size_t c = nch_likeness_take_largest(parts, s->labels);
		if (c == s->labels || parts[c] < 0.005)
			return;
		nch_buffer_printf(out, "%s%s %.2f", shown > 0 ? ", " : "", nch_songs_label(s, c), parts[c]);
		parts[c] = 0.0;
	}
}

void nch_recommend_write_tsv(const nch_songs *s, const nch_wish *wish, const nch_recommendation *best, size_t count, bool explain, double *parts,
                             nch_buffer *out)
{
	for (size_t i = 0; i < count; i++) {
		const nch_recommendation *r = &best[i];
		nch_buffer_printf(out, "%zu\t", i + 1);
		add_cell(nch_songs_id(s, r->song), out);
		add_cell(nch_songs_title(s, r->song), out);
		add_cell(nch_songs_artist(s, r->song), out);
		for (uint64_t k = s->genre_start[r->song]; k < s->genre_start[r->song + 1]; k++)
			nch_buffer_printf(out, "%s%s", k > s->genre_start[r->song] ? "," : "", nch_songs_genre(s, s->genre[k]));
		nch_buffer_printf(out, "\t%.4f\t%.4f\t%.4f", r->score, r->genre, r->lyrics);
		if (explain) {
			nch_buffer_byte(out, '\t');
			add_words(s, wish, r, parts, out);
		}
		nch_buffer_byte(out, '\n');
	}
}
