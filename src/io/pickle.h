/* pickle.h - Python's pickle streams, read without running anything.
 *
 * A pickle is a program for a small stack machine, and one that may call any function it can name; loading an unknown one with
 * Python is running it. This machine makes a tree instead: where the program would call, it makes a node that says what would have
 * been called with what. It knows the opcodes of protocols 2 to 5 that data need, refuses all others, and refuses every global name that
 * its caller does not list. Nothing is copied: texts point into the stream. */
#ifndef NCH_IO_PICKLE_H
#define NCH_IO_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

typedef enum nch_pickle_kind {
	NCH_PICKLE_NONE,
	NCH_PICKLE_BOOL,       /* integer: 0 or 1 */
	NCH_PICKLE_INTEGER,
	NCH_PICKLE_LONG,       /* an integer of more than 64 bits: text holds its bytes, lowest first */
	NCH_PICKLE_REAL,
	NCH_PICKLE_TEXT,       /* a str or bytes */
	NCH_PICKLE_TUPLE,      /* items */
	NCH_PICKLE_LIST,       /* items */
	NCH_PICKLE_DICT,       /* items: key, value, key, value … in the order in which they came */
	NCH_PICKLE_GLOBAL,     /* text: "module\nname" */
	NCH_PICKLE_CALL,       /* items: function, arguments, and then keys and values that were set on the result */
	NCH_PICKLE_PERSISTENT, /* items: the identity of something outside of the stream; then, if any, the one of these that came before */
	NCH_PICKLE_MARK        /* never in a result */
} nch_pickle_kind;

typedef struct nch_pickle nch_pickle;
struct nch_pickle {
	nch_pickle_kind kind;
	union {
		int64_t integer;
		double real;
		struct {
			const char *text; /* not NUL-terminated */
			size_t length;
		};
		struct {
			nch_pickle **items; /* a list may hold itself: walk with a limit */
			size_t count, capacity;
		};
	};
};

/* The names that may stand in the stream, "module\nname" each; NULL ends them. */
typedef const char *const nch_pickle_names[];

/* Reads one pickle at data[0 .. size); *used gets the bytes it took. The tree lives in the arena, its texts in the data. *last gets the last
 * PERSISTENT in the stream, wherever in the tree it is, or NULL. */
nch_status nch_pickle_read(const unsigned char *data, size_t size, nch_pickle_names names, const char *where, nch_arena *arena,
                           const nch_pickle **value, const nch_pickle **last, size_t *used, nch_error *error);

bool nch_pickle_is_text(const nch_pickle *value, const char *text); /* TEXT or GLOBAL of just these bytes */
/* A CALL of this function ("module\nname") with a tuple of at least `arguments` arguments: the tuple; else NULL. */
const nch_pickle *nch_pickle_call(const nch_pickle *value, const char *function, size_t arguments);

#endif
