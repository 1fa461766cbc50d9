/* A model's folder under all the names that tensors have had: heads dropped and made anew, old names, other prefixes, other types, shards. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "io/weights.h"
#include "nn/family.h"
#include "nn/funnel.h"
#include "nn/model.h"
#include "test.h"

static nch_error error;
static char folder[] = "/tmp/nunchi-open-XXXXXX";
static char *label_names[] = {"공포", "놀람", "분노"};
static const char *const labels[] = {"공포", "놀람", "분노"}, *const other_labels[] = {"가", "나"};

static nch_model *make(const nch_family *family, nch_head head)
{
	nch_funnel_config funnel = {.blocks = 2, .sizes = {1, 1}, .repeats = {1, 1}, .head_width = 5, .queries_only = true};
	nch_config config = {.family = family, .head = head, .vocab_size = 20, .hidden = 12, .layers = 2, .heads = 3, .feed_forward = 16, .embedding = 12,
	                     .max_positions = 10, .types = family->defaults.types > 0 ? 2 : 0, .norm_epsilon = 1e-12f, .init_range = 0.02f,
	                     .labels = 3, .label_names = label_names};
	if (family == &nch_electra || family == &nch_albert)
		config.embedding = 8;
	config.own = family == &nch_funnel ? &funnel : family->defaults.own;
	if (family == &nch_modernbert)
		config.heads = 2;
	nch_model *model = NULL;
	if (nch_model_new(&config, &model, &error) != NCH_OK || nch_model_init(model, 7, NULL, &error) != NCH_OK) {
		printf("  %s\n", error.text);
		exit(1);
	}
	for (size_t t = 0; t < model->count; t++) /* so that no two tensors, and no biases, are alike */
		for (size_t i = 0; i < model->tensors[t].rows * model->tensors[t].columns; i++)
			model->tensors[t].data[i] += (float)(t + 1) / 64.0f + (float)(i % 7) / 1024.0f;
	return model;
}

static void in_folder(const char *name, char path[256])
{
	snprintf(path, 256, "%s/%s", folder, name);
}

static void empty_folder(void)
{
	static const char *const files[] = {"config.json", "model.safetensors", "pytorch_model.bin", "model.safetensors.index.json", "a.safetensors", "b.safetensors"};
	char path[256];
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		in_folder(files[i], path);
		unlink(path);
	}
}

/* The tensors of `model` as file tensors; `rename` (or NULL) gives each another name, or NULL to leave it out. */
typedef const char *rename_function(const char *name, char out[256]);

static size_t as_weights(const nch_model *model, rename_function *rename, nch_weight *weights, char names[][256])
{
	size_t count = 0;
	for (size_t t = 0; t < model->count; t++) {
		const nch_tensor *tensor = &model->tensors[t];
		const char *name = rename ? rename(tensor->name, names[count]) : tensor->name;
		if (name == NULL)
			continue;
		weights[count] = (nch_weight){.name = name, .type = NCH_F32, .rank = tensor->rank, .count = tensor->rows * tensor->columns, .data = tensor->data};
		nch_tensor_shape(tensor, weights[count++].shape);
	}
	return count;
}

/* Writes the folder with these names, and further tensors. */
static void write_folder(const nch_model *model, rename_function *rename, const nch_weight *more, size_t more_count)
{
	static nch_weight weights[100];
	static char names[100][256];
	char path[256];
	empty_folder();
	in_folder("config.json", path);
	CHECK(nch_config_write(&model->config, path, &error) == NCH_OK);
	size_t count = as_weights(model, rename, weights, names);
	for (size_t i = 0; i < more_count; i++)
		weights[count++] = more[i];
	in_folder("model.safetensors", path);
	CHECK(nch_weights_write(path, weights, count, &error) == NCH_OK);
}

static nch_model *open_with(const nch_model_options *options)
{
	nch_model *opened = NULL;
	if (nch_model_open(folder, options, &opened, &error) != NCH_OK)
		printf("  %s\n", error.text);
	CHECK(opened != NULL);
	if (opened == NULL)
		exit(1);
	return opened;
}

static const char *report(const nch_model *model)
{
	return model->report.data ? model->report.data : "";
}

/* Whether both have this encoder, value for value; and the head too. */
static bool same_tensors(const nch_model *a, const nch_model *b, bool head)
{
	size_t count = head ? a->count : a->head_begin;
	for (size_t t = 0; t < count; t++) {
		const nch_tensor *x = &a->tensors[t], *y = nch_model_find(b, x->name);
		if (y == NULL || memcmp(x->data, y->data, x->rows * x->columns * sizeof *x->data) != 0)
			return false;
	}
	return true;
}

static const nch_model_options mapped = {.map = true}, copied = {0};

