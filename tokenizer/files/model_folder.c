/* model_folder.c - see model_folder.h. */
#include "tokenizer/files/model_folder.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tokenizer/specials.h"

#define MOST_NEW_IDS 100000 /* tokens that a folder may add beyond its vocabulary */

static const struct {
	const char *name;
	nch_class_kind kind;
} classes[] = {
	{"BertTokenizer", NCH_CLASS_WORDPIECE},
	{"BertTokenizerLegacy", NCH_CLASS_WORDPIECE},
	{"ElectraTokenizer", NCH_CLASS_WORDPIECE},
	{"DistilBertTokenizer", NCH_CLASS_WORDPIECE},
	{"FunnelTokenizer", NCH_CLASS_WORDPIECE},
	{"MobileBertTokenizer", NCH_CLASS_WORDPIECE},
	{"ConvBertTokenizer", NCH_CLASS_WORDPIECE},
	{"KoBERTTokenizer", NCH_CLASS_SENTENCEPIECE},
	{"KoBertTokenizer", NCH_CLASS_SENTENCEPIECE},
	{"XLNetTokenizer", NCH_CLASS_SENTENCEPIECE},
	{"AlbertTokenizer", NCH_CLASS_SENTENCEPIECE},
	{"PreTrainedTokenizer", NCH_CLASS_FAST},
	{"TokenizersBackend", NCH_CLASS_FAST},
	{"RobertaTokenizer", NCH_CLASS_FAST},
	{"GPT2Tokenizer", NCH_CLASS_FAST},
};

/* "…Fast" is the same tokenizer, written in Rust. */
static nch_class_kind kind_of_class(const char *name)
{
	size_t length = strlen(name);
	if (length > 4 && strcmp(name + length - 4, "Fast") == 0)
		length -= 4;
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strlen(classes[i].name) == length && strncmp(classes[i].name, name, length) == 0)
			return classes[i].kind;
	return NCH_CLASS_UNKNOWN;
}

static nch_status parse_file(const nch_tokenizer *tokenizer, const char *folder, const char *name, nch_arena *arena,
                             const nch_json **value, nch_error *error)
{
	for (size_t i = 0; i < tokenizer->file_count; i++) {
		const nch_tokenizer_file *file = &tokenizer->files[i];
		nch_json *parsed;
		if (strcmp(file->name, name) != 0)
			continue;
		nch_status status = nch_json_parse(file->bytes.data != NULL ? file->bytes.data : "", file->bytes.length, name, arena, &parsed, error);
		if (status != NCH_OK)
			return status == NCH_MEMORY ? status : nch_fail_prefix(error, "%s", folder);
		if (parsed->type != NCH_JSON_OBJECT)
			return nch_fail(error, NCH_FORMAT, "%s/%s: not a JSON object", folder, name);
		*value = parsed;
	}
	return NCH_OK;
}

nch_status nch_folder_config_read(const nch_tokenizer *tokenizer, const char *folder, nch_folder_config *config, nch_error *error)
{
	*config = (nch_folder_config){.arena = nch_arena_new(0)};
	if (config->arena == NULL)
		return nch_no_memory(error);
	nch_status status = parse_file(tokenizer, folder, "tokenizer_config.json", config->arena, &config->config, error);
	if (status == NCH_OK)
		status = parse_file(tokenizer, folder, "special_tokens_map.json", config->arena, &config->specials, error);
	if (status == NCH_OK)
		status = parse_file(tokenizer, folder, "added_tokens.json", config->arena, &config->added, error);
	if (status != NCH_OK) {
		nch_folder_config_free(config);
		return status;
	}
	config->class_name = nch_json_text(config->config, "tokenizer_class", NULL);
	config->kind = config->class_name != NULL ? kind_of_class(config->class_name) : NCH_CLASS_NONE;
	return NCH_OK;
}

void nch_folder_config_free(nch_folder_config *config)
{
	nch_arena_free(config->arena);
	*config = (nch_folder_config){0};
}

/* --- special tokens --- */

