/* family.h - what makes a family of encoders: one descriptor each, in a file of its own. Whoever needs to know what a family has or does asks the
 * model's descriptor; nobody else knows a family by name. A new one is a file with a descriptor, and a row in NCH_FAMILIES. */
#ifndef NCH_NN_FAMILY_H
#define NCH_NN_FAMILY_H

#include "nn/config.h"
#include "nn/tape.h"

struct nch_builder;
struct nch_config_reader;
struct nch_model;

/* Names as Hugging Face's files have them. Those of the encoder stand behind "prefix."; those of the heads stand alone. NULL: the family has none. */
typedef struct nch_tensor_names {
	const char *prefix;  /* "bert" */
	const char *word, *position, *type; /* the tables */
	const char *embedding_norm;
	const char *project; /* from the width of the embeddings to that of the layers */
	const char *layer;   /* behind "prefix."; the layer's number follows (Funnel: block.layer), unless `shared` */
	bool shared;         /* all layers are one and the same */
	const char *query, *key, *value, *attention, *attention_norm, *up, *down, *output_norm; /* behind "prefix.layer.number." */
	const char *pool, *classifier;                        /* the classification head */
	const char *mlm_dense, *mlm_norm, *mlm_bias, *mlm_decoder; /* the masked-LM head; decoder: the word table once more, where a file has it */
	const char *rtd_dense, *rtd_out;                           /* the head for replaced-token detection */
} nch_tensor_names;

struct nch_family {
	const char *title;        /* "RoBERTa", for people */
	const char *model_type;   /* "roberta" */
	const char *class_prefix; /* "Roberta": of RobertaForSequenceClassification */

	/* config.json: what the family calls the things that all have. NULL: it has no such key */
	const char *hidden, *layers, *heads, *feed_forward, *dropout, *attention_dropout, *classifier_dropout, *activation, *init_range, *norm_epsilon;
	const char *default_activation;
	nch_config defaults;           /* embedding 0: there is no embedding_size; types 0: no token types; classifier_dropout -1: as dropout */
	bool free_heads;               /* a head's width is the family's own affair, not hidden / heads */
	bool positions_behind_padding; /* the first position is pad_token_id + 1 */
	bool position_type;            /* its file says that positions are absolute */
	size_t own_size;               /* bytes of config.own, where the family has more to say; the defaults have one, too */
	nch_status (*read)(const struct nch_config_reader *reader); /* those keys, into the config, whose own part holds the defaults; or NULL */
	void (*write)(nch_buffer *out, const nch_config *config);   /* the same; or NULL */
	/* Makes a preset's config, whose widths and layers are known, one of this family, with what the family alone has; or NULL: it is not begun
	 * with random weights by its name */
	nch_status (*start)(nch_config *config, nch_error *error);

	/* tensors */
	nch_tensor_names names;
	bool always_projects; /* even where the embeddings are as wide as the layers */
	void (*build_embeddings)(struct nch_builder *builder); /* tables and their LayerNorm */
	void (*build_layers)(struct nch_builder *builder);
	void (*build_head)(struct nch_builder *builder); /* that of config.head */

	/* forward: (rows, hidden), see nch_model_encode */
	nch_tensor *(*encode)(const struct nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows);
	bool undropped_attention, undropped_output; /* of BERT's layer: no dropout before its first LayerNorm, or its second */
	/* from the encoder's output x, with the sentences `rows` in it, to (sentences, hidden): what the classifier is given, before its dropout */
	nch_tensor *(*pool)(const struct nch_model *model, nch_tape *tape, nch_tensor *x, const nch_batch *rows);
	bool drops_first;       /* of BERT's way to pool: it drops some of [CLS] */
	nch_activation pooling; /* of its dense layer */
	nch_activation (*mlm_activation)(const nch_config *config); /* of the masked-LM head's dense layer */
	bool maps;              /* its attention can be shown, see nch_tape_watch_attention */
	bool parts_differ;      /* a tensor is used more than once: the gradients of a batch taken in parts have not quite the bits of the whole
	                           one's */

	/* memory, in floats: the working memory of attention for one thread, and what the layers of a step leave; *largest: of the largest of them */
	size_t (*scratch_floats)(const nch_config *config, size_t longest);
	size_t (*layers_floats)(const nch_config *config, size_t tokens, size_t sentences, size_t longest, size_t *largest);
};

/* All of them, in the order in which the class's name in a config.json without model_type is tried. */
#define NCH_FAMILIES(FAMILY) \
	FAMILY(nch_bert)     \
	FAMILY(nch_roberta)  \
	FAMILY(nch_electra)  \
	FAMILY(nch_distilbert) \
	FAMILY(nch_albert)   \
	FAMILY(nch_funnel)   \
	FAMILY(nch_modernbert) \
	FAMILY(nch_deberta)
extern const nch_family *const nch_families[];
extern const size_t nch_family_count;

#define NCH_DECLARE_FAMILY(family) extern const nch_family family;
NCH_FAMILIES(NCH_DECLARE_FAMILY)

/* What BERT has, and those that only call things by other names. */
nch_tensor *nch_bert_encode(const struct nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows);
void nch_bert_build_embeddings(struct nch_builder *builder);
void nch_bert_build_layers(struct nch_builder *builder);
void nch_bert_build_head(struct nch_builder *builder);
nch_tensor *nch_bert_pool(const struct nch_model *model, nch_tape *tape, nch_tensor *x, const nch_batch *rows);
nch_activation nch_bert_mlm_activation(const nch_config *config);   /* that of the layers */
nch_activation nch_always_gelu(const nch_config *config);           /* whatever the config says */
size_t nch_bert_scratch_floats(const nch_config *config, size_t longest);
size_t nch_bert_layers_floats(const nch_config *config, size_t tokens, size_t sentences, size_t longest, size_t *largest);

#define NCH_BERT_HEAD .build_head = nch_bert_build_head, .pool = nch_bert_pool
#define NCH_BERT_WAY \
	.build_embeddings = nch_bert_build_embeddings, .build_layers = nch_bert_build_layers, .encode = nch_bert_encode, NCH_BERT_HEAD, \
	.maps = true, .scratch_floats = nch_bert_scratch_floats, .layers_floats = nch_bert_layers_floats
#define NCH_BERT_RATES .init_range = "initializer_range", .norm_epsilon = "layer_norm_eps"
#define NCH_BERT_KEYS \
	.hidden = "hidden_size", .layers = "num_hidden_layers", .heads = "num_attention_heads", .feed_forward = "intermediate_size", \
	.dropout = "hidden_dropout_prob", .attention_dropout = "attention_probs_dropout_prob", .activation = "hidden_act", NCH_BERT_RATES
#define NCH_BERT_TABLES \
	.word = "embeddings.word_embeddings", .position = "embeddings.position_embeddings", .type = "embeddings.token_type_embeddings", \
	.embedding_norm = "embeddings.LayerNorm"
#define NCH_BERT_LAYER \
	.layer = "encoder.layer.", .query = "attention.self.query", .key = "attention.self.key", .value = "attention.self.value", \
	.attention = "attention.output.dense", .attention_norm = "attention.output.LayerNorm", .up = "intermediate.dense", \
	.down = "output.dense", .output_norm = "output.LayerNorm"

#endif