TEST(opens_as_it_was_saved)
{
	static const nch_family *const families[] = {&nch_bert, &nch_roberta, &nch_electra, &nch_distilbert, &nch_albert, &nch_funnel, &nch_modernbert, &nch_deberta};
	for (size_t f = 0; f < sizeof families / sizeof *families; f++)
		for (int head = 0; head < (families[f] == &nch_funnel ? 1 : 2); head++) {
			nch_model *model = make(families[f], head ? NCH_HEAD_MLM : NCH_HEAD_CLASSIFIER);
			char saved[65], again[65];
			empty_folder();
			if (families[f] == &nch_roberta)
				model->config.position_offset = 1;
			CHECK(nch_model_save(model, folder, saved, &error) == NCH_OK);
			for (int map = 0; map < 2; map++) {
				nch_model *opened = open_with(&(nch_model_options){.saved_head = true, .map = map});
				nch_model_fingerprint(opened, again, NULL);
				CHECK_TEXT(again, saved);
				CHECK_TEXT(report(opened), "");
				CHECK(opened->config.head == model->config.head);
				nch_model_free(opened);
			}
			nch_model_free(model);
		}
}

TEST(another_head_is_made_and_the_folders_dropped)
{
	nch_model *mlm = make(&nch_bert, NCH_HEAD_MLM);
	write_folder(mlm, NULL, NULL, 0);
	nch_model *opened = open_with(&(nch_model_options){.labels = labels, .label_count = 3, .seed = 5});
	CHECK(same_tensors(mlm, opened, false) && opened->config.head == NCH_HEAD_CLASSIFIER && opened->config.labels == 3);
	CHECK_TEXT(report(opened), "newly made: bert.pooler.dense.weight\nnewly made: bert.pooler.dense.bias\nnewly made: classifier.weight\n"
	                           "newly made: classifier.bias\ndropped: the masked-LM head (5 tensors)\n");
	CHECK(nch_model_find(opened, "classifier.weight")->fresh && !opened->word->fresh);
	nch_model_free(opened);
	nch_model_free(mlm);

	nch_model *classifier = make(&nch_electra, NCH_HEAD_CLASSIFIER);
	write_folder(classifier, NULL, NULL, 0);
	opened = open_with(&(nch_model_options){.head = NCH_HEAD_MLM, .seed = 5});
	CHECK(same_tensors(classifier, opened, false) && opened->config.head == NCH_HEAD_MLM && opened->mlm_bias->columns == 20);
	CHECK(strstr(report(opened), "newly made: generator_lm_head.bias\n") && strstr(report(opened), "dropped: the classifier (4 tensors)\n"));
	nch_model_free(opened);
	nch_model_free(classifier);
}

/* The same labels in another order: the classifier's rows move, and nothing is made anew. */
TEST(labels_in_another_order_move_the_rows)
{
	static const char *const turned[] = {"분노", "공포", "놀람"};
	nch_model *saved = make(&nch_bert, NCH_HEAD_CLASSIFIER);
	write_folder(saved, NULL, NULL, 0);
	nch_model *opened = open_with(&(nch_model_options){.labels = turned, .label_count = 3});
	CHECK(opened != NULL && opened->report.length == 0);
	for (size_t i = 0; opened != NULL && i < 3; i++) {
		size_t from = (i + 2) % 3, width = saved->classifier_weight->columns;
		CHECK(memcmp(opened->classifier_weight->data + i * width, saved->classifier_weight->data + from * width, width * sizeof(float)) == 0);
		CHECK(opened->classifier_bias->data[i] == saved->classifier_bias->data[from]);
		CHECK_TEXT(opened->config.label_names[i], turned[i]);
	}
	nch_model_free(opened);
	nch_model_free(saved);
}

TEST(other_labels_make_another_head)
{
	nch_model *model = make(&nch_bert, NCH_HEAD_CLASSIFIER);
	write_folder(model, NULL, NULL, 0);
	nch_model *opened = open_with(&(nch_model_options){.labels = other_labels, .label_count = 2});
	CHECK_TEXT(report(opened), "newly made: classifier.weight (the folder's is for other labels)\nnewly made: classifier.bias (the folder's is for other labels)\n");
	CHECK(memcmp(opened->pool_weight->data, model->pool_weight->data, 12 * 12 * sizeof(float)) == 0);
	nch_model_free(opened);
	opened = open_with(&(nch_model_options){.labels = labels, .label_count = 3});
	CHECK(same_tensors(model, opened, true) && report(opened)[0] == '\0');
	nch_model_free(opened);
	nch_model_free(model);
}

/* As KoBERT's own release has it: no prefix, gamma and beta; and only what a BertModel has. */
static const char *as_kobert(const char *name, char out[256])
{
	if (strncmp(name, "bert.", 5) != 0)
		return NULL;
	strcpy(out, name + 5);
	char *norm = strstr(out, "LayerNorm.");
	if (norm != NULL)
		strcpy(norm + 10, strcmp(norm + 10, "weight") == 0 ? "gamma" : "beta");
	return out;
}

