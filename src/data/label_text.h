/* label_text.h - several labels in one cell as programs write them: ['기쁨', '슬픔'] (Python, pandas), ["기쁨","\uc2ac\ud514"] (JSON), ('기쁨',),
 * {'기쁨'}, ['기쁨' '슬픔'] and [0 1 0] (NumPy), {'기쁨': True, '슬픔': False}. */
#ifndef NCH_DATA_LABEL_TEXT_H
#define NCH_DATA_LABEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

typedef enum nch_label_truth { NCH_LABEL_NO_TRUTH, NCH_LABEL_FALSE, NCH_LABEL_TRUE } nch_label_truth;

typedef struct nch_label_item {
	size_t begin, length;  /* of the name, in the buffer `names` */
	bool quoted;
	nch_label_truth truth; /* of a dictionary's value; else NO_TRUTH */
} nch_label_item;

/* Start with {0}; release with nch_label_items_free. */
typedef struct nch_label_items {
	nch_label_item *item;
	size_t count, capacity;
	nch_buffer names;
	bool dictionary;
} nch_label_items;
void nch_label_items_free(nch_label_items *items);

/* Whether the text is such a list from its first bracket to its last; if so *items has what stands in it (before, it is emptied). NCH_MEMORY, else
 * NCH_OK. */
nch_status nch_label_text_read(const char *text, size_t length, nch_label_items *items, bool *is_list, nch_error *error);

/* True: 1 1.0 1. true True TRUE; false: 0 0.0 0. false False FALSE and nothing at all; anything else is NO_TRUTH. */
nch_label_truth nch_label_truth_of(const char *text, size_t length);

#endif
