/* cmd_bench.c - `nunchi bench`: this machine's figures, each beside the peak of its multiplying and adding. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "bench/bench.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/output.h"
#include "nn/compute.h"

typedef struct bench_call {
	bool json, int8;
	double patience; /* seconds for each figure */
	const char *step, *preset, *tokenizer, *model, *data;
	size_t m, n, k, batch, length; /* 0: nobody said */
} bench_call;

static const nch_option own_options[] = {
	{"json", NCH_SET_FLAG(bench_call, json), .help = "one JSON object instead of tables"},
	{"seconds", NCH_SET_REAL(bench_call, patience), .argument = "S", .help = "about so long for each figure", .otherwise = "0.1", .least = 0.001, .most = 3600},
	{"step", NCH_SET_CHOICE(bench_call, step), .choices = "1|2|3|4|5|6|7|all",
	 .help = "gemm: a step of docs/gemm.md (256 x 1024 times 1024 x 4096, one thread)"},
	{"m", NCH_SET_INTEGER(bench_call, m), .argument = "N", .help = "gemm: rows (tokens)", .least = 1, .most = 1 << 20},
	{"n", NCH_SET_INTEGER(bench_call, n), .argument = "N", .help = "gemm: columns (the layer's outputs)", .least = 1, .most = 1 << 20},
	{"k", NCH_SET_INTEGER(bench_call, k), .argument = "N", .help = "gemm: what is summed over (the layer's inputs)", .least = 1, .most = 1 << 20},
	{"preset", NCH_SET_CHOICE(bench_call, preset), .choices = "tiny|mini|small|medium|base|large", .help = "train, predict: the model (default: small; base)"},
	{"batch", NCH_SET_INTEGER(bench_call, batch), .argument = "N", .help = "train, predict: sentences at once", .least = 1, .most = 1 << 16},
	{"length", NCH_SET_INTEGER(bench_call, length), .argument = "N", .help = "train, predict: tokens of a sentence", .otherwise = "32", .least = 1, .most = 512},
	{"tokenizer", NCH_SET_TEXT(bench_call, tokenizer), .argument = "FILE|DIR", .help = "tokenize: whose speed"},
	{"model", NCH_SET_TEXT(bench_call, model), .argument = "DIR", .help = "predict: this model on --data, its first line alone and all lines together"},
	{"int8", NCH_SET_FLAG(bench_call, int8), .help = "gemm, predict: in bytes; gemm: beside the peak of multiplying those"},
	{"data", NCH_SET_TEXT(bench_call, data), .argument = "FILE", .help = "tokenize, sentences, predict --model: a text, a sentence a line"},
	{0}};
static const nch_option_group own_group = {"Options", own_options};
static const nch_option_group *const groups[] = {&own_group, NULL};

typedef struct bench {
	const nch_options *options;
	bench_call call;
	nch_compute *compute;
	double peak;
	const char *table;  /* whose head was printed last */
	nch_buffer results; /* JSON */
	nch_error *error;
} bench;

/* --- telling --- */

static void add_json(bench *b, const nch_figure *f)
{
	nch_buffer *out = &b->results;
	nch_buffer_text(out, out->length > 0 ? ",\n  {\"what\":" : "\n  {\"what\":");
	nch_json_write_text(out, f->what, strlen(f->what));
	if (f->n > 0)
		nch_buffer_printf(out, ",\"m\":%zu,\"n\":%zu,\"k\":%zu", f->m, f->n, f->k);
	if (f->sentences > 0)
		nch_buffer_printf(out, ",\"sentences\":%zu", f->sentences);
	if (f->length > 0)
		nch_buffer_printf(out, ",\"length\":%zu", f->length);
	if (f->characters > 0)
		nch_buffer_printf(out, ",\"characters\":%zu", f->characters);
	nch_buffer_printf(out, ",\"threads\":%zu,\"seconds\":", f->threads);
	nch_json_write_double(out, f->seconds);
	if (f->gflops > 0) {
		nch_buffer_text(out, ",\"gflops\":");
		nch_json_write_double(out, f->gflops);
		nch_buffer_text(out, ",\"share\":");
		nch_json_write_double(out, f->share);
	}
	if (f->rate > 0) {
		nch_buffer_text(out, ",\"rate\":");
		nch_json_write_double(out, f->rate);
	}
	nch_buffer_byte(out, '}');
}

