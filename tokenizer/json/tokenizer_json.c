/* tokenizer_json.c - Hugging Face's tokenizer.json: everything that a tokenizer does, told as data. */
#include "tokenizer/json/tokenizer_json.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/json/json_model.h"
#include "tokenizer/pipeline/json_pipeline.h"
#include "tokenizer/pipeline/normalized_tokens.h"
#include "tokenizer/specials.h"
#include "tokenizer/wordpiece/bert_tokenizer.h"

#define MOST_GAPS 1000000 /* ids that stand for nothing */

typedef enum decoder_kind {
	DECODE_SPACES,    /* pieces with spaces between them */
	DECODE_METASPACE, /* ▁ is a space, and nothing in the first piece */
	DECODE_FUSED,     /* ▁ is a space; the first one of all is dropped, if there is a Strip */
	DECODE_BYTES,
	DECODE_SUFFIX
} decoder_kind;

typedef struct json_tokenizer {
	nch_pipeline pipeline;
	nch_json_model model;
	const nch_vocabulary *vocabulary;
	const nch_added_tokens *normalized; /* NULL: there are none */
	decoder_kind decoder;
	bool strip;
} json_tokenizer;

typedef struct scratch {
	nch_words words, spare;
	nch_normalized_scratch normalized;
	nch_json_model_scratch model;
	nch_segmentation segmentation;
} scratch;

/* --- encoding --- */

static nch_status encode_word(const json_tokenizer *t, scratch *s, const nch_bert_character *word, size_t count, nch_tokens *tokens,
                              nch_error *error)
{
	s->segmentation.count = 0;
	NCH_TRY(nch_json_model_cut(&t->model, word, count, &s->model, &s->segmentation, error));
	size_t at = 0;
	for (size_t i = 0; i < s->segmentation.count; i++) {
		nch_segment segment = s->segmentation.items[i];
		size_t first = s->model.places[at], last = s->model.places[at + segment.length - 1];
		NCH_TRY(nch_tokens_add(tokens, segment.id, word[first].begin, word[last].end, error));
		at += segment.length;
	}
	return NCH_OK;
}

static nch_status encode_words(const json_tokenizer *t, scratch *s, nch_tokens *tokens, nch_error *error)
{
	for (size_t i = 0, begin = 0; i < s->words.word_count; begin = s->words.ends[i++])
		NCH_TRY(encode_word(t, s, s->words.items + begin, s->words.ends[i] - begin, tokens, error));
	return NCH_OK;
}

/* A stretch between added tokens. */
typedef struct stretch_job {
	const json_tokenizer *tokenizer;
	scratch *scratch;
	nch_tokens *tokens;
	bool first;
} stretch_job;

static nch_status encode_stretch(void *context, const nch_bert_character *items, size_t count, nch_error *error)
{
	const stretch_job *j = context;
	nch_words *words = &j->scratch->words;
	words->word_count = 0;
	words->count = count;
	words->first = j->first;
	NCH_TRY(nch_grow(&words->items, &words->capacity, count, sizeof *items, error));
	memcpy(words->items, items, count * sizeof *items);
	NCH_TRY(nch_words_end(words, error));
	NCH_TRY(nch_pipeline_cut(&j->tokenizer->pipeline, words, &j->scratch->spare, error));
	return encode_words(j->tokenizer, j->scratch, j->tokens, error);
}

static nch_status json_encode(const void *self, void *inner, const char *text, size_t length, bool first, nch_tokens *tokens,
                              nch_error *error)
{
	const json_tokenizer *t = self;
	scratch *s = inner;
	if (t->normalized != NULL) {
		stretch_job job = {t, s, tokens, first};
		return nch_normalized_tokens_split(t->normalized, &t->pipeline, text, length, first, &s->normalized, encode_stretch, &job, tokens,
		                                   error);
	}
	NCH_TRY(nch_pipeline_run(&t->pipeline, text, length, first, &s->words, &s->spare, error));
	return encode_words(t, s, tokens, error);
}

static nch_status json_find_normalized(void *self, nch_added_tokens *tokens, nch_error *error)
{
	json_tokenizer *t = self;
	t->normalized = tokens;
	return nch_normalized_tokens_prepare(tokens, &t->pipeline, error);
}

