/* bert_tokenizer.c - a tokenizer that is a WordPiece vocabulary with BERT's rules for words. */
#include "tokenizer/wordpiece/bert_tokenizer.h"

#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/pipeline/normalized_tokens.h"
#include "tokenizer/unicode/bert_text.h"
#include "tokenizer/wordpiece/wordpiece.h"

typedef struct bert {
	nch_bert_text text;
	nch_wordpiece wordpiece;
	const nch_vocabulary *vocabulary;
	char prefix[32];
	const nch_added_tokens *normalized; /* NULL: there are none */
	nch_pipeline normalizers;           /* for these: what `text` does to characters, without cutting */
} bert;

typedef struct scratch {
	nch_bert_word word;
	uint32_t *codes;              /* [longest_word] */
	nch_wordpiece_match *matches; /* [longest_word] */
	nch_normalized_scratch normalized;
	nch_buffer stretch;           /* of a normalized text, as UTF-8 */
} scratch;

/* --- encoding --- */

typedef struct job {
	const bert *tokenizer;
	scratch *scratch;
	nch_tokens *tokens;
	nch_buffer *out; /* explain only */
	nch_error *error;
} job;

static nch_status add_word(void *context, const nch_bert_character *characters, size_t count)
{
	job *j = context;
	const nch_wordpiece *wordpiece = &j->tokenizer->wordpiece;
	size_t pieces = 0;
	if (count <= wordpiece->longest_word) {
		for (size_t i = 0; i < count; i++)
			j->scratch->codes[i] = nch_trie_code(&wordpiece->trie, characters[i].code_point);
		pieces = nch_wordpiece_cut(wordpiece, j->scratch->codes, count, j->scratch->matches);
	}
	if (pieces == 0)
		return nch_tokens_add(j->tokens, wordpiece->unk, characters[0].begin, characters[count - 1].end, j->error);
	for (size_t i = 0; i < pieces; i++) {
		const nch_wordpiece_match *m = &j->scratch->matches[i];
		NCH_TRY(nch_tokens_add(j->tokens, m->id, characters[m->begin].begin, characters[m->end - 1].end, j->error));
	}
	return NCH_OK;
}

/* A stretch of a normalized text. The rules are applied once more, and change nothing. */
static nch_status encode_stretch(void *context, const nch_bert_character *items, size_t count, nch_error *error)
{
	const job *j = context;
	nch_buffer *text = &j->scratch->stretch;
	size_t first = j->tokens->count, at = 0, character = 0;
	nch_buffer_clear(text);
	for (size_t i = 0; i < count; i++)
		nch_buffer_utf8(text, items[i].code_point);
	NCH_TRY(nch_buffer_check(text, error));
	NCH_TRY(nch_bert_words(&j->tokenizer->text, text->data, text->length, &j->scratch->word, add_word, context, error));
	for (size_t i = first; i < j->tokens->count; i++) { /* from places in the stretch to places in the text */
		nch_token *t = &j->tokens->items[i];
		uint32_t c;
		for (; at < t->begin; character++)
			at += nch_utf8_decode(text->data + at, text->length - at, &c);
		size_t end = at, last = character;
		for (; end < t->end; last++)
			end += nch_utf8_decode(text->data + end, text->length - end, &c);
		*t = (nch_token){t->id, items[character].begin, items[last > character ? last - 1 : character].end};
	}
	return NCH_OK;
}

static nch_status bert_encode(const void *self, void *inner, const char *text, size_t length, bool first, nch_tokens *tokens,
                              nch_error *error)
{
	const bert *b = self;
	scratch *s = inner;
	job j = {b, s, tokens, NULL, error};
	if (b->normalized != NULL)
		return nch_normalized_tokens_split(b->normalized, &b->normalizers, text, length, first, &s->normalized, encode_stretch, &j, tokens,
		                                   error);
	return nch_bert_words(&b->text, text, length, &s->word, add_word, &j, error);
}

static nch_status bert_find_normalized(void *self, nch_added_tokens *tokens, nch_error *error)
{
	bert *b = self;
	b->normalized = tokens;
	NCH_TRY(nch_pipeline_add_bert(&b->normalizers, b->text.clean, b->text.split_cjk, b->text.strip_accents, b->text.lower_case, error));
	return nch_normalized_tokens_prepare(tokens, &b->normalizers, error);
}

