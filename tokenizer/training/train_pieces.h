/* train_pieces.h - between the trainers and the files they write: which strings may be pieces, and a list of those chosen. */
#ifndef NCH_TOKENIZER_TRAIN_PIECES_H
#define NCH_TOKENIZER_TRAIN_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "tokenizer/training/train_corpus.h"
#include "tokenizer/training/training.h"

/* What the characters of a corpus are, for the rule below. Start with {0}, release with nch_piece_rules_free. */
typedef struct nch_piece_rules {
	int16_t *scripts; /* [codes]; -1: takes the script of the character before */
	bool *digits;
	uint32_t space; /* the code of ▁; 0 if the corpus has none */
	size_t longest;
	bool split_digits;
	bool any_script; /* WordPiece: words have no punctuation in them anyway */
} nch_piece_rules;

nch_status nch_piece_rules_init(nch_piece_rules *rules, const nch_corpus *corpus, const nch_tokenizer_training *training,
                                nch_error *error);
void nch_piece_rules_free(nch_piece_rules *rules);

/* Whether a sequence of codes may be a piece: not too long, ▁ only at its beginning, no unknown character, all of one script
 * (digits and punctuation make one of their own). These are SentencePiece's rules with its defaults. */
bool nch_piece_is_valid(const nch_piece_rules *rules, const uint32_t *codes, size_t length);

typedef struct nch_trained_piece {
	const char *text;
	size_t length;
	double score;
} nch_trained_piece;

/* Start with {0}. */
typedef struct nch_trained {
	nch_arena *arena;
	nch_trained_piece *items;
	size_t count, capacity;
} nch_trained;
void nch_trained_free(nch_trained *trained);
nch_status nch_trained_add(nch_trained *trained, const nch_corpus *corpus, const uint32_t *codes, size_t length, double score,
                           nch_error *error);

/* What a trainer is given, and asked now and then. */
typedef struct nch_trainer {
	const nch_tokenizer_training *training;
	const nch_corpus *corpus;
	size_t wanted; /* pieces to find: vocab_size without the special ones */
	nch_training_progress *progress;
	void *progress_context;
	nch_error *error;
} nch_trainer;

nch_status nch_trainer_report(const nch_trainer *trainer, double done, const char *stage); /* NCH_CANCELLED if the user wants no more */

/* The trainers: find pieces, the best first; fewer than wanted if the text has no more. */
nch_status nch_train_unigram(const nch_trainer *trainer, nch_trained *trained);
nch_status nch_train_bpe(const nch_trainer *trainer, nch_trained *trained);

/* The whole of WordPiece training, from lines to a vocab.txt of *pieces lines. */
nch_status nch_train_wordpiece(nch_trainer *trainer, nch_training_lines *lines, void *lines_context, const char *path, size_t *pieces);

#endif
