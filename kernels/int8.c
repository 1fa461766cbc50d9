/* int8.c - y = x·Wᵀ + b in bytes: activations are rounded to bytes a row at a time, products summed exactly, sums scaled back. See int8.h.
 *
 * The plan is that of gemm.c, with less to do: a byte is a quarter of a float, so that the whole depth of a strip of rows and of a panel of weights
 * stays in the caches, and a tile's sums live in registers from the first product to the last.
 *
 *     for each block of strips (a task)
 *         for each INT8_VECS panels of weights       these stay in L1 or L2; the next ones are asked for meanwhile
 *             for each strip of INT8_ROWS rows        and these in L2
 *                 a tile of INT8_ROWS × 16·INT8_VECS whole numbers, all in registers */
#include "kernels/int8.h"
#include "kernels/rows.h"
#include "kernels/set.h"
#include "kernels/tile.h"
#include "kernels/vec_int8.h"

enum {
	BLOCK_STRIPS = 8 /* strips of rows in a task */
};

/* The layout of int8.h is that of the registers: a panel's four columns are 64 bytes, sixteen 32-bit numbers of four bytes, as many as there are
 * sums. */
_Static_assert(NCH_INT8_PANEL == 16 && NCH_INT8_FOUR * sizeof(int8_t) == sizeof(uint32_t), "a panel is a v16 of words");
_Static_assert(sizeof(u16) == NCH_INT8_PANEL * sizeof(uint32_t), "a sum for each row of a panel");
_Static_assert(INT8_ROWS >= 1 && INT8_ROWS <= 14, "any_tile has a case for each height");
_Static_assert((int64_t)NCH_INT8_COLUMNS * 254 * 128 < INT64_C(1) << 31, "sums of the longest row fit into 32 bits");

/* --- rounding --- */

/* The nearest whole number (ties to even) of x · factor, for magnitudes below 2^22. */
V_INLINE v16 nearest(v16 x, v16 factor)
{
	return v_sub(v_fma(x, factor, v_set(V_ROUND)), v_set(V_ROUND));
}

/* The same within [-127, 127]; what is no number becomes 127. */
V_INLINE v16 within_byte(v16 whole)
{
	return v_max(v_min(whole, v_set(127.0f)), v_set(-127.0f));
}

V_INLINE v16 load_here(const float *x, size_t here)
{
	return here == 16 ? v_load(x) : v_load_part(x, here);
}

typedef struct extent {
	float low, high; /* of the row's numbers and 0 */
	float doubt;     /* 0, or NaN if one of them is no number */
} extent;

V_INLINE extent extent_of(const float *x, size_t n)
{
	v16 low = v_zero(), high = v_zero(), doubt = v_zero();
	for (size_t j = 0; j < n; j += 16) {
		v16 here = load_here(x + j, n - j < 16 ? n - j : 16);
		low = v_max(v_negate(here), low);
		high = v_max(here, high);
		doubt = v_fma(here, v_zero(), doubt);
	}
	return (extent){-v_fold_max(low), v_fold_max(high), v_fold_add(doubt)};
}

static const float tiny = 0x1p-100f; /* ranges below this count as none: their inverse would be infinite */

float NCH_KERNEL(nch_int8_round_row)(int8_t *restrict v, const float *restrict w, size_t n)
{
	extent e = extent_of(w, n);
	float top = -e.low > e.high ? -e.low : e.high;
	v16 factor = v_set(top > tiny ? 127.0f / top : 0.0f);
	for (size_t j = 0; j < n; j += 16) {
		size_t here = n - j < 16 ? n - j : 16;
		uint8_t bytes[16];
		i_bytes(bytes, v_to_int(within_byte(nearest(load_here(w + j, here), factor))));
		memcpy(v + j, bytes, here);
	}
	return (top > tiny ? top / 127.0f : 0.0f) + e.doubt;
}

/* --- packing --- */

