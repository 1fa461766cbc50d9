/* epoch_order.h - which rows an epoch sees, and in what order: a function of seed and epoch, so that nothing has to be kept for going on. */
#ifndef NCH_TRAIN_EPOCH_ORDER_H
#define NCH_TRAIN_EPOCH_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* A stretch of the training rows of which an epoch sees so many: each epoch others, chosen by lot. */
typedef struct nch_row_part {
	size_t count, taken;
} nch_row_part;

/* Start with {0}; release with nch_epoch_order_free. */
typedef struct nch_epoch_order {
	size_t rows, count;         /* of the data; of an epoch */
	uint32_t *order;            /* (count): the rows of the epoch */
	const nch_row_part *parts;  /* borrowed */
	size_t part_count;
	uint32_t *seen, *lot;       /* working memory, where there are parts */
	bool *taken;
} nch_epoch_order;

/* parts: one after the other they are the rows; NULL: an epoch sees all of them. At most 2^32 - 1 rows. */
nch_status nch_epoch_order_new(size_t rows, const nch_row_part *parts, size_t part_count, nch_epoch_order *order, nch_error *error);
void nch_epoch_order_free(nch_epoch_order *order);

/* Fills order->order for an epoch (from 1): shuffled, or ascending. */
void nch_epoch_order_make(nch_epoch_order *order, uint64_t seed, size_t epoch, bool shuffle);

#endif
