/* trainer.c - see trainer.h: from lines to a corpus, from a corpus to pieces, from pieces to a SentencePiece model. */
#include "tokenizer/training/trainer.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "tokenizer/sentencepiece/normalize.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"
#include "tokenizer/training/train_corpus.h"
#include "tokenizer/training/train_pieces.h"
#include "tokenizer/unicode/charsmap.h"

nch_tokenizer_training nch_tokenizer_training_defaults(nch_training_type type)
{
	return (nch_tokenizer_training){
		.type = type,
		.vocab_size = 8000,
		.character_coverage = 0.9995,
		.normalization = "nmt_nfkc",
		.max_piece_length = 16,
		.seed_size = 1000000,
		.max_line = 4192,
	};
}

nch_status nch_training_next_of_list(void *context, const char **line, size_t *length, nch_error *error)
{
	nch_training_list *list = context;
	(void)error;
	*line = list->next < list->count ? list->lines[list->next++] : NULL;
	*length = *line != NULL ? strlen(*line) : 0;
	return NCH_OK;
}

/* --- special pieces --- */

/* Puts the special pieces at the head of the model, in the order of their ids. */
static nch_status add_special(nch_sp_model *model, size_t *capacity, const char *text, nch_piece_type type, nch_error *error)
{
	size_t length = strlen(text);
	for (size_t i = 0; i < model->piece_count; i++)
		if (model->pieces[i].length == length && memcmp(model->pieces[i].text, text, length) == 0)
			return nch_fail(error, NCH_USAGE, "the special piece \"%s\" was given twice", text);
	if (length == 0 || length > 4000)
		return nch_fail(error, NCH_USAGE, "a special piece must have 1 to 4000 bytes");
	const char *copy = nch_arena_text(model->arena, text, length);
	if (copy == NULL)
		return nch_no_memory(error);
	NCH_TRY(nch_grow(&model->pieces, capacity, model->piece_count + 1, sizeof *model->pieces, error));
	model->pieces[model->piece_count++] = (nch_sp_piece){copy, (uint32_t)length, 0, type};
	return NCH_OK;
}

static nch_status add_specials(const nch_tokenizer_training *t, nch_sp_model *model, size_t *capacity, nch_error *error)
{
	static const char *const bert[] = {"[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]", NULL};
	static const char *const plain[] = {"<unk>", "<s>", "</s>", NULL};
	const char *const *first = t->bert_specials ? bert : plain;
	for (size_t i = 0; first[i] != NULL; i++)
		NCH_TRY(add_special(model, capacity, first[i], i == 0 ? NCH_PIECE_UNKNOWN : NCH_PIECE_CONTROL, error));
	for (size_t i = 0; t->control != NULL && t->control[i] != NULL; i++)
		NCH_TRY(add_special(model, capacity, t->control[i], NCH_PIECE_CONTROL, error));
	for (size_t i = 0; t->user_defined != NULL && t->user_defined[i] != NULL; i++)
		NCH_TRY(add_special(model, capacity, t->user_defined[i], NCH_PIECE_USER_DEFINED, error));
	for (int byte = 0; t->byte_fallback && byte < 256; byte++) {
		static const char digits[] = "0123456789ABCDEF";
		char text[] = {'<', '0', 'x', digits[byte / 16], digits[byte % 16], '>', 0};
		NCH_TRY(add_special(model, capacity, text, NCH_PIECE_BYTE, error));
	}
	model->unk = 0;
	model->unk_piece = (nch_sp_text){first[0], strlen(first[0])};
	model->bos_piece = t->bert_specials ? (nch_sp_text){"[CLS]", 5} : (nch_sp_text){"<s>", 3};
	model->eos_piece = t->bert_specials ? (nch_sp_text){"[SEP]", 5} : (nch_sp_text){"</s>", 4};
	model->pad_piece = t->bert_specials ? (nch_sp_text){"[PAD]", 5} : (nch_sp_text){"<pad>", 5};
	return NCH_OK;
}

/* --- cutting lines into words --- */

/* One thread's. */
typedef struct cutter {
	const nch_normalizer *normalizer;
	const nch_trie *specials; /* special pieces are no part of the words around them */
	bool begins_special[256];
	nch_normalized normalized;
} cutter;

static nch_status count_word(const char *text, size_t begin, size_t end, nch_word_counts *counts, nch_error *error)
{
	return end > begin ? nch_word_counts_add(counts, text + begin, end - begin, 1, error) : NCH_OK;
}

