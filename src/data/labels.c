/* labels.c - see labels.h: a hash table of names, and the order that scikit-learn gives them. */
#include "data/labels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/name.h"
#include "base/number.h"

#define MAX_LABELS 100000
#define MAX_NAME 1000

void nch_labels_free(nch_labels *labels)
{
	for (size_t i = 0; i < labels->count; i++)
		nch_free(labels->names[i]);
	nch_free(labels->names);
	nch_free(labels->slots);
	*labels = (nch_labels){0};
}

/* FNV-1a. */
static uint64_t hash_name(const char *name, size_t length)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
	return hash;
}

/* The slot that holds the name, or the empty one where it belongs. slot_count is a power of two and never full. */
static size_t find_slot(const nch_labels *labels, const char *name, size_t length)
{
	size_t mask = labels->slot_count - 1;
	size_t slot = (size_t)hash_name(name, length) & mask;
	for (; labels->slots[slot] >= 0; slot = (slot + 1) & mask) {
		const char *other = labels->names[labels->slots[slot]];
		if (strlen(other) == length && memcmp(other, name, length) == 0)
			break;
	}
	return slot;
}

static nch_status rebuild_slots(nch_labels *labels, size_t slot_count, nch_error *error)
{
	int32_t *slots = nch_alloc(slot_count, sizeof *slots);
	if (slots == NULL)
		return nch_no_memory(error);
	nch_free(labels->slots);
	labels->slots = slots;
	labels->slot_count = slot_count;
	memset(slots, 0xFF, slot_count * sizeof *slots);
	for (size_t i = 0; i < labels->count; i++)
		slots[find_slot(labels, labels->names[i], strlen(labels->names[i]))] = (int32_t)i;
	return NCH_OK;
}

int32_t nch_labels_find(const nch_labels *labels, const char *name, size_t length)
{
	return labels->slot_count > 0 ? labels->slots[find_slot(labels, name, length)] : -1;
}

nch_status nch_labels_add(nch_labels *labels, const char *name, size_t length, int32_t *id, nch_error *error)
{
	*id = nch_labels_find(labels, name, length);
	if (*id >= 0)
		return NCH_OK;
	if (length > MAX_NAME)
		return nch_fail(error, NCH_DATA, "a label of %zu bytes; is this the label column?", length);
	if (length == 0 || memchr(name, '\0', length) != NULL)
		return nch_fail(error, NCH_DATA, length == 0 ? "an empty label" : "a label with a NUL in it");
	if (labels->count >= MAX_LABELS)
		return nch_fail(error, NCH_DATA, "more than %d labels; is this the label column?", MAX_LABELS);
	if ((labels->count + 1) * 2 > labels->slot_count)
		NCH_TRY(rebuild_slots(labels, labels->slot_count > 0 ? labels->slot_count * 2 : 64, error));
	NCH_TRY(nch_grow(&labels->names, &labels->capacity, labels->count + 1, sizeof(char *), error));
	char *copy = nch_copy_text(name, length);
	if (copy == NULL)
		return nch_no_memory(error);
	*id = (int32_t)labels->count;
	labels->names[labels->count++] = copy;
	labels->slots[find_slot(labels, name, length)] = *id;
	return NCH_OK;
}

void nch_labels_truncate(nch_labels *labels, size_t count)
{
	while (labels->count > count) { /* what was added last lies behind all that it collided with: its slot is simply free again */
		char *name = labels->names[labels->count - 1];
		labels->slots[find_slot(labels, name, strlen(name))] = -1;
		nch_free(name);
		labels->count--;
	}
}

static int32_t find_number(const nch_labels *labels, const char *name, size_t length)
{
	double wanted, number;
	if (!nch_number_read(name, length, &wanted))
		return -1;
	for (size_t i = 0; i < labels->count; i++)
		if (nch_number_read(labels->names[i], strlen(labels->names[i]), &number) && number == wanted)
			return (int32_t)i;
	return -1;
}

int32_t nch_labels_find_typed(const nch_labels *labels, const char *name, size_t length)
{
	nch_buffer clean = {0};
	int32_t id = nch_labels_find(labels, name, length);
	if (id < 0 && nch_name_clean(name, length, &clean)) {
		id = nch_labels_find(labels, clean.data, clean.length);
		if (id < 0)
			id = find_number(labels, clean.data, clean.length);
	}
	nch_buffer_free(&clean);
	return id;
}

/* Adds one part of a list; `list` is for the message. */
static nch_status add_part(nch_labels *labels, const nch_buffer *name, const char *list, nch_error *error)
{
	int32_t id;
	if (name->length == 0)
		return nch_fail(error, NCH_USAGE, "an empty label in the list '%s'", list);
	if (nch_labels_find(labels, name->data, name->length) >= 0)
		return nch_fail(error, NCH_USAGE, "the label '%s' stands twice in '%s'", name->data, list);
	return nch_labels_add(labels, name->data, name->length, &id, error);
}

nch_status nch_labels_parse(nch_labels *labels, const char *list, nch_error *error)
{
	nch_buffer name = {0};
	nch_status status = NCH_OK;
	for (const char *part = list; status == NCH_OK; part++) {
		size_t length = strcspn(part, ",");
		status = nch_name_clean(part, length, &name) ? add_part(labels, &name, list, error) : nch_no_memory(error);
		part += length;
		if (*part == '\0')
			break;
	}
	nch_buffer_free(&name);
	return status;
}

