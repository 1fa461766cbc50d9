/* json_pipeline.c - see json_pipeline.h: the stages are read from JSON and run. */
#include "tokenizer/pipeline/json_pipeline.h"

#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define DEEPEST_SEQUENCE 8
#define MOST_TEXTS 1000 /* of a Split */

/* --- reading --- */

static nch_status new_stage(nch_pipeline *p, nch_stage_kind kind, nch_stage **stage, nch_error *error)
{
	if (p->arena == NULL && (p->arena = nch_arena_new(0)) == NULL)
		return nch_no_memory(error);
	if (p->count == NCH_MOST_STAGES)
		return nch_fail(error, NCH_FORMAT, "tokenizer.json has more than %d stages", NCH_MOST_STAGES);
	*stage = &p->stages[p->count++];
	**stage = (nch_stage){.kind = kind};
	return NCH_OK;
}

static nch_status keep_text(nch_pipeline *p, const char *text, const uint32_t **out, size_t *count, nch_error *error)
{
	size_t length = strlen(text);
	uint32_t *copy = nch_arena_alloc(p->arena, length + 1, sizeof *copy);
	if (copy == NULL)
		return nch_no_memory(error);
	*count = 0;
	for (size_t at = 0; at < length;)
		at += nch_utf8_decode(text + at, length - at, &copy[(*count)++]);
	*out = copy;
	return NCH_OK;
}

/* One text of "a|b|\\[c\\]", which is ended by | or the end; *at moves behind it. `text` has room for the whole pattern. False for whatever else a
 * regular expression may hold. */
static bool next_text(const char *pattern, size_t *at, char *text)
{
	size_t length = 0;
	for (;; ++*at) {
		bool escaped = pattern[*at] == '\\';
		char c = pattern[*at += escaped];
		if (!escaped && (c == '\0' || c == '|'))
			break;
		if (escaped != (c == '\0' || strchr("\\^$.|?*+()[]{}", c) != NULL) && !(escaped && strchr("/-", c) != NULL))
			return false; /* a sign with a meaning, or one that has a meaning behind a backslash */
		if (c == '\0')
			return false;
		text[length++] = c;
	}
	text[length] = '\0';
	*at += pattern[*at] == '|';
	return length > 0;
}

/* "(?<![abc])text": a text that must not stand behind certain characters. *found false: it is something else. */
static nch_status read_not_after(nch_pipeline *p, const char *regex, nch_stage *stage, bool *found, nch_error *error)
{
	const char *class = regex + 5, *end = strncmp(regex, "(?<![", 5) == 0 ? strstr(class, "])") : NULL;
	size_t at = 0;
	*found = false;
	if (end == NULL || end == class || strcspn(class, "\\[^-&") < (size_t)(end - class))
		return NCH_OK;
	char *text = nch_arena_alloc(p->arena, strlen(regex) + 1, 1);
	if (text == NULL)
		return nch_no_memory(error);
	if (!next_text(end + 2, &at, text) || end[2 + at] != '\0' || end[1 + at] == '|')
		return NCH_OK;
	NCH_TRY(keep_text(p, text, &stage->from, &stage->from_length, error));
	memcpy(text, class, (size_t)(end - class));
	text[end - class] = '\0';
	*found = true;
	return keep_text(p, text, &stage->not_after, &stage->not_after_count, error);
}

static nch_status add_replace(nch_pipeline *p, const nch_json *json, nch_error *error)
{
	nch_stage *stage;
	const nch_json *pattern = nch_json_get(json, "pattern");
	const char *text = nch_json_text(pattern, "String", NULL), *regex = nch_json_text(pattern, "Regex", NULL);
	NCH_TRY(new_stage(p, NCH_STAGE_REPLACE, &stage, error));
	NCH_TRY(keep_text(p, nch_json_text(json, "content", ""), &stage->to, &stage->to_length, error));
	bool found = false;
	if (regex != NULL)
		NCH_TRY(read_not_after(p, regex, stage, &found, error));
	if (found)
		return NCH_OK;
	if (text != NULL && *text != 0)
		return keep_text(p, text, &stage->from, &stage->from_length, error);
	if (regex != NULL && strcmp(regex, " {2,}") == 0)
		stage->blanks = 1;
	else if (regex != NULL && (strcmp(regex, "\\s+") == 0 || strcmp(regex, "[\\s]+") == 0))
		stage->blanks = 2;
	else if (regex != NULL && strcmp(regex, "^ +") == 0)
		stage->blanks = 3;
	else if (regex != NULL && strcmp(regex, "\xE2\x96\x81+$") == 0)
		stage->blanks = 4;
	else if (regex != NULL && strcmp(regex, "^\xE2\x96\x81") == 0)
		stage->blanks = 5;
	else
		return nch_fail(error, NCH_FORMAT, "the normalizer Replace with the pattern \"%.60s\" is not supported", regex != NULL ? regex : "");
	return NCH_OK;
}

