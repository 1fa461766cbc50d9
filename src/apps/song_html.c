/* song_html.c - recommended songs as a page: on the left what was asked for, on the right the songs; on a narrow window one below the
 * other. Colours are never alone: an emotion has a mark and its name, a shared genre a tick. */
#include "apps/song_html.h"

#include <string.h>

#include "apps/emotions.h"
#include "report/html.h"

static const char page_style[] =
	"main{max-width:70rem;padding-top:2.2rem}\n"
	".asked{margin-bottom:1.6rem}\n"
	".asked h1{font-size:1.75rem;line-height:1.3;margin:.1rem 0 .15rem;letter-spacing:-.01em}\n"
	".asked h1.text{font-size:1.15rem;font-weight:500;line-height:1.6;border-left:3px solid var(--rule);padding-left:.8rem;margin:.5rem 0;"
	"white-space:pre-line;max-height:14rem;overflow:auto}\n"
	".kind{color:var(--quiet);font-size:.85rem;margin:0}\n"
	".by{margin:0;color:var(--quiet)}\n"
	"dl{margin:1.1rem 0 .6rem;display:grid;grid-template-columns:auto 1fr auto;gap:.3rem .7rem;align-items:center;font-size:.9rem;line-height:1.4}\n"
	"dt,dd{margin:0}\n"
	"dd.share{height:.7rem;border-radius:.35rem;background:var(--card);overflow:hidden}\n"
	"dd.share i{display:block;height:100%;background:var(--c);border-radius:.35rem}\n"
	"b.mark{color:var(--c);font-weight:400;display:inline-block;width:1.2em}\n"
	"ol{list-style:none;margin:0;padding:0;display:grid;gap:.8rem}\n"
	"li.song{background:var(--card);border-radius:.7rem;padding:.9rem 1.1rem 1rem;break-inside:avoid;display:grid;"
	"grid-template-columns:1.9rem 1fr auto;column-gap:.6rem}\n"
	".rank{font-size:1.15rem;font-variant-numeric:tabular-nums;color:var(--quiet);line-height:1.7rem}\n"
	"li.song h2{margin:0;font-size:1.15rem;line-height:1.7rem}\n"
	".artist{margin:0;font-size:.9rem;line-height:1.5;color:var(--quiet)}\n"
	".score{text-align:right;font-variant-numeric:tabular-nums;font-size:1.15rem;line-height:1.7rem;font-weight:600}\n"
	".score small{display:block;font-weight:400;font-size:.78rem;line-height:1.5;color:var(--quiet)}\n"
	".rest{grid-column:2/4;margin-top:.55rem}\n"
	".bar{display:flex;gap:2px;height:1.7rem;border-radius:.35rem;overflow:hidden}\n"
	".bar span{min-width:3px;overflow:hidden;white-space:nowrap;font-size:.8rem;line-height:1.5rem;padding-left:.35rem;border-bottom:.2rem solid var(--c);"
	"background:var(--ground);background:color-mix(in srgb,var(--c) 22%,var(--ground))}\n"
	".bar span.thin{padding:0;text-align:center}\n"
	".foot{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:.4rem 1rem;margin-top:.5rem}\n"
	".tags{margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.35rem;font-size:.8rem;line-height:1.5}\n"
	".tags span{border:1px solid var(--rule);border-radius:1rem;padding:.02rem .6rem;color:var(--quiet)}\n"
	".tags span.same{border-color:var(--text);color:var(--text)}\n"
	".asked .tags{margin:1rem 0 .5rem}\n"
	".why{margin:0;font-size:.83rem;line-height:1.5;color:var(--quiet)}\n"
	"@media(min-width:56rem){main{display:grid;grid-template-columns:18rem 1fr;gap:2.6rem}.asked{position:sticky;top:2.2rem;align-self:start}}\n"
	"@media(max-width:30rem){li.song{padding:.8rem .85rem;grid-template-columns:1.35rem 1fr auto;column-gap:.4rem}.rest{grid-column:1/4}}\n"
	"@media print{main{display:block}li.song{border:1px solid var(--rule);margin-bottom:.6rem}.bar span{border:1px solid var(--c)}}\n";

static void add_text(nch_buffer *out, const char *text)
{
	nch_html_text(out, text, strlen(text));
}

static void add_styles(const nch_songs *s, nch_buffer *out)
{
	nch_buffer_text(out, "<style>\n");
	for (size_t c = 0; c < s->labels; c++) {
		const nch_emotion_look *look = nch_emotion_look_of(nch_songs_label(s, c), c);
		nch_buffer_printf(out, ".e%zu{--c:%s}\n@media screen and (prefers-color-scheme:dark){.e%zu{--c:%s}}\n", c, look->light, c, look->dark);
	}
	nch_buffer_text(out, "</style>\n");
}

