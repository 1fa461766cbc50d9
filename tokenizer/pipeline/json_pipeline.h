/* json_pipeline.h - the stages of a tokenizer.json, as Hugging Face's tokenizers name them: normalizers change the characters of a
 * text, pre-tokenizers cut it into words, a model cuts words into pieces, a decoder goes back. A stage keeps for every
 * character the bytes of the original that it came from. */
#ifndef NCH_TOKENIZER_JSON_PIPELINE_H
#define NCH_TOKENIZER_JSON_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/status.h"
#include "tokenizer/pipeline/words.h"
#include "tokenizer/unicode/double_array.h"

typedef enum nch_stage_kind {
	/* normalizers */
	NCH_STAGE_CLEAN, /* the parts of a BertNormalizer */
	NCH_STAGE_SPACE_IDEOGRAPHS,
	NCH_STAGE_BERT_ACCENTS,
	NCH_STAGE_DECOMPOSE, /* NFD, NFKD */
	NCH_STAGE_COMPOSE,   /* NFC, NFKC, after DECOMPOSE */
	NCH_STAGE_LOWERCASE,
	NCH_STAGE_STRIP,
	NCH_STAGE_MARKS,   /* StripAccents */
	NCH_STAGE_REPLACE, /* a text, or a run of blanks or spaces */
	NCH_STAGE_PREPEND,
	NCH_STAGE_PRECOMPILED,
	/* pre-tokenizers */
	NCH_STAGE_BERT_WORDS,
	NCH_STAGE_WORDS_AND_SIGNS, /* "Whitespace": \w+|[^\w\s]+ */
	NCH_STAGE_BLANKS,          /* "WhitespaceSplit" */
	NCH_STAGE_METASPACE,
	NCH_STAGE_PUNCTUATION,
	NCH_STAGE_DIGITS,
	NCH_STAGE_ISOLATE, /* "Split" at given texts, each of which becomes a word */
	NCH_STAGE_BYTES /* "ByteLevel" */
} nch_stage_kind;

typedef struct nch_stage {
	nch_stage_kind kind;
	bool compatibility;         /* DECOMPOSE */
	bool left, right;           /* STRIP */
	bool first_only, never, split; /* METASPACE: prepended to the first word only, to none; whether ▁ begins words */
	bool single;                /* DIGITS: each alone */
	bool prefix_space, pattern; /* BYTES */
	int blanks;                 /* REPLACE: 0 the text `from`; 1 two and more spaces; 2 any run of blanks; 3 spaces that begin a line; 4 ▁ that
	                               end one; 5 one ▁ that begins one */
	const uint32_t *from, *to;  /* REPLACE, PREPEND (to), METASPACE (to: the mark) */
	size_t from_length, to_length;
	const uint32_t *not_after;  /* REPLACE of a text: not behind one of these */
	size_t not_after_count;
	const uint32_t *const *texts; /* ISOLATE: in the order in which they are tried */
	const size_t *text_lengths;
	size_t text_count;
	nch_double_array rules; /* PRECOMPILED */
	const char *replacements;
	size_t replacements_size;
} nch_stage;

enum { NCH_MOST_STAGES = 32 };

typedef struct nch_pipeline {
	nch_arena *arena; /* owns what the stages point to */
	nch_stage stages[NCH_MOST_STAGES];
	size_t count;
} nch_pipeline;

/* Appends the parts of a BertNormalizer. */
nch_status nch_pipeline_add_bert(nch_pipeline *pipeline, bool clean, bool split_cjk, bool strip_accents, bool lower_case, nch_error *error);

/* Appends the stages that a "normalizer" or a "pre_tokenizer" describes (NULL or null: none). NCH_FORMAT names what is not supported. */
nch_status nch_pipeline_add_normalizer(nch_pipeline *pipeline, const nch_json *json, nch_error *error);
nch_status nch_pipeline_add_pre_tokenizer(nch_pipeline *pipeline, const nch_json *json, nch_error *error);

/* The normalizers alone: a text becomes one word (none, if nothing is left). */
nch_status nch_pipeline_normalize(const nch_pipeline *pipeline, const char *text, size_t length, bool first, nch_words *words, nch_words *spare,
                                  nch_error *error);
/* The pre-tokenizers alone: *words, one word of a normalized text, becomes its words. */
nch_status nch_pipeline_cut(const nch_pipeline *pipeline, nch_words *words, nch_words *spare, nch_error *error);

/* Runs all stages over a text; `first` tells METASPACE that nothing stands before it. The result is in *words, *spare is working memory. */
nch_status nch_pipeline_run(const nch_pipeline *pipeline, const char *text, size_t length, bool first, nch_words *words,
                            nch_words *spare, nch_error *error);

/* One stage, from one to the other; kinds up to PRECOMPILED, and from BERT_WORDS on. */
nch_status nch_stage_normalize(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error);
nch_status nch_stage_cut(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error);

/* ByteLevel's alphabet: the printable character that stands for a byte; and back, -1 if it is none of them. */
uint32_t nch_byte_character(unsigned char byte);
int nch_byte_of_character(uint32_t code_point);

#endif
