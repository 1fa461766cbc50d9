/* gemm_steps.c - the way from three loops to the fast product, for docs/gemm.md: each step runs, and each gives the same bits.
 *
 * Every step computes c(i,j) = the chain of fma over p that gemm.c computes; what changes is the order in which the elements are visited
 * and where the numbers lie while they are used. A and B are row-major here (a_col = b_col = 1). One thread; step 7 is gemm.c itself. */
#include "kernels/fma.h"
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/sizes.h"
#include "kernels/tile.h"
#include "kernels/vec.h"

/* Steps 1 and 2 show what the loops do by themselves, so the compiler must leave them as they are. */
#if defined(__clang__)
#define AS_WRITTEN
#define ONE_BY_ONE _Pragma("clang loop vectorize(disable) interleave(disable)")
#else
#define AS_WRITTEN __attribute__((optimize("no-tree-vectorize", "no-tree-slp-vectorize", "no-loop-interchange")))
#define ONE_BY_ONE
#endif

enum {
	ROWS = NCH_TILE_ROWS,
	VECS = NCH_TILE_VECS,
	COLUMNS = 16 * VECS,
	DEPTH = 256, /* a block of B: DEPTH × WIDTH floats, half a megabyte, stays in L2 */
	WIDTH = 512,
	BLOCK = 96 / ROWS * ROWS /* rows of A packed at once */
};

_Static_assert(WIDTH * DEPTH <= NCH_GEMM_SHARED_FLOATS && BLOCK * DEPTH <= NCH_GEMM_SCRATCH_FLOATS, "the blocks fit into the memory of gemm.c");

/* What the chains start from: 0, the bias, or what is there. */
static void start(const nch_gemm *g)
{
	for (size_t i = 0; i < g->m && !g->accumulate; i++)
		for (size_t j = 0; j < g->n; j++)
			g->c[i * g->c_row + j] = g->bias != NULL ? g->bias[j] : 0.0f;
}

/* Step 1: the definition. The innermost loop walks down a column of B: each step is a new cache line, of which one number is used. */
AS_WRITTEN static void three_loops(const nch_gemm *g)
{
	for (size_t i = 0; i < g->m; i++)
		for (size_t j = 0; j < g->n; j++) {
			float sum = g->c[i * g->c_row + j];
			for (size_t p = 0; p < g->k; p++)
				sum = nch_fmaf(g->a[i * g->a_row + p], g->b[p * g->b_row + j], sum);
			g->c[i * g->c_row + j] = sum;
		}
}

/* Step 2: the two inner loops change places. B and C are now read in the order in which they lie, and neighbouring chains don't wait
 * for one another. The chain of an element is what it was: p still ascends. */
AS_WRITTEN static void loop_order(const nch_gemm *g)
{
	for (size_t i = 0; i < g->m; i++)
		for (size_t p = 0; p < g->k; p++) {
			float x = g->a[i * g->a_row + p];
			ONE_BY_ONE for (size_t j = 0; j < g->n; j++)
				g->c[i * g->c_row + j] = nch_fmaf(x, g->b[p * g->b_row + j], g->c[i * g->c_row + j]);
		}
}

/* Step 3's loops over a part of the product; the later steps leave their edges to it. */
static void vectors_part(const nch_gemm *g, size_t i_begin, size_t i_end, size_t j_begin, size_t j_end, size_t p_begin, size_t p_end)
{
	for (size_t i = i_begin; i < i_end; i++)
		for (size_t p = p_begin; p < p_end; p++) {
			v16 x = v_set(g->a[i * g->a_row + p]);
			const float *b = g->b + p * g->b_row;
			float *c = g->c + i * g->c_row;
			size_t j = j_begin;
			for (; j + 16 <= j_end; j += 16)
				v_store(c + j, v_fma(x, v_load(b + j), v_load(c + j)));
			if (j < j_end)
				v_store_part(c + j, v_fma(x, v_load_part(b + j, j_end - j), v_load_part(c + j, j_end - j)), j_end - j);
		}
}

/* Step 3: sixteen columns at a time. But for each fma there are two loads and a store. */
static void vectors(const nch_gemm *g)
{
	vectors_part(g, 0, g->m, 0, g->n, 0, g->k);
}

/* One tile: ROWS × COLUMNS chains go on for `depth` steps in registers. */
static void tile(float *c, size_t c_row, size_t depth, const float *a, size_t a_row, size_t a_step, const float *b, size_t b_step)
{
	v16 sum[NCH_TILE_ROWS * NCH_TILE_VECS];
	UNROLL for (int r = 0; r < ROWS; r++)
		UNROLL for (int v = 0; v < VECS; v++)
			sum[r * VECS + v] = v_load(c + (size_t)r * c_row + 16 * v);
	chain(ROWS, VECS, depth, a, a_row, a_step, b, b_step, sum);
	UNROLL for (int r = 0; r < ROWS; r++)
		UNROLL for (int v = 0; v < VECS; v++)
			v_store(c + (size_t)r * c_row + 16 * v, sum[r * VECS + v]);
}

