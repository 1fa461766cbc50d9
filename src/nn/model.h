/* model.h - a transformer encoder with a classification head (Devlin et al. 2019): its tensors, and its way from ids to logits. */
#ifndef NCH_NN_MODEL_H
#define NCH_NN_MODEL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "nn/config.h"
#include "nn/tape.h"

struct nch_weights;

typedef struct nch_encoder_layer {
	nch_tensor *query_weight, *query_bias, *key_weight, *key_bias, *value_weight, *value_bias; /* (hidden, hidden), (hidden) */
	nch_tensor *attention_weight, *attention_bias, *attention_gamma, *attention_beta;          /* attention.output */
	nch_tensor *up_weight, *up_bias;     /* (feed_forward, hidden): intermediate */
	nch_tensor *down_weight, *down_bias; /* (hidden, feed_forward): output */
	nch_tensor *output_gamma, *output_beta;
} nch_encoder_layer;

typedef struct nch_model {
	nch_config config;
	nch_arena *arena; /* names, tensors, the config's texts */
	nch_tensor *tensors; /* all of them, in the order in which a sentence meets them */
	size_t count, parameters; /* parameters: all elements together */

	nch_tensor *word, *position, *type, *embedding_gamma, *embedding_beta;
	nch_tensor *project_weight, *project_bias; /* (hidden, embedding), where the widths differ */
	nch_encoder_layer *layers;
	nch_tensor *pool_weight, *pool_bias;             /* the dense layer before the classifier; BERT: bert.pooler */
	nch_tensor *classifier_weight, *classifier_bias; /* (labels, hidden) */

	struct nch_weights *file; /* where tensors are mapped from, or NULL */
	float *storage;           /* where they are not */
	size_t storage_floats;
	nch_buffer report;        /* what loading did not use or had to make anew, one a line */
} nch_model;

/* All tensors with their names and shapes, without data. The config's label names are copied. Release with nch_model_free. */
nch_status nch_model_new(const nch_config *config, nch_model **model, nch_error *error);
void nch_model_free(nch_model *model); /* NULL is allowed */

/* Gives every tensor random first values in memory of its own: normal with deviation init_range, biases 0, LayerNorm 1 and 0. The numbers depend on
 * the seed and the tensor's name alone. */
nch_status nch_model_init(nch_model *model, uint64_t seed, const nch_compute *compute, nch_error *error);

/* Opens a folder (config.json, model.safetensors). With `labels` NULL the folder's own labels are kept; otherwise the head has these
 * and is made anew from the seed where its shape or its labels differ. `map`: tensors stay in the mapped file, for prediction;
 * else they are copied to memory, to be trained. model->report has a line for whatever was not used or newly made. */
typedef struct nch_model_options {
	const char *const *labels;
	size_t label_count;
	bool map;
	uint64_t seed;
} nch_model_options;
nch_status nch_model_open(const char *folder, const nch_model_options *options, nch_model **model, nch_error *error);

/* Writes config.json and model.safetensors into the folder (which is made). hex gets the fingerprint of the tensors' bytes. */
nch_status nch_model_save(const nch_model *model, const char *folder, char hex[65], nch_error *error);
/* That fingerprint, without writing: SHA-256 over the tensors' bytes in the order of their names. */
void nch_model_fingerprint(const nch_model *model, char hex[65]);

nch_tensor *nch_model_find(const nch_model *model, const char *name); /* NULL if there is none */

/* For those who fill a model themselves: memory for all tensors, and the first values of one (compute may be NULL: one thread). */
nch_status nch_model_allocate(nch_model *model, nch_error *error);
void nch_tensor_init(const nch_model *model, nch_tensor *tensor, uint64_t seed, const nch_compute *compute);

/* The tensors in the order of their names, as the file has them: `count` pointers, released with nch_free; NULL without memory. */
const nch_tensor **nch_model_sorted(const nch_model *model);

/* Memory for gradients and moments has the layout of the storage: where in it a tensor's elements begin. */
size_t nch_model_offset(const nch_model *model, const nch_tensor *tensor);

/* (tokens, hidden): the last layer's output. */
nch_tensor *nch_model_encode(const nch_model *model, nch_tape *tape, const nch_batch *batch);
/* (sentences, labels). `first` has batch->sentences entries, the row of each sentence's first token (nch_batch's offsets serve). */
nch_tensor *nch_model_logits(const nch_model *model, nch_tape *tape, const nch_batch *batch);

/* The most tokens a sentence may have. */
size_t nch_model_max_len(const nch_model *model);

#endif
