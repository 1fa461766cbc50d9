#include "data/labels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MAX_LABELS 100000
#define MAX_NAME 1000

void nch_labels_free(nch_labels *labels)
{
	for (size_t i = 0; i < labels->count; i++)
		nch_free(labels->names[i]);
	nch_free(labels->names);
	nch_free(labels->slots);
	*labels = (nch_labels){ 0 };
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

nch_status nch_labels_parse(nch_labels *labels, const char *list, nch_error *error)
{
	for (const char *part = list;; part++) {
		size_t length = strcspn(part, ",");
		const char *name = part;
		part += length;
		while (length > 0 && (name[0] == ' ' || name[0] == '\t')) {
			name++;
			length--;
		}
		while (length > 0 && (name[length - 1] == ' ' || name[length - 1] == '\t'))
			length--;
		if (length == 0)
			return nch_fail(error, NCH_USAGE, "an empty label in the list '%s'", list);
		if (nch_labels_find(labels, name, length) >= 0)
			return nch_fail(error, NCH_USAGE, "the label '%.*s' stands twice in '%s'", (int)length, name, list);
		int32_t id;
		NCH_TRY(nch_labels_add(labels, name, length, &id, error));
		if (*part == '\0')
			return NCH_OK;
	}
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

nch_status nch_labels_sort(nch_labels *labels, int32_t *new_id, nch_error *error)
{
	sort_entry *entries = nch_alloc(labels->count, sizeof *entries);
	if (entries == NULL)
		return nch_no_memory(error);
	bool numbers = true;
	for (size_t i = 0; i < labels->count; i++) {
		entries[i] = (sort_entry){ labels->names[i], (int32_t)i };
		numbers &= is_whole_number(labels->names[i]);
	}
	qsort(entries, labels->count, sizeof *entries, numbers ? by_value : by_code_point);
	for (size_t i = 0; i < labels->count; i++) {
		labels->names[i] = entries[i].name;
		new_id[entries[i].old_id] = (int32_t)i;
	}
	nch_free(entries);
	return labels->slot_count > 0 ? rebuild_slots(labels, labels->slot_count, error) : NCH_OK;
}
