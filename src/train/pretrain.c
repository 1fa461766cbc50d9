/* pretrain.c - from texts to a masked language model. */
#include "nn/family.h"
#include "train/pretrain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "train/corpora.h"
#include "train/judge.h"
#include "train/masking.h"
#include "train/run_folder.h"
#include "train/run_identity.h"
#include "train/self_test.h"
#include "train/trainer.h"

/* All that has to be released. */
typedef struct work {
	const nch_pretrain_options *options;
	const nch_experiment_watcher *watcher;
	nch_compute *compute;
	nch_dataset corpus, valid;
	nch_corpora corpora;
	nch_tokenizer *tokenizer;
	nch_model *model;
	nch_examples train_examples, valid_examples;
	nch_masking masking;
	nch_train_options training; /* the caller's, with loss, masking, identity and keep */
	nch_buffer identity;
	nch_run_folder folder;
	nch_folder_view init; /* whose tokenizer and weights have to be of one model */
	size_t max_len;
} work;

static void warn(void *context, const char *text)
{
	const work *w = context;
	if (w->watcher && w->watcher->warning)
		w->watcher->warning(w->watcher->training.context, text);
}

/* --- texts --- */

/* A note a file. */
static void tell_corpora(const work *w)
{
	nch_buffer text = {0};
	if (w->watcher != NULL && w->watcher->training.note != NULL)
		nch_corpora_describe(&w->corpora, w->options->drop_duplicates, &text);
	for (char *line = text.data, *end; line != NULL && *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		if (*end == '\n')
			*end++ = '\0';
		w->watcher->training.note(w->watcher->training.context, line);
	}
	nch_buffer_free(&text);
}

static nch_status read_texts(work *w, nch_error *error)
{
	const nch_pretrain_options *o = w->options;
	nch_dataset_options options = o->data;
	options.ignore_labels = true;
	options.need_labels = false;
	NCH_TRY(nch_corpora_open(&o->corpus, &w->corpora, error));
	NCH_TRY(nch_dataset_read(w->corpora.paths, w->corpora.count, &options, &w->corpus, error));
	options.limit = 0;
	if (o->valid.count > 0)
		NCH_TRY(nch_dataset_read(o->valid.items, o->valid.count, &options, &w->valid, error));
	const nch_corpora_options choice = {o->drop_duplicates, o->valid_split, o->split_seed};
	NCH_TRY(nch_corpora_choose(&w->corpora, &w->corpus, &choice, error));
	tell_corpora(w);
	return NCH_OK;
}

static nch_status make_examples(work *w, nch_error *error)
{
	size_t limit = nch_model_max_len(w->model), wanted = w->options->max_len;
	nch_pool *pool = w->compute->pool;
	w->max_len = wanted > 0 && wanted < limit ? wanted : limit;
	const nch_corpora *c = &w->corpora;
	NCH_TRY(nch_examples_make(&w->corpus, c->train, c->train_count, w->tokenizer, w->max_len, pool, &w->train_examples, error));
	if (w->valid.rows > 0)
		NCH_TRY(nch_examples_make(&w->valid, NULL, w->valid.rows, w->tokenizer, w->max_len, pool, &w->valid_examples, error));
	else if (c->valid_count > 0)
		NCH_TRY(nch_examples_make(&w->corpus, c->valid, c->valid_count, w->tokenizer, w->max_len, pool, &w->valid_examples, error));
	return nch_judge_tokens(&w->train_examples, w->max_len, w->options->allow_unknown, warn, w, error);
}

/* --- model --- */

static nch_status open_model(work *w, nch_error *error)
{
	const nch_pretrain_options *o = w->options;
	const nch_model_options options = {.head = o->replaced ? NCH_HEAD_RTD : NCH_HEAD_MLM, .seed = o->training.seed, .pair = o->replaced,
	                                   .generator_size = o->generator_size};
	NCH_TRY(nch_folder_end_look(&w->init, nch_model_open(o->init, &options, &w->model, error), error));
	if (w->model->report.length > 0)
		warn(w, w->model->report.data);
	if (!o->replaced || !o->generator_size_given)
		return NCH_OK;
	size_t width = w->model->generator->config.hidden, wanted = nch_config_generator(&w->model->config, o->generator_size).hidden;
	if (width != wanted)
		return nch_fail(error, NCH_USAGE, "⟨generator-size⟩ %g would make a generator %zu wide; that of %s is %zu wide already", o->generator_size, wanted, o->init, width);
	return NCH_OK;
}

