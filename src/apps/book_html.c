/* book_html.c - a tagged book as a page. */
#include "apps/book_html.h"

#include <stdint.h>
#include <string.h>

#include "apps/emotions.h"
#include "base/memory.h"
#include "report/html.h"

static const char page_style[] =
	"h1,.book{font-family:'Noto Serif KR','Noto Serif CJK KR',AppleMyungjo,'Nanum Myeongjo',NanumMyeongjo,Batang,serif}\n"
	"h1{font-size:1.9rem;margin-top:1.4rem}\n"
	".book{line-height:2;font-size:1.04rem}\n"
	".book p{margin:0 0 1.3rem}\n"
	".s{border-radius:.2rem;padding:.12rem .18rem;background:color-mix(in srgb,var(--c) calc(var(--p)*22%),transparent);"
	"-webkit-box-decoration-break:clone;box-decoration-break:clone}\n"
	".s i{font:.66em sans-serif;color:var(--c);margin-right:.2em;vertical-align:.12em;user-select:none}\n"
	".speech{font-weight:600}\n"
	".row{display:grid;grid-template-columns:6.2rem 1fr 5.4rem;gap:0 .9rem;align-items:end;border-bottom:1px solid var(--rule);break-inside:avoid}\n"
	".row b{font-weight:600;color:var(--c);padding-bottom:.1rem;overflow-wrap:anywhere}\n"
	".row span{text-align:right;font-size:.85rem;font-variant-numeric:tabular-nums;color:var(--quiet);padding-bottom:.2rem}\n"
	".row svg{height:3.1rem}\n"
	".row .line{fill:none;stroke:var(--c);stroke-width:1.6;stroke-linejoin:round;vector-effect:non-scaling-stroke}\n"
	".row .area{fill:var(--c);opacity:.2}\n"
	".row .grid{stroke:var(--rule);stroke-width:1;vector-effect:non-scaling-stroke}\n"
	".axis{border:0;font-size:.8rem;color:var(--quiet)}\n"
	".axis div{display:flex;justify-content:space-between;grid-column:2;font-variant-numeric:tabular-nums}\n"
	"@media(max-width:34rem){body{font-size:16px}h1{font-size:1.6rem}.row{grid-template-columns:1fr auto;padding-top:.35rem}.row svg{grid-area:2/1/3/3;height:2.6rem}"
	".axis div{grid-column:1/3}}\n"
	"@media print{main{max-width:none;padding:0}body{font-size:10.5pt}.book{line-height:1.85}.s{background:none}"
	".s,.row b{text-decoration:var(--u);text-decoration-thickness:1px;text-underline-offset:.3em;text-decoration-skip-ink:none}.row svg{height:2rem}}\n"
	"@media(forced-colors:active){.s,.row b{text-decoration:var(--u)}}\n";

/* A class for each label: its colour on light and on dark ground, and the underline that stands for it where there is no colour. */
static void add_label_styles(const nch_book_page *page, nch_buffer *out)
{
	nch_buffer_text(out, "<style>\n");
	for (size_t c = 0; c < page->tags->labels; c++) {
		const nch_emotion_look *look = nch_emotion_look_of(page->labels[c], c);
		nch_buffer_printf(out, ".e%zu{--c:%s;--u:%s%s}", c, look->light, look->neutral ? "none" : "underline var(--c) ", look->neutral ? "" : look->underline);
		if (look->neutral)
			nch_buffer_printf(out, ".s.e%zu{background:none;padding:0}", c);
		nch_buffer_printf(out, "@media screen and (prefers-color-scheme:dark){.e%zu{--c:%s}}\n", c, look->dark);
	}
	nch_buffer_text(out, "</style>\n");
}

static int percent_of(double share)
{
	return (int)(100.0 * share + 0.5);
}

/* --- the arc: a row for each emotion, all to one scale, which is also the key to the marks --- */

