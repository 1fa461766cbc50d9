/* checkpoint.c - writing and reading OUT/checkpoint. */
#include "train/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/os.h"
#include "base/sha256.h"
#include "io/weights.h"
#include "train/run_identity.h"

#define LARGE 9007199254740992.0 /* whole numbers below it are exact */

/* --- weights and moments: a tensor for each of the model's, for each kind of values --- */

static size_t tensor_count(const nch_checkpoint *c)
{
	size_t count = 0;
	for (size_t k = 0; k < c->count; k++)
		count += c->values[k].model->count;
	return count;
}

static nch_status save_tensors(const char *path, const nch_checkpoint *c, nch_error *error)
{
	nch_weight *list = nch_alloc(tensor_count(c), sizeof *list);
	nch_arena *arena = nch_arena_new(0);
	size_t count = 0;
	nch_status status = list && arena ? NCH_OK : nch_no_memory(error);
	for (size_t k = 0; k < c->count; k++)
		for (size_t i = 0; i < c->values[k].model->count && status == NCH_OK; i++) {
			const nch_checkpoint_values *v = &c->values[k];
			const nch_tensor *t = &v->model->tensors[i];
			char name[300];
			snprintf(name, sizeof name, "%s/%s", v->kind, t->name);
			nch_weight *w = &list[count++];
			*w = (nch_weight){.name = nch_arena_text(arena, name, strlen(name)), .type = NCH_F32, .rank = 1, .count = t->rows * t->columns,
			                  .data = v->values + nch_model_offset(v->model, t)};
			w->shape[0] = w->count;
			if (w->name == NULL)
				status = nch_no_memory(error);
		}
	if (status == NCH_OK)
		status = nch_weights_write(path, list, count, error);
	nch_free(list);
	nch_arena_free(arena);
	return status;
}

static nch_status load_tensors(const char *path, const nch_checkpoint *c, nch_error *error)
{
	nch_weights *file = NULL;
	NCH_TRY(nch_weights_open(path, &file, error));
	nch_status status = NCH_OK;
	for (size_t k = 0; k < c->count && status == NCH_OK; k++)
		for (size_t i = 0; i < c->values[k].model->count && status == NCH_OK; i++) {
			const nch_checkpoint_values *v = &c->values[k];
			const nch_tensor *t = &v->model->tensors[i];
			char name[300];
			snprintf(name, sizeof name, "%s/%s", v->kind, t->name);
			const nch_weight *w = nch_weights_find(file, name);
			if (w == NULL || w->count != t->rows * t->columns)
				status = nch_fail(error, NCH_FORMAT, "%s: not a checkpoint of this model (%s); remove the checkpoint folder to start afresh", path, name);
			else
				status = nch_weight_to_float(w, v->values + nch_model_offset(v->model, t), error);
		}
	nch_weights_close(file);
	return status;
}

/* --- the state --- */

static void real(nch_buffer *out, const char *name, double value)
{
	nch_buffer_printf(out, "\"%s\": ", name);
	nch_json_write_double(out, value);
	nch_buffer_text(out, ",\n");
}

static void write_epoch(nch_buffer *out, const nch_epoch_record *r)
{
	const nch_replaced_scores *s = &r->replaced;
	const double numbers[] = {r->train_loss, r->train_accuracy, r->valid.loss, r->valid.accuracy, r->valid.macro_f1, r->valid.micro_f1,
	                          r->seconds, r->has_replaced, s->mlm_loss, s->mlm_accuracy, s->rtd_loss, s->precision, s->recall};
	nch_buffer_printf(out, "[%zu, %d, %d", r->epoch, r->has_valid, r->best);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		nch_buffer_text(out, ", ");
		nch_json_write_double(out, numbers[i]);
	}
	nch_buffer_text(out, "]");
}

static void write_schedule(nch_buffer *out, const nch_schedule *s)
{
	nch_buffer_printf(out, "\"schedule\": \"%s\",\n\"total\": %llu,\n", nch_schedule_names[s->kind], (unsigned long long)s->total);
	real(out, "lr", s->lr);
	real(out, "warmup", s->warmup);
	real(out, "decay", s->decay);
}

