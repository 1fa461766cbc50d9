/* extend.c - new tokens for a tokenizer: in memory, and in the files of its model folder. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "tokenizer/files/tokenizer_files.h"
#include "tokenizer/sentencepiece/sentencepiece.h"

static nch_tokenizer_file *find_file(nch_tokenizer *tokenizer, const char *name)
{
	for (size_t i = 0; i < tokenizer->file_count; i++)
		if (strcmp(tokenizer->files[i].name, name) == 0)
			return &tokenizer->files[i];
	return NULL;
}

static nch_status add_file(nch_tokenizer *tokenizer, const char *name, nch_buffer *bytes, nch_error *error)
{
	NCH_TRY(nch_buffer_check(bytes, error));
	if (tokenizer->file_count == NCH_TOKENIZER_MAX_FILES)
		return nch_fail(error, NCH_FORMAT, "the tokenizer has too many files");
	nch_tokenizer_file *file = &tokenizer->files[tokenizer->file_count];
	file->name = nch_copy_text(name, strlen(name));
	if (file->name == NULL)
		return nch_no_memory(error);
	file->bytes = *bytes;
	*bytes = (nch_buffer){0};
	tokenizer->file_count++;
	return NCH_OK;
}

/* The configuration that a folder would get anyway, now, so that the new tokens can be written into it. */
static nch_status complete_files(nch_tokenizer *tokenizer, nch_error *error)
{
	nch_buffer bytes = {0};
	nch_status status = NCH_OK;
	bool single = tokenizer->file_count == 1;
	if (find_file(tokenizer, "tokenizer_config.json") == NULL) {
		nch_tokenizer_describe(tokenizer, &bytes);
		status = add_file(tokenizer, "tokenizer_config.json", &bytes, error);
	}
	if (status == NCH_OK && single && strcmp(tokenizer->files[0].name, "spiece.model") == 0) {
		status = nch_sentencepiece_to_json(tokenizer, &bytes, error);
		if (status == NCH_OK && bytes.length > 0)
			status = add_file(tokenizer, "tokenizer.json", &bytes, error);
	}
	nch_buffer_free(&bytes);
	return status;
}

/* Puts `addition` into a JSON file: as the last of the children of the root's member `name`, which is made with these brackets if it is not there. */
static nch_status insert(nch_tokenizer_file *file, const char *name, const char *brackets, const nch_buffer *addition, nch_error *error)
{
	nch_arena *arena = nch_arena_new(0);
	nch_buffer out = {0};
	nch_json *root = NULL;
	nch_status status = arena ? nch_json_parse(file->bytes.data, file->bytes.length, file->name, arena, &root, error) : nch_no_memory(error);
	if (status == NCH_OK && root->type != NCH_JSON_OBJECT)
		status = nch_fail(error, NCH_FORMAT, "%s: not a JSON object", file->name);
	if (status == NCH_OK) {
		const nch_json *member = name != NULL ? nch_json_get(root, name) : root;
		bool usable = member != NULL && (member->type == NCH_JSON_OBJECT || member->type == NCH_JSON_ARRAY);
		size_t at = (usable ? member->end : root->end) - 1; /* the closing bracket */
		nch_buffer_add(&out, file->bytes.data, at);
		nch_buffer_text(&out, (usable ? member : root)->count > 0 ? ", " : "");
		if (usable)
			nch_buffer_add(&out, addition->data, addition->length);
		else
			nch_buffer_printf(&out, "\"%s\": %c%s%c", name, brackets[0], addition->data, brackets[1]);
		nch_buffer_add(&out, file->bytes.data + at, file->bytes.length - at);
		status = nch_buffer_check(&out, error);
	}
	if (status == NCH_OK) {
		nch_buffer_free(&file->bytes);
		file->bytes = out;
		out = (nch_buffer){0};
	}
	nch_buffer_free(&out);
	nch_arena_free(arena);
	return status;
}

static const char flags[] = "\"lstrip\": false, \"normalized\": false, \"rstrip\": false, \"single_word\": false, \"special\": true";

/* Tells the files of the tokens from id `first` on. */
static nch_status tell_files(nch_tokenizer *tokenizer, size_t first, nch_error *error)
{
	nch_buffer decoder = {0}, list = {0}, plain = {0};
	nch_tokenizer_file *config = find_file(tokenizer, "tokenizer_config.json"), *json = find_file(tokenizer, "tokenizer.json"),
	                   *added = find_file(tokenizer, "added_tokens.json");
	for (size_t id = first; id < tokenizer->vocabulary.count; id++) {
		nch_buffer text = {0};
		const char *comma = id > first ? ", " : "";
		nch_json_write_text(&text, tokenizer->vocabulary.texts[id], strlen(tokenizer->vocabulary.texts[id]));
		const char *quoted = text.data != NULL ? text.data : "\"\"";
		nch_buffer_printf(&decoder, "%s\"%zu\": {\"content\": %s, %s}", comma, id, quoted, flags);
		nch_buffer_printf(&list, "%s{\"id\": %zu, \"content\": %s, %s}", comma, id, quoted, flags);
		nch_buffer_printf(&plain, "%s%s: %zu", comma, quoted, id);
		plain.failed = plain.failed || text.failed;
		nch_buffer_free(&text);
	}
	nch_status status = nch_buffer_check(decoder.failed ? &decoder : list.failed ? &list : &plain, error);
	if (status == NCH_OK)
		status = insert(config, "added_tokens_decoder", "{}", &decoder, error);
	if (status == NCH_OK && json != NULL)
		status = insert(json, "added_tokens", "[]", &list, error);
	if (status == NCH_OK && added != NULL)
		status = insert(added, NULL, "{}", &plain, error);
	nch_buffer_free(&decoder);
	nch_buffer_free(&list);
	nch_buffer_free(&plain);
	return status;
}

nch_status nch_tokenizer_extend(nch_tokenizer *tokenizer, const char *const *texts, size_t count, nch_error *error)
{
	size_t before = tokenizer->vocabulary.count;
	for (size_t i = 0; i < count; i++) {
		if (nch_tokenizer_find(tokenizer, texts[i]) >= 0)
			continue;
		if (tokenizer->vocabulary.count == before)
			NCH_TRY(complete_files(tokenizer, error));
		nch_added_token token = {.text = texts[i], .length = strlen(texts[i]), .id = (int32_t)tokenizer->vocabulary.count};
		NCH_TRY(nch_vocabulary_add(&tokenizer->vocabulary, token.text, token.length, error));
		NCH_TRY(nch_added_tokens_add(&tokenizer->added, &token, error));
	}
	if (tokenizer->vocabulary.count == before)
		return NCH_OK;
	nch_trie_free(&tokenizer->added.trie);
	NCH_TRY(nch_added_tokens_finish(&tokenizer->added, error)); /* new ones are found in a text as it stands */
	return tell_files(tokenizer, before, error);
}