/* A drawing is WIDTH by HEIGHT of its own units and is stretched to its place; more than POINTS points are not told apart there. */
enum { WIDTH = 1000, HEIGHT = 100, POINTS = 240 };

static double arc_at(const nch_tags *tags, size_t point, size_t points, size_t label)
{
	size_t i = points > 1 ? point * (tags->count - 1) / (points - 1) : 0;
	return (double)tags->arc[i * tags->labels + label];
}

/* The top of the scale: the arc's highest point, and no less than a fifth. */
static double top_of(const nch_tags *tags)
{
	float top = 0.2f;
	for (size_t i = 0; i < tags->count * tags->labels; i++)
		top = tags->arc[i] > top ? tags->arc[i] : top;
	return (double)top;
}

/* The line, without the command that begins a path. */
static void add_points(const nch_tags *tags, size_t label, double top, nch_buffer *out)
{
	size_t points = tags->count < POINTS ? tags->count : POINTS;
	for (size_t k = 0; k < points; k++)
		nch_buffer_printf(out, "%s%.1f %.1f", k > 0 ? "L" : "", points > 1 ? WIDTH * (double)k / (double)(points - 1) : 0.0,
		                  4 + (1.0 - arc_at(tags, k, points, label) / top) * (HEIGHT - 4));
	if (points == 1)
		nch_buffer_printf(out, "h%d", WIDTH);
}

static size_t highest(const nch_tags *tags, size_t label)
{
	size_t best = 0;
	for (size_t i = 1; i < tags->count; i++)
		best = tags->arc[i * tags->labels + label] > tags->arc[best * tags->labels + label] ? i : best;
	return best;
}

