/* model.h - a transformer encoder with a head, for classification, for guessing masked words (Devlin et al. 2019) or for telling which tokens were
 * replaced (Clark et al. 2020): its tensors, and its way from ids to logits. */
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
	nch_tensor *extra[4];                /* what the family alone has: its file says what */
	nch_relative_weights relative;       /* of Funnel, whose query, key and value are (heads · head_width, hidden), and whose query has no bias */
} nch_encoder_layer;

typedef struct nch_model {
	nch_config config;
	nch_arena *arena; /* names, tensors, the config's texts */
	nch_tensor *tensors; /* all of them, in the order in which a sentence meets them */
	size_t count, parameters; /* parameters: all elements together */
	size_t head_begin; /* the tensors from this one on are the head's */

	nch_tensor *word, *position, *type, *embedding_gamma, *embedding_beta; /* position, type: NULL where there is none */
	nch_tensor *project_weight, *project_bias; /* (hidden, embedding), where the widths differ */
	nch_encoder_layer *layers; /* (layers); ALBERT's are all the same tensors (so a batch taken in parts has not quite the whole one's
	                              gradients) */
	nch_tensor *extra[4];      /* of the encoder, what the family alone has: its file says what */

	/* the head for classification, else NULL */
	nch_tensor *pool_weight, *pool_bias;             /* (hidden, hidden): the dense layer before the classifier; BERT: bert.pooler */
	nch_tensor *pool_gamma, *pool_beta;              /* (hidden): a LayerNorm behind it, or NULL */
	nch_tensor *classifier_weight, *classifier_bias; /* (labels, hidden) */
	/* the masked-LM head, else NULL */
	nch_tensor *mlm_weight, *mlm_dense_bias, *mlm_gamma, *mlm_beta; /* (embedding, hidden), (embedding) */
	nch_tensor *decoder;  /* (vocab_size, embedding): `word` again, or a twin on the same data that a trainer gives a gradient of its own */
	nch_tensor *mlm_bias; /* (vocab_size) */
	/* the head for replaced-token detection, else NULL */
	nch_tensor *rtd_weight, *rtd_bias;         /* (hidden, hidden) */
	nch_tensor *rtd_out_weight, *rtd_out_bias; /* (1, hidden), (1) */

	/* A discriminator in training has its generator with it: a masked language model whose tables of words, positions and types are the
	 * discriminator's, and whose other tensors are the last ones of this list, named "generator/…". So gradients, moments and checkpoints are
	 * those of one list. */
	struct nch_model *generator;    /* or NULL */
	const struct nch_model *tables; /* of a generator: the discriminator; else NULL */

	struct nch_weights *file; /* where tensors are mapped from, or NULL */
	float *storage;           /* where they are not */
	size_t storage_floats;
	nch_buffer report;        /* what loading did not use or had to make anew, one a line */
} nch_model;

/* All tensors with their names and shapes, without data. The config's label names are copied. Release with nch_model_free. */
nch_status nch_model_new(const nch_config *config, nch_model **model, nch_error *error);
void nch_model_free(nch_model *model); /* NULL is allowed */
/* The same of a discriminator and its generator, both ELECTRA with embeddings of one shape; model->generator belongs to the model. */
nch_status nch_model_new_pair(const nch_config *config, const nch_config *generator, nch_model **model, nch_error *error);

/* Gives every tensor random first values in memory of its own: normal with deviation init_range, biases 0, LayerNorm 1 and 0. The numbers depend on
 * the seed and the tensor's name alone. */
nch_status nch_model_init(nch_model *model, uint64_t seed, const nch_compute *compute, nch_error *error);

/* Opens a folder (config.json, weights). `head` says which head the model shall have; what the folder has of it is read, the rest is made anew from
 * the seed, and another head in the folder is dropped. With `labels` NULL the folder's own labels are kept; otherwise the classifier has these
 * (its rows in their order, if the folder has the same ones in another) and is made anew where its shape or its labels differ. `map`: tensors stay in
 * the mapped file, for prediction; else they are copied to memory, to be trained. model->report has a line for whatever was not used or newly
 * made. */
