/* unigram.c - see unigram.h. */
#include "tokenizer/sentencepiece/unigram.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define UNKNOWN_PENALTY 10.0f
#define SCORE_LIMIT 100000.0f

/* The best way to reach the beginning of a character (or the end of the text). */
typedef struct nch_unigram_node {
	float score;   /* the sum of the scores from the beginning to here */
	float margin;  /* by how much the second best way to come here is worse */
	uint32_t from; /* where the last piece begins; NOT_REACHED: no piece ends here */
	int32_t id;    /* of the last piece */
} node;

#define NOT_REACHED UINT32_MAX

static nch_status collect_keys(nch_unigram *unigram, const nch_sp_model *model, nch_error *error)
{
	nch_trie_key *keys = nch_alloc(model->piece_count, sizeof *keys);
	if (keys == NULL)
		return nch_no_memory(error);
	size_t count = 0;
	for (size_t i = 0; i < model->piece_count; i++) {
		const nch_sp_piece *piece = &model->pieces[i];
		if (piece->type == NCH_PIECE_NORMAL || piece->type == NCH_PIECE_USER_DEFINED)
			keys[count++] = (nch_trie_key){piece->text, piece->length, (int32_t)i};
	}
	nch_status status = nch_trie_build(&unigram->trie, keys, count, error);
	nch_free(keys);
	return status;
}

nch_status nch_unigram_init(nch_unigram *unigram, const nch_sp_model *model, nch_error *error)
{
	*unigram = (nch_unigram){.unk = model->unk};
	float worst = FLT_MAX;
	for (size_t i = 0; i < model->piece_count; i++) {
		float score = model->pieces[i].score;
		if (!isfinite(score))
			return nch_fail(error, NCH_FORMAT, "not a usable SentencePiece model: piece %zu has no finite score", i);
		if (model->pieces[i].type == NCH_PIECE_NORMAL && score < worst)
			worst = score;
	}
	unigram->unk_score = worst - UNKNOWN_PENALTY;
	unigram->scores = nch_alloc(model->piece_count, sizeof *unigram->scores);
	if (unigram->scores == NULL)
		return nch_no_memory(error);
	unigram->worst = fabsf(unigram->unk_score);
	for (size_t i = 0; i < model->piece_count; i++) {
		const nch_sp_piece *piece = &model->pieces[i];
		bool always = piece->type == NCH_PIECE_USER_DEFINED;
		unigram->scores[i] = always ? (float)(0.1 * (piece->length - 1)) : piece->score;
		if (fabsf(unigram->scores[i]) > unigram->worst)
			unigram->worst = fabsf(unigram->scores[i]);
	}
	return collect_keys(unigram, model, error);
}

void nch_unigram_free(nch_unigram *unigram)
{
	nch_trie_free(&unigram->trie);
	nch_free(unigram->scores);
	*unigram = (nch_unigram){0};
}

void nch_segmentation_free(nch_segmentation *segmentation)
{
	nch_free(segmentation->items);
	nch_free(segmentation->codes);
	nch_free(segmentation->begins);
	nch_free(segmentation->nodes);
	*segmentation = (nch_segmentation){0};
}

nch_status nch_segmentation_reserve(nch_segmentation *s, size_t characters, nch_error *error)
{
	if (characters <= s->code_capacity && characters < s->begin_capacity)
		return NCH_OK; /* nearly always */
	NCH_TRY(nch_grow(&s->codes, &s->code_capacity, characters, sizeof *s->codes, error));
	return nch_grow(&s->begins, &s->begin_capacity, characters + 1, sizeof *s->begins, error);
}

/* A piece `id` from `from` to this node; of equal sums the one that was offered first stays. */
static inline void offer(node *target, float score, uint32_t from, int32_t id)
{
	if (target->from == NOT_REACHED) {
		*target = (node){score, INFINITY, from, id};
		return;
	}
	float gap = score - target->score;
	if (gap > 0)
		*target = (node){score, gap, from, id};
	else if (-gap < target->margin)
		target->margin = -gap;
}

/* Offers every piece that begins at `at`, and the unknown piece if no piece covers just the first character. */
static inline void offer_pieces(const nch_unigram *unigram, const uint32_t *codes, uint32_t count, uint32_t at, node *nodes)
{
	const nch_trie_unit *units = unigram->trie.units;
	float base = nodes[at].score;
	uint32_t place = NCH_TRIE_ROOT, end = at;
	bool covered = false;
	while (end < count) {
		uint32_t child = units[place].base + codes[end];
		if (units[child].parent != place || codes[end] == 0)
			break;
		place = child;
		end++;
		int32_t id = units[place].value;
		if (id >= 0) {
			offer(&nodes[end], unigram->scores[id] + base, at, id);
			covered |= end == at + 1;
		}
	}
	if (!covered)
		offer(&nodes[at + 1], unigram->unk_score + base, at, unigram->unk);
}

