/* tokenizer_files.c - tokenizers from files and folders, and into folders. */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "tokenizer/internal.h"
#include "tokenizer/sentencepiece_model.h"

#define MAX_FILE_SIZE ((size_t)1 << 30)

/* Reads a file and keeps its bytes under the name that it has in a model folder. */
static nch_status keep_file(nch_tokenizer *tokenizer, const char *path, const char *name, nch_error *error)
{
	nch_tokenizer_file *file = &tokenizer->files[tokenizer->file_count];
	file->name = nch_copy_text(name, strlen(name));
	if (file->name == NULL)
		return nch_no_memory(error);
	tokenizer->file_count++;
	return nch_file_read(path, MAX_FILE_SIZE, &file->bytes, error);
}

static nch_status load_file(nch_tokenizer *tokenizer, const char *path, nch_error *error)
{
	NCH_TRY(keep_file(tokenizer, path, "spiece.model", error));
	const nch_buffer *bytes = &tokenizer->files[0].bytes;
	if (!nch_sp_model_recognize(bytes->data, bytes->length))
		return nch_fail(error, NCH_FORMAT, "%s: no kind of tokenizer file that is known here", path);
	nch_status status = nch_sentencepiece_load(tokenizer, bytes->data, bytes->length, error);
	return status == NCH_OK || status == NCH_MEMORY ? status : nch_fail_prefix(error, "%s", path);
}

/* The first of the usual names that is in the folder, in allocated memory. */
static nch_status find_in_folder(const char *folder, char **path, nch_error *error)
{
	static const char *const names[] = {"spiece.model", "tokenizer.model", "sentencepiece.bpe.model", NULL};
	for (size_t i = 0; names[i] != NULL; i++) {
		*path = nch_path_join(folder, names[i]);
		if (*path == NULL)
			return nch_no_memory(error);
		if (nch_file_exists(*path))
			return NCH_OK;
		nch_free(*path);
	}
	*path = NULL;
	return nch_fail(error, NCH_IO, "%s: no tokenizer in this folder (spiece.model, tokenizer.model)", folder);
}

nch_status nch_tokenizer_load(const char *path, nch_tokenizer **tokenizer, nch_error *error)
{
	nch_tokenizer *t = nch_alloc(1, sizeof *t);
	char *inside = NULL;
	if (t == NULL)
		return nch_no_memory(error);
	t->specials = (nch_specials){-1, -1, -1, -1, -1};
	nch_status status = nch_file_is_folder(path) ? find_in_folder(path, &inside, error) : NCH_OK;
	if (status == NCH_OK)
		status = load_file(t, inside != NULL ? inside : path, error);
	nch_free(inside);
	if (status != NCH_OK) {
		nch_tokenizer_free(t);
		return status;
	}
	*tokenizer = t;
	return NCH_OK;
}

static nch_status write_in_folder(const char *folder, const char *name, const void *bytes, size_t length, nch_error *error)
{
	char *path = nch_path_join(folder, name);
	if (path == NULL)
		return nch_no_memory(error);
	nch_status status = nch_file_write(path, bytes, length, error);
	nch_free(path);
	return status;
}

nch_status nch_tokenizer_save(const nch_tokenizer *tokenizer, const char *folder, nch_error *error)
{
	NCH_TRY(nch_folder_make(folder, error));
	for (size_t i = 0; i < tokenizer->file_count; i++) {
		const nch_tokenizer_file *file = &tokenizer->files[i];
		NCH_TRY(write_in_folder(folder, file->name, file->bytes.data, file->bytes.length, error));
	}
	return NCH_OK;
}