static nch_status new_model(work *w, nch_error *error)
{
	const nch_pretrain_options *o = w->options;
	nch_config config;
	if (!nch_config_preset(o->preset, &config))
		return nch_fail(error, NCH_USAGE, "unknown preset '%s'; there are tiny, mini, small, medium, base and large", o->preset);
	NCH_TRY(nch_config_reshape(&config, &o->shape, error));
	config.head = o->replaced ? NCH_HEAD_RTD : NCH_HEAD_MLM;
	if (o->replaced)
		config.family = &nch_electra;
	config.vocab_size = nch_tokenizer_size(w->tokenizer);
	config.pad_token = nch_tokenizer_specials(w->tokenizer).pad;
	const nch_config generator = nch_config_generator(&config, o->generator_size);
	NCH_TRY(nch_model_new_pair(&config, o->replaced ? &generator : NULL, &w->model, error));
	return nch_model_init(w->model, o->training.seed, w->compute, error);
}

static void set_dropouts(const nch_pretrain_options *o, nch_model *model)
{
	for (; model != NULL; model = model->generator) {
		if (!isnan(o->dropout))
			model->config.dropout = o->dropout;
		if (!isnan(o->attention_dropout))
			model->config.attention_dropout = o->attention_dropout;
	}
}

static nch_status make_model(work *w, nch_error *error)
{
	NCH_TRY(w->options->init != NULL ? open_model(w, error) : new_model(w, error));
	set_dropouts(w->options, w->model);
	if (nch_tokenizer_size(w->tokenizer) > w->model->config.vocab_size)
		return nch_fail(error, NCH_DATA, "the tokenizer has %zu pieces, the model only %zu: they do not belong together", nch_tokenizer_size(w->tokenizer),
		                w->model->config.vocab_size);
	return nch_compute_reserve(w->compute, 128, w->model->config.hidden / w->model->config.heads, error);
}

static void data_digest(const work *w, char hex[65])
{
	unsigned char digest[32];
	nch_dataset_digest(&w->corpus, digest);
	nch_sha256_hex(digest, hex);
}

/* Which run this is: train/run_identity.h. */
static nch_status make_identity(work *w, nch_train_options *training, nch_error *error)
{
	nch_buffer *id = &w->identity;
	nch_buffer_text(id, training->values ? training->values : "");
	nch_identity_steps(id, training, w->model);
	nch_identity_tokenizer(id, w->tokenizer);
	NCH_TRY(nch_identity_model(id, w->model, error));
	nch_identity_number(id, "max_len", (double)w->max_len);
	nch_identity_examples(id, "texts", &w->train_examples);
	if (w->valid_examples.rows > 0)
		nch_identity_examples(id, "validation texts", &w->valid_examples);
	training->identity = id->data;
	return nch_buffer_check(id, error);
}

static nch_status write_settings(const work *w, const char *folder, const char *loss, nch_error *error)
{
	nch_settings settings = nch_settings_defaults();
	settings.max_len = w->max_len;
	settings.seed = w->training.seed;
	if (w->options->data.cleansing != NULL)
		snprintf(settings.cleansing, sizeof settings.cleansing, "%s", nch_cleansing_name(w->options->data.cleansing));
	snprintf(settings.loss, sizeof settings.loss, "%s", loss);
	data_digest(w, settings.data_digest);
	return nch_settings_write(&settings, folder, error);
}

/* A model with all that belongs to it. */
static nch_status write_model(const work *w, const nch_model *model, const char *folder, const char *loss, nch_error *error)
{
	NCH_TRY(nch_folder_make(folder, error));
	NCH_TRY(nch_tokenizer_save(w->tokenizer, folder, error));
	NCH_TRY(write_settings(w, folder, loss, error));
	return nch_model_save_alone(model, folder, error);
}