/* The last member: the SHA-256 of all bytes before it. */
#define SEAL "\"sha256\": \""
#define SEAL_END "\"\n}\n"

static void hash_text(const char *text, size_t length, char hex[65])
{
	nch_sha256 hash;
	unsigned char digest[32];
	nch_sha256_start(&hash);
	nch_sha256_add(&hash, text, length);
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
}

static void seal(nch_buffer *out)
{
	char hex[65];
	if (out->failed)
		return;
	hash_text(out->data, out->length, hex);
	nch_buffer_printf(out, SEAL "%s" SEAL_END, hex);
}

static bool is_sealed(const nch_buffer *text)
{
	size_t tail = strlen(SEAL) + 64 + strlen(SEAL_END), begin = text->length >= tail ? text->length - tail : 0;
	char hex[65];
	if (text->length < tail || memcmp(text->data + begin, SEAL, strlen(SEAL)) != 0)
		return false;
	hash_text(text->data, begin, hex);
	return memcmp(text->data + begin + strlen(SEAL), hex, 64) == 0;
}

static void write_state(nch_buffer *out, const nch_run_state *s, uint64_t steps, const char *file, const char *digest, const char *identity)
{
	nch_buffer_printf(out, "{\n\"file\": \"%s\",\n\"file_sha256\": \"%s\",\n\"run\": ", file, digest);
	nch_identity_write(out, identity);
	nch_buffer_printf(out, ",\n\"steps\": %llu,\n\"epoch\": %zu,\n\"done\": %zu,\n\"correct\": %zu,\n\"seen\": %zu,\n",
	                  (unsigned long long)steps, s->epoch, s->done, s->correct, s->seen);
	real(out, "loss_sum", s->loss_sum);
	real(out, "seconds", s->seconds);
	real(out, "first_loss", s->first_loss);
	nch_buffer_printf(out, "\"exploded\": %s,\n", s->exploded ? "true" : "false");
	nch_buffer_printf(out, "\"has_best\": %s,\n", s->has_best ? "true" : "false");
	real(out, "best_value", s->best_value);
	nch_buffer_printf(out, "\"best_sha256\": \"%s\",\n", s->best);
	nch_buffer_printf(out, "\"best_epoch\": %zu,\n\"since_best\": %zu,\n\"log_bytes\": %zu,\n\"stable\": %llu,\n", s->best_epoch, s->since_best,
	                  s->log_bytes, (unsigned long long)s->stable);
	write_schedule(out, &s->schedule);
	nch_buffer_text(out, "\"epochs\": [");
	for (size_t i = 0; i < s->epoch_count; i++) {
		nch_buffer_text(out, i ? ",\n" : "\n");
		write_epoch(out, &s->epochs[i]);
	}
	nch_buffer_text(out, "],\n");
	seal(out);
}

/* A member that is a whole number from 0 to `most`; one that is not sets *good to false. */
static size_t whole(const nch_json *json, const char *name, double most, bool *good)
{
	double value = nch_json_number(json, name, -1.0);
	if (!(value >= 0.0 && value <= most && value < LARGE) || value != (double)(size_t)value) {
		*good = false;
		return 0;
	}
	return (size_t)value;
}

/* A number that is finite; of `null`, which stands for one that was not, 0. */
static double finite(const nch_json *json, const char *name, bool *good)
{
	const nch_json *member = nch_json_get(json, name);
	double value = nch_json_number(json, name, 0.0);
	if (member == NULL || (member->type != NCH_JSON_NUMBER && member->type != NCH_JSON_NULL) || !(value - value == 0.0))
		*good = false;
	return value;
}

