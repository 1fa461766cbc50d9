/* sweep.c - see sweep.h. */
#include "train/sweep.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

enum { MOST_CELLS = 1000000, TRIES = 1000 };

void nch_sweep_free(nch_sweep *sweep)
{
	for (size_t i = 0; sweep->cells != NULL && i < sweep->cell_count * sweep->axes.count; i++)
		nch_free(sweep->cells[i]);
	nch_free(sweep->cells);
	*sweep = (nch_sweep){0};
}

/* --- cells --- */

/* How many combinations there are; MOST_CELLS + 1 for more than that, or for infinitely many. */
static size_t combinations(const nch_sweep *sweep)
{
	size_t product = 1;
	for (size_t a = 0; a < sweep->axes.count; a++) {
		if (sweep->axes.items[a].range || !nch_size_mul(product, sweep->axes.items[a].values.count, &product) || product > MOST_CELLS)
			return MOST_CELLS + 1;
	}
	return product;
}

static nch_status make_room(nch_sweep *sweep, size_t cells, nch_error *error)
{
	size_t texts;
	if (sweep->axes.count == 0)
		return nch_fail(error, NCH_USAGE, "what is to be varied? give ⟨set⟩ name=value,value");
	if (cells == 0 || cells > MOST_CELLS)
		return nch_fail(error, NCH_USAGE, "a sweep tries 1 to %d settings; ⟨random⟩ N chooses some of more", MOST_CELLS);
	if (!nch_size_mul(cells, sweep->axes.count, &texts) || (sweep->cells = nch_alloc(texts, sizeof *sweep->cells)) == NULL)
		return nch_no_memory(error);
	sweep->cell_count = cells;
	return NCH_OK;
}

static nch_status set_cell(nch_sweep *sweep, size_t cell, size_t axis, const char *text, nch_error *error)
{
	char **place = &sweep->cells[cell * sweep->axes.count + axis];
	nch_free(*place);
	*place = nch_copy_text(text, strlen(text));
	return *place != NULL ? NCH_OK : nch_no_memory(error);
}

nch_status nch_sweep_grid(nch_sweep *sweep, nch_error *error)
{
	for (size_t a = 0; a < sweep->axes.count; a++)
		if (sweep->axes.items[a].range)
			return nch_fail(error, NCH_USAGE, "⟨set⟩ %s: a range has no grid; it goes with ⟨random⟩ N", sweep->axes.items[a].name);
	NCH_TRY(make_room(sweep, combinations(sweep), error));
	for (size_t cell = 0; cell < sweep->cell_count; cell++) {
		size_t rest = cell;
		for (size_t a = sweep->axes.count; a-- > 0;) {
			const nch_axis *axis = &sweep->axes.items[a];
			NCH_TRY(set_cell(sweep, cell, a, axis->values.items[rest % axis->values.count], error));
			rest /= axis->values.count;
		}
	}
	return NCH_OK;
}

/* One value of an axis, by draw number `draw`. */
static nch_status draw_value(nch_sweep *sweep, size_t cell, size_t a, uint64_t seed, uint64_t draw, nch_error *error)
{
	const nch_axis *axis = &sweep->axes.items[a];
	double u = nch_random_uniform(seed, NCH_RANDOM_SAMPLE, (uint32_t)a, draw);
	char text[40];
	if (!axis->range)
		return set_cell(sweep, cell, a, axis->values.items[(size_t)(u * (double)axis->values.count)], error);
	snprintf(text, sizeof text, "%.4g", axis->low * nch_exp(u * nch_log(axis->high / axis->low)));
	return set_cell(sweep, cell, a, text, error);
}

static bool is_new(const nch_sweep *sweep, size_t cell)
{
	for (size_t other = 0; other < cell; other++) {
		bool same = true;
		for (size_t a = 0; a < sweep->axes.count; a++)
			same = same && strcmp(nch_sweep_value(sweep, other, a), nch_sweep_value(sweep, cell, a)) == 0;
		if (same)
			return false;
	}
	return true;
}

nch_status nch_sweep_random(nch_sweep *sweep, size_t count, uint64_t seed, nch_error *error)
{
	if (combinations(sweep) <= count)
		return nch_sweep_grid(sweep, error);
	NCH_TRY(make_room(sweep, count, error));
	uint64_t draw = 0;
	for (size_t cell = 0; cell < count; cell++) {
		int tries = 0;
		do {
			for (size_t a = 0; a < sweep->axes.count; a++)
				NCH_TRY(draw_value(sweep, cell, a, seed, draw, error));
			draw++;
		} while (!is_new(sweep, cell) && ++tries < TRIES);
		if (tries == TRIES)
			return nch_fail(error, NCH_USAGE, "⟨random⟩ %zu: there are hardly so many different settings; leave it out for all of them", count);
	}
	return NCH_OK;
}

const char *nch_sweep_value(const nch_sweep *sweep, size_t cell, size_t axis)
{
	return sweep->cells[cell * sweep->axes.count + axis];
}

/* --- halving --- */

size_t nch_halving_cells(size_t cells, size_t rung)
{
	for (; rung > 0; rung--)
		cells = (cells + 1) / 2;
	return cells;
}

size_t nch_halving_rungs(size_t cells)
{
	size_t rungs = 1;
	while (nch_halving_cells(cells, rungs - 1) > 1)
		rungs++;
	return rungs;
}

size_t nch_halving_epochs(size_t epochs, size_t rungs, size_t rung)
{
	size_t left = rungs - 1 - rung;
	size_t part = left < 63 ? epochs >> left : 0;
	return part > 0 ? part : 1;
}
