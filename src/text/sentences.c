/* sentences.c - Korean text cut into sentences: one walk over the text, and one look ahead for the brackets of each line. */
#include "text/sentences.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "text/sentence_match.h"

/* --- characters --- */

typedef enum sort {
	SORT_BLANK,
	SORT_LINE,
	SORT_LETTER, /* Hangul syllables, other letters, digits */
	SORT_JAMO,   /* ㅋ, ㅠ … standing alone */
	SORT_STOP,
	SORT_DOTS,   /* … */
	SORT_QUESTION,
	SORT_COMMA,
	SORT_EMOTICON,
	SORT_OPEN,
	SORT_CLOSE,
	SORT_EITHER, /* " ' `: opens or closes */
	SORT_OTHER
} sort;

/* Brackets and quotation marks; a pair stands at 2i and 2i + 1. */
static const uint32_t brackets[] = {'(',    ')',    '[',    ']',    '{',    '}',    '<',    '>',    0x201C, 0x201D, 0x2018, 0x2019, 0x300C, 0x300D,
                                    0x300E, 0x300F, 0x300A, 0x300B, 0x3008, 0x3009, 0x3010, 0x3011, 0xFF08, 0xFF09, 0x3014, 0x3015, 0xAB,   0xBB};
#define BRACKETS (sizeof brackets / sizeof *brackets)

/* Speech stands in these; the other brackets hold remarks and titles. */
static bool is_quote(uint32_t opening)
{
	return opening == '"' || opening == '\'' || opening == '`' || opening == 0x201C || opening == 0x2018 || opening == 0x300C || opening == 0x300E;
}

static sort sort_of_ascii(unsigned char c)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return SORT_LETTER;
	switch (c) {
	case '\n': case '\v': case '\f': case '\r': return SORT_LINE;
	case '.': return SORT_STOP;
	case '!': case '?': return SORT_QUESTION;
	case ',': case ';': case ':': return SORT_COMMA;
	case '~': case '^': return SORT_EMOTICON;
	case '(': case '[': case '{': case '<': return SORT_OPEN;
	case ')': case ']': case '}': case '>': return SORT_CLOSE;
	case '"': case '\'': case '`': return SORT_EITHER;
	default: return c <= ' ' ? SORT_BLANK : SORT_OTHER;
	}
}

static bool is_emoji(uint32_t c)
{
	return (c >= 0x1F000 && c <= 0x1FAFF) || (c >= 0x2600 && c <= 0x27BF) || c == 0xFE0F || c == 0x200D || c == 0x2B50 || c == 0x203C || c == 0x2049;
}

static sort sort_of(uint32_t c)
{
	if (c < 0x80)
		return sort_of_ascii((unsigned char)c);
	if (c >= 0xAC00 && c <= 0xD7A3)
		return SORT_LETTER;
	if (c >= 0x3131 && c <= 0x318E)
		return SORT_JAMO;
	switch (c) {
	case 0xA0: case 0x3000: case 0xFEFF: case 0x200B: return SORT_BLANK;
	case 0x85: case 0x2028: case 0x2029: return SORT_LINE;
	case 0x3002: case 0xFF0E: case 0xFF61: return SORT_STOP;
	case 0x2026: case 0x2025: case 0x22EF: return SORT_DOTS;
	case 0xFF1F: case 0xFF01: case 0x203C: case 0x2049: return SORT_QUESTION;
	case 0x3001: case 0xFF0C: case 0xFF1A: case 0xFF1B: return SORT_COMMA;
	case 0xFF5E: case 0x223C: case 0x301C: case 0xFF3E: case 0x2661: return SORT_EMOTICON;
	}
	for (size_t i = 0; i < BRACKETS; i++)
		if (brackets[i] == c)
			return i % 2 == 0 ? SORT_OPEN : SORT_CLOSE;
	if (c >= 0x2000 && c <= 0x200A)
		return SORT_BLANK;
	if (is_emoji(c))
		return SORT_EMOTICON;
	if (c == NCH_UTF8_BAD || (c >= 0x2010 && c <= 0x2BFF) || (c >= 0x3003 && c <= 0x303F))
		return SORT_OTHER;
	return SORT_LETTER;
}

