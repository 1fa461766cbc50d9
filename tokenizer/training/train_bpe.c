/* train_bpe.c - a byte-pair vocabulary: join the most frequent pair of neighbours, again and again (Sennrich and others 2016).
 *
 * The text is not searched for each merge. Every pair knows its count and where it stands; a merge changes only the pairs around
 * its own places. The best pair comes from a heap in which counts may be out of date: one that comes up too high is
 * put back with its true count. */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/memory.h"
#include "tokenizer/training/train_pieces.h"

#define NONE UINT32_MAX

typedef struct symbol {
	uint32_t begin, length; /* the characters it is made of, somewhere in the text */
} symbol;

typedef struct pair {
	uint32_t left, right; /* symbols */
	uint32_t begin, length; /* the characters of both, where they first stood together */
	int64_t count;
	uint32_t *places; /* where the left symbol begins; some may be out of date */
	size_t place_count, place_capacity;
	bool changed; /* the count has grown since it was put on the heap */
} pair;

typedef struct ranked {
	int64_t count;
	uint32_t pair;
} ranked;
NCH_HEAP(ranking, ranked);

typedef struct joiner {
	const nch_trainer *trainer;
	const nch_corpus *corpus;
	nch_piece_rules rules;
	uint32_t *at;     /* [text] the symbol that begins here; NONE inside of one; 0 between words */
	uint32_t *start;  /* [text] for the last character of a symbol: where the symbol begins */
	int64_t *counts;  /* [text] of the word */
	symbol *symbols;  /* 1 .. codes-1 are the characters */
	size_t symbol_count, symbol_capacity;
	pair *pairs;
	size_t pair_count, pair_capacity;
	uint32_t *slots; /* open addressing over pairs */
	size_t slot_count;
	ranking heap; /* the most frequent first */
	uint32_t *changed; /* pairs to be put on the heap */
	size_t changed_count, changed_capacity;
} joiner;

/* --- the heap --- */

/* Of two pairs as frequent: the shorter, then the one whose characters come first. */
static int compare_pairs(const joiner *j, const pair *a, const pair *b)
{
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	for (uint32_t i = 0; i < a->length; i++) {
		uint32_t x = j->corpus->characters[j->corpus->text[a->begin + i]], y = j->corpus->characters[j->corpus->text[b->begin + i]];
		if (x != y)
			return x < y ? -1 : 1;
	}
	/* the same characters in other symbols */
	return a->left != b->left ? (a->left < b->left ? -1 : 1) : (a->right > b->right) - (a->right < b->right);
}

static bool comes_before(const joiner *j, const ranked *a, const ranked *b)
{
	if (a->count != b->count)
		return a->count > b->count;
	return a->pair != b->pair && compare_pairs(j, &j->pairs[a->pair], &j->pairs[b->pair]) < 0;
}

NCH_HEAP_FUNCTIONS(ranking, ranked, const joiner *, comes_before)

/* --- pairs --- */

static size_t find_slot(const joiner *j, uint32_t left, uint32_t right)
{
	uint64_t key = ((uint64_t)left << 32 | right) * 0x9E3779B97F4A7C15u;
	size_t slot = (size_t)(key ^ key >> 29) & (j->slot_count - 1);
	for (; j->slots[slot] != NONE; slot = (slot + 1) & (j->slot_count - 1)) {
		const pair *p = &j->pairs[j->slots[slot]];
		if (p->left == left && p->right == right)
			break;
	}
	return slot;
}

static nch_status grow_slots(joiner *j)
{
	size_t slot_count = j->slot_count == 0 ? 1 << 16 : j->slot_count * 2;
	uint32_t *slots = nch_alloc(slot_count, sizeof *slots);
	if (slots == NULL)
		return nch_no_memory(j->trainer->error);
	memset(slots, 0xFF, slot_count * sizeof *slots);
	nch_free(j->slots);
	j->slots = slots;
	j->slot_count = slot_count;
	for (size_t i = 0; i < j->pair_count; i++)
		slots[find_slot(j, j->pairs[i].left, j->pairs[i].right)] = (uint32_t)i;
	return NCH_OK;
}

