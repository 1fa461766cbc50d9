/* parse_training.h - values of training's options that are more than a number or a word. Each is the function of a row
 * (cli/options.h:nch_option_parse). */
#ifndef NCH_CLI_PARSE_TRAINING_H
#define NCH_CLI_PARSE_TRAINING_H

#include "cli/options.h"

nch_option_parse nch_parse_max_len;       /* "64", or "p85": into an nch_max_len */
nch_option_parse nch_parse_class_weights; /* "none", "balanced", or "a=1.5,b=1": into an nch_class_weights */
nch_option_parse nch_parse_freeze;        /* "embeddings,0-5": into an nch_freeze */
nch_option_parse nch_parse_gram_widths;   /* "1-4", "3", or "letters:2-8": into an nch_gram_widths */
nch_option_parse nch_parse_threshold;     /* ".5", "tune", or "tune-per-label": into an nch_thresholds */
nch_option_parse nch_parse_interval;      /* "500": steps; "600s", "10m", "1h": a time. Into an nch_train_options' checkpoint_every or
                                             checkpoint_seconds */
nch_option_parse nch_parse_radam_form;    /* "torch" or "tfa": which of the two RAdams an nch_train_options has, if it has one */
nch_option_parse nch_parse_axis;          /* "batch=16,32", or "lr=1e-5..1e-3", once for each: at the end of an nch_axes */

#endif