/* Very long sums lose the small differences that decide; SentencePiece starts them anew here and there. Nodes up to `end` may have been reached. */
static void keep_small(node *nodes, uint32_t at, uint32_t end)
{
	float offset = nodes[at].score;
	if (fabsf(offset) <= SCORE_LIMIT)
		return;
	for (uint32_t i = at; i <= end; i++)
		if (i == at || nodes[i].from != NOT_REACHED)
			nodes[i].score -= offset;
}

nch_status nch_unigram_encode_codes(const nch_unigram *unigram, float *score, nch_segmentation *s, nch_error *error)
{
	uint32_t count = (uint32_t)s->characters, pieces = 0;
	NCH_TRY(nch_grow(&s->nodes, &s->node_capacity, (size_t)count + 1, sizeof *s->nodes, error));
	node *nodes = s->nodes;
	for (uint32_t i = 1; i <= count; i++)
		nodes[i].from = NOT_REACHED;
	nodes[0] = (node){*score, INFINITY, 0, -1};
	uint32_t reach = (uint32_t)unigram->trie.longest;
	for (uint32_t at = 0; at < count; at++) {
		keep_small(nodes, at, count - at > reach ? at + reach : count);
		offer_pieces(unigram, s->codes, count, at, nodes);
	}
	for (uint32_t at = count; at > 0; at = nodes[at].from)
		pieces++;
	NCH_TRY(nch_grow(&s->items, &s->capacity, s->count + pieces, sizeof *s->items, error));
	s->count += pieces;
	s->margin = INFINITY;
	nch_segment *item = s->items + s->count;
	for (uint32_t at = count; at > 0; at = nodes[at].from) {
		*--item = (nch_segment){nodes[at].id, s->begins[at] - s->begins[nodes[at].from]};
		s->margin = nodes[at].margin < s->margin ? nodes[at].margin : s->margin;
	}
	*score = nodes[count].score;
	return NCH_OK;
}

nch_status nch_unigram_encode(const nch_unigram *unigram, const char *text, size_t length, float *score,
                              nch_segmentation *s, nch_error *error)
{
	NCH_TRY(nch_segmentation_reserve(s, length, error));
	s->characters = 0;
	for (size_t at = 0; at < length;) {
		uint32_t c;
		s->begins[s->characters] = (uint32_t)at;
		at += nch_utf8_decode(text + at, length - at, &c);
		s->codes[s->characters++] = c == NCH_UTF8_BAD ? 0 : nch_trie_code(&unigram->trie, c);
	}
	s->begins[s->characters] = (uint32_t)length;
	return nch_unigram_encode_codes(unigram, score, s, error);
}

/* --- for people --- */

/* One piece of the lattice. */
static void put_edge(const nch_unigram *unigram, const char *text, const nch_segmentation *s, const bool *on_path, uint32_t from, uint32_t to,
                     int32_t id, const char *piece, nch_buffer *out)
{
	const node *target = &s->nodes[to];
	float score = id == unigram->unk ? unigram->unk_score : unigram->scores[id];
	bool best = on_path[to] && target->from == from && target->id == id;
	nch_buffer_printf(out, "%c %5u %5u  %9.4f %10.4f  ", best ? '*' : ' ', (unsigned)from, (unsigned)to, (double)score,
	                  (double)(s->nodes[from].score + score));
	nch_buffer_add(out, text + s->begins[from], s->begins[to] - s->begins[from]);
	nch_buffer_printf(out, "%s%s\n", id == unigram->unk ? "  " : "", id == unigram->unk ? piece : "");
}

static void put_edges(const nch_unigram *unigram, const nch_sp_model *model, const char *text, const nch_segmentation *s, const bool *on_path,
                      uint32_t from, nch_buffer *out)
{
	uint32_t place = NCH_TRIE_ROOT;
	bool covered = false;
	const char *unknown = model->unk >= 0 ? model->pieces[model->unk].text : "(unknown)";
	for (uint32_t to = from; to < s->characters; to++) {
		place = nch_trie_step(&unigram->trie, place, s->codes[to]);
		if (place == NCH_TRIE_NONE)
			break;
		int32_t id = unigram->trie.units[place].value;
		covered |= id >= 0 && to == from;
		if (id >= 0)
			put_edge(unigram, text, s, on_path, from, to + 1, id, "", out);
	}
	if (!covered)
		put_edge(unigram, text, s, on_path, from, from + 1, unigram->unk, unknown, out);
}

nch_status nch_unigram_explain(const nch_unigram *unigram, const nch_sp_model *model, const char *text, size_t length,
                               nch_segmentation *s, nch_buffer *out, nch_error *error)
{
	float score = 0;
	s->count = 0;
	NCH_TRY(nch_unigram_encode(unigram, text, length, &score, s, error));
	bool *on_path = nch_alloc(s->characters + 1, sizeof *on_path);
	if (on_path == NULL)
		return nch_no_memory(error);
	for (size_t at = s->characters; at > 0; at = s->nodes[at].from)
		on_path[at] = true;
	nch_buffer_text(out, "lattice\n   from    to      score   best sum  piece\n");
	for (uint32_t from = 0; from < s->characters; from++)
		put_edges(unigram, model, text, s, on_path, from, out);
	nch_free(on_path);
	return nch_buffer_check(out, error);
}
