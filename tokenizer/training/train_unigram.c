/* train_unigram.c - a unigram vocabulary by expectation maximization and pruning (Kudo 2018).
 *
 * 1. Seeds: all characters, and the strings with the greatest count × length, found on a suffix array.
 * 2. Expectation: how often is each piece used, if every way to cut a word is as likely as its pieces' probabilities
 *    say? The forward-backward algorithm sums over all ways at once. Maximization: the new probabilities are those shares
 *    (with the digamma function in place of the logarithm, which presses rare pieces down: Liang and Klein 2007).
 * 3. Pruning: cut the words the best way; what would the text lose if a piece had to be replaced by its own best
 *    cutting? The quarter that matters least goes. Then 2 again, until few enough are left.
 *
 * Counts are summed as integers, so that it is of no importance which thread adds what. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"
#include "tokenizer/training/suffix_array.h"
#include "tokenizer/training/train_pieces.h"
#include "tokenizer/vocabulary/trie.h"

#define FIXED 16777216.0       /* expected counts are kept in units of 2^-24 */
#define SCALE 4.0              /* added to a score for each character, so that products stay near 1 */
#define LINEAR_LENGTH 48       /* longer words are summed in logarithms */
#define TASK_WORDS 2048
#define TASK_PIECES 1024
#define LEAST_EXPECTED 0.5     /* pieces that are used less are dropped */
#define SHRINKING 0.75
#define EM_ROUNDS 2
#define UNKNOWN_PENALTY 10.0

typedef struct piece {
	uint32_t begin, length; /* in the corpus text */
	uint32_t node;          /* in the trie */
	double score;           /* the logarithm of its probability */
	double likelihood;      /* exp(score + SCALE * length) */
} piece;

/* A piece that fits at a place of a word. */
typedef struct edge {
	uint32_t from, to;
	int32_t id; /* -1: a character that no piece covers */
} edge;

/* One thread's memory. */
typedef struct worker {
	int64_t *counts; /* [pieces], fixed point or whole */
	double *forward, *backward;
	uint32_t *came_from; /* Viterbi: where the best last piece begins, and which it is */
	int32_t *came_by;
	size_t room; /* of the four arrays above */
	edge *edges;
	size_t edge_count, edge_capacity;
	nch_error error;
} worker;

typedef struct model {
	const nch_trainer *trainer;
	piece *pieces;
	size_t count, capacity;
	nch_trie trie;
	double unknown_score;
	worker *workers;
	size_t threads;
	bool best_only; /* count the pieces of the best path (else: expectations) */
	double *losses; /* [count] of pruning; see lose() */
	double total;
} model;

/* --- seeds --- */

typedef struct candidate {
	double value; /* count × length */
	uint32_t begin, length;
} candidate;

typedef struct candidates {
	candidate *items;
	size_t count, capacity;
} candidates;

static int compare_candidates(const void *left, const void *right)
{
	const candidate *a = left, *b = right;
	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return (a->begin > b->begin) - (a->begin < b->begin);
}

static nch_status offer_candidate(const model *m, const nch_piece_rules *rules, candidates *found, uint32_t begin, int32_t length,
                                  int64_t count)
{
	if (length < 2 || count < 2 || !nch_piece_is_valid(rules, m->trainer->corpus->text + begin, (size_t)length))
		return NCH_OK;
	NCH_TRY(nch_grow(&found->items, &found->capacity, found->count + 1, sizeof *found->items, m->trainer->error));
	found->items[found->count++] = (candidate){(double)count * length, begin, (uint32_t)length};
	return NCH_OK;
}

/* A run of suffixes that begin alike. */
typedef struct interval {
	size_t begin;
	int32_t length; /* of what they have in common */
} interval;

