/* model.c - the list of a model's tensors: names (as Hugging Face has them), shapes, first values. */
#include "nn/model.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "io/weights.h"
#include "kernels/math.h"
#include "nn/model_build.h"

/* --- the list --- */

enum { TENSORS_OUTSIDE = 16 };

static const char generator_prefix[] = "generator/";

nch_tensor *nch_build_tensor(nch_builder *b, const char *name, size_t rows, size_t columns, nch_role role)
{
	nch_model *m = b->list;
	nch_tensor *t = &m->tensors[m->count];
	char whole[280];
	snprintf(whole, sizeof whole, "%s%s", b->model->tables ? generator_prefix : "", name);
	char *copy = nch_arena_text(m->arena, whole, strlen(whole));
	size_t elements;
	if (copy == NULL || !nch_size_mul(rows, columns, &elements) || !nch_size_add(m->parameters, elements, &m->parameters)) {
		b->failed = true;
		return t;
	}
	*t = (nch_tensor){.rows = rows, .columns = columns, .rank = role == NCH_WEIGHT ? 2 : 1, .name = copy, .role = role,
	                  .depth = b->depth, .no_decay = role != NCH_WEIGHT};
	m->count++;
	return t;
}

nch_tensor *nch_build_part(nch_builder *b, const char *part, const char *what, size_t rows, size_t columns, nch_role role)
{
	char name[240];
	snprintf(name, sizeof name, "%s.%s", part, what);
	return nch_build_tensor(b, name, rows, columns, role);
}

void nch_build_dense(nch_builder *b, const char *part, size_t out, size_t in, nch_tensor **weight, nch_tensor **bias)
{
	*weight = nch_build_part(b, part, "weight", out, in, NCH_WEIGHT);
	(*weight)->bytes = NCH_MATRIX_BYTES;
	*bias = nch_build_part(b, part, "bias", 1, out, NCH_BIAS);
}

void nch_build_norm(nch_builder *b, const char *part, size_t width, nch_tensor **gamma, nch_tensor **beta)
{
	*gamma = nch_build_part(b, part, "weight", 1, width, NCH_GAMMA);
	*beta = nch_build_part(b, part, "bias", 1, width, NCH_BETA);
}

static void add_tables(nch_builder *b)
{
	nch_model *m = b->model;
	const nch_config *c = &m->config;
	char part[160];
#define PART(what) (snprintf(part, sizeof part, "%s.%s", b->names->prefix, b->names->what), part)
	m->word = nch_build_part(b, PART(word), "weight", c->vocab_size, c->embedding, NCH_WEIGHT);
	if (b->names->position != NULL)
		m->position = nch_build_part(b, PART(position), "weight", c->max_positions, c->embedding, NCH_WEIGHT);
	if (c->types > 0)
		m->type = nch_build_part(b, PART(type), "weight", c->types, c->embedding, NCH_WEIGHT);
#undef PART
}

void nch_bert_build_embeddings(nch_builder *b)
{
	nch_model *m = b->model;
	const nch_config *c = &m->config;
	const char *prefix = b->names->prefix;
	char part[160];
	if (m->tables == NULL) {
		add_tables(b);
	} else {
		m->word = m->tables->word;
		m->position = m->tables->position;
		m->type = m->tables->type;
	}
	snprintf(part, sizeof part, "%s.%s", prefix, b->names->embedding_norm);
	nch_build_norm(b, part, c->embedding, &m->embedding_gamma, &m->embedding_beta);
	if (c->embedding != c->hidden || c->family->always_projects) {
		snprintf(part, sizeof part, "%s.%s", prefix, b->names->project);
		nch_build_dense(b, part, c->hidden, c->embedding, &m->project_weight, &m->project_bias);
	}
}