static nch_status write_generator(const work *w, const nch_model *generator, const char *folder, nch_error *error)
{
	char *inner = nch_path_join(folder, "generator");
	nch_status status = inner ? write_model(w, generator, inner, "masked-lm", error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_run_folder_sign(inner, &w->training, error);
	nch_free(inner);
	return status;
}

/* The best model so far, and its generator if it has one, at once. */
static nch_status keep_model(void *context, const nch_model *model, nch_error *error)
{
	const work *w = context;
	nch_change change;
	NCH_TRY(nch_change_begin(&change, w->training.out, error));
	nch_status status = write_model(w, model, change.staged, model->generator != NULL ? "replaced-tokens" : "masked-lm", error);
	if (status == NCH_OK && model->generator != NULL)
		status = write_generator(w, model->generator, change.staged, error);
	return nch_run_folder_commit(&change, status, &w->training, error);
}

/* --- the run --- */

/* Where a part is chosen by lot, it is taken to have texts of the usual length. */
static size_t tokens_an_epoch(const work *w)
{
	size_t row = 0;
	double tokens = 0.0;
	for (size_t i = 0; i < w->corpora.part_count; row += w->corpora.parts[i++].count) {
		const nch_row_part *p = &w->corpora.parts[i];
		size_t all = w->train_examples.offsets[row + p->count] - w->train_examples.offsets[row];
		tokens += p->count > 0 ? (double)all * ((double)p->taken / (double)p->count) : 0.0;
	}
	return (size_t)(tokens + 0.5);
}

static nch_status train(work *w, nch_pretrain_result *r, nch_error *error)
{
	nch_train_options *training = &w->training;
	*training = w->options->training;
	training->loss = NCH_LOSS_CE;
	training->masking = &w->masking;
	training->best_by = NCH_BEST_LOSS;
	training->parts = w->corpora.parts;
	training->part_count = w->corpora.part_count;
	training->keep = keep_model;
	training->keep_context = w;
	NCH_TRY(make_identity(w, training, error));
	NCH_TRY(nch_run_folder_open(&w->folder, training, error));
	double started = nch_seconds();
	NCH_TRY(nch_train(w->model, w->compute, &w->train_examples, w->valid_examples.rows ? &w->valid_examples : NULL, training,
	                  w->watcher ? &w->watcher->training : NULL, &r->training, error));
	r->seconds = nch_seconds() - started;
	r->train_rows = w->corpora.distinct;
	r->valid_rows = w->valid_examples.rows;
	r->tokens = tokens_an_epoch(w);
	r->max_len = w->max_len;
	r->parameters = w->model->parameters;
	if (w->model->generator != NULL) {
		r->generator_parameters = w->model->generator->parameters;
		NCH_TRY(nch_model_fingerprint(w->model->generator, r->generator_fingerprint, error));
	}
	if (training->out == NULL)
		return NCH_OK;
	NCH_TRY(nch_run_folder_sign(training->out, training, error));
	return nch_self_test_write(training->out, nch_pool_threads(w->compute->pool), w->compute->kernels->name, error);
}

static nch_status run_all(work *w, nch_pretrain_result *result, nch_error *error)
{
	const nch_pretrain_options *o = w->options;
	if (o->init != NULL) {
		NCH_TRY(nch_model_check_folder(o->init, error));
		nch_folder_look(&w->init, o->init);
	}
	NCH_TRY(nch_tokenizer_load(o->tokenizer ? o->tokenizer : o->init, &w->tokenizer, error));
	NCH_TRY(nch_masking_new(w->tokenizer, o->mask_share, o->whole_word, o->training.seed, &w->masking, error));
	NCH_TRY(read_texts(w, error));
	NCH_TRY(make_model(w, error));
	NCH_TRY(make_examples(w, error));
	if (o->init == NULL)
		NCH_TRY(nch_masked_prior(w->model->generator ? w->model->generator : w->model, &w->masking, &w->train_examples, error));
	return train(w, result, error);
}

nch_status nch_pretrain_run(const nch_pretrain_options *options, nch_compute *compute, const nch_experiment_watcher *watcher,
                            nch_pretrain_result *result, nch_error *error)
{
	work w = {.options = options, .watcher = watcher, .compute = compute};
	*result = (nch_pretrain_result){0};
	nch_status status = run_all(&w, result, error);
	nch_dataset_free(&w.corpus);
	nch_dataset_free(&w.valid);
	nch_corpora_free(&w.corpora);
	nch_tokenizer_free(w.tokenizer);
	nch_model_free(w.model);
	nch_examples_free(&w.train_examples);
	nch_examples_free(&w.valid_examples);
	nch_masking_free(&w.masking);
	nch_buffer_free(&w.identity);
	nch_run_folder_close(&w.folder);
	nch_folder_end_look(&w.init, status, NULL);
	if (status != NCH_OK)
		nch_pretrain_result_free(result);
	return status;
}

void nch_pretrain_result_free(nch_pretrain_result *result)
{
	nch_train_result_free(&result->training);
	*result = (nch_pretrain_result){0};
}
