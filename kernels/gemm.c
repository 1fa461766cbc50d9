/* gemm.c - the matrix product, by which a transformer lives: nine tenths of all its arithmetic.
 *
 * Each element of C is one chain of fma over p = 0 … k-1, so the order of the additions is fixed, and everything else is free: which
 * elements are computed together, in which registers, by which thread. The shape of the fast product is that of Goto and
 * van de Geijn (2008, "Anatomy of High-Performance Matrix Multiplication"):
 *
 *     for each DEPTH of p                            B is packed, 16·VECS columns side by side, by all threads
 *         for each block of rows of A                a thread packs ROWS rows side by side, which stay in its L2 cache
 *             for each 16·VECS columns of B          these stay in L1
 *                 for each ROWS rows of A
 *                     a tile of ROWS × 16·VECS accumulators, all in registers
 *
 * Between depths the chains are stored in C and taken up again. Few rows (some sentences) are multiplied the other way
 * round, in narrow(): packing B would cost a good part of the product itself.
 * docs/gemm.md goes there from three loops, step by step, with measurements. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/sizes.h"
#include "kernels/tile.h"
#include "kernels/vec.h"

enum {
	ROWS = NCH_TILE_ROWS,
	VECS = NCH_TILE_VECS,
	COLUMNS = 16 * VECS,
	DEPTH = NCH_GEMM_DEPTH, /* p of one pass: DEPTH × (COLUMNS of B + BLOCK rows of A) stay in L2 */
	ONE_PASS = 1024,       /* ... but up to so many go in one, with fewer rows and columns: then C is written, not read and written again. A
	                          training step's weight gradients have as many: the tokens of a pass */
	WIDTH = NCH_GEMM_WIDTH, /* columns of B packed at once (shared by all threads, in L3): few phases, at whose ends threads wait */
	WIDTH_ALONE = 1536,    /* ... by one thread: half as many leave the caches more room for C and W, but the rows of A are packed twice as often */
	BLOCK = NCH_GEMM_BLOCK / ROWS * ROWS, /* rows of A that a thread packs at once */
	MOST_STRIPS = BLOCK / ROWS,
	PACK_PANELS = 8 / VECS,    /* panels of B that a task packs: whole cache lines of many, not one line of each row */
	AHEAD = 16,            /* rows of memory that packing asks for in advance: some hundred lines, as long as one of them may take to come */
	NARROW = 256,          /* up to so many rows, B = Wᵀ is read where it lies */
	NARROW_VECS = 4,       /* v16 of 16 rows of X each that go through a strip of W together: 4 · 16 · k stay in L2 */
	NARROW_ROWS = 6 * VECS, /* rows of W in the tile of a narrow product: twelve chains of one register, or more, even where X has but one vector */
	NARROW_FEW = 4,        /* ... where there are not so many rows left */
	NARROW_STRIP = 48,     /* rows of W in one task */
	NARROW_DEPTH = 4096    /* beyond, the packed Xᵀ would not fit */
};

/* What sizes.c promises is enough for every set. */
_Static_assert(WIDTH % COLUMNS == 0 && WIDTH_ALONE % COLUMNS == 0 && WIDTH_ALONE <= WIDTH, "whole panels fill the packed B");
_Static_assert(NARROW % 16 == 0 && (size_t)NARROW * NARROW_DEPTH <= NCH_GEMM_SHARED_FLOATS, "the packed X of a narrow product fits where B would be");
_Static_assert(BLOCK > 0 && (size_t)BLOCK * DEPTH + 16 <= NCH_GEMM_SCRATCH_FLOATS, "packed rows of A, and what packing writes beyond them");
_Static_assert(BLOCK * DEPTH / ONE_PASS >= ROWS && WIDTH_ALONE * DEPTH / ONE_PASS >= COLUMNS, "at the greatest depth there are rows and columns left");
_Static_assert(ROWS >= 1 && ROWS <= 14 && PACK_PANELS >= 1 && NARROW_VECS % VECS == 0, "any_tile has a case for each height");

/* --- packing --- */

/* Item `index` of `count` even parts of [0, total): begins at total · index / count. */
static size_t even(size_t total, size_t index, size_t count)
{
	return total / count * index + total % count * index / count;
}

