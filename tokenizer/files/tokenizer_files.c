/* tokenizer_files.c - tokenizers from files and folders, and into folders. */
#include "tokenizer/files/tokenizer_files.h"

#include <string.h>

#include "base/change.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/files/model_folder.h"
#include "tokenizer/json/tokenizer_json.h"
#include "tokenizer/sentencepiece/sentencepiece.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"
#include "tokenizer/specials.h"
#include "tokenizer/wordpiece/bert_tokenizer.h"

#define MAX_FILE_SIZE ((size_t)1 << 30)
#define LONGEST_WORD 100 /* of WordPiece */

/* --- files --- */

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

static const nch_tokenizer_file *find_file(const nch_tokenizer *tokenizer, const char *name)
{
	for (size_t i = 0; i < tokenizer->file_count; i++)
		if (strcmp(tokenizer->files[i].name, name) == 0)
			return &tokenizer->files[i];
	return NULL;
}

static nch_status rename_file(nch_tokenizer_file *file, const char *name, nch_error *error)
{
	char *copy = nch_copy_text(name, strlen(name));
	if (copy == NULL)
		return nch_no_memory(error);
	nch_free(file->name);
	file->name = copy;
	return NCH_OK;
}

static bool looks_like_json(const nch_buffer *bytes)
{
	size_t at = 0;
	while (at < bytes->length && strchr(" \t\r\n", bytes->data[at]) != NULL && bytes->data[at] != 0)
		at++;
	return at < bytes->length && bytes->data[at] == '{';
}

static bool looks_like_text(const nch_buffer *bytes)
{
	return bytes->length > 0 && memchr(bytes->data, 0, bytes->length) == NULL && nch_utf8_valid(bytes->data, bytes->length);
}

/* A vocabulary alone: whether it is of small letters is seen from it. Accents stay, since taking them off would take Hangul apart, unless it is a
 * vocabulary of jamo, or of no Hangul at all. */
static nch_status load_vocabulary(nch_tokenizer *tokenizer, const nch_buffer *bytes, nch_error *error)
{
	nch_bert_options options = {.clean = true, .split_cjk = true, .prefix = "##", .longest_word = LONGEST_WORD};
	NCH_TRY(nch_bert_read_vocabulary(tokenizer, bytes->data, bytes->length, error));
	options.pieces = tokenizer->vocabulary.count;
	options.lower_case = nch_bert_is_lower_case(&tokenizer->vocabulary);
	options.strip_accents = options.lower_case && !nch_bert_has_syllables(&tokenizer->vocabulary);
	nch_default_specials(tokenizer);
	NCH_TRY(nch_bert_make(tokenizer, &options, error));
	return nch_add_specials(tokenizer, error);
}

/* The one file that is kept decides by its content what the tokenizer is. */
static nch_status load_kept(nch_tokenizer *tokenizer, nch_error *error)
{
	nch_tokenizer_file *file = &tokenizer->files[0];
	const nch_buffer *bytes = &file->bytes;
	if (looks_like_json(bytes)) {
		NCH_TRY(rename_file(file, "tokenizer.json", error));
		return nch_tokenizer_json_load(tokenizer, bytes->data, bytes->length, error);
	}
	if (nch_sp_model_recognize(bytes->data, bytes->length))
		return nch_sentencepiece_load(tokenizer, bytes->data, bytes->length, NULL, error);
	if (looks_like_text(bytes)) {
		NCH_TRY(rename_file(file, "vocab.txt", error));
		return load_vocabulary(tokenizer, bytes, error);
	}
	return nch_fail(error, NCH_FORMAT, "is no tokenizer: neither a SentencePiece model nor a vocabulary nor a tokenizer.json; a model's folder serves, too");
}

static nch_status load_file(nch_tokenizer *tokenizer, const char *path, nch_error *error)
{
	NCH_TRY(keep_file(tokenizer, path, "spiece.model", error));
	nch_status status = load_kept(tokenizer, error);
	return status == NCH_OK || status == NCH_MEMORY ? status : nch_fail_prefix(error, "%s", path);
}

/* --- folders --- */

/* The files that belong to a tokenizer. The SentencePiece models come first in the order of preference. */
static const char *const folder_files[] = {"spiece.model",          "tokenizer.model",         "tokenizer_78b3253a26.model", "vocab.txt",
                                           "tokenizer.json",        "tokenizer_config.json",   "special_tokens_map.json",    "added_tokens.json"};

const char *const *nch_tokenizer_file_names(size_t *count)
{
	*count = sizeof folder_files / sizeof *folder_files;
	return folder_files;
}

typedef struct keeping {
	nch_tokenizer *tokenizer;
	const char *folder;
} keeping;