void NCH_KERNEL(nch_int8_pack)(const nch_int8_matrix *m, const int8_t *v, size_t panel)
{
	size_t words = (m->columns + 3) / 4, first = 16 * panel, rows = m->rows - first < 16 ? m->rows - first : 16;
	uint32_t *out = (uint32_t *)(void *)(m->packed + panel * 64 * words);
	for (size_t p = 0; p < words; p += 16) { /* sixteen words of sixteen rows, turned */
		size_t begin = 4 * p, bytes = m->columns - begin < 64 ? m->columns - begin : 64, part = words - p < 16 ? words - p : 16;
		v16 square[16];
		for (size_t i = 0; i < 16; i++) {
			uint32_t line[16] = {0};
			if (i < rows)
				memcpy(line, v + i * m->columns + begin, bytes);
			square[i] = v_from_bits(u_load(line));
		}
		v_transpose(square);
		for (size_t i = 0; i < part; i++)
			u_store(out + (p + i) * 16, v_bits(square[i]));
	}
	for (size_t i = 0; i < 16; i++) {
		int32_t sum = 0;
		for (size_t p = 0; i < rows && p < m->columns; p++)
			sum += v[i * m->columns + p];
		m->sums[first + i] = sum;
	}
}

/* The rows are cut into strips of as even height as can be. A strip with its h rows begins at packed + (its first row) · words; there are, for each
 * word (four columns), h of them, one a row. */
typedef struct strip {
	size_t first, height;
} strip;

V_INLINE size_t count_strips(size_t rows)
{
	return (rows + INT8_ROWS - 1) / INT8_ROWS;
}

V_INLINE strip strip_at(size_t rows, size_t index)
{
	size_t strips = count_strips(rows), height = rows / strips, taller = rows % strips;
	return (strip){index * height + (index < taller ? index : taller), height + (index < taller)};
}

V_INLINE strip strip_of(size_t rows, size_t row)
{
	size_t strips = count_strips(rows), height = rows / strips, taller = rows % strips;
	size_t border = taller * (height + 1); /* the first row of a lower strip */
	return strip_at(rows, row < border ? row / (height + 1) : taller + (row - border) / height);
}

/* One row to bytes: q = nearest(x / scale) + zero, which is -127 for the lowest x. */
V_INLINE void round_one(const nch_int8_rows *r, const float *x, size_t row)
{
	size_t words = (r->columns + 3) / 4;
	strip s = strip_of(r->rows, row);
	uint32_t *out = r->packed + s.first * words + (row - s.first);
	extent e = extent_of(x, r->columns);
	float range = e.high - e.low, lanes[16];
	v16 factor = v_set(range > tiny ? 254.0f / range : 0.0f);
	v16 zero = v_sub(v_set(-127.0f), nearest(v_set(e.low), factor));
	v_store(lanes, within_byte(zero));
	r->scale[row] = (range > tiny ? range / 254.0f : 0.0f) + e.doubt;
	r->zero[row] = (int32_t)lanes[0];
	for (size_t j = 0; j < r->columns; j += 16) {
		size_t here = r->columns - j < 16 ? r->columns - j : 16;
		u16 q = v_to_int(within_byte(v_add(nearest(load_here(x + j, here), factor), zero)));
		uint8_t bytes[16];
		uint32_t four[4];
		i_bytes(bytes, u_add(q, u_set(I_SHIFT)));
		memcpy(four, bytes, sizeof four);
		for (size_t i = 0; i < (here + 3) / 4; i++, out += s.height)
			*out = four[i];
	}
}

void NCH_KERNEL(nch_int8_round_rows)(const nch_int8_rows *r, const float *x, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++, x += r->columns)
		round_one(r, x, i);
}

/* --- the product --- */

/* y(i, j …) of `rows` rows from the sums of q · v, `stride` lines apart: what the zeros and the shift have added is taken off, and the rest is
 * scaled. */
static void finish(const nch_int8_product *g, size_t i, size_t rows, size_t j, const uint32_t (*sums)[16], size_t stride)
{
	size_t here = g->b->rows - j < 16 ? g->b->rows - j : 16;
	u16 weights = u_load((const uint32_t *)g->b->sums + j);
	v16 scale = v_load(g->b->scale + j), bias = g->bias ? load_here(g->bias + j, here) : v_zero();
	for (size_t end = i + rows; i < end; i++, sums += stride) {
		u16 extra = u_mul(u_set((uint32_t)(g->a->zero[i] + I_SHIFT)), weights);
		v16 y = v_fma(i_to_float(u_sub(u_load(*sums), extra)), v_mul(v_set(g->a->scale[i]), scale), bias);
		if (here == 16)
			v_store(g->c + i * g->c_row + j, y);
		else
			v_store_part(g->c + i * g->c_row + j, y, here);
	}
}