/* --- decoding --- */

/* How many bytes belong to the malformed sequence that begins at bytes[0]: as far as it could still have become a character (Unicode Standard,
 * 3.9). */
static size_t malformed_length(const unsigned char *bytes, size_t length)
{
	unsigned char lead = bytes[0], least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80, most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
	size_t tails = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3, at = 1;
	for (; at < length && at <= tails && bytes[at] >= least && bytes[at] <= most; at++) {
		least = 0x80;
		most = 0xBF;
	}
	return at;
}

/* The bytes become text. Where they are no UTF-8: of bytes that stand for characters without a piece (`fallback`) each becomes U+FFFD, of a text in
 * bytes each malformed sequence. */
static void flush_bytes(nch_buffer *bytes, bool fallback, nch_buffer *text)
{
	bool valid = bytes->length == 0 || nch_utf8_valid(bytes->data, bytes->length);
	for (size_t at = 0, step; at < bytes->length; at += step) {
		uint32_t c;
		step = nch_utf8_decode(bytes->data + at, bytes->length - at, &c);
		if (!valid && (fallback || c == NCH_UTF8_BAD)) {
			nch_buffer_utf8(text, 0xFFFD);
			step = fallback ? 1 : malformed_length((const unsigned char *)bytes->data + at, bytes->length - at);
		} else {
			nch_buffer_add(text, bytes->data + at, step);
		}
	}
	nch_buffer_clear(bytes);
}

static void decode_metaspace(const char *piece, bool first, nch_buffer *text)
{
	for (size_t at = 0, length = strlen(piece); at < length;) {
		if (strncmp(piece + at, "\xE2\x96\x81", 3) == 0) {
			if (!first)
				nch_buffer_byte(text, ' ');
			at += 3;
		} else {
			nch_buffer_byte(text, (unsigned char)piece[at++]);
		}
	}
}

/* A piece in ByteLevel's alphabet as bytes; one that holds another character is taken as it is. */
static void decode_bytes(const char *piece, nch_buffer *bytes)
{
	size_t begin = bytes->length, length = strlen(piece);
	for (size_t at = 0; at < length;) {
		uint32_t c;
		at += nch_utf8_decode(piece + at, length - at, &c);
		int byte = nch_byte_of_character(c);
		if (byte < 0) {
			bytes->length = begin;
			nch_buffer_text(bytes, piece);
			return;
		}
		nch_buffer_byte(bytes, byte);
	}
}

static int byte_of_piece(const char *piece)
{
	unsigned byte;
	char end;
	return strlen(piece) == 6 && sscanf(piece, "<0x%2X%c", &byte, &end) == 2 && end == '>' ? (int)byte : -1;
}

static nch_status json_decode(const void *self, const int32_t *ids, size_t count, nch_buffer *text, nch_error *error)
{
	const json_tokenizer *t = self;
	nch_buffer bytes = {0};
	size_t start = text->length;
	for (size_t i = 0; i < count; i++) {
		const char *piece = t->vocabulary->texts[ids[i]];
		size_t length = strlen(piece), suffix = strlen(t->model.suffix);
		if (t->model.byte_fallback && byte_of_piece(piece) >= 0) {
			nch_buffer_byte(&bytes, byte_of_piece(piece));
			continue;
		}
		if (t->decoder == DECODE_BYTES) {
			decode_bytes(piece, &bytes);
			continue;
		}
		flush_bytes(&bytes, true, text);
		if (t->decoder == DECODE_METASPACE || t->decoder == DECODE_FUSED) {
			decode_metaspace(piece, t->decoder == DECODE_METASPACE && i == 0, text);
		} else if (t->decoder == DECODE_SUFFIX && suffix > 0 && length >= suffix && strcmp(piece + length - suffix, t->model.suffix) == 0) {
			nch_buffer_add(text, piece, length - suffix);
			if (i + 1 < count)
				nch_buffer_byte(text, ' ');
		} else {
			if (t->decoder == DECODE_SPACES && text->length > start)
				nch_buffer_byte(text, ' ');
			nch_buffer_add(text, piece, length);
		}
	}
	flush_bytes(&bytes, t->decoder != DECODE_BYTES, text);
	if (t->strip && text->length > start && text->data[start] == ' ') {
		memmove(text->data + start, text->data + start + 1, text->length - start);
		text->length--;
	}
	nch_status status = nch_buffer_check(&bytes, error);
	nch_buffer_free(&bytes);
	return status;
}

