/* loss.h - the losses of single cells and rows: value and slope, in double.
 *
 * A cell is one label of one row: logit z, goal y in [0, 1]. p = 1 / (1 + e^-z) is its probability, q = 1 - p. Positive goals may weigh
 * w times as much. Three losses are sums over cells:
 *
 *   BCE    -(w y ln p + (1 - y) ln q)
 *   FOCAL  a (1 - P)^gamma · BCE, P = y p + (1 - y) q, a = alpha y + (1 - alpha) (1 - y)      (Lin et al. 2017, eq. 5; soft goals as torchvision)
 *   ASL    -(1 - P)^g · (w y ln p + (1 - y) ln r), r = min(q + clip, 1), P = y p + (1 - y) r,
 *          g = gamma_pos y + gamma_neg (1 - y)                                                 (Ridnik et al. 2021, eq. 4 to 7)
 *
 * ASL in its single-label form works on a softmax over the row (ASL_SINGLE below). */
#ifndef NCH_NN_LOSS_H
#define NCH_NN_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/choice.h"

#define NCH_LOSSES(ROW) /* value, name, what it is */ \
	ROW(NCH_LOSS_CE, "ce", "cross-entropy") ROW(NCH_LOSS_BCE, "bce", "binary cross-entropy") ROW(NCH_LOSS_FOCAL, "focal", "focal loss") \
	ROW(NCH_LOSS_ASL, "asl", "asymmetric loss") ROW(NCH_LOSS_ASL_SINGLE, "asl-single", "asymmetric loss over a softmax")
typedef enum nch_loss_kind { NCH_LOSSES(NCH_CHOICE_VALUE) NCH_LOSS_KINDS } nch_loss_kind;

/* The constants in these formulas; CE and BCE have none. */
typedef struct nch_loss_shape {
	double focal_alpha; /* in [0, 1]; below 0: a = 1 */
	double focal_gamma;
	double gamma_neg, gamma_pos, clip; /* of both forms of ASL; clip of the first */
	bool whole_gradient; /* ASL: the slope of (1 - P)^g too. The published training code takes that factor for a constant, and so does nunchi
	                        unless told */
} nch_loss_shape;

/* alpha .25, gamma 2; ASL 4, 1, .05, in its single-label form 4, 0. */
nch_loss_shape nch_loss_shape_default(nch_loss_kind kind);

const char *nch_loss_name(nch_loss_kind kind);                 /* "ce" "bce" "focal" "asl" "asl-single" */
bool nch_loss_find(const char *name, nch_loss_kind *kind);     /* false: there is no such loss */
bool nch_loss_has_cells(nch_loss_kind kind);                   /* a sum over cells: its mean is taken over rows × labels, else over rows */

/* The goal y after label smoothing: y (1 - s) + s / 2, as Keras has it. */
double nch_loss_smooth(double y, double smoothing);

/* BCE, FOCAL, ASL of one cell; *slope gets the derivative by z. */
double nch_loss_cell(nch_loss_kind kind, const nch_loss_shape *shape, double z, double y, double w, double *slope);

/* ASL_SINGLE of one row of logits z[classes]. Those with goals[c] > .5 (or c = target where goals is NULL) are positive. With p = softmax(z):
 *   - sum_c y(c) (1 - P(c))^g(c) ln p(c),  P = p and g = gamma_pos for positive classes, P = 1 - p and g = gamma_neg for the others,
 *   y(c) = weight(c) ((1 - s) [positive] + s / classes)
 * as the published single-label code has it, whose gradient goes through the factor too. slopes[classes] gets the derivatives by z; it
 * may be NULL. */
double nch_loss_asl_single(const nch_loss_shape *shape, const float *z, size_t classes, int32_t target, const float *goals, const float *weight,
                           double smoothing, double *slopes);

#endif
