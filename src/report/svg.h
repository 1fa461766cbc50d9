/* svg.h - the few shapes that the plots are drawn with (SVG 1.1, no scripts, no fonts of its own). */
#ifndef NCH_REPORT_SVG_H
#define NCH_REPORT_SVG_H

#include <stddef.h>

#include "base/buffer.h"

/* Text that can't be taken for markup: & < > " ' are escaped, control characters become blanks. */
void nch_svg_escape(nch_buffer *out, const char *text, size_t length);

/* The opening tag with a white ground and fonts that have Hangul on the usual systems; nch_svg_end closes it. */
void nch_svg_begin(nch_buffer *out, double width, double height);
void nch_svg_end(nch_buffer *out);

/* A text at (x, y), its base line there. anchor: "start", "middle" or "end"; degrees: turned about that point. */
void nch_svg_text(nch_buffer *out, double x, double y, double size, const char *anchor, const char *colour, double degrees,
                  const char *text);
void nch_svg_line(nch_buffer *out, double x1, double y1, double x2, double y2, const char *colour, double width);
void nch_svg_rect(nch_buffer *out, double x, double y, double width, double height, const char *fill, const char *stroke);

/* About how wide a text of this size is drawn: Hangul one em, other letters a little over half of one. */
double nch_svg_width(const char *text, double size);

/* A round step that cuts `range` into at most `most` parts: 1, 2 or 5 times a power of ten. */
double nch_svg_step(double range, int most);

#endif
