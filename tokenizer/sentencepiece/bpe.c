/* bpe.c - see bpe.h. */
#include "tokenizer/sentencepiece/bpe.h"

#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define NOWHERE UINT32_MAX
#define DEEPEST_SPLIT 100 /* as in SentencePiece, against hostile models */

/* A stretch of the text; a linked list, so that joining two is cheap. */
typedef struct nch_bpe_symbol {
	uint32_t begin, length; /* length 0: joined to the one before */
	uint32_t previous, next;
	bool frozen;
} symbol;

typedef struct nch_bpe_pair {
	float score;
	uint32_t left, right, length; /* length: of both when the pair was made; another one tells that the pair is stale */
} pair;

/* How an unused piece came about: it may be joined further, but in the end it is taken apart again. */
typedef struct nch_bpe_split {
	int32_t id;
	uint32_t left_length;
} split;

nch_status nch_bpe_init(nch_bpe *bpe, const nch_sp_model *model, const nch_trie *verbatim, nch_error *error)
{
	*bpe = (nch_bpe){.model = model, .verbatim = verbatim};
	for (size_t i = 0; i < model->piece_count; i++) {
		NCH_TRY(nch_vocabulary_add(&bpe->pieces, model->pieces[i].text, model->pieces[i].length, error));
		bpe->longest = model->pieces[i].length > bpe->longest ? model->pieces[i].length : bpe->longest;
	}
	return NCH_OK;
}

void nch_bpe_free(nch_bpe *bpe)
{
	nch_vocabulary_free(&bpe->pieces);
}

void nch_bpe_scratch_free(nch_bpe_scratch *s)
{
	nch_free(s->symbols);
	nch_free(s->pairs.items);
	nch_free(s->splits);
	*s = (nch_bpe_scratch){0};
}

/* The id of a piece that can come out of a text, -1 if there is none. */
static int32_t find_piece(const nch_bpe *bpe, const char *text, size_t length)
{
	if (length > bpe->longest)
		return -1;
	int32_t id = nch_vocabulary_find(&bpe->pieces, text, length);
	if (id < 0)
		return -1;
	nch_piece_type type = bpe->model->pieces[id].type;
	return type == NCH_PIECE_NORMAL || type == NCH_PIECE_USER_DEFINED || type == NCH_PIECE_UNUSED ? id : -1;
}

/* --- the heap of pairs: the greatest score first, of equal ones the leftmost --- */

static bool comes_before(const void *nothing, const pair *a, const pair *b)
{
	(void)nothing;
	return a->score > b->score || (a->score == b->score && a->left < b->left);
}

NCH_HEAP_FUNCTIONS(nch_bpe_pairs, pair, const void *, comes_before)

/* --- joining --- */

static nch_status note_split(nch_bpe_scratch *s, int32_t id, uint32_t left_length, nch_error *error)
{
	for (size_t i = 0; i < s->split_count; i++)
		if (s->splits[i].id == id) {
			s->splits[i].left_length = left_length;
			return NCH_OK;
		}
	NCH_TRY(nch_grow(&s->splits, &s->split_capacity, s->split_count + 1, sizeof *s->splits, error));
	s->splits[s->split_count++] = (split){id, left_length};
	return NCH_OK;
}

static nch_status offer_pair(const nch_bpe *bpe, const char *text, uint32_t left, uint32_t right, nch_bpe_scratch *s, nch_error *error)
{
	if (left == NOWHERE || right == NOWHERE || s->symbols[left].frozen || s->symbols[right].frozen)
		return NCH_OK;
	uint32_t length = s->symbols[left].length + s->symbols[right].length;
	int32_t id = find_piece(bpe, text + s->symbols[left].begin, length);
	if (id < 0)
		return NCH_OK;
	if (bpe->model->pieces[id].type == NCH_PIECE_UNUSED)
		NCH_TRY(note_split(s, id, s->symbols[left].length, error));
	return push(&s->pairs, (pair){bpe->model->pieces[id].score, left, right, length}, NULL, error);
}

/* Makes a symbol of each character, and of each user-defined piece. */
static nch_status list_symbols(const nch_bpe *bpe, const char *text, uint32_t length, nch_bpe_scratch *s, uint32_t *count, nch_error *error)
{
	*count = 0;
	for (uint32_t at = 0; at < length;) {
		size_t step = 0;
		uint32_t c;
		bool frozen = bpe->verbatim != NULL && nch_trie_longest(bpe->verbatim, text + at, length - at, &step) >= 0;
		if (!frozen)
			step = nch_utf8_decode(text + at, length - at, &c);
		NCH_TRY(nch_grow(&s->symbols, &s->symbol_capacity, *count + 1, sizeof *s->symbols, error));
		s->symbols[*count] = (symbol){at, (uint32_t)step, *count > 0 ? *count - 1 : NOWHERE, *count + 1, frozen};
		++*count;
		at += (uint32_t)step;
	}
	if (*count > 0)
		s->symbols[*count - 1].next = NOWHERE;
	return NCH_OK;
}

