/* masking.h - the task of a masked language model: some tokens are hidden, and the model says what they were (Devlin et al. 2019, section 3.1). */
#ifndef NCH_TRAIN_MASKING_H
#define NCH_TRAIN_MASKING_H

#include "data/examples.h"
#include "tokenizer/tokenizer.h"

/* What is hidden, and how. The choice is dynamic (Liu et al. 2019, section 4.1): another one in every epoch. It is drawn for the address (seed,
 * epoch, row, token), so that it depends neither on the batch nor on what was drawn before. */
typedef struct nch_masking {
	double share;      /* of the words (or tokens) that are to be guessed: .15 */
	bool whole_word;   /* all tokens of a word, or none of them */
	uint64_t seed;
	int32_t mask;      /* the id of [MASK] */
	size_t vocab_size; /* random ids are below it */
	bool *special;     /* (vocab_size): never to be guessed: [CLS], [SEP], [PAD], [UNK], [MASK] */
	bool *continues;   /* (vocab_size): goes on with the word of the token before it */
} nch_masking;

/* The tables are made from the tokenizer. A word begins where WordPiece writes no "##", or, for SentencePiece and for BPE of bytes, where the
 * piece has the mark of a blank before it. A tokenizer without [MASK] is NCH_DATA. Release with nch_masking_free. */
nch_status nch_masking_new(const nch_tokenizer *tokenizer, double share, bool whole_word, uint64_t seed, nch_masking *masking, nch_error *error);
void nch_masking_free(nch_masking *masking);

/* How many tokens of the row are to be guessed in that epoch. */
size_t nch_masking_count(const nch_masking *masking, const int32_t *token, size_t length, uint32_t epoch, uint64_t row);

/* Hides tokens of one row: of those that are to be guessed, 80 % become [MASK], 10 % any token of the vocabulary, 10 % stay. token (length) is
 * changed in place; for each that is to be guessed, the place begin + its index is appended at where[n] and what it was at target[n]. Both have room
 * for `length` more. Returns how many there are. */
size_t nch_masking_apply(const nch_masking *masking, int32_t *token, size_t length, uint32_t epoch, uint64_t row, size_t begin, size_t *where,
                         int32_t *target);

#endif
