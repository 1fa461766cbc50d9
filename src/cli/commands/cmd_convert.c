/* cmd_convert.c - `nunchi convert`: a model folder with its weights in another format or type. */
#include <stdlib.h>
#include <string.h>

#include "base/change.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/os.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/output.h"
#include "io/weights.h"
#include "ngram/model.h"
#include "nn/model.h"
#include "tokenizer/tokenizer.h"
#include "train/committee.h"
#include "train/model_change.h"
#include "train/self_test.h"

/* The types, as their choices have them; the last one is more than a type. */
enum { TO_F32, TO_F16, TO_BF16, TO_BYTES };
static const nch_dtype types[] = {[TO_F32] = NCH_F32, [TO_F16] = NCH_F16, [TO_BF16] = NCH_BF16};

typedef struct convert_call {
	const char *from, *to;
	bool torch;
	unsigned type;
	size_t threads;
} convert_call;

static const nch_option own_options[] = {
	{"from", NCH_SET_TEXT(convert_call, from), .argument = "DIR", .help = "model folder: config.json, model.safetensors or pytorch_model.bin, tokenizer", .required = true},
	{"to", NCH_SET_TEXT(convert_call, to), .argument = "DIR", .help = "folder to write", .required = true},
	{"format", NCH_SET_WHETHER(convert_call, torch, "torch"), .choices = "safetensors|torch", .otherwise = "safetensors", .help = "model.safetensors, or pytorch_model.bin"},
	{"type", NCH_SET_CHOICE(convert_call, type), .choices = "f32|f16|bf16|int8", .otherwise = "f32",
	 .help = "of the weights; narrower ones are rounded to nearest; int8: bytes, a scale a row, and computed so"},
	{0}};
static const nch_option_group own_group = {"Options", own_options};
static const nch_option_group *const groups[] = {&own_group, NULL};

static bool ends(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);
	return length >= tail && strcmp(name + length - tail, suffix) == 0;
}

