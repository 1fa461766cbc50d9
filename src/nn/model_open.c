/* model_open.c - a model's folder opened as transformers left it, or as those before it did.
 *
 * Three things vary from folder to folder. The encoder's tensors begin with "bert.", with nothing (a bare BertModel), or with what some program
 * wrapped the model in. The first releases called LayerNorm's gain and bias gamma and beta. And a folder comes with heads that are not wanted: of the
 * masked language model, of the next sentence. The word table's name tells the first; the others are looked up. */
#include "nn/model.h"

#include <stdio.h>
#include <string.h>

#include "base/change.h"
#include "base/file.h"
#include "base/memory.h"
#include "io/weights.h"
#include "nn/family.h"
#include "nn/int8.h"

enum { MAX_NAME = 320 };

/* A folder that is being read into a model. */
typedef struct opening {
	nch_model *model;
	const nch_weights *file;
	const nch_tensor_names *names;
	const nch_model_options *options;
	const char *folder;
	const size_t *row_of;     /* (labels): which row of the folder's classifier is that of each label; NULL: it is for other labels */
	const char *before;       /* what stands before "embeddings.": "bert.", "", "model.bert." … */
	size_t before_length;
	size_t outer_length;      /* of it, what stands before "bert.", and so before the names of heads */
	const nch_weight **source; /* (source_count): what each tensor was read from, or NULL; behind them, of a generator, its tables */
	size_t source_count;
} opening;

enum { TABLES = 3 };

/* --- names --- */

static bool ends(const char *text, size_t length, const char *end)
{
	size_t n = strlen(end);
	return length >= n && memcmp(text + length - n, end, n) == 0;
}

/* Finds the word table, by the shortest name that ends as its own does, and with it what the encoder's names begin with. */
static void find_prefix(opening *o)
{
	char usual[64], table[64];
	snprintf(usual, sizeof usual, "%s.", o->names->prefix);
	snprintf(table, sizeof table, "%s.weight", o->names->word);
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < nch_weights_count(o->file); i++) {
		const char *name = nch_weights_at(o->file, i)->name;
		size_t length = strlen(name), before = length - strlen(table);
		if (length >= best || !ends(name, length, table) || (before > 0 && name[before - 1] != '.'))
			continue;
		best = length;
		o->before = name;
		o->before_length = before;
		o->outer_length = ends(name, before, usual) ? before - strlen(usual) : 0;
	}
}

/* `name` as the folder would have it: with what its encoder's names begin with, or its heads'. False if it would be too long. */
static bool rename_to(const opening *o, const char *name, char out[MAX_NAME])
{
	size_t usual = strlen(o->names->prefix);
	bool encoder = strncmp(name, o->names->prefix, usual) == 0 && name[usual] == '.';
	size_t begin = encoder ? o->before_length : o->outer_length, skip = encoder ? usual + 1 : 0;
	if (begin + strlen(name + skip) + 1 > MAX_NAME)
		return false;
	if (begin > 0)
		memcpy(out, o->before, begin);
	strcpy(out + begin, name + skip);
	return true;
}

/* In the folder, under this name, or under the one that LayerNorm's tensors had in the first releases: gamma and beta. */
static const nch_weight *find_named(const opening *o, const char *name, nch_role role)
{
	char other[MAX_NAME];
	const nch_weight *weight = nch_weights_find(o->file, name);
	if (weight != NULL || role == NCH_WEIGHT || role == NCH_BIAS || strlen(name) >= MAX_NAME)
		return weight;
	strcpy(other, name);
	strcpy(strrchr(other, '.') + 1, role == NCH_GAMMA ? "gamma" : "beta");
	return nch_weights_find(o->file, other);
}

static const nch_weight *find_weight(const opening *o, const nch_tensor *tensor)
{
	char name[MAX_NAME];
	const nch_weight *weight = find_named(o, nch_tensor_file_name(tensor), tensor->role);
	if (weight == NULL && rename_to(o, nch_tensor_file_name(tensor), name))
		weight = find_named(o, name, tensor->role);
	if (weight == NULL && tensor == o->model->mlm_bias) { /* some save it under the decoder's name only */
		char decoder[MAX_NAME];
		snprintf(decoder, sizeof decoder, "%s.bias", o->names->mlm_decoder);
		if (rename_to(o, decoder, name))
			weight = nch_weights_find(o->file, name);
	}
	return weight;
}

