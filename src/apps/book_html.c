/* book_html.c - a tagged book as a page. */
#include "apps/book_html.h"

#include <string.h>

#include "apps/emotions.h"
#include "base/memory.h"
#include "report/html.h"

static const char page_style[] =
	".book p{margin:0 0 1.1rem}\n"
	".s{border-radius:.2rem;padding:.05rem .1rem;background:color-mix(in srgb,var(--c) calc(var(--p)*26%),transparent);"
	"text-decoration:underline;text-decoration-color:var(--c);text-decoration-thickness:1.5px;text-underline-offset:.28em;text-decoration-skip-ink:none;"
	"-webkit-box-decoration-break:clone;box-decoration-break:clone}\n"
	".s i{font-style:normal;font-size:.72em;color:var(--c);margin-right:.15em;user-select:none}\n"
	".speech{font-weight:600}\n"
	".key{display:grid;grid-template-columns:repeat(auto-fill,minmax(11.5rem,1fr));gap:.3rem 1.4rem;padding:0;margin:.8rem 0;list-style:none;font-size:.9rem}\n"
	".key li{display:flex;align-items:center;gap:.5rem}\n"
	".key svg{width:2.4rem;flex:none}\n"
	".key b{font-weight:600;color:var(--c)}\n"
	".key span{margin-left:auto;font-variant-numeric:tabular-nums;color:var(--quiet)}\n"
	".arc{background:var(--card);border:1px solid var(--rule);border-radius:.4rem;padding:.6rem .4rem;break-inside:avoid}\n"
	".arc text{font:12px sans-serif;fill:var(--quiet)}\n"
	".arc .mark{font-size:13px;fill:var(--c)}\n"
	".arc .grid{stroke:var(--rule);stroke-width:1}\n"
	".arc path,.key path{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}\n"
	".narrow{display:none}\n"
	"@media(max-width:34rem){body{font-size:16px}.wide{display:none}.narrow{display:block}}\n"
	"@media print{.s{background:none}main{max-width:none}.narrow{display:none}.wide{display:block}body{font-size:11pt}}\n";

/* A class for each label: its colour on light and on dark ground, its underline. */
static void add_label_styles(const nch_book_page *page, nch_buffer *out)
{
	nch_buffer_text(out, "<style>\n");
	for (size_t c = 0; c < page->tags->labels; c++) {
		const nch_emotion_look *look = nch_emotion_look_of(page->labels[c], c);
		nch_buffer_printf(out, ".e%zu{--c:%s}.s.e%zu{text-decoration-style:%s}\n", c, look->light, c, look->neutral ? "solid" : look->underline);
		if (look->neutral)
			nch_buffer_printf(out, ".s.e%zu{background:none;text-decoration:none}\n", c);
		nch_buffer_printf(out, "@media screen and (prefers-color-scheme:dark){.e%zu{--c:%s}}\n", c, look->dark);
	}
	nch_buffer_text(out, "</style>\n");
}

static void add_percent(nch_buffer *out, double share)
{
	nch_buffer_printf(out, "%d %%", (int)(100.0 * share + 0.5));
}

/* --- the key --- */

static void add_key(const nch_book_page *page, const size_t *counts, nch_buffer *out)
{
	nch_buffer_text(out, "<ul class=\"key\">\n");
	for (size_t c = 0; c < page->tags->labels; c++) {
		const nch_emotion_look *look = nch_emotion_look_of(page->labels[c], c);
		nch_buffer_printf(out, "<li class=\"e%zu\"><svg viewBox=\"0 0 40 10\" aria-hidden=\"true\"><path d=\"M0 5H40\" stroke-dasharray=\"%s\"/></svg><b>%s%s", c,
		                  look->dash, look->mark, look->mark[0] != '\0' ? " " : "");
		nch_html_text(out, page->labels[c], strlen(page->labels[c]));
		nch_buffer_printf(out, "</b><span>%zu · ", counts[c]);
		add_percent(out, page->tags->count > 0 ? (double)counts[c] / (double)page->tags->count : 0.0);
		nch_buffer_text(out, "</span></li>\n");
	}
	nch_buffer_text(out, "</ul>\n");
}

/* --- the arc --- */

enum { HEIGHT = 250, LEFT = 40, RIGHT = 24, TOP = 14, BOTTOM = 30, POINTS = 240 };

typedef struct plot {
	double width, top_value;
} plot;

static double x_of(const plot *p, double share)
{
	return LEFT + share * (p->width - LEFT - RIGHT);
}