static const char *wrapped(const char *name, char out[256])
{
	snprintf(out, 256, "model.%s", name);
	return out;
}

static const char *as_roberta(const char *name, char out[256]) /* an encoder that another family's prefix was left on */
{
	if (strncmp(name, "bert.", 5) == 0)
		snprintf(out, 256, "roberta.%s", name + 5);
	else
		strcpy(out, name);
	return out;
}

TEST(old_names_and_other_prefixes)
{
	nch_model *model = make(&nch_bert, NCH_HEAD_CLASSIFIER);
	static const float positions[10];
	const nch_weight old = {.name = "embeddings.position_ids", .type = NCH_F32, .rank = 2, .shape = {1, 10}, .count = 10, .data = positions};
	for (int map = 0; map < 2; map++) {
		write_folder(model, as_kobert, &old, 1);
		nch_model *opened = open_with(map ? &mapped : &copied);
		CHECK(same_tensors(model, opened, false));
		CHECK(memcmp(opened->pool_bias->data, model->pool_bias->data, 12 * sizeof(float)) == 0);
		CHECK_TEXT(report(opened), "newly made: classifier.weight\nnewly made: classifier.bias\n");
		nch_model_free(opened);
		write_folder(model, wrapped, NULL, 0);
		opened = open_with(map ? &mapped : &copied);
		CHECK(same_tensors(model, opened, true) && report(opened)[0] == '\0');
		nch_model_free(opened);
		write_folder(model, as_roberta, NULL, 0);
		opened = open_with(map ? &mapped : &copied);
		CHECK(same_tensors(model, opened, true) && report(opened)[0] == '\0');
		nch_model_free(opened);
	}
	nch_model_free(model);
}

/* What BertForPreTraining leaves: the masked-LM head with its decoder, the next-sentence head; and something that nobody knows. */
TEST(heads_of_pretraining)
{
	nch_model *mlm = make(&nch_bert, NCH_HEAD_MLM);
	const nch_tensor *word = mlm->word;
	static const float zeros[64];
	float *changed = nch_alloc(word->rows * word->columns, sizeof *changed);
	nch_weight more[] = {
		{.name = "cls.predictions.decoder.weight", .type = NCH_F32, .rank = 2, .shape = {20, 12}, .count = 240, .data = word->data},
		{.name = "cls.predictions.decoder.bias", .type = NCH_F32, .rank = 1, .shape = {20}, .count = 20, .data = mlm->mlm_bias->data},
		{.name = "cls.seq_relationship.weight", .type = NCH_F32, .rank = 2, .shape = {2, 12}, .count = 24, .data = zeros},
		{.name = "cls.seq_relationship.bias", .type = NCH_F32, .rank = 1, .shape = {2}, .count = 2, .data = zeros},
		{.name = "gate", .type = NCH_F32, .rank = 1, .shape = {2}, .count = 2, .data = zeros},
	};
	write_folder(mlm, NULL, more, 5);
	nch_model *opened = open_with(&(nch_model_options){.head = NCH_HEAD_MLM});
	CHECK(same_tensors(mlm, opened, true));
	CHECK_TEXT(report(opened), "dropped: the next-sentence head (2 tensors)\nnot used: 1 tensor (gate)\n");
	nch_model_free(opened);
	opened = open_with(&(nch_model_options){.labels = labels, .label_count = 3});
	CHECK(strstr(report(opened), "dropped: the masked-LM head (7 tensors)\ndropped: the next-sentence head (2 tensors)\nnot used: 1 tensor (gate)\n") != NULL);
	nch_model_free(opened);
	/* a decoder that is not the word table */
	memcpy(changed, word->data, 240 * sizeof *changed);
	changed[100] += 1.0f;
	more[0].data = changed;
	write_folder(mlm, NULL, more, 2);
	opened = NULL;
	CHECK(nch_model_open(folder, &(nch_model_options){.head = NCH_HEAD_MLM}, &opened, &error) == NCH_FORMAT && opened == NULL);
	CHECK(strstr(error.text, "cls.predictions.decoder.weight differs") != NULL);
	nch_free(changed);
	nch_model_free(mlm);
}

