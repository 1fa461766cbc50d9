/* json_shape.c - see json_shape.h. */
#include "io/json_shape.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { MAX_CANDIDATES = 32, MAX_DEPTH = 8 };

static bool is_scalar(const nch_json *value)
{
	return value->type != NCH_JSON_ARRAY && value->type != NCH_JSON_OBJECT;
}

static bool is_digits(const char *name)
{
	return name[0] != '\0' && strspn(name, "0123456789") == strlen(name);
}

/* --- tables as pandas and datasets write them --- */

/* Whether all children are of this type; false without any. */
static bool all_are(const nch_json *value, nch_json_type type)
{
	for (const nch_json *child = value->first; child != NULL; child = child->next)
		if (child->type != type)
			return false;
	return value->first != NULL;
}

static bool same_names(const nch_json *a, const nch_json *b)
{
	const nch_json *x = a->first, *y = b->first;
	for (; x != NULL && y != NULL; x = x->next, y = y->next)
		if (x->name_length != y->name_length || memcmp(x->name, y->name, x->name_length) != 0)
			return false;
	return x == NULL && y == NULL;
}

static bool names_are_digits(const nch_json *object)
{
	for (const nch_json *member = object->first; member != NULL; member = member->next)
		if (!is_digits(member->name))
			return false;
	return object->first != NULL;
}

/* An object of objects: an index of records, columns of cells, or neither. */
static nch_json_layout layout_of_objects(const nch_rows *rows, const nch_json *top)
{
	if (!all_are(top, NCH_JSON_OBJECT))
		return NCH_JSON_RECORD;
	bool inner_digits = true, alike = true;
	for (const nch_json *member = top->first; member != NULL; member = member->next) {
		inner_digits &= names_are_digits(member);
		alike &= same_names(member, top->first);
	}
	if (names_are_digits(top))
		return NCH_JSON_INDEX;
	if (inner_digits && alike)
		return NCH_JSON_COLUMNS;
	if (!alike || top->count < 2)
		return NCH_JSON_RECORD;
	/* names on both sides: those of columns are the ones that people know */
	if (nch_columns_name_tells(rows, top->first->first != NULL ? top->first : top))
		return NCH_JSON_INDEX;
	return nch_columns_name_tells(rows, top) ? NCH_JSON_COLUMNS : NCH_JSON_INDEX;
}

/* At least two arrays, one of them of texts, and a name that people know among theirs. *other: one whose length is not that of the first. */
static bool is_lists(const nch_rows *rows, const nch_json *top, const nch_json **first, const nch_json **other)
{
	size_t arrays = 0;
	bool texts = false;
	*first = *other = NULL;
	for (const nch_json *member = top->first; member != NULL; member = member->next) {
		if (member->type != NCH_JSON_ARRAY)
			continue;
		if (all_are(member, NCH_JSON_OBJECT))
			return false;
		*first = *first == NULL ? member : *first;
		*other = member->count != (*first)->count ? member : *other;
		texts |= all_are(member, NCH_JSON_STRING);
		arrays++;
	}
	return arrays >= 2 && texts && (*other == NULL || nch_columns_name_tells(rows, top));
}

static bool is_split(const nch_json *top)
{
	const nch_json *columns = nch_json_get(top, "columns"), *data = nch_json_get(top, "data");
	return columns != NULL && data != NULL && columns->type == NCH_JSON_ARRAY && data->type == NCH_JSON_ARRAY && all_are(columns, NCH_JSON_STRING) &&
	       all_are(data, NCH_JSON_ARRAY);
}

/* --- arrays of records, inside each other --- */

/* A way to an array of objects, through other such arrays. */
typedef struct candidate {
	char *level[NCH_JSON_FRAMES];
	size_t levels;
	const nch_json *frame[NCH_JSON_FRAMES]; /* the value, and the first element of each array */
} candidate;

typedef struct search {
	const nch_rows *rows;
	candidate found[MAX_CANDIDATES];
	size_t count;
	nch_buffer path;  /* from the current frame */
	bool no_memory;
} search;

