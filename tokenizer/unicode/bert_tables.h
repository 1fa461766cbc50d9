/* bert_tables.h - runs of characters, first and last, in order; see bert_tables.c. */
#ifndef NCH_TOKENIZER_BERT_TABLES_H
#define NCH_TOKENIZER_BERT_TABLES_H

#include <stddef.h>
#include <stdint.h>

extern const uint32_t nch_bert_punctuation[][2], nch_bert_dropped[][2], nch_bert_accents[][2], nch_bert_marks[][2];
extern const uint32_t nch_bert_young[][2], nch_bert_young_compatibility[][2];
extern const size_t nch_bert_punctuation_count, nch_bert_dropped_count, nch_bert_accents_count, nch_bert_marks_count;
extern const size_t nch_bert_young_count, nch_bert_young_compatibility_count;

#endif
