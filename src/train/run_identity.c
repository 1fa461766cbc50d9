/* run_identity.c - see run_identity.h. */
#include "nn/family.h"
#include "train/run_identity.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/sha256.h"

/* --- writing --- */

void nch_identity_number(nch_buffer *out, const char *name, double value)
{
	nch_buffer_printf(out, "%s ", name);
	nch_json_write_double(out, value);
	nch_buffer_byte(out, '\n');
}

void nch_identity_text(nch_buffer *out, const char *name, const char *value)
{
	nch_buffer_printf(out, "%s ", name);
	nch_json_write_text(out, value, strlen(value));
	nch_buffer_byte(out, '\n');
}

#define DIGEST "sha256:" /* a value that tells people nothing */

static void add_digest(nch_buffer *out, const char *name, nch_sha256 *hash)
{
	unsigned char digest[32];
	char hex[65];
	nch_sha256_finish(hash, digest);
	nch_sha256_hex(digest, hex);
	nch_buffer_printf(out, "%s " DIGEST "%s\n", name, hex);
}

static void hash_number(nch_sha256 *hash, uint64_t value)
{
	unsigned char bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(value >> 8 * i);
	nch_sha256_add(hash, bytes, sizeof bytes);
}

void nch_identity_examples(nch_buffer *out, const char *name, const nch_examples *e)
{
	nch_sha256 hash;
	nch_sha256_start(&hash);
	hash_number(&hash, e->rows);
	hash_number(&hash, e->goals != NULL ? e->classes : 0);
	for (size_t i = 0; i < e->rows; i++) {
		size_t length = e->offsets[i + 1] - e->offsets[i];
		hash_number(&hash, length);
		hash_number(&hash, e->first[i]);
		hash_number(&hash, (uint64_t)(int64_t)e->label[i]);
		nch_sha256_add(&hash, e->token + e->offsets[i], length * sizeof *e->token); /* little-endian everywhere, as the weights */
		if (e->goals != NULL)
			nch_sha256_add(&hash, e->goals + i * e->classes, e->classes * sizeof *e->goals);
	}
	add_digest(out, name, &hash);
}

void nch_identity_tokenizer(nch_buffer *out, const nch_tokenizer *tokenizer)
{
	nch_sha256 hash;
	nch_sha256_start(&hash);
	nch_tokenizer_hash(tokenizer, &hash);
	add_digest(out, "tokenizer files", &hash);
}

nch_status nch_identity_model(nch_buffer *out, const nch_model *model, nch_error *error)
{
	nch_sha256 hash;
	nch_sha256_start(&hash);
	for (const nch_model *m = model; m != NULL; m = m->generator) {
		nch_buffer config = {0};
		char weights[65];
		nch_status status = nch_model_fingerprint(m, weights, error);
		if (status == NCH_OK)
			status = nch_config_text(&m->config, &config, error);
		if (status == NCH_OK) {
			nch_sha256_add(&hash, weights, sizeof weights);
			nch_sha256_add(&hash, config.data, config.length);
		}
		nch_buffer_free(&config);
		NCH_TRY(status);
	}
	add_digest(out, "starting weights or config", &hash);
	return NCH_OK;
}

/* As the command writes the lines of its options. */
static void option_text(nch_buffer *out, const char *option, const char *value)
{
	char name[64];
	snprintf(name, sizeof name, "--%s", option);
	nch_identity_text(out, name, value);
}

static void option_number(nch_buffer *out, const char *option, double value)
{
	char name[64];
	snprintf(name, sizeof name, "--%s", option);
	nch_identity_number(out, name, value);
}

/* Whether parts of a batch, added up, have the bits of the whole. */
static bool parts_are_exact(const nch_model *model)
{
	return model->config.head == NCH_HEAD_CLASSIFIER && !model->config.family->parts_differ;
}