/* What a tile asks for while it multiplies: two lines for each word of its depth, from `next` on, `step` bytes from one word to the next. */
typedef struct ahead {
	const int8_t *next;
	size_t step;
} ahead;

/* Of the panels behind a group of INT8_VECS, the part that strip `s` of `strips` asks for: all of it, or half each by the first two. */
V_INLINE ahead look_ahead(const nch_int8_product *g, size_t panel, size_t s, size_t strips)
{
	size_t words = (g->b->columns + 3) / 4, most = strips < 2 ? 1 : 2, step = 64 * INT8_VECS / most;
	if (s >= most || 16 * (panel + 2 * INT8_VECS) > nch_int8_padded_rows(g->b->rows))
		return (ahead){g->b->packed + panel * 64 * words, 0};
	return (ahead){g->b->packed + (panel + INT8_VECS) * 64 * words + s * step * words, step};
}

/* `rows` of a strip times `vecs` panels from `panel` on; both are constants. */
V_INLINE void tile(int rows, int vecs, const nch_int8_product *g, size_t first, size_t panel, ahead later)
{
	size_t words = (g->b->columns + 3) / 4, stride = 64 * words;
	const uint32_t *a = g->a->packed + first * words;
	const int8_t *w = g->b->packed + panel * stride;
	u16 sum[INT8_ROWS * INT8_VECS];
	UNROLL for (int s = 0; s < rows * vecs; s++)
		sum[s] = u_set(0);
	for (size_t p = 0; p < words; p++) {
		w64 column[INT8_VECS];
		UNROLL for (int v = 0; v < vecs; v++)
			column[v] = i_weights(w + (size_t)v * stride);
		__builtin_prefetch(later.next, 0, 2);
		if (vecs > 1)
			__builtin_prefetch(later.next + 64, 0, 2);
		later.next += later.step;
		UNROLL for (int i = 0; i < rows; i++) {
			a4 x = i_four(a[i]);
			UNROLL for (int v = 0; v < vecs; v++)
				sum[i * vecs + v] = i_dot(sum[i * vecs + v], x, column[v]);
		}
		a += rows;
		w += 64;
	}
	uint32_t sums[INT8_ROWS * INT8_VECS][16]; /* so that the registers are free for what follows */
	UNROLL for (int s = 0; s < rows * vecs; s++)
		u_store(sums[s], sum[s]);
	for (int v = 0; v < vecs; v++)
		finish(g, first, (size_t)rows, 16 * (panel + (size_t)v), (const uint32_t (*)[16])sums + v, (size_t)vecs);
}

V_INLINE void any_tile(int vecs, const nch_int8_product *g, strip s, size_t panel, ahead later)
{
#define TILE_CASE(r) case r: if (r <= INT8_ROWS) tile(r <= INT8_ROWS ? r : 1, vecs, g, s.first, panel, later); break;
	switch (s.height) {
		TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5) TILE_CASE(6) TILE_CASE(7)
		TILE_CASE(8) TILE_CASE(9) TILE_CASE(10) TILE_CASE(11) TILE_CASE(12) TILE_CASE(13) TILE_CASE(14)
	}
#undef TILE_CASE
}

static void whole_tile(const nch_int8_product *g, strip s, size_t panel, ahead later)
{
	any_tile(INT8_VECS, g, s, panel, later);
}

static void last_tile(const nch_int8_product *g, strip s, size_t panel)
{
	any_tile(1, g, s, panel, (ahead){g->b->packed + panel * 64 * ((g->b->columns + 3) / 4), 0});
}

/* Asks for the lines of y where a tile will be written. */
V_INLINE void fetch(const nch_int8_product *g, strip s, size_t panel)
{
	for (size_t i = s.first; i < s.first + s.height; i++)
		for (size_t v = 0; v < INT8_VECS; v++)
			__builtin_prefetch(g->c + i * g->c_row + 16 * (panel + v), 1);
}

typedef struct multiply_job {
	const nch_int8_product *product;
	size_t strips, panels, row_blocks, column_parts;
} multiply_job;

/* Item `index` of `count` even parts of [0, total). */
static size_t even(size_t total, size_t index, size_t count)
{
	return total / count * index + total % count * index / count;
}

