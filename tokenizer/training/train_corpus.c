/* train_corpus.c - see train_corpus.h. */
#include "tokenizer/training/train_corpus.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/vocabulary/vocabulary.h"

#define NONE UINT32_MAX
#define BLOCK_LINES 16384 /* read before they are counted */
#define TASK_LINES 256

/* --- counting --- */

static size_t find_slot(const nch_word_counts *c, const char *text, size_t length)
{
	size_t slot = (size_t)nch_hash_bytes(text, length) & (c->slot_count - 1);
	for (; c->slots[slot] != NONE; slot = (slot + 1) & (c->slot_count - 1)) {
		const nch_counted_word *word = &c->items[c->slots[slot]];
		if (word->length == length && memcmp(word->text, text, length) == 0)
			break;
	}
	return slot;
}

static nch_status grow_slots(nch_word_counts *c, nch_error *error)
{
	size_t slot_count = c->slot_count == 0 ? 1 << 12 : c->slot_count * 2;
	uint32_t *slots = nch_alloc(slot_count, sizeof *slots);
	if (slots == NULL)
		return nch_no_memory(error);
	nch_free(c->slots);
	memset(slots, 0xFF, slot_count * sizeof *slots);
	c->slots = slots;
	c->slot_count = slot_count;
	for (size_t i = 0; i < c->count; i++)
		slots[find_slot(c, c->items[i].text, c->items[i].length)] = (uint32_t)i;
	return NCH_OK;
}

nch_status nch_word_counts_add(nch_word_counts *c, const char *text, size_t length, int64_t count, nch_error *error)
{
	if (c->arena == NULL && (c->arena = nch_arena_new(0)) == NULL)
		return nch_no_memory(error);
	if (c->count * 2 >= c->slot_count)
		NCH_TRY(grow_slots(c, error));
	size_t slot = find_slot(c, text, length);
	if (c->slots[slot] != NONE) {
		c->items[c->slots[slot]].count += count;
		return NCH_OK;
	}
	if (c->count >= NONE - 1 || length > INT32_MAX)
		return nch_fail(error, NCH_DATA, "a text with over 2^32 distinct words cannot be trained on");
	NCH_TRY(nch_grow(&c->items, &c->capacity, c->count + 1, sizeof *c->items, error));
	const char *copy = nch_arena_text(c->arena, text, length);
	if (copy == NULL)
		return nch_no_memory(error);
	c->items[c->count] = (nch_counted_word){copy, (uint32_t)length, count};
	c->slots[slot] = (uint32_t)c->count++;
	return NCH_OK;
}

void nch_word_counts_free(nch_word_counts *c)
{
	nch_arena_free(c->arena);
	nch_free(c->items);
	nch_free(c->slots);
	*c = (nch_word_counts){0};
}

static int compare_words(const void *left, const void *right)
{
	const nch_counted_word *a = left, *b = right;
	uint32_t shorter = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->text, b->text, shorter);
	return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* --- lines to words, on all threads --- */

/* A block of lines, and what each thread counts and meets. */
typedef struct block {
	nch_buffer bytes;
	size_t ends[BLOCK_LINES]; /* of each line in `bytes` */
	size_t count;
	nch_corpus_cut *cut;
	void *const *states;
	nch_word_counts *counts; /* [threads] */
	nch_error *errors;       /* [threads] */
} block;

static void count_lines(void *context, size_t index, size_t thread)
{
	block *b = context;
	size_t end = (index + 1) * TASK_LINES < b->count ? (index + 1) * TASK_LINES : b->count;
	for (size_t i = index * TASK_LINES; i < end && b->errors[thread].status == NCH_OK; i++) {
		size_t begin = i > 0 ? b->ends[i - 1] : 0;
		nch_error error;
		if (b->cut(b->states[thread], b->bytes.data + begin, b->ends[i] - begin, &b->counts[thread], &error) != NCH_OK)
			b->errors[thread] = error;
	}
}

/* Reads lines until the block is full or the text ends. */
static nch_status fill_block(block *b, size_t max_line, nch_training_lines *lines, void *context, bool *more, nch_error *error)
{
	nch_buffer_clear(&b->bytes);
	b->count = 0;
	while (*more && b->count < BLOCK_LINES) {
		const char *line = NULL;
		size_t length = 0;
		NCH_TRY(lines(context, &line, &length, error));
		*more = line != NULL;
		if (line == NULL || length == 0 || length > max_line)
			continue;
		nch_buffer_add(&b->bytes, line, length);
		b->ends[b->count++] = b->bytes.length;
	}
	return nch_buffer_check(&b->bytes, error);
}