/* A word goes from a ▁ to the next. */
static nch_status cut_line(void *state, const char *line, size_t length, nch_word_counts *counts, nch_error *error)
{
	cutter *c = state;
	NCH_TRY(nch_normalize(c->normalizer, line, length, &c->normalized, error));
	const char *text = c->normalized.text;
	size_t end = c->normalized.length, begin = 0, at = 0;
	while (at < end) {
		size_t special = 0;
		if (at > begin && text[at] == '\xE2' && end - at >= 3 && memcmp(text + at, NCH_SPACE_MARK, 3) == 0) {
			NCH_TRY(count_word(text, begin, at, counts, error));
			begin = at;
			at += 3;
		} else if (c->begins_special[(unsigned char)text[at]] &&
		           nch_trie_longest(c->specials, text + at, end - at, &special) >= 0) {
			NCH_TRY(count_word(text, begin, at, counts, error));
			begin = at += special;
		} else {
			at++;
		}
	}
	return count_word(text, begin, end, counts, error);
}

static nch_status make_cutters(const nch_normalizer *normalizer, const nch_trie *specials, const nch_sp_model *model, size_t threads,
                               cutter **cutters, void ***states, nch_error *error)
{
	*cutters = nch_alloc(threads, sizeof **cutters);
	*states = nch_alloc(threads, sizeof **states);
	if (*cutters == NULL || *states == NULL)
		return nch_no_memory(error);
	for (size_t t = 0; t < threads; t++) {
		(*cutters)[t].normalizer = normalizer;
		(*cutters)[t].specials = specials;
		(*states)[t] = &(*cutters)[t];
		for (size_t i = 0; i < model->piece_count; i++)
			(*cutters)[t].begins_special[(unsigned char)model->pieces[i].text[0]] = true;
	}
	return NCH_OK;
}

static nch_status build_special_trie(const nch_sp_model *model, nch_trie *trie, nch_error *error)
{
	nch_trie_key *keys = nch_alloc(model->piece_count, sizeof *keys);
	if (keys == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < model->piece_count; i++)
		keys[i] = (nch_trie_key){model->pieces[i].text, model->pieces[i].length, (int32_t)i};
	nch_status status = nch_trie_build(trie, keys, model->piece_count, error);
	nch_free(keys);
	return status;
}

/* The required characters, as they are after normalization. */
static nch_status normalize_required(const nch_tokenizer_training *t, const nch_normalizer *normalizer, nch_normalized *required, nch_error *error)
{
	return t->required_characters != NULL
	               ? nch_normalize_word(normalizer, t->required_characters, strlen(t->required_characters), required, error)
	               : NCH_OK;
}

/* Reads the lines and makes a corpus of them. */
static nch_status read_corpus(const nch_tokenizer_training *t, const nch_sp_model *model, nch_training_lines *lines,
                              void *lines_context, nch_corpus *corpus, nch_error *error)
{
	size_t threads = nch_pool_threads(t->pool);
	nch_normalizer normalizer = {0};
	nch_trie specials = {0};
	nch_word_counts counts = {0};
	nch_normalized required = {0};
	cutter *cutters = NULL;
	void **states = NULL;
	nch_status status = nch_normalizer_init(&normalizer, &model->normalizer, false, NULL, error);
	if (status == NCH_OK)
		status = build_special_trie(model, &specials, error);
	if (status == NCH_OK)
		status = make_cutters(&normalizer, &specials, model, threads, &cutters, &states, error);
	if (status == NCH_OK)
		status = nch_corpus_count(t, lines, lines_context, cut_line, states, &counts, error);
	if (status == NCH_OK && counts.count == 0)
		status = nch_fail(error, NCH_DATA, "there is no text to train a tokenizer on");
	if (status == NCH_OK)
		status = normalize_required(t, &normalizer, &required, error);
	if (status == NCH_OK)
		status = nch_corpus_encode(&counts, t->character_coverage, (nch_required_characters){required.text, required.length}, corpus, error);
	for (size_t i = 0; cutters != NULL && i < threads; i++)
		nch_normalized_free(&cutters[i].normalized);
	nch_free(cutters);
	nch_free(states);
	nch_normalized_free(&required);
	nch_word_counts_free(&counts);
	nch_trie_free(&specials);
	nch_normalizer_free(&normalizer);
	return status;
}

/* --- the model --- */

static nch_status start_model(const nch_tokenizer_training *t, nch_sp_model *model, size_t *capacity, nch_error *error)
{
	nch_buffer charsmap = {0};
	*model = (nch_sp_model){
		.arena = nch_arena_new(0),
		.type = t->type == NCH_TRAIN_BPE ? NCH_SP_BPE : NCH_SP_UNIGRAM,
		.max_piece_length = (int32_t)t->max_piece_length,
		.character_coverage = (float)t->character_coverage,
		.byte_fallback = t->byte_fallback,
		.split_digits = t->split_digits,
		.unk_surface = {" \xE2\x81\x87 ", 5},
		.normalizer = {.name = {t->normalization, strlen(t->normalization)},
		               .add_dummy_prefix = true,
		               .remove_extra_whitespaces = true,
		               .escape_whitespaces = true},
	};
	if (model->arena == NULL)
		return nch_no_memory(error);
	nch_status status = nch_charsmap_build(t->normalization, &charsmap, error);
	if (status == NCH_OK && charsmap.length > 0) {
		model->normalizer.charsmap.text = nch_arena_text(model->arena, charsmap.data, charsmap.length);
		model->normalizer.charsmap.length = charsmap.length;
		if (model->normalizer.charsmap.text == NULL)
			status = nch_no_memory(error);
	}
	nch_buffer_free(&charsmap);
	return status == NCH_OK ? add_specials(t, model, capacity, error) : status;
}