static void free_candidate(candidate *c)
{
	for (size_t i = 0; i < c->levels; i++)
		nch_free(c->level[i]);
	c->levels = 0;
}

/* The candidate that goes on from `from` through the array at the current path. NULL: there are too many already, or no memory. */
static candidate *add_candidate(search *s, const candidate *from, const nch_json *array)
{
	if (s->count == MAX_CANDIDATES || from->levels + 1 >= NCH_JSON_FRAMES)
		return NULL;
	candidate *c = &s->found[s->count];
	*c = *from;
	for (size_t i = 0; i <= from->levels; i++) {
		const char *name = i < from->levels ? from->level[i] : s->path.data;
		c->level[i] = nch_copy_text(name, strlen(name));
		c->levels = i + 1;
		if (c->level[i] == NULL) {
			s->no_memory = true;
			free_candidate(c);
			return NULL;
		}
	}
	c->frame[c->levels] = array->first;
	s->count++;
	return c;
}

static void explore(search *s, const candidate *from, const nch_json *object, int depth)
{
	for (const nch_json *member = object->first; member != NULL && depth < MAX_DEPTH; member = member->next) {
		size_t length = s->path.length;
		if (is_scalar(member))
			continue;
		nch_buffer_text(&s->path, length > 0 ? "." : "");
		nch_buffer_add(&s->path, member->name, member->name_length);
		s->no_memory |= s->path.failed;
		if (s->no_memory)
			return;
		if (member->type == NCH_JSON_OBJECT) {
			explore(s, from, member, depth + 1);
		} else if (member->first != NULL && member->first->type == NCH_JSON_OBJECT) {
			const candidate *next = add_candidate(s, from, member);
			nch_buffer outer = s->path;
			s->path = (nch_buffer){0};
			if (next != NULL)
				explore(s, next, member->first, depth + 1);
			nch_buffer_free(&s->path);
			s->path = outer;
		}
		s->path.length = length;
		if (s->path.data != NULL)
			s->path.data[length] = '\0';
	}
}

/* "document.utterance." */
static void write_prefix(const candidate *c, nch_buffer *out)
{
	for (size_t i = 0; i < c->levels; i++)
		nch_buffer_printf(out, "%s.", c->level[i]);
}

/* How well a level does as that of the records: 2 for a text whose name is asked for, 1 for one with a usual name, and as much for a label; 0: no
 * text. */
static int judge(search *s, const candidate *c)
{
	const nch_rows *rows = s->rows;
	nch_buffer prefix = {0};
	write_prefix(c, &prefix);
	s->no_memory |= prefix.failed;
	const char *text = rows->options.text_name;
	const nch_json *record = c->frame[c->levels];
	int score = 0;
	if (text != NULL) {
		bool full = prefix.data != NULL && strncmp(text, prefix.data, prefix.length) == 0;
		const nch_json *value = nch_json_path(record, full ? text + prefix.length : text);
		score = value != NULL && is_scalar(value) ? 4 : 0;
	} else {
		score = nch_columns_names_text(record) ? 2 : 0;
	}
	bool label = false;
	for (size_t i = c->levels; score > 0 && !label; i--) {
		label = nch_columns_names_label(c->frame[i]);
		if (i == 0 || (i == 1 && c->levels > 0))
			break;
	}
	nch_buffer_free(&prefix);
	return score + label;
}

/* Whether the way of `a` is the beginning of that of `b`. */
static bool leads_to(const candidate *a, const candidate *b)
{
	if (a->levels >= b->levels)
		return false;
	for (size_t i = 0; i < a->levels; i++)
		if (strcmp(a->level[i], b->level[i]) != 0)
			return false;
	return true;
}