/* --- tensors --- */

void nch_tensor_shape(const nch_tensor *tensor, size_t shape[])
{
	size_t at = 0;
	if (tensor->rank > 1)
		shape[at++] = tensor->rows;
	shape[at++] = tensor->rank == 3 ? tensor->columns / tensor->inner : tensor->columns;
	if (tensor->rank == 3)
		shape[at++] = tensor->inner;
}

static bool shape_agrees(const nch_tensor *tensor, const nch_weight *weight)
{
	size_t shape[3];
	nch_tensor_shape(tensor, shape);
	return weight->rank == tensor->rank && memcmp(shape, weight->shape, tensor->rank * sizeof *shape) == 0;
}

/* New pieces begin where the known ones are on average: far from none of them, so that training moves them quickly. */
static void set_new_pieces(nch_tensor *word, const nch_model_options *options)
{
	for (size_t j = 0; j < word->columns; j++) {
		double sum = 0.0;
		for (size_t i = 0; i < options->first_new; i++)
			sum += (double)word->data[i * word->columns + j];
		for (size_t i = options->first_new; i < options->pieces; i++)
			word->data[i * word->columns + j] = (float)(sum / (double)options->first_new);
	}
}

/* The table of word vectors, which may be shorter in the file than in the model. */
static nch_status load_words(opening *o, const nch_weight *weight, nch_error *error)
{
	nch_tensor *word = o->model->word;
	if (o->options->map || weight->rank != 2 || weight->shape[1] != word->columns || weight->shape[0] > word->rows ||
	    weight->shape[0] < o->options->first_new)
		return nch_fail(error, NCH_FORMAT, "%s: the tensor %s has not the shape that config.json gives it", o->folder, word->name);
	o->source[word - o->model->tensors] = weight;
	NCH_TRY(nch_weight_to_float(weight, word->data, error));
	set_new_pieces(word, o->options);
	return NCH_OK;
}

/* Memory of its own for a tensor of a model that is otherwise mapped. */
static nch_status take_memory(const nch_model *model, nch_tensor *tensor, nch_error *error)
{
	tensor->data = nch_arena_alloc(model->tables ? model->tables->arena : model->arena, tensor->rows * tensor->columns, sizeof *tensor->data);
	return tensor->data == NULL ? nch_no_memory(error) : NCH_OK;
}

/* The classifier's rows in the order of the caller's labels. */
static nch_status order_rows(const opening *o, nch_tensor *tensor, nch_error *error)
{
	size_t labels = o->model->config.labels, width = tensor->rows * tensor->columns / labels;
	bool ordered = true;
	for (size_t i = 0; i < labels; i++)
		ordered = ordered && o->row_of[i] == i;
	if (ordered)
		return NCH_OK;
	float *copy = nch_alloc(labels * width, sizeof *copy);
	if (copy == NULL)
		return nch_no_memory(error);
	memcpy(copy, tensor->data, labels * width * sizeof *copy);
	for (size_t i = 0; i < labels; i++)
		memcpy(tensor->data + i * width, copy + o->row_of[i] * width, width * sizeof *copy);
	nch_free(copy);
	return NCH_OK;
}

/* Whether a tensor is to be kept as bytes: a model that only answers, and what its builder says may be. A table that is a masked-LM head's matrix,
 * too, may not. */
static bool wants_bytes(const opening *o, const nch_tensor *tensor, const nch_weight *weight)
{
	bool written_so = weight->type == NCH_I8 && weight->scales != NULL;
	bool may_be = written_so ? tensor->bytes != NCH_NO_BYTES && tensor->columns <= NCH_INT8_COLUMNS : o->options->int8 && nch_int8_rounds(tensor);
	return o->options->map && !o->options->floats && may_be && tensor != o->model->decoder;
}