static nch_status merge_counts(nch_word_counts *all, size_t threads, nch_error *error)
{
	for (size_t t = 1; t < threads; t++) {
		for (size_t i = 0; i < all[t].count; i++)
			NCH_TRY(nch_word_counts_add(&all[0], all[t].items[i].text, all[t].items[i].length, all[t].items[i].count, error));
		nch_word_counts_free(&all[t]);
	}
	/* the slots are of no use after sorting */
	if (all[0].count > 1)
		qsort(all[0].items, all[0].count, sizeof *all[0].items, compare_words);
	nch_free(all[0].slots);
	all[0].slots = NULL;
	all[0].slot_count = 0;
	return NCH_OK;
}

nch_status nch_corpus_count(const nch_tokenizer_training *training, nch_training_lines *lines, void *lines_context,
                            nch_corpus_cut *cut, void *const *states, nch_word_counts *counts, nch_error *error)
{
	size_t threads = nch_pool_threads(training->pool);
	block *b = nch_alloc(1, sizeof *b);
	nch_status status = b != NULL ? NCH_OK : nch_no_memory(error);
	bool more = true;
	if (b != NULL) {
		b->cut = cut;
		b->states = states;
		b->counts = nch_alloc(threads, sizeof *b->counts);
		b->errors = nch_alloc(threads, sizeof *b->errors);
		if (b->counts == NULL || b->errors == NULL)
			status = nch_no_memory(error);
	}
	while (status == NCH_OK && more) {
		status = fill_block(b, training->max_line, lines, lines_context, &more, error);
		if (status == NCH_OK)
			nch_pool_run(training->pool, (b->count + TASK_LINES - 1) / TASK_LINES, count_lines, b);
		for (size_t t = 0; t < threads && status == NCH_OK; t++)
			if (b->errors[t].status != NCH_OK) {
				status = b->errors[t].status;
				if (error != NULL)
					*error = b->errors[t];
			}
	}
	if (status == NCH_OK) {
		status = merge_counts(b->counts, threads, error);
		*counts = b->counts[0];
		b->counts[0] = (nch_word_counts){0};
	}
	if (b != NULL) {
		for (size_t t = 0; b->counts != NULL && t < threads; t++)
			nch_word_counts_free(&b->counts[t]);
		nch_free(b->counts);
		nch_free(b->errors);
		nch_buffer_free(&b->bytes);
		nch_free(b);
	}
	return status;
}

/* --- words to codes --- */

typedef struct counted_character {
	uint32_t code_point;
	int64_t count;
} counted_character;

static int compare_characters(const void *left, const void *right)
{
	const counted_character *a = left, *b = right;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return (a->code_point > b->code_point) - (a->code_point < b->code_point);
}

/* Counts the characters; *list gets those that occur, the most frequent first. */
static nch_status count_characters(const nch_word_counts *counts, counted_character **list, size_t *list_count, int64_t *total,
                                   nch_error *error)
{
	int64_t *table = nch_alloc(0x110000, sizeof *table);
	if (table == NULL)
		return nch_no_memory(error);
	*total = 0;
	*list_count = 0;
	for (size_t i = 0; i < counts->count; i++) {
		const nch_counted_word *word = &counts->items[i];
		for (size_t at = 0; at < word->length;) {
			uint32_t c;
			at += nch_utf8_decode(word->text + at, word->length - at, &c);
			if (c == NCH_UTF8_BAD || c == 0)
				continue;
			*list_count += table[c] == 0;
			table[c] += word->count;
			*total += word->count;
		}
	}
	*list = nch_alloc(*list_count, sizeof **list);
	if (*list != NULL) {
		size_t n = 0;
		for (uint32_t c = 0; c < 0x110000; c++)
			if (table[c] > 0)
				(*list)[n++] = (counted_character){c, table[c]};
		qsort(*list, *list_count, sizeof **list, compare_characters);
	}
	nch_free(table);
	return *list != NULL ? NCH_OK : nch_no_memory(error);
}

static void give_code(nch_corpus *corpus, uint32_t *code_of, uint32_t code_point, int64_t count)
{
	corpus->characters[corpus->codes] = code_point;
	corpus->character_counts[corpus->codes] = count;
	code_of[code_point] = corpus->codes++;
}

