/* grams.h - the character n-grams of a text, and the table that numbers them.
 *
 * A text is brought to small letters and cut at white space; each word gets a blank before and behind it, so that " 오늘 " also says where the word
 * begins and ends; of every width from `shortest` to `longest` each window of so many characters is a gram. A word that is shorter than the width
 * gives itself, once. It is what scikit-learn's TfidfVectorizer(analyzer="char_wb") does, to the gram.
 *
 * The characters may be taken apart first, Hangul into its letters (Unicode's NFD): 갔다 is ㄱ ㅏ ㅆ ㄷ ㅏ, so that windows of letters find
 * the ㅆ of the past in 갔다, 했다 and 울었어, where windows of syllables see only different syllables. */
#ifndef NCH_NGRAM_GRAMS_H
#define NCH_NGRAM_GRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"

enum { NCH_GRAM_LONGEST = 8 }; /* characters */

typedef struct nch_gram_widths {
	unsigned shortest, longest; /* 1 <= shortest <= longest <= NCH_GRAM_LONGEST */
	bool letters;               /* counted in the letters of Hangul, not in its syllables */
} nch_gram_widths;
/* What the widths count, in a word: "character" or "letter". */
const char *nch_gram_widths_unit(nch_gram_widths widths);

/* A gram of a text: its bytes in the prepared text, and the word it comes from. */
typedef struct nch_gram {
	uint32_t begin, length; /* bytes of nch_grams.bytes */
	uint32_t word;          /* number of the word, from 0 */
	uint32_t width;         /* characters */
} nch_gram;

/* The grams of one text, in the order in which they were met. Start with {0}; reused from text to text; release with nch_grams_free. */
typedef struct nch_grams {
	nch_buffer bytes;    /* the words in small letters, each between blanks; taken apart where letters are counted */
	nch_gram *gram;      /* (count) */
	size_t count, capacity;
	size_t (*words)[2];  /* (word_count): bytes [begin, end) of each word in the text that was given */
	size_t word_count, word_capacity;
} nch_grams;

/* Finds the grams of `length` bytes of UTF-8 (a byte that is none counts as U+FFFD). */
nch_status nch_grams_of(const char *text, size_t length, nch_gram_widths widths, nch_grams *grams, nch_error *error);
void nch_grams_free(nch_grams *grams);

/* Grams and their numbers. Start with {0}; release with nch_gram_table_free.
 *
 *     slots        0     1     2     3     4     5     6     7          hash(bytes) mod the number of slots, then the next free one
 *                  -     2     -     0     1     -     -     -
 *     ends         3 | 6 | 10                                           gram number i is bytes[ends[i-1] .. ends[i])
 *     bytes        " 오" "늘" "늘 " …
 */
typedef struct nch_gram_table {
	size_t count, capacity;
	nch_buffer bytes;
	uint64_t *ends;  /* (count) */
	uint64_t *slots; /* (slot_count): the hash's lower half above, number + 1 below; 0: free. A power of two */
	size_t slot_count;
} nch_gram_table;

void nch_gram_table_free(nch_gram_table *table);
const char *nch_gram_table_at(const nch_gram_table *table, size_t number, size_t *length);

/* The number of a gram; `count` if it has none. */
size_t nch_gram_table_find(const nch_gram_table *table, const char *gram, size_t length);
/* The number of a gram, which is added if it is new. At most 2^31 - 2 of them. */
nch_status nch_gram_table_add(nch_gram_table *table, const char *gram, size_t length, size_t *number, nch_error *error);

/* Numbers the grams anew in the order of their bytes (which is that of their code points): new_number[old number], `count` entries given by the
 * caller. So the numbers don't depend on the order of the rows. */
nch_status nch_gram_table_sort(nch_gram_table *table, uint32_t *new_number, nch_error *error);

/* FNV-1a in 64 bits (Fowler, Noll, Vo), its upper half folded into the lower: where a hashed gram goes is this modulo the number of buckets. */
uint64_t nch_gram_hash(const char *gram, size_t length);

/* The sorted table as a file: "nchgram1", the count (8 bytes, little-endian), the bytes that follow (8); then each gram as one byte: how many bytes
 * it has in common with the one before, one byte: how many follow, and these. Reading checks all of it: order, lengths, UTF-8, the end. */
nch_status nch_gram_table_write(const nch_gram_table *table, const char *path, nch_error *error);
nch_status nch_gram_table_read(const char *path, nch_gram_table *table, nch_error *error);
/* The same from memory, for the reader above and for fuzzing. `where` is for messages. */
nch_status nch_gram_table_parse(const unsigned char *data, size_t size, const char *where, nch_gram_table *table, nch_error *error);

#endif
