/* training.h - what the training of a tokenizer is told: which kind, how many pieces, where the lines come from, who looks on. */
#ifndef NCH_TOKENIZER_TRAINING_H
#define NCH_TOKENIZER_TRAINING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "kernels/threads.h"

typedef enum nch_training_type { NCH_TRAIN_UNIGRAM, NCH_TRAIN_BPE, NCH_TRAIN_WORDPIECE } nch_training_type;

typedef struct nch_tokenizer_training {
	nch_training_type type;
	size_t vocab_size;         /* all pieces, special ones too */
	double character_coverage; /* rarer characters get no piece: this share of all that is read must be covered */
	const char *normalization; /* "nmt_nfkc" and its kin, see charsmap.h */
	bool bert_specials;        /* [UNK] [PAD] [CLS] [SEP] [MASK] get the ids 0-4, as KoBERT's; else <unk> <s> </s> get 0-2. WordPiece always
	                              begins with [PAD] [UNK] [CLS] [SEP] [MASK], as BERT's */
	const char *const *control;      /* further control pieces, ended by NULL; or NULL */
	const char *const *user_defined; /* pieces that always stay whole, ended by NULL; or NULL */
	const char *required_characters; /* not wordpiece: these get pieces however rare they are; or NULL */
	bool byte_fallback;        /* 256 pieces for the bytes of characters that have none */
	bool split_digits;         /* a digit is a piece of its own */
	bool lower_case;           /* wordpiece: small letters, no accents */
	size_t max_piece_length;   /* in characters */
	size_t seed_size;          /* unigram: strings to begin with */
	size_t max_line;           /* longer lines, in bytes, are left out */
	nch_pool *pool;            /* NULL: one thread */
} nch_tokenizer_training;

/* Gives the next line of the text, without its end, valid until the next call. Sets *line NULL when there is no more. */
typedef nch_status nch_training_lines(void *context, const char **line, size_t *length, nch_error *error);

/* Told how far the work is, from 0 to 1, and what is being done; returns false to cancel it. */
typedef bool nch_training_progress(void *context, double done, const char *stage);

#endif
