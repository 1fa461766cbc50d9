/* settings.c - reading and writing nunchi.json. */
#include "train/settings.h"

#include <stdio.h>
#include <string.h>

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

nch_status nch_settings_read(const char *folder, nch_settings *settings, nch_error *error)
{
	*settings = nch_settings_defaults();
	char *path = nch_path_join(folder, "nunchi.json");
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
			copy_text(settings->loss, sizeof settings->loss, json, "loss");
			copy_text(settings->recipe, sizeof settings->recipe, json, "recipe");
			copy_text(settings->data_digest, sizeof settings->data_digest, json, "data_sha256");
			copy_text(settings->freeze, sizeof settings->freeze, json, "freeze");
			settings->layer_decay = nch_json_number(json, "layer_decay", 1.0);
		}
	}
	nch_buffer_free(&text);
	nch_arena_free(arena);
	nch_free(path);
	return status;
}

static void write_member(nch_buffer *out, const char *name, const char *value)
{
	nch_buffer_printf(out, "  \"%s\": ", name);
	nch_json_write_text(out, value, strlen(value));
	nch_buffer_text(out, ",\n");
}

nch_status nch_settings_write(const nch_settings *settings, const char *folder, nch_error *error)
{
	nch_buffer out = {0};
	nch_buffer_text(&out, "{\n");
	nch_buffer_printf(&out, "  \"max_len\": %zu,\n", settings->max_len);
	write_member(&out, "long", settings->long_texts);
	write_member(&out, "cleansing", settings->cleansing);
	write_member(&out, "loss", settings->loss);
	write_member(&out, "recipe", settings->recipe);
	write_member(&out, "data_sha256", settings->data_digest);
	write_member(&out, "freeze", settings->freeze);
	nch_buffer_printf(&out, "  \"seed\": %llu,\n  \"layer_decay\": ", settings->seed);
	nch_json_write_double(&out, settings->layer_decay);
	nch_buffer_text(&out, ",\n  \"threshold\": ");
	nch_json_write_double(&out, settings->threshold);
	nch_buffer_text(&out, "\n}\n");
	char *path = nch_path_join(folder, "nunchi.json");
	nch_status status = path ? nch_buffer_check(&out, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_file_write(path, out.data, out.length, error);
	nch_free(path);
	nch_buffer_free(&out);
	return status;
}
