/* svg.c - see svg.h. */
#include "report/svg.h"

#include <string.h>

#include "base/utf8.h"

/* Okabe and Ito's colours (2008), some of them darker, so that a line has a contrast of 3 to the ground. */
const char *const nch_svg_series[NCH_SVG_SERIES] = {"#0072b2", "#d55e00", "#00875f", "#b0588c", "#2a8fc9", "#a87400", "#555555", "#857a00"};

static const char *const on_dark[][2] = {
	{NCH_SVG_GROUND, "#16181b"}, {NCH_SVG_INK, "#e6e4df"},     {NCH_SVG_QUIET, "#b4b8bd"}, {NCH_SVG_FRAME, "#7d828a"},
	{NCH_SVG_RULE, "#33373d"},   {NCH_SVG_DEPTH, "#6ea5e1"},   {NCH_SVG_ON_PALE, "white"}, {NCH_SVG_ON_DEEP, "black"},
	{"#0072b2", "#4aa8e0"},      {"#d55e00", "#ff8c42"},       {"#00875f", "#2ec79a"},     {"#b0588c", "#e29ac4"},
	{"#2a8fc9", "#9ad5f5"},      {"#a87400", "#f0b429"},       {"#555555", "#bbbbbb"},     {"#857a00", "#d8c84a"},
};

const char *nch_svg_dark(const char *colour)
{
	for (size_t i = 0; i < sizeof on_dark / sizeof *on_dark; i++)
		if (strcmp(on_dark[i][0], colour) == 0)
			return on_dark[i][1];
	return NULL;
}

static void add_style(nch_buffer *out)
{
	nch_buffer_text(out, "<style>@media(prefers-color-scheme:dark){");
	for (size_t i = 0; i < sizeof on_dark / sizeof *on_dark; i++)
		nch_buffer_printf(out, "[fill=\"%s\"]{fill:%s}[stroke=\"%s\"]{stroke:%s}", on_dark[i][0], on_dark[i][1], on_dark[i][0], on_dark[i][1]);
	nch_buffer_text(out, "}</style>\n");
}

void nch_svg_escape(nch_buffer *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		uint32_t code;
		size_t step = nch_utf8_decode(text + i, length - i, &code);
		if (code == '&')
			nch_buffer_text(out, "&amp;");
		else if (code == '<')
			nch_buffer_text(out, "&lt;");
		else if (code == '>')
			nch_buffer_text(out, "&gt;");
		else if (code == '"')
			nch_buffer_text(out, "&quot;");
		else if (code == '\'')
			nch_buffer_text(out, "&#39;");
		else if (code < ' ' || (code >= 0x7F && code < 0xA0) || code == 0xFFFE || code == 0xFFFF)
			nch_buffer_byte(out, ' ');
		else
			nch_buffer_utf8(out, code); /* a malformed byte becomes U+FFFD */
		i += step;
	}
}

void nch_svg_begin(nch_buffer *out, double width, double height)
{
	nch_buffer_printf(
		out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
		"font-family=\"'Noto Sans KR','Noto Sans CJK KR',NanumGothic,'Apple SD Gothic Neo','Malgun "
		"Gothic',sans-serif\">\n",
		width, height, width, height);
	add_style(out);
	nch_svg_rect(out, 0, 0, width, height, NCH_SVG_GROUND, NULL);
}

void nch_svg_end(nch_buffer *out)
{
	nch_buffer_text(out, "</svg>\n");
}

void nch_svg_text(nch_buffer *out, double x, double y, double size, const char *anchor, const char *colour, double degrees,
                  const char *text)
{
	nch_buffer_printf(out, "<text x=\"%.2f\" y=\"%.2f\" font-size=\"%.1f\" text-anchor=\"%s\" fill=\"%s\"", x, y, size,
	                  anchor, colour);
	if (degrees != 0)
		nch_buffer_printf(out, " transform=\"rotate(%.0f %.2f %.2f)\"", degrees, x, y);
	nch_buffer_byte(out, '>');
	nch_svg_escape(out, text, strlen(text));
	nch_buffer_text(out, "</text>\n");
}

void nch_svg_line(nch_buffer *out, double x1, double y1, double x2, double y2, const char *colour, double width)
{
	nch_buffer_printf(out,
	                  "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" stroke=\"%s\" stroke-width=\"%.2f\"/>\n",
	                  x1, y1, x2, y2, colour, width);
}

void nch_svg_rect(nch_buffer *out, double x, double y, double width, double height, const char *fill, const char *stroke)
{
	nch_buffer_printf(out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"", x, y, width, height,
	                  fill);
	if (stroke != NULL)
		nch_buffer_printf(out, " stroke=\"%s\"", stroke);
	nch_buffer_text(out, "/>\n");
}

void nch_svg_shade(nch_buffer *out, double x, double y, double width, double height, double share)
{
	nch_buffer_printf(out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\" fill-opacity=\"%.3f\" stroke=\"%s\"/>\n", x, y, width,
	                  height, NCH_SVG_DEPTH, share, NCH_SVG_RULE);
}

double nch_svg_width(const char *text, double size)
{
	double ems = 0;
	size_t length = strlen(text);
	for (size_t i = 0; i < length;) {
		uint32_t code;
		i += nch_utf8_decode(text + i, length - i, &code);
		ems += code == NCH_UTF8_BAD ? 1 : nch_utf8_width(code) == 2 ? 1 : nch_utf8_width(code) * 0.58;
	}
	return ems * size;
}

double nch_svg_step(double range, int most)
{
	static const double steps[] = { 1, 2, 5 };
	double power = 1;
	if (!(range > 0) || range > 1e300)
		return 1;
	while (power * most > range)
		power /= 10;
	for (;; power *= 10)
		for (size_t i = 0; i < 3; i++)
			if (steps[i] * power * most >= range)
				return steps[i] * power;
}
