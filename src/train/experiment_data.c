/* experiment_data.c - reading, selecting, splitting. */
#include "train/experiment_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "data/split.h"
#include "nn/model.h"

/* The labels before and after selection, a note a line. */
static void tell_selection(const nch_dataset *train, const nch_experiment_watcher *watcher)
{
	nch_buffer text = {0};
	size_t *rows = nch_alloc(train->labels.count, sizeof *rows);
	if (rows != NULL && watcher != NULL && watcher->training.note != NULL) {
		nch_dataset_label_counts(train, rows);
		nch_dataset_describe_selection(train, rows, &text);
	}
	nch_free(rows);
	for (char *line = text.data, *end; line != NULL && *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		if (*end == '\n')
			*end++ = '\0';
		watcher->training.note(watcher->training.context, line);
	}
	nch_buffer_free(&text);
}

/* The labels of the model that training begins with: where the data have the same ones, its order stays, and with it its head. */
static nch_status read_init_labels(const char *init, nch_labels *labels, nch_error *error)
{
	nch_config config;
	int32_t id;
	nch_arena *arena = nch_arena_new(0);
	nch_status status = arena ? nch_model_read_config(init, arena, &config, error) : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < config.labels; i++)
		status = nch_labels_add(labels, config.label_names[i], strlen(config.label_names[i]), &id, error);
	nch_arena_free(arena);
	return status;
}

static nch_status read_train(const nch_experiment_options *o, nch_dataset_options *options, nch_dataset *train, nch_error *error)
{
	nch_labels order = {0};
	nch_status status = o->init != NULL ? read_init_labels(o->init, &order, error) : NCH_OK;
	options->order = &order;
	if (status == NCH_OK)
		status = nch_dataset_read(o->train.items, o->train.count, options, train, error);
	options->order = NULL;
	nch_labels_free(&order);
	return status;
}

static nch_status read_files(const nch_experiment_options *o, const nch_experiment_watcher *watcher, nch_experiment_data *d, nch_error *error)
{
	nch_dataset_options options = o->data;
	options.need_labels = true;
	if (o->loss_given && nch_loss_has_cells(o->training.loss))
		options.multi_label = true;
	NCH_TRY(read_train(o, &options, &d->train, error));
	tell_selection(&d->train, watcher);
	options.known = &d->train.labels; /* in the same order; another label is a bad row */
	options.undersample.count = 0;
	options.limit = 0;
	if (o->valid.count > 0)
		NCH_TRY(nch_dataset_read(o->valid.items, o->valid.count, &options, &d->valid, error));
	if (o->test.count > 0)
		NCH_TRY(nch_dataset_read(o->test.items, o->test.count, &options, &d->test, error));
	return NCH_OK;
}

/* Parts rows[0 .. *count) in two as the split says: what trains stays in rows, the rest becomes a list of its own. */
static nch_status take_part(const nch_split *split, size_t *rows, size_t *count, size_t **part, size_t *part_count, nch_error *error)
{
	size_t *kept = nch_alloc(*count, sizeof *kept);
	*part = nch_alloc(*count, sizeof **part);
	if (kept == NULL || *part == NULL) {
		nch_free(kept);
		return nch_no_memory(error);
	}
	for (size_t i = 0; i < split->train_count; i++)
		kept[i] = rows[split->train[i]];
	for (size_t i = 0; i < split->test_count; i++)
		(*part)[i] = rows[split->test[i]];
	memcpy(rows, kept, split->train_count * sizeof *rows);
	*count = split->train_count;
	*part_count = split->test_count;
	nch_free(kept);
	return NCH_OK;
}

/* Which part is cut off the training rows. */
typedef enum part { TEST_PART, VALID_PART, FOLD_PART } part;

static nch_status cut_off(const nch_experiment_options *o, part which, nch_experiment_data *d, nch_error *error)
{
	nch_split split = {0};
	int32_t *classes = NULL;
	nch_status status = o->stratify ? nch_dataset_strata(&d->train, d->train_rows, d->train_count, &classes, error) : NCH_OK;
	if (status == NCH_OK && which == FOLD_PART)
		status = nch_split_fold(d->train_count, o->folds, o->fold, true, o->split_seed, classes, &split, error);
	else if (status == NCH_OK && which == VALID_PART && o->valid_from_end)
		status = nch_split_end(d->train_count, o->valid_split, &split, error);
	else if (status == NCH_OK)
		status = nch_split_random(d->train_count, which == TEST_PART ? o->test_split : o->valid_split, o->split_seed, true, classes, &split,
		                          error);
	if (status == NCH_OK)
		status = which == TEST_PART ? take_part(&split, d->train_rows, &d->train_count, &d->test_rows, &d->test_count, error)
		                            : take_part(&split, d->train_rows, &d->train_count, &d->valid_rows, &d->valid_count, error);
	nch_split_free(&split);
	nch_free(classes);
	return status;
}

static nch_status split_rows(const nch_experiment_options *o, nch_experiment_data *d, nch_error *error)
{
	d->train_count = d->train.rows;
	d->train_rows = nch_alloc(d->train_count, sizeof *d->train_rows);
	if (d->train_rows == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < d->train_count; i++)
		d->train_rows[i] = i;
	if (o->test_split > 0.0)
		NCH_TRY(cut_off(o, TEST_PART, d, error));
	if (o->folds > 0)
		return cut_off(o, FOLD_PART, d, error);
	return o->valid_split > 0.0 ? cut_off(o, VALID_PART, d, error) : NCH_OK;
}

nch_status nch_experiment_data_read(const nch_experiment_options *options, const nch_experiment_watcher *watcher, nch_experiment_data *data,
                                    nch_error *error)
{
	NCH_TRY(read_files(options, watcher, data, error));
	return split_rows(options, data, error);
}

void nch_experiment_data_free(nch_experiment_data *data)
{
	nch_dataset_free(&data->train);
	nch_dataset_free(&data->valid);
	nch_dataset_free(&data->test);
	nch_free(data->train_rows);
	nch_free(data->valid_rows);
	nch_free(data->test_rows);
	*data = (nch_experiment_data){0};
}

nch_experiment_part nch_experiment_part_of(const nch_experiment_data *d, nch_part_kind kind)
{
	if (kind == NCH_PART_TRAIN)
		return (nch_experiment_part){&d->train, d->train_rows, d->train_count};
	const nch_dataset *file = kind == NCH_PART_VALID ? &d->valid : &d->test;
	if (file->rows > 0)
		return (nch_experiment_part){file, NULL, file->rows};
	return kind == NCH_PART_VALID ? (nch_experiment_part){&d->train, d->valid_rows, d->valid_count} : (nch_experiment_part){&d->train, d->test_rows, d->test_count};
}

void nch_experiment_data_digest(const nch_experiment_data *data, char hex[65])
{
	unsigned char digest[32];
	nch_dataset_digest(&data->train, digest);
	nch_sha256_hex(digest, hex);
}