/* Walks the runs from the inside out with a stack. counts_to[i]: occurrences of the words of the first i suffixes. */
static nch_status walk_intervals(const model *m, const nch_piece_rules *rules, const int32_t *order, const int32_t *common,
                                 const int64_t *counts_to, const int32_t *rest, size_t length, candidates *found)
{
	interval *stack = NULL;
	size_t depth = 0, capacity = 0;
	nch_status status = nch_grow(&stack, &capacity, 1, sizeof *stack, m->trainer->error);
	if (status == NCH_OK)
		stack[depth++] = (interval){0, 0};
	for (size_t i = 1; i <= length && status == NCH_OK; i++) {
		int32_t next = i < length ? common[i] : 0;
		size_t begin = i - 1;
		uint32_t last = (uint32_t)order[i - 1];
		if (rest[i - 1] > common[i - 1] && rest[i - 1] > next) /* the end of a word that nothing else has */
			status = offer_candidate(m, rules, found, last, rest[i - 1], counts_to[i] - counts_to[i - 1]);
		while (status == NCH_OK && next < stack[depth - 1].length) {
			interval top = stack[--depth];
			begin = top.begin;
			status = offer_candidate(m, rules, found, (uint32_t)order[begin], top.length, counts_to[i] - counts_to[begin]);
		}
		if (status == NCH_OK && next > stack[depth - 1].length) {
			status = nch_grow(&stack, &capacity, depth + 1, sizeof *stack, m->trainer->error);
			if (status == NCH_OK)
				stack[depth++] = (interval){begin, next};
		}
	}
	nch_free(stack);
	return status;
}

/* For every place of the text: how often its word occurs, and how many characters there are to the word's end (or to a character without
 * a code). */
static void describe_places(const nch_corpus *corpus, int64_t *counts, int32_t *rest)
{
	for (size_t w = 0; w < corpus->word_count; w++) {
		const nch_corpus_word *word = &corpus->words[w];
		int32_t left = 0;
		for (uint32_t i = word->length + 1; i-- > 0;) {
			left = corpus->text[word->begin + i] == 0 ? 0 : left + 1;
			rest[word->begin + i] = left;
			counts[word->begin + i] = word->count;
		}
	}
}

static nch_status find_candidates(const model *m, candidates *found)
{
	const nch_corpus *corpus = m->trainer->corpus;
	size_t length = corpus->text_length;
	nch_error *error = m->trainer->error;
	nch_piece_rules rules = {0};
	int32_t *order = nch_alloc(length, sizeof *order), *common = nch_alloc(length, sizeof *common);
	int32_t *rest = nch_alloc(length, sizeof *rest), *rest_in_order = nch_alloc(length, sizeof *rest_in_order);
	int64_t *counts = nch_alloc(length, sizeof *counts), *counts_to = nch_alloc(length + 1, sizeof *counts_to);
	nch_status status = order && common && rest && rest_in_order && counts && counts_to ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_piece_rules_init(&rules, corpus, m->trainer->training, error);
	if (status == NCH_OK)
		status = nch_suffix_array(corpus->text, length, corpus->codes, order, error);
	if (status == NCH_OK)
		status = nch_common_prefixes(corpus->text, length, order, common, error);
	if (status == NCH_OK) {
		describe_places(corpus, counts, rest);
		for (size_t i = 0; i < length; i++) {
			counts_to[i + 1] = counts_to[i] + counts[order[i]];
			rest_in_order[i] = rest[order[i]];
		}
		status = walk_intervals(m, &rules, order, common, counts_to, rest_in_order, length, found);
	}
	nch_piece_rules_free(&rules);
	nch_free(order);
	nch_free(common);
	nch_free(rest);
	nch_free(rest_in_order);
	nch_free(counts);
	nch_free(counts_to);
	return status;
}

static nch_status add_piece(model *m, uint32_t begin, uint32_t length, double value)
{
	NCH_TRY(nch_grow(&m->pieces, &m->capacity, m->count + 1, sizeof *m->pieces, m->trainer->error));
	m->pieces[m->count++] = (piece){.begin = begin, .length = length, .score = value};
	return NCH_OK;
}

