/* train_options.h - the options of everything that trains: train, cv, sweep. */
#ifndef NCH_CLI_TRAIN_OPTIONS_H
#define NCH_CLI_TRAIN_OPTIONS_H

#include "cli/options.h"
#include "data/labels.h"
#include "train/experiment_options.h"

/* nch_steps_group: what steps are made of, whatever is trained; nch_train_group: what only a classifier has. */
extern const nch_option_group nch_train_data_group, nch_train_model_group, nch_ngram_group, nch_steps_group, nch_train_group;

/* Whether a model's beginning is given once and whole; --init default becomes the folder that it means. */
nch_status nch_model_options_check(const char **init, const char *preset, const char *tokenizer, nch_error *error);

/* --family, --layers, --hidden, --heads, --embedding: measures of a preset, in every table that has --preset and --init. */
extern const nch_option_group nch_shape_group;
nch_status nch_shape_options_read(const nch_options *options, const char *init, nch_shape *shape, nch_error *error);

/* Fills what nch_steps_group holds (without --lr the rate that a preset wants), the seed, and what all options together are, whose text lies in
 * *values: start with {0}, release it after the run. */
nch_status nch_steps_options_read(const nch_options *options, const char *preset, nch_train_options *training, nch_buffer *values, nch_error *error);

/* Fills *experiment from them (all but out, resume, stop). *labels takes the names of --labels, *values as above;
 * release both after the run. */
nch_status nch_train_options_read(const nch_options *options, nch_experiment_options *experiment, nch_labels *labels, nch_buffer *values,
                                  nch_error *error);

#endif