static nch_status put_word(void *context, const nch_bert_character *characters, size_t count)
{
	job *j = context;
	size_t first = j->tokens->count;
	nch_buffer *out = j->out;
	nch_buffer_text(out, "  ");
	for (size_t i = 0; i < count; i++)
		nch_buffer_utf8(out, characters[i].code_point);
	nch_buffer_text(out, "  =");
	NCH_TRY(add_word(context, characters, count));
	for (size_t i = first; i < j->tokens->count; i++)
		nch_buffer_printf(out, " %s", j->tokenizer->vocabulary->texts[j->tokens->items[i].id]);
	nch_buffer_byte(out, '\n');
	return NCH_OK;
}

static nch_status bert_explain(const void *self, void *inner, const char *text, size_t length, nch_buffer *out, nch_error *error)
{
	const bert *b = self;
	scratch *s = inner;
	nch_tokens tokens = {0};
	job j = {b, s, &tokens, out, error};
	nch_buffer_text(out, "words\n");
	nch_status status = nch_bert_words(&b->text, text, length, &s->word, put_word, &j, error);
	nch_tokens_free(&tokens);
	return status;
}

/* --- decoding --- */

static void replace(nch_buffer *text, size_t begin, const char *from, const char *to)
{
	size_t from_length = strlen(from), to_length = strlen(to), out = begin;
	if (text->data == NULL)
		return;
	for (size_t at = begin; at < text->length;) { /* `to` is never longer than `from` */
		if (text->length - at >= from_length && memcmp(text->data + at, from, from_length) == 0) {
			memcpy(text->data + out, to, to_length);
			out += to_length;
			at += from_length;
		} else {
			text->data[out++] = text->data[at++];
		}
	}
	text->length = out;
	text->data[out] = 0;
}

