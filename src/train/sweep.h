/* sweep.h - which settings a sweep tries: a grid, some of it at random, and who goes on in successive halving.
 *
 * An axis is an option and its values. All here is text: what an option means is its command's affair. */
#ifndef NCH_TRAIN_SWEEP_H
#define NCH_TRAIN_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text_list.h"

typedef struct nch_axis {
	const char *name;
	nch_text_list values; /* none of them twice */
	bool range; /* random numbers between low > 0 and high > low, alike on a logarithmic scale; no values */
	double low, high;
} nch_axis;

/* No name stands twice. */
typedef struct nch_axes {
	const nch_axis *items; /* [count] */
	size_t count;
} nch_axes;

/* Start with the axes, which are borrowed; release with nch_sweep_free. */
typedef struct nch_sweep {
	nch_axes axes;
	char **cells; /* (cell_count, axes.count): the values of each cell */
	size_t cell_count;
} nch_sweep;
void nch_sweep_free(nch_sweep *sweep);

/* Makes the cells: all combinations, the last axis changing fastest. A range is NCH_USAGE. */
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