/* Rows [0, rows) of A, depth columns, in `strips` strips of even height: strip s with its h rows at packed + (its first row) · depth, there
 * packed[p·h + i] = a(i, p). Writes up to 16 floats beyond the end of a strip. Where a_row is 1, A goes on for `readable` rows, rows at least. */
static void pack_rows(const float *a, size_t a_row, size_t a_col, size_t rows, size_t readable, size_t strips, size_t depth, float *packed)
{
	if (a_row == 1) { /* a column of A is contiguous: one pass over the columns serves all strips */
		size_t begin[MOST_STRIPS + 1], whole[MOST_STRIPS]; /* of each strip: its first row; the columns of which 16 rows may be written */
		for (size_t s = 0; s <= strips; s++)
			begin[s] = even(rows, s, strips);
		for (size_t s = 0; s < strips; s++) {
			size_t surplus = 16 / (begin[s + 1] - begin[s]) + 1;
			whole[s] = readable - begin[s] >= 16 && depth > surplus ? depth - surplus : 0;
		}
		for (size_t p = 0; p < depth; p++)
			for (size_t s = 0; s < strips; s++) {
				size_t i = begin[s], height = begin[s + 1] - i;
				float *out = packed + i * depth + p * height;
				__builtin_prefetch(a + (p + AHEAD) * a_col + i);
				if (p < whole[s]) /* 16 at once: the surplus is overwritten by the next columns */
					v_store(out, v_load(a + p * a_col + i));
				else
					v_store_part(out, v_load_part(a + p * a_col + i, height), height);
			}
		return;
	}
	for (size_t s = 0; s < strips; s++) {
		size_t first = even(rows, s, strips), height = even(rows, s + 1, strips) - first;
		const float *row = a + first * a_row;
		float *out = packed + first * depth;
		for (size_t p = 0; p < depth; p += 16) {
			size_t part = depth - p < 16 ? depth - p : 16;
			v16 square[16];
			for (size_t i = 0; i < 16; i++)
				square[i] = i >= height ? v_zero() : part == 16 ? v_load(row + i * a_row + p) : v_load_part(row + i * a_row + p, part);
			for (size_t i = 0; i < height; i++)
				__builtin_prefetch(row + i * a_row + p + 64);
			v_transpose(square);
			for (size_t i = 0; i < part; i++)
				v_store(out + (p + i) * height, square[i]);
		}
	}
}

/* `here` columns of B from `b` on, at most 16, b_col apart: packed[p·COLUMNS + j] = b(p, j), zeros beyond. b_row is 1: a column is contiguous. */
static void pack_standing(const float *b, size_t b_col, size_t here, size_t depth, float *packed)
{
	for (size_t p = 0; p < depth; p += 16) {
		size_t part = depth - p < 16 ? depth - p : 16;
		v16 square[16];
		for (size_t j = 0; j < 16; j++) {
			square[j] = j >= here ? v_zero() : part == 16 ? v_load(b + j * b_col + p) : v_load_part(b + j * b_col + p, part);
			if (j < here)
				__builtin_prefetch(b + j * b_col + p + 64);
		}
		v_transpose(square);
		for (size_t i = 0; i < part; i++)
			v_store(packed + (p + i) * COLUMNS, square[i]);
	}
}

/* Columns [0, columns) of B, where rows are contiguous: one pass over the rows serves all panels, so that each row is read in one piece. */
static void pack_lying(const float *b, size_t b_row, size_t columns, size_t depth, float *packed)
{
	for (size_t p = 0; p < depth; p++) {
		const float *row = b + p * b_row;
		for (size_t first = 0; first < columns; first += COLUMNS) {
			float *out = packed + first * depth + p * COLUMNS;
			for (size_t v = 0; v < VECS; v++) {
				size_t at = first + 16 * v, here = columns <= at ? 0 : columns - at < 16 ? columns - at : 16;
				__builtin_prefetch(row + AHEAD * b_row + at);
				v_store(out + 16 * v, here == 16 ? v_load(row + at) : v_load_part(row + at, here));
			}
		}
	}
}

