/* train_masked.h - a whole run over hidden tokens, for the tests of pretraining. Include it after golden/masking.h, which makes the rows. */
#ifndef NCH_TESTS_TRAIN_MASKED_H
#define NCH_TESTS_TRAIN_MASKED_H

#include "test.h"
#include "train/trainer.h"

/* Trains the model on 30 rows and 5 to measure it by. hex: the best epoch's fingerprint; *last (NULL: not wanted): the last epoch. */
static void train_masked(nch_model *model, size_t threads, const char *isa, const nch_train_options *o, const nch_train_watcher *watcher, nch_status expected, char hex[65],
                         nch_epoch_record *last)
{
	nch_examples e = examples(30), valid = examples(5);
	nch_compute *compute = NULL;
	nch_train_result result = {0};
	nch_error error = {0};
	CHECK(nch_compute_new(threads, isa, 40, 32, &compute, &error) == NCH_OK);
	CHECK(nch_train(model, compute, &e, &valid, o, watcher, &result, &error) == expected);
	memcpy(hex, result.fingerprint, 65);
	if (last != NULL && result.count > 0)
		*last = result.epochs[result.count - 1];
	nch_train_result_free(&result);
	nch_examples_free(&e);
	nch_examples_free(&valid);
	nch_compute_free(compute);
}

#endif