/* The characters become pieces too; each is found where it first stands in the text. Those that do not stand there get theirs in the end. */
static nch_status add_characters(model *m)
{
	const nch_corpus *corpus = m->trainer->corpus;
	uint32_t *first = nch_alloc(corpus->codes, sizeof *first);
	if (first == NULL)
		return nch_no_memory(m->trainer->error);
	for (size_t i = corpus->text_length; i-- > 0;)
		first[corpus->text[i]] = (uint32_t)i;
	nch_status status = NCH_OK;
	for (uint32_t code = 1; code < corpus->codes && status == NCH_OK; code++)
		if (corpus->character_counts[code] > 0)
			status = add_piece(m, first[code], 1, (double)corpus->character_counts[code]);
	nch_free(first);
	return status;
}

static nch_status make_seeds(model *m)
{
	candidates found = {0};
	nch_status status = add_characters(m);
	if (status == NCH_OK)
		status = find_candidates(m, &found);
	if (status == NCH_OK) {
		if (found.count > 1)
			qsort(found.items, found.count, sizeof *found.items, compare_candidates);
		size_t keep = found.count < m->trainer->training->seed_size ? found.count : m->trainer->training->seed_size;
		for (size_t i = 0; i < keep && status == NCH_OK; i++)
			status = add_piece(m, found.items[i].begin, found.items[i].length, found.items[i].value);
	}
	nch_free(found.items);
	double sum = 0;
	for (size_t i = 0; i < m->count; i++)
		sum += m->pieces[i].score;
	for (size_t i = 0; i < m->count; i++)
		m->pieces[i].score = nch_log(m->pieces[i].score) - nch_log(sum);
	return status;
}

/* --- the trie: built once, its values change --- */

static nch_status build_trie(model *m)
{
	const uint32_t *text = m->trainer->corpus->text;
	nch_trie_coded_key *keys = nch_alloc(m->count, sizeof *keys);
	if (keys == NULL)
		return nch_no_memory(m->trainer->error);
	for (size_t i = 0; i < m->count; i++)
		keys[i] = (nch_trie_coded_key){text + m->pieces[i].begin, m->pieces[i].length, (int32_t)i, 0};
	nch_status status = nch_trie_build_coded(&m->trie, keys, m->count, m->trainer->corpus->codes, m->trainer->error);
	nch_free(keys);
	for (size_t i = 0; i < m->count && status == NCH_OK; i++) {
		uint32_t node = NCH_TRIE_ROOT;
		for (uint32_t k = 0; k < m->pieces[i].length; k++)
			node = nch_trie_step(&m->trie, node, text[m->pieces[i].begin + k]);
		m->pieces[i].node = node;
	}
	return status;
}

/* Keeps the pieces with keep[i], and makes what follows from their scores. */
static void update(model *m, const bool *keep)
{
	size_t kept = 0;
	double least = 0;
	for (size_t i = 0; i < m->count; i++) {
		piece *p = &m->pieces[i];
		m->trie.units[p->node].value = keep == NULL || keep[i] ? (int32_t)kept : -1;
		if (keep == NULL || keep[i])
			m->pieces[kept++] = *p;
	}
	m->count = kept;
	for (size_t i = 0; i < kept; i++) {
		piece *p = &m->pieces[i];
		p->likelihood = nch_exp(p->score + SCALE * p->length);
		least = p->score < least ? p->score : least;
	}
	m->unknown_score = least - UNKNOWN_PENALTY;
}

/* --- the lattice of a word --- */

static bool make_room(worker *w, size_t length)
{
	if (length + 1 <= w->room)
		return true;
	size_t room[4] = {w->room, w->room, w->room, w->room};
	if (nch_grow(&w->forward, &room[0], length + 1, sizeof *w->forward, &w->error) != NCH_OK ||
	    nch_grow(&w->backward, &room[1], length + 1, sizeof *w->backward, &w->error) != NCH_OK ||
	    nch_grow(&w->came_from, &room[2], length + 1, sizeof *w->came_from, &w->error) != NCH_OK ||
	    nch_grow(&w->came_by, &room[3], length + 1, sizeof *w->came_by, &w->error) != NCH_OK)
		return false;
	w->room = room[0];
	for (int i = 1; i < 4; i++)
		w->room = room[i] < w->room ? room[i] : w->room;
	return true;
}