/* Columns [0, columns) of B in panels of COLUMNS: panel n at packed + n·COLUMNS·depth, there packed[p·COLUMNS + j] = b(p, j), zeros beyond. */
static void pack_columns(const float *b, size_t b_row, size_t b_col, size_t columns, size_t depth, float *packed)
{
	if (b_col == 1) {
		pack_lying(b, b_row, columns, depth, packed);
		return;
	}
	for (size_t first = 0; first < columns; first += COLUMNS)
		for (size_t v = 0; v < VECS; v++) {
			size_t at = first + 16 * v, here = columns <= at ? 0 : columns - at < 16 ? columns - at : 16;
			pack_standing(b + at * b_col, b_col, here, depth, packed + first * depth + 16 * v);
		}
}

/* --- the wide product --- */

typedef struct wide_job {
	const nch_gemm *product;
	const nch_compute *compute;
	size_t first_column, columns, panels; /* of this WIDTH; a panel has COLUMNS columns */
	size_t first_depth, depth;
	size_t row_blocks, column_parts; /* how C is cut into tasks */
} wide_job;

/* One tile of C: `rows` × up to COLUMNS. */
V_INLINE void tile(int rows, const nch_gemm *g, size_t i, size_t j, size_t columns, int first, size_t depth, const float *a, const float *b)
{
	v16 sum[NCH_TILE_ROWS * NCH_TILE_VECS];
	float *c = g->c + i * g->c_row + j;
	if (first && g->bias == NULL) {
		UNROLL for (int s = 0; s < rows * VECS; s++)
			sum[s] = v_zero();
	} else if (columns == COLUMNS) {
		UNROLL for (int r = 0; r < rows; r++)
			UNROLL for (int v = 0; v < VECS; v++)
				sum[r * VECS + v] = v_load(first ? g->bias + j + 16 * v : c + (size_t)r * g->c_row + 16 * v);
	} else {
		UNROLL for (int r = 0; r < rows; r++)
			UNROLL for (int v = 0; v < VECS; v++) {
				size_t here = columns <= 16u * (unsigned)v ? 0 : columns - 16u * (unsigned)v < 16 ? columns - 16u * (unsigned)v : 16;
				sum[r * VECS + v] = v_load_part(first ? g->bias + j + 16 * v : c + (size_t)r * g->c_row + 16 * v, here);
			}
	}
	chain(rows, VECS, depth, a, 1, (size_t)rows, b, COLUMNS, sum);
	if (columns == COLUMNS) {
		UNROLL for (int r = 0; r < rows; r++)
			UNROLL for (int v = 0; v < VECS; v++)
				v_store(c + (size_t)r * g->c_row + 16 * v, sum[r * VECS + v]);
	} else {
		UNROLL for (int r = 0; r < rows; r++)
			UNROLL for (int v = 0; v < VECS; v++) {
				size_t here = columns <= 16u * (unsigned)v ? 0 : columns - 16u * (unsigned)v < 16 ? columns - 16u * (unsigned)v : 16;
				v_store_part(c + (size_t)r * g->c_row + 16 * v, sum[r * VECS + v], here);
			}
	}
}

static void any_tile(size_t rows, const nch_gemm *g, size_t i, size_t j, size_t columns, int first, size_t depth, const float *a, const float *b)
{
#define TILE_CASE(r) case r: if (r <= ROWS) tile(r <= ROWS ? r : 1, g, i, j, columns, first, depth, a, b); break;
	switch (rows) {
		TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5) TILE_CASE(6) TILE_CASE(7)
		TILE_CASE(8) TILE_CASE(9) TILE_CASE(10) TILE_CASE(11) TILE_CASE(12) TILE_CASE(13) TILE_CASE(14)
	}
#undef TILE_CASE
}

static void pack_task(void *context, size_t index, size_t thread)
{
	const wide_job *job = context;
	const nch_gemm *g = job->product;
	size_t j = index * PACK_PANELS * COLUMNS, columns = job->columns - j < PACK_PANELS * COLUMNS ? job->columns - j : PACK_PANELS * COLUMNS;
	(void)thread;
	pack_columns(g->b + job->first_depth * g->b_row + (job->first_column + j) * g->b_col, g->b_row, g->b_col, columns, job->depth,
	             job->compute->shared + j * job->depth);
}