/* One tensor from the file: mapped, or copied, or (part of the head only) made anew. */
static nch_status load_tensor(opening *o, nch_tensor *tensor, nch_error *error)
{
	nch_model *model = o->model;
	const nch_weight *weight = find_weight(o, tensor);
	if (tensor == model->word && weight != NULL && o->options->pieces > o->options->first_new)
		return load_words(o, weight, error);
	bool of_labels = tensor == model->classifier_weight || tensor == model->classifier_bias;
	bool usable = weight != NULL && shape_agrees(tensor, weight) && (o->row_of != NULL || !of_labels);
	if (!usable && tensor < model->tensors + model->head_begin) {
		if (weight == NULL)
			return nch_fail(error, NCH_FORMAT, "%s: the tensor %s is missing", o->folder, tensor->name);
		return nch_fail(error, NCH_FORMAT, "%s: the tensor %s has not the shape that config.json gives it", o->folder, tensor->name);
	}
	o->source[tensor - model->tensors] = weight;
	if (usable && wants_bytes(o, tensor, weight))
		return nch_int8_take(tensor, weight, model->arena, error);
	if (usable && o->options->map && weight->type == NCH_F32 && (uintptr_t)weight->data % sizeof(float) == 0) {
		tensor->data = (float *)(uintptr_t)weight->data; /* read-only: nobody trains a mapped model */
		return NCH_OK;
	}
	if (o->options->map)
		NCH_TRY(take_memory(model, tensor, error));
	if (usable) {
		NCH_TRY(nch_weight_to_float(weight, tensor->data, error));
		return of_labels ? order_rows(o, tensor, error) : NCH_OK;
	}
	tensor->fresh = true;
	nch_tensor_init(model, tensor, o->options->seed, NULL);
	nch_buffer_printf(&model->report, "newly made: %s%s\n", tensor->name,
	                  weight == NULL ? "" : of_labels ? " (the folder's is for other labels)" : " (the folder's has another shape)");
	return NCH_OK;
}

/* A masked language model whose last matrix is not its word table is another function than the one that is computed here. */
static nch_status check_decoder(const opening *o, const nch_weight *decoder, nch_error *error)
{
	const nch_weight *word = o->source[o->model->tables ? o->model->count : (size_t)(o->model->word - o->model->tensors)];
	if (word == NULL)
		return NCH_OK; /* only of a generator, and it has been said */
	if (decoder->type == word->type && decoder->count == word->count &&
	    memcmp(decoder->data, word->data, word->count * nch_dtype_size(word->type)) == 0)
		return NCH_OK;
	return nch_fail(error, NCH_FORMAT, "%s: %s differs from the word embeddings; only a masked-LM head that shares them is computed", o->folder,
	                decoder->name);
}

/* --- what is left over --- */

/* Heads that a folder may have and a model need not; names without what the folder puts before them. */
static const struct known_head {
	const char *start, *what;
} known_heads[] = {
	{"cls.predictions.", "masked-LM head"}, {"lm_head.", "masked-LM head"}, {"generator_predictions.", "masked-LM head"},
	{"generator_lm_head.", "masked-LM head"}, {"vocab_transform.", "masked-LM head"}, {"vocab_layer_norm.", "masked-LM head"},
	{"vocab_projector.", "masked-LM head"}, {"predictions.", "masked-LM head"}, {"lm_predictions.", "masked-LM head"}, {"mask_predictions.", "replaced-token head"},
	 {"cls.seq_relationship.", "next-sentence head"},
	{"sop_classifier.", "sentence-order head"}, {"discriminator_predictions.", "replaced-token head"}, {"qa_outputs.", "question-answering head"},
	{"classifier.", "classifier"}, {"pre_classifier.", "classifier"}, {"pooler.", "pooler"}, {"decoder.", "decoder"},
};
enum { KNOWN_HEADS = sizeof known_heads / sizeof *known_heads };

static const char *head_of(const opening *o, const char *name)
{
	const char *inside = NULL; /* behind the encoder's prefix */
	if (o->before_length > 0 && strncmp(name, o->before, o->before_length) == 0)
		inside = name + o->before_length;
	else if (o->outer_length > 0 && strncmp(name, o->before, o->outer_length) == 0)
		name += o->outer_length;
	for (size_t i = 0; i < KNOWN_HEADS; i++) {
		size_t n = strlen(known_heads[i].start);
		if (strncmp(name, known_heads[i].start, n) == 0 || (inside != NULL && strncmp(inside, known_heads[i].start, n) == 0))
			return known_heads[i].what;
	}
	return NULL;
}