static bool add_edge(worker *w, uint32_t from, uint32_t to, int32_t id)
{
	if (w->edge_count == w->edge_capacity &&
	    nch_grow(&w->edges, &w->edge_capacity, w->edge_count + 1, sizeof *w->edges, &w->error) != NCH_OK)
		return false;
	w->edges[w->edge_count++] = (edge){from, to, id};
	return true;
}

/* Lists all pieces that fit anywhere, by where they begin. */
static bool list_edges(const model *m, worker *w, const uint32_t *codes, uint32_t length)
{
	w->edge_count = 0;
	for (uint32_t from = 0; from < length; from++) {
		uint32_t node = NCH_TRIE_ROOT;
		bool covered = false;
		for (uint32_t to = from; to < length; to++) {
			node = nch_trie_step(&m->trie, node, codes[to]);
			if (node == NCH_TRIE_NONE)
				break;
			int32_t id = m->trie.units[node].value;
			if (id < 0)
				continue;
			covered |= to == from;
			if (!add_edge(w, from, to + 1, id))
				return false;
		}
		if (!covered && !add_edge(w, from, from + 1, -1))
			return false;
	}
	return true;
}

static double score_of(const model *m, int32_t id)
{
	return id >= 0 ? m->pieces[id].score : m->unknown_score;
}

/* --- expectation --- */

/* Adds to the counts how often the word uses each piece. False if the products left the range of a double. */
static bool expect_linear(const model *m, worker *w, uint32_t length, int64_t count, double unknown)
{
	memset(w->forward, 0, (length + 1) * sizeof *w->forward);
	memset(w->backward, 0, (length + 1) * sizeof *w->backward);
	w->forward[0] = w->backward[length] = 1;
	for (size_t i = 0; i < w->edge_count; i++) {
		edge e = w->edges[i];
		w->forward[e.to] += w->forward[e.from] * (e.id >= 0 ? m->pieces[e.id].likelihood : unknown);
	}
	double sum = w->forward[length];
	if (!(sum > 1e-250 && sum < 1e250))
		return false;
	double weight = (double)count * FIXED / sum;
	for (size_t i = w->edge_count; i-- > 0;) {
		edge e = w->edges[i];
		double share = w->backward[e.to] * (e.id >= 0 ? m->pieces[e.id].likelihood : unknown);
		w->backward[e.from] += share;
		if (e.id >= 0)
			w->counts[e.id] += (int64_t)(w->forward[e.from] * share * weight + 0.5);
	}
	return true;
}

static double add_logs(double a, double b)
{
	double high = a > b ? a : b, low = a > b ? b : a;
	return low < high - 50 ? high : high + nch_log(1 + nch_exp(low - high));
}

/* The same in logarithms, for long words. */
static void expect_logarithmic(const model *m, worker *w, uint32_t length, int64_t count)
{
	for (uint32_t i = 0; i <= length; i++)
		w->forward[i] = w->backward[i] = -1e300;
	w->forward[0] = w->backward[length] = 0;
	for (size_t i = 0; i < w->edge_count; i++) {
		edge e = w->edges[i];
		w->forward[e.to] = add_logs(w->forward[e.to], w->forward[e.from] + score_of(m, e.id));
	}
	double sum = w->forward[length];
	for (size_t i = w->edge_count; i-- > 0;) {
		edge e = w->edges[i];
		double share = w->backward[e.to] + score_of(m, e.id);
		w->backward[e.from] = add_logs(w->backward[e.from], share);
		if (e.id >= 0)
			w->counts[e.id] += (int64_t)((double)count * FIXED * nch_exp(w->forward[e.from] + share - sum) + 0.5);
	}
}