/* In half precision, mapped or not, and in shards: the values are those of the file, exactly. */
TEST(types_and_shards)
{
	static nch_weight weights[100];
	static const nch_dtype types[] = {NCH_F16, NCH_BF16};
	nch_model *model = make(&nch_bert, NCH_HEAD_CLASSIFIER);
	char path[256];
	size_t count = as_weights(model, NULL, weights, NULL);
	for (size_t i = 0; i < 2; i++)
		for (int torch = 0; torch < 2; torch++) {
			empty_folder();
			in_folder("config.json", path);
			CHECK(nch_config_write(&model->config, path, &error) == NCH_OK);
			in_folder(torch ? "pytorch_model.bin" : "model.safetensors", path);
			CHECK((torch ? nch_weights_write_torch : nch_weights_write_as)(path, weights, count, types[i], &error) == NCH_OK);
			nch_model *first = open_with(&mapped), *second = open_with(&copied);
			CHECK(same_tensors(first, second, true));
			for (size_t t = 0; t < model->count; t++)
				for (size_t e = 0; e < model->tensors[t].rows * model->tensors[t].columns; e++) {
					double exact = model->tensors[t].data[e], read = second->tensors[t].data[e];
					CHECK_CLOSE(read, exact, fabs(exact) * (i == 0 ? 0x1p-11 : 0x1p-8) + 1e-7);
				}
			nch_model_free(first);
			nch_model_free(second);
		}
	nch_buffer index = {0};
	nch_buffer_text(&index, "{\"metadata\":{\"total_size\":1},\"weight_map\":{");
	for (size_t i = 0; i < count; i++)
		nch_buffer_printf(&index, "%s\"%s\":\"%s\"", i ? "," : "", weights[i].name, i < count / 2 ? "a.safetensors" : "b.safetensors");
	nch_buffer_text(&index, "}}");
	empty_folder();
	in_folder("config.json", path);
	CHECK(nch_config_write(&model->config, path, &error) == NCH_OK);
	in_folder("a.safetensors", path);
	CHECK(nch_weights_write(path, weights, count / 2, &error) == NCH_OK);
	in_folder("b.safetensors", path);
	CHECK(nch_weights_write(path, weights + count / 2, count - count / 2, &error) == NCH_OK);
	in_folder("model.safetensors.index.json", path);
	CHECK(nch_file_write(path, index.data, index.length, &error) == NCH_OK);
	nch_buffer_free(&index);
	nch_model *opened = open_with(&mapped);
	CHECK(same_tensors(model, opened, true) && report(opened)[0] == '\0');
	nch_model_free(opened);
	nch_model_free(model);
}

TEST(what_is_missing_or_has_another_shape_is_named)
{
	nch_model *model = make(&nch_albert, NCH_HEAD_CLASSIFIER), *opened = NULL;
	char path[256];
	write_folder(model, NULL, NULL, 0);
	model->config.feed_forward = 17;
	in_folder("config.json", path);
	CHECK(nch_config_write(&model->config, path, &error) == NCH_OK);
	CHECK(nch_model_open(folder, &mapped, &opened, &error) == NCH_FORMAT && strstr(error.text, "ffn.weight has not the shape") != NULL);
	model->config.feed_forward = 16;
	model->config.family = &nch_bert;
	model->config.embedding = 12;
	CHECK(nch_config_write(&model->config, path, &error) == NCH_OK);
	CHECK(nch_model_open(folder, &mapped, &opened, &error) == NCH_FORMAT && strstr(error.text, "bert.embeddings.word_embeddings.weight has not the shape") != NULL);
	model->config.family = &nch_funnel;
	model->config.own = &(nch_funnel_config){.blocks = 1, .sizes = {2}, .repeats = {1}, .head_width = 4};
	CHECK(nch_config_write(&model->config, path, &error) == NCH_OK);
	CHECK(nch_model_open(folder, &(nch_model_options){.head = NCH_HEAD_MLM}, &opened, &error) == NCH_FORMAT && strstr(error.text, "no masked-LM head"));
	unlink(path);
	CHECK(nch_model_open(folder, &mapped, &opened, &error) == NCH_IO && opened == NULL);
	nch_model_free(model);
}

TEST(every_allocation_may_fail)
{
	nch_model *model = make(&nch_bert, NCH_HEAD_MLM), *opened = NULL;
	nch_status status = NCH_MEMORY;
	write_folder(model, NULL, NULL, 0);
	for (size_t n = 1; status == NCH_MEMORY && n < 2000; n++) {
		nch_alloc_fail_after(n);
		status = nch_model_open(folder, &(nch_model_options){.labels = labels, .label_count = 3, .map = n % 2}, &opened, &error);
		nch_alloc_fail_after(0);
	}
	CHECK(status == NCH_OK);
	nch_model_free(opened);
	nch_model_free(model);
}

int main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	RUN(opens_as_it_was_saved);
	RUN(another_head_is_made_and_the_folders_dropped);
	RUN(other_labels_make_another_head);
	RUN(labels_in_another_order_move_the_rows);
	RUN(old_names_and_other_prefixes);
	RUN(heads_of_pretraining);
	RUN(types_and_shards);
	RUN(what_is_missing_or_has_another_shape_is_named);
	RUN(every_allocation_may_fail);
	empty_folder();
	rmdir(folder);
	return test_end();
}