static void add_row(const nch_book_page *page, size_t label, size_t count, double top, nch_buffer *out)
{
	const nch_tags *tags = page->tags;
	const nch_emotion_look *look = nch_emotion_look_of(page->labels[label], label);
	size_t peak = highest(tags, label);
	nch_buffer_printf(out, "<div class=\"row e%zu\"><b>%s%s", label, look->mark, look->mark[0] != '\0' ? " " : "");
	nch_html_text(out, page->labels[label], strlen(page->labels[label]));
	nch_buffer_printf(out, "</b><svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
	nch_buffer_printf(out, nch_say(page->language, NCH_SAY_book_peak), peak + 1, percent_of((double)tags->arc[peak * tags->labels + label]));
	nch_buffer_text(out, "\">");
	for (int quarter = 0; quarter <= 4; quarter++)
		nch_buffer_printf(out, "<path class=\"grid\" d=\"M%d 0V%d\"/>", quarter * WIDTH / 4, HEIGHT);
	nch_buffer_printf(out, "<path class=\"area\" d=\"M0 %dL", HEIGHT);
	add_points(tags, label, top, out);
	nch_buffer_printf(out, "L%d %dz\"/><path class=\"line\" d=\"M", WIDTH, HEIGHT);
	add_points(tags, label, top, out);
	nch_buffer_printf(out, "\"/></svg><span>%zu · %d %%</span></div>\n", count, percent_of((double)count / (double)tags->count));
}

/* Rows from the most frequent emotion down; those that no sentence has are only named. */
static void add_arc(const nch_book_page *page, const size_t *counts, nch_buffer *out)
{
	const nch_tags *tags = page->tags;
	double top = top_of(tags);
	size_t largest = tags->count;
	for (size_t below = SIZE_MAX; largest > 0; below = largest) {
		largest = 0; /* the next smaller count; labels of equal counts keep their order */
		for (size_t c = 0; c < tags->labels; c++)
			largest = counts[c] < below && counts[c] > largest ? counts[c] : largest;
		for (size_t c = 0; c < tags->labels && largest > 0; c++)
			if (counts[c] == largest)
				add_row(page, c, largest, top, out);
	}
	nch_buffer_text(out, "<div class=\"row axis\"><div>");
	for (size_t quarter = 0; quarter <= 4; quarter += tags->count < 9 ? 4 : 1) /* a short book has no sentences at its quarters */
		nch_buffer_printf(out, "<span>%zu</span>", 1 + (tags->count - 1) * quarter / 4);
	nch_buffer_text(out, "</div></div>\n<p class=\"quiet\">");
	nch_buffer_printf(out, nch_say(page->language, NCH_SAY_book_axes), tags->window, percent_of(top));
	for (size_t c = 0, none = 0; c < tags->labels; c++) {
		if (counts[c] > 0)
			continue;
		nch_buffer_text(out, none++ > 0 ? ", " : nch_say(page->language, NCH_SAY_book_none));
		nch_html_text(out, page->labels[c], strlen(page->labels[c]));
	}
	nch_buffer_text(out, "</p>\n");
}

/* --- the text --- */

static void add_sentence(const nch_book_page *page, size_t i, nch_buffer *out)
{
	const nch_passage *s = &page->book->items[i];
	size_t label = page->tags->label[i];
	const nch_emotion_look *look = nch_emotion_look_of(page->labels[label], label);
	double score = (double)page->tags->scores[i * page->tags->labels + label];
	nch_buffer_printf(out, "<span class=\"s e%zu%s\" style=\"--p:%.2f\" title=\"", label, s->speech ? " speech" : "", score);
	nch_html_text(out, page->labels[label], strlen(page->labels[label]));
	nch_buffer_printf(out, " %d %%\">", percent_of(score));
	if (look->mark[0] != '\0')
		nch_buffer_printf(out, "<i aria-hidden=\"true\">%s</i>&#8288;", look->mark);
	nch_html_text(out, page->book->text + s->begin, s->end - s->begin);
	nch_buffer_text(out, "</span>");
}

static void add_text(const nch_book_page *page, nch_buffer *out)
{
	nch_buffer_text(out, "<div class=\"book\">\n");
	for (size_t i = 0; i < page->book->count; i++) {
		const nch_passage *s = &page->book->items[i];
		bool first = i == 0 || page->book->items[i - 1].paragraph != s->paragraph;
		if (first)
			nch_buffer_text(out, i == 0 ? "<p>" : "</p>\n<p>");
		else
			nch_buffer_text(out, s->new_line ? "<br>\n" : " ");
		add_sentence(page, i, out);
	}
	nch_buffer_text(out, page->book->count > 0 ? "</p>\n</div>\n" : "</div>\n");
}

void nch_book_html(const nch_book_page *page, nch_buffer *out)
{
	const nch_tags *tags = page->tags;
	size_t *counts = nch_alloc(tags->labels, sizeof *counts), speech = 0;
	if (counts == NULL) {
		out->failed = true;
		return;
	}
	nch_tags_count(tags, counts);
	for (size_t i = 0; i < page->book->count; i++)
		speech += page->book->items[i].speech;
	nch_html_begin(out, page->language, page->title, page_style);
	add_label_styles(page, out);
	nch_buffer_text(out, "<h1>");
	nch_html_text(out, page->title, strlen(page->title));
	nch_buffer_text(out, "</h1>\n<p class=\"quiet\">");
	nch_buffer_printf(out, nch_say(page->language, NCH_SAY_book_summary), tags->count, speech, tags->count - speech,
	                  page->smoothed ? nch_say(page->language, NCH_SAY_book_smoothed) : "");
	nch_buffer_text(out, "</p>\n");
	if (tags->count > 0) {
		nch_buffer_printf(out, "<h2>%s</h2>\n", nch_say(page->language, NCH_SAY_book_arc));
		add_arc(page, counts, out);
		nch_buffer_printf(out, "<h2>%s</h2>\n", nch_say(page->language, NCH_SAY_book_text));
	}
	add_text(page, out);
	nch_html_end(out);
	nch_free(counts);
}