/* --- the best path --- */

/* Fills came_from and came_by; forward holds the sums. Of equal sums the first stays. */
static void find_best_path(const model *m, worker *w, uint32_t length)
{
	for (uint32_t i = 1; i <= length; i++)
		w->came_from[i] = UINT32_MAX;
	w->forward[0] = 0;
	for (size_t i = 0; i < w->edge_count; i++) {
		edge e = w->edges[i];
		double score = w->forward[e.from] + score_of(m, e.id);
		if (w->came_from[e.to] == UINT32_MAX || score > w->forward[e.to]) {
			w->forward[e.to] = score;
			w->came_from[e.to] = e.from;
			w->came_by[e.to] = e.id;
		}
	}
}

static void count_words(void *context, size_t index, size_t thread)
{
	const model *m = context;
	const nch_corpus *corpus = m->trainer->corpus;
	worker *w = &m->workers[thread];
	double unknown = nch_exp(m->unknown_score + SCALE);
	size_t end = (index + 1) * TASK_WORDS < corpus->word_count ? (index + 1) * TASK_WORDS : corpus->word_count;
	for (size_t i = index * TASK_WORDS; i < end; i++) {
		const nch_corpus_word *word = &corpus->words[i];
		uint32_t length = word->length;
		if (!make_room(w, length) || !list_edges(m, w, corpus->text + word->begin, length))
			return;
		if (m->best_only) {
			find_best_path(m, w, length);
			for (uint32_t at = length; at > 0; at = w->came_from[at])
				if (w->came_by[at] >= 0)
					w->counts[w->came_by[at]] += word->count;
		} else if (length > LINEAR_LENGTH || !expect_linear(m, w, length, word->count, unknown)) {
			expect_logarithmic(m, w, length, word->count);
		}
	}
}

/* Runs over all words on all threads; the sums are in workers[0].counts. */
static nch_status count_pieces(model *m, bool best_only)
{
	m->best_only = best_only;
	for (size_t t = 0; t < m->threads; t++)
		memset(m->workers[t].counts, 0, m->count * sizeof(int64_t));
	nch_pool_run(m->trainer->training->pool, (m->trainer->corpus->word_count + TASK_WORDS - 1) / TASK_WORDS, count_words, m);
	for (size_t t = 0; t < m->threads; t++) {
		if (m->workers[t].error.status != NCH_OK)
			return nch_no_memory(m->trainer->error);
		for (size_t i = 0; t > 0 && i < m->count; i++)
			m->workers[0].counts[i] += m->workers[t].counts[i];
	}
	return NCH_OK;
}

/* --- maximization --- */

/* The derivative of log Γ, by recurrence to x > 7 and the asymptotic series there (Abramowitz and Stegun 6.3.18, shifted by a half). */
static double digamma(double x)
{
	double result = 0;
	for (; x < 7; x++)
		result -= 1 / x;
	x -= 0.5;
	double y = 1 / (x * x);
	return result + nch_log(x) + y / 24 - 7 * y * y / 960 + 31 * y * y * y / 8064 - 127 * y * y * y * y / 30720;
}

static nch_status maximize(model *m, bool *keep)
{
	const int64_t *counts = m->workers[0].counts;
	double sum = 0;
	for (size_t i = 0; i < m->count; i++) {
		double expected = (double)counts[i] / FIXED;
		keep[i] = expected >= LEAST_EXPECTED;
		sum += keep[i] ? expected : 0;
	}
	double log_sum = digamma(sum);
	for (size_t i = 0; i < m->count; i++)
		if (keep[i])
			m->pieces[i].score = digamma((double)counts[i] / FIXED) - log_sum;
	update(m, keep);
	return m->count > 0 ? NCH_OK : nch_fail(m->trainer->error, NCH_DATA, "the text is too small to train a tokenizer on");
}

/* --- pruning --- */