static nch_status refuse(const nch_rows *rows, const search *s, nch_error *error)
{
	nch_buffer list = {0};
	for (size_t i = 0; i < s->count && list.length < 300; i++) {
		const nch_json *record = s->found[i].frame[s->found[i].levels];
		for (const nch_json *member = record->first; member != NULL && list.length < 300; member = member->next) {
			if (member->type != NCH_JSON_STRING)
				continue;
			nch_buffer_text(&list, list.length > 0 ? ", " : "");
			write_prefix(&s->found[i], &list);
			nch_buffer_add(&list, member->name, member->name_length);
		}
	}
	nch_fail(error, NCH_FORMAT, "%s: which of its arrays holds the texts is not clear: name the text by its path, ⟨text⟩ PATH, and the label, ⟨label⟩ PATH; there are: %s",
	         nch_rows_path(rows), list.length > 0 ? list.data : "no texts");
	nch_buffer_free(&list);
	return NCH_FORMAT;
}

/* The best candidate; of equal ones the outer, where one leads to the other. NULL: not clear. Without any text by name: the innermost, if there is
 * one way only. */
static const candidate *choose(search *s)
{
	const candidate *best = NULL;
	int best_score = 0;
	bool clear = true;
	for (size_t i = 0; i < s->count; i++) {
		int score = judge(s, &s->found[i]);
		if (score > best_score) {
			best = &s->found[i];
			best_score = score;
			clear = true;
		} else if (score == best_score && score > 0 && !leads_to(best, &s->found[i])) {
			clear = false;
		}
	}
	if (best != NULL)
		return clear ? best : NULL;
	for (size_t i = 1; i < s->count; i++)
		if (!leads_to(&s->found[i - 1], &s->found[i]))
			return NULL;
	return &s->found[s->count - 1];
}

/* Whether a value has a text of its own, so that it is a record whatever lies in it. */
static bool is_record(const nch_rows *rows, const nch_json *top)
{
	const char *text = rows->options.text_name;
	const nch_json *value = text != NULL ? nch_json_path(top, text) : NULL;
	if (value == NULL && text != NULL)
		value = nch_json_get(top, text);
	return text != NULL ? value != NULL && is_scalar(value) : nch_columns_names_text(top);
}

static nch_status find_nested(const nch_rows *rows, const nch_json *top, nch_json_shape *shape, nch_error *error)
{
	search *s = nch_alloc(1, sizeof *s);
	candidate start = { .frame = { top } };
	if (s == NULL)
		return nch_no_memory(error);
	s->rows = rows;
	explore(s, &start, top, 0);
	nch_status status = s->no_memory ? nch_no_memory(error) : NCH_OK;
	if (status == NCH_OK && s->count > 0) {
		const candidate *best = choose(s);
		if (s->no_memory)
			status = nch_no_memory(error);
		else if (best == NULL)
			status = refuse(rows, s, error);
		for (size_t i = 0; best != NULL && i < best->levels && status == NCH_OK; i++) {
			shape->level[i] = nch_copy_text(best->level[i], strlen(best->level[i]));
			shape->levels = i + 1;
			status = shape->level[i] != NULL ? NCH_OK : nch_no_memory(error);
		}
		shape->layout = NCH_JSON_NESTED;
	}
	for (size_t i = 0; i < s->count; i++)
		free_candidate(&s->found[i]);
	nch_buffer_free(&s->path);
	nch_free(s);
	return status;
}

nch_status nch_json_shape_find(const nch_rows *rows, const nch_json *top, bool whole, nch_json_shape *shape, nch_error *error)
{
	*shape = (nch_json_shape){ .layout = NCH_JSON_RECORD, .whole = whole };
	if (top->type == NCH_JSON_ARRAY)
		shape->layout = NCH_JSON_VALUES;
	if (top->type != NCH_JSON_OBJECT)
		return NCH_OK;
	const nch_json *first, *other;
	if (whole && is_split(top))
		shape->layout = NCH_JSON_SPLIT;
	else if (whole && is_lists(rows, top, &first, &other)) {
		shape->layout = NCH_JSON_LISTS;
		if (other != NULL)
			return nch_fail(error, NCH_FORMAT, "%s: the lists '%.80s' and '%.80s' are of different lengths, %zu and %zu: they can't be columns of one table",
			                nch_rows_path(rows), first->name, other->name, first->count, other->count);
	}
	else if (whole)
		shape->layout = layout_of_objects(rows, top);
	return shape->layout == NCH_JSON_RECORD && !is_record(rows, top) ? find_nested(rows, top, shape, error) : NCH_OK;
}

