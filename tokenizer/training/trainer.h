/* trainer.h - tokenizers learnt from text.
 *
 * unigram (Kudo 2018): begin with every string that is frequent, drop a quarter of them again and again, always those without
 * which the text loses the least likelihood. bpe (Sennrich and others 2016): begin with characters, join the most frequent
 * pair again and again. wordpiece: as bpe, inside words with "##" in front of what does not begin one, for BERT.
 *
 * The same text and options give the same file, byte for byte, for any number of threads. */
#ifndef NCH_TOKENIZER_TRAINER_H
#define NCH_TOKENIZER_TRAINER_H

#include "tokenizer/training/training.h"

/* The defaults of a type: SentencePiece's (8,000 pieces, coverage .9995, nmt_nfkc, pieces of up to 16 characters, 1,000,000 seeds,
 * lines of up to 4,192 bytes). */
nch_tokenizer_training nch_tokenizer_training_defaults(nch_training_type type);

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
