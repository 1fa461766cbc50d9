/* sentencepiece_model.h - what stands in a SentencePiece model file (.model, .spiece), read and written.
 *
 * The file is one protobuf message: the pieces with their scores and types, how they were trained, how text is
 * normalized before, perhaps how it is denormalized after decoding, and perhaps samples with their expected pieces. */
#ifndef NCH_TOKENIZER_SENTENCEPIECE_MODEL_H
#define NCH_TOKENIZER_SENTENCEPIECE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"

typedef enum nch_piece_type {
	NCH_PIECE_NORMAL = 1,
	NCH_PIECE_UNKNOWN = 2,      /* what no piece covers; there is exactly one */
	NCH_PIECE_CONTROL = 3,      /* [CLS]: never comes out of a text */
	NCH_PIECE_USER_DEFINED = 4, /* always one piece wherever it stands in a text */
	NCH_PIECE_UNUSED = 5,
	NCH_PIECE_BYTE = 6 /* <0x00> … <0xFF>, for what no piece covers */
} nch_piece_type;

typedef enum nch_sp_model_type { NCH_SP_UNIGRAM = 1, NCH_SP_BPE = 2, NCH_SP_WORD = 3, NCH_SP_CHAR = 4 } nch_sp_model_type;

typedef struct nch_sp_piece {
	const char *text; /* NUL-terminated; never empty */
	uint32_t length;
	float score;
	nch_piece_type type;
} nch_sp_piece;

/* A string of the file: NUL-terminated, and its length. text NULL: the file does not hold it. */
typedef struct nch_sp_text {
	const char *text;
	size_t length;
} nch_sp_text;

typedef struct nch_sp_normalizer_spec {
	nch_sp_text name;     /* "nmt_nfkc"; tells only how the charsmap was made */
	nch_sp_text charsmap; /* compiled rules, see charsmap.h; absent: characters stay as they are */
	bool add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces; /* true unless the file says otherwise */
} nch_sp_normalizer_spec;

typedef struct nch_sp_sample {
	nch_sp_text input, expected; /* expected: pieces separated by spaces */
} nch_sp_sample;

typedef struct nch_sp_model {
	nch_arena *arena; /* owns every text */
	nch_sp_piece *pieces;
	size_t piece_count;
	int32_t unk; /* the index of the one UNKNOWN piece; -1: none (only with byte_fallback) */

	nch_sp_model_type type;
	int32_t vocab_size, max_piece_length;
	float character_coverage;
	bool treat_whitespace_as_suffix, byte_fallback, split_digits;
	nch_sp_text unk_piece, bos_piece, eos_piece, pad_piece; /* their usual names where the file is silent */
	nch_sp_text unk_surface;                                /* what an unknown token decodes to */

	nch_sp_normalizer_spec normalizer, denormalizer;
	nch_sp_sample *samples;
	size_t sample_count;
} nch_sp_model;

/* Reads a model from memory (nothing of it is needed afterwards). Refuses what SentencePiece refuses: an empty or repeated
 * piece, not exactly one unknown piece, byte pieces that do not go with byte_fallback. Release with nch_sp_model_free. */
nch_status nch_sp_model_read(const void *data, size_t size, nch_sp_model *model, nch_error *error);
void nch_sp_model_free(nch_sp_model *model);

/* True if the bytes begin like a model: what tells such a file from a vocabulary or a JSON file. */
bool nch_sp_model_recognize(const void *data, size_t size);

/* Appends the model as a file's bytes. */
nch_status nch_sp_model_write(const nch_sp_model *model, nch_buffer *out, nch_error *error);

/* 0..255 for "<0x00>" … "<0xFF>", -1 for any other text. */
int nch_sp_byte_of_piece(const char *text, size_t length);

#endif
