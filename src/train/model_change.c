/* model_change.c - see model_change.h. */
#include "train/model_change.h"

#include <string.h>

#include "base/file.h"
#include "tokenizer/tokenizer.h"

/* Whether something of this name belongs to the model that lies in its folder, and goes when another one comes. */
static bool belongs(const char *name)
{
	static const char *const names[] = {"config.json", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
	                                    "ngrams.table", "nunchi.json", NCH_RUN_FILE, "self_test.json", "metrics.json", "report.txt", "confusion.svg",
	                                    "README.md", "generator"};
	size_t count;
	const char *const *tokenizers = nch_tokenizer_file_names(&count);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, tokenizers[i]) == 0)
			return true;
	return strncmp(name, NCH_COMMITTEE_MEMBER, strlen(NCH_COMMITTEE_MEMBER)) == 0;
}

nch_status nch_model_change_end(nch_change *change, nch_status written, nch_error *error)
{
	nch_status status = written == NCH_OK ? nch_change_commit(change, belongs, error) : written;
	nch_change_discard(change);
	return status;
}

nch_status nch_model_change(const char *to, nch_status (*write)(void *context, const char *folder, nch_error *error), void *context, nch_error *error)
{
	nch_folder_lock lock = {0};
	nch_change change;
	NCH_TRY(nch_folder_make(to, error));
	NCH_TRY(nch_folder_lock_take(&lock, to, error));
	nch_status status = nch_change_begin(&change, to, error);
	if (status == NCH_OK)
		status = nch_model_change_end(&change, write(context, change.staged, error), error);
	nch_folder_lock_release(&lock);
	return status;
}