/* A line of the table that the figure belongs to, under its head. */
static void print_line(bench *b, const nch_figure *f)
{
	const char *table = f->n > 0 ? "gemm" : f->length > 0 ? "sentences" : f->characters > 0 ? "characters" : f->sentences > 0 ? "text" : "numbers";
	if (b->table == NULL || strcmp(b->table, table) != 0) {
		if (b->table != NULL)
			nch_output_text("\n");
		b->table = table;
		if (f->n > 0)
			nch_output_printf("%-24s %6s %6s %6s %8s %10s %9s %7s\n", "product", "m", "n", "k", "threads", "ms", "GFLOP/s", "of peak");
		else if (f->length > 0)
			nch_output_printf("%-24s %9s %7s %8s %10s %9s %7s %12s\n", "", "sentences", "length", "threads", "ms", "GFLOP/s", "of peak",
			                  "tokens/s");
		else if (f->characters > 0)
			nch_output_printf("%-24s %9s %8s %10s %12s %14s\n", "", "sentences", "threads", "ms", "MB/s", "characters/s");
		else if (f->sentences > 0)
			nch_output_printf("%-24s %9s %8s %10s %12s %12s\n", "", "sentences", "threads", "ms", "MB/s", "sentences/s");
		else
			nch_output_printf("%-24s %10s %14s\n", "kernel, one thread", "ns/number", "numbers/s");
	}
	if (f->n > 0)
		nch_output_printf("%-24s %6zu %6zu %6zu %8zu %10.4g %9.1f %6.0f%%\n", f->what, f->m, f->n, f->k, f->threads, 1e3 * f->seconds, f->gflops,
		                  100 * f->share);
	else if (f->length > 0)
		nch_output_printf("%-24s %9zu %7zu %8zu %10.4g %9.1f %6.0f%% %12.0f\n", f->what, f->sentences, f->length, f->threads,
		                  1e3 * f->seconds, f->gflops, 100 * f->share, f->rate);
	else if (f->characters > 0)
		nch_output_printf("%-24s %9zu %8zu %10.4g %12.2f %14.0f\n", f->what, f->sentences, f->threads, 1e3 * f->seconds, 1e-6 * f->rate,
		                  (double)f->characters / f->seconds);
	else if (f->sentences > 0)
		nch_output_printf("%-24s %9zu %8zu %10.4g %12.2f %12.0f\n", f->what, f->sentences, f->threads, 1e3 * f->seconds, 1e-6 * f->rate,
		                  (double)f->sentences / f->seconds);
	else
		nch_output_printf("%-24s %10.3f %14.4g\n", f->what, 1e9 / f->rate, f->rate);
	nch_output_flush();
}

/* A figure that was taken (or why it was not). */
static nch_status tell(bench *b, nch_status status, nch_figure *f)
{
	if (status != NCH_OK)
		return status;
	if (f->share <= 0.0)
		f->share = f->gflops / b->peak;
	if (b->call.json)
		add_json(b, f);
	else
		print_line(b, f);
	return NCH_OK;
}

/* --- what is measured --- */

static nch_status bench_steps(bench *b, const char *which)
{
	size_t m = b->call.m, n = b->call.n, k = b->call.k;
	nch_figure f;
	for (int step = 1; step <= NCH_GEMM_STEPS; step++)
		if (strcmp(which, "all") == 0 || which[0] - '0' == step)
			NCH_TRY(tell(b,
			             nch_bench_gemm_step(b->compute, step, m > 0 ? m : 256, n > 0 ? n : 4096, k > 0 ? k : 1024, b->call.patience, &f,
			                                 b->error),
			             &f));
	return NCH_OK;
}

/* Forward, in floats or in bytes. */
static nch_status bench_forward(bench *b, size_t m, size_t n, size_t k)
{
	nch_figure f;
	return tell(b, b->call.int8 ? nch_bench_int8(b->compute, m, n, k, b->call.patience, &f, b->error)
	                                                    : nch_bench_gemm(b->compute, NCH_FORWARD, m, n, k, b->call.patience, &f, b->error), &f);
}

