/* json.h - JSON (RFC 8259), read into a tree and written from scratch.
 *
 * The reader is for hostile input: depth is limited, sizes are bounded by the text's own size, numbers are read by
 * strtod in the "C" way whatever the locale, strings must be valid UTF-8, a lone surrogate becomes U+FFFD. Objects keep the
 * order of their members; of duplicate names the last one wins in nch_json_get. */
#ifndef NCH_BASE_JSON_H
#define NCH_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"

#define NCH_JSON_DEPTH 256 /* brackets within brackets; what is deeper is refused */

typedef enum nch_json_type {
	NCH_JSON_NULL,
	NCH_JSON_FALSE,
	NCH_JSON_TRUE,
	NCH_JSON_NUMBER,
	NCH_JSON_STRING,
	NCH_JSON_ARRAY,
	NCH_JSON_OBJECT
} nch_json_type;

typedef struct nch_json nch_json;
struct nch_json {
	nch_json_type type;
	double number;        /* NUMBER */
	const char *text;     /* STRING: NUL-terminated, may also hold NULs inside; NUMBER: as it was written */
	size_t length;        /* bytes of text */
	size_t begin, end;    /* where the value stands in the source: [begin, end) */
	const char *name;     /* member of an object: its name; else NULL */
	size_t name_length;
	nch_json *first;      /* ARRAY, OBJECT: the first child */
	nch_json *next;       /* the next sibling */
	size_t count;         /* children */
};

/* Parses the whole text (only white space may follow the value) into a tree that lives in the arena. `where` is put
 * before the message ("config.json"); the message gives line and column. */
nch_status nch_json_parse(const char *text, size_t length, const char *where, nch_arena *arena, nch_json **value,
                          nch_error *error);

/* What is wrong with a text, and where: for those who tell of it in their own way. */
typedef struct nch_json_fault {
	size_t line, column; /* from 1; columns count characters */
	const char *what;    /* "this is no JSON: …"; never released */
} nch_json_fault;

/* The same for a text within another, whose place in it only the caller knows. NCH_FORMAT: *fault tells, *error does not. */
nch_status nch_json_parse_part(const char *text, size_t length, nch_arena *arena, nch_json **value, nch_json_fault *fault, nch_error *error);

const nch_json *nch_json_get(const nch_json *object, const char *name); /* NULL if absent or if this is no object */
/* "input.target.form": a member of a member; a decimal part indexes an array. NULL if absent. */
const nch_json *nch_json_path(const nch_json *value, const char *dotted);
/* One part of such a path: the member of that name, or the element of that number. NULL if absent. */
const nch_json *nch_json_child(const nch_json *value, const char *part, size_t length);

/* The value of a member, or the default where it is absent or of another type. */
double nch_json_number(const nch_json *object, const char *name, double otherwise);
bool nch_json_bool(const nch_json *object, const char *name, bool otherwise);
const char *nch_json_text(const nch_json *object, const char *name, const char *otherwise);

/* Writing: a string with its quotes and escapes (UTF-8 is kept as it is; invalid bytes become U+FFFD), and a number with as many
 * digits as it takes to read back the same float or double (never NaN or infinity, which JSON lacks: "null"). */
void nch_json_write_text(nch_buffer *out, const char *text, size_t length);
void nch_json_write_double(nch_buffer *out, double number);
void nch_json_write_float(nch_buffer *out, float number);

/* {"name":number,…}: `count` numbers by their names. */
void nch_json_write_named(nch_buffer *out, const char *const *names, const float *numbers, size_t count);

#endif