static void add_layer(nch_builder *b, size_t index, nch_encoder_layer *layer)
{
	const nch_config *c = &b->model->config;
	const nch_tensor_names *names = b->names;
	char number[24] = "", part[200];
	size_t h = c->hidden;
	if (!names->shared)
		snprintf(number, sizeof number, "%zu", index);
#define PART(what) (snprintf(part, sizeof part, "%s.%s%s.%s", names->prefix, names->layer, number, names->what), part)
	nch_build_dense(b, PART(query), h, h, &layer->query_weight, &layer->query_bias);
	nch_build_dense(b, PART(key), h, h, &layer->key_weight, &layer->key_bias);
	nch_build_dense(b, PART(value), h, h, &layer->value_weight, &layer->value_bias);
	nch_build_dense(b, PART(attention), h, h, &layer->attention_weight, &layer->attention_bias);
	nch_build_norm(b, PART(attention_norm), h, &layer->attention_gamma, &layer->attention_beta);
	nch_build_dense(b, PART(up), c->feed_forward, h, &layer->up_weight, &layer->up_bias);
	nch_build_dense(b, PART(down), h, c->feed_forward, &layer->down_weight, &layer->down_bias);
	nch_build_norm(b, PART(output_norm), h, &layer->output_gamma, &layer->output_beta);
#undef PART
}

void nch_bert_build_layers(nch_builder *b)
{
	nch_model *m = b->model;
	for (size_t l = 0; l < m->config.layers; l++) {
		b->depth = 1 + l;
		if (l > 0 && b->names->shared)
			m->layers[l] = m->layers[0];
		else
			add_layer(b, l, &m->layers[l]);
	}
}

/* A dense layer and a LayerNorm; then the word table once more, and a bias for each word. */
static void add_mlm_head(nch_builder *b)
{
	nch_model *m = b->model;
	const nch_config *c = &m->config;
	nch_build_dense(b, b->names->mlm_dense, c->embedding, c->hidden, &m->mlm_weight, &m->mlm_dense_bias);
	nch_build_norm(b, b->names->mlm_norm, c->embedding, &m->mlm_gamma, &m->mlm_beta);
	m->decoder = m->word;
	m->mlm_bias = nch_build_tensor(b, b->names->mlm_bias, 1, c->vocab_size, NCH_BIAS);
}

void nch_bert_build_head(nch_builder *b)
{
	nch_model *m = b->model;
	const nch_config *c = &m->config;
	switch (c->head) {
	case NCH_HEAD_MLM:
		add_mlm_head(b);
		break;
	case NCH_HEAD_RTD:
		nch_build_dense(b, b->names->rtd_dense, c->hidden, c->hidden, &m->rtd_weight, &m->rtd_bias);
		nch_build_dense(b, b->names->rtd_out, 1, c->hidden, &m->rtd_out_weight, &m->rtd_out_bias);
		break;
	case NCH_HEAD_CLASSIFIER:
		nch_build_dense(b, b->names->pool, c->hidden, c->hidden, &m->pool_weight, &m->pool_bias);
		nch_build_dense(b, b->names->classifier, c->labels, c->hidden, &m->classifier_weight, &m->classifier_bias);
		break;
	}
}

static void set_bytes(nch_tensor *const *tensors, size_t count, nch_bytes bytes)
{
	for (size_t i = 0; i < count; i++)
		if (tensors[i] != NULL)
			tensors[i]->bytes = bytes;
}

/* Dense layers may be kept as bytes (nch_build_dense); so may tables, but not the heads' last matrices: few numbers, and all depends on them. Nor is
 * a table of token types rounded: one of its two rows is in the sum of nearly every token, so that its errors do not cancel, and a training that
 * needs no types leaves in it whatever it likes. */
static void say_what_may_be_bytes(const nch_model *m)
{
	nch_tensor *const tables[] = {m->word, m->position}, *const last[] = {m->classifier_weight, m->rtd_out_weight};
	set_bytes(tables, sizeof tables / sizeof *tables, NCH_TABLE_BYTES);
	set_bytes(&m->type, 1, NCH_SMALL_TABLE_BYTES);
	set_bytes(last, sizeof last / sizeof *last, NCH_NO_BYTES);
}

