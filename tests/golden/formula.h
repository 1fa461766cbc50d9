/* formula.h - first weights that the goldens' scripts know too (formula.py), so that no weights are committed. */
#ifndef NCH_TESTS_FORMULA_H
#define NCH_TESTS_FORMULA_H

#include "base/memory.h"
#include "nn/model.h"

/* Element i of the tensor whose name is the t-th in order: between -.2 and .2, and 1 more where it is a gain. */
static inline float formula_weight(size_t t, uint64_t i, bool gain)
{
	uint32_t x = (uint32_t)(i * 2654435761u + t * 97531u + 12345u);
	double value = ((double)x / 4294967296.0 - 0.5) * 0.4;
	return (float)(gain ? value + 1.0 : value);
}

static inline bool formula_fill(const nch_model *model)
{
	size_t count;
	const nch_tensor **sorted = nch_model_sorted(model, &count);
	if (sorted == NULL)
		return false;
	for (size_t t = 0; t < count; t++)
		for (size_t i = 0; i < sorted[t]->rows * sorted[t]->columns; i++)
			sorted[t]->data[i] = formula_weight(t, i, sorted[t]->role == NCH_GAMMA);
	nch_free((void *)sorted);
	return true;
}

/* A model with these weights, all of them to be trained, and its generator, if `generator` tells of one, whose tables are the discriminator's; NULL where it cannot be made. Release with
 * nch_model_free. */
static inline nch_model *formula_pair_of(const nch_config *config, const nch_config *generator)
{
	nch_model *model = NULL;
	nch_error error;
	if (nch_model_new_pair(config, generator, &model, &error) != NCH_OK)
		return NULL;
	if (nch_model_allocate(model, &error) != NCH_OK || (model->generator != NULL && !formula_fill(model->generator)) || !formula_fill(model)) {
		nch_model_free(model);
		return NULL;
	}
	for (size_t t = 0; t < model->count; t++)
		model->tensors[t].wants_grad = true;
	return model;
}

static inline nch_model *formula_model_of(const nch_config *config)
{
	return formula_pair_of(config, NULL);
}

#endif