bool nch_json_is_made(const nch_json_shape *shape)
{
	return shape->layout == NCH_JSON_COLUMNS || shape->layout == NCH_JSON_LISTS || shape->layout == NCH_JSON_SPLIT || shape->layout == NCH_JSON_VALUES;
}

void nch_json_shape_free(nch_json_shape *shape)
{
	for (size_t i = 0; i < shape->levels; i++)
		nch_free(shape->level[i]);
	*shape = (nch_json_shape){0};
}

/* --- walking --- */

/* The columns of COLUMNS and LISTS, or the names of SPLIT. */
static const nch_json *column_at(const nch_json_walk *walk, const nch_json *member)
{
	while (member != NULL && walk->shape->layout == NCH_JSON_LISTS && member->type != NCH_JSON_ARRAY)
		member = member->next;
	return member;
}

nch_status nch_json_walk_start(nch_json_walk *walk, const nch_json_shape *shape, const nch_json *top, nch_error *error)
{
	nch_json_walk_free(walk);
	*walk = (nch_json_walk){ .shape = shape, .frame = { top }, .frames = 1 };
	const nch_json *list = shape->layout == NCH_JSON_SPLIT ? nch_json_get(top, "columns") : top;
	if (shape->layout != NCH_JSON_COLUMNS && shape->layout != NCH_JSON_LISTS && shape->layout != NCH_JSON_SPLIT)
		return NCH_OK;
	walk->cursor = nch_alloc(list->count, sizeof *walk->cursor);
	if (walk->cursor == NULL)
		return nch_no_memory(error);
	for (const nch_json *member = column_at(walk, list->first); member != NULL; member = column_at(walk, member->next))
		walk->cursor[walk->cursors++] = shape->layout == NCH_JSON_SPLIT ? member : member->first;
	return NCH_OK;
}

nch_status nch_json_walk_name(nch_json_walk *walk, const nch_json *names, nch_error *error)
{
	size_t count = 0;
	for (const nch_json *name = names; name != NULL; name = name->next)
		count++;
	walk->cursor = nch_alloc(count, sizeof *walk->cursor);
	if (walk->cursor == NULL)
		return nch_no_memory(error);
	for (const nch_json *name = names; name != NULL; name = name->next)
		walk->cursor[walk->cursors++] = name;
	return NCH_OK;
}

void nch_json_walk_free(nch_json_walk *walk)
{
	nch_free(walk->cursor);
	*walk = (nch_json_walk){0};
}

/* Adds a copy of a value under a name to a record that is put together; a value that is absent is not added. */
static nch_status add_member(nch_json *record, nch_json **last, const nch_json *value, const char *name, size_t name_length, nch_arena *arena,
                             nch_error *error)
{
	nch_json *member = nch_arena_alloc(arena, 1, sizeof *member);
	if (member == NULL)
		return nch_no_memory(error);
	*member = *value;
	member->name = name;
	member->name_length = name_length;
	member->next = NULL;
	if (*last != NULL)
		(*last)->next = member;
	else
		record->first = member;
	*last = member;
	record->count++;
	return NCH_OK;
}

static nch_json *new_record(const nch_json *like, nch_arena *arena)
{
	nch_json *record = nch_arena_alloc(arena, 1, sizeof *record);
	if (record != NULL)
		*record = (nch_json){ .type = NCH_JSON_OBJECT, .begin = like->begin, .end = like->end };
	return record;
}