static uint32_t closing_of(uint32_t opening)
{
	for (size_t i = 0; i + 1 < BRACKETS; i += 2)
		if (brackets[i] == opening)
			return brackets[i + 1];
	return opening; /* " ' ` */
}

/* --- the walk --- */

enum { DEPTH = 16 };

/* What a pair of brackets interrupts, to be gone on with behind it. */
typedef struct interruption {
	uint32_t opening;
	size_t at;
	bool attached; /* no blank before it */
	nch_tail tail;
	size_t word_begin, word_end;
} interruption;

typedef struct walk {
	const nch_splitter *splitter;
	const char *text;
	size_t length, at;
	bool join_lines;
	nch_sentences *out;
	nch_error *error;
	nch_status status;

	nch_buffer marks; /* of each bracket, in order: 'o' and 'c' are of a pair, '-' is of none */
	size_t mark;
	interruption levels[DEPTH];
	size_t depth;

	size_t piece; /* where the present one begins */
	size_t words; /* in it */
	size_t word_begin, word_end; /* the last word; equal: there is none */
	nch_tail tail;
	bool blank; /* stands before `at` */
	uint32_t before; /* the character before `at`; 0: the text's beginning */
} walk;

typedef struct character {
	uint32_t code;
	sort sort;
	size_t size; /* bytes */
} character;

static character look(const walk *w, size_t at)
{
	character c;
	c.size = nch_unicode_decode_syllable(w->text + at, w->length - at, &c.code);
	c.sort = sort_of(c.code);
	if (c.sort == SORT_LINE)
		c.size = nch_utf8_line_break(w->text + at, w->length - at); /* CR LF is one */
	return c;
}