static void forget_files(void *context)
{
	nch_tokenizer *t = ((keeping *)context)->tokenizer;
	for (; t->file_count > 0; t->file_count--) {
		nch_tokenizer_file *file = &t->files[t->file_count - 1];
		nch_free(file->name);
		nch_buffer_free(&file->bytes);
		*file = (nch_tokenizer_file){0};
	}
}

static nch_status keep_files(void *context, nch_error *error)
{
	const keeping *k = context;
	forget_files(context);
	for (size_t i = 0; i < sizeof folder_files / sizeof *folder_files; i++) {
		char *path = nch_folder_file(k->folder, folder_files[i]);
		if (path == NULL)
			return nch_no_memory(error);
		nch_status status = nch_file_exists(path) ? keep_file(k->tokenizer, path, folder_files[i], error) : NCH_OK;
		nch_free(path);
		NCH_TRY(status);
	}
	return NCH_OK;
}

static const nch_tokenizer_file *find_model(const nch_tokenizer *tokenizer)
{
	for (size_t i = 0; i < 3; i++)
		if (find_file(tokenizer, folder_files[i]) != NULL)
			return find_file(tokenizer, folder_files[i]);
	return NULL;
}

/* As BertTokenizer reads its tokenizer_config.json; what is not said is as there. */
static nch_status load_bert_folder(nch_tokenizer *tokenizer, const nch_folder_config *config, const nch_tokenizer_file *vocabulary,
                                   nch_error *error)
{
	const nch_json *json = config->config;
	nch_bert_options options = {.clean = true, .prefix = "##", .longest_word = LONGEST_WORD};
	NCH_TRY(nch_bert_read_vocabulary(tokenizer, vocabulary->bytes.data, vocabulary->bytes.length, error));
	options.pieces = tokenizer->vocabulary.count;
	options.split_cjk = nch_json_bool(json, "tokenize_chinese_chars", true);
	options.lower_case = nch_json_bool(json, "do_lower_case", json != NULL ? true : nch_bert_is_lower_case(&tokenizer->vocabulary));
	options.strip_accents = nch_json_bool(json, "strip_accents", options.lower_case);
	if (json == NULL)
		options.strip_accents &= !nch_bert_has_syllables(&tokenizer->vocabulary);
	NCH_TRY(nch_folder_config_apply(config, tokenizer, error));
	return nch_bert_make(tokenizer, &options, error);
}

/* KoBERT's and XLNet's classes prepare the text, and cut "3," into 3 and a comma. Without such a class the model is taken as it is. */
static nch_status load_sentencepiece_folder(nch_tokenizer *tokenizer, const nch_folder_config *config, const nch_tokenizer_file *model,
                                            nch_error *error)
{
	const nch_json *json = config->config;
	nch_sp_wrapping wrapping = {
		.lower_case = nch_json_bool(json, "do_lower_case", false),
		.strip_accents = !nch_json_bool(json, "keep_accents", false),
	};
	if (config->kind == NCH_CLASS_SENTENCEPIECE && strncmp(config->class_name, "Albert", 6) == 0)
		wrapping.lower_case = nch_json_bool(json, "do_lower_case", true);
	NCH_TRY(nch_sentencepiece_load(tokenizer, model->bytes.data, model->bytes.length,
	                               config->kind == NCH_CLASS_SENTENCEPIECE ? &wrapping : NULL, error));
	return config->kind == NCH_CLASS_SENTENCEPIECE ? nch_folder_config_apply(config, tokenizer, error) : nch_folder_config_extend(config, tokenizer, error);
}

static nch_status load_json_folder(nch_tokenizer *tokenizer, const nch_folder_config *config, const nch_tokenizer_file *json, nch_error *error)
{
	NCH_TRY(nch_tokenizer_json_load(tokenizer, json->bytes.data, json->bytes.length, error));
	return nch_folder_config_apply(config, tokenizer, error);
}

static nch_status wrong_files(const nch_folder_config *config, const char *needs, nch_error *error)
{
	return nch_fail(error, NCH_FORMAT, "tokenizer_config.json names the class %s, but there is no %s", config->class_name, needs);
}