/* All tensors of b->model, behind those that the list has. */
static void add_all(nch_builder *b)
{
	nch_model *m = b->model;
	size_t begin = b->list->count;
	m->tensors = b->list->tensors + begin;
	b->depth = 0;
	m->config.family->build_embeddings(b);
	m->config.family->build_layers(b);
	b->depth = 1 + m->config.layers;
	m->head_begin = b->list->count - begin;
	m->config.family->build_head(b);
	say_what_may_be_bytes(m);
	if (m != b->list)
		m->count = b->list->count - begin;
}

static nch_status copy_config_parts(nch_model *model, const nch_config *config, nch_error *error)
{
	char **names = nch_arena_alloc(model->arena, config->labels + 1, sizeof *names);
	if (names == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < config->labels; i++) {
		const char *name = config->label_names ? config->label_names[i] : "";
		names[i] = nch_arena_text(model->arena, name, strlen(name));
		if (names[i] == NULL)
			return nch_no_memory(error);
	}
	model->config.label_names = names;
	if (config->own != NULL) {
		model->config.own = nch_arena_alloc(model->arena, 1, config->family->own_size);
		if (model->config.own == NULL)
			return nch_no_memory(error);
		memcpy(model->config.own, config->own, config->family->own_size);
	}
	return NCH_OK;
}

static nch_status check_head(const nch_config *config, nch_error *error)
{
	const nch_tensor_names *names = &config->family->names;
	if (config->head == NCH_HEAD_MLM && names->mlm_dense == NULL)
		return nch_fail(error, NCH_FORMAT, "a model of this family has no masked-LM head");
	if (config->head == NCH_HEAD_RTD && names->rtd_dense == NULL)
		return nch_fail(error, NCH_FORMAT, "replaced-token detection needs an ELECTRA, which this model is not: begin with ⟨preset⟩, or take ⟨objective⟩ mlm");
	if (config->head == NCH_HEAD_CLASSIFIER && config->labels == 0)
		return nch_fail(error, NCH_DATA, "a classifier needs at least one label");
	return NCH_OK;
}

/* A model without tensors; its generator, too, if it has one. NULL without memory. */
static nch_model *empty_model(const nch_config *config, const nch_config *generator)
{
	nch_model *m = nch_alloc(1, sizeof *m);
	if (m == NULL)
		return NULL;
	m->config = *config;
	m->layers = nch_alloc(config->layers, sizeof *m->layers);
	if (generator != NULL) {
		m->generator = empty_model(generator, NULL);
		if (m->generator != NULL) {
			m->generator->tables = m;
			m->generator->config.labels = 0; /* their names would be somebody else's */
			m->generator->config.label_names = NULL;
		}
	}
	if (m->layers == NULL || (generator != NULL && m->generator == NULL)) {
		nch_model_free(m);
		return NULL;
	}
	return m;
}

static nch_status fill_model(nch_model *m, const nch_config *config, nch_error *error)
{
	nch_builder b = {.model = m, .list = m, .names = &config->family->names};
	size_t layers = config->layers + (m->generator ? m->generator->config.layers : 0);
	m->arena = nch_arena_new(0);
	m->tensors = nch_alloc(2 * TENSORS_OUTSIDE + layers * NCH_TENSORS_A_LAYER, sizeof *m->tensors);
	if (m->arena == NULL || m->tensors == NULL)
		return nch_no_memory(error);
	NCH_TRY(copy_config_parts(m, config, error));
	add_all(&b);
	if (m->generator != NULL) {
		size_t before = m->parameters;
		b.model = m->generator;
		add_all(&b);
		m->generator->parameters = m->parameters - before;
	}
	return b.failed ? nch_no_memory(error) : NCH_OK;
}

nch_status nch_model_new_pair(const nch_config *config, const nch_config *generator, nch_model **model, nch_error *error)
{
	NCH_TRY(check_head(config, error));
	nch_model *m = empty_model(config, generator);
	nch_status status = m == NULL ? nch_no_memory(error) : fill_model(m, config, error);
	if (status != NCH_OK) {
		nch_model_free(m);
		return status;
	}
	*model = m;
	return NCH_OK;
}

nch_status nch_model_new(const nch_config *config, nch_model **model, nch_error *error)
{
	return nch_model_new_pair(config, NULL, model, error);
}

