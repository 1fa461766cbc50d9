/* rates.h - the learning rate where none is given. */
#ifndef NCH_TRAIN_RATES_H
#define NCH_TRAIN_RATES_H

/* For AdamW and its relatives. preset NULL: weights that know something already (fine-tuning, Devlin et al. 2019); else random ones of that size, the larger the smaller.
 * docs/training.md has what was measured. */
double nch_rate_default(const char *preset);

#endif
