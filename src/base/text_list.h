/* text_list.h - several texts, such as the names of files. */
#ifndef NCH_BASE_TEXT_LIST_H
#define NCH_BASE_TEXT_LIST_H

#include <stddef.h>

/* Borrowed: whoever made it owns the texts and the array. */
typedef struct nch_text_list {
	const char *const *items; /* [count] NUL-terminated */
	size_t count;
} nch_text_list;

#endif
