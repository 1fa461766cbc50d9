/* predictor.h - a model folder, ready to answer: model (mapped), tokenizer, settings, and who computes.
 *
 * The folder's config.json says who answers: a transformer, an n-gram model, or a committee of such. What both have stands first below; a command
 * that wants more than answers asks whether there is a model. */
#ifndef NCH_TRAIN_PREDICTOR_H
#define NCH_TRAIN_PREDICTOR_H

#include "data/long_texts.h"
#include "ngram/model.h"
#include "nn/eye.h"
#include "nn/model.h"
#include "text/cleansing.h"
#include "tokenizer/tokenizer.h"
#include "train/evaluate.h"
#include "train/settings.h"

typedef struct nch_predictor_kind nch_predictor_kind;

typedef struct nch_predictor {
	char *folder; /* for messages */
	const nch_predictor_kind *kind;
	size_t labels;
	char *const *label_names; /* the model's */
	bool multi_label;
	nch_model *model;         /* a transformer; else NULL, as tokenizer and tape are */
	nch_tokenizer *tokenizer;
	nch_tape *tape;
	nch_ngram *ngram;         /* an n-gram model; else NULL */
	struct nch_ensemble *committee; /* a committee; else NULL */
	nch_settings settings;
	const nch_cleansing *cleansing; /* of the settings; every text goes through it */
	nch_compute *compute;
	nch_loss_kind loss;  /* what it was trained with: CE or BCE if unknown */
	float *thresholds;   /* (labels): the probability from which on a label is given, for several labels a row */
	size_t max_len;      /* the most tokens of a text: that of the settings, or the model's own limit */
	nch_long long_texts; /* what is done with longer ones; from the settings, and may be set */
	/* of all texts so far */
	size_t cut;              /* those that were longer */
	size_t gaps;             /* of those, the ones that are so long that their windows do not cover them */
	size_t unknown, content; /* unknown tokens, and all but the special ones */
	float *shares;           /* (texts), or NULL: where the next answers leave how much of each text the model never met: unknown tokens, narrow
	                            n-grams; of a committee, the largest of its members' */
} nch_predictor;

/* How a folder is opened. */
typedef struct nch_predictor_how {
	size_t threads;  /* 0: all cores */
	const char *isa; /* NULL: that of nch_compute_default_isa */
	bool int8;       /* compute in bytes (nn/int8.h), whatever the folder has; only transformers can: of others NCH_USAGE */
	bool floats;     /* compute in floats, whatever the folder has: for gradients, which bytes do not have */
} nch_predictor_how;
nch_status nch_predictor_open_how(const char *folder, const nch_predictor_how *how, nch_predictor **predictor, nch_error *error);

/* Opens a folder. threads 0: all cores; isa NULL: as nch_compute_default_isa says. The tokenizer must fit the model's vocabulary. Release with
 * nch_predictor_close. */
nch_status nch_predictor_open(const char *folder, size_t threads, const char *isa, nch_predictor **predictor, nch_error *error);
void nch_predictor_close(nch_predictor *predictor); /* NULL is allowed */

size_t nch_predictor_labels(const nch_predictor *predictor);
const char *nch_predictor_label(const nch_predictor *predictor, size_t label);

/* logits (count, labels) of the texts, in their order; the company of a text does not change a bit of its row. The logits of a text that is read in
 * windows are the mean of the windows' logits. A folder whose weights lack the classifier (a pretrained encoder) is NCH_DATA. */
nch_status nch_predictor_logits(nch_predictor *predictor, const nch_text *texts, size_t count, float *logits, nch_error *error);

/* logits (rows, labels) of a data set's rows, which was read with the predictor's cleansing and target. */
nch_status nch_predictor_dataset(nch_predictor *predictor, const nch_dataset *data, float *logits, nch_error *error);

/* values (count, hidden): embeddings of the texts, as nch_output has them; folders without a classifier serve too. What is no transformer has none:
 * NCH_USAGE. */
nch_status nch_predictor_embeddings(nch_predictor *predictor, const nch_text *texts, size_t count, nch_output output, float *values,
                                    nch_error *error);

/* The ids that the model reads for these texts: cleansed, tokenized, cut to max_len (their beginnings). Release with nch_examples_free. */
nch_status nch_predictor_examples(const nch_predictor *predictor, const nch_text *texts, size_t count, nch_examples *examples, nch_error *error);

/* The way that all answers take, in two steps, for those who have tokens already or want to look at them. values: (rows, labels) of logits, or (rows,
 * hidden).
 *
 * run: rows of any length (nch_examples_make with nch_predictor_limit) are fitted into the model's limit as long_texts says, computed, and windows
 * averaged. rows: rows that fit are computed. Logits of a folder without a classifier, and values that are no numbers, are NCH_DATA. */
size_t nch_predictor_limit(const nch_predictor *predictor); /* tokens that are worth keeping of a row: where only beginnings are read, max_len; else
                                                               all (0) */
nch_status nch_predictor_run(nch_predictor *predictor, const nch_examples *whole, nch_output output, float *values, nch_error *error);
nch_status nch_predictor_rows(nch_predictor *predictor, const nch_examples *rows, nch_output output, float *values, nch_error *error);

/* values (count, columns): of each text i the mean of rows windows[i] .. windows[i+1]-1, summed in double from the first on. */
void nch_average_windows(const float *rows, const size_t *windows, size_t count, size_t columns, float *values);

/* A text as the model reads it: marked, cleansed, tokenized whole (nothing is cut). Start with {0}; release with nch_reading_free. */
typedef struct nch_reading {
	nch_buffer bytes;   /* the text, then its pair */
	size_t text_length; /* of the text alone */
	nch_tokens tokens;  /* special ones included; places in the text or, from token layout.second on, in the pair */
	nch_layout layout;
} nch_reading;
nch_status nch_predictor_read(const nch_predictor *predictor, const nch_text *text, nch_reading *reading, nch_error *error);
void nch_reading_free(nch_reading *reading);

/* Whether train --calibrate fitted temperatures (train/calibration.h). */
bool nch_predictor_is_calibrated(const nch_predictor *predictor);
/* A label's logit divided by its temperature, its bias added; as it is where the model was not calibrated. */
float nch_predictor_calibrated(const nch_predictor *predictor, size_t label, float logit);
/* The same of logits (rows, labels), in place. */
void nch_predictor_temper(const nch_predictor *predictor, float *logits, size_t rows);

/* scores (labels) of one row of logits, which are tempered first: softmax, or for a multi-label model the sigmoid of each (unless its loss is a
 * softmax's); of a single label the sigmoid, as a softmax of one is 1 whatever the logit (transformers does the same). */
void nch_predictor_scores(const nch_predictor *predictor, const float *logits, float *scores);
extern const nch_place nch_place_of_softmax, nch_place_of_sigmoids; /* where it does so */

/* The answer to one row of logits: the label of the greatest logit. scores (labels); given (labels; may be NULL): the labels at or above their
 * thresholds. */
size_t nch_predictor_answer(const nch_predictor *predictor, const float *logits, float *scores, bool *given);

#endif
