/* calibration.h - temperatures and biases: how sure a model may be of itself.
 *
 * A trained network is often surer than it is right. Dividing its logits by one number T, fitted on rows that it was not trained on, mends most of
 * that and changes no best label (Guo et al. 2017, "On calibration of modern neural networks", section 4.2). With b = 1/T the mean loss
 *
 *     L(b) = mean_i -ln softmax(b z_i)_y                     one label a row
 *
 * is convex in b, so that its least value is found by halving the interval in which its slope changes its sign.
 *
 * Where a row has several labels, each has a temperature and a bias (Platt 1999, "Probabilistic outputs for support vector machines"): p_c = σ(z_c /
 * T_c + d_c). A temperature alone turns the curve around p = 1/2, where most labels of such data never are; what is wrong with them is that they are
 * too rare or too frequent on the whole. The loss
 *
 *     L_c(a, d) = Σ_i -[t_i ln σ(a z_ic + d) + (1 - t_i) ln(1 - σ(a z_ic + d))]
 *
 * with Platt's goals, (N₁ + 1) / (N₁ + 2) for the N₁ rows that have the label and 1 / (N₀ + 2) for the N₀ that do not, has its least value at finite
 * numbers; Newton's method finds it (Lin, Lin & Weng 2007, "A note on Platt's probabilistic outputs for support vector machines"). */
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

/* temperatures and biases (labels) for rows of several labels. goals (rows, labels). */
void nch_calibrate_multi(const float *logits, const float *goals, size_t rows, size_t labels, float *temperatures, float *biases);

#endif