void nch_identity_steps(nch_buffer *out, const nch_train_options *training, const nch_model *model)
{
	if (parts_are_exact(model)) {
		nch_identity_number(out, "rows a step", (double)training->batch * (double)training->accumulate);
	} else {
		option_number(out, "batch", (double)training->batch);
		option_number(out, "accumulate", (double)training->accumulate);
	}
	for (size_t i = 0; i < training->part_count; i++) {
		char name[64];
		snprintf(name, sizeof name, "part %zu of the rows, of which an epoch sees", i);
		nch_identity_number(out, name, (double)training->parts[i].taken);
	}
}

void nch_identity_rates(nch_buffer *out, const nch_train_options *training)
{
	const nch_optimizer_options *o = &training->optimizer;
	option_number(out, "epochs", (double)training->epochs);
	option_number(out, "lr", o->lr);
	option_text(out, "schedule", nch_schedule_names[o->schedule]);
	option_number(out, "warmup", o->warmup);
	if (o->schedule == NCH_WSD)
		option_number(out, "decay", o->decay);
}

/* --- kept and compared --- */

void nch_identity_write(nch_buffer *out, const char *identity)
{
	nch_buffer_byte(out, '[');
	for (const char *line = identity; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		nch_buffer_text(out, line == identity ? "\n" : ",\n");
		nch_json_write_text(out, line, length);
		line += length + (line[length] == '\n');
	}
	nch_buffer_byte(out, ']');
}

void nch_identity_read(const nch_json *json, nch_buffer *identity)
{
	if (json == NULL || json->type != NCH_JSON_ARRAY)
		return;
	for (const nch_json *line = json->first; line != NULL; line = line->next)
		if (line->type == NCH_JSON_STRING) {
			nch_buffer_add(identity, line->text, line->length);
			nch_buffer_byte(identity, '\n');
		}
}

/* A line's name ends before its value: an option has no blank in its name, what it brings is told before "sha256:", or before a number or a text. */
static size_t name_length(const char *line)
{
	size_t length = strcspn(line, "\n");
	if (line[0] == '-')
		return strcspn(line, " \n");
	for (size_t i = length; i > 0; i--)
		if (line[i - 1] == ' ' && (line[i] == '"' || strncmp(line + i, DIGEST, strlen(DIGEST)) == 0 || (line[i] >= '0' && line[i] <= '9')))
			return i - 1;
	return length;
}

/* The line of `text` that has this name; NULL if there is none. */
static const char *find_line(const char *text, const char *name, size_t length)
{
	for (const char *line = text; *line != '\0';) {
		if (name_length(line) == length && strncmp(line, name, length) == 0)
			return line;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return NULL;
}

/* The first line of `text` that `other` has not; NULL if it has all. *there gets the line of the same name. */
static const char *first_other(const char *text, const char *other, const char **there)
{
	for (const char *line = text; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		*there = find_line(other, line, name_length(line));
		if (*there == NULL || strcspn(*there, "\n") != length || memcmp(*there, line, length) != 0)
			return line;
		line += length + (line[length] == '\n');
	}
	return NULL;
}

static void add_value(nch_buffer *out, const char *line)
{
	size_t name = name_length(line) + 1, length = strcspn(line, "\n");
	if (name < length)
		nch_buffer_add(out, line + name, length - name < 60 ? length - name : 60);
}

void nch_identity_difference(const char *here, const char *there, nch_buffer *out)
{
	const char *other, *line = first_other(here, there, &other);
	if (line == NULL) {
		line = first_other(there, here, &other);
		if (line != NULL)
			nch_buffer_printf(out, "%.*s was given there, not here", (int)name_length(line), line);
		return;
	}
	nch_buffer_printf(out, "%.*s", (int)name_length(line), line);
	if (strncmp(line + name_length(line) + (line[name_length(line)] == ' '), DIGEST, strlen(DIGEST)) == 0) {
		nch_buffer_text(out, other != NULL ? " differ" : " were not there");
		return;
	}
	nch_buffer_text(out, " is ");
	add_value(out, line);
	nch_buffer_text(out, other != NULL ? ", there it was " : ", there it was not given");
	if (other != NULL)
		add_value(out, other);
}