nch_status nch_labels_copy(nch_labels *to, const nch_labels *from, nch_error *error)
{
	for (size_t i = 0; i < from->count; i++) {
		int32_t id;
		nch_status status = nch_labels_add(to, from->names[i], strlen(from->names[i]), &id, error);
		if (status != NCH_OK) {
			nch_labels_free(to);
			return status;
		}
	}
	return NCH_OK;
}

/* --- order --- */

typedef struct sort_entry {
	char *name;
	int32_t old_id;
	double number; /* if they are numbers */
} sort_entry;

/* UTF-8 compares by bytes as its code points do. */
static int by_code_point(const void *a, const void *b)
{
	return strcmp(((const sort_entry *)a)->name, ((const sort_entry *)b)->name);
}

/* Whole numbers without leading zeros: by sign, then length, then digits. */
static int by_value(const void *a, const void *b)
{
	const char *x = ((const sort_entry *)a)->name, *y = ((const sort_entry *)b)->name;
	bool x_negative = x[0] == '-', y_negative = y[0] == '-';
	if (x_negative != y_negative)
		return x_negative ? -1 : 1;
	size_t x_length = strlen(x), y_length = strlen(y);
	int order = x_length != y_length ? (x_length < y_length ? -1 : 1) : strcmp(x, y);
	return x_negative ? -order : order;
}

static bool is_whole_number(const char *name)
{
	const char *digits = name + (name[0] == '-');
	if (digits[0] == '0')
		return digits[1] == '\0' && digits == name;
	return digits[0] != '\0' && strspn(digits, "0123456789") == strlen(digits);
}

/* By value, and equal ones in the order in which they came. */
static int by_double(const void *a, const void *b)
{
	const sort_entry *x = a, *y = b;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->old_id < y->old_id ? -1 : x->old_id > y->old_id;
}

typedef enum label_kind { NAMES, WHOLE_NUMBERS, FLOATS } label_kind;

static label_kind kind_of(const nch_labels *labels, sort_entry *entries)
{
	label_kind kind = WHOLE_NUMBERS;
	for (size_t i = 0; i < labels->count; i++) {
		const char *name = labels->names[i];
		entries[i] = (sort_entry){ .name = labels->names[i], .old_id = (int32_t)i };
		if (is_whole_number(name))
			nch_number_read(name, strlen(name), &entries[i].number);
		else if (kind != NAMES && strpbrk(name, ".eE") != NULL && nch_number_read(name, strlen(name), &entries[i].number))
			kind = FLOATS;
		else
			kind = NAMES;
	}
	return kind;
}

/* The number as pandas shows a float: 1.0, 0.5, 1e+20. */
static char *float_name(double number, nch_buffer *text)
{
	nch_buffer_clear(text);
	nch_number_write_double(text, number == 0.0 ? 0.0 : number);
	if (text->data != NULL && strspn(text->data, "-0123456789") == text->length)
		nch_buffer_text(text, ".0");
	return text->failed ? NULL : nch_copy_text(text->data, text->length);
}

/* Names the sorted entries as floats; equal ones become one. */
static nch_status name_floats(nch_labels *labels, const sort_entry *entries, int32_t *new_id, nch_error *error)
{
	nch_buffer text = {0};
	size_t count = labels->count, to = 0;
	char **names = nch_alloc(count, sizeof *names);
	nch_status status = names != NULL ? NCH_OK : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < count; i++) {
		if ((i == 0 || entries[i].number != entries[i - 1].number) && (names[to++] = float_name(entries[i].number, &text)) == NULL)
			status = nch_no_memory(error);
		new_id[entries[i].old_id] = (int32_t)to - 1;
	}
	nch_buffer_free(&text);
	for (size_t i = 0; status == NCH_OK && i < count; i++)
		nch_free(labels->names[i]);
	for (size_t i = 0; names != NULL && i < to; i++)
		if (status == NCH_OK)
			labels->names[i] = names[i];
		else
			nch_free(names[i]);
	if (status == NCH_OK)
		labels->count = to;
	nch_free(names);
	return status;
}

nch_status nch_labels_sort(nch_labels *labels, int32_t *new_id, nch_error *error)
{
	sort_entry *entries = nch_alloc(labels->count, sizeof *entries);
	if (entries == NULL)
		return nch_no_memory(error);
	label_kind kind = kind_of(labels, entries);
	nch_status status = NCH_OK;
	qsort(entries, labels->count, sizeof *entries, kind == NAMES ? by_code_point : kind == FLOATS ? by_double : by_value);
	for (size_t i = 0; kind != FLOATS && i < labels->count; i++) {
		labels->names[i] = entries[i].name;
		new_id[entries[i].old_id] = (int32_t)i;
	}
	if (kind == FLOATS)
		status = name_floats(labels, entries, new_id, error);
	nch_free(entries);
	return status == NCH_OK && labels->slot_count > 0 ? rebuild_slots(labels, labels->slot_count, error) : status;
}
