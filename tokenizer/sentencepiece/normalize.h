/* normalize.h - what SentencePiece does to a text before it is cut: characters by rule, spaces, and the ▁ for a space.
 *
 * The rules ("charsmap") were compiled when the model was trained: a double array whose keys are character sequences and whose values
 * say where in a run of NUL-terminated strings the replacement stands. At every place the longest rule wins. Then
 * blanks at both ends go, runs of them become one, the text gets one more in front, and blanks become U+2581. */
#ifndef NCH_TOKENIZER_NORMALIZE_H
#define NCH_TOKENIZER_NORMALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"
#include "tokenizer/unicode/double_array.h"
#include "tokenizer/vocabulary/trie.h"

#define NCH_SPACE_MARK "\xE2\x96\x81" /* U+2581, three bytes */

typedef struct nch_normalizer {
	nch_double_array rules;   /* none: every character stays */
	const char *replacements; /* NUL-terminated strings */
	size_t replacements_size; /* ends with a NUL */
	const nch_trie *verbatim; /* the user-defined pieces, which no rule touches; NULL: there are none */
	bool add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces, space_as_suffix;
	unsigned char *plain;     /* [0x10000 / 8] a bit for each character that no rule touches, whatever stands around it */
	bool spaces_part_words;   /* a blank is itself plain: words can be normalized one by one */
} nch_normalizer;

/* Makes a normalizer from a model's spec; keeps pointers into the spec and to `verbatim`. Release with nch_normalizer_free. */
nch_status nch_normalizer_init(nch_normalizer *normalizer, const nch_sp_normalizer_spec *spec, bool space_as_suffix,
                               const nch_trie *verbatim, nch_error *error);
void nch_normalizer_free(nch_normalizer *normalizer);

/* A normalized text, reused from call to call. Start with {0}. */
typedef struct nch_normalized {
	char *text;        /* valid UTF-8 whatever the original was, unless a damaged model's rules are not */
	uint32_t *origin;  /* [length + 1] origin[i]: the byte of the original from which byte i came */
	size_t length, text_capacity, origin_capacity;
} nch_normalized;
void nch_normalized_free(nch_normalized *normalized);

/* Normalizes a whole text (shorter than 2^31 bytes). */
nch_status nch_normalize(const nch_normalizer *normalizer, const char *text, size_t length, nch_normalized *normalized,
                         nch_error *error);

/* Normalizes a word: the rules only, nothing is done about blanks. */
nch_status nch_normalize_word(const nch_normalizer *normalizer, const char *text, size_t length, nch_normalized *normalized,
                              nch_error *error);

/* True if a character of the BMP is plain. */
static inline bool nch_is_plain(const nch_normalizer *normalizer, uint32_t code_point)
{
	return normalizer->plain[code_point >> 3] >> (code_point & 7) & 1;
}

#endif
