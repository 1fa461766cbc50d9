/* label_option.h - --label L: a label by its name. */
#ifndef NCH_CLI_LABEL_OPTION_H
#define NCH_CLI_LABEL_OPTION_H

#include "train/predictor.h"

/* *label: its number, or nch_predictor_labels where name is NULL. A name that the model does not know is NCH_USAGE, and the nearest one is told. */
nch_status nch_label_option(const nch_predictor *predictor, const char *name, size_t *label, nch_error *error);

#endif