static void put_join(const char *text, const symbol *left, const symbol *right, float score, nch_buffer *out)
{
	nch_buffer_printf(out, "  %9.1f  ", (double)score);
	nch_buffer_add(out, text + left->begin, left->length);
	nch_buffer_text(out, " + ");
	nch_buffer_add(out, text + right->begin, right->length);
	nch_buffer_byte(out, '\n');
}

/* `told` NULL: nobody is told about the merges. */
static nch_status join_all(const nch_bpe *bpe, const char *text, nch_bpe_scratch *s, nch_buffer *told, nch_error *error)
{
	while (s->pairs.count > 0) {
		pair best = pop(&s->pairs, NULL);
		symbol *left = &s->symbols[best.left], *right = &s->symbols[best.right];
		if (left->length == 0 || right->length == 0 || left->length + right->length != best.length)
			continue;
		if (told != NULL)
			put_join(text, left, right, best.score, told);
		left->length = best.length;
		left->next = right->next;
		if (right->next != NOWHERE)
			s->symbols[right->next].previous = best.left;
		right->length = 0;
		NCH_TRY(offer_pair(bpe, text, left->previous, best.left, s, error));
		NCH_TRY(offer_pair(bpe, text, best.left, left->next, s, error));
	}
	return NCH_OK;
}

static nch_status add_segment(nch_segmentation *segmentation, int32_t id, uint32_t length, nch_error *error)
{
	NCH_TRY(nch_grow(&segmentation->items, &segmentation->capacity, segmentation->count + 1, sizeof *segmentation->items, error));
	segmentation->items[segmentation->count++] = (nch_segment){id, length};
	return NCH_OK;
}

/* Appends a symbol; an unused piece as the two that it was joined from. */
static nch_status add_symbol(const nch_bpe *bpe, const char *text, uint32_t length, const nch_bpe_scratch *s, int depth,
                             nch_segmentation *segmentation, nch_error *error)
{
	int32_t id = find_piece(bpe, text, length);
	uint32_t left = 0;
	if (id < 0)
		return add_segment(segmentation, bpe->model->unk, length, error);
	if (bpe->model->pieces[id].type != NCH_PIECE_UNUSED || depth > DEEPEST_SPLIT)
		return add_segment(segmentation, id, length, error);
	for (size_t i = 0; i < s->split_count; i++)
		if (s->splits[i].id == id)
			left = s->splits[i].left_length;
	if (left == 0)
		return add_segment(segmentation, bpe->model->unk, length, error);
	NCH_TRY(add_symbol(bpe, text, left, s, depth + 1, segmentation, error));
	return add_symbol(bpe, text + left, length - left, s, depth + 1, segmentation, error);
}

static nch_status list_pairs(const nch_bpe *bpe, const char *text, size_t length, nch_bpe_scratch *s, uint32_t *count, nch_error *error)
{
	s->pairs.count = s->split_count = 0;
	NCH_TRY(list_symbols(bpe, text, (uint32_t)length, s, count, error));
	for (uint32_t i = 0; i + 1 < *count; i++)
		NCH_TRY(offer_pair(bpe, text, i, i + 1, s, error));
	return NCH_OK;
}

nch_status nch_bpe_explain(const nch_bpe *bpe, const char *text, size_t length, nch_bpe_scratch *s, nch_buffer *out, nch_error *error)
{
	uint32_t count;
	NCH_TRY(list_pairs(bpe, text, length, s, &count, error));
	nch_buffer_text(out, "merges\n      score\n");
	NCH_TRY(join_all(bpe, text, s, out, error));
	return nch_buffer_check(out, error);
}

nch_status nch_bpe_encode(const nch_bpe *bpe, const char *text, size_t length, nch_bpe_scratch *s, nch_segmentation *segmentation,
                          nch_error *error)
{
	uint32_t count;
	NCH_TRY(list_pairs(bpe, text, length, s, &count, error));
	NCH_TRY(join_all(bpe, text, s, NULL, error));
	for (uint32_t i = 0; count > 0 && i != NOWHERE; i = s->symbols[i].next)
		NCH_TRY(add_symbol(bpe, text + s->symbols[i].begin, s->symbols[i].length, s, 0, segmentation, error));
	return NCH_OK;
}
