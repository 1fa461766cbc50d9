/* internal.h - what stands behind tokenizer.h: one struct for every kind, and the calls in which the kinds differ. */
#ifndef NCH_TOKENIZER_INTERNAL_H
#define NCH_TOKENIZER_INTERNAL_H

#include "base/buffer.h"
#include "base/memory.h"
#include "tokenizer/vocabulary/added_tokens.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/vocabulary/vocabulary.h"

/* The calls of one kind of tokenizer. `self` is what its loader made, `scratch` what its new_scratch made. */
typedef struct nch_tokenizer_class {
	/* `first`: the text begins here (else an added token stands before it) */
	nch_status (*encode)(const void *self, void *scratch, const char *text, size_t length, bool first, nch_tokens *tokens,
	                     nch_error *error);
	/* NULL: the kind shows nothing but the tokens */
	nch_status (*explain)(const void *self, void *scratch, const char *text, size_t length, nch_buffer *out, nch_error *error);
	nch_status (*decode)(const void *self, const int32_t *ids, size_t count, nch_buffer *text, nch_error *error);
	nch_status (*new_scratch)(const void *self, void **scratch, nch_error *error);
	void (*free_scratch)(void *scratch);
	void (*free)(void *self);
	/* From now on these tokens are found in the normalized text; they are there as long as `self`. NULL: the kind looks for all of them in the text as it stands. */
	nch_status (*find_normalized)(void *self, nch_added_tokens *tokens, nch_error *error);
} nch_tokenizer_class;

/* A file that the tokenizer was loaded from, kept so that it can be saved again byte for byte. */
typedef struct nch_tokenizer_file {
	char *name; /* as it is called in a model folder */
	nch_buffer bytes;
} nch_tokenizer_file;

enum { NCH_TOKENIZER_MAX_FILES = 8 };

struct nch_tokenizer {
	const nch_tokenizer_class *class;
	void *self;
	const char *kind;
	nch_vocabulary vocabulary;
	nch_specials specials;
	nch_frame templates[2]; /* of one text and of two, if has_templates; else they are made of `specials` */
	const char *template_fault[2]; /* why a template cannot be used; NULL: it can */
	bool has_templates;
	nch_added_tokens added; /* tokens that are found in a text before anything else is done */
	nch_added_tokens normalized; /* those that are found when it has been normalized */
	nch_tokenizer_file files[NCH_TOKENIZER_MAX_FILES];
	size_t file_count;
};

struct nch_tokenizer_scratch {
	const nch_tokenizer *tokenizer;
	void *inner;
};

/* Adds a token to the one list or the other; one with the same text, in either, is replaced. */
nch_status nch_tokenizer_add_token(nch_tokenizer *tokenizer, const nch_added_token *token, nch_error *error);
/* Makes the lists ready, when all are added. */
nch_status nch_tokenizer_finish_tokens(nch_tokenizer *tokenizer, nch_error *error);

/* Appends one token. */
static inline nch_status nch_tokens_add(nch_tokens *tokens, int32_t id, size_t begin, size_t end, nch_error *error)
{
	if (tokens->count == tokens->capacity)
		NCH_TRY(nch_grow(&tokens->items, &tokens->capacity, tokens->count + 1, sizeof *tokens->items, error));
	tokens->items[tokens->count++] = (nch_token){id, (uint32_t)begin, (uint32_t)end};
	return NCH_OK;
}

/* What distinguishes one WordPiece tokenizer from another. */
typedef struct nch_bert_options {
	bool clean, split_cjk, lower_case, strip_accents; /* as in bert_text.h */
	const char *prefix;   /* "##" */
	size_t longest_word;  /* 100 */
	size_t pieces;        /* of the vocabulary; what comes after them are added tokens, which words are not cut into */
} nch_bert_options;

/* What XLNet's class, and KoBERT's after it, do around a SentencePiece model: blanks are made one space, `` and '' become ", characters are
 * decomposed by compatibility and lose their combining marks, and a piece that ends with a digit and a comma is cut again without it. */
typedef struct nch_sp_wrapping {
	bool lower_case, strip_accents;
} nch_sp_wrapping;

/* Makes a WordPiece tokenizer of tokenizer->vocabulary and specials.unk. */
nch_status nch_bert_make(nch_tokenizer *tokenizer, const nch_bert_options *options, nch_error *error);
nch_status nch_bert_read_vocabulary(nch_tokenizer *tokenizer, const char *data, size_t size, nch_error *error); /* a vocab.txt */
bool nch_bert_is_lower_case(const nch_vocabulary *vocabulary);
bool nch_bert_has_syllables(const nch_vocabulary *vocabulary);

/* Loaders: each fills in everything but the files. On failure the caller frees the tokenizer. wrapping NULL: the model as it is. */
nch_status nch_sentencepiece_load(nch_tokenizer *tokenizer, const void *data, size_t size, const nch_sp_wrapping *wrapping,
                                  nch_error *error);
nch_status nch_tokenizer_json_load(nch_tokenizer *tokenizer, const char *data, size_t size, nch_error *error);

/* A model folder's tokenizer from the files' bytes, without a folder: for tests. */
nch_status nch_tokenizer_load_folder_bytes(const char *const *names, const nch_buffer *bytes, size_t count, nch_tokenizer **tokenizer, nch_error *error);

/* Whether a tokenizer.json says more than the files that the tokenizer was loaded from: more tokens, other ones, or tokens that were added among them. Where
 * transformers has saved a tokenizer back, tokenizer.json is the file that it has written anew. */
nch_status nch_tokenizer_json_says_more(const nch_tokenizer *tokenizer, const char *data, size_t size, bool *more, nch_error *error);

/* Appends a tokenizer_config.json for a tokenizer that came as a single file: what transformers needs to know. */
void nch_tokenizer_describe(const nch_tokenizer *tokenizer, nch_buffer *out);
/* For saving. Appends members of a tokenizer_config.json, each with a comma before it. */
void nch_bert_describe(const nch_tokenizer *tokenizer, nch_buffer *out);
/* Appends a tokenizer.json that says what a SentencePiece model says (nearly: where sums of scores are equal but for their last bit, another way to cut may win);
 * nothing for a model that has no counterpart there. */
nch_status nch_sentencepiece_to_json(const nch_tokenizer *tokenizer, nch_buffer *out, nch_error *error);

#endif
