/* epoch_order.c - see epoch_order.h. */
#include "train/epoch_order.h"

#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

nch_status nch_epoch_order_new(size_t rows, const nch_row_part *parts, size_t part_count, nch_epoch_order *o, nch_error *error)
{
	size_t count = 0, largest = 0;
	for (size_t i = 0; i < part_count; i++) {
		count += parts[i].taken;
		largest = parts[i].count > largest ? parts[i].count : largest;
	}
	*o = (nch_epoch_order){.rows = rows, .count = parts ? count : rows, .parts = parts, .part_count = part_count};
	if (o->count == 0 || rows > UINT32_MAX)
		return nch_fail(error, NCH_DATA, "%zu rows to train on: there must be between 1 and 4294967295", o->count == 0 ? 0 : rows);
	o->order = nch_alloc(o->count, sizeof *o->order);
	if (parts != NULL) {
		o->seen = nch_alloc(o->count, sizeof *o->seen);
		o->lot = nch_alloc(largest > 0 ? largest : 1, sizeof *o->lot);
		o->taken = nch_alloc(rows, sizeof *o->taken);
	}
	if (o->order != NULL && (parts == NULL || (o->seen != NULL && o->lot != NULL && o->taken != NULL)))
		return NCH_OK;
	nch_epoch_order_free(o);
	return nch_no_memory(error);
}

void nch_epoch_order_free(nch_epoch_order *o)
{
	nch_free(o->order);
	nch_free(o->seen);
	nch_free(o->lot);
	nch_free(o->taken);
	*o = (nch_epoch_order){0};
}

/* Lists the rows that the epoch sees, ascending. */
static void choose_rows(nch_epoch_order *o, uint64_t seed, size_t epoch)
{
	size_t begin = 0, seen = 0;
	memset(o->taken, 0, o->rows * sizeof *o->taken);
	for (size_t i = 0; i < o->part_count; i++) {
		const nch_row_part *p = &o->parts[i];
		if (p->taken < p->count)
			nch_random_permutation(seed, NCH_RANDOM_PART, (uint32_t)(epoch * o->part_count + i), o->lot, (uint32_t)p->count);
		for (size_t k = 0; k < p->taken; k++)
			o->taken[begin + (p->taken < p->count ? o->lot[k] : k)] = true;
		begin += p->count;
	}
	for (size_t row = 0; row < o->rows; row++)
		if (o->taken[row])
			o->seen[seen++] = (uint32_t)row;
}

void nch_epoch_order_make(nch_epoch_order *o, uint64_t seed, size_t epoch, bool shuffle)
{
	for (size_t i = 0; i < o->count; i++)
		o->order[i] = (uint32_t)i;
	if (shuffle)
		nch_random_permutation(seed, NCH_RANDOM_SHUFFLE, (uint32_t)epoch, o->order, (uint32_t)o->count);
	if (o->parts == NULL)
		return;
	choose_rows(o, seed, epoch);
	for (size_t i = 0; i < o->count; i++)
		o->order[i] = o->seen[o->order[i]];
}
