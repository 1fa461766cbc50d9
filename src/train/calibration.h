/* calibration.h - temperatures: how sure a model may be of itself.
 *
 * A trained network is often surer than it is right. Dividing its logits by one number T, fitted on rows that it was not trained on, mends most of that and changes no
 * best label (Guo et al. 2017, "On calibration of modern neural networks", section 4.2). With b = 1/T the mean loss
 *
 *     L(b) = mean_i -ln softmax(b z_i)_y                     one label a row
 *     L_c(b) = mean_i -[y ln σ(b z_ic) + (1 - y) ln(1 - σ(b z_ic))]     several labels a row: a temperature for each label c
 *
 * is convex in b, so that its least value is found by halving the interval in which its slope changes its sign. */
#ifndef NCH_TRAIN_CALIBRATION_H
#define NCH_TRAIN_CALIBRATION_H

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Temperatures stay within these: beyond them the rows are too few, or wholly right, to tell. */
#define NCH_TEMPERATURE_LEAST 0.05
#define NCH_TEMPERATURE_MOST 20.0

/* T for rows of one label. logits (rows, labels), label (rows) in 0 .. labels-1. In double, rows ascending. */
double nch_temperature_single(const float *logits, const int32_t *label, size_t rows, size_t labels);

/* temperatures (labels) for rows of several labels. goals (rows, labels). */
void nch_temperature_multi(const float *logits, const float *goals, size_t rows, size_t labels, float *temperatures);

#endif
