/* sentencepiece_load.c - a SentencePiece model's file becomes a tokenizer: its rules, its pieces, what they mean, and whether it cuts its own samples as it says. */
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/sentencepiece/sentencepiece_private.h"

/* The user-defined pieces; returns whether there are any. */
static nch_status collect_verbatim(nch_sentencepiece *sp, size_t *count, nch_error *error)
{
	nch_trie_key *keys = nch_alloc(sp->model.piece_count, sizeof *keys);
	if (keys == NULL)
		return nch_no_memory(error);
	*count = 0;
	for (size_t i = 0; i < sp->model.piece_count; i++)
		if (sp->model.pieces[i].type == NCH_PIECE_USER_DEFINED)
			keys[(*count)++] = (nch_trie_key){sp->model.pieces[i].text, sp->model.pieces[i].length, (int32_t)i};
	nch_status status = *count > 0 ? nch_trie_build(&sp->verbatim, keys, *count, error) : NCH_OK;
	nch_free(keys);
	return status;
}

/* Whether ▁ stands in pieces at their beginning only. Then every way to cut a text cuts before every ▁. */
static bool pieces_part_at_spaces(const nch_sp_model *model)
{
	for (size_t i = 0; i < model->piece_count; i++) {
		const nch_sp_piece *piece = &model->pieces[i];
		for (size_t at = 1; at + 3 <= piece->length; at++)
			if (memcmp(piece->text + at, NCH_SPACE_MARK, 3) == 0)
				return false;
	}
	return true;
}

static nch_status fill_vocabulary(nch_tokenizer *tokenizer, nch_sentencepiece *sp, nch_error *error)
{
	nch_vocabulary *vocabulary = &tokenizer->vocabulary;
	for (size_t i = 0; i < sp->model.piece_count; i++)
		NCH_TRY(nch_vocabulary_add(vocabulary, sp->model.pieces[i].text, sp->model.pieces[i].length, error));
	for (size_t i = 0; i < sp->model.piece_count; i++) {
		const nch_sp_piece *piece = &sp->model.pieces[i];
		if (piece->type == NCH_PIECE_CONTROL || piece->type == NCH_PIECE_UNKNOWN || piece->type == NCH_PIECE_BYTE)
			nch_vocabulary_prefer(vocabulary, (int32_t)i);
		if (piece->type == NCH_PIECE_BYTE)
			sp->byte_ids[nch_sp_byte_of_piece(piece->text, piece->length)] = (int32_t)i;
	}
	return NCH_OK;
}

/* The first of the names that is a piece. */
static int32_t find_one_of(const nch_vocabulary *vocabulary, const char *const *names, nch_sp_text also)
{
	for (; *names != NULL; names++) {
		int32_t id = nch_vocabulary_find(vocabulary, *names, strlen(*names));
		if (id >= 0)
			return id;
	}
	return also.text != NULL ? nch_vocabulary_find(vocabulary, also.text, also.length) : -1;
}

static void find_specials(nch_tokenizer *tokenizer, const nch_sp_model *model)
{
	static const char *const pad[] = {"[PAD]", "<pad>", NULL}, *const cls[] = {"[CLS]", "<cls>", "<s>", NULL};
	static const char *const sep[] = {"[SEP]", "<sep>", "</s>", NULL}, *const mask[] = {"[MASK]", "<mask>", NULL};
	nch_sp_text none = {NULL, 0};
	tokenizer->specials = (nch_specials){
		.unk = model->unk,
		.pad = find_one_of(&tokenizer->vocabulary, pad, model->pad_piece),
		.cls = find_one_of(&tokenizer->vocabulary, cls, model->bos_piece),
		.sep = find_one_of(&tokenizer->vocabulary, sep, model->eos_piece),
		.mask = find_one_of(&tokenizer->vocabulary, mask, none),
	};
}

static nch_status init_type(nch_tokenizer *tokenizer, nch_sentencepiece *sp, nch_error *error)
{
	static const char *const kinds[] = {[NCH_SP_UNIGRAM] = "sentencepiece unigram",
	                                    [NCH_SP_BPE] = "sentencepiece bpe",
	                                    [NCH_SP_WORD] = "sentencepiece word",
	                                    [NCH_SP_CHAR] = "sentencepiece char"};
	tokenizer->kind = kinds[sp->model.type];
	sp->pieces_part_at_spaces = sp->model.type == NCH_SP_WORD || pieces_part_at_spaces(&sp->model);
	if (sp->model.type == NCH_SP_UNIGRAM)
		return nch_unigram_init(&sp->unigram, &sp->model, error);
	if (sp->model.type == NCH_SP_BPE)
		return nch_bpe_init(&sp->bpe, &sp->model, sp->normalizer.verbatim, error);
	for (size_t i = 0; i < sp->model.piece_count; i++) {
		const nch_sp_piece *piece = &sp->model.pieces[i];
		bool usable = piece->type == NCH_PIECE_NORMAL || piece->type == NCH_PIECE_USER_DEFINED;
		NCH_TRY(nch_vocabulary_add(&sp->words, usable ? piece->text : NULL, piece->length, error));
	}
	return NCH_OK;
}

nch_status nch_sentencepiece_load(nch_tokenizer *tokenizer, const void *data, size_t size, const nch_sp_wrapping *wrapping, nch_error *error)
{
	nch_sentencepiece *sp = nch_alloc(1, sizeof *sp);
	size_t verbatim = 0;
	if (sp == NULL)
		return nch_no_memory(error);
	tokenizer->class = &nch_sentencepiece_class;
	tokenizer->self = sp;
	sp->vocabulary = &tokenizer->vocabulary;
	NCH_TRY(nch_sp_model_read(data, size, &sp->model, error));
	NCH_TRY(collect_verbatim(sp, &verbatim, error));
	NCH_TRY(nch_normalizer_init(&sp->normalizer, &sp->model.normalizer, sp->model.treat_whitespace_as_suffix,
	                            verbatim > 0 ? &sp->verbatim : NULL, error));
	NCH_TRY(nch_normalizer_init(&sp->denormalizer, &sp->model.denormalizer, false, NULL, error));
	NCH_TRY(init_type(tokenizer, sp, error));
	NCH_TRY(fill_vocabulary(tokenizer, sp, error));
	find_specials(tokenizer, &sp->model);
	NCH_TRY(nch_sentencepiece_self_test(sp, &tokenizer->vocabulary, error));
	if (wrapping != NULL) {
		NCH_TRY(nch_sentencepiece_make_comma_rules(tokenizer, sp, error));
		sp->wrapping = *wrapping;
		sp->wrapped = true;
	}
	sp->by_words = nch_sentencepiece_can_use_words(sp);
	return sp->by_words ? nch_sentencepiece_make_plain_codes(sp, error) : NCH_OK;
}