typedef struct nch_model_options {
	nch_head head;
	bool saved_head; /* instead of `head`: the one that the folder was saved with */
	const char *const *labels;
	size_t label_count;
	bool map;
	bool int8; /* with map: linear layers and tables as bytes, whatever the file has; without it, if the file has them so (nn/int8.h) */
	bool floats; /* with map: what the file has as bytes becomes floats again, for who asks for gradients */
	bool pair; /* a discriminator with its generator, from FOLDER/generator; without that folder it is made anew, `generator_size` times as
	              wide */
	double generator_size;
	uint64_t seed;
	size_t pieces, first_new; /* pieces > 0: make room for so many; those from first_new on begin as the mean of the earlier ones' vectors */
} nch_model_options;
nch_status nch_model_open(const char *folder, const nch_model_options *options, nch_model **model, nch_error *error);
/* Whether this is a model's folder at all, for those who need something else of it first: NCH_IO, and a line that says what to give instead. */
nch_status nch_model_check_folder(const char *folder, nch_error *error);
/* Only its config.json; the texts are the arena's. */
nch_status nch_model_read_config(const char *folder, nch_arena *arena, nch_config *config, nch_error *error);

/* Writes config.json and model.safetensors into the folder (which is made), and before that the generator, if there is one, into FOLDER/generator.
 * hex gets the fingerprint of the tensors' bytes. */
nch_status nch_model_save(const nch_model *model, const char *folder, char hex[65], nch_error *error);
/* The same without its generator. */
nch_status nch_model_save_alone(const nch_model *model, const char *folder, nch_error *error);
/* Keeps as bytes what may be kept so, of a model that is trained no more; its floats stay where they are, unread. */
nch_status nch_model_to_bytes(nch_model *model, nch_error *error);
/* Of a mapped model, config.json aside: what is kept as bytes as I8 with scales beside it, the rest as float32; tensors that were made anew are left
 * out. */
nch_status nch_model_save_bytes(const nch_model *model, const char *folder, nch_error *error);
/* That fingerprint, without writing: SHA-256 over the tensors' bytes in the order of their names. A generator has one of its own. */
nch_status nch_model_fingerprint(const nch_model *model, char hex[65], nch_error *error);

/* The shape as the file has it: tensor->rank numbers. */
void nch_tensor_shape(const nch_tensor *tensor, size_t shape[]);

nch_tensor *nch_model_find(const nch_model *model, const char *name); /* NULL if there is none */

/* For those who fill a model themselves: memory for all tensors, and the first values of one (compute may be NULL: one thread). */
nch_status nch_model_allocate(nch_model *model, nch_error *error);
void nch_tensor_init(const nch_model *model, nch_tensor *tensor, uint64_t seed, const nch_compute *compute);

/* The tensors in the order of their names, as the file has them: *count pointers (count NULL: the caller knows), released with nch_free; NULL without
 * memory. A discriminator's are without its generator's, whose own are with the tables. */
const nch_tensor **nch_model_sorted(const nch_model *model, size_t *count);
const char *nch_tensor_file_name(const nch_tensor *tensor); /* without "generator/" */
size_t nch_model_own_count(const nch_model *model);         /* of the list, without the generator's */

/* Memory for gradients and moments has the layout of the storage: where in it a tensor's elements begin. */
size_t nch_model_offset(const nch_model *model, const nch_tensor *tensor);

/* (rows, hidden): the last layer's output. *rows gets the sentences as they lie in it: the batch itself, or of Funnel, which pools, fewer rows a
 * sentence (offsets and types alone are set then). It stays valid until the step ends; NULL without memory. */
nch_tensor *nch_model_encode(const nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows);
/* (sentences, labels), of a model with a classifier. */
nch_tensor *nch_model_logits(const nch_model *model, nch_tape *tape, const nch_batch *batch);

/* (count, vocab_size), of a model with a masked-LM head: for each of the tokens rows[0 .. count) of the batch, which word stands there? The last
 * matrix is the word table itself, so its gradient comes from both ends (and a batch in parts, where the ends take turns, does not have the bits of
 * the whole one). `rows` must stay valid until the step ends. */
nch_tensor *nch_model_mlm_logits(const nch_model *model, nch_tape *tape, const nch_batch *batch, const size_t *rows, size_t count);

/* (tokens, 1), of a model with the head for replaced-token detection: above 0 where a token seems to be replaced. */
nch_tensor *nch_model_rtd_logits(const nch_model *model, nch_tape *tape, const nch_batch *batch);

/* The most tokens a sentence may have. */
size_t nch_model_max_len(const nch_model *model);

#endif