/* Pieces with blanks between words, and English punctuation put where it belongs, as Hugging Face's decoder does. */
static nch_status bert_decode(const void *self, const int32_t *ids, size_t count, nch_buffer *text, nch_error *error)
{
	static const char *const clean_up[][2] = {{" .", "."},   {" ?", "?"},   {" !", "!"},         {" ,", ","},   {" ' ", "'"},  {" n't", "n't"},
	                                          {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
	const bert *b = self;
	size_t prefix = strlen(b->prefix);
	nch_buffer token = {0};
	for (size_t i = 0; i < count; i++) {
		const char *piece = b->vocabulary->texts[ids[i]];
		nch_buffer_clear(&token);
		if (i > 0 && strncmp(piece, b->prefix, prefix) == 0)
			piece += prefix;
		else if (i > 0)
			nch_buffer_byte(&token, ' ');
		nch_buffer_text(&token, piece);
		for (size_t k = 0; k < sizeof clean_up / sizeof *clean_up; k++)
			replace(&token, 0, clean_up[k][0], clean_up[k][1]);
		nch_buffer_add(text, token.data, token.length);
	}
	nch_status status = nch_buffer_check(&token, error);
	nch_buffer_free(&token);
	return status;
}

/* --- scratch and loading --- */

static void bert_free_scratch(void *inner)
{
	scratch *s = inner;
	if (s == NULL)
		return;
	nch_bert_word_free(&s->word);
	nch_normalized_scratch_free(&s->normalized);
	nch_buffer_free(&s->stretch);
	nch_free(s->codes);
	nch_free(s->matches);
	nch_free(s);
}

static nch_status bert_new_scratch(const void *self, void **inner, nch_error *error)
{
	const bert *b = self;
	scratch *s = nch_alloc(1, sizeof *s);
	if (s == NULL)
		return nch_no_memory(error);
	s->codes = nch_alloc(b->wordpiece.longest_word + 1, sizeof *s->codes);
	s->matches = nch_alloc(b->wordpiece.longest_word + 1, sizeof *s->matches);
	if (s->codes == NULL || s->matches == NULL) {
		bert_free_scratch(s);
		return nch_no_memory(error);
	}
	*inner = s;
	return NCH_OK;
}

static void bert_free(void *self)
{
	bert *b = self;
	nch_wordpiece_free(&b->wordpiece);
	nch_arena_free(b->normalizers.arena);
	nch_free(b);
}

static const nch_tokenizer_class bert_class = {bert_encode, bert_explain, bert_decode, bert_new_scratch, bert_free_scratch, bert_free,
                                               bert_find_normalized};

nch_status nch_bert_make(nch_tokenizer *tokenizer, const nch_bert_options *options, nch_error *error)
{
	bert *b = nch_alloc(1, sizeof *b);
	if (b == NULL)
		return nch_no_memory(error);
	tokenizer->class = &bert_class;
	tokenizer->self = b;
	tokenizer->kind = "wordpiece";
	b->vocabulary = &tokenizer->vocabulary;
	b->text = (nch_bert_text){.clean = options->clean,
	                          .split_cjk = options->split_cjk,
	                          .lower_case = options->lower_case,
	                          .strip_accents = options->strip_accents};
	if (strlen(options->prefix) >= sizeof b->prefix)
		return nch_fail(error, NCH_FORMAT, "the prefix of pieces inside a word has %zu bytes; 31 are supported", strlen(options->prefix));
	memcpy(b->prefix, options->prefix, strlen(options->prefix) + 1);
	if (tokenizer->specials.unk < 0)
		return nch_fail(error, NCH_FORMAT, "the WordPiece vocabulary has no [UNK]");
	if (options->longest_word > 1000000)
		return nch_fail(error, NCH_FORMAT, "words of up to %zu characters are too long for WordPiece", options->longest_word);
	NCH_TRY(nch_bert_text_init(&b->text, error));
	return nch_wordpiece_init(&b->wordpiece, &tokenizer->vocabulary, options->pieces, b->prefix, options->longest_word, tokenizer->specials.unk,
	                          error);
}

void nch_bert_describe(const nch_tokenizer *tokenizer, nch_buffer *out)
{
	const bert *b = tokenizer->self;
	nch_buffer_printf(out, ",\n  \"do_lower_case\": %s,\n  \"strip_accents\": %s,\n  \"tokenize_chinese_chars\": %s",
	                  b->text.lower_case ? "true" : "false", b->text.strip_accents ? "true" : "false", b->text.split_cjk ? "true" : "false");
}

/* --- vocab.txt --- */

nch_status nch_bert_read_vocabulary(nch_tokenizer *tokenizer, const char *data, size_t size, nch_error *error)
{
	size_t at = 0;
	if (size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)
		at = 3;
	while (at < size) {
		const char *line = data + at, *newline = memchr(line, '\n', size - at);
		size_t length = newline != NULL ? (size_t)(newline - line) : size - at;
		at += length + 1;
		length -= length > 0 && line[length - 1] == '\r';
		if (memchr(line, 0, length) != NULL || !nch_utf8_valid(line, length))
			return nch_fail(error, NCH_FORMAT, "line %zu of the vocabulary is no UTF-8 text", tokenizer->vocabulary.count + 1);
		NCH_TRY(nch_vocabulary_add(&tokenizer->vocabulary, line, length, error));
		nch_vocabulary_prefer(&tokenizer->vocabulary, (int32_t)tokenizer->vocabulary.count - 1); /* a piece given twice has its last id */
	}
	return NCH_OK;
}

/* Whether the vocabulary holds no capital: it was made of small letters. */
bool nch_bert_is_lower_case(const nch_vocabulary *vocabulary)
{
	for (char c = 'A'; c <= 'Z'; c++)
		if (nch_vocabulary_find(vocabulary, &c, 1) >= 0)
			return false;
	return nch_vocabulary_find(vocabulary, "a", 1) >= 0;
}

/* Whether it holds Hangul as syllables and not as conjoining jamo: then text must not be taken apart. */
bool nch_bert_has_syllables(const nch_vocabulary *vocabulary)
{
	return nch_vocabulary_find(vocabulary, "이", 3) >= 0 && nch_vocabulary_find(vocabulary, "\xE1\x84\x8B", 3) < 0 &&
	       nch_vocabulary_find(vocabulary, "##\xE1\x85\xB5", 5) < 0;
}