/* A token is given as its text, or as an object with flags. */
static const char *token_text(const nch_json *value)
{
	if (value == NULL)
		return NULL;
	if (value->type == NCH_JSON_STRING)
		return value->text;
	return nch_json_text(value, "content", NULL);
}

static nch_added_token describe(const nch_json *value, int32_t id)
{
	const char *text = token_text(value);
	return (nch_added_token){text, strlen(text), id, nch_json_bool(value, "single_word", false), nch_json_bool(value, "lstrip", false),
	                         nch_json_bool(value, "rstrip", false), nch_json_bool(value, "normalized", false)};
}

/* Gives a token the id that a file says: one of the vocabulary, or a new one behind it. */
static nch_status give_id(nch_tokenizer *tokenizer, const char *text, int64_t id, nch_error *error)
{
	nch_vocabulary *vocabulary = &tokenizer->vocabulary;
	if (id < 0 || id >= (int64_t)vocabulary->count + MOST_NEW_IDS)
		return nch_fail(error, NCH_FORMAT, "the added token \"%.60s\" has the id %lld, far from the vocabulary's %zu", text, (long long)id,
		                vocabulary->count);
	while ((int64_t)vocabulary->count < id)
		NCH_TRY(nch_vocabulary_add(vocabulary, NULL, 0, error));
	if ((int64_t)vocabulary->count == id)
		return nch_vocabulary_add(vocabulary, text, strlen(text), error);
	if (vocabulary->texts[id] == NULL || strcmp(vocabulary->texts[id], text) != 0)
		return nch_fail(error, NCH_FORMAT, "the added token \"%.60s\" has the id %lld, which is \"%.60s\" in the vocabulary", text, (long long)id,
		                vocabulary->texts[id] != NULL ? vocabulary->texts[id] : "");
	return NCH_OK;
}

static int compare_ids(const void *left, const void *right)
{
	double a = (*(const nch_json *const *)left)->number, b = (*(const nch_json *const *)right)->number;
	return (a > b) - (a < b);
}

/* added_tokens.json: {"text": id, …}, the way of older folders. */
static nch_status apply_added_file(const nch_folder_config *config, nch_tokenizer *tokenizer, nch_error *error)
{
	if (config->added == NULL)
		return NCH_OK;
	const nch_json **sorted = nch_alloc(config->added->count, sizeof(*sorted));
	if (sorted == NULL)
		return nch_no_memory(error);
	size_t count = 0;
	for (const nch_json *entry = config->added->first; entry != NULL; entry = entry->next)
		if (entry->type == NCH_JSON_NUMBER)
			sorted[count++] = entry;
	qsort(sorted, count, sizeof(*sorted), compare_ids);
	nch_status status = NCH_OK;
	for (size_t i = 0; i < count && status == NCH_OK; i++) {
		if (!(sorted[i]->number >= 0 && sorted[i]->number < 1e9)) {
			status = nch_fail(error, NCH_FORMAT, "added_tokens.json: \"%.60s\" has no usable id", sorted[i]->name);
			break;
		}
		status = give_id(tokenizer, sorted[i]->name, (int64_t)sorted[i]->number, error);
		nch_added_token token = {sorted[i]->name, strlen(sorted[i]->name), (int32_t)sorted[i]->number, false, false, false, false};
		if (status == NCH_OK)
			status = nch_tokenizer_add_token(tokenizer, &token, error);
	}
	nch_free(sorted);
	return status;
}

/* added_tokens_decoder: {"id": {"content": …, flags}, …}, in ascending order of ids as it is written; those from first_id on. */
static nch_status apply_decoder(const nch_folder_config *config, nch_tokenizer *tokenizer, int64_t first_id, nch_error *error)
{
	const nch_json *decoder = nch_json_get(config->config, "added_tokens_decoder");
	bool ignore_special = nch_json_bool(config->config, "split_special_tokens", false);
	if (decoder == NULL || decoder->type != NCH_JSON_OBJECT)
		return NCH_OK;
	for (const nch_json *entry = decoder->first; entry != NULL; entry = entry->next) {
		char *end;
		long long id = strtoll(entry->name, &end, 10);
		if (token_text(entry) == NULL || *end != 0 || end == entry->name)
			return nch_fail(error, NCH_FORMAT, "tokenizer_config.json: added_tokens_decoder has a token without text or id");
		if (id < first_id)
			continue;
		NCH_TRY(give_id(tokenizer, token_text(entry), id, error));
		nch_added_token token = describe(entry, (int32_t)id);
		if (!(ignore_special && nch_json_bool(entry, "special", false)))
			NCH_TRY(nch_tokenizer_add_token(tokenizer, &token, error));
	}
	return NCH_OK;
}

