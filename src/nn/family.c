/* family.c - the families of encoders that this program computes. */
#include "nn/family.h"

const nch_family *const nch_families[] = {
	&nch_bert,
	&nch_roberta,
	&nch_electra,
	&nch_distilbert,
	&nch_albert,
	&nch_funnel,
};

const size_t nch_family_count = sizeof nch_families / sizeof *nch_families;