static bool is_used(const opening *o, const nch_weight *weight)
{
	size_t length = strlen(weight->name);
	if (ends(weight->name, length, "embeddings.position_ids") || ends(weight->name, length, "embeddings.token_type_ids"))
		return true; /* old files carry 0 1 2 3 … and 0 0 0 …; not weights */
	if (weight->is_scales)
		return true;
	for (size_t t = 0; t < o->source_count; t++)
		if (o->source[t] == weight)
			return true;
	return false;
}

static void report_heads(const opening *o, const size_t *counts)
{
	for (size_t i = 0; i < KNOWN_HEADS; i++) {
		size_t sum = 0;
		bool first = true;
		for (size_t k = 0; k < KNOWN_HEADS; k++)
			if (strcmp(known_heads[k].what, known_heads[i].what) == 0) {
				first = first && k >= i;
				sum += counts[k];
			}
		if (first && sum > 0)
			nch_buffer_printf(&o->model->report, "dropped: the %s (%zu tensor%s)\n", known_heads[i].what, sum, sum > 1 ? "s" : "");
	}
}

/* A line for each head that is not wanted, and one for whatever nobody knows. */
static nch_status report_unused(const opening *o, nch_error *error)
{
	nch_model *model = o->model;
	nch_buffer names = {0};
	size_t unused = 0, counts[KNOWN_HEADS] = {0};
	nch_status status = NCH_OK;
	for (size_t i = 0; i < nch_weights_count(o->file) && status == NCH_OK; i++) {
		const nch_weight *weight = nch_weights_at(o->file, i);
		char decoder[MAX_NAME], name[MAX_NAME];
		if (is_used(o, weight))
			continue;
		if (model->mlm_bias != NULL) {
			snprintf(decoder, sizeof decoder, "%s.", o->names->mlm_decoder);
			if (rename_to(o, decoder, name) && strncmp(weight->name, name, strlen(name)) == 0) { /* the word table and the bias once more */
				if (strcmp(weight->name + strlen(name), "weight") == 0)
					status = check_decoder(o, weight, error);
				continue;
			}
		}
		const char *head = head_of(o, weight->name);
		for (size_t k = 0; k < KNOWN_HEADS; k++)
			if (head == known_heads[k].what) {
				counts[k]++;
				break;
			}
		if (head != NULL)
			continue;
		unused++;
		if (unused <= 8)
			nch_buffer_printf(&names, "%s%s", unused > 1 ? ", " : "", weight->name);
	}
	report_heads(o, counts);
	if (unused > 0)
		nch_buffer_printf(&model->report, "not used: %zu tensor%s (%s%s)\n", unused, unused > 1 ? "s" : "", names.data ? names.data : "",
		                  unused > 8 ? ", …" : "");
	model->report.failed = model->report.failed || names.failed;
	nch_buffer_free(&names);
	return status == NCH_OK ? nch_buffer_check(&model->report, error) : status;
}

/* --- the folder --- */

/* row_of[i]: which of the folder's labels is the caller's i-th. False if they are not the same labels, in whatever order. */
static bool match_labels(const nch_config *config, const nch_model_options *options, size_t *row_of)
{
	size_t count = config->labels;
	if (options->labels != NULL && options->label_count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t k = i; /* mostly it is the same one */
		if (options->labels != NULL && strcmp(config->label_names[k], options->labels[i]) != 0)
			for (k = 0; k < count && strcmp(config->label_names[k], options->labels[i]) != 0;)
				k++;
		if (k == count)
			return false;
		row_of[i] = k;
	}
	return true;
}