/* --- scratch --- */

static nch_status json_new_scratch(const void *self, void **inner, nch_error *error)
{
	(void)self;
	*inner = nch_alloc(1, sizeof(scratch));
	return *inner != NULL ? NCH_OK : nch_no_memory(error);
}

static void json_free_scratch(void *inner)
{
	scratch *s = inner;
	if (s == NULL)
		return;
	nch_words_free(&s->words);
	nch_words_free(&s->spare);
	nch_normalized_scratch_free(&s->normalized);
	nch_json_model_scratch_free(&s->model);
	nch_segmentation_free(&s->segmentation);
	nch_free(s);
}

static void json_free(void *self)
{
	json_tokenizer *t = self;
	nch_arena_free(t->pipeline.arena);
	nch_json_model_free(&t->model);
	nch_free(t);
}

static const nch_tokenizer_class json_class = {json_encode, NULL, json_decode, json_new_scratch, json_free_scratch, json_free,
                                               json_find_normalized};

/* --- vocabularies --- */

/* {"piece": id, …}: ids may come in any order, and some may be missing. */
static nch_status read_vocabulary_object(nch_tokenizer *tokenizer, const nch_json *vocab, nch_error *error)
{
	size_t size = 0;
	for (const nch_json *item = vocab->first; item != NULL; item = item->next) {
		if (item->type != NCH_JSON_NUMBER || !(item->number >= 0 && item->number < (double)(vocab->count + MOST_GAPS)))
			return nch_fail(error, NCH_FORMAT, "the piece \"%.60s\" has no usable id", item->name);
		size = (size_t)item->number + 1 > size ? (size_t)item->number + 1 : size;
	}
	const nch_json **by_id = nch_alloc(size, sizeof(*by_id));
	if (by_id == NULL)
		return nch_no_memory(error);
	for (const nch_json *item = vocab->first; item != NULL; item = item->next)
		by_id[(size_t)item->number] = item;
	nch_status status = NCH_OK;
	for (size_t i = 0; i < size && status == NCH_OK; i++)
		status = nch_vocabulary_add(&tokenizer->vocabulary, by_id[i] != NULL ? by_id[i]->name : NULL,
		                            by_id[i] != NULL ? by_id[i]->name_length : 0, error);
	nch_free(by_id);
	return status;
}

/* [["piece", score], …] of a unigram model. */
static nch_status read_vocabulary_list(nch_tokenizer *tokenizer, const nch_json *vocab, nch_error *error)
{
	for (const nch_json *item = vocab->first; item != NULL; item = item->next) {
		if (item->type != NCH_JSON_ARRAY || item->count != 2 || item->first->type != NCH_JSON_STRING ||
		    item->first->next->type != NCH_JSON_NUMBER)
			return nch_fail(error, NCH_FORMAT, "piece %zu of the Unigram model is no text with a score", tokenizer->vocabulary.count);
		NCH_TRY(nch_vocabulary_add(&tokenizer->vocabulary, item->first->text, item->first->length, error));
		nch_vocabulary_prefer(&tokenizer->vocabulary, (int32_t)tokenizer->vocabulary.count - 1);
	}
	return NCH_OK;
}

/* --- special and added tokens --- */

