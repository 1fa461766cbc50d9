/* settings.c - reading and writing nunchi.json. */
#include "train/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/change.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

static void copy_text(char *to, size_t room, const nch_json *object, const char *name)
{
	snprintf(to, room, "%s", nch_json_text(object, name, ""));
}

nch_settings nch_settings_defaults(void)
{
	return (nch_settings){.threshold = 0.5, .layer_decay = 1.0, .long_texts = "cut"};
}

/* "thresholds": [.5, .3]: one a label; "temperatures": [1.6], one or one a label; "biases": [-.1, .2], one a label. Every number of the list must lie
 * from least to most. */
static nch_status read_numbers(const nch_json *list, const char *what, double least, double most, float **numbers, size_t *count, nch_error *error)
{
	if (list == NULL || list->type != NCH_JSON_ARRAY || list->count == 0)
		return NCH_OK;
	if ((*numbers = nch_alloc(list->count, sizeof **numbers)) == NULL)
		return nch_no_memory(error);
	for (const nch_json *item = list->first; item != NULL; item = item->next) {
		if (item->type != NCH_JSON_NUMBER || !(item->number >= least && item->number <= most))
			return nch_fail(error, NCH_FORMAT, "nunchi.json: a %s is not a number from %g to %g", what, least, most);
		(*numbers)[(*count)++] = (float)item->number;
	}
	return NCH_OK;
}

static void read_loss(nch_settings *settings, const nch_json *json)
{
	nch_loss_kind kind;
	copy_text(settings->loss, sizeof settings->loss, json, "loss");
	if (!nch_loss_find(settings->loss, &kind))
		return;
	nch_loss_shape *s = &settings->shape;
	*s = nch_loss_shape_default(kind);
	s->focal_alpha = nch_json_number(json, "focal_alpha", s->focal_alpha);
	s->focal_gamma = nch_json_number(json, "focal_gamma", s->focal_gamma);
	s->gamma_neg = nch_json_number(json, "asl_gamma_neg", s->gamma_neg);
	s->gamma_pos = nch_json_number(json, "asl_gamma_pos", s->gamma_pos);
	s->clip = nch_json_number(json, "asl_clip", s->clip);
}

nch_status nch_settings_read(const char *folder, nch_settings *settings, nch_error *error)
{
	*settings = nch_settings_defaults();
	char *path = nch_folder_file(folder, "nunchi.json");
	nch_arena *arena = nch_arena_new(0);
	nch_buffer text = {0};
	nch_json *json = NULL;
	nch_status status = path && arena ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && nch_file_exists(path)) {
		status = nch_file_read(path, (size_t)1 << 20, &text, error);
		if (status == NCH_OK)
			status = nch_json_parse(text.data ? text.data : "", text.length, path, arena, &json, error);
		if (status == NCH_OK) {
			double max_len = nch_json_number(json, "max_len", 0.0), seed = nch_json_number(json, "seed", 0.0);
			settings->max_len = max_len >= 3.0 && max_len < 1e9 ? (size_t)max_len : 0;
			settings->seed = seed >= 0.0 && seed < 9e15 ? (unsigned long long)seed : 0;
			settings->threshold = nch_json_number(json, "threshold", 0.5);
			copy_text(settings->cleansing, sizeof settings->cleansing, json, "cleansing");
			snprintf(settings->long_texts, sizeof settings->long_texts, "%s", nch_json_text(json, "long", "cut"));
			copy_text(settings->freeze, sizeof settings->freeze, json, "freeze");
			settings->layer_decay = nch_json_number(json, "layer_decay", 1.0);
			read_loss(settings, json);
			nch_target_mode_find(nch_json_text(json, "target", "none"), &settings->target);
			settings->label_objects = nch_json_bool(json, "label_objects", false);
			copy_text(settings->recipe, sizeof settings->recipe, json, "recipe");
			copy_text(settings->data_digest, sizeof settings->data_digest, json, "data_sha256");
			status = read_numbers(nch_json_get(json, "thresholds"), "threshold", 0.0, 1.0, &settings->thresholds, &settings->threshold_count, error);
			if (status == NCH_OK)
				status = read_numbers(nch_json_get(json, "temperatures"), "temperature", 1e-3, 1e3, &settings->temperatures, &settings->temperature_count, error);
			if (status == NCH_OK)
				status = read_numbers(nch_json_get(json, "biases"), "bias", -1e3, 1e3, &settings->biases, &settings->bias_count, error);
		}
	}
	nch_buffer_free(&text);
	nch_arena_free(arena);
	nch_free(path);
	if (status != NCH_OK)
		nch_settings_free(settings);
	return status;
}

