/* log.c - the lines of log.jsonl. */
#include "train/log.h"

#include "base/json.h"

static void number(nch_buffer *out, const char *name, double value)
{
	nch_buffer_printf(out, "\"%s\":", name);
	nch_json_write_double(out, value);
	nch_buffer_byte(out, ',');
}

static void numbers(nch_buffer *out, const char *name, const double *values, size_t count)
{
	nch_buffer_printf(out, "\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			nch_buffer_byte(out, ',');
		nch_json_write_double(out, values[i]);
	}
	nch_buffer_text(out, "],");
}

void nch_log_step(nch_buffer *out, const nch_step_record *r)
{
	nch_buffer_printf(out, "{\"step\":%llu,\"epoch\":%zu,", (unsigned long long)r->step, r->epoch);
	number(out, "lr", r->lr);
	number(out, "loss", r->loss);
	number(out, "grad_norm", r->grad_norm);
	if (r->has_parts) {
		number(out, "mlm_loss", r->mlm_loss);
		number(out, "rtd_loss", r->rtd_loss);
	}
	if (r->details != NULL) {
		numbers(out, "update_ratio", r->details->update_ratio, r->details->levels);
		numbers(out, "attention_entropy", r->details->attention_entropy, r->details->layers);
		numbers(out, "dead_units", r->details->dead_units, r->details->layers);
	}
	nch_buffer_printf(out, "\"tokens\":%zu,\"seconds\":%.6f}\n", r->tokens, r->seconds);
}

static void valid_number(nch_buffer *out, const char *name, bool present, double value)
{
	if (present)
		number(out, name, value);
	else
		nch_buffer_printf(out, "\"%s\":null,", name);
}

void nch_log_epoch(nch_buffer *out, const nch_epoch_record *r)
{
	nch_buffer_printf(out, "{\"epoch\":%zu,", r->epoch);
	number(out, "train_loss", r->train_loss);
	number(out, "train_accuracy", r->train_accuracy);
	valid_number(out, "valid_loss", r->has_valid, r->valid.loss);
	valid_number(out, "valid_accuracy", r->has_valid, r->valid.accuracy);
	valid_number(out, "valid_macro_f1", r->has_valid, r->valid.macro_f1);
	valid_number(out, "valid_micro_f1", r->has_valid, r->valid.micro_f1);
	if (r->has_replaced) {
		number(out, "valid_mlm_loss", r->replaced.mlm_loss);
		number(out, "valid_mlm_accuracy", r->replaced.mlm_accuracy);
		number(out, "valid_rtd_loss", r->replaced.rtd_loss);
		number(out, "valid_precision", r->replaced.precision);
		number(out, "valid_recall", r->replaced.recall);
	}
	nch_buffer_printf(out, "\"best\":%s,\"seconds\":%.6f}\n", r->best ? "true" : "false", r->seconds);
}
