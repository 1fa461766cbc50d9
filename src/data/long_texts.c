/* long_texts.c - fitting rows into a model's limit: beginnings, ends, both, or windows. */
#include "data/long_texts.h"

#include <string.h>

#include "base/memory.h"

static const char *const names[] = {"cut", "tail", "head-tail", "window"};

bool nch_long_find(const char *name, nch_long *how)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0) {
			*how = (nch_long)i;
			return true;
		}
	return false;
}

/* A row taken apart: special tokens, a, special tokens; or with b and more of them behind it. */
typedef struct row_parts {
	const int32_t *token[2];  /* where a and b begin */
	const int32_t *around[3]; /* special tokens before, between, behind */
	size_t around_count[3];
	size_t length[2], kept[2];
	size_t zeros;             /* tokens of type 0, without those of the texts that are of type 0 */
	bool pair, second_zero;
} row_parts;

static size_t specials_of(const row_parts *p)
{
	return p->around_count[0] + p->around_count[1] + p->around_count[2];
}

static row_parts parts_of(const nch_examples *e, size_t row, size_t max_len)
{
	static const size_t usual[2][3] = {{1, 1, 0}, {1, 1, 1}};
	const int32_t *token = e->token + e->offsets[row];
	size_t length = e->offsets[row + 1] - e->offsets[row], first = e->first[row], second = e->second != NULL ? e->second[row] : length > first ? first : 0;
	row_parts p = {.pair = second > 0};
	bool told = e->around[p.pair][0] + e->around[p.pair][1] + e->around[p.pair][2] > 0;
	memcpy(p.around_count, told ? e->around[p.pair] : usual[p.pair], sizeof p.around_count);
	size_t behind = p.around_count[2], end = p.pair ? second - p.around_count[1] : length - p.around_count[1];
	p.token[0] = token + p.around_count[0];
	p.length[0] = end - p.around_count[0];
	p.token[1] = token + second;
	p.length[1] = p.pair ? length - behind - second : 0;
	p.around[0] = token;
	p.around[1] = token + end;
	p.around[2] = token + length - behind;
	p.second_zero = p.pair && first > second;
	p.zeros = first - p.length[0] - (p.second_zero ? p.length[1] : 0);
	p.kept[0] = p.length[0];
	p.kept[1] = p.length[1];
	size_t specials = specials_of(&p);
	nch_cut_longest_first(max_len > specials ? max_len - specials : 0, &p.kept[0], &p.kept[1]);
	return p;
}

/* The text that is cut into windows: the longer one, as it is the one that loses more. */
static int sliding_part(const row_parts *p)
{
	return p->length[1] - p->kept[1] > p->length[0] - p->kept[0];
}

/* How far the next window begins after one of `kept` tokens. */
static size_t stride_of(size_t kept)
{
	return (kept + 1) / 2;
}

/* How many windows a row becomes, and whether they cover all of it. */
typedef struct spread {
	size_t windows;
	bool gaps;
} spread;

static spread spread_of(const row_parts *p, nch_long how)
{
	int part = sliding_part(p);
	size_t kept = p->kept[part], rest = p->length[part] - kept;
	if (how != NCH_LONG_WINDOW || rest == 0 || kept == 0)
		return (spread){1, false};
	size_t all = 1 + (rest + stride_of(kept) - 1) / stride_of(kept), most = NCH_MOST_WINDOW_TOKENS / (p->kept[0] + p->kept[1] + specials_of(p));
	most = most < 2 ? 2 : most;
	return (spread){all < most ? all : most, all > most};
}

/* Where window number `window` begins in the text that is cut into windows; the last one ends with the text. */
static size_t window_begin(const row_parts *p, spread s, size_t window)
{
	int part = sliding_part(p);
	size_t kept = p->kept[part], rest = p->length[part] - kept;
	if (s.gaps)
		return (size_t)((uint64_t)window * rest / (s.windows - 1));
	return window * stride_of(kept) < rest ? window * stride_of(kept) : rest;
}

/* The tokens of one part that window number `window` keeps. */
static int32_t *put_part(int32_t *to, const row_parts *p, int part, nch_long how, spread s, size_t window)
{
	size_t length = p->length[part], kept = p->kept[part], rest = length - kept, head = kept, skip = 0;
	if (how == NCH_LONG_TAIL)
		head = 0;
	else if (how == NCH_LONG_HEAD_TAIL && rest > 0)
		head = (kept + 3) / 4;
	else if (how == NCH_LONG_WINDOW && part == sliding_part(p))
		skip = window_begin(p, s, window);
	memcpy(to, p->token[part] + skip, head * sizeof *to);
	memcpy(to + head, p->token[part] + length - (kept - head), (kept - head) * sizeof *to);
	return to + kept;
}

static int32_t *put_around(int32_t *to, const row_parts *p, int part)
{
	memcpy(to, p->around[part], p->around_count[part] * sizeof *to);
	return to + p->around_count[part];
}

static void put_row(nch_examples *e, const row_parts *p, nch_long how, spread s, size_t window)
{
	size_t row = e->rows++;
	int32_t *begin = e->token + e->offsets[row], *at = put_around(begin, p, 0);
	at = put_part(at, p, 0, how, s, window);
	at = put_around(at, p, 1);
	e->second[row] = p->pair ? (uint32_t)(at - begin) : 0;
	if (p->pair) {
		at = put_part(at, p, 1, how, s, window);
		at = put_around(at, p, 2);
	}
	e->first[row] = (uint32_t)(p->zeros + p->kept[0] + (p->second_zero ? p->kept[1] : 0));
	size_t length = (size_t)(at - begin);
	e->offsets[row + 1] = e->offsets[row] + length;
	e->longest = length > e->longest ? length : e->longest;
	e->label[row] = -1;
}

nch_status nch_examples_fit(const nch_examples *whole, size_t max_len, nch_long how, size_t *windows, nch_examples *fitted, nch_error *error)
{
	size_t tokens = 0, rows = 0;
	*fitted = (nch_examples){.classes = whole->classes, .unknown = whole->unknown, .content = whole->content};
	for (size_t i = 0; i < whole->rows; i++) {
		row_parts p = parts_of(whole, i, max_len);
		spread s = spread_of(&p, how);
		windows[i] = rows;
		rows += s.windows;
		tokens += s.windows * (p.kept[0] + p.kept[1] + specials_of(&p));
		fitted->gaps += s.gaps;
		fitted->cut += p.kept[0] < p.length[0] || p.kept[1] < p.length[1];
	}
	windows[whole->rows] = rows;
	fitted->token = nch_alloc(tokens, sizeof *fitted->token);
	fitted->offsets = nch_alloc(rows + 1, sizeof *fitted->offsets);
	fitted->first = nch_alloc(rows, sizeof *fitted->first);
	fitted->second = nch_alloc(rows, sizeof *fitted->second);
	fitted->label = nch_alloc(rows, sizeof *fitted->label);
	memcpy(fitted->around, whole->around, sizeof fitted->around);
	if (!fitted->token || !fitted->offsets || !fitted->first || !fitted->second || !fitted->label) {
		nch_examples_free(fitted);
		return nch_no_memory(error);
	}
	for (size_t i = 0; i < whole->rows; i++) {
		row_parts p = parts_of(whole, i, max_len);
		for (size_t w = 0; w < windows[i + 1] - windows[i]; w++)
			put_row(fitted, &p, how, spread_of(&p, how), w);
	}
	return NCH_OK;
}
