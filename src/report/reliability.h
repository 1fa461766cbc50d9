/* reliability.h - the reliability diagram: how often is a model right where it says it is so and so sure? (Niculescu-Mizil & Caruana 2005; Guo et al.
 * 2017, figure 1) */
#ifndef NCH_REPORT_RELIABILITY_H
#define NCH_REPORT_RELIABILITY_H

#include "base/buffer.h"
#include "report/metrics.h"

/* A picture of metrics->bins: a bar a bin as high as it was right, the diagonal where it ought to be, and below how many rows fell into each. Nothing
 * but a sentence without scores. */
void nch_reliability_svg(const nch_metrics *metrics, nch_buffer *out);

#endif