static nch_status read_added(nch_tokenizer *tokenizer, const nch_json *list, nch_error *error)
{
	nch_vocabulary *vocabulary = &tokenizer->vocabulary;
	for (const nch_json *item = list != NULL ? list->first : NULL; item != NULL; item = item->next) {
		const char *text = nch_json_text(item, "content", NULL);
		double id = nch_json_number(item, "id", -1);
		if (text == NULL || !(id >= 0 && id < (double)vocabulary->count + MOST_GAPS))
			return nch_fail(error, NCH_FORMAT, "an added token has no text or no usable id");
		while (vocabulary->count < (size_t)id)
			NCH_TRY(nch_vocabulary_add(vocabulary, NULL, 0, error));
		if (vocabulary->count == (size_t)id)
			NCH_TRY(nch_vocabulary_add(vocabulary, text, strlen(text), error));
		nch_added_token token = {text, strlen(text), (int32_t)id, nch_json_bool(item, "single_word", false),
		                         nch_json_bool(item, "lstrip", false), nch_json_bool(item, "rstrip", false), nch_json_bool(item, "normalized", false)};
		if (vocabulary->texts[(size_t)id] == NULL || strcmp(vocabulary->texts[(size_t)id], text) != 0)
			return nch_fail(error, NCH_FORMAT, "the added token \"%.60s\" has the id of another piece", text);
		NCH_TRY(nch_tokenizer_add_token(tokenizer, &token, error));
	}
	return NCH_OK;
}

/* Adds the tokens that an element of a template stands for. */
static const char *add_around(const nch_json *specials, const char *name, nch_frame *frame, size_t part)
{
	const nch_json *ids = nch_json_get(nch_json_get(specials, name), "ids");
	for (const nch_json *id = ids != NULL ? ids->first : NULL; id != NULL; id = id->next) {
		if (id->type != NCH_JSON_NUMBER || !(id->number >= 0 && id->number < 1e9))
			return "a special token has no usable id";
		if (frame->counts[part] == NCH_MOST_AROUND)
			return "it has too many special tokens";
		frame->ids[part][frame->counts[part]++] = (int32_t)id->number;
	}
	return ids != NULL && ids->count > 0 ? NULL : "it names a special token that is not described";
}

/* One text's or two texts' template. Returns what is wrong with it, or NULL. */
static const char *read_template(const nch_json *list, const nch_json *specials, bool pair, nch_frame *frame)
{
	size_t part = 0, last_type = 0;
	*frame = (nch_frame){0};
	if (list == NULL || list->type != NCH_JSON_ARRAY)
		return "it is missing";
	for (const nch_json *item = list->first; item != NULL; item = item->next) {
		const nch_json *special = nch_json_get(item, "SpecialToken"), *sequence = nch_json_get(item, "Sequence");
		double type = nch_json_number(special != NULL ? special : sequence, "type_id", 0);
		const char *name = nch_json_text(special != NULL ? special : sequence, "id", "");
		if (!(type == 0 || type == 1) || (size_t)type < last_type)
			return "its types are not 0 and then 1";
		last_type = (size_t)type;
		if (special != NULL) {
			const char *fault = add_around(specials, name, frame, part);
			if (fault != NULL)
				return fault;
			continue;
		}
		if (part == 2 || strcmp(name, part == 0 ? "A" : "B") != 0 || (part == 0 && type != 0))
			return "its texts are not A and then B, the first of type 0";
		frame->second_zero = part == 1 && type == 0;
		part++;
	}
	/* the types of the special tokens, now that they are known to ascend */
	for (const nch_json *item = list->first; item != NULL; item = item->next) {
		const nch_json *special = nch_json_get(item, "SpecialToken");
		if (special != NULL && nch_json_number(special, "type_id", 0) == 0)
			frame->zeros += nch_json_get(nch_json_get(specials, nch_json_text(special, "id", "")), "ids")->count;
	}
	return part == (pair ? 2u : 1u) ? NULL : "it does not have each text once";
}

/* ["[CLS]", 2] */
static int32_t processing_id(const nch_json *pair)
{
	bool usable = pair != NULL && pair->type == NCH_JSON_ARRAY && pair->count == 2 && pair->first->next->type == NCH_JSON_NUMBER;
	double id = usable ? pair->first->next->number : -1;
	return id >= 0 && id < 1e9 ? (int32_t)id : -1;
}

static nch_status set_templates(nch_tokenizer *t, const nch_frame *single, const nch_frame *pair, nch_error *error)
{
	if (t->has_templates)
		return nch_fail(error, NCH_FORMAT, "tokenizer.json has two post-processors that put tokens around a text");
	t->templates[0] = *single;
	t->templates[1] = *pair;
	t->has_templates = true;
	return NCH_OK;
}

