/* tokenizer_files.h - tokenizers from files and folders, and into folders: what is not in tokenizer.h. */
#ifndef NCH_TOKENIZER_FILES_H
#define NCH_TOKENIZER_FILES_H

#include "tokenizer/tokenizer_private.h"

/* A model folder's tokenizer from the files' bytes, without a folder: for tests. */
nch_status nch_tokenizer_load_folder_bytes(const char *const *names, const nch_buffer *bytes, size_t count, nch_tokenizer **tokenizer,
                                           nch_error *error);

/* Appends a tokenizer_config.json for a tokenizer that came as a single file: what transformers needs to know. */
void nch_tokenizer_describe(const nch_tokenizer *tokenizer, nch_buffer *out);

#endif
