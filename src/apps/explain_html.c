/* explain_html.c - an explanation as a page: the answer, the text coloured by its parts' effects, the effects as bars, where attention looked. */
#include <string.h>

#include "apps/emotions.h"
#include "apps/explain.h"
#include "base/utf8.h"
#include "report/html.h"

static const char page_style[] =
	"h1 b{color:var(--c)}\n"
	".text{font-size:1.3rem;line-height:2.1;margin:1.2rem 0 .4rem}\n"
	".for,.against{padding:.1rem 0;border-bottom:3px solid var(--c)}\n"
	".for{background:color-mix(in srgb,var(--c) calc(var(--p)*45%),transparent)}\n"
	".against{border-bottom:3px dotted var(--quiet)}\n"
	"table{width:100%;font-size:.95rem;line-height:1.5}h2+.quiet{margin-bottom:.6rem}\n"
	"td{padding:.18rem .8rem .18rem 0}\n"
	"td:first-child{width:1%;white-space:nowrap;max-width:14rem;overflow:hidden;text-overflow:ellipsis}\n"
	"td:last-child{padding-right:0}\n"
	"td.number{width:1%;white-space:nowrap;color:var(--quiet)}\n"
	"td .bar{height:.7rem;min-width:2px;border-radius:2px;background:var(--c)}\n"
	"td .minus{background:none;border:1.5px dotted var(--quiet)}\n"
	"td.both{background:linear-gradient(var(--rule),var(--rule)) calc(50% - .4rem) 0/1px 100% no-repeat}\n"
	".answers .bar{background:var(--quiet)}.answers .best .bar{background:var(--c)}.answers .best{font-weight:600}\n"
	".maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,var(--w)),1fr));gap:1.4rem 1.2rem}\n"
	"figure{margin:0;break-inside:avoid}\n"
	"figcaption{font-size:.85rem;color:var(--quiet);text-align:center;margin-top:.3rem}\n"
	".scale{width:19rem;margin:.2rem 0 .8rem}\n"
	".maps text,.scale text{font:10.5px sans-serif;fill:var(--quiet)}\n"
	".maps .ground,.scale .ground{fill:var(--card);stroke:var(--rule)}\n"
	".maps path,.scale path{fill:var(--c)}\n"
	"@media print{.for{background:none}main{max-width:none}body{font-size:11pt}td .bar,.maps *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
	"@media(max-width:34rem){body{font-size:16px}.text{font-size:1.15rem}}\n";

static float size_of(float x)
{
	return x < 0.0f ? -x : x;
}

static float effect_of(const nch_explanation *e, size_t part)
{
	return e->effects[part * e->labels + e->label];
}

static float largest_effect(const nch_explanation *e)
{
	float most = 1e-6f;
	for (size_t i = 0; i < e->part_count; i++)
		most = size_of(effect_of(e, i)) > most ? size_of(effect_of(e, i)) : most;
	return most;
}

/* +0.123 or −0.123, with a real minus sign, which is as wide as the plus */
static void add_signed(float x, nch_buffer *out)
{
	nch_buffer_printf(out, "%s%.3f", x < 0.0f ? "−" : "+", (double)size_of(x));
}

/* --- the answer --- */

/* All labels with their probabilities, the most probable first. */
static void add_answers(const nch_explanation *e, const nch_predictor *predictor, nch_buffer *out)
{
	nch_buffer_text(out, "<table class=\"answers\">\n");
	float above = 2.0f;
	size_t last = 0;
	for (size_t shown = 0; shown < e->labels && shown < 8; shown++) {
		size_t next = e->labels;
		for (size_t c = 0; c < e->labels; c++) { /* the largest that comes after the one before; of equal ones the first */
			bool after = e->scores[c] < above || (e->scores[c] == above && c > last);
			if (after && (next == e->labels || e->scores[c] > e->scores[next]))
				next = c;
		}
		if (next == e->labels)
			break; /* not a number */
		const char *name = nch_predictor_label(predictor, next);
		double share = 100.0 * (double)e->scores[next];
		nch_buffer_printf(out, "<tr%s><td>", next == e->label ? " class=\"best\"" : "");
		nch_html_text(out, name, strlen(name));
		nch_buffer_printf(out, "</td><td><div class=\"bar\" style=\"width:%.1f%%\"></div></td><td class=\"number\">%.1f %%</td></tr>\n", share, share);
		above = e->scores[next];
		last = next;
	}
	nch_buffer_text(out, "</table>\n");
}

