/* sentence_rules.h - what the tables of sentence_rules.c hold. See sentences.h for how they work together. */
#ifndef NCH_TEXT_SENTENCE_RULES_H
#define NCH_TEXT_SENTENCE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a word's ending says about the sentence. */
typedef enum nch_stem {
	NCH_STEM_PLAIN, /* nothing: a noun, an adverb */
	NCH_STEM_FINAL, /* the sentence is over, even without a full stop */
	NCH_STEM_WEAK,  /* it may be over: an ending that is also a particle, a noun or a connective */
	NCH_STEM_OPEN,  /* it is not: a connective ending, a particle, a word before its noun */
	NCH_STEMS
} nch_stem;

/* What stands behind the word. */
typedef enum nch_tail {
	NCH_TAIL_NONE,
	NCH_TAIL_COMMA,
	NCH_TAIL_STOP,
	NCH_TAIL_QUESTION, /* ? or ! */
	NCH_TAIL_DOTS,
	NCH_TAIL_EMOTICON,
	NCH_TAIL_QUOTED,   /* a closed quotation that ends in a full stop, ? or ! */
	NCH_TAILS
} nch_tail;

/* Kinds of endings, for the words that go on after some endings only (않다 goes on after -지, 보니 after -다). */
enum {
	NCH_DA = 1,    /* -다 */
	NCH_YO = 2,    /* -요 and other polite endings */
	NCH_JI = 4,    /* -지 */
	NCH_KKA = 8,   /* -까 -나 -가: questions, which may be somebody's thoughts */
	NCH_EO = 16,   /* -어 and other plain ones */
	NCH_QUOTE = 32, /* a closed quotation, a question or an exclamation mark */
	NCH_NOTHING = 64 /* after none of these: a word that looks like one of the others, but is not */
};
#define NCH_ANY 31 /* every ending, but no punctuation */

/* An ending. The pattern is compared with the end of a word, letter by letter from behind; the longest that fits counts. Signs:
 *   a jamo at its start   the syllable there ends in that consonant: "ㅂ니다" fits 갑니다, 입니다; "ㅆ다" fits 갔다, 있다
 *   =word                 the whole word and no other
 *   +ending               there must be something before it */
typedef struct nch_ending_rule {
	const char *patterns; /* separated by blanks */
	nch_stem stem;
	unsigned kind;
} nch_ending_rule;

/* A word that follows. Patterns are compared with the beginning of what follows; =word is a whole word; _ is a blank. */
typedef struct nch_next_rule {
	const char *patterns;
	unsigned continues; /* after which kinds of endings it goes on with the sentence; 0: it opens a new one */
} nch_next_rule;

extern const nch_ending_rule nch_ending_rules[]; /* patterns NULL ends each list */
extern const nch_next_rule nch_next_rules[];
extern const char *const nch_abbreviations; /* words after which a full stop ends nothing; separated by blanks */
extern const char *const nch_list_letters;  /* 가. 나. 다.: so too where they begin a sentence */
extern const char *const nch_remarks;       /* how a remark in brackets begins that stands by itself */

/* Whether a sentence ends between a word with this stem and tail and any other word. The columns: before a word of no note, and before one
 * that opens a sentence. A word that continues the sentence is asked about before. */
typedef struct nch_gap_rule {
	bool any, opener;
} nch_gap_rule;
extern const nch_gap_rule nch_gap_rules[NCH_TAILS][NCH_STEMS];

#endif
