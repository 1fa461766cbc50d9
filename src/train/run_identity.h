/* run_identity.h - which run this is: all that can change a bit of what it leaves, as a value.
 *
 * An identity is a text, a line "name value" for each thing that counts. Two runs are the same if the texts are equal; then one may go on where the
 * other stopped (--resume), stand for it (a job of a sweep that is done), and write over what it left. train, cv, sweep and pretrain ask nothing
 * else.
 *
 * It has two halves. The first is written by walking the tables of the command's options (cli/options.h:nch_options_values): an option is in it by
 * its value unless its table says otherwise. The second says what the options bring, by content: rows as the model sees them, the tokenizer's files,
 * the weights and the config that training begins with, label order.
 *
 * Who adds an option has nothing to do here where its value says all. If it can change no bit (a place, a number of threads, how often something is
 * saved), its table says NCH_NO_EFFECT. If what counts is not its value but what comes of it, its table says NCH_BY_WHAT_IT_BRINGS, and a line is
 * added below, or by the caller through nch_identity_number and its like. tests/cli/identity_test.sh resumes a run with another value of every option
 * of the tables, one after the other: each must be refused, or lead to the weights of a fresh run with that value. */
#ifndef NCH_TRAIN_RUN_IDENTITY_H
#define NCH_TRAIN_RUN_IDENTITY_H

#include "base/buffer.h"
#include "base/json.h"
#include "data/examples.h"
#include "train/training.h"

/* Each appends to *out, which starts as {0}; nch_buffer_check at the end tells whether there was memory. */
void nch_identity_number(nch_buffer *out, const char *name, double value);
void nch_identity_text(nch_buffer *out, const char *name, const char *value);
/* SHA-256 over tokens, types, labels and goals of all rows in their order. */
void nch_identity_examples(nch_buffer *out, const char *name, const nch_examples *examples);
/* Of the files that the tokenizer consists of. */
void nch_identity_tokenizer(nch_buffer *out, const nch_tokenizer *tokenizer);
/* Config (its labels in their order, too) and weights, as they are before the first step. */
nch_status nch_identity_model(nch_buffer *out, const nch_model *model, nch_error *error);
/* Rows a step, since batch 8 × accumulate 4 has the bits of batch 32 (where it has: docs/training.md, parts of a batch), and how many rows of each
 * part an epoch sees. */
void nch_identity_steps(nch_buffer *out, const nch_train_options *training, const nch_model *model);
/* Epochs and learning rates. They tell finished runs apart, and are no part of training->identity: an unfinished one may get others, as long as the
 * steps that are done had the same rates (train/schedule.h:nch_schedule_agree). */
void nch_identity_rates(nch_buffer *out, const nch_train_options *training);

/* As a JSON array, a text for each line; and back. Anything else than such an array gives an empty text. */
void nch_identity_write(nch_buffer *out, const char *identity);
void nch_identity_read(const nch_json *json, nch_buffer *identity);

/* The first thing that differs, for people: "--lr is 0.002, there it was 0.001". */
void nch_identity_difference(const char *here, const char *there, nch_buffer *out);

#endif