static void multiply_task(void *context, size_t index, size_t thread)
{
	const multiply_job *job = context;
	const nch_int8_product *g = job->product;
	size_t block = index % job->row_blocks, part = index / job->row_blocks;
	size_t begin = even(job->strips, block, job->row_blocks), end = even(job->strips, block + 1, job->row_blocks);
	size_t groups = (job->panels + INT8_VECS - 1) / INT8_VECS;
	size_t group_end = even(groups, part + 1, job->column_parts);
	(void)thread;
	for (size_t group = even(groups, part, job->column_parts); group < group_end; group++) {
		size_t panel = group * INT8_VECS;
		if (panel + INT8_VECS <= job->panels) {
			for (size_t s = begin; s < end; s++) {
				strip here = strip_at(g->a->rows, s);
				fetch(g, here, panel); /* while it is computed what stands there */
				whole_tile(g, here, panel, look_ahead(g, panel, s - begin, end - begin));
			}
			continue;
		}
		for (; panel < job->panels; panel++)
			for (size_t s = begin; s < end; s++)
				last_tile(g, strip_at(g->a->rows, s), panel);
	}
}

void NCH_KERNEL(nch_int8_multiply)(const nch_int8_product *g, const nch_compute *compute)
{
	if (g->a->rows == 0 || g->b->rows == 0)
		return;
	size_t threads = nch_pool_threads(compute->pool);
	multiply_job job = {.product = g, .strips = count_strips(g->a->rows), .panels = (g->b->rows + 15) / 16, .column_parts = 1};
	job.row_blocks = (job.strips + BLOCK_STRIPS - 1) / BLOCK_STRIPS;
	while (threads > 1 && job.row_blocks * job.column_parts < 6 * threads && job.panels / INT8_VECS / job.column_parts > 2)
		job.column_parts++;
	nch_pool_run(g->a->rows * g->b->rows * g->b->columns > 200000 ? compute->pool : NULL, job.row_blocks * job.column_parts, multiply_task, &job);
}

/* --- tables --- */

void NCH_KERNEL(nch_int8_look_up)(float *restrict y, const int8_t *restrict table, const float *restrict scale, const int32_t *restrict index,
                                 size_t columns, int add, size_t begin, size_t end)
{
	for (size_t r = begin; r < end; r++) {
		const int8_t *row = table + (size_t)index[r] * columns;
		float *out = y + r * columns;
		v16 factor = v_set(scale[index[r]]);
		for (size_t j = 0; j < columns; j += 16) {
			size_t here = columns - j < 16 ? columns - j : 16;
			int8_t bytes[16] = {0};
			memcpy(bytes, row + j, here);
			v16 value = v_mul(i_to_float(i_load(bytes)), factor);
			v_store_part(out + j, add ? v_add(v_load_part(out + j, here), value) : value, here);
		}
	}
}

/* --- the peak --- */

uint32_t NCH_KERNEL(nch_int8_peak)(size_t count)
{
	enum { AT_ONCE = INT8_ROWS * INT8_VECS >= 16 ? 16 : 4 };
	int8_t bytes[128];
	uint32_t sums[16];
	u16 sum[AT_ONCE];
	for (int i = 0; i < 128; i++)
		bytes[i] = (int8_t)(i - 32);
	a4 a = i_four((uint32_t)count | 0x01020304u);
	UNROLL for (int c = 0; c < AT_ONCE; c++)
		sum[c] = u_set((uint32_t)c);
	for (size_t i = 0; i < count * (NCH_PEAK_CHAINS / AT_ONCE); i++) {
		w64 w = i_weights(bytes + i % 64); /* always others, or their products would be made once */
		UNROLL for (int c = 0; c < AT_ONCE; c++)
			sum[c] = i_dot(sum[c], a, w);
	}
	for (int c = 1; c < AT_ONCE; c++)
		sum[0] = u_add(sum[0], sum[c]);
	u_store(sums, sum[0]);
	return sums[0];
}

const nch_int8_kernels NCH_KERNEL(nch_int8_kernels) = {
	.name = NCH_ISA_NAME,
	.round_row = NCH_KERNEL(nch_int8_round_row),
	.pack = NCH_KERNEL(nch_int8_pack),
	.round_rows = NCH_KERNEL(nch_int8_round_rows),
	.multiply = NCH_KERNEL(nch_int8_multiply),
	.look_up = NCH_KERNEL(nch_int8_look_up),
	.peak = NCH_KERNEL(nch_int8_peak),
};