static int base64_digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* A compiled charsmap in base64, as in normalize.h. */
static nch_status add_precompiled(nch_pipeline *p, const nch_json *json, nch_error *error)
{
	nch_stage *stage;
	const char *text = nch_json_text(json, "precompiled_charsmap", "");
	size_t length = strlen(text), size = 0;
	if (length == 0)
		return NCH_OK;
	NCH_TRY(new_stage(p, NCH_STAGE_PRECOMPILED, &stage, error));
	unsigned char *data = nch_arena_alloc(p->arena, length + 1, 1);
	if (data == NULL)
		return nch_no_memory(error);
	uint32_t bits = 0;
	int have = 0;
	for (size_t i = 0; i < length && text[i] != '='; i++) {
		int digit = base64_digit((unsigned char)text[i]);
		if (digit < 0)
			return nch_fail(error, NCH_FORMAT, "the precompiled charsmap is no base64");
		bits = bits << 6 | (uint32_t)digit;
		if ((have += 6) >= 8)
			data[size++] = (unsigned char)(bits >> (have -= 8));
	}
	uint32_t trie = size > 4 ? (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24 : 0;
	if (size <= 4 || trie >= size - 4)
		return nch_fail(error, NCH_FORMAT, "the precompiled charsmap is cut");
	data[size] = 0;
	stage->rules = (nch_double_array){data + 4, trie / 4};
	stage->replacements = (const char *)data + 4 + trie;
	stage->replacements_size = size - 4 - trie + 1;
	return NCH_OK;
}

nch_status nch_pipeline_add_bert(nch_pipeline *p, bool clean, bool split_cjk, bool strip_accents, bool lower_case, nch_error *error)
{
	nch_stage *stage;
	if (clean)
		NCH_TRY(new_stage(p, NCH_STAGE_CLEAN, &stage, error));
	if (split_cjk)
		NCH_TRY(new_stage(p, NCH_STAGE_SPACE_IDEOGRAPHS, &stage, error));
	if (strip_accents) {
		NCH_TRY(new_stage(p, NCH_STAGE_DECOMPOSE, &stage, error));
		NCH_TRY(new_stage(p, NCH_STAGE_BERT_ACCENTS, &stage, error));
	}
	return lower_case ? new_stage(p, NCH_STAGE_LOWERCASE, &stage, error) : NCH_OK;
}

static nch_status add_bert_normalizer(nch_pipeline *p, const nch_json *json, nch_error *error)
{
	bool lower = nch_json_bool(json, "lowercase", true);
	return nch_pipeline_add_bert(p, nch_json_bool(json, "clean_text", true), nch_json_bool(json, "handle_chinese_chars", true),
	                             nch_json_bool(json, "strip_accents", lower), lower, error);
}

static nch_status add_normal_form(nch_pipeline *p, const char *type, nch_error *error)
{
	nch_stage *stage;
	NCH_TRY(new_stage(p, NCH_STAGE_DECOMPOSE, &stage, error));
	stage->compatibility = type[2] == 'K';
	return type[strlen(type) - 1] == 'C' ? new_stage(p, NCH_STAGE_COMPOSE, &stage, error) : NCH_OK;
}

static nch_status add_normalizer(nch_pipeline *p, const nch_json *json, int depth, nch_error *error)
{
	nch_stage *stage;
	const char *type = nch_json_text(json, "type", "");
	if (json == NULL || json->type == NCH_JSON_NULL)
		return NCH_OK;
	if (strcmp(type, "Sequence") == 0 && depth < DEEPEST_SEQUENCE) {
		const nch_json *list = nch_json_get(json, "normalizers");
		for (const nch_json *item = list != NULL ? list->first : NULL; item != NULL; item = item->next)
			NCH_TRY(add_normalizer(p, item, depth + 1, error));
		return NCH_OK;
	}
	if (strcmp(type, "BertNormalizer") == 0)
		return add_bert_normalizer(p, json, error);
	if (strcmp(type, "NFC") == 0 || strcmp(type, "NFD") == 0 || strcmp(type, "NFKC") == 0 || strcmp(type, "NFKD") == 0)
		return add_normal_form(p, type, error);
	if (strcmp(type, "Lowercase") == 0)
		return new_stage(p, NCH_STAGE_LOWERCASE, &stage, error);
	if (strcmp(type, "StripAccents") == 0)
		return new_stage(p, NCH_STAGE_MARKS, &stage, error);
	if (strcmp(type, "Strip") == 0) {
		NCH_TRY(new_stage(p, NCH_STAGE_STRIP, &stage, error));
		stage->left = nch_json_bool(json, "strip_left", true);
		stage->right = nch_json_bool(json, "strip_right", true);
		return NCH_OK;
	}
	if (strcmp(type, "Prepend") == 0) {
		NCH_TRY(new_stage(p, NCH_STAGE_PREPEND, &stage, error));
		return keep_text(p, nch_json_text(json, "prepend", ""), &stage->to, &stage->to_length, error);
	}
	if (strcmp(type, "Replace") == 0)
		return add_replace(p, json, error);
	if (strcmp(type, "Precompiled") == 0)
		return add_precompiled(p, json, error);
	return nch_fail(error, NCH_FORMAT, "the normalizer \"%.60s\" of tokenizer.json is not supported", type);
}

nch_status nch_pipeline_add_normalizer(nch_pipeline *p, const nch_json *json, nch_error *error)
{
	return add_normalizer(p, json, 0, error);
}

static nch_status add_metaspace(nch_pipeline *p, const nch_json *json, nch_error *error)
{
	nch_stage *stage;
	bool prefix = nch_json_bool(json, "add_prefix_space", true);
	const char *scheme = nch_json_text(json, "prepend_scheme", prefix ? "always" : "never");
	NCH_TRY(new_stage(p, NCH_STAGE_METASPACE, &stage, error));
	stage->first_only = strcmp(scheme, "first") == 0;
	stage->never = strcmp(scheme, "never") == 0;
	stage->split = nch_json_bool(json, "split", true);
	NCH_TRY(keep_text(p, nch_json_text(json, "replacement", "\xE2\x96\x81"), &stage->to, &stage->to_length, error));
	if (stage->to_length != 1)
		return nch_fail(error, NCH_FORMAT, "the \"replacement\" of tokenizer.json's Metaspace is %zu characters; it must be one", stage->to_length);
	return NCH_OK;
}

static nch_status bad_pattern(const char *pattern, nch_error *error)
{
	return nch_fail(error, NCH_FORMAT, "the pre-tokenizer Split of tokenizer.json with the pattern \"%.60s\" is not supported", pattern);
}

/* Split with a text, or with a regular expression that is nothing but texts. */
static nch_status add_split(nch_pipeline *p, const nch_json *json, nch_error *error)
{
	nch_stage *stage;
	const nch_json *given = nch_json_get(json, "pattern");
	const char *plain = nch_json_text(given, "String", NULL), *pattern = plain != NULL ? plain : nch_json_text(given, "Regex", "");
	size_t most = 1, at = 0;
	if (strcmp(nch_json_text(json, "behavior", ""), "Isolated") != 0 || nch_json_bool(json, "invert", false) || *pattern == '\0')
		return bad_pattern(pattern, error);
	NCH_TRY(new_stage(p, NCH_STAGE_ISOLATE, &stage, error));
	for (const char *bar = pattern; plain == NULL && (bar = strchr(bar, '|')) != NULL; bar++)
		most++;
	if (most > MOST_TEXTS)
		return bad_pattern(pattern, error);
	const uint32_t **texts = nch_arena_alloc(p->arena, most, sizeof *texts);
	size_t *lengths = nch_arena_alloc(p->arena, most, sizeof *lengths);
	char *text = nch_arena_alloc(p->arena, strlen(pattern) + 1, 1);
	if (texts == NULL || lengths == NULL || text == NULL)
		return nch_no_memory(error);
	if (plain != NULL)
		NCH_TRY(keep_text(p, plain, &texts[stage->text_count++], &lengths[0], error));
	while (plain == NULL && (pattern[at] != '\0' || (at > 0 && pattern[at - 1] == '|'))) {
		if (!next_text(pattern, &at, text))
			return bad_pattern(pattern, error);
		NCH_TRY(keep_text(p, text, &texts[stage->text_count], &lengths[stage->text_count], error));
		stage->text_count++;
	}
	stage->texts = texts;
	stage->text_lengths = lengths;
	return NCH_OK;
}

static nch_status add_pre_tokenizer(nch_pipeline *p, const nch_json *json, int depth, nch_error *error)
{
	static const struct {
		const char *name;
		nch_stage_kind kind;
	} plain[] = {{"BertPreTokenizer", NCH_STAGE_BERT_WORDS},
	             {"Whitespace", NCH_STAGE_WORDS_AND_SIGNS},
	             {"WhitespaceSplit", NCH_STAGE_BLANKS}};
	nch_stage *stage;
	const char *type = nch_json_text(json, "type", "");
	if (json == NULL || json->type == NCH_JSON_NULL)
		return NCH_OK;
	if (strcmp(type, "Sequence") == 0 && depth < DEEPEST_SEQUENCE) {
		const nch_json *list = nch_json_get(json, "pretokenizers");
		for (const nch_json *item = list != NULL ? list->first : NULL; item != NULL; item = item->next)
			NCH_TRY(add_pre_tokenizer(p, item, depth + 1, error));
		return NCH_OK;
	}
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (strcmp(type, plain[i].name) == 0)
			return new_stage(p, plain[i].kind, &stage, error);
	if (strcmp(type, "Metaspace") == 0)
		return add_metaspace(p, json, error);
	if (strcmp(type, "Split") == 0)
		return add_split(p, json, error);
	if (strcmp(type, "Punctuation") == 0 && strcmp(nch_json_text(json, "behavior", "Isolated"), "Isolated") == 0)
		return new_stage(p, NCH_STAGE_PUNCTUATION, &stage, error);
	if (strcmp(type, "Digits") == 0) {
		NCH_TRY(new_stage(p, NCH_STAGE_DIGITS, &stage, error));
		stage->single = nch_json_bool(json, "individual_digits", false);
		return NCH_OK;
	}
	if (strcmp(type, "ByteLevel") == 0) {
		NCH_TRY(new_stage(p, NCH_STAGE_BYTES, &stage, error));
		stage->prefix_space = nch_json_bool(json, "add_prefix_space", true);
		stage->pattern = nch_json_bool(json, "use_regex", true);
		return NCH_OK;
	}
	return nch_fail(error, NCH_FORMAT, "the pre-tokenizer \"%.60s\" of tokenizer.json is not supported", type);
}

nch_status nch_pipeline_add_pre_tokenizer(nch_pipeline *p, const nch_json *json, nch_error *error)
{
	return add_pre_tokenizer(p, json, 0, error);
}

/* --- running --- */

/* The stages of one sort, in their order. */
static nch_status run_stages(const nch_pipeline *p, bool normalizers, nch_words *words, nch_words *spare, nch_error *error)
{
	nch_words *in = words, *out = spare;
	out->first = in->first;
	for (size_t i = 0; i < p->count; i++) {
		const nch_stage *stage = &p->stages[i];
		if ((stage->kind < NCH_STAGE_BERT_WORDS) != normalizers)
			continue;
		out->count = out->word_count = 0;
		NCH_TRY(normalizers ? nch_stage_normalize(stage, in, out, error) : nch_stage_cut(stage, in, out, error));
		NCH_TRY(nch_words_end(out, error));
		nch_words *swap = in;
		in = out;
		out = swap;
	}
	if (in != words) { /* an odd number of stages */
		nch_words swap = *words;
		*words = *spare;
		*spare = swap;
	}
	return NCH_OK;
}

nch_status nch_pipeline_normalize(const nch_pipeline *p, const char *text, size_t length, bool first, nch_words *words, nch_words *spare,
                                  nch_error *error)
{
	words->count = words->word_count = 0;
	words->first = first;
	for (size_t at = 0; at < length;) {
		uint32_t c;
		size_t begin = at;
		at += nch_utf8_decode(text + at, length - at, &c);
		NCH_TRY(nch_words_add(words, c == NCH_UTF8_BAD ? 0xFFFD : c, begin, at, error));
	}
	NCH_TRY(nch_words_end(words, error));
	return run_stages(p, true, words, spare, error);
}

nch_status nch_pipeline_cut(const nch_pipeline *p, nch_words *words, nch_words *spare, nch_error *error)
{
	return run_stages(p, false, words, spare, error);
}

nch_status nch_pipeline_run(const nch_pipeline *p, const char *text, size_t length, bool first, nch_words *words, nch_words *spare,
                            nch_error *error)
{
	NCH_TRY(nch_pipeline_normalize(p, text, length, first, words, spare, error));
	return nch_pipeline_cut(p, words, spare, error);
}
