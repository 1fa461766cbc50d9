/* tensor_names.h - what each family calls the tensors of the same encoder. */
#ifndef NCH_NN_TENSOR_NAMES_H
#define NCH_NN_TENSOR_NAMES_H

#include <stdbool.h>

#include "nn/config.h"

/* Names as Hugging Face's files have them. Those of the encoder stand behind "prefix."; those of the heads stand alone. NULL: the family has none. */
typedef struct nch_tensor_names {
	const char *prefix;  /* "bert" */
	const char *embedding_norm;
	const char *project; /* from the width of the embeddings to that of the layers */
	const char *layer;   /* behind "prefix."; the layer's number follows (Funnel: block.layer), unless `shared` */
	bool shared;         /* all layers are one and the same */
	const char *query, *key, *value, *attention, *attention_norm, *up, *down, *output_norm; /* behind "prefix.layer.number." */
	const char *pool, *classifier;                        /* the classification head */
	const char *mlm_dense, *mlm_norm, *mlm_bias, *mlm_decoder; /* the masked-LM head; decoder: the word table once more, where a file has it */
	const char *rtd_dense, *rtd_out;                           /* the head for replaced-token detection */
} nch_tensor_names;

extern const nch_tensor_names nch_names_of[]; /* by nch_family */

#endif
