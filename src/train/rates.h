/* rates.h - the learning rate where none is given. */
#ifndef NCH_TRAIN_RATES_H
#define NCH_TRAIN_RATES_H

/* For AdamW and its relatives. preset NULL: weights that know something already (fine-tuning, Devlin et al. 2019); else random ones of that size, the
 * larger the smaller. NCH_RATE_OF_DEFAULT in place of a preset: the encoder of the model that comes with the program, which knows something and is
 * narrow. docs/training.md has what was measured. */
#define NCH_RATE_OF_DEFAULT "default"
double nch_rate_default(const char *preset);

#endif