nch_status nch_model_check_folder(const char *folder, nch_error *error)
{
	char *config = nch_folder_file(folder, "config.json");
	nch_status status = NCH_OK;
	size_t parent = (size_t)(nch_path_name(folder) - folder);
	if (config == NULL)
		return nch_no_memory(error);
	if (!nch_file_exists(folder))
		status = nch_fail(error, NCH_IO, "%s: there is no such folder", folder);
	else if (!nch_file_is_folder(folder))
		status = nch_fail(error, NCH_IO, "%s: this is a file; a model is a folder: give %.*s", folder, parent > 1 ? (int)parent - 1 : 1,
		                  parent > 0 ? folder : ".");
	else if (!nch_file_exists(config))
		status = nch_fail(error, NCH_IO, "%s: is no model's folder: it has no config.json", folder);
	nch_free(config);
	return status;
}

nch_status nch_model_read_config(const char *folder, nch_arena *arena, nch_config *config, nch_error *error)
{
	NCH_TRY(nch_model_check_folder(folder, error));
	char *path = nch_folder_file(folder, "config.json");
	nch_status status = path ? nch_config_read(path, arena, config, error) : nch_no_memory(error);
	nch_free(path);
	return status;
}

/* The generator's folder, FOLDER/generator, in allocated memory: NULL, with NCH_OK, where there is none. */
static nch_status find_generator(const char *folder, char **inner, nch_error *error)
{
	*inner = nch_folder_file(folder, "generator");
	char *config = *inner ? nch_folder_file(*inner, "config.json") : NULL;
	bool found = config && nch_file_exists(config);
	nch_status status = config == NULL ? nch_no_memory(error) : NCH_OK;
	nch_free(config);
	if (!found) {
		nch_free(*inner);
		*inner = NULL;
	}
	return status;
}

/* What the generator is, or shall be. */
static nch_status read_generator(const char *folder, const nch_model_options *options, const nch_config *config, nch_arena *arena,
                                 nch_config *generator, nch_error *error)
{
	char *inner, *path;
	NCH_TRY(find_generator(folder, &inner, error));
	if (inner == NULL) {
		*generator = nch_config_generator(config, options->generator_size);
		return NCH_OK;
	}
	path = nch_folder_file(inner, "config.json");
	nch_status status = path ? nch_config_read(path, arena, generator, error) : nch_no_memory(error);
	if (status == NCH_OK && (generator->family != config->family || generator->head != NCH_HEAD_MLM ||
	                         generator->vocab_size != config->vocab_size ||
	                         generator->embedding != config->embedding || generator->max_positions != config->max_positions || generator->types != config->types))
		status = nch_fail(error, NCH_FORMAT, "%s: is not the generator of the model beside it: an ElectraForMaskedLM with tables of the same shape", path);
	nch_free(path);
	nch_free(inner);
	return status;
}

/* The model that config.json describes, with the caller's head and labels if there are any. *row_of: as match_labels has it (release with nch_free),
 * or NULL. */
static nch_status read_config(const char *folder, const nch_model_options *options, nch_model **model, size_t **row_of, nch_error *error)
{
	nch_arena *arena = nch_arena_new(0);
	char **names = nch_alloc(options->label_count + 1, sizeof *names);
	nch_config config, generator;
	nch_status status = arena && names ? nch_model_read_config(folder, arena, &config, error) : nch_no_memory(error);
	if (status == NCH_OK && (*row_of = nch_alloc(config.labels, sizeof **row_of)) == NULL)
		status = nch_no_memory(error);
	if (status == NCH_OK) {
		if (!match_labels(&config, options, *row_of)) {
			nch_free(*row_of);
			*row_of = NULL;
		}
		if (options->labels != NULL) {
			for (size_t i = 0; i < options->label_count; i++)
				names[i] = (char *)(uintptr_t)options->labels[i]; /* copied by nch_model_new */
			config.labels = options->label_count;
			config.label_names = names;
		}
		if (options->pieces > config.vocab_size)
			config.vocab_size = options->pieces;
		if (!options->saved_head)
			config.head = options->head;
		if (options->pair)
			status = read_generator(folder, options, &config, arena, &generator, error);
	}
	if (status == NCH_OK)
		status = nch_model_new_pair(&config, options->pair ? &generator : NULL, model, error);
	nch_free(names);
	nch_arena_free(arena);
	return status;
}

