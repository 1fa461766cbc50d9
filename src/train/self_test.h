/* self_test.h - self_test.json: what a model folder answered when it was saved, so that damage and wrong wiring show. */
#ifndef NCH_TRAIN_SELF_TEST_H
#define NCH_TRAIN_SELF_TEST_H

#include "base/buffer.h"
#include "base/status.h"

/* Opens the folder as predicting does and writes FOLDER/self_test.json into it: the SHA-256 of model.safetensors and of the vocabulary's pieces, the
 * labels, and a few sentences, each with its ids and logits (of a folder without a classifier: with the mean embedding). threads 0: all cores; isa
 * NULL: the best. */
nch_status nch_self_test_write(const char *folder, size_t threads, const char *isa, nch_error *error);

/* Does all of that again and compares. Numbers must agree to the last bit, which they do on every machine. A folder that is as it was saved is
 * NCH_OK, and *report gets a line that says so; one that differs, or has no self-test, is NCH_DATA with one line that names the first thing that is
 * wrong: labels, tokenizer (ids), weights (bytes, logits). */
nch_status nch_self_test_verify(const char *folder, size_t threads, const char *isa, nch_buffer *report, nch_error *error);

#endif