/* All but the epochs' records. Whether the numbers fit together, as those of a run with so many steps an epoch do. */
static bool read_numbers(const nch_json *json, size_t steps, uint64_t *taken, nch_run_state *s)
{
	bool good = true;
	const nch_json *epochs = nch_json_get(json, "epochs");
	size_t count = epochs != NULL && epochs->type == NCH_JSON_ARRAY ? epochs->count : SIZE_MAX;
	s->epoch = whole(json, "epoch", LARGE, &good);
	s->done = whole(json, "done", (double)steps, &good);
	*taken = whole(json, "steps", LARGE, &good);
	s->seen = whole(json, "seen", LARGE, &good);
	s->correct = whole(json, "correct", LARGE, &good);
	s->loss_sum = finite(json, "loss_sum", &good);
	s->seconds = finite(json, "seconds", &good);
	s->first_loss = finite(json, "first_loss", &good);
	s->exploded = nch_json_bool(json, "exploded", false);
	s->has_best = nch_json_bool(json, "has_best", false);
	snprintf(s->best, sizeof s->best, "%s", nch_json_text(json, "best_sha256", ""));
	s->best_value = finite(json, "best_value", &good);
	s->best_epoch = whole(json, "best_epoch", LARGE, &good);
	s->since_best = whole(json, "since_best", LARGE, &good);
	s->log_bytes = whole(json, "log_bytes", LARGE, &good);
	s->stable = whole(json, "stable", LARGE, &good);
	return good && count != SIZE_MAX && s->epoch == count + 1 && *taken == (uint64_t)count * steps + s->done && s->has_best == (count > 0) &&
	       s->best_epoch + s->since_best == count && (s->best_epoch > 0) == s->has_best && s->stable <= *taken;
}

static bool read_epoch(const nch_json *json, size_t epoch, nch_epoch_record *r)
{
	double n[16] = {0};
	size_t count = 0;
	for (const nch_json *item = json->first; item != NULL && count < sizeof n / sizeof *n; item = item->next)
		n[count++] = item->type == NCH_JSON_NUMBER ? item->number : 0.0;
	*r = (nch_epoch_record){.epoch = epoch, .has_valid = n[1] != 0.0, .best = n[2] != 0.0, .train_loss = n[3], .train_accuracy = n[4],
	                        .valid = {n[5], n[6], n[7], n[8]}, .seconds = n[9], .has_replaced = n[10] != 0.0,
	                        .replaced = {n[11], n[12], n[13], n[14], n[15]}};
	return json->count == sizeof n / sizeof *n && n[0] == (double)epoch;
}

static bool read_epochs(const nch_json *json, nch_run_state *s)
{
	bool good = true;
	s->epoch_count = 0;
	for (const nch_json *item = nch_json_get(json, "epochs")->first; item != NULL; item = item->next, s->epoch_count++)
		good = read_epoch(item, s->epoch_count + 1, &s->epochs[s->epoch_count]) && good;
	return good;
}

/* --- the folder --- */

/* The best model's weights, a discriminator's generator among them: in OUT, and what a kept copy is called behind "step-N.". */
static const char *const best_files[][2] = {{"model.safetensors", "best.safetensors"}, {"generator/model.safetensors", "best-generator.safetensors"}};
enum { BEST_FILES = sizeof best_files / sizeof *best_files };