/* The tokens around a text. */
static nch_status read_post_processor(nch_tokenizer *t, const nch_json *json, int depth, nch_error *error)
{
	const char *type = nch_json_text(json, "type", "");
	nch_frame single, pair;
	if (json == NULL || json->type == NCH_JSON_NULL || strcmp(type, "ByteLevel") == 0)
		return NCH_OK; /* ByteLevel changes places only */
	if (strcmp(type, "Sequence") == 0 && depth < 8) {
		const nch_json *list = nch_json_get(json, "processors");
		for (const nch_json *item = list != NULL ? list->first : NULL; item != NULL; item = item->next)
			NCH_TRY(read_post_processor(t, item, depth + 1, error));
		return NCH_OK;
	}
	if (strcmp(type, "TemplateProcessing") == 0) {
		const nch_json *specials = nch_json_get(json, "special_tokens");
		t->template_fault[0] = read_template(nch_json_get(json, "single"), specials, false, &single);
		t->template_fault[1] = read_template(nch_json_get(json, "pair"), specials, true, &pair);
		return set_templates(t, &single, &pair, error);
	}
	bool bert = strcmp(type, "BertProcessing") == 0;
	if (!bert && strcmp(type, "RobertaProcessing") != 0)
		return nch_fail(error, NCH_FORMAT, "the post-processor \"%.60s\" of tokenizer.json is not supported", type);
	int32_t cls = processing_id(nch_json_get(json, "cls")), sep = processing_id(nch_json_get(json, "sep"));
	if (cls < 0 || sep < 0)
		return nch_fail(error, NCH_FORMAT, "the %s of tokenizer.json has no usable \"cls\" or \"sep\"", type);
	single = (nch_frame){.ids = {{cls}, {sep}}, .counts = {1, 1, 0}, .zeros = 2};
	pair = (nch_frame){.ids = {{cls}, {sep}, {sep}}, .counts = {1, 1, 1}, .zeros = 2};
	if (!bert) /* <s> A </s> </s> B </s>, all of type 0 */
		pair = (nch_frame){.ids = {{cls}, {sep, sep}, {sep}}, .counts = {1, 2, 1}, .zeros = 4, .second_zero = true};
	return set_templates(t, &single, &pair, error);
}

/* The ids of the templates are pieces, and where they tell which the special tokens are, they are believed. */
static nch_status check_templates(nch_tokenizer *t, nch_error *error)
{
	for (int pair = 0; pair < 2; pair++)
		for (size_t part = 0; t->has_templates && part < 3; part++)
			for (size_t i = 0; i < t->templates[pair].counts[part]; i++)
				if (nch_tokenizer_piece(t, t->templates[pair].ids[part][i]) == NULL)
					return nch_fail(error, NCH_FORMAT, "the post-processor of tokenizer.json puts the id %d around a text, which is no token",
					                (int)t->templates[pair].ids[part][i]);
	if (t->has_templates && t->templates[0].counts[0] > 0 && t->templates[0].counts[1] > 0) {
		t->specials.cls = t->templates[0].ids[0][0];
		t->specials.sep = t->templates[0].ids[1][0];
	}
	return NCH_OK;
}

static decoder_kind read_decoder(const nch_json *json, bool *strip)
{
	const char *type = nch_json_text(json, "type", "");
	if (strcmp(type, "Sequence") == 0) {
		const nch_json *list = nch_json_get(json, "decoders");
		for (const nch_json *item = list != NULL ? list->first : NULL; item != NULL; item = item->next) {
			if (strcmp(nch_json_text(item, "type", ""), "ByteLevel") == 0)
				return DECODE_BYTES;
			*strip |= strcmp(nch_json_text(item, "type", ""), "Strip") == 0 && nch_json_number(item, "start", 0) > 0;
		}
		return DECODE_FUSED; /* Replace ▁ by a space, ByteFallback, Fuse, Strip */
	}
	if (strcmp(type, "Metaspace") == 0)
		return DECODE_METASPACE;
	if (strcmp(type, "ByteLevel") == 0)
		return DECODE_BYTES;
	return strcmp(type, "BPEDecoder") == 0 ? DECODE_SUFFIX : DECODE_SPACES;
}

