/* svg.h - the few shapes that the plots are drawn with (SVG 1.1, no scripts, no fonts of its own). */
#ifndef NCH_REPORT_SVG_H
#define NCH_REPORT_SVG_H

#include <stddef.h>

#include "base/buffer.h"

/* The colours of the drawings. Each has another value for dark ground, which every drawing brings along in a style sheet: whoever looks at it on a
 * dark screen gets that one, and programs without style sheets the light one. All texts have a contrast of 4.5 or more to what they stand on, in
 * both. */
#define NCH_SVG_GROUND "#ffffff"
#define NCH_SVG_INK "#111111"     /* names and titles */
#define NCH_SVG_QUIET "#444444"   /* numbers at the axes */
#define NCH_SVG_FRAME "#808080"   /* axes */
#define NCH_SVG_RULE "#e3e3e3"    /* lines between */
#define NCH_SVG_DEPTH "#083d7a"   /* laid over the ground with the share that it stands for as its opacity */
#define NCH_SVG_ON_PALE "black"   /* text on up to NCH_SVG_DEEP of NCH_SVG_DEPTH */
#define NCH_SVG_ON_DEEP "white"   /* and on more */
#define NCH_SVG_DEEP 0.69
extern const char *const nch_svg_series[]; /* runs that are told apart, by people too who don't see red or green */
enum { NCH_SVG_SERIES = 8 };

/* The value on dark ground; NULL if it is none of these colours. */
const char *nch_svg_dark(const char *colour);

/* Text that can't be taken for markup: & < > " ' are escaped, control characters become blanks. */
void nch_svg_escape(nch_buffer *out, const char *text, size_t length);

/* The opening tag with the style sheet, the ground and fonts that have Hangul on the usual systems; nch_svg_end closes it. */
void nch_svg_begin(nch_buffer *out, double width, double height);
void nch_svg_end(nch_buffer *out);

/* A text at (x, y), its base line there. anchor: "start", "middle" or "end"; degrees: turned about that point. */
void nch_svg_text(nch_buffer *out, double x, double y, double size, const char *anchor, const char *colour, double degrees,
                  const char *text);
void nch_svg_line(nch_buffer *out, double x1, double y1, double x2, double y2, const char *colour, double width);
void nch_svg_rect(nch_buffer *out, double x, double y, double width, double height, const char *fill, const char *stroke);

/* A rectangle of NCH_SVG_DEPTH with an opacity. */
void nch_svg_shade(nch_buffer *out, double x, double y, double width, double height, double share);

/* About how wide a text of this size is drawn: Hangul one em, other letters a little over half of one. */
double nch_svg_width(const char *text, double size);

/* A round step that cuts `range` into at most `most` parts: 1, 2 or 5 times a power of ten. */
double nch_svg_step(double range, int most);

#endif
