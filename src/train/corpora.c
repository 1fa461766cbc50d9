/* corpora.c - see corpora.h. */
#include "train/corpora.h"

#include <string.h>

#include "base/memory.h"
#include "base/setting.h"
#include "data/duplicates.h"
#include "data/split.h"

nch_status nch_corpora_open(const nch_corpus_files *files, nch_corpora *c, nch_error *error)
{
	c->paths = nch_alloc(files->count, sizeof *c->paths);
	c->weights = nch_alloc(files->count, sizeof *c->weights);
	c->texts = nch_alloc(files->count, sizeof *c->texts);
	c->repeats = nch_alloc(files->count, sizeof *c->repeats);
	if (!c->paths || !c->weights || !c->texts || !c->repeats)
		return nch_no_memory(error);
	for (; c->count < files->count; c->count++) {
		c->paths[c->count] = files->items[c->count].path;
		c->weights[c->count] = files->items[c->count].weight;
	}
	return NCH_OK;
}

void nch_corpora_free(nch_corpora *c)
{
	nch_free(c->paths);
	nch_free(c->weights);
	nch_free(c->texts);
	nch_free(c->repeats);
	nch_free(c->train);
	nch_free(c->valid);
	nch_free(c->parts);
	*c = (nch_corpora){0};
}

/* --- rows --- */

/* The rows to choose from in *rows, *count of them. */
static nch_status find_rows(nch_corpora *c, const nch_dataset *d, bool drop, size_t **rows, size_t *count, nch_error *error)
{
	bool *repeated = nch_alloc(d->rows, sizeof *repeated);
	*rows = nch_alloc(d->rows, sizeof **rows);
	*count = 0;
	nch_status status = repeated && *rows ? nch_duplicates_mark(d, repeated, error) : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < d->rows; i++) {
		c->texts[d->row[i].file]++;
		c->repeats[d->row[i].file] += repeated[i];
		if (!drop || !repeated[i])
			(*rows)[(*count)++] = i;
	}
	nch_free(repeated);
	return status;
}

/* Takes the validation rows out of rows[0 .. *count), which keeps the others in the order of the split. */
static nch_status take_valid(nch_corpora *c, const nch_corpora_options *o, size_t **rows, size_t *count, nch_error *error)
{
	nch_split split = {0};
	if (!(o->valid_split > 0.0))
		return NCH_OK;
	NCH_TRY(nch_split_random(*count, o->valid_split, o->split_seed, true, NULL, &split, error));
	size_t *rest = nch_alloc(split.train_count, sizeof *rest);
	c->valid = nch_alloc(split.test_count, sizeof *c->valid);
	nch_status status = rest && c->valid ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		for (size_t i = 0; i < split.train_count; i++)
			rest[i] = (*rows)[split.train[i]];
		for (size_t i = 0; i < split.test_count; i++)
			c->valid[i] = (*rows)[split.test[i]];
		c->valid_count = split.test_count;
		*count = split.train_count;
		nch_free(*rows);
		*rows = rest;
	} else {
		nch_free(rest);
	}
	nch_split_free(&split);
	return status;
}

/* How many whole times a file is seen, and what is left of its weight. */
static size_t whole_times(double weight, double *fraction)
{
	size_t times = (size_t)weight;
	*fraction = weight - (double)times;
	return times;
}

/* The rows of `file`, or all rows whose files are seen `time` times or more. */
static size_t add_rows(nch_corpora *c, const nch_dataset *d, const size_t *rows, size_t count, size_t time, size_t file)
{
	size_t before = c->train_count;
	double fraction;
	for (size_t i = 0; i < count; i++) {
		size_t of = d->row[rows[i]].file;
		if (time > 0 ? whole_times(c->weights[of], &fraction) >= time : of == file)
			c->train[c->train_count++] = rows[i];
	}
	return c->train_count - before;
}

static nch_status repeat_rows(nch_corpora *c, const nch_dataset *d, const size_t *rows, size_t count, nch_error *error)
{
	size_t room = 0, most = 0, part;
	double fraction;
	for (size_t i = 0; i < count; i++) {
		size_t times = whole_times(c->weights[d->row[rows[i]].file], &fraction);
		if (!nch_size_add(room, times + (fraction > 0.0), &room))
			return nch_no_memory(error);
		most = times > most ? times : most;
	}
	c->train = nch_alloc(room > 0 ? room : 1, sizeof *c->train);
	c->parts = nch_alloc(c->count + 1, sizeof *c->parts);
	if (c->train == NULL || c->parts == NULL)
		return nch_no_memory(error);
	for (size_t time = 1; time <= most; time++)
		add_rows(c, d, rows, count, time, 0);
	c->parts[c->part_count++] = (nch_row_part){c->train_count, c->train_count};
	for (size_t file = 0; file < c->count; file++) {
		whole_times(c->weights[file], &fraction);
		if (fraction > 0.0 && (part = add_rows(c, d, rows, count, 0, file)) > 0)
			c->parts[c->part_count++] = (nch_row_part){part, (size_t)(fraction * (double)part + 0.5)};
	}
	c->distinct = count;
	return NCH_OK;
}

nch_status nch_corpora_choose(nch_corpora *c, const nch_dataset *dataset, const nch_corpora_options *options, nch_error *error)
{
	size_t *rows = NULL, count;
	nch_status status = find_rows(c, dataset, options->drop_repeats, &rows, &count, error);
	if (status == NCH_OK)
		status = take_valid(c, options, &rows, &count, error);
	if (status == NCH_OK)
		status = repeat_rows(c, dataset, rows, count, error);
	nch_free(rows);
	return status;
}

void nch_corpora_describe(const nch_corpora *c, bool dropped, nch_buffer *out)
{
	char hint[] = " (⟨drop-duplicates⟩ drops them)";
	nch_setting_spell(hint);
	for (size_t i = 0; i < c->count; i++) {
		if (c->count == 1 && c->repeats[i] == 0 && c->weights[i] == 1.0)
			continue;
		nch_buffer_printf(out, "%s: %zu texts", c->paths[i], c->texts[i]);
		if (c->repeats[i] > 0)
			nch_buffer_printf(out, ", %zu of them repeat earlier ones%s", c->repeats[i], dropped ? " and are dropped" : hint);
		if (c->weights[i] != 1.0)
			nch_buffer_printf(out, "; an epoch sees each %g times", c->weights[i]);
		nch_buffer_byte(out, '\n');
	}
}