/* Gives codes to the required characters that have none yet, in their order. */
static void require_characters(nch_required_characters required, const counted_character *list, size_t count, nch_corpus *corpus, uint32_t *code_of)
{
	for (size_t at = 0; at < required.length;) {
		uint32_t c;
		at += nch_utf8_decode(required.text + at, required.length - at, &c);
		if (c == NCH_UTF8_BAD || c == 0 || code_of[c] != 0)
			continue;
		size_t i = 0;
		while (i < count && list[i].code_point != c)
			i++;
		give_code(corpus, code_of, c, i < count ? list[i].count : 0);
	}
}

static nch_status choose_characters(const nch_word_counts *counts, double coverage, nch_required_characters required, nch_corpus *corpus,
                                    uint32_t *code_of, nch_error *error)
{
	counted_character *list = NULL;
	size_t count = 0;
	int64_t total = 0, covered = 0;
	NCH_TRY(count_characters(counts, &list, &count, &total, error));
	corpus->characters = nch_alloc(count + required.length + 1, sizeof *corpus->characters);
	corpus->character_counts = nch_alloc(count + required.length + 1, sizeof *corpus->character_counts);
	corpus->codes = 1;
	if (corpus->characters == NULL || corpus->character_counts == NULL) {
		nch_free(list);
		return nch_no_memory(error);
	}
	/* in float, since the borderline character should be the one that SentencePiece takes */
	for (size_t i = 0; i < count && (float)((double)covered / (double)total) < (float)coverage; i++) {
		covered += list[i].count;
		give_code(corpus, code_of, list[i].code_point, list[i].count);
	}
	require_characters(required, list, count, corpus, code_of);
	nch_free(list);
	return NCH_OK;
}

static nch_status write_words(const nch_word_counts *counts, const uint32_t *code_of, nch_corpus *corpus, nch_error *error)
{
	size_t room = 0;
	for (size_t i = 0; i < counts->count; i++)
		room += (size_t)counts->items[i].length + 1;
	if (room > INT32_MAX)
		return nch_fail(error, NCH_DATA, "over 2 GB of distinct words: train on a part of the text");
	corpus->text = nch_alloc(room, sizeof *corpus->text);
	corpus->words = nch_alloc(counts->count, sizeof *corpus->words);
	if (corpus->text == NULL || corpus->words == NULL)
		return nch_no_memory(error);
	corpus->word_count = counts->count;
	for (size_t i = 0; i < counts->count; i++) {
		const nch_counted_word *word = &counts->items[i];
		size_t begin = corpus->text_length;
		for (size_t at = 0; at < word->length;) {
			uint32_t c;
			at += nch_utf8_decode(word->text + at, word->length - at, &c);
			corpus->text[corpus->text_length++] = c == NCH_UTF8_BAD ? 0 : code_of[c];
		}
		corpus->words[i] = (nch_corpus_word){(uint32_t)begin, (uint32_t)(corpus->text_length - begin), word->count};
		corpus->text[corpus->text_length++] = 0;
	}
	return NCH_OK;
}

nch_status nch_corpus_encode(const nch_word_counts *counts, double coverage, nch_required_characters required, nch_corpus *corpus,
                             nch_error *error)
{
	*corpus = (nch_corpus){0};
	uint32_t *code_of = nch_alloc(0x110000, sizeof *code_of);
	if (code_of == NULL)
		return nch_no_memory(error);
	nch_status status = choose_characters(counts, coverage, required, corpus, code_of, error);
	if (status == NCH_OK)
		status = write_words(counts, code_of, corpus, error);
	nch_free(code_of);
	if (status != NCH_OK)
		nch_corpus_free(corpus);
	return status;
}

void nch_corpus_free(nch_corpus *corpus)
{
	nch_free(corpus->text);
	nch_free(corpus->words);
	nch_free(corpus->characters);
	nch_free(corpus->character_counts);
	*corpus = (nch_corpus){0};
}

void nch_corpus_decode(const nch_corpus *corpus, const uint32_t *codes, size_t length, nch_buffer *out)
{
	if (length > 0 && corpus->characters[codes[0]] & NCH_INSIDE_WORD)
		nch_buffer_text(out, "##");
	for (size_t i = 0; i < length; i++)
		nch_buffer_utf8(out, corpus->characters[codes[i]] & ~NCH_INSIDE_WORD);
}