/* Counts a pair that has come about at `place`. Pairs that may not be a piece are not kept. */
static nch_status add_pair(joiner *j, uint32_t place, uint32_t left, uint32_t right, int64_t count)
{
	nch_error *error = j->trainer->error;
	uint32_t length = j->symbols[left].length + j->symbols[right].length;
	if (j->pair_count * 2 >= j->slot_count)
		NCH_TRY(grow_slots(j));
	size_t slot = find_slot(j, left, right);
	if (j->slots[slot] == NONE) {
		if (!nch_piece_is_valid(&j->rules, j->corpus->text + place, length))
			return NCH_OK;
		NCH_TRY(nch_grow(&j->pairs, &j->pair_capacity, j->pair_count + 1, sizeof *j->pairs, error));
		j->pairs[j->pair_count] = (pair){.left = left, .right = right, .begin = place, .length = length};
		j->slots[slot] = (uint32_t)j->pair_count++;
	}
	pair *p = &j->pairs[j->slots[slot]];
	NCH_TRY(nch_grow(&p->places, &p->place_capacity, p->place_count + 1, sizeof *p->places, error));
	p->places[p->place_count++] = place;
	p->count += count;
	if (!p->changed) {
		p->changed = true;
		NCH_TRY(nch_grow(&j->changed, &j->changed_capacity, j->changed_count + 1, sizeof *j->changed, error));
		j->changed[j->changed_count++] = j->slots[slot];
	}
	return NCH_OK;
}

static void drop_pair(joiner *j, uint32_t left, uint32_t right, int64_t count)
{
	size_t slot = find_slot(j, left, right);
	if (j->slots[slot] != NONE)
		j->pairs[j->slots[slot]].count -= count;
}

static nch_status push_changed(joiner *j)
{
	for (size_t i = 0; i < j->changed_count; i++) {
		pair *p = &j->pairs[j->changed[i]];
		p->changed = false;
		if (p->count > 0)
			NCH_TRY(push(&j->heap, (ranked){p->count, j->changed[i]}, j, j->trainer->error));
	}
	j->changed_count = 0;
	return NCH_OK;
}

/* --- merging --- */

/* Joins the two symbols at a place, if they still stand there. */
static nch_status join_at(joiner *j, uint32_t place, uint32_t left, uint32_t right, uint32_t joined)
{
	uint32_t middle = place + j->symbols[left].length;
	if (j->at[place] != left || j->at[middle] != right)
		return NCH_OK;
	uint32_t end = middle + j->symbols[right].length;
	int64_t count = j->counts[place];
	j->at[place] = joined;
	j->at[middle] = NONE;
	j->start[end - 1] = place;
	if (place > 0 && j->corpus->text[place - 1] != 0) {
		uint32_t before = j->start[place - 1];
		drop_pair(j, j->at[before], left, count);
		NCH_TRY(add_pair(j, before, j->at[before], joined, count));
	}
	if (j->corpus->text[end] != 0) {
		drop_pair(j, right, j->at[end], count);
		NCH_TRY(add_pair(j, place, joined, j->at[end], count));
	}
	return NCH_OK;
}

/* Makes a new symbol of a pair, everywhere. */
static nch_status join_pair(joiner *j, uint32_t index)
{
	NCH_TRY(nch_grow(&j->symbols, &j->symbol_capacity, j->symbol_count + 1, sizeof *j->symbols, j->trainer->error));
	pair p = j->pairs[index]; /* by value: the array may move */
	uint32_t joined = (uint32_t)j->symbol_count++;
	j->symbols[joined] = (symbol){p.begin, p.length};
	j->pairs[index].places = NULL;
	j->pairs[index].place_count = j->pairs[index].place_capacity = 0;
	nch_status status = NCH_OK;
	for (size_t i = 0; i < p.place_count && status == NCH_OK; i++)
		status = join_at(j, p.places[i], p.left, p.right, joined);
	nch_free(p.places);
	j->pairs[index].count = 0;
	return status == NCH_OK ? push_changed(j) : status;
}

/* Whether some symbol is made of the same characters: two ways to join them give one piece. */
static bool is_known(const joiner *j, const pair *p)
{
	for (size_t i = j->corpus->codes; i < j->symbol_count; i++)
		if (j->symbols[i].length == p->length &&
		    memcmp(j->corpus->text + j->symbols[i].begin, j->corpus->text + p->begin, p->length * sizeof(uint32_t)) == 0)
			return true;
	return false;
}

