/* tag_write.h - a tagged book as lines: objects, a table, or a cue sheet for a narrator. */
#ifndef NCH_CLI_TAG_WRITE_H
#define NCH_CLI_TAG_WRITE_H

#include "apps/book.h"
#include "base/buffer.h"

typedef struct nch_tag_sheet {
	const char *name; /* of the book, put into every line where there are several; NULL: not */
	const char *const *labels;
	const nch_book *book;
	const nch_tags *tags;
	bool smoothed;
	double rate; /* cue: syllables a second */
} nch_tag_sheet;

/* {"number":…,"paragraph":…,"begin":…,"end":…,"kind":"speech","text":…,"label":…,"score":…,"scores":{…}}, a line each; smoothed: also
 * "plain", the label before. Then {"arc":{…}}. */
void nch_tag_write_jsonl(const nch_tag_sheet *sheet, nch_buffer *out);

/* The members "sentences":[…],"arc":{…} of an object, without braces around them. */
void nch_tag_write_members(const nch_tag_sheet *sheet, nch_buffer *out);

/* A table with a head: number, paragraph, kind, label, score, a column for each label, text. An empty line, and a table of the arc. */
void nch_tag_write_tsv(const nch_tag_sheet *sheet, nch_buffer *out);

/* As subtitles are written (SubRip): number, from --> to, [emotion share] text. The times are guessed from the syllables. */
void nch_tag_write_cue(const nch_tag_sheet *sheet, nch_buffer *out);

#endif
