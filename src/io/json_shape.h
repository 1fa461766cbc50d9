/* json_shape.h - where the records lie in a JSON value: it is one; it holds them as pandas writes a table (its `orient`), or as lists side by side;
 * or they lie in arrays inside arrays, as in corpora of documents and utterances.
 *
 *     RECORD   {"text": "…", "label": "…"}                                  itself
 *     INDEX    {"0": {"text": …, "label": …}, "1": {…}}                      orient="index"
 *     COLUMNS  {"text": {"0": …, "1": …}, "label": {"0": …, "1": …}}         orient="columns"
 *     LISTS    {"text": […, …], "label": […, …]}                             to_dict("list"), datasets
 *     SPLIT    {"columns": ["text", "label"], "data": [[…, …], […, …]]}      orient="split"
 *     VALUES   [[…, …], […, …]]                                              orient="values"; each inner array comes here by itself
 *     NESTED   {"document": [{"utterance": [{"form": …}, …]}, …]}            also orient="table", {"data": [{…}, …]} */
#ifndef NCH_IO_JSON_SHAPE_H
#define NCH_IO_JSON_SHAPE_H

#include "io/rows_private.h"

typedef enum nch_json_layout { NCH_JSON_RECORD, NCH_JSON_INDEX, NCH_JSON_COLUMNS, NCH_JSON_LISTS, NCH_JSON_SPLIT, NCH_JSON_VALUES,
                               NCH_JSON_NESTED } nch_json_layout;

enum { NCH_JSON_FRAMES = 6 }; /* the value itself, and the elements of up to five arrays inside each other */

/* Start with {0}; release with nch_json_shape_free. */
typedef struct nch_json_shape {
	nch_json_layout layout;
	char *level[NCH_JSON_FRAMES]; /* NESTED: the path of each array, from the record that holds it: "document", "utterance" */
	size_t levels;
	bool whole;                   /* the value is the whole file: what stands beside the outermost array is not told with each record */
} nch_json_shape;

/* Looks at a value. `whole`: it is the whole file. Names that were asked for (rows->options) help to see what is meant. Errors: the file, and which
 * paths there are. */
nch_status nch_json_shape_find(const nch_rows *rows, const nch_json *top, bool whole, nch_json_shape *shape, nch_error *error);
void nch_json_shape_free(nch_json_shape *shape);
bool nch_json_is_made(const nch_json_shape *shape); /* its records do not stand in the file, but are put together */

/* A walk over the records of one value. Start with nch_json_walk_start; release with nch_json_walk_free. */
typedef struct nch_json_walk {
	const nch_json_shape *shape;
	const nch_json *frame[NCH_JSON_FRAMES]; /* of the current record: the value, … the record itself */
	size_t frames;
	const nch_json **cursor; /* COLUMNS, LISTS: the next cell of each column; SPLIT, VALUES: the names of the columns */
	size_t cursors;
	bool started;
} nch_json_walk;

nch_status nch_json_walk_start(nch_json_walk *walk, const nch_json_shape *shape, const nch_json *top, nch_error *error);
void nch_json_walk_free(nch_json_walk *walk);

/* VALUES: the cells are called by these texts, a list of siblings, in place of numbers. */
nch_status nch_json_walk_name(nch_json_walk *walk, const nch_json *names, nch_error *error);

/* The next record, in walk->frame[walk->frames - 1]; *more false behind the last one. Records that have to be put together live in the arena. */
nch_status nch_json_walk_next(nch_json_walk *walk, nch_arena *arena, bool *more, nch_error *error);

#endif
