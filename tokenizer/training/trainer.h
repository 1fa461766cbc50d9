/* trainer.h - tokenizers learnt from text.
 *
 * unigram (Kudo 2018): begin with every string that is frequent, drop a quarter of them again and again, always those without
 * which the text loses the least likelihood. bpe (Sennrich and others 2016): begin with characters, join the most frequent
 * pair again and again. wordpiece: as bpe, inside words with "##" in front of what does not begin one, for BERT.
 *
 * The same text and options give the same file, byte for byte, for any number of threads. */
#ifndef NCH_TOKENIZER_TRAINER_H
#define NCH_TOKENIZER_TRAINER_H

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

/* The defaults of a type: SentencePiece's (8,000 pieces, coverage .9995, nmt_nfkc, pieces of up to 16 characters, 1,000,000 seeds,
 * lines of up to 4,192 bytes). */
nch_tokenizer_training nch_tokenizer_training_defaults(nch_training_type type);

/* Gives the next line of the text, without its end, valid until the next call. Sets *line NULL when there is no more. */
typedef nch_status nch_training_lines(void *context, const char **line, size_t *length, nch_error *error);

/* Told how far the work is, from 0 to 1, and what is being done; returns false to cancel it. */
typedef bool nch_training_progress(void *context, double done, const char *stage);

/* Trains, and writes a model file (unigram, bpe: one that SentencePiece loads; wordpiece: a vocab.txt). *pieces gets how many pieces it has,
 * the special ones included: fewer than vocab_size if the text is too small for so many. `progress` may be NULL. NCH_DATA if the text has
 * more characters than vocab_size has room for. */
nch_status nch_tokenizer_train(const nch_tokenizer_training *training, nch_training_lines *lines, void *lines_context,
                               const char *path, size_t *pieces, nch_training_progress *progress, void *progress_context, nch_error *error);

/* Lines that are in memory: pass nch_training_next_of_list and a list. */
typedef struct nch_training_list {
	const char *const *lines; /* NUL-terminated */
	size_t count, next;       /* next: begin with 0 */
} nch_training_list;
nch_training_lines nch_training_next_of_list;

#endif
