/* model_folder.h - what the JSON files of a model folder say about its tokenizer. */
#ifndef NCH_TOKENIZER_MODEL_FOLDER_H
#define NCH_TOKENIZER_MODEL_FOLDER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/status.h"
#include "tokenizer/tokenizer_private.h"

/* Which files a tokenizer class needs. */
typedef enum nch_class_kind {
	NCH_CLASS_NONE,          /* no class is named */
	NCH_CLASS_WORDPIECE,     /* vocab.txt */
	NCH_CLASS_SENTENCEPIECE, /* a SentencePiece model, wrapped as XLNet's and KoBERT's */
	NCH_CLASS_FAST,          /* tokenizer.json */
	NCH_CLASS_UNKNOWN
} nch_class_kind;

/* Any of the three may be absent (NULL). */
typedef struct nch_folder_config {
	nch_arena *arena;
	const nch_json *config;   /* tokenizer_config.json */
	const nch_json *specials; /* special_tokens_map.json */
	const nch_json *added;    /* added_tokens.json */
	const char *class_name;   /* NULL: none is named */
	nch_class_kind kind;
} nch_folder_config;

/* Parses the files that were kept in tokenizer->files. `folder` stands in messages. Release with nch_folder_config_free. */
nch_status nch_folder_config_read(const nch_tokenizer *tokenizer, const char *folder, nch_folder_config *config, nch_error *error);
void nch_folder_config_free(nch_folder_config *config);

/* Sets tokenizer->specials to the pieces that the files name (where they name any), and tokenizer->added to the special and added tokens, which are
 * found in a text as they stand (unless split_special_tokens). New tokens get the ids the files give them, after the vocabulary. */
nch_status nch_folder_config_apply(const nch_folder_config *config, nch_tokenizer *tokenizer, nch_error *error);

/* Only the tokens that tokenizer_config.json adds behind the vocabulary: for a SentencePiece model that is taken as it is. */
nch_status nch_folder_config_extend(const nch_folder_config *config, nch_tokenizer *tokenizer, nch_error *error);

#endif
