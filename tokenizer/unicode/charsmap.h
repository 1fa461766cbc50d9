/* charsmap.h - makes the compiled normalization rules that a SentencePiece model carries (normalize.h reads them). */
#ifndef NCH_TOKENIZER_CHARSMAP_H
#define NCH_TOKENIZER_CHARSMAP_H

#include "base/buffer.h"
#include "base/status.h"

/* Appends the rules of a name as they stand in a model file. The names are SentencePiece's:
 *   identity      no rules at all (nothing is appended)
 *   nfkc          Unicode's NFKC, also for sequences that NFKC composes (conjoining jamo to syllables)
 *   nmt_nfkc      nfkc, and: other blanks become U+0020, controls vanish, the full-width tilde stays
 *   nmt_nfkc_jamo nmt_nfkc, but the letters of the keyboard (ㅋ ㅠ, U+3131 to U+318E) stay what they are. NFKC makes conjoining
 *                 jamo of them, and a syllable of ㅋㅠ (큐), which is not what whoever typed it meant. Half-width ones become these
 *   nfkc_cf, nmt_nfkc_cf   the same, and capitals become small letters (simple case folding)
 * The rules say what SentencePiece 0.2.3's say (Unicode 17); it has no nmt_nfkc_jamo, but reads models that have it. NCH_USAGE for any other name. */
nch_status nch_charsmap_build(const char *name, nch_buffer *charsmap, nch_error *error);

#endif
