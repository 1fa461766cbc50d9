/* config_keys.h - how a family reads and writes the keys of config.json that are its own. For src/nn/config*.c and the families' descriptors. */
#ifndef NCH_NN_CONFIG_KEYS_H
#define NCH_NN_CONFIG_KEYS_H

#include "base/json.h"
#include "nn/config.h"

enum { NCH_MAX_LAYERS = 1 << 12 };

/* A config.json on its way into a config. */
typedef struct nch_config_reader {
	const char *where; /* stands before the message of an error */
	const nch_json *object;
	nch_arena *arena;
	nch_config *config;
	nch_error *error;
} nch_config_reader;

/* Each puts `otherwise` (or, of a choice, `no`) where the key is absent or null, and refuses what is of another kind or out of range by name. */
nch_status nch_config_get_size(const nch_config_reader *r, const char *key, size_t least, size_t most, size_t otherwise, size_t *size);
nch_status nch_config_get_number(const nch_config_reader *r, const char *key, double least, double most, float otherwise, float *number);
nch_status nch_config_get_choice(const nch_config_reader *r, const char *key, const char *no, const char *yes, bool *is_yes); /* one of two words */
nch_status nch_config_get_activation(const nch_config_reader *r, const char *key, const char *otherwise, nch_activation *activation);
/* A member that is there and not null, or NULL. */
const nch_json *nch_config_get(const nch_config_reader *r, const char *key);
/* NCH_FORMAT: this key `what`. */
nch_status nch_config_refuse(const nch_config_reader *r, const char *key, const char *what);

/* A member of the object that is being written, behind those before it; its value follows what nch_config_put_key leaves. */
void nch_config_put_key(nch_buffer *out, const char *name);
void nch_config_put_text(nch_buffer *out, const char *name, const char *value);
void nch_config_put_size(nch_buffer *out, const char *name, size_t value);
void nch_config_put_number(nch_buffer *out, const char *name, float value);
void nch_config_put_bool(nch_buffer *out, const char *name, bool value);

typedef struct nch_activation_name {
	const char *name;
	nch_activation activation;
} nch_activation_name;

extern const nch_activation_name nch_activation_names[]; /* the first of an activation is the one that is written; ends with NULL */
const char *nch_activation_text(nch_activation activation);

#endif