enum { DROP = -1, KEEP = -2 }; /* in place of a loss, which is never below 0 by more than rounding */

/* What the text loses (per token) if a piece is replaced by its own best cutting: count/total × (its logarithm - theirs). Sums change
 * too: the others become more frequent, and the text gets more tokens. A character whose own piece was dropped is one of count 0: it gets a
 * piece again in the end, so it is no reason to keep whatever contains it. */
static double loss_of(const model *m, worker *w, size_t id)
{
	const piece *p = &m->pieces[id];
	const int64_t *counts = m->workers[0].counts;
	if (counts[id] == 0)
		return DROP;
	w->edge_count = 0;
	if (!make_room(w, p->length) || !list_edges(m, w, m->trainer->corpus->text + p->begin, p->length))
		return KEEP;
	size_t others = 0;
	for (size_t i = 0; i < w->edge_count; i++)
		if (w->edges[i].id != (int32_t)id)
			w->edges[others++] = w->edges[i];
	w->edge_count = others;
	find_best_path(m, w, p->length);
	if (w->came_from[p->length] == UINT32_MAX)
		return KEEP; /* a character */
	if (w->forward[p->length] > p->score)
		return DROP; /* it is never used as it is */
	double count = (double)counts[id], parts = 0, log_parts = 0;
	for (uint32_t at = p->length; at > 0; at = w->came_from[at], parts++) {
		int64_t used = w->came_by[at] >= 0 ? counts[w->came_by[at]] : 0;
		log_parts += nch_log((double)used + count);
	}
	double log_total = nch_log(m->total + count * (parts - 1));
	return count / m->total * (nch_log(count) - nch_log(m->total) - (log_parts - parts * log_total));
}

static void lose(void *context, size_t index, size_t thread)
{
	model *m = context;
	size_t end = (index + 1) * TASK_PIECES < m->count ? (index + 1) * TASK_PIECES : m->count;
	for (size_t i = index * TASK_PIECES; i < end; i++)
		m->losses[i] = loss_of(m, &m->workers[thread], i);
}

typedef struct ranked {
	double loss;
	uint32_t id;
} ranked;