/* Asks for a tile of C that will be wanted soon, to come into the second cache: rows 12,288 bytes apart, as those of 3072 columns are, share one set of
 * the first, whose twelve lines would push out one another and what is multiplied now. */
V_INLINE void fetch(const float *c, size_t c_row, size_t rows)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t v = 0; v < VECS; v++)
			__builtin_prefetch(c + r * c_row + 16 * v, 0, 2);
}

static void multiply_task(void *context, size_t index, size_t thread)
{
	const wide_job *job = context;
	const nch_gemm *g = job->product;
	size_t block = index % job->row_blocks, part = index / job->row_blocks;
	size_t i_begin = even(g->m, block, job->row_blocks), i_end = even(g->m, block + 1, job->row_blocks);
	size_t panel_begin = even(job->panels, part, job->column_parts), panel_end = even(job->panels, part + 1, job->column_parts);
	size_t strips = (i_end - i_begin + ROWS - 1) / ROWS; /* of as equal height as can be: 16 rows are 8 + 8, not 14 + 2 */
	float *packed = job->compute->scratch + thread * job->compute->scratch_floats;
	int first = job->first_depth == 0 && !g->accumulate;

	pack_rows(g->a + i_begin * g->a_row + job->first_depth * g->a_col, g->a_row, g->a_col, i_end - i_begin, g->m - i_begin, strips, job->depth, packed);
	for (size_t panel = panel_begin; panel < panel_end; panel++) {
		size_t j = panel * COLUMNS, columns = job->columns - j < COLUMNS ? job->columns - j : COLUMNS;
		for (size_t s = 0; s < strips; s++) {
			size_t i = even(i_end - i_begin, s, strips), rows = even(i_end - i_begin, s + 1, strips) - i;
			/* while this tile multiplies, let the next one's corner of C come into the cache */
			if (s + 1 < strips)
				fetch(g->c + (i_begin + i + rows) * g->c_row + job->first_column + j, g->c_row, ROWS);
			else if (panel + 1 < panel_end)
				fetch(g->c + i_begin * g->c_row + job->first_column + j + COLUMNS, g->c_row, ROWS);
			any_tile(rows, g, i_begin + i, job->first_column + j, columns, first, job->depth, packed + i * job->depth,
			         job->compute->shared + panel * COLUMNS * job->depth);
		}
	}
}

/* How many of `step` each make up `most` at full depth, at another: as much memory, but never more than `limit`. */
static size_t at_depth(size_t most, size_t depth, size_t step, size_t limit)
{
	size_t count = depth > 0 ? most * DEPTH / depth / step * step : limit;
	return count < limit ? count : limit;
}

static void wide(const nch_gemm *g, const nch_compute *compute)
{
	size_t threads = nch_pool_threads(compute->pool);
	wide_job job = {.product = g, .compute = compute};
	size_t passes = g->k <= ONE_PASS ? 1 : (g->k + DEPTH - 1) / DEPTH, depth = (g->k + passes - 1) / passes;
	/* a thread alone waits for nobody, so that its columns of B may leave C and W room in the caches */
	size_t width = at_depth(threads > 1 ? WIDTH : WIDTH_ALONE, depth, COLUMNS, WIDTH), block = at_depth(BLOCK, depth, ROWS, BLOCK);

	job.row_blocks = (g->m + block - 1) / block;
	for (size_t j = 0; j < g->n; j += width) {
		job.first_column = j;
		job.columns = g->n - j < width ? g->n - j : width;
		job.panels = (job.columns + COLUMNS - 1) / COLUMNS;
		/* enough tasks that the threads end together, but each wide enough to be worth packing its rows */
		job.column_parts = 1;
		while (threads > 1 && job.row_blocks * job.column_parts < 6 * threads && job.panels / job.column_parts > 8)
			job.column_parts++;
		for (size_t pass = 0; pass < passes; pass++) {
			job.first_depth = even(g->k, pass, passes);
			job.depth = even(g->k, pass + 1, passes) - job.first_depth;
			nch_pool_run(compute->pool, (job.panels + PACK_PANELS - 1) / PACK_PANELS, pack_task, &job);
			nch_pool_run(compute->pool, job.row_blocks * job.column_parts, multiply_task, &job);
		}
	}
}