/* --- the text --- */

/* What has less than a fifteenth of the largest effect, or stands for no part, is plain. */
static void add_text(const nch_explanation *e, nch_language language, nch_buffer *out)
{
	float most = largest_effect(e);
	size_t at = 0;
	nch_buffer_text(out, "<p class=\"text\">");
	for (size_t i = 0; i < e->part_count; i++) {
		const nch_part *part = &e->parts[i];
		size_t begin = part->begin > at ? part->begin : at;
		float effect = effect_of(e, i), share = size_of(effect) / most;
		if (part->end <= begin)
			continue; /* several tokens of the same bytes */
		nch_html_text(out, e->text.data + at, begin - at);
		nch_buffer_printf(out, "<span class=\"%s\" style=\"--p:%.2f\" title=\"", share < 0.067f ? "plain" : effect < 0.0f ? "against" : "for", (double)share);
		add_signed(effect, out);
		nch_buffer_text(out, "\">");
		nch_html_text(out, e->text.data + begin, part->end - begin);
		nch_buffer_text(out, "</span>");
		at = part->end;
	}
	nch_html_text(out, e->text.data != NULL ? e->text.data + at : "", e->text.length - at);
	nch_buffer_printf(out, "</p>\n<p class=\"quiet\">%s</p>\n", nch_say(language, NCH_SAY_explain_colours));
}

/* A blank alone is shown as SentencePiece writes it. */
static void add_part(const nch_explanation *e, const nch_part *part, nch_buffer *out)
{
	if (part->end - part->begin == 1 && e->text.data[part->begin] == ' ')
		nch_buffer_text(out, "▁");
	else
		nch_html_text(out, e->text.data + part->begin, part->end - part->begin);
}

static void add_effects(const nch_explanation *e, nch_language language, nch_buffer *out)
{
	float most = largest_effect(e);
	nch_buffer_printf(out, "<h2>%s</h2>\n<p class=\"quiet\">%s</p>\n<table>\n", nch_say(language, NCH_SAY_explain_effects), nch_say(language, NCH_SAY_explain_effects_how));
	for (size_t i = 0; i < e->part_count; i++) {
		const nch_part *part = &e->parts[i];
		float effect = effect_of(e, i);
		double width = 50.0 * (double)(size_of(effect) / most);
		nch_buffer_text(out, "<tr><td>");
		add_part(e, part, out);
		nch_buffer_printf(out, "</td><td class=\"both\"><div class=\"bar%s\" style=\"width:%.1f%%;margin-left:%.1f%%\"></div></td><td class=\"number\">",
		                  effect < 0.0f ? " minus" : "", width, effect < 0.0f ? 50.0 - width : 50.0);
		add_signed(effect, out);
		nch_buffer_text(out, "</td></tr>\n");
	}
	nch_buffer_text(out, "</table>\n");
}

/* --- attention --- */

/* Pixels of a square; columns of a name that are shown; maps of more tokens than NAMED bear no names, of more than DRAWN are not drawn; shades of a
 * square. */
enum { CELL = 14, NAME_COLUMNS = 10, NAMED = 40, DRAWN = 96, SHADES = 15 };

typedef struct map_look {
	size_t tokens, gutter; /* gutter: pixels for the names, left and above */
	double most;           /* the probability that is darkest, in all maps of the page */
	nch_language language;
} map_look;

/* The token's letters, or what a special one is called. */
static const char *name_of(const nch_explanation *e, const nch_predictor *predictor, size_t i, size_t *length)
{
	const nch_token *t = &e->tokens.items[i];
	const char *name = e->text.data + t->begin;
	*length = t->end - t->begin;
	while (*length > 1 && *name == ' ') {
		name++;
		--*length;
	}
	if (*length == 0) {
		name = nch_tokenizer_piece(predictor->tokenizer, t->id);
		*length = strlen(name);
	}
	return name;
}