/* Chooses the file that the class asks for; a class and files that disagree are refused, since a guess would yield other ids. */
static nch_status load_by_class(nch_tokenizer *tokenizer, const nch_folder_config *config, nch_error *error)
{
	const nch_tokenizer_file *model = find_model(tokenizer), *vocabulary = find_file(tokenizer, "vocab.txt");
	const nch_tokenizer_file *json = find_file(tokenizer, "tokenizer.json");
	switch (config->kind) {
	case NCH_CLASS_WORDPIECE:
		if (vocabulary != NULL)
			return load_bert_folder(tokenizer, config, vocabulary, error);
		return json != NULL ? load_json_folder(tokenizer, config, json, error) : wrong_files(config, "vocab.txt or tokenizer.json", error);
	case NCH_CLASS_SENTENCEPIECE:
		if (model != NULL)
			return load_sentencepiece_folder(tokenizer, config, model, error);
		return json != NULL ? load_json_folder(tokenizer, config, json, error) : wrong_files(config, "spiece.model or tokenizer.json", error);
	case NCH_CLASS_UNKNOWN:
		if (json != NULL)
			return load_json_folder(tokenizer, config, json, error);
		return nch_fail(error, NCH_FORMAT, "tokenizer_config.json names the class %s, which is not supported without a tokenizer.json",
		                config->class_name);
	default:
		break;
	}
	if (model != NULL)
		return load_sentencepiece_folder(tokenizer, config, model, error);
	if (json != NULL)
		return load_json_folder(tokenizer, config, json, error);
	if (vocabulary != NULL)
		return load_bert_folder(tokenizer, config, vocabulary, error);
	return nch_fail(error, NCH_IO, "no tokenizer in this folder (spiece.model, vocab.txt or tokenizer.json)");
}

/* A model's folder may hold the tokenizer twice. The SentencePiece model or the vocabulary is read first, as it says exactly what is meant; but if
 * the tokenizer.json beside it says more, the other one is left over from before somebody added tokens. */
static nch_status load_newest(nch_tokenizer *tokenizer, const nch_folder_config *config, nch_error *error)
{
	const nch_tokenizer_file *json = find_file(tokenizer, "tokenizer.json");
	bool more = false;
	NCH_TRY(load_by_class(tokenizer, config, error));
	if (json == NULL || strstr(tokenizer->kind, "tokenizer.json") != NULL)
		return NCH_OK;
	NCH_TRY(nch_tokenizer_json_says_more(tokenizer, json->bytes.data, json->bytes.length, &more, error));
	if (!more)
		return NCH_OK;
	tokenizer->class->free(tokenizer->self);
	tokenizer->self = NULL;
	nch_vocabulary_free(&tokenizer->vocabulary);
	nch_added_tokens_free(&tokenizer->added);
	nch_added_tokens_free(&tokenizer->normalized);
	tokenizer->specials = (nch_specials){-1, -1, -1, -1, -1};
	tokenizer->has_templates = false;
	return load_json_folder(tokenizer, config, json, error);
}

/* From the files that are kept. */
static nch_status load_kept_folder(nch_tokenizer *tokenizer, const char *folder, nch_error *error)
{
	nch_folder_config config = {0};
	NCH_TRY(nch_folder_config_read(tokenizer, folder, &config, error));
	nch_status status = load_newest(tokenizer, &config, error);
	nch_folder_config_free(&config);
	return status == NCH_OK || status == NCH_MEMORY ? status : nch_fail_prefix(error, "%s", folder);
}

static nch_status load_folder(nch_tokenizer *tokenizer, const char *folder, nch_error *error)
{
	keeping k = {tokenizer, folder};
	NCH_TRY(nch_folder_read(folder, keep_files, forget_files, &k, error));
	return load_kept_folder(tokenizer, folder, error);
}

static nch_tokenizer *new_tokenizer(void)
{
	nch_tokenizer *t = nch_alloc(1, sizeof *t);
	if (t != NULL)
		t->specials = (nch_specials){-1, -1, -1, -1, -1};
	return t;
}

/* Gives the tokenizer to the caller if all went well, else frees it. */
static nch_status finish(nch_tokenizer *t, nch_status status, nch_tokenizer **tokenizer, nch_error *error)
{
	if (status == NCH_OK)
		status = nch_tokenizer_finish_tokens(t, error);
	if (status == NCH_OK)
		*tokenizer = t;
	else
		nch_tokenizer_free(t);
	return status;
}

nch_status nch_tokenizer_load(const char *path, nch_tokenizer **tokenizer, nch_error *error)
{
	nch_tokenizer *t = new_tokenizer();
	if (t == NULL)
		return nch_no_memory(error);
	return finish(t, nch_file_is_folder(path) ? load_folder(t, path, error) : load_file(t, path, error), tokenizer, error);
}

nch_status nch_tokenizer_load_bytes(const void *bytes, size_t size, nch_tokenizer **tokenizer, nch_error *error)
{
	nch_tokenizer *t = new_tokenizer();
	if (t == NULL)
		return nch_no_memory(error);
	t->files[0].name = nch_copy_text("spiece.model", 12);
	t->file_count = 1;
	nch_buffer_add(&t->files[0].bytes, bytes, size);
	nch_status status = t->files[0].name != NULL ? nch_buffer_check(&t->files[0].bytes, error) : nch_no_memory(error);
	return finish(t, status == NCH_OK ? load_kept(t, error) : status, tokenizer, error);
}