/* A generator's file has the tables once more. */
static nch_status check_tables(opening *o, nch_error *error)
{
	const nch_model *model = o->model;
	const nch_tensor *tables[TABLES] = {model->word, model->position, model->type};
	bool same = true;
	for (size_t i = 0; model->tables != NULL && i < TABLES; i++) {
		const nch_weight *weight = tables[i] ? find_weight(o, tables[i]) : NULL;
		if (weight == NULL || !shape_agrees(tables[i], weight)) {
			same = same && tables[i] == NULL;
			continue;
		}
		float *values = nch_alloc(weight->count, sizeof *values);
		nch_status status = values ? nch_weight_to_float(weight, values, error) : nch_no_memory(error);
		same = same && status == NCH_OK && memcmp(values, tables[i]->data, weight->count * sizeof *values) == 0;
		nch_free(values);
		if (status != NCH_OK)
			return status;
		o->source[model->count + i] = weight;
	}
	if (!same)
		nch_buffer_printf(&o->model->report, "the generator's tables of words, positions and types differ from the discriminator's, which are taken\n");
	return NCH_OK;
}

static nch_status load_all(opening *o, nch_error *error)
{
	nch_model *model = o->model;
	find_prefix(o);
	NCH_TRY(check_tables(o, error));
	for (size_t i = 0; i < nch_model_own_count(model); i++)
		NCH_TRY(load_tensor(o, &model->tensors[i], error));
	return report_unused(o, error);
}

/* The weights of one folder into a model whose memory, if it is not mapped, is there. */
static nch_status load_folder(nch_model *model, const nch_model_options *options, const char *folder, const size_t *row_of, nch_error *error)
{
	opening o = {.model = model, .options = options, .folder = folder, .row_of = row_of, .names = &model->config.family->names,
	             .source_count = model->count + TABLES};
	nch_status status = nch_weights_open(folder, &model->file, error);
	o.file = model->file;
	o.source = nch_alloc(o.source_count, sizeof *o.source);
	if (status == NCH_OK)
		status = o.source ? load_all(&o, error) : nch_no_memory(error);
	nch_free((void *)o.source);
	if (!options->map) {
		nch_weights_close(model->file);
		model->file = NULL;
	}
	return status;
}

static nch_status make_generator(const nch_model *model, const nch_model_options *options, nch_error *error)
{
	nch_model *generator = model->generator;
	for (size_t i = 0; i < generator->count; i++) {
		nch_tensor *tensor = &generator->tensors[i];
		if (options->map)
			NCH_TRY(take_memory(generator, tensor, error));
		tensor->fresh = true;
		nch_tensor_init(generator, tensor, options->seed, NULL);
	}
	nch_buffer_printf(&generator->report, "newly made: the generator (%zu × %zu)\n", generator->config.layers, generator->config.hidden);
	return NCH_OK;
}

static nch_status load_generator(nch_model *model, const nch_model_options *options, const char *folder, nch_error *error)
{
	char *inner;
	NCH_TRY(find_generator(folder, &inner, error));
	nch_status status = inner ? load_folder(model->generator, options, inner, NULL, error) : make_generator(model, options, error);
	nch_free(inner);
	nch_buffer_add(&model->report, model->generator->report.data, model->generator->report.length);
	return status == NCH_OK ? nch_buffer_check(&model->report, error) : status;
}

nch_status nch_model_open(const char *folder, const nch_model_options *options, nch_model **opened, nch_error *error)
{
	nch_model *model = NULL;
	size_t *row_of = NULL;
	nch_folder_view view;
	nch_folder_look(&view, folder);
	nch_status status = read_config(folder, options, &model, &row_of, error);
	if (status == NCH_OK && !options->map)
		status = nch_model_allocate(model, error);
	if (status == NCH_OK)
		status = load_folder(model, options, folder, row_of, error);
	if (status == NCH_OK && options->pair)
		status = load_generator(model, options, folder, error);
	status = nch_folder_end_look(&view, status, error);
	nch_free(row_of);
	if (status != NCH_OK) {
		nch_model_free(model);
		return status;
	}
	*opened = model;
	return NCH_OK;
}