/* --- loading --- */

static bool has_type(const nch_json *json, const char *type)
{
	return strcmp(nch_json_text(json, "type", ""), type) == 0;
}

/* WordPiece with BERT's words has code of its own. */
static nch_status load_wordpiece(nch_tokenizer *tokenizer, const nch_json *root, nch_error *error)
{
	const nch_json *model = nch_json_get(root, "model"), *normalizer = nch_json_get(root, "normalizer");
	double longest = nch_json_number(model, "max_input_chars_per_word", 100);
	nch_bert_options options = {.prefix = nch_json_text(model, "continuing_subword_prefix", "##"), .pieces = tokenizer->vocabulary.count};
	bool plain = normalizer == NULL || normalizer->type == NCH_JSON_NULL;
	if (!plain && !has_type(normalizer, "BertNormalizer"))
		return nch_fail(error, NCH_FORMAT, "WordPiece with the normalizer \"%.60s\" is not supported", nch_json_text(normalizer, "type", ""));
	if (!has_type(nch_json_get(root, "pre_tokenizer"), "BertPreTokenizer"))
		return nch_fail(error, NCH_FORMAT, "WordPiece with another pre-tokenizer than BertPreTokenizer is not supported");
	if (!(longest >= 0 && longest <= 1e6))
		return nch_fail(error, NCH_FORMAT, "max_input_chars_per_word is out of range");
	options.longest_word = (size_t)longest;
	options.clean = !plain && nch_json_bool(normalizer, "clean_text", true);
	options.split_cjk = !plain && nch_json_bool(normalizer, "handle_chinese_chars", true);
	options.lower_case = !plain && nch_json_bool(normalizer, "lowercase", true);
	options.strip_accents = !plain && nch_json_bool(normalizer, "strip_accents", options.lower_case);
	const char *unk = nch_json_text(model, "unk_token", "[UNK]");
	tokenizer->specials.unk = nch_tokenizer_find(tokenizer, unk);
	return nch_bert_make(tokenizer, &options, error);
}

static nch_status load_pipeline(nch_tokenizer *tokenizer, const nch_json *root, const char *type, nch_error *error)
{
	json_tokenizer *t = nch_alloc(1, sizeof *t);
	if (t == NULL)
		return nch_no_memory(error);
	tokenizer->class = &json_class;
	tokenizer->self = t;
	tokenizer->kind = strcmp(type, "Unigram") == 0 ? "unigram (tokenizer.json)" : "bpe (tokenizer.json)";
	t->vocabulary = &tokenizer->vocabulary;
	t->decoder = read_decoder(nch_json_get(root, "decoder"), &t->strip);
	NCH_TRY(nch_pipeline_add_normalizer(&t->pipeline, nch_json_get(root, "normalizer"), error));
	NCH_TRY(nch_pipeline_add_pre_tokenizer(&t->pipeline, nch_json_get(root, "pre_tokenizer"), error));
	NCH_TRY(nch_json_model_init(&t->model, nch_json_get(root, "model"), t->vocabulary, error));
	tokenizer->specials.unk = t->model.unk;
	return NCH_OK;
}

static nch_status load_root(nch_tokenizer *tokenizer, const nch_json *root, nch_error *error)
{
	const nch_json *model = nch_json_get(root, "model"), *vocab = nch_json_get(model, "vocab");
	if (vocab == NULL)
		return nch_fail(error, NCH_FORMAT, "not a tokenizer.json: it has no model with a vocabulary");
	const char *type = nch_json_text(model, "type", vocab->type == NCH_JSON_ARRAY ? "Unigram" : nch_json_get(model, "merges") ? "BPE" : "WordPiece");
	if (vocab->type != (strcmp(type, "Unigram") == 0 ? NCH_JSON_ARRAY : NCH_JSON_OBJECT))
		return nch_fail(error, NCH_FORMAT, "the vocabulary of tokenizer.json is not of the kind that its model needs");
	NCH_TRY(vocab->type == NCH_JSON_ARRAY ? read_vocabulary_list(tokenizer, vocab, error) : read_vocabulary_object(tokenizer, vocab, error));
	if (strcmp(type, "WordPiece") == 0)
		NCH_TRY(load_wordpiece(tokenizer, root, error));
	else if (strcmp(type, "Unigram") == 0 || strcmp(type, "BPE") == 0)
		NCH_TRY(load_pipeline(tokenizer, root, type, error));
	else
		return nch_fail(error, NCH_FORMAT, "the model type \"%.60s\" of tokenizer.json is not supported", type);
	NCH_TRY(read_added(tokenizer, nch_json_get(root, "added_tokens"), error));
	NCH_TRY(read_post_processor(tokenizer, nch_json_get(root, "post_processor"), 0, error));
	NCH_TRY(check_templates(tokenizer, error));
	nch_default_specials(tokenizer);
	return NCH_OK;
}

