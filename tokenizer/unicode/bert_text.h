/* bert_text.h - text to words as BERT's "basic tokenizer" does it: clean, cut at blanks, punctuation alone, CJK ideographs alone,
 * and, where the model wants it, small letters without accents. What counts as what is as in Hugging Face's tokenizers. */
#ifndef NCH_TOKENIZER_BERT_TEXT_H
#define NCH_TOKENIZER_BERT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct nch_bert_text {
	bool clean;         /* drop control characters */
	bool split_cjk;
	bool lower_case;
	bool strip_accents; /* by decomposing: Hangul syllables become jamo, as in Hugging Face's */
	const unsigned char *classes; /* [0x110000] */
} nch_bert_text;

/* Finds the table for the options that are set. All who set the same ones share one, which is made when it is first wanted and stays until the
 * program ends. */
nch_status nch_bert_text_init(nch_bert_text *text, nch_error *error);

/* A character of a word, and the bytes [begin, end) of the text that it came from. */
typedef struct nch_bert_character {
	uint32_t code_point, begin, end;
} nch_bert_character;

/* Reused memory. Start with {0}. */
typedef struct nch_bert_word {
	nch_bert_character *items;
	size_t count, capacity;
} nch_bert_word;
void nch_bert_word_free(nch_bert_word *word);

/* Calls visit for every word, in order; the characters are valid during the call. Stops at the first status that is not NCH_OK, and
 * returns it. */
typedef nch_status nch_bert_visit(void *context, const nch_bert_character *characters, size_t count);
nch_status nch_bert_words(const nch_bert_text *rules, const char *text, size_t length, nch_bert_word *word, nch_bert_visit *visit,
                          void *context, nch_error *error);

bool nch_bert_is_punctuation(uint32_t code_point);
bool nch_bert_is_blank(uint32_t code_point); /* Unicode's White_Space */
bool nch_bert_is_accent(uint32_t code_point);
bool nch_bert_is_mark(uint32_t code_point);
bool nch_bert_is_dropped(uint32_t code_point);
bool nch_bert_is_ideograph(uint32_t code_point);

/* As nch_unicode_decompose, but with the older Unicode version of Hugging Face's tokenizers. */
size_t nch_bert_decompose(uint32_t code_point, bool compatibility, uint32_t *out);

#endif