/* From one token to thousands, in the shapes of a base model's layers; and a training batch's gradients. */
static nch_status bench_gemm(bench *b)
{
	static const size_t rows[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};
	static const size_t layers[][2] = {{768, 768}, {3072, 768}, {768, 3072}};
	size_t m = b->call.m, n = b->call.n, k = b->call.k;
	nch_figure f;
	if (b->call.step != NULL)
		return bench_steps(b, b->call.step);
	for (size_t l = 0; l < 3; l++)
		for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
			if ((m > 0 && r > 0) || ((n > 0 || k > 0) && l > 0))
				continue; /* the user's own shape, once */
			NCH_TRY(bench_forward(b, m > 0 ? m : rows[r], n > 0 ? n : layers[l][0], k > 0 ? k : layers[l][1]));
		}
	if (m > 0 || n > 0 || k > 0 || b->call.int8)
		return NCH_OK;
	for (size_t l = 0; l < 3; l++) {
		NCH_TRY(tell(b, nch_bench_gemm(b->compute, NCH_INPUT_GRADIENT, 1024, layers[l][1], layers[l][0], b->call.patience, &f, b->error),
		             &f));
		NCH_TRY(tell(b, nch_bench_gemm(b->compute, NCH_WEIGHT_GRADIENT, layers[l][0], layers[l][1], 1024, b->call.patience, &f, b->error),
		             &f));
	}
	return NCH_OK;
}

static nch_status bench_attention(bench *b)
{
	static const size_t lengths[] = {8, 16, 32, 64, 128, 256, 512};
	nch_figure f;
	for (int backward = 0; backward <= 1; backward++)
		for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
			NCH_TRY(tell(b, nch_bench_attention(b->compute, 1024 / lengths[i], lengths[i], 12, 64, backward, b->call.patience, &f, b->error), &f));
	return NCH_OK;
}

static nch_status bench_elements(bench *b)
{
	nch_figure f;
	for (size_t i = 0; i < 7; i++)
		NCH_TRY(tell(b, nch_bench_elements(b->compute, i, b->call.patience, &f, b->error), &f));
	return NCH_OK;
}

static nch_config model_config(const bench *b, const char *otherwise)
{
	static char *labels[] = {"0", "1", "2", "3", "4", "5", "6"};
	nch_config config;
	nch_config_preset(b->call.preset != NULL ? b->call.preset : otherwise, &config);
	config.vocab_size = 8002; /* KoBERT's */
	config.labels = sizeof labels / sizeof *labels;
	config.label_names = labels;
	return config;
}

static nch_status bench_train(bench *b)
{
	size_t batch = b->call.batch, length = b->call.length;
	nch_config config = model_config(b, "small");
	nch_figure f;
	return tell(b, nch_bench_train(b->compute, &config, batch > 0 ? batch : 32, length, b->call.patience, &f, b->error), &f);
}

/* A model folder on a text: the first line alone (latency), then all lines (throughput). */
static nch_status bench_texts(bench *b, const char *folder)
{
	const char *data = b->call.data;
	nch_buffer text = {0};
	nch_figure f;
	if (data == NULL)
		return nch_fail(b->error, NCH_USAGE, "bench predict --model needs --data FILE");
	NCH_TRY(nch_file_read_any(data, (size_t)1 << 30, &text, b->error));
	const nch_predictor_how how = nch_common_how(b->options, b->call.int8);
	nch_status status = NCH_OK;
	for (size_t limit = 2; limit-- > 0 && status == NCH_OK;) {
		status = nch_bench_texts(folder, &how, text.data, text.length, limit, b->call.patience, &f, b->error);
		if (status == NCH_OK)
			status = tell(b, NCH_OK, &f);
	}
	nch_buffer_free(&text);
	return status;
}

static nch_status bench_predict(bench *b)
{
	if (b->call.model != NULL)
		return bench_texts(b, b->call.model);
	size_t batch = b->call.batch, length = b->call.length;
	nch_config config = model_config(b, "base");
	nch_figure f;
	if (batch == 0) {
		NCH_TRY(tell(b, nch_bench_predict(b->compute, &config, b->call.int8, 1, length, b->call.patience, &f, b->error), &f));
		batch = 32;
	}
	return tell(b, nch_bench_predict(b->compute, &config, b->call.int8, batch, length, b->call.patience, &f, b->error), &f);
}

static nch_status bench_tokenize(bench *b)
{
	const char *path = b->call.tokenizer, *data = b->call.data;
	nch_tokenizer *tokenizer = NULL;
	nch_buffer text = {0};
	nch_figure f;
	if (path == NULL || data == NULL)
		return nch_fail(b->error, NCH_USAGE, "bench tokenize needs --tokenizer FILE and --data FILE");
	NCH_TRY(nch_file_read_any(data, (size_t)1 << 30, &text, b->error));
	nch_status status = nch_tokenizer_load(path, &tokenizer, b->error);
	if (status == NCH_OK)
		status = tell(b, nch_bench_tokenize(tokenizer, NULL, text.data, text.length, b->call.patience, &f, b->error), &f);
	if (status == NCH_OK && nch_pool_threads(b->compute->pool) > 1)
		status = tell(b, nch_bench_tokenize(tokenizer, b->compute->pool, text.data, text.length, b->call.patience, &f, b->error), &f);
	nch_tokenizer_free(tokenizer);
	nch_buffer_free(&text);
	return status;
}

