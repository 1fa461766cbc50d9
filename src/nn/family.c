/* family.c - the families of encoders that this program computes. */
#include "nn/family.h"

#define ROW(family) &family,
const nch_family *const nch_families[] = {NCH_FAMILIES(ROW)};

const size_t nch_family_count = sizeof nch_families / sizeof *nch_families;
