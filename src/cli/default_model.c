/* default_model.c - where the bundled model lies. */
#include "cli/default_model.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/os.h"
#include "cli/output.h"
#include "ngram/model.h"
#include "train/committee.h"

#ifndef NCH_SHARE
#define NCH_SHARE "/usr/local/share/nunchi" /* the Makefile knows better */
#endif

/* Folders are kept here until the program ends: options point to them. */
static nch_buffer found[4];

/* Also where that cannot be found out for lack of memory, which the buffer then tells: nobody is to look on, and find another model. */
static bool is_model(nch_buffer *folder)
{
	char *config = folder->data != NULL ? nch_path_join(folder->data, "config.json") : NULL;
	bool is = config != NULL && nch_file_exists(config);
	folder->failed = folder->failed || (folder->data != NULL && config == NULL);
	nch_free(config);
	return is || folder->failed;
}

/* up/NAME, where `up` is the folder above that of the program's file (build/nunchi -> . , /usr/bin/nunchi -> /usr). */
static bool beside_program(const char *name, nch_buffer *folder)
{
	char *program = nch_os_program();
	size_t length = program != NULL ? strlen(program) : 0;
	for (int level = 0; level < 2; level++) {
		while (length > 0 && !nch_os_separates(program[length - 1]))
			length--;
		while (length > 0 && nch_os_separates(program[length - 1]))
			length--;
	}
	nch_buffer_clear(folder);
	if (program == NULL && errno == ENOMEM)
		folder->failed = true;
	if (program != NULL)
		nch_buffer_printf(folder, "%.*s/%s", (int)length, program, name);
	nch_os_memory_free(program);
	return is_model(folder);
}

static bool at(const char *path, nch_buffer *folder)
{
	nch_buffer_clear(folder);
	nch_buffer_text(folder, path);
	return is_model(folder);
}

static nch_status find_folder(nch_buffer *folder, nch_error *error)
{
	const char *named = nch_os_environment("NUNCHI_MODEL");
	if (named != NULL && named[0] != '\0')
		return at(named, folder) ? nch_buffer_check(folder, error) : nch_fail(error, NCH_USAGE, "NUNCHI_MODEL is %s, which is no model's folder: it has no config.json", named);
	if (beside_program("data/model", folder) || beside_program("share/nunchi/model", folder) || at("data/model", folder) || at(NCH_SHARE "/model", folder))
		return nch_buffer_check(folder, error);
	return nch_fail(error, NCH_USAGE, "the default model is not there (neither beside the program, nor in data/model, nor in " NCH_SHARE "/model): name one, --model DIR, or set NUNCHI_MODEL");
}

/* The first member that is neither an n-gram model nor a committee. */
static nch_status take_encoder(void *context, const char *member, double weight, nch_error *error)
{
	char **encoder = context;
	(void)weight;
	if (*encoder != NULL || nch_ngram_is(member) || nch_committee_is(member))
		return NCH_OK;
	*encoder = nch_copy_text(member, strlen(member));
	return *encoder != NULL ? NCH_OK : nch_no_memory(error);
}

static nch_status find_encoder(nch_buffer *folder, nch_error *error)
{
	char *member = NULL;
	if (nch_committee_is(folder->data))
		NCH_TRY(nch_committee_members(folder->data, take_encoder, &member, error));
	else if (!nch_ngram_is(folder->data))
		return NCH_OK;
	if (member == NULL)
		return nch_fail(error, NCH_DATA, "%s has no transformer to begin with", folder->data);
	nch_buffer_clear(folder);
	nch_buffer_text(folder, member);
	nch_free(member);
	return nch_buffer_check(folder, error);
}

static nch_status find_part(nch_default_part part, nch_buffer *folder, nch_error *error)
{
	static const char *const names[] = {[NCH_DEFAULT_STORYBOOK] = "storybook", [NCH_DEFAULT_SONGS] = "songs"};
	NCH_TRY(find_folder(folder, error));
	if (part == NCH_DEFAULT_ENCODER)
		return find_encoder(folder, error);
	size_t whole = folder->length;
	if (part == NCH_DEFAULT_EMOTIONS)
		return NCH_OK;
	nch_buffer_printf(folder, "/%s", names[part]);
	if (!is_model(folder))
		folder->data[folder->length = whole] = '\0';
	return nch_buffer_check(folder, error);
}

nch_status nch_default_model(const char *given, nch_default_part part, const char **folder, nch_error *error)
{
	*folder = given;
	if (given != NULL)
		return NCH_OK;
	NCH_TRY(find_part(part, &found[part], error));
	*folder = found[part].data;
	nch_output_note_later("without --model: the default model, %s", *folder);
	return NCH_OK;
}

bool nch_default_is(const char *given)
{
	return given != NULL && strcmp(given, "default") == 0 && !nch_file_is_folder(given);
}

nch_status nch_default_init(const char *given, const char **folder, nch_error *error)
{
	*folder = given;
	if (!nch_default_is(given))
		return NCH_OK;
	NCH_TRY(find_part(NCH_DEFAULT_ENCODER, &found[NCH_DEFAULT_ENCODER], error));
	*folder = found[NCH_DEFAULT_ENCODER].data;
	return NCH_OK;
}
