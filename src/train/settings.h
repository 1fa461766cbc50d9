/* settings.h - nunchi.json: what else predicting needs, beside the model and its tokenizer. */
#ifndef NCH_TRAIN_SETTINGS_H
#define NCH_TRAIN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "data/target.h"
#include "nn/loss.h"

typedef struct nch_settings {
	size_t max_len;      /* tokens a row is cut to, special ones included */
	char cleansing[48];  /* name of the cleansing that texts go through first; "" for none */
	char long_texts[16]; /* what predicting does with longer ones: "cut", "tail" … (data/long_texts.h); train writes "cut" */
	nch_target_mode target; /* how a text is told what is asked about */
	bool label_objects;  /* answers in records are objects of "True" and "False", as the training data's were */
	char loss[24];       /* "ce", "bce" …; "" if unknown */
	nch_loss_shape shape; /* its constants */
	double threshold;    /* multi-label: probability from which on a label is given */
	float *thresholds;   /* one a label, in the model's order, or NULL: `threshold` for all; owned */
	size_t threshold_count;
	float *temperatures; /* what logits are divided by before they become probabilities (train/calibration.h): none, one, or one a label; owned */
	size_t temperature_count;
	float *biases; /* what is then added to them: none, or one a label; owned */
	size_t bias_count;
	char recipe[48];     /* how it was trained; "" if nobody said */
	char data_digest[65];/* SHA-256 of the training data, hex; "" if unknown */
	unsigned long long seed;
	char freeze[64];     /* what kept its weights while training; "" for nothing */
	double layer_decay;  /* of the learning rates from the head down; 1: none */
} nch_settings;

/* max_len 0 (the model's own limit), threshold .5, layer decay 1, long texts cut, no texts. */
nch_settings nch_settings_defaults(void);

/* Reads FOLDER/nunchi.json; a folder without one (straight from a hub) gets the defaults. Release with nch_settings_free. */
nch_status nch_settings_read(const char *folder, nch_settings *settings, nch_error *error);
void nch_settings_free(nch_settings *settings); /* {0} is allowed */
nch_status nch_settings_write(const nch_settings *settings, const char *folder, nch_error *error);

#endif