/* "step-00000012.json", "step-00000012.safetensors" and "step-00000012.best.safetensors" are of step 12; false for any other name. */
static bool step_of(const char *name, uint64_t *step)
{
	uint64_t value = 0;
	if (strncmp(name, "step-", 5) != 0)
		return false;
	const char *at = name + 5;
	for (; *at >= '0' && *at <= '9' && at < name + 22; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	*step = value;
	bool known = strcmp(at, ".json") == 0 || strcmp(at, ".safetensors") == 0;
	for (size_t i = 0; i < BEST_FILES; i++)
		known = known || (*at == '.' && strcmp(at + 1, best_files[i][1]) == 0);
	return at > name + 5 && known;
}

/* The largest step below `limit` that a file of the folder is of; 0: none. */
static uint64_t step_before(const char *folder, uint64_t limit)
{
	uint64_t step, best = 0;
	nch_os_folder *stream = nch_os_folder_open(folder);
	for (const char *name; stream != NULL && (name = nch_os_folder_next(stream)) != NULL;)
		if (step_of(name, &step) && step < limit && step > best)
			best = step;
	nch_os_folder_close(stream);
	return best;
}

/* Removes the files of steps before `oldest`, but for those of `stable`, and after `newest`: the latter were left by a run that went back to an older
 * checkpoint. */
static nch_status remove_others(const char *folder, uint64_t oldest, uint64_t newest, uint64_t stable, nch_error *error)
{
	uint64_t step;
	nch_status status = NCH_OK;
	nch_os_folder *stream = nch_os_folder_open(folder);
	if (stream == NULL && nch_file_is_folder(folder))
		return nch_fail(error, NCH_IO, "%s: cannot be read, and may hold checkpoints of before", folder);
	for (const char *name; status == NCH_OK && stream != NULL && (name = nch_os_folder_next(stream)) != NULL;) {
		if (!step_of(name, &step) || (step >= oldest && step <= newest) || step == stable)
			continue;
		char *path = nch_path_join(folder, name);
		if (path != NULL)
			nch_os_remove(path);
		else
			status = nch_no_memory(error);
		nch_free(path);
	}
	nch_os_folder_close(stream);
	return status;
}

/* FOLDER/step-N.ENDING in allocated memory; NULL without memory. */
static char *step_path(const char *folder, uint64_t step, const char *ending)
{
	char name[64];
	snprintf(name, sizeof name, "step-%08llu.%s", (unsigned long long)step, ending);
	return nch_path_join(folder, name);
}

/* The best model, from OUT to the folder of checkpoints, or back. What is not there is not copied. */
static nch_status copy_best(const char *out, const char *folder, uint64_t step, bool back, nch_error *error)
{
	nch_status status = NCH_OK;
	for (size_t i = 0; i < BEST_FILES && status == NCH_OK; i++) {
		char *model = nch_path_join(out, best_files[i][0]), *kept = step_path(folder, step, best_files[i][1]);
		if (model == NULL || kept == NULL)
			status = nch_no_memory(error);
		else if (nch_file_exists(back ? kept : model))
			status = nch_file_copy(back ? kept : model, back ? model : kept, error);
		nch_free(model);
		nch_free(kept);
	}
	return status;
}

nch_status nch_checkpoint_take_best(const char *out, uint64_t step, nch_error *error)
{
	char *folder = nch_path_join(out, "checkpoint");
	nch_status status = folder ? copy_best(out, folder, step, true, error) : nch_no_memory(error);
	nch_free(folder);
	return status;
}

static nch_status hash_piece(void *hash, const void *bytes, size_t length, nch_error *error)
{
	(void)error;
	nch_sha256_add(hash, bytes, length);
	return NCH_OK;
}

static nch_status hash_file(const char *path, char hex[65], nch_error *error)
{
	nch_sha256 hash;
	unsigned char digest[32];
	nch_sha256_start(&hash);
	NCH_TRY(nch_file_each_piece(path, hash_piece, &hash, error));
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
	return NCH_OK;
}

nch_status nch_checkpoint_save(const nch_checkpoint *c, nch_error *error)
{
	nch_buffer text = {0};
	const nch_run_state *state = c->state;
	uint64_t steps = *c->taken, oldest = steps;
	char digest[65];
	char *folder = nch_path_join(c->out, "checkpoint");
	char *file = folder ? step_path(folder, steps, "safetensors") : NULL, *own = folder ? step_path(folder, steps, "json") : NULL;
	char *newest = folder ? nch_path_join(folder, "state.json") : NULL;
	nch_status status = file && own && newest ? nch_folder_make(folder, error) : nch_no_memory(error);
	if (status == NCH_OK) {
		nch_folder_sweep(folder);
		status = save_tensors(file, c, error);
	}
	if (status == NCH_OK)
		status = hash_file(file, digest, error);
	if (status == NCH_OK) {
		write_state(&text, state, steps, nch_path_name(file), digest, c->identity);
		status = nch_buffer_check(&text, error);
	}
	if (status == NCH_OK && state->stable == steps && state->has_best)
		status = copy_best(c->out, folder, steps, false, error);
	if (status == NCH_OK && (c->keep > 1 || state->stable == steps))
		status = nch_file_write(own, text.data, text.length, error);
	if (status == NCH_OK)
		status = nch_file_write(newest, text.data, text.length, error);
	if (status == NCH_OK) {
		for (size_t i = 1; i < c->keep && oldest > 0; i++)
			oldest = step_before(folder, oldest);
		status = remove_others(folder, oldest, steps, state->stable, error);
	}
	nch_buffer_free(&text);
	nch_free(folder);
	nch_free(file);
	nch_free(own);
	nch_free(newest);
	return status;
}

/* --- loading --- */

nch_status nch_checkpoint_refuse(const char *out, const char *here, const char *there, nch_error *error)
{
	nch_buffer difference = {0};
	nch_identity_difference(here, there, &difference);
	nch_status status = nch_fail(error, NCH_DATA, "%s/checkpoint is of a run with other data or options (%s); use the same, or another ⟨out⟩", out,
	                             difference.data ? difference.data : "");
	nch_buffer_free(&difference);
	return status;
}

static nch_status check_identity(const nch_json *json, const nch_checkpoint *c, nch_error *error)
{
	nch_buffer there = {0};
	nch_identity_read(nch_json_get(json, "run"), &there);
	nch_status status = nch_buffer_check(&there, error);
	if (status == NCH_OK && strcmp(there.data ? there.data : "", c->identity) != 0)
		status = nch_checkpoint_refuse(c->out, c->identity, there.data ? there.data : "", error);
	nch_buffer_free(&there);
	return status;
}

/* Whether the steps of this checkpoint had the rates of `wanted`. */
static nch_status check_rates(const char *folder, const nch_json *json, const nch_schedule *wanted, uint64_t steps, nch_error *error)
{
	bool good = true;
	nch_schedule had = {.lr = finite(json, "lr", &good), .warmup = finite(json, "warmup", &good), .decay = finite(json, "decay", &good),
	                    .from_one = wanted->from_one, .total = whole(json, "total", LARGE, &good)};
	if (!nch_schedule_find(nch_json_text(json, "schedule", ""), &had.kind) || !good || steps > had.total)
		return nch_fail(error, NCH_FORMAT, "%s/state.json: names no schedule that had these steps", folder);
	uint64_t same = nch_schedule_agree(&had, wanted, steps);
	if (same == steps)
		return NCH_OK;
	if (same == wanted->total)
		return nch_fail(error, NCH_DATA, "%s: this run has done %llu steps already, and is to have %llu; give more ⟨epochs⟩, or another ⟨out⟩", folder,
		                (unsigned long long)steps, (unsigned long long)same);
	return nch_fail(error, NCH_DATA, "%s: step %llu of this run had the learning rate %.9g, and would have %.9g with these options; a run can get other ⟨epochs⟩ "
	                "where the rates of the steps that are done stay the same (⟨schedule⟩ constant or wsd, ⟨warmup⟩ in steps)", folder,
	                (unsigned long long)same + 1, nch_schedule_rate(&had, same), nch_schedule_rate(wanted, same));
}

static nch_status load_state(const char *folder, const char *path, const nch_json *json, const nch_checkpoint *c, bool *other_rates, nch_error *error)
{
	const char *name = nch_json_text(json, "file", "");
	nch_run_state state = *c->state;
	uint64_t taken;
	NCH_TRY(check_identity(json, c, error));
	bool good = read_numbers(json, c->steps, &taken, &state);
	nch_status rates = good ? check_rates(folder, json, &c->state->schedule, taken, error) : NCH_OK;
	*other_rates = rates == NCH_DATA;
	NCH_TRY(rates);
	if (!good || state.epoch > c->epochs + 1 || !read_epochs(json, &state))
		return nch_fail(error, NCH_FORMAT, "%s: its numbers are not those of a run of %zu steps an epoch; remove the checkpoint folder to start afresh", path, c->steps);
	if (*name == '\0' || strchr(name, '/') != NULL)
		return nch_fail(error, NCH_FORMAT, "%s: names no checkpoint file", path);
	char *file = nch_path_join(folder, name);
	char digest[65];
	nch_status status = file ? hash_file(file, digest, error) : nch_no_memory(error);
	if (status == NCH_OK && strcmp(digest, nch_json_text(json, "file_sha256", "")) != 0)
		status = nch_fail(error, NCH_FORMAT, "%s: is damaged: its bytes are not those that were written", file);
	if (status == NCH_OK)
		status = load_tensors(file, c, error);
	nch_free(file);
	if (status == NCH_OK) {
		*c->taken = taken;
		*c->state = state;
	}
	return status;
}

/* A state file as JSON in the arena. */
static nch_status read_json(const char *path, nch_arena *arena, nch_json **json, nch_error *error)
{
	nch_buffer text = {0};
	nch_status status = nch_file_read(path, (size_t)16 << 20, &text, error);
	if (status == NCH_OK && !is_sealed(&text))
		status = nch_fail(error, NCH_FORMAT, "%s: is damaged: its bytes are not those that were written", path);
	const char *kept = status == NCH_OK ? nch_arena_text(arena, text.data ? text.data : "", text.length) : NULL;
	if (status == NCH_OK)
		status = kept ? nch_json_parse(kept, text.length, path, arena, json, error) : nch_no_memory(error);
	nch_buffer_free(&text);
	return status;
}

/* The checkpoint that the state file `path` describes. */
static nch_status load_one(const char *folder, const char *path, const nch_checkpoint *c, bool *other_rates, nch_error *error)
{
	nch_arena *arena = nch_arena_new(0);
	nch_json *json = NULL;
	*other_rates = false;
	nch_status status = arena ? read_json(path, arena, &json, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = load_state(folder, path, json, c, other_rates, error);
	nch_arena_free(arena);
	return status;
}

nch_status nch_checkpoint_load(const nch_checkpoint *c, bool *found, nch_error *passed, nch_error *error)
{
	char *folder = nch_path_join(c->out, "checkpoint"), *path = folder ? nch_path_join(folder, "state.json") : NULL;
	nch_status status = path ? NCH_OK : nch_no_memory(error);
	bool other_rates = false;
	passed->status = NCH_OK;
	*found = status == NCH_OK && nch_file_exists(path);
	if (*found)
		status = load_one(folder, path, c, &other_rates, error);
	nch_free(path);
	for (uint64_t step = UINT64_MAX; status == NCH_FORMAT || status == NCH_IO || other_rates;) {
		nch_error older;
		if (passed->status == NCH_OK)
			*passed = *error;
		step = step_before(folder, step);
		path = step > 0 ? step_path(folder, step, "json") : NULL;
		if (path == NULL) {
			*error = *passed;
			break;
		}
		if (nch_file_exists(path))
			status = load_one(folder, path, c, &other_rates, &older);
		if (status != NCH_OK && status != NCH_FORMAT && status != NCH_IO && !other_rates)
			*error = older;
		nch_free(path);
	}
	nch_free(folder);
	return status;
}

nch_status nch_checkpoint_exists(const char *out, bool *exists, nch_buffer *identity, nch_error *error)
{
	nch_error why;
	nch_json *json = NULL;
	nch_arena *arena = nch_arena_new(0);
	char *path = nch_path_join(out, "checkpoint/state.json");
	nch_status status = path != NULL && arena != NULL ? NCH_OK : NCH_MEMORY, read = NCH_OK;
	*exists = status == NCH_OK && nch_file_exists(path);
	if (*exists)
		read = read_json(path, arena, &json, &why);
	if (*exists && read == NCH_OK)
		nch_identity_read(nch_json_get(json, "run"), identity);
	nch_free(path);
	nch_arena_free(arena);
	return status == NCH_MEMORY || read == NCH_MEMORY || identity->failed ? nch_no_memory(error) : NCH_OK;
}

nch_status nch_checkpoint_remove(const char *out, nch_error *error)
{
	char *folder = nch_path_join(out, "checkpoint"), *state = folder ? nch_path_join(folder, "state.json") : NULL;
	nch_status status = state ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		nch_os_remove(state);
		nch_folder_sweep(folder);
		status = remove_others(folder, UINT64_MAX, 0, UINT64_MAX, error);
		nch_os_remove_folder(folder); /* what else lies in it is somebody's own, and stays */
	}
	nch_free(state);
	nch_free(folder);
	return status;
}