/* How many bytes of a name fit into NAME_COLUMNS. */
static size_t fitting(const char *name, size_t length)
{
	size_t at = 0;
	while (at < length) {
		uint32_t c;
		size_t next = at + nch_utf8_decode(name + at, length - at, &c);
		if (nch_utf8_columns(name, next) > NAME_COLUMNS)
			break;
		at = next;
	}
	return at;
}

static map_look measure_map(const nch_explanation *e, const nch_predictor *predictor, nch_language language)
{
	map_look look = {.tokens = e->tokens.count, .language = language};
	size_t widest = 0, length;
	for (size_t i = 0; i < look.tokens && look.tokens <= NAMED; i++) {
		const char *name = name_of(e, predictor, i, &length);
		size_t columns = nch_utf8_columns(name, fitting(name, length));
		widest = columns > widest ? columns : widest;
	}
	look.gutter = widest > 0 ? 6 * widest + 6 : 1;
	return look;
}

static void add_names(const nch_explanation *e, const nch_predictor *predictor, const map_look *look, nch_buffer *out)
{
	for (size_t i = 0; i < look->tokens && look->tokens <= NAMED; i++) {
		size_t length, middle = look->gutter + i * CELL + CELL / 2 + 4;
		const char *name = name_of(e, predictor, i, &length);
		length = fitting(name, length);
		nch_buffer_printf(out, "<text x=\"%zu\" y=\"%zu\" text-anchor=\"end\">", look->gutter - 4, middle);
		nch_html_text(out, name, length);
		nch_buffer_printf(out, "</text><text transform=\"translate(%zu %zu) rotate(-90)\">", middle, look->gutter - 4);
		nch_html_text(out, name, length);
		nch_buffer_text(out, "</text>\n");
	}
}

/* The probability in square i: the mean of `maps` maps. */
static double square_of(const map_look *look, const float *map, size_t maps, size_t i)
{
	double sum = 0.0;
	for (size_t m = 0; m < maps; m++)
		sum += (double)map[m * look->tokens * look->tokens + i];
	return sum / (double)maps;
}

static double largest_of(const map_look *look, const float *map, size_t maps)
{
	double most = 1e-6;
	for (size_t i = 0; i < look->tokens * look->tokens; i++)
		most = square_of(look, map, maps, i) > most ? square_of(look, map, maps, i) : most;
	return most;
}

/* Squares as dark as their probability, on one scale for the whole page, in SHADES steps: a path for each step, so that a page stays small. */
static void add_squares(const map_look *look, const float *map, size_t maps, nch_buffer *out)
{
	size_t n = look->tokens;
	for (int shade = 1; shade <= SHADES; shade++) {
		bool any = false;
		for (size_t i = 0; i < n * n; i++) {
			if ((int)(square_of(look, map, maps, i) / look->most * SHADES + 0.5) != shade)
				continue;
			nch_buffer_text(out, any ? "" : "<path d=\"");
			nch_buffer_printf(out, "M%zu %zuh%dv%dh-%dz", look->gutter + i % n * CELL, look->gutter + i / n * CELL, CELL, CELL, CELL);
			any = true;
		}
		if (any)
			nch_buffer_printf(out, "\" opacity=\"%.2f\"/>\n", (double)shade / SHADES);
	}
}

/* The scale itself: from nothing to the darkest. */
static void add_scale(const map_look *look, nch_buffer *out)
{
	nch_buffer_printf(out, "<svg class=\"scale\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"0 %% – %.0f %%\">\n"
	                       "<rect class=\"ground\" x=\"32\" y=\"1\" width=\"%d\" height=\"%d\"/>\n", SHADES * CELL + 90, CELL + 2, 100.0 * look->most, SHADES * CELL, CELL);
	for (int shade = 1; shade <= SHADES; shade++)
		nch_buffer_printf(out, "<path d=\"M%d 1h%dv%dh-%dz\" opacity=\"%.2f\"/>\n", 32 + (shade - 1) * CELL, CELL, CELL, CELL, (double)shade / SHADES);
	nch_buffer_printf(out, "<text x=\"26\" y=\"12\" text-anchor=\"end\">0 %%</text><text x=\"%d\" y=\"12\">%.0f %%</text></svg>\n", 38 + SHADES * CELL, 100.0 * look->most);
}

