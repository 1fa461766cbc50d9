/* experiment_options.c - see experiment_options.h. */
#include "train/experiment_options.h"

void nch_experiment_result_free(nch_experiment_result *result)
{
	nch_train_result_free(&result->training);
	nch_metrics_free(&result->valid);
	nch_metrics_free(&result->test);
	nch_metrics_free(&result->baseline);
	nch_labels_free(&result->labels);
	*result = (nch_experiment_result){0};
}