nch_status nch_tokenizer_json_load(nch_tokenizer *tokenizer, const char *data, size_t size, nch_error *error)
{
	nch_arena *arena = nch_arena_new(0);
	nch_json *root;
	if (arena == NULL)
		return nch_no_memory(error);
	nch_status status = nch_json_parse(data, size, "tokenizer.json", arena, &root, error);
	if (status == NCH_OK)
		status = load_root(tokenizer, root, error);
	nch_arena_free(arena);
	return status;
}

/* --- beside other files --- */

static const nch_added_token *find_added(const nch_added_tokens *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].text, text) == 0)
			return &list->items[i];
	return NULL;
}

/* A token that people added; special ones are known by other files, too. */
static bool is_new_token(const nch_tokenizer *t, const nch_json *item)
{
	const char *text = nch_json_text(item, "content", NULL);
	bool normalized = nch_json_bool(item, "normalized", false);
	if (text == NULL || nch_json_bool(item, "special", false))
		return false;
	const nch_added_token *known = find_added(normalized ? &t->normalized : &t->added, text);
	return known == NULL || known->single_word != nch_json_bool(item, "single_word", false) || known->lstrip != nch_json_bool(item, "lstrip", false) ||
	       known->rstrip != nch_json_bool(item, "rstrip", false);
}

/* The piece with this id is another one in the tokenizer, or there is none. */
static bool is_other(const nch_tokenizer *t, const char *text, double id)
{
	return text == NULL || !(id >= 0 && id < (double)t->vocabulary.count) || t->vocabulary.texts[(size_t)id] == NULL ||
	       strcmp(t->vocabulary.texts[(size_t)id], text) != 0;
}

nch_status nch_tokenizer_json_says_more(const nch_tokenizer *t, const char *data, size_t size, bool *more, nch_error *error)
{
	nch_arena *arena = nch_arena_new(0);
	nch_json *root;
	double ids = 0, index = 0;
	*more = false;
	if (arena == NULL)
		return nch_no_memory(error);
	nch_status status = nch_json_parse(data, size, "tokenizer.json", arena, &root, error);
	const nch_json *vocab = status == NCH_OK ? nch_json_get(nch_json_get(root, "model"), "vocab") : NULL;
	const nch_json *added = status == NCH_OK ? nch_json_get(root, "added_tokens") : NULL;
	bool list = vocab != NULL && vocab->type == NCH_JSON_ARRAY, other = false;
	for (const nch_json *item = vocab != NULL ? vocab->first : NULL; item != NULL; item = item->next, index++) {
		bool pair = item->type == NCH_JSON_ARRAY && item->first != NULL && item->first->type == NCH_JSON_STRING; /* a piece and its score */
		const char *text = !list ? item->name : pair ? item->first->text : NULL;
		double id = list ? index : item->type == NCH_JSON_NUMBER ? item->number : -1;
		ids = id + 1 > ids ? id + 1 : ids;
		other |= is_other(t, text, id);
	}
	for (const nch_json *item = added != NULL ? added->first : NULL; item != NULL; item = item->next) {
		double id = nch_json_number(item, "id", -1);
		ids = id + 1 > ids ? id + 1 : ids;
		other |= is_new_token(t, item) || is_other(t, nch_json_text(item, "content", NULL), id);
	}
	*more = vocab != NULL && (ids > (double)t->vocabulary.count || (ids == (double)t->vocabulary.count && other));
	nch_arena_free(arena);
	return status;
}
