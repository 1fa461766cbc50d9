/* cmd_gradcheck.c - `nunchi gradcheck`: the tape's gradients beside differences in double. */
#include <string.h>

#include "apps/gradcheck.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/default_model.h"
#include "cli/label_option.h"
#include "cli/output.h"

typedef struct gradcheck_call {
	const char *model, *text, *label;
	size_t samples;
	bool json;
	nch_encoding encoding;
} gradcheck_call;

static const nch_option own_options[] = {
	NCH_MODEL_INTO(gradcheck_call, model),
	{"text", NCH_SET_TEXT(gradcheck_call, text), .argument = "TEXT", .help = "the sentence", .required = true},
	{"label", NCH_SET_TEXT(gradcheck_call, label), .argument = "L", .help = "its label, of which the loss is", .required = true},
	{"samples", NCH_SET_INTEGER(gradcheck_call, samples), .argument = "N", .otherwise = "4", .least = 1, .most = NCH_GRADCHECK_MOST, .help = "elements that are tried of each tensor"},
	{"json", NCH_SET_FLAG(gradcheck_call, json), .help = "all samples, as an object"},
	NCH_ENCODING_INTO(gradcheck_call, encoding),
	{0}};
static const nch_option_group own_group = {"Options", own_options};

static void add_shape(const nch_tensor *tensor, const char *comma, nch_buffer *out)
{
	size_t shape[3];
	nch_tensor_shape(tensor, shape);
	for (size_t i = 0; i < tensor->rank; i++)
		nch_buffer_printf(out, "%s%zu", i > 0 ? comma : "", shape[i]);
}

static void write_text(const nch_gradcheck *check, nch_buffer *out)
{
	nch_buffer_printf(out, "loss %.9g, in double %.9g\n\n", check->loss_float, check->loss);
	nch_buffer_printf(out, "%-58s %-14s %12s %12s %9s\n", "tensor", "shape", "tape", "differences", "relative");
	for (size_t t = 0; t < check->count; t++) {
		const nch_gradcheck_tensor *made = &check->tensors[t];
		nch_buffer shape = {0};
		add_shape(made->tensor, " × ", &shape);
		/* × is one column of two bytes */
		nch_buffer_printf(out, "%-58s %-*s %12.4e %12.4e %9.1e %s\n", made->tensor->name, made->tensor->rank > 1 ? (int)(13 + made->tensor->rank) : 14,
		                  shape.data ? shape.data : "", made->tape[0], made->differences[0], made->largest, made->ok ? "OK" : "not OK");
		out->failed = out->failed || shape.failed;
		nch_buffer_free(&shape);
	}
	nch_buffer_printf(out, "\n%zu of %zu tensors OK\n", check->count - check->bad, check->count);
}

static void add_numbers(const char *name, const double *numbers, size_t count, nch_buffer *out)
{
	nch_buffer_printf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		nch_buffer_text(out, i > 0 ? "," : "");
		nch_json_write_double(out, numbers[i]);
	}
	nch_buffer_byte(out, ']');
}

static void write_json(const nch_gradcheck *check, nch_buffer *out)
{
	nch_buffer_printf(out, "{\"ok\":%s,\"loss\":", check->bad == 0 ? "true" : "false");
	nch_json_write_double(out, check->loss);
	nch_buffer_text(out, ",\"tensors\":[");
	for (size_t t = 0; t < check->count; t++) {
		const nch_gradcheck_tensor *made = &check->tensors[t];
		nch_buffer_text(out, t > 0 ? ",{\"name\":" : "{\"name\":");
		nch_json_write_text(out, made->tensor->name, strlen(made->tensor->name));
		nch_buffer_text(out, ",\"shape\":[");
		add_shape(made->tensor, ",", out);
		nch_buffer_text(out, "],\"elements\":[");
		for (size_t i = 0; i < made->samples; i++)
			nch_buffer_printf(out, "%s%zu", i > 0 ? "," : "", made->element[i]);
		nch_buffer_byte(out, ']');
		add_numbers("tape", made->tape, made->samples, out);
		add_numbers("differences", made->differences, made->samples, out);
		nch_buffer_text(out, ",\"relative\":");
		nch_json_write_double(out, made->largest);
		nch_buffer_printf(out, ",\"ok\":%s}", made->ok ? "true" : "false");
	}
	nch_buffer_text(out, "]}\n");
}

static nch_status show(bool json, const nch_gradcheck *check, nch_error *error)
{
	nch_buffer out = {0};
	if (json)
		write_json(check, &out);
	else
		write_text(check, &out);
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		nch_output_buffer(&out);
	nch_buffer_free(&out);
	if (status == NCH_OK && check->bad > 0)
		return nch_fail(error, NCH_NUMERIC, "%zu of %zu gradients are not what differences say", check->bad, check->count);
	return status;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	nch_predictor *p;
	nch_gradcheck check = {0};
	nch_buffer text = {0};
	const char *folder;
	size_t label = 0;
	gradcheck_call call = {0};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	const nch_predictor_how how = nch_common_how_inside(options, true);
	NCH_TRY(nch_default_model(call.model, NCH_DEFAULT_ENCODER, &folder, error));
	NCH_TRY(nch_predictor_open_how(folder, &how, &p, error));
	nch_status status = nch_common_text("text", call.text, call.encoding, &text, error);
	if (status == NCH_OK)
		status = nch_label_option(p, call.label, &label, error);
	if (status == NCH_OK) {
		const nch_text asked = {.text = text.data ? text.data : "", .length = text.length};
		status = nch_gradcheck_run(p, &asked, label, call.samples, (uint64_t)nch_common_of(options).seed, NULL, &check, error);
	}
	if (status == NCH_OK)
		status = show(call.json, &check, error);
	nch_gradcheck_free(&check);
	nch_buffer_free(&text);
	nch_predictor_close(p);
	return status;
}

const nch_command nch_command_gradcheck = {
	.name = "gradcheck",
	.summary = "a model's gradients beside differences in double",
	.usage = "[--model DIR] --text \"…\" --label L",
	.details = "For each parameter tensor the gradient that the tape found, at the element where it is largest, beside (L(w+h) - L(w-h)) / 2h of the loss in double; relative is\n"
	           "the largest relative difference of all samples. Exit status 1 if one is above 0.0001.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.run = run,
};
