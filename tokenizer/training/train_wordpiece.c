/* train_wordpiece.c - a WordPiece vocabulary: byte-pair encoding inside BERT's words, in which a character that begins a word and the
 * same character further on are two different ones ("가" and "##가"). */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/training/train_pieces.h"
#include "tokenizer/unicode/bert_text.h"

#define LONGEST_WORD 100 /* characters; BERT takes longer ones as unknown */

/* One thread's. */
typedef struct cutter {
	const nch_bert_text *rules;
	nch_bert_word word;
	nch_buffer text;
	nch_word_counts *counts;
	nch_error *error;
} cutter;

static nch_status count_word(void *context, const nch_bert_character *characters, size_t count)
{
	cutter *c = context;
	if (count > LONGEST_WORD)
		return NCH_OK;
	nch_buffer_clear(&c->text);
	for (size_t i = 0; i < count; i++)
		nch_buffer_utf8(&c->text, characters[i].code_point);
	NCH_TRY(nch_buffer_check(&c->text, c->error));
	return nch_word_counts_add(c->counts, c->text.data, c->text.length, 1, c->error);
}

static nch_status cut_line(void *state, const char *line, size_t length, nch_word_counts *counts, nch_error *error)
{
	cutter *c = state;
	c->counts = counts;
	c->error = error;
	return nch_bert_words(c->rules, line, length, &c->word, count_word, c, error);
}

static nch_status count_words(const nch_tokenizer_training *t, nch_training_lines *lines, void *lines_context, nch_word_counts *counts,
                              nch_error *error)
{
	size_t threads = nch_pool_threads(t->pool);
	nch_bert_text rules = {.clean = true, .split_cjk = true, .lower_case = t->lower_case};
	cutter *cutters = nch_alloc(threads, sizeof *cutters);
	void **states = nch_alloc(threads, sizeof *states);
	nch_status status = cutters != NULL && states != NULL ? nch_bert_text_init(&rules, error) : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < threads; i++) {
		cutters[i].rules = &rules;
		states[i] = &cutters[i];
	}
	if (status == NCH_OK)
		status = nch_corpus_count(t, lines, lines_context, cut_line, states, counts, error);
	for (size_t i = 0; cutters != NULL && i < threads; i++) {
		nch_bert_word_free(&cutters[i].word);
		nch_buffer_free(&cutters[i].text);
	}
	nch_free(cutters);
	nch_free(states);
	return status;
}

/* Gives the characters inside words codes of their own, after the others; those that never stand so get none. */
static nch_status tell_positions_apart(nch_corpus *corpus, nch_error *error)
{
	uint32_t first = corpus->codes;
	int64_t *counts = nch_alloc(2 * (size_t)first, sizeof *counts);
	uint32_t *characters = nch_alloc(2 * (size_t)first, sizeof *characters), *renumbered = nch_alloc(2 * (size_t)first, sizeof *renumbered);
	if (counts == NULL || characters == NULL || renumbered == NULL) {
		nch_free(counts);
		nch_free(characters);
		nch_free(renumbered);
		return nch_no_memory(error);
	}
	for (size_t w = 0; w < corpus->word_count; w++) {
		const nch_corpus_word *word = &corpus->words[w];
		for (uint32_t i = 0; i < word->length; i++) {
			uint32_t *code = &corpus->text[word->begin + i];
			*code += *code != 0 && i > 0 ? first : 0;
			counts[*code] += word->count;
		}
	}
	uint32_t codes = 1;
	for (uint32_t code = 1; code < 2 * first; code++) {
		if (counts[code] == 0 || code == first)
			continue;
		renumbered[code] = codes;
		counts[codes] = counts[code];
		characters[codes++] = corpus->characters[code % first] | (code > first ? NCH_INSIDE_WORD : 0);
	}
	for (size_t i = 0; i < corpus->text_length; i++)
		corpus->text[i] = renumbered[corpus->text[i]];
	nch_free(renumbered);
	nch_free(corpus->characters);
	nch_free(corpus->character_counts);
	corpus->characters = characters;
	corpus->character_counts = counts;
	corpus->codes = codes;
	return NCH_OK;
}

static nch_status write_vocabulary(const nch_tokenizer_training *t, const nch_trained *trained, size_t alphabet, const char *path,
                                   nch_error *error)
{
	static const char *const specials[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
	nch_buffer out = {0};
	for (size_t i = 0; i < 5; i++)
		nch_buffer_printf(&out, "%s\n", specials[i]);
	for (size_t i = 0; t->control != NULL && t->control[i] != NULL; i++)
		nch_buffer_printf(&out, "%s\n", t->control[i]);
	for (size_t i = 0; i < trained->count; i++) { /* the characters first, though they were added last */
		const nch_trained_piece *piece = &trained->items[(i + trained->count - alphabet) % trained->count];
		nch_buffer_add(&out, piece->text, piece->length);
		nch_buffer_byte(&out, '\n');
	}
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		status = nch_file_write(path, out.data, out.length, error);
	nch_buffer_free(&out);
	return status;
}

static nch_status train_on(nch_trainer *trainer, nch_corpus *corpus, const char *path, size_t *pieces)
{
	const nch_tokenizer_training *t = trainer->training;
	nch_trained trained = {0};
	size_t special = 5, alphabet = corpus->codes - 1;
	for (size_t i = 0; t->control != NULL && t->control[i] != NULL; i++)
		special++;
	if (t->vocab_size < special + alphabet)
		return nch_fail(trainer->error, NCH_DATA,
		                "%zu pieces are too few: there are %zu special pieces and, inside and at the head of words, %zu characters; ask for "
		                "at least %zu, or for a lower character coverage",
		                t->vocab_size, special, alphabet, special + alphabet);
	trainer->corpus = corpus;
	trainer->wanted = t->vocab_size - special;
	nch_status status = nch_train_bpe(trainer, &trained);
	if (status == NCH_OK)
		status = write_vocabulary(t, &trained, alphabet, path, trainer->error);
	*pieces = special + trained.count;
	nch_trained_free(&trained);
	return status;
}

nch_status nch_train_wordpiece(nch_trainer *trainer, nch_training_lines *lines, void *lines_context, const char *path, size_t *pieces)
{
	nch_word_counts counts = {0};
	nch_corpus corpus = {0};
	nch_status status = count_words(trainer->training, lines, lines_context, &counts, trainer->error);
	if (status == NCH_OK && counts.count == 0)
		status = nch_fail(trainer->error, NCH_DATA, "there is no text to train a tokenizer on");
	if (status == NCH_OK)
		status = nch_corpus_encode(&counts, trainer->training->character_coverage, (nch_required_characters){0}, &corpus, trainer->error);
	nch_word_counts_free(&counts);
	if (status == NCH_OK)
		status = tell_positions_apart(&corpus, trainer->error);
	if (status == NCH_OK)
		status = train_on(trainer, &corpus, path, pieces);
	nch_corpus_free(&corpus);
	return status;
}
