/* train_rows.h - a small classifier and rows that it can learn, for the tests of training. */
#ifndef NCH_TESTS_TRAIN_ROWS_H
#define NCH_TESTS_TRAIN_ROWS_H

#include <stdlib.h>

#include "base/memory.h"
#include "nn/family.h"
#include "test.h"
#include "train/trainer.h"

enum { ROWS = 30, LABELS = 3 };

static char *label_names[LABELS] = {"x", "y", "z"};

static nch_config small_config(void)
{
	return (nch_config){.family = &nch_bert, .vocab_size = 60, .hidden = 32, .embedding = 32, .layers = 2, .heads = 2, .feed_forward = 64,
	                    .max_positions = 40, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.02f, .dropout = 0.1f,
	                    .attention_dropout = 0.1f, .classifier_dropout = 0.2f, .labels = LABELS, .label_names = label_names};
}

/* Rows of noise, each with one token that betrays the label. */
static nch_examples examples(size_t rows)
{
	nch_examples e = {.rows = rows, .token = nch_alloc(rows * 40, sizeof(int32_t)), .offsets = nch_alloc(rows + 1, sizeof(size_t)),
	                  .first = nch_alloc(rows, sizeof(uint32_t)), .label = nch_alloc(rows, sizeof(int32_t)), .classes = LABELS};
	unsigned state = 5;
	for (size_t r = 0; r < rows; r++) {
		size_t begin = e.offsets[r], length = 3 + r * 7 % 20;
		for (size_t i = 0; i < length; i++) {
			state = state * 1664525u + 1013904223u;
			e.token[begin + i] = (int32_t)(10 + (state >> 16) % 50);
		}
		e.label[r] = (int32_t)(r * 5 % LABELS);
		e.token[begin] = 2;
		e.token[begin + 1] = 5 + e.label[r];
		e.first[r] = (uint32_t)length;
		e.offsets[r + 1] = begin + length;
	}
	return e;
}

static nch_train_options options(void)
{
	return (nch_train_options){.epochs = 3, .batch = 8, .accumulate = 1, .seed = 1234, .shuffle = true, .loss = NCH_LOSS_CE,
	                           .optimizer = {.kind = NCH_ADAMW, .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8,
	                                         .weight_decay = 0.01, .clip = 1.0, .schedule = NCH_LINEAR, .warmup = 0.1}};
}

/* Removes the folder that a test made. */
static void remove_folder(const char *path)
{
	char command[300];
	snprintf(command, sizeof command, "rm -rf '%s'", path);
	CHECK(system(command) == 0);
}

#endif