/* --- the narrow product: C = X·Wᵀ for few rows of X ---
 * The roles are exchanged: a v16 holds one column of 16 rows of X, and the elements of W are broadcast straight from where they lie
 * (a mapped file, perhaps), once for each NARROW_VECS · 16 rows of X. The chains are the same, and so are the bits. */

typedef struct narrow_job {
	const nch_gemm *product;
	const nch_compute *compute;
	size_t vecs; /* v16 that hold the rows of X */
} narrow_job;

/* Where vector v of Xᵀ lies, and how far it is from one of its columns to the next: VECS vectors side by side, as one tile takes them, the rest
 * alone. */
V_INLINE float *narrow_place(const narrow_job *job, size_t v, size_t *step)
{
	size_t group = v / VECS * VECS;
	int whole = group + VECS <= job->vecs;
	*step = whole ? 16 * VECS : 16;
	return job->compute->shared + group * 16 * job->product->k + (v - group) * (whole ? 16 : 16 * job->product->k);
}

/* Packs Xᵀ: 16 rows at a time. */
static void narrow_pack_task(void *context, size_t v, size_t thread)
{
	const narrow_job *job = context;
	const nch_gemm *g = job->product;
	size_t rows = g->m - 16 * v < 16 ? g->m - 16 * v : 16, step;
	float *out = narrow_place(job, v, &step);
	(void)thread;
	for (size_t p = 0; p < g->k; p += 16) {
		size_t part = g->k - p < 16 ? g->k - p : 16;
		v16 square[16];
		for (size_t i = 0; i < 16; i++)
			square[i] = i >= rows ? v_zero() : v_load_part(g->a + (16 * v + i) * g->a_row + p, part);
		v_transpose(square);
		for (size_t i = 0; i < part; i++)
			v_store(out + (p + i) * step, square[i]);
	}
}

/* `rows` chains of one vector of X: as chain() has them, but every other row of W comes four numbers at a time. Where a vector is one register, a fma may
 * start twice a cycle, and so may a load: with a load for each fma, and those of X, the loads would be the limit. */
V_INLINE void lone_chain(int rows, size_t depth, const float *w, size_t w_row, const float *x, v16 *sum)
{
	size_t p = 0;
	for (; p + 4 <= depth; p += 4) {
		v16 column[4], each[4];
		UNROLL for (int d = 0; d < 4; d++)
			column[d] = v_load(x + (p + (size_t)d) * 16);
		UNROLL for (int r = 0; r < rows; r++) {
			const float *at = w + (size_t)r * w_row + p;
			if (r % 2 == 1)
				v_set_four(at, each);
			UNROLL for (int d = 0; d < 4; d++)
				sum[r] = v_fma(r % 2 == 1 ? each[d] : v_set(at[d]), column[d], sum[r]);
		}
	}
	chain(rows, 1, depth - p, w + p, w_row, 1, x + p * 16, 16, sum);
}

/* The chains of a tile, a function for each size: within a larger one the compiler has no registers for the rows' places, and loads them again
 * for each p. */
#define NARROW_CHAIN(rows, vecs) \
	static __attribute__((noinline)) void narrow_chain_##rows##_##vecs(size_t depth, const float *w, size_t w_row, const float *x, v16 *corner) \
	{ \
		v16 sum[(rows) * (vecs)]; \
		UNROLL for (int s = 0; s < (rows) * (vecs); s++) \
			sum[s] = corner[s]; \
		if ((vecs) < VECS) \
			lone_chain(rows, depth, w, w_row, x, sum); \
		else \
			chain(rows, vecs, depth, w, w_row, 1, x, 16 * (vecs), sum); \
		UNROLL for (int s = 0; s < (rows) * (vecs); s++) \
			corner[s] = sum[s]; \
	}
NARROW_CHAIN(1, 1)
NARROW_CHAIN(4, 1)
#if NCH_TILE_VECS == 2
NARROW_CHAIN(12, 1)
NARROW_CHAIN(1, 2)
NARROW_CHAIN(4, 2)
NARROW_CHAIN(12, 2)
#define NARROW_CHAIN_OF(rows, vecs) ((rows) == 1 ? (vecs) == 1 ? narrow_chain_1_1 : narrow_chain_1_2 : \
                                     (rows) == 4 ? (vecs) == 1 ? narrow_chain_4_1 : narrow_chain_4_2 : (vecs) == 1 ? narrow_chain_12_1 : narrow_chain_12_2)