/* A row of COLUMNS or LISTS: a cell of each column. */
static nch_status next_of_columns(nch_json_walk *walk, nch_arena *arena, bool *more, nch_error *error)
{
	const nch_json *top = walk->frame[0];
	*more = walk->cursors > 0 && walk->cursor[0] != NULL;
	if (!*more)
		return NCH_OK;
	nch_json *record = new_record(walk->cursor[0], arena), *last = NULL;
	if (record == NULL)
		return nch_no_memory(error);
	size_t i = 0;
	for (const nch_json *column = column_at(walk, top->first); column != NULL; column = column_at(walk, column->next), i++) {
		if (walk->cursor[i] == NULL)
			continue;
		NCH_TRY(add_member(record, &last, walk->cursor[i], column->name, column->name_length, arena, error));
		walk->cursor[i] = walk->cursor[i]->next;
	}
	walk->frame[1] = record;
	walk->frames = 2;
	return NCH_OK;
}

/* An array of cells as a record, under the names of SPLIT's columns, or their numbers from 1. */
static nch_status record_of_values(nch_json_walk *walk, const nch_json *values, nch_arena *arena, nch_error *error)
{
	nch_json *record = new_record(values, arena), *last = NULL;
	if (record == NULL)
		return nch_no_memory(error);
	size_t i = 0;
	for (const nch_json *value = values->first; value != NULL && i < NCH_MAX_COLUMNS; value = value->next, i++) {
		char number[24];
		int length = snprintf(number, sizeof number, "%zu", i + 1);
		const char *name = i < walk->cursors ? walk->cursor[i]->text : nch_arena_text(arena, number, (size_t)length);
		if (name == NULL)
			return nch_no_memory(error);
		NCH_TRY(add_member(record, &last, value, name, strlen(name), arena, error));
	}
	walk->frame[1] = record;
	walk->frames = 2;
	return NCH_OK;
}

/* The first element of the array of each level from `level` on, going back to the level before where one has none. */
static bool next_nested(nch_json_walk *walk)
{
	const nch_json_shape *shape = walk->shape;
	size_t level = walk->started ? shape->levels : 0; /* walk->frame[0 .. level] stand; the next one is to be found */
	if (walk->started)
		walk->frame[level] = walk->frame[level]->next;
	for (;;) {
		while (level > 0 && walk->frame[level] == NULL) { /* behind the last element: on with the array before */
			level--;
			if (level > 0)
				walk->frame[level] = walk->frame[level]->next;
		}
		if (level == 0 && walk->started)
			return false;
		walk->started = true;
		while (level < shape->levels) {
			const nch_json *array = nch_json_path(walk->frame[level], shape->level[level]);
			walk->frame[++level] = array != NULL && array->type == NCH_JSON_ARRAY ? array->first : NULL;
			if (walk->frame[level] == NULL)
				break;
		}
		if (walk->frame[level] != NULL) {
			walk->frames = level + 1;
			return true;
		}
	}
}

nch_status nch_json_walk_next(nch_json_walk *walk, nch_arena *arena, bool *more, nch_error *error)
{
	const nch_json *top = walk->frame[0], *data;
	bool first = !walk->started;
	*more = first;
	switch (walk->shape->layout) {
	case NCH_JSON_NESTED: *more = next_nested(walk); return NCH_OK;
	case NCH_JSON_COLUMNS:
	case NCH_JSON_LISTS: return next_of_columns(walk, arena, more, error);
	case NCH_JSON_INDEX:
		walk->frame[1] = first ? top->first : walk->frame[1]->next;
		walk->frames = 2;
		*more = walk->frame[1] != NULL;
		break;
	case NCH_JSON_SPLIT:
		data = nch_json_get(top, "data");
		walk->frame[2] = first ? data->first : walk->frame[2]->next; /* the array; the record that is made of it is frame 1 */
		*more = walk->frame[2] != NULL;
		walk->started = true;
		return *more ? record_of_values(walk, walk->frame[2], arena, error) : NCH_OK;
	case NCH_JSON_VALUES:
		walk->started = true;
		return *more ? record_of_values(walk, top, arena, error) : NCH_OK;
	case NCH_JSON_RECORD: break;
	}
	walk->started = true;
	return NCH_OK;
}
