/* unicode_tables.h - the tables behind unicode.h, for unicode.c alone. */
#ifndef NCH_BASE_UNICODE_TABLES_H
#define NCH_BASE_UNICODE_TABLES_H

#include <stddef.h>
#include <stdint.h>

typedef struct nch_unicode_single {
	uint32_t first, more, target;
	int compatibility;
} nch_unicode_single;

typedef struct nch_unicode_multi {
	uint32_t code_point, offset, count;
	int compatibility;
} nch_unicode_multi;

typedef struct nch_unicode_class {
	uint32_t first, last;
	int value;
} nch_unicode_class;

typedef struct nch_unicode_case {
	uint32_t first, last, step;
	int32_t delta;
} nch_unicode_case;

extern const uint32_t nch_unicode_categories[], nch_unicode_scripts[], nch_unicode_pool[], nch_unicode_pairs[][3];
extern const nch_unicode_single nch_unicode_singles[];
extern const nch_unicode_multi nch_unicode_multis[];
extern const nch_unicode_class nch_unicode_classes[];
extern const nch_unicode_case nch_unicode_lower[], nch_unicode_fold[];
extern const size_t nch_unicode_category_count, nch_unicode_script_count, nch_unicode_single_count, nch_unicode_multi_count;
extern const size_t nch_unicode_class_count, nch_unicode_lower_count, nch_unicode_fold_count, nch_unicode_pair_count;
extern const int nch_unicode_script_inherited, nch_unicode_script_han, nch_unicode_script_hiragana, nch_unicode_script_katakana;

#endif