/* Weights in any format, and what belongs to how they came about. */
static bool is_left_out(const char *name)
{
	static const char *const endings[] = {".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".h5", ".msgpack", ".onnx", ".pt", ".pth",
	                                      ".tmp"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (ends(name, endings[i]))
			return true;
	return name[0] == '.' || strcmp(name, "self_test.json") == 0;
}

static nch_status copy_one(void *context, const char *name, const char *path, nch_error *error)
{
	if (is_left_out(name) || !nch_file_is_regular(path))
		return NCH_OK;
	char *target = nch_path_join(context, name);
	nch_status status = target != NULL ? nch_file_copy(path, target, error) : nch_no_memory(error);
	nch_free(target);
	return status;
}

static bool same_folder(const char *a, const char *b)
{
	nch_os_about x, y;
	return nch_os_look(a, &x) && nch_os_look(b, &y) && x.volume == y.volume && x.number == y.number;
}

static nch_status write_weights(const nch_weights *weights, const char *to, bool torch, nch_dtype type, nch_error *error)
{
	size_t count = nch_weights_count(weights);
	char *path = nch_path_join(to, torch ? "pytorch_model.bin" : "model.safetensors");
	nch_weight *list = nch_alloc(count, sizeof *list);
	nch_status status = path != NULL && list != NULL ? NCH_OK : nch_no_memory(error);
	size_t kept = 0;
	for (size_t i = 0; status == NCH_OK && i < count; i++)
		if (!nch_weights_at(weights, i)->is_scales) /* bytes become floats, and need them no longer */
			list[kept++] = *nch_weights_at(weights, i);
	count = kept;
	if (status == NCH_OK)
		status = torch ? nch_weights_write_torch(path, list, count, type, error) : nch_weights_write_as(path, list, count, type, error);
	nch_free(list);
	nch_free(path);
	return status;
}

/* Only what the model needs to answer, its linear layers and tables as bytes; what else the folder's file has is told and left out. */
static nch_status write_bytes(const char *from, const char *to, nch_error *error)
{
	const nch_model_options options = {.saved_head = true, .map = true, .int8 = true};
	nch_model *model = NULL;
	NCH_TRY(nch_model_open(from, &options, &model, error));
	nch_status status = nch_model_save_bytes(model, to, error);
	for (const char *line = model->report.data, *end; status == NCH_OK && line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1)
		nch_output_warning("%s: %.*s", from, (int)(end - line), line);
	nch_model_free(model);
	return status;
}

static nch_status write_as(const char *from, const char *to, bool torch, nch_dtype type, nch_error *error)
{
	nch_weights *weights = NULL;
	NCH_TRY(nch_weights_open(from, &weights, error));
	nch_status status = write_weights(weights, to, torch, type, error);
	nch_weights_close(weights);
	return status;
}

/* The tokenizer as train writes it: where it is a SentencePiece model or a vocabulary alone, what transformers needs beside that. A folder without a
 * tokenizer that can be read keeps what it has. */
static nch_status complete_tokenizer(const char *folder, nch_error *error)
{
	nch_tokenizer *tokenizer = NULL;
	nch_error why;
	nch_status status = nch_tokenizer_load(folder, &tokenizer, &why);
	if (status != NCH_OK)
		return status == NCH_MEMORY ? nch_no_memory(error) : NCH_OK;
	status = nch_tokenizer_save(tokenizer, folder, error);
	nch_tokenizer_free(tokenizer);
	return status;
}

/* Everything else in the folder goes along: config.json, nunchi.json, the tokenizer's files, README.md … */
static nch_status write_model(void *context, const char *to, nch_error *error)
{
	const convert_call *call = context;
	const char *from = call->from;
	bool tested = false;
	nch_folder_view view;
	nch_folder_look(&view, from);
	nch_status status = nch_folder_each(from, copy_one, (void *)to, error);
	if (status == NCH_OK)
		status = complete_tokenizer(to, error);
	if (status == NCH_OK)
		status = call->type == TO_BYTES ? write_bytes(from, to, error) : write_as(from, to, call->torch, types[call->type], error);
	if (status == NCH_OK)
		status = nch_folder_has(from, "self_test.json", &tested, error);
	status = nch_folder_end_look(&view, status, error);
	if (status == NCH_OK && tested)
		status = nch_self_test_write(to, call->threads, NULL, error);
	return status;
}

/* Before anything is touched. */
static nch_status check_from(const char *from, bool bytes, nch_error *error)
{
	nch_weights *weights = NULL;
	if (!nch_file_is_folder(from)) /* one without config.json, weights alone, will do */
		return nch_model_check_folder(from, error);
	if (bytes && (nch_ngram_is(from) || nch_committee_is(from)))
		return nch_fail(error, NCH_USAGE, "%s: --type int8 is for transformers: an n-gram model has no layers, and a committee's members are converted one by one", from);
	if (bytes) /* config.json says which tensors may be bytes */
		NCH_TRY(nch_model_check_folder(from, error));
	NCH_TRY(nch_weights_open(from, &weights, error));
	nch_weights_close(weights);
	return NCH_OK;
}

static nch_status run_convert(const nch_options *options, nch_error *error)
{
	convert_call call = {.threads = nch_common_of(options).threads};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	if (call.type == TO_BYTES && call.torch)
		return nch_fail(error, NCH_USAGE, "--type int8 is written as safetensors only");
	if (same_folder(call.from, call.to))
		return nch_fail(error, NCH_USAGE, "--from and --to are the same folder; write to a new one");
	NCH_TRY(check_from(call.from, call.type == TO_BYTES, error));
	return nch_model_change(call.to, write_model, &call, error);
}

const nch_command nch_command_convert = {
	.name = "convert",
	.summary = "a model folder with its weights in another format or type",
	.usage = "--from DIR --to DIR [--format safetensors|torch] [--type f32|f16|bf16|int8]",
	.details = "Tensors keep their names; whole numbers keep their type; all other files of the folder are copied, but a self-test\n"
	           "(nunchi inspect --verify) is made anew.\n"
	           "pytorch_model.bin is read without running anything that is in it, so this is also how one makes a doubtful file safe.",
	.groups = groups,
	.run = run_convert,
};
