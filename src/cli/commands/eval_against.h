/* eval_against.h - `eval --against`: another model on the same rows. */
#ifndef NCH_CLI_EVAL_AGAINST_H
#define NCH_CLI_EVAL_AGAINST_H

#include "cli/options.h"
#include "report/against.h"
#include "train/predictor.h"

/* right (rows): whether the predictor has each row wholly right, by its logits. truth: the rows' labels. */
nch_status nch_eval_right(const nch_predictor *predictor, const nch_examples *truth, const float *logits, bool *right, nch_error *error);

/* Asks the model in `folder` about the rows of the files of --data, which must be as many as the first model's, and sets it against that. right_first
 * (rows) is of the first. What the second one has right goes to right_second (rows). */
nch_status nch_eval_against(const nch_options *options, nch_text_list files, const char *folder, const bool *right_first, size_t rows,
                            bool *right_second, nch_against *against, nch_error *error);

#endif