/* How a file names the i-th special token; NULL if none does (null, or no such member). */
static const nch_json *named(const nch_folder_config *config, size_t i)
{
	const nch_json *value = nch_json_get(config->config, nch_special_kinds[i].key);
	if (token_text(value) == NULL)
		value = nch_json_get(config->specials, nch_special_kinds[i].key);
	return token_text(value) != NULL ? value : NULL;
}

/* A special token that is an object must have a text: without one nobody can tell which piece is meant. */
static nch_status check_specials(const char *file, const nch_json *object, nch_error *error)
{
	for (size_t i = 0; i < NCH_SPECIAL_KINDS; i++) {
		const nch_json *value = nch_json_get(object, nch_special_kinds[i].key);
		if (value != NULL && value->type == NCH_JSON_OBJECT && token_text(value) == NULL)
			return nch_fail(error, NCH_FORMAT, "%s: %s has no text (\"content\")", file, nch_special_kinds[i].key);
	}
	return NCH_OK;
}

nch_status nch_folder_config_extend(const nch_folder_config *config, nch_tokenizer *tokenizer, nch_error *error)
{
	return apply_decoder(config, tokenizer, (int64_t)tokenizer->vocabulary.count, error);
}

nch_status nch_folder_config_apply(const nch_folder_config *config, nch_tokenizer *tokenizer, nch_error *error)
{
	bool split = nch_json_bool(config->config, "split_special_tokens", false);
	NCH_TRY(check_specials("tokenizer_config.json", config->config, error));
	NCH_TRY(check_specials("special_tokens_map.json", config->specials, error));
	NCH_TRY(apply_added_file(config, tokenizer, error));
	for (size_t i = 0; i < NCH_SPECIAL_KINDS; i++) {
		const nch_json *value = named(config, i);
		const char *text = token_text(value);
		if (text == NULL)
			continue;
		int32_t id = nch_tokenizer_find(tokenizer, text);
		const nch_json *decoder = nch_json_get(config->config, "added_tokens_decoder");
		for (const nch_json *entry = decoder != NULL ? decoder->first : NULL; entry != NULL && id < 0; entry = entry->next)
			if (token_text(entry) != NULL && strcmp(token_text(entry), text) == 0)
				id = (int32_t)strtol(entry->name, NULL, 10); /* apply_decoder adds it, or refuses */
		if (id < 0)
			return nch_fail(error, NCH_FORMAT, "the %s \"%.60s\" that is named in the folder's files is not in the vocabulary",
			                nch_special_kinds[i].key, text);
		*nch_special_place(&tokenizer->specials, i) = id;
	}
	nch_default_specials(tokenizer);
	NCH_TRY(apply_decoder(config, tokenizer, 0, error));
	if (split)
		return NCH_OK;
	for (size_t i = 0; i < NCH_SPECIAL_KINDS; i++) {
		const nch_json *value = named(config, i);
		int32_t id = *nch_special_place(&tokenizer->specials, i);
		if (id < 0)
			continue;
		const char *text = nch_tokenizer_piece(tokenizer, id);
		nch_added_token token = {text, text != NULL ? strlen(text) : 0, id, false, false, false, false};
		if (value != NULL && value->type == NCH_JSON_OBJECT)
			token = describe(value, id);
		bool known = false;
		for (size_t k = 0; k < tokenizer->added.count; k++)
			known |= tokenizer->added.items[k].id == id;
		for (size_t k = 0; k < tokenizer->normalized.count; k++)
			known |= tokenizer->normalized.items[k].id == id;
		if (!known)
			NCH_TRY(nch_tokenizer_add_token(tokenizer, &token, error));
	}
	return NCH_OK;
}