static nch_status bench_sentences(bench *b)
{
	const char *data = b->call.data;
	nch_buffer text = {0};
	nch_figure f;
	if (data == NULL)
		return nch_fail(b->error, NCH_USAGE, "bench sentences needs --data FILE");
	NCH_TRY(nch_file_read_any(data, (size_t)1 << 30, &text, b->error));
	nch_status status = nch_bench_sentences(text.data != NULL ? text.data : "", text.length, b->call.patience, &f, b->error);
	if (status == NCH_OK)
		status = tell(b, NCH_OK, &f);
	nch_buffer_free(&text);
	return status;
}

static const struct {
	const char *name;
	nch_status (*run)(bench *b);
} kinds[] = {{"gemm", bench_gemm},   {"attention", bench_attention}, {"elements", bench_elements},
             {"train", bench_train}, {"predict", bench_predict},     {"tokenize", bench_tokenize},
             {"sentences", bench_sentences}};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Whether nothing is missing for a kind that was not named. */
static bool has_all_files(const bench *b, nch_status (*run)(bench *b))
{
	return run == bench_tokenize ? b->call.tokenizer != NULL : run != bench_sentences;
}

/* One kind, or, without a name, all that need no file. */
static nch_status run_kinds(bench *b, const char *name)
{
	bool found = false;
	for (size_t i = 0; i < KINDS; i++)
		if (name != NULL ? strcmp(name, kinds[i].name) == 0 : has_all_files(b, kinds[i].run)) {
			found = true;
			NCH_TRY(kinds[i].run(b));
		}
	return found ? NCH_OK : nch_fail(b->error, NCH_USAGE, "bench %s: there are gemm, attention, elements, train, predict, tokenize and sentences", name);
}

static nch_status run_bench(const nch_options *options, nch_error *error)
{
	const nch_kernels *kernels;
	const char *name = nch_options_argument(options, 0);
	bench b = {.options = options, .error = error};
	size_t threads = nch_common_of(options).threads;
	NCH_TRY(nch_options_take(options, &own_group, &b.call, error));
	if (b.call.step != NULL) {
		if (name == NULL || strcmp(name, "gemm") != 0)
			return nch_fail(error, NCH_USAGE, "--step belongs to: nunchi bench gemm");
		if (threads == 0)
			threads = 1; /* the steps before the last have one */
	}
	NCH_TRY(nch_common_kernels(options, &kernels, error));
	NCH_TRY(nch_compute_new(threads, kernels->name, 512, 64, &b.compute, error));
	b.peak = nch_bench_peak(b.compute, b.call.patience > 0.2 ? b.call.patience : 0.2);
	if (!b.call.json)
		nch_output_printf("peak: %.1f GFLOP/s (%s, %zu %s)\n\n", b.peak, kernels->name, nch_pool_threads(b.compute->pool),
		                  nch_pool_threads(b.compute->pool) == 1 ? "thread" : "threads");
	nch_status status = run_kinds(&b, name);
	if (status == NCH_OK && b.call.json) {
		nch_buffer out = {0};
		nch_buffer_text(&out, "{\"peak_gflops\":");
		nch_json_write_double(&out, b.peak / (double)nch_pool_threads(b.compute->pool)); /* of one core */
		nch_buffer_printf(&out, ",\"isa\":\"%s\",\"threads\":%zu,\"results\":[", kernels->name, nch_pool_threads(b.compute->pool));
		nch_buffer_add(&out, b.results.data, b.results.length);
		nch_buffer_text(&out, "]}\n");
		status = nch_buffer_check(&out, error);
		if (status == NCH_OK)
			nch_output_buffer(&out);
		nch_buffer_free(&out);
	}
	nch_buffer_free(&b.results);
	nch_compute_free(b.compute);
	return status;
}

const nch_command nch_command_bench = {
	.name = "bench",
	.summary = "how fast this machine multiplies, trains, predicts, tokenizes",
	.usage = "[gemm|attention|elements|train|predict|tokenize|sentences] [--json]",
	.details = "Figures beside the measured peak of fused multiply-adds on as many threads. Each is the fastest of several runs;\n"
	           "run it on a machine that is otherwise idle. docs/gemm.md explains the steps of `bench gemm --step all`.",
	.groups = groups,
	.most_arguments = 1,
	.run = run_bench,
};
