/* config_families.h - what each model family calls the same things in its config.json: shared by the reader and the writer. */
#ifndef NCH_NN_CONFIG_FAMILIES_H
#define NCH_NN_CONFIG_FAMILIES_H

#include "nn/config.h"

typedef struct nch_family_keys {
	nch_family family;
	const char *model_type;   /* "bert" */
	const char *class_prefix; /* "Bert": of BertForSequenceClassification */
	const char *hidden, *layers, *heads, *feed_forward, *dropout, *attention_dropout, *classifier_dropout, *activation;
	const char *default_activation;
	nch_config defaults; /* embedding 0: there is no embedding_size; types 0: no token types; classifier_dropout -1: as dropout */
} nch_family_keys;

extern const nch_family_keys nch_families[]; /* ends with a model_type of NULL */

typedef struct nch_activation_name {
	const char *name;
	nch_activation activation;
} nch_activation_name;

extern const nch_activation_name nch_activation_names[]; /* the first of an activation is the one that is written; ends with NULL */

#endif