static int compare_ranked(const void *left, const void *right)
{
	const ranked *a = left, *b = right;
	if (a->loss != b->loss)
		return a->loss > b->loss ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static nch_status prune(model *m, size_t desired, bool *keep)
{
	NCH_TRY(count_pieces(m, true));
	m->total = 0;
	for (size_t i = 0; i < m->count; i++)
		m->total += (double)m->workers[0].counts[i];
	nch_pool_run(m->trainer->training->pool, (m->count + TASK_PIECES - 1) / TASK_PIECES, lose, m);
	ranked *list = nch_alloc(m->count, sizeof *list);
	if (list == NULL)
		return nch_no_memory(m->trainer->error);
	size_t count = 0, kept = 0, goal = (size_t)(SHRINKING * (double)m->count);
	goal = goal > desired ? goal : desired;
	for (size_t i = 0; i < m->count; i++) {
		keep[i] = m->losses[i] == KEEP;
		kept += keep[i];
		if (m->losses[i] != KEEP && m->losses[i] != DROP)
			list[count++] = (ranked){m->losses[i], (uint32_t)i};
	}
	qsort(list, count, sizeof *list, compare_ranked);
	for (size_t i = 0; i < count && kept < goal; i++, kept++)
		keep[list[i].id] = true;
	nch_free(list);
	update(m, keep);
	return NCH_OK;
}

/* --- the end --- */

static int compare_pieces(const void *left, const void *right)
{
	const piece *a = left, *b = right;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return (a->begin > b->begin) - (a->begin < b->begin);
}

/* Every character gets a piece, those that lost theirs below all others; the best of the others fill the rest. */
static nch_status choose_final(model *m, nch_trained *trained)
{
	const nch_corpus *corpus = m->trainer->corpus;
	bool *has_piece = nch_alloc(corpus->codes, sizeof *has_piece);
	if (has_piece == NULL)
		return nch_no_memory(m->trainer->error);
	double least = m->unknown_score + UNKNOWN_PENALTY;
	for (size_t i = 0; i < m->count; i++)
		if (m->pieces[i].length == 1)
			has_piece[corpus->text[m->pieces[i].begin]] = true;
	size_t room = m->trainer->wanted - (corpus->codes - 1), missing = 0;
	qsort(m->pieces, m->count, sizeof *m->pieces, compare_pieces);
	nch_status status = NCH_OK;
	for (size_t i = 0; i < m->count && status == NCH_OK; i++) {
		const piece *p = &m->pieces[i];
		if (p->length > 1 && room == 0)
			continue;
		room -= p->length > 1;
		status = nch_trained_add(trained, corpus, corpus->text + p->begin, p->length, p->score, m->trainer->error);
	}
	for (uint32_t code = 1; code < corpus->codes && status == NCH_OK; code++)
		if (!has_piece[code])
			status = nch_trained_add(trained, corpus, &code, 1, least - 0.0001 * (double)++missing, m->trainer->error);
	nch_free(has_piece);
	return status;
}

static nch_status make_workers(model *m)
{
	m->threads = nch_pool_threads(m->trainer->training->pool);
	m->workers = nch_alloc(m->threads, sizeof *m->workers);
	m->losses = nch_alloc(m->count, sizeof *m->losses);
	for (size_t t = 0; m->workers != NULL && t < m->threads; t++) {
		m->workers[t].counts = nch_alloc(m->count, sizeof(int64_t));
		if (m->workers[t].counts == NULL)
			return nch_no_memory(m->trainer->error);
	}
	return m->workers != NULL && m->losses != NULL ? NCH_OK : nch_no_memory(m->trainer->error);
}

static void free_model(model *m)
{
	for (size_t t = 0; m->workers != NULL && t < m->threads; t++) {
		worker *w = &m->workers[t];
		nch_free(w->counts);
		nch_free(w->forward);
		nch_free(w->backward);
		nch_free(w->came_from);
		nch_free(w->came_by);
		nch_free(w->edges);
	}
	nch_free(m->workers);
	nch_free(m->losses);
	nch_free(m->pieces);
	nch_trie_free(&m->trie);
}

static nch_status shrink(model *m, bool *keep)
{
	size_t desired = m->trainer->wanted + m->trainer->wanted / 10;
	double first = nch_log((double)m->count), last = nch_log((double)desired);
	size_t before;
	do {
		double done = first > last ? (first - nch_log((double)m->count)) / (first - last) : 1;
		NCH_TRY(nch_trainer_report(m->trainer, 0.2 + 0.8 * (done < 1 ? done : 1), "pruning the vocabulary"));
		for (int round = 0; round < EM_ROUNDS; round++) {
			NCH_TRY(count_pieces(m, false));
			NCH_TRY(maximize(m, keep));
		}
		before = m->count;
		if (m->count > desired) /* what is left then is weighed once more, since the final choice goes by the scores */
			NCH_TRY(prune(m, desired, keep));
	} while (m->count < before);
	return NCH_OK;
}

nch_status nch_train_unigram(const nch_trainer *trainer, nch_trained *trained)
{
	model m = {.trainer = trainer};
	bool *keep = NULL;
	nch_status status = nch_trainer_report(trainer, 0.05, "looking for frequent strings");
	if (status == NCH_OK)
		status = make_seeds(&m);
	if (status == NCH_OK)
		status = build_trie(&m);
	if (status == NCH_OK)
		status = make_workers(&m);
	if (status == NCH_OK && (keep = nch_alloc(m.count, sizeof *keep)) == NULL)
		status = nch_no_memory(trainer->error);
	if (status == NCH_OK) {
		update(&m, NULL);
		status = shrink(&m, keep);
	}
	if (status == NCH_OK)
		status = choose_final(&m, trained);
	nch_free(keep);
	free_model(&m);
	return status;
}
