/* parts.h - what of a text is looked at by itself: its tokens, or its words, each of which is one or more of them. */
#ifndef NCH_APPS_PARTS_H
#define NCH_APPS_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "tokenizer/tokenizer.h"

typedef struct nch_part {
	size_t first, count; /* tokens of the row */
	size_t begin, end;   /* bytes of the text */
} nch_part;

/* The parts of the tokens from..to-1, whose places are in this text: each token by itself, or (words) all of what stands between two blanks. Special
 * tokens belong to none. parts has room for to - from; returns how many there are. */
size_t nch_parts_find(const char *text, const nch_token *tokens, size_t from, size_t to, bool words, nch_part *parts);

#endif
