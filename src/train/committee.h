/* committee.h - several models as one: a folder of folders, whose answer is the weighted mean of its members' probabilities.
 *
 *     config.json   {"model_type": "nunchi-committee", "members": [{"folder": "member-0", "weight": 0.6}, …]}
 *     nunchi.json   thresholds, temperatures
 *     member-0/ …   model folders of any kind, committees too, that know the same labels
 *
 * p_c = Σ_m w_m p_mc with w_m >= 0, Σ w_m = 1. Its logits are ln p_c less their mean over the labels (one label a text: their softmax is p), or ln
 * p_c - ln(1 - p_c) (several labels: their sigmoid is p_c). */
#ifndef NCH_TRAIN_COMMITTEE_H
#define NCH_TRAIN_COMMITTEE_H

#include "train/ensemble.h"

enum { NCH_COMMITTEE_MOST = 64, NCH_COMMITTEE_DEPTH = 4 }; /* members; committees within committees */

/* Whether a folder's config.json says that it is one. */
bool nch_committee_is(const char *folder);

/* Opens all members, and their weights. Release with nch_ensemble_close. */
nch_status nch_committee_open(const char *folder, const nch_predictor_how *how, nch_ensemble **committee, nch_error *error);

/* The SHA-256 of the members' fingerprints and weights, in their order: what tells two committees to be the same. */
nch_status nch_committee_fingerprint(const char *folder, char hex[65], nch_error *error);

/* "folder", its weight: for those who look at a committee; each ends when told false. */
nch_status nch_committee_members(const char *folder, nch_status (*tell)(void *context, const char *member, double weight, nch_error *error),
                                 void *context, nch_error *error);

/* Writes a committee of these folders: its members are copies, so that the folder can be carried away. weights (count) are brought to the sum 1;
 * thresholds are the weighted means of the members'. A folder that is there already must hold no model (or a committee, where overwrite is set). */
nch_status nch_committee_save(const char *const *folders, const nch_ensemble *members, const double *weights, bool overwrite, const char *folder,
                              nch_error *error);

/* Weights with the least log loss on labelled rows, which is never above that of the best member: the mixture's expectation-maximisation (Dempster,
 * Laird & Rubin 1977), whose objective has one maximum. weights (jury->count). In double, rows ascending. */
nch_status nch_committee_fit(const nch_jury *jury, double *weights, nch_error *error);
/* The mean over rows (several labels: over cells) of -ln of the probability that these weights give to the truth. */
double nch_committee_loss(const nch_jury *jury, const double *weights);

#endif