#else
NARROW_CHAIN(6, 1)
#define NARROW_CHAIN_OF(rows, vecs) ((rows) == 1 ? narrow_chain_1_1 : (rows) == 4 ? narrow_chain_4_1 : narrow_chain_6_1)
#endif

/* rows of W, from j on, times the 16 rows of X in each of `vecs` vectors from v on; rows and vecs are constants */
V_INLINE void narrow_tile(int rows, int vecs, const narrow_job *job, size_t j, size_t v)
{
	const nch_gemm *g = job->product;
	v16 corner[NARROW_ROWS * VECS], square[16]; /* C's corner, a vector for each column; and turned, a vector for each row */
	size_t step;
	const float *x = narrow_place(job, v, &step);
	for (int n = 0; n < vecs; n++) {
		size_t first = 16 * (v + (size_t)n), tokens = g->m - first < 16 ? g->m - first : 16;
		if (g->accumulate) {
			for (size_t i = 0; i < 16; i++)
				square[i] = i < tokens ? v_load_part(g->c + (first + i) * g->c_row + j, (size_t)rows) : v_zero();
			v_transpose(square);
		}
		for (int r = 0; r < rows; r++)
			corner[r * vecs + n] = g->accumulate ? square[r] : g->bias ? v_set(g->bias[j + (size_t)r]) : v_zero();
	}
	NARROW_CHAIN_OF(rows, vecs)(g->k, g->b + j * g->b_col, g->b_col, x, corner);
	for (int n = 0; n < vecs; n++) {
		size_t first = 16 * (v + (size_t)n), tokens = g->m - first < 16 ? g->m - first : 16;
		for (int r = 0; r < 16; r++)
			square[r] = r < rows ? corner[r * vecs + n] : v_zero();
		v_transpose(square);
		for (size_t i = 0; i < tokens; i++)
			v_store_part(g->c + (first + i) * g->c_row + j, square[i], (size_t)rows);
	}
}

/* `rows` of W from j on times the vectors [first, last), VECS at a time, and what is left of them alone. */
V_INLINE void narrow_rows(int rows, const narrow_job *job, size_t j, size_t first, size_t last)
{
	size_t v = first;
	for (; v + VECS <= last; v += VECS)
		narrow_tile(rows, VECS, job, j, v);
	for (; v < last; v++)
		narrow_tile(rows, 1, job, j, v);
}

static void narrow_task(void *context, size_t index, size_t thread)
{
	const narrow_job *job = context;
	size_t begin = index * NARROW_STRIP, end = job->product->n - begin < NARROW_STRIP ? job->product->n : begin + NARROW_STRIP;
	(void)thread;
	for (size_t first = 0; first < job->vecs; first += NARROW_VECS) {
		size_t last = job->vecs - first < NARROW_VECS ? job->vecs : first + NARROW_VECS, j = begin;
		for (; j + NARROW_ROWS <= end; j += NARROW_ROWS)
			narrow_rows(NARROW_ROWS, job, j, first, last);
		for (; j + NARROW_FEW <= end; j += NARROW_FEW)
			narrow_rows(NARROW_FEW, job, j, first, last);
		for (; j < end; j++)
			narrow_rows(1, job, j, first, last);
	}
}

static void narrow(const nch_gemm *g, const nch_compute *compute)
{
	narrow_job job = {.product = g, .compute = compute, .vecs = (g->m + 15) / 16};
	nch_pool_run(g->m * g->k > 16384 ? compute->pool : NULL, job.vecs, narrow_pack_task, &job);
	nch_pool_run(g->m * g->k * g->n > 65536 ? compute->pool : NULL, (g->n + NARROW_STRIP - 1) / NARROW_STRIP, narrow_task, &job);
}

void NCH_KERNEL(nch_gemm)(const nch_gemm *product, const nch_compute *compute)
{
	if (product->m == 0 || product->n == 0)
		return;
	if (product->m <= NARROW && product->k <= NARROW_DEPTH && product->b_row == 1 && product->a_col == 1)
		narrow(product, compute);
	else
		wide(product, compute);
}