static nch_status check_sizes(const nch_tokenizer_training *t, const nch_sp_model *model, const nch_corpus *corpus, nch_error *error)
{
	size_t least = model->piece_count + corpus->codes - 1;
	if (t->vocab_size < least)
		return nch_fail(error, NCH_DATA,
		                "%zu pieces are too few: the text has %u characters and there are %zu special pieces; ask for at least %zu, or "
		                "for a lower character coverage",
		                t->vocab_size, (unsigned)(corpus->codes - 1), model->piece_count, least);
	return NCH_OK;
}

static nch_status write_model(const nch_tokenizer_training *t, nch_sp_model *model, size_t *capacity, const nch_trained *trained,
                              const char *path, nch_error *error)
{
	nch_buffer bytes = {0};
	size_t room = t->vocab_size - model->piece_count, count = trained->count < room ? trained->count : room;
	NCH_TRY(nch_grow(&model->pieces, capacity, model->piece_count + count, sizeof *model->pieces, error));
	for (size_t i = 0; i < count; i++)
		model->pieces[model->piece_count++] =
			(nch_sp_piece){trained->items[i].text, (uint32_t)trained->items[i].length, (float)trained->items[i].score, NCH_PIECE_NORMAL};
	model->vocab_size = (int32_t)model->piece_count;
	nch_status status = nch_sp_model_write(model, &bytes, error);
	if (status == NCH_OK)
		status = nch_file_write(path, bytes.data, bytes.length, error);
	nch_buffer_free(&bytes);
	return status;
}

static nch_status check_options(const nch_tokenizer_training *t, nch_error *error)
{
	if (t->vocab_size < 1 || t->vocab_size > 10000000)
		return nch_fail(error, NCH_USAGE, "the vocabulary must have 1 to 10,000,000 pieces");
	if (!(t->character_coverage > 0 && t->character_coverage <= 1))
		return nch_fail(error, NCH_USAGE, "character coverage must be above 0 and at most 1");
	if (t->required_characters != NULL && t->type == NCH_TRAIN_WORDPIECE)
		return nch_fail(error, NCH_USAGE, "required characters are for unigram and bpe, not for wordpiece");
	if (t->max_piece_length < 1 || t->max_piece_length > 512)
		return nch_fail(error, NCH_USAGE, "pieces must be 1 to 512 characters long");
	return NCH_OK;
}

nch_status nch_tokenizer_train(const nch_tokenizer_training *training, nch_training_lines *lines, void *lines_context,
                               const char *path, size_t *pieces, nch_training_progress *progress, void *progress_context, nch_error *error)
{
	nch_sp_model model = {0};
	nch_corpus corpus = {0};
	nch_trained trained = {0};
	size_t capacity = 0;
	nch_trainer trainer = {.training = training, .corpus = &corpus, .progress = progress, .progress_context = progress_context, .error = error};
	nch_status status = check_options(training, error);
	if (status == NCH_OK && training->type == NCH_TRAIN_WORDPIECE)
		return nch_train_wordpiece(&trainer, lines, lines_context, path, pieces);
	if (status == NCH_OK)
		status = nch_trainer_report(&trainer, 0, "reading the text");
	if (status == NCH_OK)
		status = start_model(training, &model, &capacity, error);
	if (status == NCH_OK)
		status = read_corpus(training, &model, lines, lines_context, &corpus, error);
	if (status == NCH_OK)
		status = check_sizes(training, &model, &corpus, error);
	if (status == NCH_OK) {
		trainer.wanted = training->vocab_size - model.piece_count;
		status = training->type == NCH_TRAIN_BPE ? nch_train_bpe(&trainer, &trained) : nch_train_unigram(&trainer, &trained);
	}
	if (status == NCH_OK)
		status = write_model(training, &model, &capacity, &trained, path, error);
	*pieces = model.piece_count;
	if (status == NCH_OK)
		status = nch_trainer_report(&trainer, 1, "done");
	nch_trained_free(&trained);
	nch_corpus_free(&corpus);
	nch_sp_model_free(&model);
	return status;
}