void nch_model_free(nch_model *model)
{
	if (model == NULL)
		return;
	if (model->generator != NULL) {
		model->generator->tensors = NULL; /* they stand in the discriminator's list */
		nch_model_free(model->generator);
	}
	nch_weights_close(model->file);
	nch_free(model->storage);
	nch_free(model->tensors);
	nch_free(model->layers);
	nch_arena_free(model->arena);
	nch_buffer_free(&model->report);
	nch_free(model);
}

nch_tensor *nch_model_find(const nch_model *model, const char *name)
{
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->tensors[i].name, name) == 0)
			return &model->tensors[i];
	return NULL;
}

size_t nch_model_own_count(const nch_model *model)
{
	return model->generator ? (size_t)(model->generator->tensors - model->tensors) : model->count;
}

const char *nch_tensor_file_name(const nch_tensor *tensor)
{
	size_t length = sizeof generator_prefix - 1;
	return strncmp(tensor->name, generator_prefix, length) == 0 ? tensor->name + length : tensor->name;
}

size_t nch_model_offset(const nch_model *model, const nch_tensor *tensor)
{
	return (size_t)(tensor->data - model->storage);
}

size_t nch_model_max_len(const nch_model *model)
{
	return model->config.max_positions - model->config.position_offset;
}

/* --- memory and first values --- */

nch_status nch_model_allocate(nch_model *model, nch_error *error)
{
	size_t total = 0;
	for (size_t i = 0; i < model->count; i++) /* each tensor on a cache line of its own */
		total += (model->tensors[i].rows * model->tensors[i].columns + 15) / 16 * 16;
	model->storage = nch_alloc_aligned(total, sizeof *model->storage);
	if (model->storage == NULL)
		return nch_fail(error, NCH_MEMORY, "not enough memory for a model of %zu parameters", model->parameters);
	model->storage_floats = total;
	float *at = model->storage;
	for (size_t i = 0; i < model->count; i++) {
		model->tensors[i].data = at;
		at += (model->tensors[i].rows * model->tensors[i].columns + 15) / 16 * 16;
	}
	return NCH_OK;
}

typedef struct init_job {
	const nch_kernels *kernels; /* NULL: a number at a time, the same ones */
	nch_tensor *tensor;
	uint64_t seed;
	uint32_t number;
	double deviation;
} init_job;

static void init_range(void *context, size_t begin, size_t end)
{
	const init_job *job = context;
	if (job->kernels != NULL) {
		job->kernels->random_normals(job->tensor->data + begin, job->deviation, job->seed, NCH_RANDOM_INIT, job->number, begin, end - begin);
		return;
	}
	for (size_t i = begin; i < end; i++)
		job->tensor->data[i] = (float)(job->deviation * nch_random_normal(job->seed, NCH_RANDOM_INIT, job->number, i));
}

/* A number for a name (FNV-1a), so that a tensor's first values do not depend on which others there are. */
static uint32_t name_number(const char *name)
{
	uint32_t hash = 2166136261u;
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

void nch_tensor_init(const nch_model *model, nch_tensor *tensor, uint64_t seed, const nch_compute *compute)
{
	size_t elements = tensor->rows * tensor->columns;
	if (tensor->role != NCH_WEIGHT) {
		for (size_t i = 0; i < elements; i++)
			tensor->data[i] = tensor->role == NCH_GAMMA ? 1.0f : 0.0f;
		return;
	}
	init_job job = {compute ? compute->kernels : NULL, tensor, seed, name_number(tensor->name), (double)model->config.init_range};
	if (compute != NULL)
		nch_parallel(compute, elements, 1024, init_range, &job);
	else
		init_range(&job, 0, elements);
}

nch_status nch_model_init(nch_model *model, uint64_t seed, const nch_compute *compute, nch_error *error)
{
	NCH_TRY(nch_model_allocate(model, error));
	for (size_t i = 0; i < model->count; i++) {
		nch_tensor_init(model, &model->tensors[i], seed, compute);
		model->tensors[i].fresh = true;
	}
	return NCH_OK;
}
