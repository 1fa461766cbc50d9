/* json_model.c - see json_model.h. */
#include "tokenizer/json/json_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define UNKNOWN_PENALTY 10.0
#define NOWHERE UINT32_MAX

typedef struct nch_json_merge {
	int32_t left, right; /* left -1: an empty slot */
	int32_t merged;
	uint32_t rank;
} merge;

typedef struct nch_json_node {
	double score;
	uint32_t from; /* NOWHERE: nothing ends here */
	int32_t id;
} node;

typedef struct nch_json_symbol {
	int32_t id;
	uint32_t length; /* bytes; 0: joined to the one before */
	uint32_t previous, next;
} symbol;

typedef struct nch_json_candidate {
	uint32_t rank, left;
	int32_t merged;
} candidate;

/* --- reading --- */

/* A number as Hugging Face's JSON reader takes it: all digits that fit into 64 bits, times or divided by a power of ten, rounded twice. It may
 * differ from the nearest double in the last bit, and that can decide between two ways to cut that should be equal. */
static double read_score(const nch_json *number)
{
	const char *text = number->text;
	uint64_t digits = 0;
	int exponent = 0;
	bool negative = *text == '-', fraction = false, full = false;
	for (text += negative; (*text >= '0' && *text <= '9') || *text == '.'; text++) {
		if (*text == '.') {
			fraction = true;
			continue;
		}
		full |= digits > (UINT64_MAX - (uint64_t)(*text - '0')) / 10;
		if (!full)
			digits = digits * 10 + (uint64_t)(*text - '0');
		exponent += full ? !fraction : fraction ? -1 : 0;
	}
	if (*text == 'e' || *text == 'E' || exponent < -300 || exponent > 300)
		return number->number; /* no score is written so */
	char power_text[16];
	snprintf(power_text, sizeof power_text, "1e%d", exponent < 0 ? -exponent : exponent);
	double power = strtod(power_text, NULL), value = (double)digits;
	value = exponent >= 0 ? value * power : value / power;
	return negative ? -value : value;
}

static nch_status init_unigram(nch_json_model *m, const nch_json *json, nch_error *error)
{
	const nch_json *list = nch_json_get(json, "vocab");
	size_t count = list != NULL ? list->count : 0, id = 0;
	nch_trie_key *keys = nch_alloc(count, sizeof *keys);
	m->scores = nch_alloc(count, sizeof *m->scores);
	if (keys == NULL || m->scores == NULL) {
		nch_free(keys);
		return nch_no_memory(error);
	}
	double least = INFINITY;
	size_t kept = 0;
	for (const nch_json *item = list != NULL ? list->first : NULL; item != NULL; item = item->next, id++) {
		m->scores[id] = read_score(item->first->next); /* the caller has seen that it is [text, number] */
		least = m->scores[id] < least ? m->scores[id] : least;
		/* of equal pieces the last one counts */
		if (nch_vocabulary_find(m->vocabulary, item->first->text, item->first->length) == (int32_t)id)
			keys[kept++] = (nch_trie_key){item->first->text, item->first->length, (int32_t)id};
	}
	m->unk_score = least - UNKNOWN_PENALTY;
	nch_status status = nch_trie_build(&m->trie, keys, kept, error);
	nch_free(keys);
	const nch_json *unk = nch_json_get(json, "unk_id");
	m->unk = unk != NULL && unk->type == NCH_JSON_NUMBER && unk->number >= 0 && unk->number < (double)count ? (int32_t)unk->number : -1;
	if (status == NCH_OK && m->unk < 0)
		return nch_fail(error, NCH_FORMAT, "the Unigram model of tokenizer.json has no unk_id");
	return status;
}

static size_t hash_pair(int32_t left, int32_t right)
{
	uint64_t key = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
	key *= 0x9E3779B97F4A7C15u;
	return (size_t)(key ^ key >> 29);
}

static merge *find_merge(const nch_json_model *m, int32_t left, int32_t right)
{
	size_t slot = hash_pair(left, right) & (m->merge_slots - 1);
	for (;; slot = (slot + 1) & (m->merge_slots - 1)) {
		merge *found = &m->merges[slot];
		if (found->left < 0 || (found->left == left && found->right == right))
			return found;
	}
}

/* A merge is ["a", "b"] or "a b"; returns the two texts. */
static bool split_merge(const nch_json *item, const char **left, size_t *left_length, const char **right, size_t *right_length)
{
	if (item->type == NCH_JSON_ARRAY && item->count == 2 && item->first->type == NCH_JSON_STRING && item->first->next->type == NCH_JSON_STRING) {
		*left = item->first->text;
		*left_length = item->first->length;
		*right = item->first->next->text;
		*right_length = item->first->next->length;
		return true;
	}
	if (item->type != NCH_JSON_STRING)
		return false;
	const char *space = memchr(item->text, ' ', item->length);
	if (space == NULL)
		return false;
	*left = item->text;
	*left_length = (size_t)(space - item->text);
	*right = space + 1;
	*right_length = item->length - *left_length - 1;
	return true;
}

