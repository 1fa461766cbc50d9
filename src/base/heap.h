/* heap.h - a binary heap (Williams 1964, "Algorithm 232: Heapsort"): of many things, the first one by some order, again and again, while others are
 * added.
 *
 *                 0               items[0] comes before all others, and items[i] before the two below it,
 *               /   \             items[2i + 1] and items[2i + 2]; what lies beside one another is in no order.
 *             1       2           Whoever is added begins at the end and rises past those that it comes before; when
 *            / \     / \          the first is taken, the last takes its place and sinks.
 *           3   4   5   6
 *
 * The functions are made for each type of item by a macro, so that the comparison is a part of them: they are the inner loops of merging. */
#ifndef NCH_BASE_HEAP_H
#define NCH_BASE_HEAP_H

#include <stddef.h>

#include "base/memory.h"
#include "base/status.h"

/* The type of a heap. Start with {0}; release with nch_free(heap.items). The item's type need not be complete here. */
#define NCH_HEAP(heap_type, item_type)                                                                                                     \
	typedef struct heap_type {                                                                                                         \
		item_type *items;                                                                                                          \
		size_t count, capacity;                                                                                                    \
	} heap_type

/* static nch_status push(heap, item, context, error): adds an item. static item pop(heap, context): takes the first one; there must be one.
 * comes_before(context, a, b) gets pointers to two items; it must be an order, or which of two that are alike comes first is chance. */
#define NCH_HEAP_FUNCTIONS(heap_type, item_type, context_type, comes_before)                                                               \
	static nch_status push(heap_type *heap, item_type added, context_type context, nch_error *error)                                   \
	{                                                                                                                                  \
		NCH_TRY(nch_grow(&heap->items, &heap->capacity, heap->count + 1, sizeof *heap->items, error));                             \
		size_t at = heap->count++;                                                                                                 \
		for (; at > 0 && comes_before(context, &added, &heap->items[(at - 1) / 2]); at = (at - 1) / 2)                             \
			heap->items[at] = heap->items[(at - 1) / 2];                                                                       \
		heap->items[at] = added;                                                                                                   \
		return NCH_OK;                                                                                                             \
	}                                                                                                                                  \
                                                                                                                                           \
	static item_type pop(heap_type *heap, context_type context)                                                                        \
	{                                                                                                                                  \
		item_type top = heap->items[0], last = heap->items[--heap->count];                                                         \
		size_t at = 0;                                                                                                             \
		for (size_t child; (child = 2 * at + 1) < heap->count; at = child) {                                                       \
			if (child + 1 < heap->count && comes_before(context, &heap->items[child + 1], &heap->items[child]))                \
				child++;                                                                                                   \
			if (!comes_before(context, &heap->items[child], &last))                                                            \
				break;                                                                                                     \
			heap->items[at] = heap->items[child];                                                                              \
		}                                                                                                                          \
		heap->items[at] = last;                                                                                                    \
		return top;                                                                                                                \
	}

#endif