static bool is_alphanumeric(uint32_t c)
{
	return c < 0x80 && sort_of_ascii((unsigned char)c) == SORT_LETTER;
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* Whether the line break at `at` ends a sentence. */
static bool is_hard_break(const walk *w, size_t at)
{
	if (!w->join_lines)
		return true;
	for (at += look(w, at).size; at < w->length; at++) {
		if (nch_utf8_line_break(w->text + at, w->length - at) > 0)
			return true;
		if (w->text[at] != ' ' && w->text[at] != '\t')
			return false;
	}
	return true;
}

/* --- brackets --- */

/* A quotation longer than this (bytes; some 500 syllables) is none: the mark that should close it was forgotten. */
#define LONGEST_PAIR 1600

typedef struct open_bracket {
	uint32_t opening;
	size_t at, mark;
} open_bracket;

/* ' between letters (it's), ' and " behind a digit (5'30") and no mark open. */
static bool is_apostrophe(uint32_t code, uint32_t before, uint32_t after)
{
	return (code == '\'' && is_alphanumeric(before) && is_alphanumeric(after)) || (code != '`' && is_digit(before));
}

static void pair_bracket(nch_buffer *marks, open_bracket *stack, size_t *depth, character c, size_t at, uint32_t before, uint32_t after)
{
	size_t level = *depth;
	if (marks->failed)
		return;
	if (c.sort != SORT_OPEN) {
		while (level > 0 && closing_of(stack[level - 1].opening) != c.code)
			level--;
		if (level > 0 && at - stack[level - 1].at <= LONGEST_PAIR && !(c.code == '\'' && is_alphanumeric(before) && is_alphanumeric(after))) {
			marks->data[stack[level - 1].mark] = 'o';
			nch_buffer_byte(marks, 'c');
			*depth = level - 1;
			return;
		}
	}
	bool opens = c.sort == SORT_OPEN || (c.sort == SORT_EITHER && !is_apostrophe(c.code, before, after));
	if (opens && *depth == DEPTH) { /* forget the outermost */
		memmove(stack, stack + 1, (DEPTH - 1) * sizeof *stack);
		--*depth;
	}
	if (opens) {
		/* a quotation of the same kind that is open already was never closed */
		if (c.sort == SORT_EITHER && level > 0)
			*depth = level - 1;
		stack[(*depth)++] = (open_bracket){c.code, at, marks->length};
	}
	nch_buffer_byte(marks, '-');
}

/* Decides for every bracket of the text whether it is one of a pair. Pairs stand on one line; a mark that is left over is none. */
static void find_pairs(walk *w)
{
	open_bracket stack[DEPTH];
	size_t depth = 0;
	uint32_t before = 0;
	for (size_t at = 0; at < w->length;) {
		character c = look(w, at);
		if (c.sort == SORT_LINE && is_hard_break(w, at))
			depth = 0;
		else if (c.sort == SORT_OPEN || c.sort == SORT_CLOSE || c.sort == SORT_EITHER)
			pair_bracket(&w->marks, stack, &depth, c, at, before, at + c.size < w->length ? (unsigned char)w->text[at + c.size] : 0);
		before = c.code;
		at += c.size;
	}
}

/* --- pieces --- */

static bool is_blank_at(const walk *w, size_t at, size_t *size)
{
	character c = look(w, at);
	*size = c.size;
	return c.sort == SORT_BLANK || c.sort == SORT_LINE;
}

/* The first byte of the character that ends before `at`; what is no UTF-8 is taken byte by byte. */
static size_t step_back(const walk *w, size_t at)
{
	size_t from = at - 1, least = at > 4 ? at - 4 : 0;
	while (from > least && ((unsigned char)w->text[from] & 0xC0) == 0x80)
		from--;
	if (from == at - 1 && at > 1 && w->text[at - 1] == '\n' && w->text[at - 2] == '\r')
		from--;
	return from + look(w, from).size == at ? from : at - 1;
}

/* Ends the piece before `at`. */
static void end_piece(walk *w, size_t at, nch_sentence_reason reason, const char *ending)
{
	if (at == w->piece || w->status != NCH_OK)
		return;
	w->status = nch_grow(&w->out->items, &w->out->capacity, w->out->count + 1, sizeof *w->out->items, w->error);
	if (w->status != NCH_OK)
		return;
	size_t from = w->piece, to = at, size;
	while (from < at && is_blank_at(w, from, &size))
		from += size;
	while (to > from && is_blank_at(w, step_back(w, to), &size))
		to = step_back(w, to);
	w->out->items[w->out->count++] = (nch_sentence){w->piece, from, to, at, reason, ending};
	w->piece = at;
	w->words = 0;
	w->tail = NCH_TAIL_NONE;
	w->word_begin = w->word_end = at;
}

/* --- the gap between two words --- */

static nch_sentence_reason reason_of(nch_tail tail)
{
	static const nch_sentence_reason reasons[NCH_TAILS] = {
		[NCH_TAIL_NONE] = NCH_SENTENCE_ENDING,      [NCH_TAIL_COMMA] = NCH_SENTENCE_ENDING,   [NCH_TAIL_STOP] = NCH_SENTENCE_STOP,
		[NCH_TAIL_QUESTION] = NCH_SENTENCE_QUESTION, [NCH_TAIL_DOTS] = NCH_SENTENCE_DOTS,     [NCH_TAIL_EMOTICON] = NCH_SENTENCE_EMOTICON,
		[NCH_TAIL_QUOTED] = NCH_SENTENCE_QUOTATION,
	};
	return reasons[tail];
}

/* 1. 가. No. J.: the full stop behind the last word belongs to it. `next` is what follows. */
static bool is_abbreviated(const walk *w, character next)
{
	const char *word = w->text + w->word_begin;
	size_t length = w->word_end - w->word_begin, digits = 0, letters = 0;
	while (digits < length && is_digit((unsigned char)word[digits]))
		digits++;
	if (digits == length)
		return length <= 2 || is_digit(next.code);
	while (letters < length && ((unsigned char)word[letters] < 0x80))
		letters++;
	if (letters == length)
		return length == 1 || nch_splitter_is_abbreviation(word, length) || (next.code >= 'a' && next.code <= 'z');
	return w->words == 1 && nch_splitter_is_list_letter(word, length);
}

static bool is_hangul(uint32_t c)
{
	return c >= 0xAC00 && c <= 0xD7A3;
}

/* Whether the last word ends in Hangul. */
static bool after_hangul(const walk *w)
{
	size_t start;
	return w->word_end > w->word_begin && is_hangul(nch_splitter_character_before(w->text, w->word_begin, w->word_end, &start));
}

/* (사진=…), (출처: …): a bracket that begins like a remark, and goes on. */
static bool is_remark_bracket(const walk *w, character next)
{
	enum { JUST_THE_WORD = 6 }; /* (웃음) */
	size_t from = w->at + next.size, to = from;
	while (to < w->length && w->text[to] != ')' && to - from <= JUST_THE_WORD)
		to++;
	return next.code == '(' && to - from > JUST_THE_WORD && nch_splitter_is_remark(w->text + from, w->length - from);
}

/* Without a blank in the gap more must speak for an end: 3.5, a.b, 뭐?라고. */
static bool may_touch(const walk *w, character next, nch_ending ending, nch_next what)
{
	size_t second = w->at + next.size;
	bool remark = is_remark_bracket(w, next);
	bool tag = next.code == '[' && second < w->length && !is_digit((unsigned char)w->text[second]); /* [3] is a note */
	if (!(is_hangul(next.code) || tag || remark || is_quote(next.code)) || !after_hangul(w))
		return false;
	switch (w->tail) {
	case NCH_TAIL_STOP: return ending.stem == NCH_STEM_FINAL || ending.stem == NCH_STEM_WEAK || ending.kind == NCH_DA;
	case NCH_TAIL_QUESTION: return !what.known || what.continues == 0;
	case NCH_TAIL_DOTS:
	case NCH_TAIL_EMOTICON: return ending.stem == NCH_STEM_FINAL;
	default: return false;
	}
}

/* Decides about the gap before text[at], where `next` stands. */
static void decide(walk *w, character next)
{
	if (w->depth > 0 || w->at == w->piece || (w->words == 0 && w->tail != NCH_TAIL_QUOTED))
		return;
	if (!w->blank && w->tail == NCH_TAIL_NONE)
		return;
	nch_ending ending = nch_splitter_ending(w->splitter, w->text, w->word_begin, w->word_end);
	nch_next what = nch_splitter_next(w->splitter, w->text, w->at, w->length);
	if (!w->blank && !may_touch(w, next, ending, what))
		return;
	unsigned kinds = w->tail == NCH_TAIL_QUESTION || w->tail == NCH_TAIL_QUOTED ? NCH_QUOTE : w->tail == NCH_TAIL_STOP ? 0 : ending.kind;
	if (what.known && (what.continues & kinds) != 0)
		return;
	if (w->tail == NCH_TAIL_STOP && is_abbreviated(w, next))
		return;
	const nch_gap_rule *rule = &nch_gap_rules[w->tail][ending.stem];
	if (what.known && what.continues == 0 ? rule->opener : rule->any)
		end_piece(w, w->at, reason_of(w->tail), ending.pattern);
}

/* --- the things that are met --- */

static void advance(walk *w, character c)
{
	w->before = c.code;
	w->at += c.size;
}

static void read_line_break(walk *w, character c)
{
	bool hard = is_hard_break(w, w->at);
	advance(w, c);
	w->blank = true;
	if (!hard)
		return;
	while (w->at < w->length) { /* empty lines belong to the same piece */
		character next = look(w, w->at);
		if (next.sort != SORT_BLANK && next.sort != SORT_LINE)
			break;
		advance(w, next);
	}
	end_piece(w, w->at, NCH_SENTENCE_LINE, NULL);
	w->depth = 0;
}

/* ㅋㅋ ㅎㅎ ㅠㅠ … and not ㄹㅇ, which is a word. Ends behind the run. */
static bool is_emotive(const walk *w, size_t at, size_t *end)
{
	bool feeling = false;
	size_t count = 0;
	uint32_t first = 0;
	bool same = true;
	for (; at < w->length; count++) {
		character c = look(w, at);
		if (c.sort != SORT_JAMO)
			break;
		feeling |= c.code == 0x314B || c.code == 0x314E || c.code == 0x3160 || c.code == 0x315C; /* ㅋ ㅎ ㅠ ㅜ */
		first = first == 0 ? c.code : first;
		same &= c.code == first;
		at += c.size;
	}
	*end = at;
	return feeling || (same && count >= 2 && (first == 0x3161 || first == 0x3137 || first == 0x3149)); /* ㅡㅡ ㄷㄷ ㅉㅉ */
}

static void read_word(walk *w)
{
	w->word_begin = w->at;
	w->words++;
	while (w->at < w->length) {
		character c = look(w, w->at);
		size_t end, after = w->at + c.size;
		if (c.sort == SORT_JAMO) {
			if (is_emotive(w, w->at, &end))
				break;
			w->before = c.code;
			w->at = end;
			continue;
		}
		/* 3.5, U.S, a.com: a point between letters or digits */
		bool inside = (c.sort == SORT_STOP || c.code == ',') && is_alphanumeric(w->before) && after < w->length &&
		              is_alphanumeric((unsigned char)w->text[after]);
		if (c.sort != SORT_LETTER && !inside)
			break;
		advance(w, c);
	}
	w->word_end = w->at;
	w->tail = NCH_TAIL_NONE;
	w->blank = false;
}

/* An address of the net ends at a blank; its brackets have marks like all. */
static bool read_address(walk *w)
{
	size_t left = w->length - w->at;
	const char *text = w->text + w->at;
	if (!(left > 7 && memcmp(text, "http://", 7) == 0) && !(left > 8 && memcmp(text, "https://", 8) == 0) &&
	    !(left > 4 && memcmp(text, "www.", 4) == 0))
		return false;
	while (w->at < w->length) {
		character c = look(w, w->at);
		if (c.sort == SORT_BLANK || c.sort == SORT_LINE || (c.sort == SORT_CLOSE && w->marks.data[w->mark] == 'c') ||
		    (c.sort == SORT_EITHER && w->marks.data[w->mark] == 'c'))
			break;
		w->mark += c.sort == SORT_OPEN || c.sort == SORT_CLOSE || c.sort == SORT_EITHER;
		advance(w, c);
	}
	w->word_begin = w->word_end = w->at;
	w->words++;
	w->tail = NCH_TAIL_NONE;
	w->blank = false;
	return true;
}

/* :) and :-), where the bracket closes no other; *end stands behind the colon, and then behind the face. */
static bool read_smile(walk *w, size_t *end)
{
	size_t mouth = *end + (*end < w->length && w->text[*end] == '-');
	bool smiles = w->text[*end - 1] == ':' && mouth < w->length && w->text[mouth] == ')' && w->marks.data[w->mark] != 'c';
	if (smiles) {
		w->mark++; /* every bracket has a mark */
		*end = mouth + 1;
	}
	return smiles;
}

static void read_tail(walk *w, character c)
{
	nch_tail tail = c.sort == SORT_QUESTION ? NCH_TAIL_QUESTION : c.sort == SORT_DOTS ? NCH_TAIL_DOTS : NCH_TAIL_EMOTICON;
	size_t end = w->at + c.size;
	if (c.sort == SORT_JAMO)
		is_emotive(w, w->at, &end);
	else if (c.sort == SORT_STOP) {
		while (end < w->length && w->text[end] == '.')
			end++;
		tail = end - w->at > c.size ? NCH_TAIL_DOTS : NCH_TAIL_STOP;
	} else if (c.sort == SORT_COMMA) {
		while (end < w->length && (unsigned char)w->text[end] == c.code)
			end++;
		if ((c.code == ';' && end - w->at > 1) || read_smile(w, &end)) /* ;; is a face in sweat */
			tail = NCH_TAIL_EMOTICON;
		else
			tail = c.code == ',' && end - w->at > 1 ? NCH_TAIL_DOTS : NCH_TAIL_COMMA; /* ,,, is typed for ... */
	} else if (c.code == '^') {
		while (end < w->length && strchr("^_-.;", w->text[end]) != NULL && w->text[end] != '\0')
			end++;
	}
	/* What says more counts: "요...^^" has dots and a smile; a comma takes the end away from a quotation. */
	static const int strength[NCH_TAILS] = {0, 1, 4, 5, 3, 2, 3};
	if (strength[tail] > strength[w->tail] || tail == NCH_TAIL_COMMA)
		w->tail = tail;
	w->before = c.code;
	w->at = end;
	w->blank = false;
}

static void open_bracket_at(walk *w, character c)
{
	decide(w, c);
	if (w->depth < DEPTH)
		w->levels[w->depth] = (interruption){c.code, w->at, !w->blank, w->tail, w->word_begin, w->word_end};
	w->depth++;
	advance(w, c);
	w->tail = NCH_TAIL_NONE;
	w->word_begin = w->word_end = w->at;
	w->blank = false;
}

/* (출처 …), (물론 …요): a remark in brackets that is a sentence of its own. */
static bool is_remark(const walk *w, const interruption *l)
{
	if (l->opening != '(' || l->at != w->piece || w->words < 2)
		return false;
	nch_ending last = nch_splitter_ending(w->splitter, w->text, w->word_begin, w->word_end);
	return last.stem == NCH_STEM_FINAL || nch_splitter_is_remark(w->text + l->at + 1, w->length - l->at - 1);
}

static void close_bracket_at(walk *w, character c)
{
	w->depth--;
	advance(w, c);
	w->blank = false;
	if (w->depth >= DEPTH)
		return;
	const interruption *l = &w->levels[w->depth];
	bool ended = w->tail == NCH_TAIL_STOP || w->tail == NCH_TAIL_QUESTION || w->tail == NCH_TAIL_DOTS;
	if (is_quote(l->opening)) {
		w->tail = ended ? NCH_TAIL_QUOTED : NCH_TAIL_NONE;
		w->word_begin = w->word_end = w->at;
	} else if (l->attached && l->word_end > l->word_begin) { /* 갔다(웃음): the word before it goes on */
		w->tail = l->tail;
		w->word_begin = l->word_begin;
		w->word_end = l->word_end;
	} else {
		w->tail = is_remark(w, l) ? NCH_TAIL_QUOTED : NCH_TAIL_NONE;
		w->word_begin = w->word_end = w->at;
	}
}

static void read_other(walk *w, character c)
{
	decide(w, c);
	advance(w, c);
	w->word_begin = w->word_end = w->at;
	w->words++;
	w->tail = NCH_TAIL_NONE;
	w->blank = false;
}

static void step(walk *w)
{
	character c = look(w, w->at);
	size_t end;
	switch (c.sort) {
	case SORT_BLANK:
		w->blank = true;
		advance(w, c);
		return;
	case SORT_LINE:
		read_line_break(w, c);
		return;
	case SORT_JAMO:
		if (is_emotive(w, w->at, &end)) {
			read_tail(w, c);
			return;
		}
		/* fall through */
	case SORT_LETTER:
		decide(w, c);
		if (!read_address(w))
			read_word(w);
		return;
	case SORT_OPEN:
	case SORT_CLOSE:
	case SORT_EITHER: {
		char mark = w->marks.data[w->mark++];
		if (mark == 'o')
			open_bracket_at(w, c);
		else if (mark == 'c' && w->depth > 0)
			close_bracket_at(w, c);
		else
			read_other(w, c);
		return;
	}
	case SORT_OTHER:
		read_other(w, c);
		return;
	default:
		read_tail(w, c);
	}
}

nch_status nch_sentences_split(const nch_splitter *splitter, const char *text, size_t length, bool join_lines, nch_sentences *sentences,
                               nch_error *error)
{
	walk w = {.splitter = splitter, .text = text, .length = length, .join_lines = join_lines, .out = sentences, .error = error};
	sentences->count = 0;
	find_pairs(&w);
	w.status = nch_buffer_check(&w.marks, error);
	while (w.at < length && w.status == NCH_OK)
		step(&w);
	if (w.status == NCH_OK)
		end_piece(&w, length, NCH_SENTENCE_TEXT_END, NULL);
	nch_buffer_free(&w.marks);
	return w.status;
}

void nch_sentences_free(nch_sentences *sentences)
{
	nch_free(sentences->items);
	*sentences = (nch_sentences){0};
}

const char *nch_sentence_reason_name(nch_sentence_reason reason)
{
	static const char *const names[] = {"text end", "line", "stop", "question", "dots", "emoticon", "quotation", "ending"};
	return names[reason];
}
