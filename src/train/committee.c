/* committee.c - reading, writing and weighing committees. */
#include "train/committee.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/change.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/os.h"
#include "base/sha256.h"
#include "io/weights.h"
#include "kernels/math.h"
#include "train/model_change.h"

static const char model_type[] = "nunchi-committee";

/* --- opening --- */

enum { CONFIG_LIMIT = 1 << 20 };

static nch_status parse_config(const char *folder, nch_arena *arena, nch_json **root, nch_error *error)
{
	nch_buffer text = {0};
	char *path = nch_folder_file(folder, "config.json");
	nch_status status = path != NULL && arena != NULL ? nch_file_read(path, CONFIG_LIMIT, &text, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_json_parse(text.data != NULL ? text.data : "", text.length, path, arena, root, error);
	nch_buffer_free(&text);
	nch_free(path);
	return status;
}

bool nch_committee_is(const char *folder)
{
	nch_arena *arena = nch_arena_new(0);
	nch_json *root = NULL;
	nch_error ignored;
	bool is = parse_config(folder, arena, &root, &ignored) == NCH_OK && strcmp(nch_json_text(root, "model_type", ""), model_type) == 0;
	nch_arena_free(arena);
	return is;
}

/* A member's folder lies in the committee's own: no way out of it. */
static bool is_plain_name(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL && strchr(name, '\\') == NULL;
}

static nch_status read_members(const char *folder, const nch_json *list, char **folders, double *weights, size_t *count, nch_error *error)
{
	if (list == NULL || list->type != NCH_JSON_ARRAY || list->count == 0 || list->count > NCH_COMMITTEE_MOST)
		return nch_fail(error, NCH_FORMAT, "%s/config.json: a committee has a list \"members\" of 1 to %d", folder, NCH_COMMITTEE_MOST);
	double sum = 0.0;
	for (const nch_json *item = list->first; item != NULL; item = item->next) {
		const char *name = nch_json_text(item, "folder", "");
		double weight = nch_json_number(item, "weight", -1.0);
		if (!is_plain_name(name) || !(weight >= 0.0 && weight <= 1e6))
			return nch_fail(error, NCH_FORMAT, "%s/config.json: member %zu has no \"folder\" within this one, or no \"weight\" from 0 on", folder, *count);
		if ((folders[*count] = nch_folder_file(folder, name)) == NULL)
			return nch_no_memory(error);
		weights[(*count)++] = weight;
		sum += weight;
	}
	for (size_t m = 0; m < *count; m++)
		weights[m] /= sum;
	return sum > 0.0 ? NCH_OK : nch_fail(error, NCH_FORMAT, "%s/config.json: all weights are 0", folder);
}

/* Committees may hold committees, but not without end. */
static nch_status check_depth(const char *folder, size_t depth, nch_error *error)
{
	char *folders[NCH_COMMITTEE_MOST] = {0};
	double weights[NCH_COMMITTEE_MOST];
	size_t count = 0;
	nch_arena *arena = nch_arena_new(0);
	nch_json *root = NULL;
	nch_status status = parse_config(folder, arena, &root, error);
	if (status == NCH_OK && strcmp(nch_json_text(root, "model_type", ""), model_type) == 0) {
		if (depth >= NCH_COMMITTEE_DEPTH)
			status = nch_fail(error, NCH_FORMAT, "%s: committees within committees go %d deep at the most", folder, NCH_COMMITTEE_DEPTH);
		else
			status = read_members(folder, nch_json_get(root, "members"), folders, weights, &count, error);
		for (size_t m = 0; m < count && status == NCH_OK; m++)
			status = check_depth(folders[m], depth + 1, error);
	}
	for (size_t m = 0; m < count; m++)
		nch_free(folders[m]);
	nch_arena_free(arena);
	return status;
}

/* A member that needs more than the text itself would be asked wrongly. */
static nch_status check_members(const nch_ensemble *e, nch_error *error)
{
	for (size_t m = 0; m < e->count; m++)
		if (e->members[m]->settings.target != NCH_TARGET_NONE)
			return nch_fail(error, NCH_DATA, "%s was trained with ⟨target⟩: such models answer by `nunchi ensemble`, but form no committee", e->members[m]->folder);
	return NCH_OK;
}

nch_status nch_committee_open(const char *folder, const nch_predictor_how *how, nch_ensemble **committee, nch_error *error)
{
	char *folders[NCH_COMMITTEE_MOST] = {0};
	double weights[NCH_COMMITTEE_MOST];
	size_t count = 0;
	nch_arena *arena = nch_arena_new(0);
	nch_json *root = NULL;
	nch_ensemble *made = NULL;
	nch_status status = check_depth(folder, 0, error);
	if (status == NCH_OK)
		status = parse_config(folder, arena, &root, error);
	if (status == NCH_OK)
		status = read_members(folder, nch_json_get(root, "members"), folders, weights, &count, error);
	if (status == NCH_OK)
		status = nch_ensemble_open((const char *const *)folders, count, how, &made, error);
	if (status == NCH_OK)
		status = check_members(made, error);
	if (status == NCH_OK && (made->weights = nch_alloc(count, sizeof *weights)) == NULL)
		status = nch_no_memory(error);
	if (status == NCH_OK)
		memcpy(made->weights, weights, count * sizeof *weights);
	for (size_t m = 0; m < count; m++)
		nch_free(folders[m]);
	nch_arena_free(arena);
	if (status != NCH_OK) {
		nch_ensemble_close(made);
		return status;
	}
	*committee = made;
	return NCH_OK;
}

nch_status nch_committee_members(const char *folder, nch_status (*tell)(void *context, const char *member, double weight, nch_error *error),
                                 void *context, nch_error *error)
{
	char *folders[NCH_COMMITTEE_MOST] = {0};
	double weights[NCH_COMMITTEE_MOST];
	size_t count = 0;
	nch_arena *arena = nch_arena_new(0);
	nch_json *root = NULL;
	nch_status status = check_depth(folder, 0, error);
	if (status == NCH_OK)
		status = parse_config(folder, arena, &root, error);
	if (status == NCH_OK)
		status = read_members(folder, nch_json_get(root, "members"), folders, weights, &count, error);
	for (size_t m = 0; m < count && status == NCH_OK; m++)
		status = tell(context, folders[m], weights[m], error);
	for (size_t m = 0; m < count; m++)
		nch_free(folders[m]);
	nch_arena_free(arena);
	return status;
}

static nch_status hash_member(void *context, const char *member, double weight, nch_error *error)
{
	nch_sha256 *hash = context;
	char hex[65];
	if (nch_committee_is(member)) {
		NCH_TRY(nch_committee_fingerprint(member, hex, error));
	} else {
		nch_weights *weights;
		NCH_TRY(nch_weights_open(member, &weights, error));
		nch_weights_fingerprint(weights, hex);
		nch_weights_close(weights);
	}
	nch_sha256_add(hash, hex, 64);
	nch_sha256_add(hash, &weight, sizeof weight);
	return NCH_OK;
}

nch_status nch_committee_fingerprint(const char *folder, char hex[65], nch_error *error)
{
	nch_sha256 hash;
	unsigned char digest[32];
	nch_sha256_start(&hash);
	NCH_TRY(nch_committee_members(folder, hash_member, &hash, error));
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
	return NCH_OK;
}

/* --- saving --- */

/* What a folder holds beside what answers need. */
static bool is_left_out(const char *name)
{
	static const char *const names[] = {"log.jsonl", "metrics.json", "report.txt", "self_test.json", "README.md", "curves.svg", "details.svg", "confusion.svg", "held-out.jsonl", "checkpoint"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return name[0] == '.' || nch_path_has_suffix(name, ".tmp");
}

/* Where a folder's entries are copied to, and how deep in the committee it lies. */
typedef struct copying {
	const char *to;
	size_t depth;
} copying;

static nch_status copy_entry(void *context, const char *name, const char *path, nch_error *error)
{
	const copying *c = context;
	if (is_left_out(name))
		return NCH_OK;
	char *target = nch_path_join(c->to, name);
	nch_status status = target != NULL ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && nch_file_is_regular(path)) {
		status = nch_file_copy(path, target, error);
	} else if (status == NCH_OK && nch_file_is_folder(path) && strncmp(name, NCH_COMMITTEE_MEMBER, strlen(NCH_COMMITTEE_MEMBER)) == 0 &&
	           c->depth < NCH_COMMITTEE_DEPTH) {
		copying inner = {target, c->depth + 1};
		status = nch_folder_make(target, error);
		if (status == NCH_OK)
			status = nch_folder_each(path, copy_entry, &inner, error);
	}
	nch_free(target);
	return status;
}

/* A model's folder as TO/member-M. */
static nch_status copy_member(const char *from, const char *to, size_t member, nch_error *error)
{
	char name[32];
	nch_folder_view view;
	snprintf(name, sizeof name, NCH_COMMITTEE_MEMBER "%zu", member);
	copying c = {.to = nch_path_join(to, name)};
	nch_status status = c.to != NULL ? nch_folder_make(c.to, error) : nch_no_memory(error);
	nch_folder_look(&view, from);
	if (status == NCH_OK)
		status = nch_folder_each(from, copy_entry, &c, error);
	status = nch_folder_end_look(&view, status, error);
	nch_free((void *)c.to);
	return status;
}

static nch_status write_config(const char *folder, const double *weights, size_t count, nch_error *error)
{
	nch_buffer out = {0};
	nch_buffer_printf(&out, "{\n  \"model_type\": \"%s\",\n  \"members\": [", model_type);
	for (size_t m = 0; m < count; m++) {
		nch_buffer_printf(&out, "%s\n    {\"folder\": \"" NCH_COMMITTEE_MEMBER "%zu\", \"weight\": ", m > 0 ? "," : "", m);
		nch_json_write_double(&out, weights[m]);
		nch_buffer_byte(&out, '}');
	}
	nch_buffer_text(&out, "\n  ]\n}\n");
	nch_status status = nch_folder_write(folder, "config.json", &out, error);
	nch_buffer_free(&out);
	return status;
}

static nch_status write_settings(const char *folder, const nch_ensemble *e, const double *weights, nch_error *error)
{
	nch_settings settings = nch_settings_defaults();
	snprintf(settings.loss, sizeof settings.loss, "%s", nch_loss_name(e->multi_label ? NCH_LOSS_BCE : NCH_LOSS_CE));
	settings.label_objects = e->members[0]->settings.label_objects;
	if (e->multi_label) {
		settings.threshold_count = e->labels;
		if ((settings.thresholds = nch_alloc(e->labels, sizeof *settings.thresholds)) == NULL)
			return nch_no_memory(error);
		for (size_t c = 0; c < e->labels; c++) {
			double mean = 0.0;
			for (size_t m = 0; m < e->count; m++)
				mean += weights[m] * (double)e->thresholds[m * e->labels + c];
			settings.thresholds[c] = (float)mean;
		}
	}
	nch_status status = nch_settings_write(&settings, folder, error);
	nch_settings_free(&settings);
	return status;
}

static nch_status check_target(const char *folder, bool overwrite, nch_error *error)
{
	char *config = nch_folder_file(folder, "config.json");
	if (config == NULL)
		return nch_no_memory(error);
	bool there = nch_file_exists(config);
	nch_free(config);
	if (there && !(overwrite && nch_committee_is(folder)))
		return nch_fail(error, NCH_USAGE, "%s holds a model already: choose another folder%s", folder, nch_committee_is(folder) ? ", or ⟨overwrite⟩" : "");
	return NCH_OK;
}

typedef struct saving {
	const char *const *folders;
	const nch_ensemble *ensemble;
	const double *weights;
} saving;

static nch_status write_committee(void *context, const char *to, nch_error *error)
{
	const saving *s = context;
	for (size_t m = 0; m < s->ensemble->count; m++)
		NCH_TRY(copy_member(s->folders[m], to, m, error));
	NCH_TRY(write_settings(to, s->ensemble, s->weights, error));
	return write_config(to, s->weights, s->ensemble->count, error);
}

nch_status nch_committee_save(const char *const *folders, const nch_ensemble *e, const double *given, bool overwrite, const char *folder,
                              nch_error *error)
{
	double weights[NCH_COMMITTEE_MOST], sum = 0.0;
	if (e->count > NCH_COMMITTEE_MOST)
		return nch_fail(error, NCH_USAGE, "a committee has at most %d members", NCH_COMMITTEE_MOST);
	for (size_t m = 0; m < e->count; m++)
		sum += given[m];
	if (!(sum > 0.0 && isfinite(sum)))
		return nch_fail(error, NCH_USAGE, "the weights of a committee are numbers from 0 on, not all of them 0");
	for (size_t m = 0; m < e->count; m++)
		weights[m] = given[m] / sum;
	NCH_TRY(check_members(e, error));
	NCH_TRY(check_target(folder, overwrite, error));
	saving s = {folders, e, weights};
	return nch_model_change(folder, write_committee, &s, error);
}

/* --- weighing --- */

/* The probability that a member gives to what is true of a cell (several labels) or row. */
static double of_truth(const nch_jury *j, size_t member, size_t row, size_t label)
{
	const float *scores = j->scores[member] + row * j->labels;
	double p = j->goals == NULL ? (double)scores[j->label[row]] : j->goals[row * j->labels + label] > 0.5f ? (double)scores[label] : 1.0 - (double)scores[label];
	return p > 1e-12 ? p : 1e-12; /* a member that is wholly sure and wrong is not the end of the world */
}

static size_t cells_of_row(const nch_jury *j) { return j->goals == NULL ? 1 : j->labels; }

double nch_committee_loss(const nch_jury *j, const double *weights)
{
	double loss = 0.0;
	for (size_t i = 0; i < j->rows; i++)
		for (size_t c = 0; c < cells_of_row(j); c++) {
			double p = 0.0;
			for (size_t m = 0; m < j->count; m++)
				p += weights[m] * of_truth(j, m, i, c);
			loss -= nch_log(p);
		}
	return loss / ((double)j->rows * (double)cells_of_row(j));
}

/* One round: each member's share of the responsibility for what came true. */
static void reweigh(const nch_jury *j, double *weights, double *shares)
{
	memset(shares, 0, j->count * sizeof *shares);
	for (size_t i = 0; i < j->rows; i++)
		for (size_t c = 0; c < cells_of_row(j); c++) {
			double p = 0.0;
			for (size_t m = 0; m < j->count; m++)
				p += weights[m] * of_truth(j, m, i, c);
			for (size_t m = 0; m < j->count; m++)
				shares[m] += weights[m] * of_truth(j, m, i, c) / p;
		}
	for (size_t m = 0; m < j->count; m++)
		weights[m] = shares[m] / ((double)j->rows * (double)cells_of_row(j));
}

nch_status nch_committee_fit(const nch_jury *j, double *weights, nch_error *error)
{
	double *shares = nch_alloc(j->count, 2 * sizeof *shares), *before = shares + j->count, moved = 1.0;
	if (shares == NULL)
		return nch_no_memory(error);
	for (size_t m = 0; m < j->count; m++)
		weights[m] = 1.0 / (double)j->count;
	for (int round = 0; round < 5000 && moved > 1e-9; round++) {
		memcpy(before, weights, j->count * sizeof *weights);
		reweigh(j, weights, shares);
		moved = 0.0;
		for (size_t m = 0; m < j->count; m++)
			moved = fabs(weights[m] - before[m]) > moved ? fabs(weights[m] - before[m]) : moved;
	}
	nch_free(shares);
	return NCH_OK;
}