nch_status nch_tokenizer_load_folder_bytes(const char *const *names, const nch_buffer *bytes, size_t count, nch_tokenizer **tokenizer,
                                           nch_error *error)
{
	nch_tokenizer *t = new_tokenizer();
	if (t == NULL)
		return nch_no_memory(error);
	nch_status status = NCH_OK;
	for (size_t i = 0; i < count && i < NCH_TOKENIZER_MAX_FILES && status == NCH_OK; i++) {
		nch_tokenizer_file *file = &t->files[t->file_count];
		if ((file->name = nch_copy_text(names[i], strlen(names[i]))) == NULL) {
			status = nch_no_memory(error);
			break;
		}
		t->file_count++;
		nch_buffer_add(&file->bytes, bytes[i].data, bytes[i].length);
		status = nch_buffer_check(&file->bytes, error);
	}
	return finish(t, status == NCH_OK ? load_kept_folder(t, "folder", error) : status, tokenizer, error);
}

/* --- saving --- */

static nch_status write_in_folder(const char *folder, const char *name, const void *bytes, size_t length, nch_error *error)
{
	char *path = nch_path_join(folder, name);
	if (path == NULL)
		return nch_no_memory(error);
	nch_status status = nch_file_write(path, bytes, length, error);
	nch_free(path);
	return status;
}

static void put_special(nch_buffer *out, const nch_tokenizer *tokenizer, const char *key, int32_t id)
{
	const char *text = nch_tokenizer_piece(tokenizer, id);
	if (text == NULL)
		return;
	nch_buffer_printf(out, ",\n  \"%s\": ", key);
	nch_json_write_text(out, text, strlen(text));
}

void nch_tokenizer_describe(const nch_tokenizer *tokenizer, nch_buffer *out)
{
	bool bert = find_file(tokenizer, "vocab.txt") != NULL;
	nch_buffer_printf(out, "{\n  \"tokenizer_class\": \"%s\"", bert ? "BertTokenizer" : "PreTrainedTokenizerFast");
	if (bert)
		nch_bert_describe(tokenizer, out);
	nch_buffer_text(out, ",\n  \"model_input_names\": [\"input_ids\", \"token_type_ids\", \"attention_mask\"]");
	for (size_t i = 0; i < NCH_SPECIAL_KINDS; i++) {
		nch_specials specials = tokenizer->specials;
		put_special(out, tokenizer, nch_special_kinds[i].key, *nch_special_place(&specials, i));
	}
	nch_buffer_text(out, "\n}\n");
}

static nch_status write_config(const nch_tokenizer *tokenizer, const char *folder, nch_error *error)
{
	nch_buffer out = {0};
	nch_tokenizer_describe(tokenizer, &out);
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		status = write_in_folder(folder, "tokenizer_config.json", out.data, out.length, error);
	nch_buffer_free(&out);
	return status;
}

nch_status nch_tokenizer_save(const nch_tokenizer *tokenizer, const char *folder, nch_error *error)
{
	NCH_TRY(nch_folder_make(folder, error));
	for (size_t i = 0; i < tokenizer->file_count; i++) {
		const nch_tokenizer_file *file = &tokenizer->files[i];
		NCH_TRY(write_in_folder(folder, file->name, file->bytes.data, file->bytes.length, error));
	}
	if (tokenizer->file_count != 1)
		return NCH_OK;
	NCH_TRY(write_config(tokenizer, folder, error));
	if (strcmp(tokenizer->files[0].name, "spiece.model") != 0)
		return NCH_OK;
	/* transformers reads no SentencePiece model without mistaking [PAD] for [UNK] (5.23); it gets the same as a tokenizer.json */
	nch_buffer json = {0};
	nch_status status = nch_sentencepiece_to_json(tokenizer, &json, error);
	if (status == NCH_OK && json.length > 0)
		status = write_in_folder(folder, "tokenizer.json", json.data, json.length, error);
	nch_buffer_free(&json);
	return status;
}

void nch_tokenizer_hash(const nch_tokenizer *tokenizer, nch_sha256 *hash)
{
	for (size_t i = 0; i < tokenizer->file_count; i++) {
		const nch_tokenizer_file *file = &tokenizer->files[i];
		nch_sha256_add(hash, file->name, strlen(file->name) + 1);
		nch_sha256_add(hash, file->bytes.data, file->bytes.length);
		nch_sha256_add(hash, "", 1);
	}
}
