/* experiment_model.c - see experiment_model.h. */
#include "train/experiment_model.h"

#include <math.h>

#include "base/memory.h"
#include "data/statistics.h"
#include "tokenizer/tokenizer.h"
#include "train/layers.h"

/* --- the tokenizer --- */

nch_status nch_experiment_tokenizer(const nch_experiment_options *o, nch_experiment_model *m, nch_error *error)
{
	static const char *const markers[] = {NCH_TARGET_OPEN, NCH_TARGET_CLOSE};
	if (o->init != NULL) {
		NCH_TRY(nch_model_check_folder(o->init, error));
		nch_folder_look(&m->init, o->init);
	}
	NCH_TRY(nch_tokenizer_load(o->tokenizer ? o->tokenizer : o->init, &m->tokenizer, error));
	m->first_new = nch_tokenizer_size(m->tokenizer);
	return nch_target_mode_has_markers(o->data.target) ? nch_tokenizer_extend(m->tokenizer, markers, 2, error) : NCH_OK;
}

/* --- the weights that training begins with --- */

static void set_dropouts(const nch_experiment_options *o, nch_config *config)
{
	if (!isnan(o->dropout))
		config->dropout = o->dropout;
	if (!isnan(o->attention_dropout))
		config->attention_dropout = o->attention_dropout;
	if (!isnan(o->classifier_dropout))
		config->classifier_dropout = o->classifier_dropout;
}

static nch_status open_model(const nch_experiment_options *o, const nch_dataset *train, const nch_experiment_watcher *watcher,
                             nch_experiment_model *m, nch_error *error)
{
	const nch_model_options options = {.labels = (const char *const *)train->labels.names, .label_count = train->labels.count,
	                                   .seed = o->training.seed, .pieces = nch_tokenizer_size(m->tokenizer), .first_new = m->first_new};
	NCH_TRY(nch_folder_end_look(&m->init, nch_model_open(o->init, &options, &m->model, error), error));
	set_dropouts(o, &m->model->config);
	m->model->config.multi_label = train->multi_label;
	if (m->model->report.length > 0 && watcher != NULL && watcher->warning != NULL)
		watcher->warning(watcher->training.context, m->model->report.data);
	return NCH_OK;
}

static nch_status begin_model(const nch_experiment_options *o, const nch_dataset *train, nch_compute *compute, nch_experiment_model *m,
                              nch_error *error)
{
	nch_config config;
	if (!nch_config_preset(o->preset, &config))
		return nch_fail(error, NCH_USAGE, "unknown preset '%s'; there are tiny, mini, small, medium, base and large", o->preset);
	NCH_TRY(nch_config_reshape(&config, &o->shape, error));
	config.vocab_size = nch_tokenizer_size(m->tokenizer);
	config.pad_token = nch_tokenizer_specials(m->tokenizer).pad;
	config.labels = train->labels.count;
	config.label_names = train->labels.names;
	config.multi_label = train->multi_label;
	set_dropouts(o, &config);
	NCH_TRY(nch_model_new(&config, &m->model, error));
	return nch_model_init(m->model, o->training.seed, compute, error);
}

/* --- how long a row may be --- */

static nch_status percentile_of_lengths(const nch_experiment_data *d, const nch_experiment_model *m, nch_pool *pool, double percentile,
                                        double *length, nch_error *error)
{
	nch_examples all = {0};
	nch_lengths lengths = {0};
	NCH_TRY(nch_examples_make(&d->train, d->train_rows, d->train_count, m->tokenizer, 0, pool, &all, error));
	nch_status status = NCH_OK;
	for (size_t i = 0; status == NCH_OK && i < all.rows; i++)
		status = nch_lengths_add(&lengths, all.offsets[i + 1] - all.offsets[i], error);
	*length = ceil(nch_lengths_percentile(&lengths, percentile));
	nch_examples_free(&all);
	nch_lengths_free(&lengths);
	return status;
}

static nch_status find_max_len(const nch_max_len *wanted, const nch_experiment_data *data, nch_pool *pool, nch_experiment_model *m, nch_error *error)
{
	size_t limit = nch_model_max_len(m->model);
	double length = wanted->tokens > 0 ? (double)wanted->tokens : (double)limit;
	if (wanted->tokens == 0 && wanted->percentile > 0.0)
		NCH_TRY(percentile_of_lengths(data, m, pool, wanted->percentile, &length, error));
	m->max_len = length < 3.0 ? 3 : length > (double)limit ? limit : (size_t)length;
	return NCH_OK;
}

nch_status nch_experiment_model_make(const nch_experiment_options *o, const nch_experiment_data *data, nch_compute *compute,
                                     const nch_experiment_watcher *watcher, nch_experiment_model *m, nch_error *error)
{
	NCH_TRY(o->init != NULL ? open_model(o, &data->train, watcher, m, error) : begin_model(o, &data->train, compute, m, error));
	const nch_config *config = &m->model->config;
	size_t pieces = nch_tokenizer_size(m->tokenizer);
	if (pieces > config->vocab_size)
		return nch_fail(error, NCH_DATA, "the tokenizer has %zu pieces, the model only %zu: they do not belong together", pieces, config->vocab_size);
	NCH_TRY(nch_compute_reserve(compute, 128, config->hidden / config->heads, error));
	return find_max_len(&o->max_len, data, compute->pool, m, error);
}

/* --- how fast each part learns --- */

nch_status nch_experiment_rates(const nch_experiment_options *o, nch_experiment_model *m, nch_error *error)
{
	double decay = o->layer_decay > 0.0 ? o->layer_decay : 1.0;
	if (o->freeze.count == 0 && decay == 1.0)
		return NCH_OK;
	m->rates = nch_alloc(m->model->count, sizeof *m->rates);
	if (m->rates == NULL)
		return nch_no_memory(error);
	return nch_layer_rates(m->model, &o->freeze, decay, m->rates, error);
}

void nch_experiment_model_free(nch_experiment_model *model)
{
	nch_folder_end_look(&model->init, NCH_OK, NULL);
	nch_tokenizer_free(model->tokenizer);
	nch_model_free(model->model);
	nch_free(model->rates);
	*model = (nch_experiment_model){0};
}
