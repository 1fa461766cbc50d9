/* tokenizer.h - one interface to every tokenizer: text to ids and back.
 *
 * A tokenizer is read-only after loading and may be used by many threads at once, each with a scratch of its own. It
 * knows nothing of models. Which kind it is (SentencePiece unigram or BPE, WordPiece, tokenizer.json) shows only at load. */
#ifndef NCH_TOKENIZER_H
#define NCH_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/sha256.h"
#include "base/status.h"

typedef struct nch_tokenizer nch_tokenizer;

/* Working memory of one thread: lattice, normalized text, cache of words seen. Never changes a result. */
typedef struct nch_tokenizer_scratch nch_tokenizer_scratch;

typedef struct nch_token {
	int32_t id;
	uint32_t begin, end; /* the bytes [begin, end) of the original text that it stands for */
} nch_token;

/* A list of tokens, reused from call to call. Start with {0}, release with nch_tokens_free. */
typedef struct nch_tokens {
	nch_token *items;
	size_t count, capacity;
} nch_tokens;
void nch_tokens_free(nch_tokens *tokens);

/* Ids of the special tokens; -1 where the tokenizer has none. */
typedef struct nch_specials {
	int32_t unk, pad, cls, sep, mask;
} nch_specials;

/* Loads from a file (.spiece/.model: SentencePiece; .txt: WordPiece vocabulary; .json: tokenizer.json; content decides, not the
 * name) or from a model folder (tokenizer_config.json and special_tokens_map.json are honoured). Release with nch_tokenizer_free. */
nch_status nch_tokenizer_load(const char *path, nch_tokenizer **tokenizer, nch_error *error);
void nch_tokenizer_free(nch_tokenizer *tokenizer); /* NULL is allowed */

/* The same from a file's bytes, which are copied. */
nch_status nch_tokenizer_load_bytes(const void *bytes, size_t size, nch_tokenizer **tokenizer, nch_error *error);

/* Writes the files it was loaded from into a model folder, byte for byte, with a tokenizer_config.json that transformers
 * understands where the source was a single file. */
nch_status nch_tokenizer_save(const nch_tokenizer *tokenizer, const char *folder, nch_error *error);

/* The names of all files that a tokenizer in a model folder may consist of. */
const char *const *nch_tokenizer_file_names(size_t *count);

/* Adds the files that it was loaded from, names and bytes, to a fingerprint: what differs in them may read a text differently. */
void nch_tokenizer_hash(const nch_tokenizer *tokenizer, nch_sha256 *hash);

/* Gives each of these texts that is no piece yet a token of its own, with the next id, found in a text as it stands; nch_tokenizer_save
 * writes it so that transformers knows it too. Before the tokenizer is used: scratch that was made earlier must not be used any more. */
nch_status nch_tokenizer_extend(nch_tokenizer *tokenizer, const char *const *texts, size_t count, nch_error *error);

size_t nch_tokenizer_size(const nch_tokenizer *tokenizer);                  /* ids are 0 .. size-1 */
const char *nch_tokenizer_kind(const nch_tokenizer *tokenizer);             /* "sentencepiece unigram", "wordpiece" … */
const char *nch_tokenizer_piece(const nch_tokenizer *tokenizer, int32_t id); /* NULL if there is no such id */
int32_t nch_tokenizer_find(const nch_tokenizer *tokenizer, const char *piece); /* -1 if there is no such piece */
nch_specials nch_tokenizer_specials(const nch_tokenizer *tokenizer);

nch_status nch_tokenizer_scratch_new(const nch_tokenizer *tokenizer, nch_tokenizer_scratch **scratch, nch_error *error);
void nch_tokenizer_scratch_free(nch_tokenizer_scratch *scratch);

/* The tokens of one text, without special tokens, appended to *tokens. The text may hold any bytes; malformed UTF-8 is treated as the
 * reference implementation does (U+FFFD). Fails only without memory or for texts of 2^31 bytes and more. */
nch_status nch_tokenizer_encode(const nch_tokenizer *tokenizer, nch_tokenizer_scratch *scratch, const char *text,
                                size_t length, nch_tokens *tokens, nch_error *error);

/* The special tokens around one text or two: part[0] before the first, part[1] behind it (and before the second), part[2] behind the second. Tokens
 * are of type 0 up to some place, and of type 1 from there on: `zeros` of the special ones are of type 0, the first text always is, the second only
 * if second_zero. BERT: {[CLS]} {[SEP]} {[SEP]}, zeros 2. RoBERTa: {<s>} {</s> </s>} {</s>}, zeros 4, second_zero. */
enum { NCH_MOST_AROUND = 8 };
typedef struct nch_frame {
	int32_t ids[3][NCH_MOST_AROUND];
	size_t counts[3], zeros;
	bool second_zero;
} nch_frame;

/* The frame of one text, or (pair) of two; NCH_FORMAT if the tokenizer has none that could be used. */
nch_status nch_tokenizer_frame(const nch_tokenizer *tokenizer, bool pair, nch_frame *frame, nch_error *error);

/* Where things are in what a model reads. */
typedef struct nch_layout {
	size_t first;  /* tokens of type 0; those behind them are of type 1 */
	size_t second; /* where the second text's own tokens begin; 0: there is no second text */
} nch_layout;

/* What a model reads: [CLS] text [SEP], or [CLS] text [SEP] pair [SEP] (pair NULL: none), cut longest-first to max_len tokens
 * (>= 3; 0: no limit), as Hugging Face's tokenizers do; or whatever tokens the tokenizer's own template puts around texts. Appended to *tokens;
 * special tokens have begin == end. *was_cut tells whether tokens were lost. layout and was_cut may be NULL. */
nch_status nch_tokenizer_encode_model(const nch_tokenizer *tokenizer, nch_tokenizer_scratch *scratch, const char *text,
                                      size_t length, const char *pair, size_t pair_length, size_t max_len,
                                      nch_tokens *tokens, nch_layout *layout, bool *was_cut, nch_error *error);

/* How many tokens of each text stay when both together may have `room`. The longer one gives way until both are at half;
 * if both are longer than that, the longer one keeps the odd token (the second, if they are equal). This is what
 * Hugging Face's tokenizers do for "longest_first". */
void nch_cut_longest_first(size_t room, size_t *first, size_t *second);

/* How a text comes to its tokens, told for people in a few lines of plain text, appended to *out: the normalized text; for a unigram model all
 * pieces that fit anywhere with their scores and the best sum so far, those of the best path marked with "*"; for byte-pair encoding the
 * merges in their order; for WordPiece the words with their pieces. */
nch_status nch_tokenizer_explain(const nch_tokenizer *tokenizer, nch_tokenizer_scratch *scratch, const char *text, size_t length,
                                 nch_buffer *out, nch_error *error);

/* Appends the text of the ids to *text. Ids out of range are an error. */
nch_status nch_tokenizer_decode(const nch_tokenizer *tokenizer, const int32_t *ids, size_t count, nch_buffer *text,
                                nch_error *error);

#endif