static nch_status add_merge(nch_json_model *m, const nch_json *item, uint32_t rank, nch_buffer *joined, nch_error *error)
{
	const char *left, *right;
	size_t left_length, right_length, prefix = strlen(m->prefix);
	if (!split_merge(item, &left, &left_length, &right, &right_length))
		return nch_fail(error, NCH_FORMAT, "merge %u of tokenizer.json is no pair", (unsigned)rank);
	nch_buffer_clear(joined);
	nch_buffer_add(joined, left, left_length);
	if (right_length >= prefix)
		nch_buffer_add(joined, right + prefix, right_length - prefix);
	NCH_TRY(nch_buffer_check(joined, error));
	int32_t a = nch_vocabulary_find(m->vocabulary, left, left_length), b = nch_vocabulary_find(m->vocabulary, right, right_length);
	int32_t c = nch_vocabulary_find(m->vocabulary, joined->data != NULL ? joined->data : "", joined->length);
	if (a < 0 || b < 0 || c < 0)
		return nch_fail(error, NCH_FORMAT, "merge %u of tokenizer.json joins what is not in its vocabulary", (unsigned)rank);
	*find_merge(m, a, b) = (merge){a, b, c, rank};
	return NCH_OK;
}

static nch_status keep_affix(char *out, size_t size, const char *text, nch_error *error)
{
	if (strlen(text) >= size)
		return nch_fail(error, NCH_FORMAT, "the prefix or suffix \"%.40s\" of tokenizer.json is too long", text);
	memcpy(out, text, strlen(text) + 1);
	return NCH_OK;
}

static nch_status init_bpe(nch_json_model *m, const nch_json *json, nch_error *error)
{
	const nch_json *list = nch_json_get(json, "merges");
	size_t count = list != NULL ? list->count : 0;
	const char *unk = nch_json_text(json, "unk_token", NULL);
	NCH_TRY(keep_affix(m->prefix, sizeof m->prefix, nch_json_text(json, "continuing_subword_prefix", ""), error));
	NCH_TRY(keep_affix(m->suffix, sizeof m->suffix, nch_json_text(json, "end_of_word_suffix", ""), error));
	m->fuse_unk = nch_json_bool(json, "fuse_unk", false);
	m->ignore_merges = nch_json_bool(json, "ignore_merges", false);
	m->unk = unk != NULL ? nch_vocabulary_find(m->vocabulary, unk, strlen(unk)) : -1;
	for (m->merge_slots = 64; m->merge_slots < count * 2;)
		m->merge_slots *= 2;
	m->merges = nch_alloc(m->merge_slots, sizeof *m->merges);
	if (m->merges == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < m->merge_slots; i++)
		m->merges[i].left = -1;
	nch_buffer joined = {0};
	nch_status status = NCH_OK;
	uint32_t rank = 0;
	for (const nch_json *item = list != NULL ? list->first : NULL; item != NULL && status == NCH_OK; item = item->next)
		status = add_merge(m, item, rank++, &joined, error);
	nch_buffer_free(&joined);
	return status;
}

nch_status nch_json_model_init(nch_json_model *m, const nch_json *json, const nch_vocabulary *vocabulary, nch_error *error)
{
	*m = (nch_json_model){.vocabulary = vocabulary, .unk = -1};
	m->unigram = strcmp(nch_json_text(json, "type", ""), "Unigram") == 0;
	m->byte_fallback = nch_json_bool(json, "byte_fallback", false);
	for (int byte = 0; byte < 256; byte++) {
		char text[8];
		snprintf(text, sizeof text, "<0x%02X>", (unsigned)byte);
		m->byte_ids[byte] = nch_vocabulary_find(vocabulary, text, strlen(text));
	}
	return m->unigram ? init_unigram(m, json, error) : init_bpe(m, json, error);
}

void nch_json_model_free(nch_json_model *m)
{
	nch_trie_free(&m->trie);
	nch_free(m->scores);
	nch_free(m->merges);
	*m = (nch_json_model){0};
}

void nch_json_model_scratch_free(nch_json_model_scratch *s)
{
	nch_free(s->bytes);
	nch_free(s->places);
	nch_free(s->nodes);
	nch_free(s->symbols);
	nch_free(s->candidates.items);
	*s = (nch_json_model_scratch){0};
}

