/* run_folder.c - see run_folder.h. */
#include "train/run_folder.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/os.h"
#include "train/checkpoint.h"
#include "train/model_change.h"
#include "train/run_identity.h"

/* --- whose it is --- */

#define RUN_FILE NCH_RUN_FILE

/* Of the model that lies there; empty where nobody signed it. NCH_MEMORY: it cannot be found out. */
static nch_status read_signature(const char *out, nch_buffer *identity, nch_error *error)
{
	nch_error why;
	nch_buffer text = {0};
	nch_json *json = NULL;
	nch_arena *arena = nch_arena_new(0);
	char *path = nch_folder_file(out, RUN_FILE);
	nch_status status = arena != NULL && path != NULL ? NCH_OK : NCH_MEMORY;
	bool there = status == NCH_OK && nch_file_exists(path);
	if (there)
		status = nch_file_read(path, (size_t)16 << 20, &text, &why);
	if (there && status == NCH_OK)
		status = nch_json_parse(text.data ? text.data : "", text.length, path, arena, &json, &why);
	if (there && status == NCH_OK)
		nch_identity_read(nch_json_get(json, "run"), identity);
	nch_buffer_free(&text);
	nch_arena_free(arena);
	nch_free(path);
	return status == NCH_MEMORY || identity->failed ? nch_no_memory(error) : NCH_OK;
}

/* The run, with its end. */
static void write_signature(const nch_train_options *training, nch_buffer *out)
{
	nch_buffer_text(out, training->identity ? training->identity : "");
	nch_identity_rates(out, training);
}

nch_status nch_run_folder_sign(const char *path, const nch_train_options *training, nch_error *error)
{
	nch_buffer signature = {0}, out = {0};
	write_signature(training, &signature);
	nch_status status = nch_buffer_check(&signature, error);
	if (status == NCH_OK) {
		nch_buffer_text(&out, "{\"run\": ");
		nch_identity_write(&out, signature.data);
		nch_buffer_text(&out, "}\n");
		status = nch_folder_write(path, RUN_FILE, &out, error);
	}
	nch_buffer_free(&signature);
	nch_buffer_free(&out);
	return status;
}

nch_status nch_run_folder_commit(nch_change *change, nch_status written, const nch_train_options *training, nch_error *error)
{
	return nch_model_change_end(change, written == NCH_OK ? nch_run_folder_sign(change->staged, training, error) : written, error);
}

static nch_status holds_model(const char *out, bool *holds, nch_error *error)
{
	static const char *const names[] = {"config.json", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"};
	*holds = false;
	for (size_t i = 0; i < sizeof names / sizeof *names && !*holds; i++)
		NCH_TRY(nch_folder_has(out, names[i], holds, error));
	return NCH_OK;
}

bool nch_run_folder_is_done(const char *out, const nch_train_options *training)
{
	static const char *const names[] = {"config.json", "model.safetensors", "nunchi.json", "metrics.json", "report.txt", "curves.svg", "README.md", "self_test.json"};
	nch_buffer there = {0}, here = {0};
	write_signature(training, &here);
	bool done = read_signature(out, &there, NULL) == NCH_OK && there.data != NULL && here.data != NULL && strcmp(there.data, here.data) == 0;
	for (size_t i = 0; done && i < sizeof names / sizeof *names; i++)
		done = nch_folder_has(out, names[i], &done, NULL) == NCH_OK && done;
	nch_buffer_free(&there);
	nch_buffer_free(&here);
	return done;
}

/* `there` is the identity of the `what` that the folder holds. */
static nch_status refuse_other(const char *out, const char *what, const char *identity, const nch_buffer *there, nch_error *error)
{
	nch_buffer difference = {0};
	if (there->data != NULL && strcmp(there->data, identity) == 0)
		return NCH_OK;
	if (there->data != NULL)
		nch_identity_difference(identity, there->data, &difference);
	nch_status status = nch_fail(error, NCH_DATA, "%s holds %s already%s%s%s; give another ⟨out⟩, or ⟨overwrite⟩ to replace it", out, what,
	                             difference.data ? ", of another run (" : "", difference.data ? difference.data : "", difference.data ? ")" : "");
	nch_buffer_free(&difference);
	return status;
}

static nch_status check_owner(const char *out, const nch_train_options *training, nch_error *error)
{
	const char *identity = training->identity ? training->identity : "";
	nch_buffer model = {0}, checkpoint = {0}, signature = {0};
	bool has_checkpoint = false, has_model = false;
	write_signature(training, &signature);
	nch_status status = nch_buffer_check(&signature, error);
	if (status == NCH_OK)
		status = nch_checkpoint_exists(out, &has_checkpoint, &checkpoint, error);
	if (status == NCH_OK)
		status = holds_model(out, &has_model, error);
	if (status == NCH_OK)
		status = read_signature(out, &model, error);
	bool afresh = !training->resume || !has_checkpoint;
	if (status == NCH_OK && afresh && !training->overwrite && has_model)
		status = refuse_other(out, "a model", signature.data, &model, error);
	if (status == NCH_OK && afresh && !training->overwrite && has_checkpoint && checkpoint.data != NULL)
		status = refuse_other(out, "a checkpoint", identity, &checkpoint, error);
	if (status == NCH_OK && !afresh && checkpoint.data != NULL && strcmp(checkpoint.data, identity) != 0)
		status = nch_checkpoint_refuse(out, identity, checkpoint.data, error);
	nch_buffer_free(&model);
	nch_buffer_free(&checkpoint);
	nch_buffer_free(&signature);
	return status;
}

void nch_run_folder_close(nch_run_folder *folder)
{
	nch_folder_lock_release(&folder->lock);
}

nch_status nch_run_folder_open(nch_run_folder *folder, const nch_train_options *training, nch_error *error)
{
	const char *out = training->out;
	*folder = (nch_run_folder){0};
	if (out == NULL)
		return NCH_OK;
	NCH_TRY(nch_folder_make(out, error));
	NCH_TRY(nch_folder_lock_take(&folder->lock, out, error));
	nch_status status = check_owner(out, training, error);
	if (status != NCH_OK)
		nch_run_folder_close(folder);
	return status;
}
