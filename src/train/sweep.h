/* sweep.h - which settings a sweep tries: a grid, some of it at random, and who goes on in successive halving.
 *
 * An axis is an option and its values. All here is text: what an option means is its command's affair. */
#ifndef NCH_TRAIN_SWEEP_H
#define NCH_TRAIN_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct nch_axis {
	char *name;
	char **values; /* (count) */
	size_t count;
	bool range;    /* random numbers between low and high, alike on a logarithmic scale; count is 0 */
	double low, high;
} nch_axis;

/* Start with {0}; release with nch_sweep_free. */
typedef struct nch_sweep {
	nch_axis *axes;
	size_t axis_count, axis_capacity;
	char **cells; /* (cell_count, axis_count): the values of each cell */
	size_t cell_count;
} nch_sweep;
void nch_sweep_free(nch_sweep *sweep);

/* Adds "batch=16,32,64", or "lr=1e-5..1e-3" (for random search only). The same name twice is NCH_USAGE. */
nch_status nch_sweep_add(nch_sweep *sweep, const char *text, nch_error *error);

/* Makes the cells: all combinations, the last axis changing fastest. */
nch_status nch_sweep_grid(nch_sweep *sweep, nch_error *error);

/* Makes `count` distinct cells at random; all combinations, in the grid's order, where there are no more of them. The same seed, the same cells. */
nch_status nch_sweep_random(nch_sweep *sweep, size_t count, uint64_t seed, nch_error *error);

const char *nch_sweep_value(const nch_sweep *sweep, size_t cell, size_t axis);

/* Successive halving (Jamieson & Talwalkar 2016): rung r of the `rungs` that `cells` cells need to come down to one. Each keeps the better half
 * (rounded up) for the next; the last has all `epochs`, each earlier one half of the next one's, at least 1. */
size_t nch_halving_rungs(size_t cells);
size_t nch_halving_epochs(size_t epochs, size_t rungs, size_t rung);
size_t nch_halving_cells(size_t cells, size_t rung); /* how many take part in a rung */

#endif
