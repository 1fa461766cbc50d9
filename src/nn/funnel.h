/* funnel.h - Funnel-Transformer's encoder (Dai et al. 2020): blocks of layers, each with half as many rows as the one before. */
#ifndef NCH_NN_FUNNEL_H
#define NCH_NN_FUNNEL_H

#include "nn/model.h"

/* (rows, hidden): the last block's output. *rows gets the sentences as they lie in it, offsets and types; valid until the step ends. NULL without memory. */
nch_tensor *nch_funnel_encode(const nch_model *model, nch_tape *tape, const nch_batch *batch, const nch_batch **rows);

#endif