/* --- cutting --- */

static nch_status add_segment(nch_segmentation *segmentation, int32_t id, size_t length, nch_error *error)
{
	NCH_TRY(nch_grow(&segmentation->items, &segmentation->capacity, segmentation->count + 1, sizeof *segmentation->items, error));
	segmentation->items[segmentation->count++] = (nch_segment){id, (uint32_t)length};
	return NCH_OK;
}

/* Whether each byte has a piece. */
static bool has_byte_pieces(const nch_json_model *m, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (m->byte_ids[(unsigned char)bytes[i]] < 0)
			return false;
	return m->byte_fallback;
}

static void offer(node *target, double score, uint32_t from, int32_t id)
{
	if (target->from == NOWHERE || score > target->score)
		*target = (node){score, from, id};
}

static void run_viterbi(const nch_json_model *m, const char *bytes, uint32_t length, node *nodes)
{
	for (uint32_t i = 0; i <= length; i++)
		nodes[i] = (node){0, i == 0 ? 0 : NOWHERE, -1};
	for (uint32_t at = 0, step; at < length; at += step) {
		uint32_t place = NCH_TRIE_ROOT, end = at, c;
		bool covered = false;
		step = (uint32_t)nch_utf8_decode(bytes + at, length - at, &c);
		while (end < length) {
			end += (uint32_t)nch_utf8_decode(bytes + end, length - end, &c);
			place = nch_trie_step(&m->trie, place, nch_trie_code(&m->trie, c));
			if (place == NCH_TRIE_NONE)
				break;
			int32_t id = m->trie.units[place].value;
			if (id >= 0)
				offer(&nodes[end], m->scores[id] + nodes[at].score, at, id);
			covered |= id >= 0 && end == at + step;
		}
		if (!covered)
			offer(&nodes[at + step], m->unk_score + nodes[at].score, at, m->unk);
	}
}

static nch_status cut_unigram(const nch_json_model *m, const char *bytes, uint32_t length, nch_json_model_scratch *s,
                              nch_segmentation *segmentation, nch_error *error)
{
	NCH_TRY(nch_grow(&s->nodes, &s->node_capacity, (size_t)length + 1, sizeof *s->nodes, error));
	run_viterbi(m, bytes, length, s->nodes);
	uint32_t next = NOWHERE; /* turn the links round: from[] becomes where the next piece ends */
	for (uint32_t at = length; at > 0;) {
		uint32_t from = s->nodes[at].from;
		s->nodes[at].from = next;
		next = at;
		at = from;
	}
	for (uint32_t at = 0, end = next; end != NOWHERE;) {
		int32_t id = s->nodes[end].id;
		uint32_t after = s->nodes[end].from;
		while (id == m->unk && after != NOWHERE && s->nodes[after].id == m->unk) { /* unknown characters are one piece */
			end = after;
			after = s->nodes[end].from;
		}
		if (id == m->unk && has_byte_pieces(m, bytes + at, end - at))
			for (uint32_t k = at; k < end; k++)
				NCH_TRY(add_segment(segmentation, m->byte_ids[(unsigned char)bytes[k]], 1, error));
		else
			NCH_TRY(add_segment(segmentation, id, end - at, error));
		at = end;
		end = after;
	}
	return NCH_OK;
}

/* Merges by rank, of equal ones the leftmost. */
static bool comes_before(const void *nothing, const candidate *a, const candidate *b)
{
	(void)nothing;
	return a->rank < b->rank || (a->rank == b->rank && a->left < b->left);
}

NCH_HEAP_FUNCTIONS(nch_json_candidates, candidate, const void *, comes_before)

static nch_status offer_pair(const nch_json_model *m, nch_json_model_scratch *s, uint32_t left, uint32_t right, nch_error *error)
{
	if (left == NOWHERE || right == NOWHERE)
		return NCH_OK;
	const merge *found = find_merge(m, s->symbols[left].id, s->symbols[right].id);
	return found->left >= 0 ? push(&s->candidates, (candidate){found->rank, left, found->merged}, NULL, error) : NCH_OK;
}

static nch_status add_symbol(nch_json_model_scratch *s, uint32_t *count, int32_t id, uint32_t length, nch_error *error)
{
	NCH_TRY(nch_grow(&s->symbols, &s->symbol_capacity, (size_t)*count + 1, sizeof *s->symbols, error));
	s->symbols[*count] = (symbol){id, length, *count > 0 ? *count - 1 : NOWHERE, *count + 1};
	++*count;
	return NCH_OK;
}