static double y_of(const plot *p, double value)
{
	return TOP + (1.0 - value / p->top_value) * (HEIGHT - TOP - BOTTOM);
}

static double arc_at(const nch_tags *tags, size_t point, size_t points, size_t label)
{
	size_t i = points > 1 ? point * (tags->count - 1) / (points - 1) : 0;
	return (double)tags->arc[i * tags->labels + label];
}

static void add_grid(const plot *p, const nch_tags *tags, nch_buffer *out)
{
	for (int i = 0; i * 0.2 < p->top_value + 0.01; i++) {
		double y = y_of(p, i * 0.2);
		nch_buffer_printf(out, "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d %%</text>\n",
		                  LEFT, y, p->width - RIGHT, y, LEFT - 5, y + 4, i * 20);
	}
	static const char *const anchors[] = {"start", "middle", "end"};
	for (int i = 0; i < 3; i++)
		nch_buffer_printf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%zu</text>\n", x_of(p, i / 2.0), HEIGHT - 8, anchors[i],
		                  i == 0 ? (size_t)1 : i == 1 ? (tags->count + 1) / 2 : tags->count);
}

static void add_line(const plot *p, const nch_book_page *page, size_t label, nch_buffer *out)
{
	const nch_tags *tags = page->tags;
	const nch_emotion_look *look = nch_emotion_look_of(page->labels[label], label);
	size_t points = tags->count < POINTS ? tags->count : POINTS, top = 0;
	nch_buffer_printf(out, "<g class=\"e%zu\"><path stroke-dasharray=\"%s\" d=\"", label, look->dash);
	for (size_t k = 0; k < points; k++) {
		double share = points > 1 ? (double)k / (double)(points - 1) : 0.5, value = arc_at(tags, k, points, label);
		nch_buffer_printf(out, "%c%.1f %.1f", k == 0 ? 'M' : 'L', x_of(p, share), y_of(p, value));
		top = value > arc_at(tags, top, points, label) ? k : top;
	}
	if (points == 1)
		nch_buffer_printf(out, "h1");
	nch_buffer_text(out, "\"/>");
	if (look->mark[0] != '\0') /* the mark stands on the line's highest point */
		nch_buffer_printf(out, "<text class=\"mark\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
		                  x_of(p, points > 1 ? (double)top / (double)(points - 1) : 0.5), y_of(p, arc_at(tags, top, points, label)) - 4, look->mark);
	nch_buffer_text(out, "</g>\n");
}

static void add_arc(const nch_book_page *page, double width, const char *class_name, nch_buffer *out)
{
	const nch_tags *tags = page->tags;
	float top = 0.0f;
	for (size_t i = 0; i < tags->count * tags->labels; i++)
		top = tags->arc[i] > top ? tags->arc[i] : top;
	plot p = {.width = width, .top_value = 0.2};
	while (p.top_value < (double)top && p.top_value < 0.99)
		p.top_value += 0.2;
	nch_buffer_printf(out, "<svg class=\"%s\" viewBox=\"0 0 %.0f %d\" role=\"img\" aria-label=\"감정의 흐름\">\n", class_name, width, HEIGHT);
	add_grid(&p, tags, out);
	for (size_t c = 0; c < tags->labels; c++)
		add_line(&p, page, c, out);
	nch_buffer_text(out, "</svg>\n");
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
	nch_buffer_byte(out, ' ');
	add_percent(out, score);
	nch_buffer_text(out, "\">");
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
	nch_html_begin(out, page->title, page_style);
	add_label_styles(page, out);
	nch_buffer_text(out, "<h1>");
	nch_html_text(out, page->title, strlen(page->title));
	nch_buffer_printf(out, "</h1>\n<p class=\"quiet\">%zu문장 · 대사 %zu · 지문 %zu%s</p>\n", tags->count, speech, tags->count - speech,
	                  page->smoothed ? " · 앞뒤 문장으로 고름" : "");
	add_key(page, counts, out);
	if (tags->count > 0) {
		nch_buffer_printf(out, "<h2>감정의 흐름</h2>\n<div class=\"arc\">\n");
		add_arc(page, 760, "wide", out);
		add_arc(page, 370, "narrow", out);
		nch_buffer_printf(out, "</div>\n<p class=\"quiet\">가로는 문장의 차례, 세로는 둘레 %zu문장의 평균 확률입니다. 굵은 글은 대사입니다.</p>\n<h2>본문</h2>\n", tags->window);
	}
	add_text(page, out);
	nch_html_end(out);
	nch_free(counts);
}