/* The true best pair; NONE if there is none that occurs twice. */
static nch_status find_best(joiner *j, uint32_t *best)
{
	*best = NONE;
	while (j->heap.count > 0) {
		ranked top = pop(&j->heap, j);
		int64_t count = j->pairs[top.pair].count;
		if (count == top.count) {
			*best = top.count > 0 ? top.pair : NONE;
			return NCH_OK;
		}
		if (count > 0 && count < top.count)
			NCH_TRY(push(&j->heap, (ranked){count, top.pair}, j, j->trainer->error));
	}
	return NCH_OK;
}

static nch_status start(joiner *j)
{
	const nch_corpus *corpus = j->corpus;
	size_t length = corpus->text_length;
	j->at = nch_alloc(length, sizeof *j->at);
	j->start = nch_alloc(length, sizeof *j->start);
	j->counts = nch_alloc(length, sizeof *j->counts);
	if (j->at == NULL || j->start == NULL || j->counts == NULL)
		return nch_no_memory(j->trainer->error);
	NCH_TRY(nch_piece_rules_init(&j->rules, corpus, j->trainer->training, j->trainer->error));
	NCH_TRY(nch_grow(&j->symbols, &j->symbol_capacity, corpus->codes, sizeof *j->symbols, j->trainer->error));
	NCH_TRY(grow_slots(j));
	j->symbol_count = corpus->codes;
	for (uint32_t code = 0; code < corpus->codes; code++)
		j->symbols[code] = (symbol){0, 1};
	for (size_t w = 0; w < corpus->word_count; w++) {
		const nch_corpus_word *word = &corpus->words[w];
		for (uint32_t i = 0; i < word->length; i++) {
			uint32_t place = word->begin + i;
			j->at[place] = corpus->text[place];
			j->start[place] = place;
			j->counts[place] = word->count;
			if (i > 0 && corpus->text[place - 1] != 0 && corpus->text[place] != 0)
				NCH_TRY(add_pair(j, place - 1, corpus->text[place - 1], corpus->text[place], word->count));
		}
	}
	return push_changed(j);
}

/* Merges until there are enough pieces. Scores fall by one for each, which is what SentencePiece's encoder goes by. */
static nch_status merge_all(joiner *j, nch_trained *trained)
{
	const nch_corpus *corpus = j->corpus;
	size_t merges = j->trainer->wanted - (corpus->codes - 1);
	while (trained->count < merges) {
		uint32_t best;
		NCH_TRY(find_best(j, &best));
		if (best == NONE)
			break;
		const pair *p = &j->pairs[best];
		if (!is_known(j, p))
			NCH_TRY(nch_trained_add(trained, corpus, corpus->text + p->begin, p->length, -(double)trained->count, j->trainer->error));
		NCH_TRY(join_pair(j, best));
		if (trained->count % 64 == 0)
			NCH_TRY(nch_trainer_report(j->trainer, 0.2 + 0.8 * (double)trained->count / (double)(merges + 1), "joining pairs"));
	}
	for (uint32_t code = 1; code < corpus->codes; code++)
		NCH_TRY(nch_trained_add(trained, corpus, &code, 1, -(double)trained->count, j->trainer->error));
	return NCH_OK;
}

nch_status nch_train_bpe(const nch_trainer *trainer, nch_trained *trained)
{
	joiner j = {.trainer = trainer, .corpus = trainer->corpus};
	nch_status status = nch_trainer_report(trainer, 0.1, "counting pairs");
	if (status == NCH_OK)
		status = start(&j);
	if (status == NCH_OK)
		status = merge_all(&j, trained);
	for (size_t i = 0; i < j.pair_count; i++)
		nch_free(j.pairs[i].places);
	nch_piece_rules_free(&j.rules);
	nch_free(j.at);
	nch_free(j.start);
	nch_free(j.counts);
	nch_free(j.symbols);
	nch_free(j.pairs);
	nch_free(j.slots);
	nch_free(j.heap.items);
	nch_free(j.changed);
	return status;
}