void nch_settings_free(nch_settings *settings)
{
	nch_free(settings->thresholds);
	nch_free(settings->temperatures);
	nch_free(settings->biases);
	settings->thresholds = settings->temperatures = settings->biases = NULL;
	settings->threshold_count = settings->temperature_count = settings->bias_count = 0;
}

static void write_number(nch_buffer *out, const char *name, double value)
{
	nch_buffer_printf(out, "  \"%s\": ", name);
	nch_json_write_double(out, value);
	nch_buffer_text(out, ",\n");
}

static void write_loss(nch_buffer *out, const nch_settings *settings)
{
	nch_loss_kind kind;
	const nch_loss_shape *s = &settings->shape;
	if (!nch_loss_find(settings->loss, &kind))
		return;
	if (kind == NCH_LOSS_FOCAL) {
		write_number(out, "focal_alpha", s->focal_alpha);
		write_number(out, "focal_gamma", s->focal_gamma);
	}
	if (kind == NCH_LOSS_ASL || kind == NCH_LOSS_ASL_SINGLE) {
		write_number(out, "asl_gamma_neg", s->gamma_neg);
		write_number(out, "asl_gamma_pos", s->gamma_pos);
	}
	if (kind == NCH_LOSS_ASL)
		write_number(out, "asl_clip", s->clip);
}

static void write_member(nch_buffer *out, const char *name, const char *value)
{
	nch_buffer_printf(out, "  \"%s\": ", name);
	nch_json_write_text(out, value, strlen(value));
	nch_buffer_text(out, ",\n");
}

static void write_numbers(nch_buffer *out, const char *name, const float *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0)
			nch_buffer_printf(out, ",\n  \"%s\": [", name);
		else
			nch_buffer_text(out, ", ");
		nch_json_write_float(out, numbers[i]);
	}
	nch_buffer_text(out, count > 0 ? "]" : "");
}

nch_status nch_settings_write(const nch_settings *settings, const char *folder, nch_error *error)
{
	nch_buffer out = {0};
	nch_buffer_text(&out, "{\n");
	nch_buffer_printf(&out, "  \"max_len\": %zu,\n", settings->max_len);
	write_member(&out, "long", settings->long_texts);
	write_member(&out, "cleansing", settings->cleansing);
	write_member(&out, "target", nch_target_mode_name(settings->target));
	if (settings->label_objects)
		nch_buffer_text(&out, "  \"label_objects\": true,\n");
	write_member(&out, "loss", settings->loss);
	write_loss(&out, settings);
	write_member(&out, "recipe", settings->recipe);
	write_member(&out, "data_sha256", settings->data_digest);
	write_member(&out, "freeze", settings->freeze);
	nch_buffer_printf(&out, "  \"seed\": %llu,\n  \"layer_decay\": ", settings->seed);
	nch_json_write_double(&out, settings->layer_decay);
	nch_buffer_text(&out, ",\n  \"threshold\": ");
	nch_json_write_double(&out, settings->threshold);
	write_numbers(&out, "thresholds", settings->thresholds, settings->threshold_count);
	write_numbers(&out, "temperatures", settings->temperatures, settings->temperature_count);
	write_numbers(&out, "biases", settings->biases, settings->bias_count);
	nch_buffer_text(&out, "\n}\n");
	nch_status status = nch_folder_write(folder, "nunchi.json", &out, error);
	nch_buffer_free(&out);
	return status;
}