static void add_map(const nch_explanation *e, const nch_predictor *predictor, const map_look *look, const float *map, size_t maps, nch_phrase what,
                    size_t number, nch_buffer *out)
{
	size_t squares = look->tokens * CELL, side = look->gutter + squares + 1;
	const char *called = nch_say(look->language, what);
	nch_buffer_printf(out, "<figure><svg viewBox=\"0 0 %zu %zu\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"%s %zu\">\n", side, side, called, number);
	nch_buffer_printf(out, "<rect class=\"ground\" x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\"/>\n", look->gutter, look->gutter, squares, squares);
	add_squares(look, map, maps, out);
	add_names(e, predictor, look, out);
	nch_buffer_text(out, "</svg><figcaption>");
	nch_buffer_printf(out, nch_say(look->language, NCH_SAY_explain_largest), called, number, 100.0 * largest_of(look, map, maps));
	nch_buffer_text(out, "</figcaption></figure>\n");
}

static void add_maps(const nch_explanation *e, const nch_predictor *predictor, nch_language language, nch_buffer *out)
{
	map_look look = measure_map(e, predictor, language);
	size_t map = look.tokens * look.tokens;
	if (look.tokens > DRAWN) {
		nch_buffer_printf(out, "<h2>%s</h2>\n<p class=\"quiet\">", nch_say(language, NCH_SAY_explain_attention));
		nch_buffer_printf(out, nch_say(language, NCH_SAY_explain_too_many), look.tokens, DRAWN);
		nch_buffer_text(out, "</p>\n");
		return;
	}
	for (size_t l = 0; l < e->layers; l++) {
		double most = largest_of(&look, e->attention + l * e->heads * map, e->heads);
		look.most = most > look.most ? most : look.most;
	}
	for (size_t h = 0; h < e->heads; h++) {
		double most = largest_of(&look, e->attention + ((e->layers - 1) * e->heads + h) * map, 1);
		look.most = most > look.most ? most : look.most;
	}
	nch_buffer_printf(out, "<h2>%s</h2>\n<p class=\"quiet\">%s</p>\n", nch_say(language, NCH_SAY_explain_layers), nch_say(language, NCH_SAY_explain_layers_how));
	add_scale(&look, out);
	nch_buffer_printf(out, "<div class=\"maps\" style=\"--w:%zupx\">\n", look.tokens <= NAMED ? look.gutter + look.tokens * CELL * 7 / 8 : (size_t)600);
	for (size_t l = 0; l < e->layers; l++)
		add_map(e, predictor, &look, e->attention + l * e->heads * map, e->heads, NCH_SAY_explain_layer, l + 1, out);
	nch_buffer_printf(out, "</div>\n<h2>%s</h2>\n<div class=\"maps\" style=\"--w:%zupx\">\n", nch_say(language, NCH_SAY_explain_heads),
	                  look.tokens <= NAMED ? look.gutter + look.tokens * CELL * 7 / 8 : (size_t)600);
	for (size_t h = 0; h < e->heads; h++)
		add_map(e, predictor, &look, e->attention + ((e->layers - 1) * e->heads + h) * map, 1, NCH_SAY_explain_head, h + 1, out);
	nch_buffer_text(out, "</div>\n");
}

/* --- the page --- */

void nch_explain_html(const nch_explanation *e, const nch_predictor *predictor, nch_language language, nch_buffer *out)
{
	const char *name = nch_predictor_label(predictor, e->label);
	const nch_emotion_look *look = nch_emotion_look_of(name, e->label);
	nch_html_begin(out, language, name, page_style);
	nch_buffer_printf(out, "<style>main{--c:%s}@media screen and (prefers-color-scheme:dark){main{--c:%s}}</style>\n<h1><b>%s%s", look->light, look->dark, look->mark,
	                  look->mark[0] != '\0' ? " " : "");
	nch_html_text(out, name, strlen(name));
	nch_buffer_printf(out, "</b> %.1f %%</h1>\n", 100.0 * (double)e->scores[e->label]);
	add_text(e, language, out);
	nch_buffer_printf(out, "<h2>%s</h2>\n", nch_say(language, NCH_SAY_explain_answers));
	add_answers(e, predictor, out);
	add_effects(e, language, out);
	if (e->attention != NULL)
		add_maps(e, predictor, language, out);
	nch_html_end(out);
}