/* Tiles over the columns [j_begin, j_end) and the depth [p_begin, p_end) of all rows. */
static void tiles(const nch_gemm *g, size_t j_begin, size_t j_end, size_t p_begin, size_t p_end)
{
	size_t i = 0, j_whole = j_begin + (j_end - j_begin) / COLUMNS * COLUMNS;
	for (; i + ROWS <= g->m; i += ROWS)
		for (size_t j = j_begin; j < j_whole; j += COLUMNS)
			tile(g->c + i * g->c_row + j, g->c_row, p_end - p_begin, g->a + i * g->a_row + p_begin, g->a_row, 1,
			     g->b + p_begin * g->b_row + j, g->b_row);
	vectors_part(g, 0, i, j_whole, j_end, p_begin, p_end);
	vectors_part(g, i, g->m, j_begin, j_end, p_begin, p_end);
}

/* Step 4: a tile of C stays in registers for all of p. An fma then needs no store and, of ROWS of them, one load of B. */
static void register_tile(const nch_gemm *g)
{
	tiles(g, 0, g->n, 0, g->k);
}

/* Step 5: a block of B that fits in the cache is used by all rows of A before the next one is fetched. */
static void cache_blocks(const nch_gemm *g)
{
	for (size_t j = 0; j < g->n; j += WIDTH)
		for (size_t p = 0; p < g->k; p += DEPTH)
			tiles(g, j, g->n - j < WIDTH ? g->n : j + WIDTH, p, g->k - p < DEPTH ? g->k : p + DEPTH);
}

/* The whole panels of a block of B, each COLUMNS wide and contiguous. */
static void pack_b(const nch_gemm *g, size_t j, size_t columns, size_t p, size_t depth, float *packed)
{
	for (size_t panel = 0; panel + COLUMNS <= columns; panel += COLUMNS)
		for (size_t q = 0; q < depth; q++, packed += COLUMNS)
			for (size_t v = 0; v < VECS; v++)
				v_store(packed + 16 * v, v_load(g->b + (p + q) * g->b_row + j + panel + 16 * v));
}

/* Whole strips of ROWS rows of A, laid so that a tile reads them in order. */
static void pack_a(const nch_gemm *g, size_t i, size_t rows, size_t p, size_t depth, float *packed)
{
	for (size_t strip = 0; strip + ROWS <= rows; strip += ROWS)
		for (size_t q = 0; q < depth; q++, packed += ROWS)
			for (size_t r = 0; r < ROWS; r++)
				packed[r] = g->a[(i + strip + r) * g->a_row + p + q];
}

/* Step 6: the block of B, and then BLOCK rows of A, are copied to where a tile reads them one after the other: no more cache lines of which a
 * part is used, no more pages than there must be (rows of B are far apart), and nothing that the cache must throw out for its address. */
static void packing(const nch_gemm *g, const nch_compute *compute)
{
	float *b = compute->shared, *a = compute->scratch;
	for (size_t j = 0; j < g->n; j += WIDTH)
		for (size_t p = 0; p < g->k; p += DEPTH) {
			size_t columns = g->n - j < WIDTH ? g->n - j : WIDTH, depth = g->k - p < DEPTH ? g->k - p : DEPTH;
			size_t whole = columns / COLUMNS * COLUMNS;
			pack_b(g, j, columns, p, depth, b);
			for (size_t i = 0; i < g->m; i += BLOCK) {
				size_t rows = g->m - i < BLOCK ? g->m - i : BLOCK, whole_rows = rows / ROWS * ROWS;
				pack_a(g, i, rows, p, depth, a);
				for (size_t panel = 0; panel < whole; panel += COLUMNS)
					for (size_t strip = 0; strip < whole_rows; strip += ROWS)
						tile(g->c + (i + strip) * g->c_row + j + panel, g->c_row, depth, a + strip * depth, 1, ROWS,
						     b + panel * depth, COLUMNS);
				vectors_part(g, i, i + whole_rows, j + whole, j + columns, p, p + depth);
				vectors_part(g, i + whole_rows, i + rows, j, j + columns, p, p + depth);
			}
		}
}

void NCH_KERNEL(nch_gemm_step)(int step, const nch_gemm *product, const nch_compute *compute)
{
	if (step < NCH_GEMM_STEPS)
		start(product);
	switch (step) {
	case 1: three_loops(product); break;
	case 2: loop_order(product); break;
	case 3: vectors(product); break;
	case 4: register_tile(product); break;
	case 5: cache_blocks(product); break;
	case 6: packing(product, compute); break;
	default: NCH_KERNEL(nch_gemm)(product, compute); break;
	}
}