/* --- what was asked for --- */

/* The wish as a table of bars, the greatest share first. */
static void add_shares(const nch_song_page *page, nch_buffer *out)
{
	const nch_songs *s = page->songs;
	for (size_t c = 0; c < s->labels; c++)
		page->parts[c] = (double)page->wish->emotion[c];
	nch_buffer_text(out, "<dl>\n");
	for (size_t c; (c = nch_likeness_take_largest(page->parts, s->labels)) < s->labels; page->parts[c] = 0.0) {
		if (page->parts[c] < 0.005)
			break;
		nch_buffer_printf(out, "<dt class=\"e%zu\"><b class=\"mark\">%s</b>", c, nch_emotion_look_of(nch_songs_label(s, c), c)->mark);
		add_text(out, nch_songs_label(s, c));
		nch_buffer_printf(out, "</dt><dd class=\"share e%zu\"><i style=\"width:%.1f%%\"></i></dd><dd class=\"number\">%.0f %%</dd>\n", c,
		                  100.0 * page->parts[c], 100.0 * page->parts[c]);
	}
	nch_buffer_text(out, "</dl>\n");
}

static const nch_phrase kinds[] = {[NCH_ASKED_SONG] = NCH_SAY_song_like_song, [NCH_ASKED_TEXT] = NCH_SAY_song_like_text,
                                   [NCH_ASKED_MOOD] = NCH_SAY_song_of_mood, [NCH_ASKED_GENRE] = NCH_SAY_song_of_genre};

/* What was asked for, in the words of the songs: the song's title, the text, the emotions (the greatest share first), or the genres. */
static void add_heading(const nch_song_page *page, nch_buffer *out)
{
	const nch_songs *s = page->songs;
	const nch_wish *wish = page->wish;
	size_t shown = 0;
	if (page->question == NCH_ASKED_MOOD) {
		for (size_t c = 0; c < s->labels; c++)
			page->parts[c] = (double)wish->emotion[c];
		for (size_t c; (c = nch_likeness_take_largest(page->parts, s->labels)) < s->labels && page->parts[c] >= 0.005; page->parts[c] = 0.0) {
			nch_buffer_text(out, shown++ > 0 ? " · " : "");
			add_text(out, nch_songs_label(s, c));
		}
	} else if (page->question == NCH_ASKED_GENRE) {
		for (size_t g = 0; g < wish->genres; g++) {
			nch_buffer_text(out, shown++ > 0 ? " · " : "");
			add_text(out, nch_songs_genre(s, wish->genre[g]));
		}
	} else {
		add_text(out, page->asked);
	}
}

static void add_wish(const nch_song_page *page, nch_buffer *out)
{
	const nch_wish *wish = page->wish;
	nch_buffer_printf(out, "<section class=\"asked\">\n<p class=\"kind\">%s</p>\n<h1%s>", nch_say(page->language, kinds[page->question]),
	                  page->question == NCH_ASKED_TEXT ? " class=\"text\"" : "");
	add_heading(page, out);
	nch_buffer_text(out, "</h1>\n<p class=\"by\">");
	add_text(out, page->by);
	nch_buffer_text(out, "</p>\n");
	if (wish->emotion != NULL)
		add_shares(page, out);
	if (wish->genres > 0)
		nch_buffer_text(out, "<p class=\"tags\">");
	for (size_t g = 0; g < wish->genres; g++) {
		nch_buffer_text(out, "<span>");
		add_text(out, nch_songs_genre(page->songs, wish->genre[g]));
		nch_buffer_text(out, "</span>");
	}
	nch_buffer_text(out, wish->genres > 0 ? "</p>\n<p class=\"quiet\">" : "<p class=\"quiet\">");
	nch_buffer_printf(out, nch_say(page->language, NCH_SAY_song_count), page->songs->count, page->count, wish->genre_weight, wish->lyrics_weight);
	nch_buffer_text(out, "</p>\n</section>\n");
}

/* --- the songs --- */

