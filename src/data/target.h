/* target.h - a stretch of a text that is asked about: whose emotion, or toward what.
 *
 * A record of the Korean language institute's emotional analysis task has it beside its text:
 *     {"form": "표 구하길 기도해주세요", "target": {"form": "표", "begin": 0, "end": 1}}
 * with offsets in code points. A model can be told of it in two ways: as the second text of a pair, and by a pair of new tokens around
 * the stretch. */
#ifndef NCH_DATA_TARGET_H
#define NCH_DATA_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/status.h"

typedef enum nch_target_mode {
	NCH_TARGET_NONE,
	NCH_TARGET_PAIR,    /* text, then the target as a second text */
	NCH_TARGET_MARKERS, /* the target between NCH_TARGET_OPEN and NCH_TARGET_CLOSE */
	NCH_TARGET_BOTH
} nch_target_mode;

#define NCH_TARGET_OPEN "<e>"
#define NCH_TARGET_CLOSE "</e>"

const char *nch_target_mode_name(nch_target_mode mode);               /* "none" "pair" "markers" "both" */
bool nch_target_mode_find(const char *name, nch_target_mode *mode);   /* false: there is no such mode */
bool nch_target_mode_has_pair(nch_target_mode mode);
bool nch_target_mode_has_markers(nch_target_mode mode);

/* Where a target stands in a text, in bytes. */
typedef struct nch_target {
	bool present;
	size_t begin, end;
} nch_target;

/* Reads {"form", "begin", "end"} for this text. An absent target (NULL, null, or members that are null) is no error: *target is not present.
 * Offsets that are none, that lie outside, or between which something else than "form" stands, are NCH_DATA. */
nch_status nch_target_read(const nch_json *value, const char *text, size_t length, nch_target *target, nch_error *error);

/* Appends the text with the markers around its target. */
void nch_target_mark(const char *text, size_t length, const nch_target *target, nch_buffer *out);

/* Where the target of a text stands in a record: beside it, "input.form" → "input.target". Written to path[0 .. size), cut if need be. */
void nch_target_path(const char *text_path, char *path, size_t size);

#endif