/* A character with the prefix, unless it is the first of the word, and the suffix, if it is the last. Returns the length. */
static size_t with_affixes(const nch_json_model *m, const char *character, size_t length, bool first, bool last, char *out)
{
	size_t prefix = first ? 0 : strlen(m->prefix), suffix = last ? strlen(m->suffix) : 0;
	memcpy(out, m->prefix, prefix);
	memcpy(out + prefix, character, length);
	memcpy(out + prefix + length, m->suffix, suffix);
	return prefix + length + suffix;
}

/* The characters of the word with their affixes as symbols. What has no piece becomes bytes, or unknown, or nothing. */
static nch_status list_symbols(const nch_json_model *m, const char *bytes, uint32_t length, nch_json_model_scratch *s, uint32_t *count,
                               nch_error *error)
{
	*count = 0;
	bool after_unknown = false;
	for (uint32_t at = 0, step; at < length; at += step) {
		char text[4 + 2 * sizeof m->prefix];
		uint32_t c;
		step = (uint32_t)nch_utf8_decode(bytes + at, length - at, &c);
		size_t size = with_affixes(m, bytes + at, step, at == 0, at + step == length, text);
		int32_t id = nch_vocabulary_find(m->vocabulary, text, size);
		if (id < 0 && has_byte_pieces(m, text, size)) {
			for (size_t k = 0; k < size; k++)
				NCH_TRY(add_symbol(s, count, m->byte_ids[(unsigned char)text[k]], 1, error));
			continue;
		}
		bool unknown = id < 0;
		if (unknown && m->unk >= 0 && after_unknown && m->fuse_unk)
			s->symbols[*count - 1].length += step;
		else if (!unknown || m->unk >= 0)
			NCH_TRY(add_symbol(s, count, unknown ? m->unk : id, step, error));
		after_unknown = unknown;
	}
	if (*count > 0)
		s->symbols[*count - 1].next = NOWHERE;
	return NCH_OK;
}

static nch_status join_all(const nch_json_model *m, nch_json_model_scratch *s, nch_error *error)
{
	while (s->candidates.count > 0) {
		candidate best = pop(&s->candidates, NULL);
		symbol *left = &s->symbols[best.left];
		if (left->length == 0 || left->next == NOWHERE)
			continue;
		symbol *right = &s->symbols[left->next];
		const merge *found = find_merge(m, left->id, right->id);
		if (found->left < 0 || found->merged != best.merged)
			continue; /* one of the two has changed since */
		left->id = best.merged;
		left->length += right->length;
		right->length = 0;
		left->next = right->next;
		if (right->next != NOWHERE)
			s->symbols[right->next].previous = best.left;
		NCH_TRY(offer_pair(m, s, left->previous, best.left, error));
		NCH_TRY(offer_pair(m, s, best.left, left->next, error));
	}
	return NCH_OK;
}

static nch_status cut_bpe(const nch_json_model *m, const char *bytes, uint32_t length, nch_json_model_scratch *s,
                          nch_segmentation *segmentation, nch_error *error)
{
	uint32_t count;
	int32_t whole = m->ignore_merges ? nch_vocabulary_find(m->vocabulary, bytes, length) : -1;
	if (whole >= 0)
		return add_segment(segmentation, whole, length, error);
	s->candidates.count = 0;
	NCH_TRY(list_symbols(m, bytes, length, s, &count, error));
	for (uint32_t i = 0; i + 1 < count; i++)
		NCH_TRY(offer_pair(m, s, i, i + 1, error));
	NCH_TRY(join_all(m, s, error));
	for (uint32_t i = 0; count > 0 && i != NOWHERE; i = s->symbols[i].next)
		NCH_TRY(add_segment(segmentation, s->symbols[i].id, s->symbols[i].length, error));
	return NCH_OK;
}

nch_status nch_json_model_cut(const nch_json_model *m, const nch_bert_character *word, size_t count, nch_json_model_scratch *s,
                              nch_segmentation *segmentation, nch_error *error)
{
	size_t length = 0;
	NCH_TRY(nch_grow(&s->bytes, &s->byte_capacity, count * 4 + 1, 1, error));
	NCH_TRY(nch_grow(&s->places, &s->place_capacity, count * 4 + 1, sizeof *s->places, error));
	for (size_t i = 0; i < count; i++) {
		size_t size = nch_utf8_encode(word[i].code_point, s->bytes + length);
		for (size_t k = 0; k < size; k++)
			s->places[length++] = (uint32_t)i;
	}
	s->places[length] = (uint32_t)count;
	return m->unigram ? cut_unigram(m, s->bytes, (uint32_t)length, s, segmentation, error)
	                  : cut_bpe(m, s->bytes, (uint32_t)length, s, segmentation, error);
}