/* A distribution as a bar: each emotion as wide as its share, with its mark, and its name where there is room. */
static void add_bar(const nch_songs *s, const float *emotion, nch_buffer *out)
{
	nch_buffer_text(out, "<div class=\"bar\">");
	for (size_t c = 0; c < s->labels; c++) {
		const char *name = nch_songs_label(s, c);
		const char *mark = nch_emotion_look_of(name, c)->mark;
		double share = (double)emotion[c];
		if (share < 0.01)
			continue;
		nch_buffer_printf(out, "<span class=\"e%zu%s\" style=\"flex:%.1f 0 0\" title=\"", c, share < 0.17 ? " thin" : "", 100.0 * share);
		add_text(out, name);
		nch_buffer_printf(out, " %.0f %%\">%s", 100.0 * share, share >= 0.05 ? mark : "");
		if (share >= 0.17) {
			nch_buffer_text(out, mark[0] != '\0' ? " " : "");
			add_text(out, name);
		}
		nch_buffer_text(out, "</span>");
	}
	nch_buffer_text(out, "</div>\n");
}

static void add_genres(const nch_song_page *page, size_t song, nch_buffer *out)
{
	const nch_songs *s = page->songs;
	if (s->genre_start[song] == s->genre_start[song + 1])
		return;
	nch_buffer_text(out, "<p class=\"tags\">");
	for (uint64_t k = s->genre_start[song]; k < s->genre_start[song + 1]; k++) {
		bool same = nch_wish_has_genre(page->wish, s->genre[k]);
		nch_buffer_printf(out, "<span%s>%s", same ? " class=\"same\"" : "", same ? "✓ " : "");
		add_text(out, nch_songs_genre(s, s->genre[k]));
		nch_buffer_text(out, "</span>");
	}
	nch_buffer_text(out, "</p>\n");
}

/* The emotions that add most to the likeness. */
static void add_reason(const nch_song_page *page, const nch_recommendation *r, nch_buffer *out)
{
	const nch_songs *s = page->songs;
	if (page->wish->emotion == NULL)
		return;
	nch_likeness_parts(page->wish->likeness, page->wish->emotion, s->emotion + r->song * s->labels, s->labels, page->parts);
	size_t shown = 0, c;
	for (; shown < 3 && (c = nch_likeness_take_largest(page->parts, s->labels)) < s->labels; shown++) {
		if (page->parts[c] < 0.005)
			break;
		nch_buffer_text(out, shown == 0 ? "<p class=\"why\">" : " · ");
		nch_buffer_text(out, shown == 0 ? nch_say(page->language, NCH_SAY_song_shared) : "");
		add_text(out, nch_songs_label(s, c));
		nch_buffer_printf(out, " %.2f", page->parts[c]);
		page->parts[c] = 0.0;
	}
	if (shown == 0)
		nch_buffer_printf(out, "<p class=\"why\">%s", nch_say(page->language, NCH_SAY_song_nothing_shared));
	nch_buffer_text(out, "</p>\n");
}

static void add_song(const nch_song_page *page, size_t i, nch_buffer *out)
{
	const nch_songs *s = page->songs;
	const nch_recommendation *r = &page->best[i];
	nch_buffer_printf(out, "<li class=\"song\"><span class=\"rank\">%zu</span><div><h2>", i + 1);
	add_text(out, nch_songs_title(s, r->song));
	nch_buffer_text(out, "</h2><p class=\"artist\">");
	add_text(out, nch_songs_artist(s, r->song));
	nch_buffer_printf(out, "</p></div>\n<div class=\"score\">%.2f<small>", r->score);
	nch_buffer_printf(out, nch_say(page->language, NCH_SAY_song_parts), r->genre, r->lyrics);
	if (page->wish->diversity > 0.0 && r->counted < r->score) {
		nch_buffer_text(out, "</small><small>");
		nch_buffer_printf(out, nch_say(page->language, NCH_SAY_song_same_artist), r->counted);
	}
	nch_buffer_text(out, "</small></div>\n<div class=\"rest\">");
	if (s->known[r->song])
		add_bar(s, s->emotion + r->song * s->labels, out);
	nch_buffer_text(out, "<div class=\"foot\">\n");
	add_genres(page, r->song, out);
	if (s->known[r->song])
		add_reason(page, r, out);
	else
		nch_buffer_printf(out, "<p class=\"why\">%s</p>\n", nch_say(page->language, NCH_SAY_song_no_lyrics));
	nch_buffer_text(out, "</div></div></li>\n");
}

void nch_song_html(const nch_song_page *page, nch_buffer *out)
{
	nch_html_begin(out, page->language, page->question == NCH_ASKED_SONG ? page->asked : nch_say(page->language, kinds[page->question]),
	               page_style);
	add_styles(page->songs, out);
	add_wish(page, out);
	nch_buffer_text(out, "<ol>\n");
	for (size_t i = 0; i < page->count; i++)
		add_song(page, i, out);
	nch_buffer_text(out, "</ol>\n");
	nch_html_end(out);
}
