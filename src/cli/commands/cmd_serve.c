/* cmd_serve.c - `nunchi serve`: answers by HTTP. */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/os_net.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/default_model.h"
#include "cli/output.h"
#include "cli/serve_answers.h"
#include "cli/train_screen.h"
#include "serve/server.h"

typedef struct serve_call {
	const char *model;
	bool int8, remote;
	char address[64];
	nch_server_options server;
	size_t batch, queue;
} serve_call;

/* "127.0.0.1:8080", "[::1]:8080" */
static nch_status parse_listen(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	serve_call *call = variable;
	const char *colon = strrchr(text, ':'), *begin = text, *end = colon;
	int64_t number = 0;
	(void)arena;
	if (colon != NULL && text[0] == '[' && colon > text + 2 && colon[-1] == ']') {
		begin++;
		end--;
	}
	if (colon == NULL || end == begin || (size_t)(end - begin) >= sizeof call->address ||
	    !nch_number_read_integer(colon + 1, strlen(colon + 1), &number) || number < 0 || number > 65535)
		return nch_option_refuse(option, text, error, "an address and a port, such as 127.0.0.1:8080 or [::1]:8080");
	snprintf(call->address, sizeof call->address, "%.*s", (int)(end - begin), begin);
	if (strcmp(call->address, "localhost") == 0)
		snprintf(call->address, sizeof call->address, "127.0.0.1");
	call->server.port = (unsigned)number;
	return NCH_OK;
}

static const nch_option own_options[] = {
	NCH_MODEL_INTO(serve_call, model),
	NCH_INT8_INTO(serve_call, int8),
	{"listen", NCH_SET_BY(parse_listen), .argument = "ADDRESS:PORT", .help = "where to listen; port 0: one that is free", .otherwise = "127.0.0.1:8080"},
	{"allow-remote", NCH_SET_FLAG(serve_call, remote), .help = "listen also at an address that other machines can reach; anybody there may ask"},
	{0}};
static const nch_option_group own_group = {"Server", own_options};

static const nch_option limit_options[] = {
	{"batch", NCH_SET_INTEGER(serve_call, batch), .argument = "N", .help = "texts computed at once; never changes a bit of the answers", .otherwise = "64", .least = 1, .most = 100000},
	{"queue", NCH_SET_INTEGER(serve_call, queue), .argument = "N", .help = "texts that wait at most; further requests get 503", .otherwise = "4096", .least = 1, .most = 1000000},
	{"connections", NCH_SET_INTEGER(serve_call, server.connections), .argument = "N", .help = "open at a time; further ones wait", .otherwise = "512", .least = 1, .most = 60000},
	{"max-body", NCH_SET_INTEGER(serve_call, server.limits.body), .argument = "BYTES", .help = "the largest request", .otherwise = "1048576", .least = 16, .most = 1073741824},
	{"request-timeout", NCH_SET_REAL(serve_call, server.request_seconds), .argument = "SECONDS", .help = "a request must have come whole by then, and its answer been taken", .otherwise = "10", .least = 0.1, .most = 3600},
	{"idle-timeout", NCH_SET_REAL(serve_call, server.idle_seconds), .argument = "SECONDS", .help = "how long a connection without a request is kept", .otherwise = "60", .least = 0.1, .most = 86400},
	{0}};
static const nch_option_group limit_group = {"Limits", limit_options};

static nch_status serve(const serve_call *call, nch_predictor *predictor, nch_error *error)
{
	nch_server_options how = call->server;
	how.address = call->address;
	nch_serve_answers *answers = NULL;
	nch_server *server = NULL;
	NCH_TRY(nch_serve_answers_new(predictor, call->batch, call->queue, call->remote, &answers, error));
	const nch_service service = nch_serve_answers_service(answers);
	nch_status status = nch_server_open(&how, &service, &server, error);
	if (status == NCH_OK) {
		const volatile sig_atomic_t *stop = nch_train_screen_stop();
		nch_serve_answers_counts(answers, nch_server_count(server));
		nch_output_note("serving at http://%s%s%s:%u/ (Ctrl-C ends)", strchr(how.address, ':') ? "[" : "", how.address, strchr(how.address, ':') ? "]" : "",
		                nch_server_port(server));
		nch_server_run(server, stop);
		nch_output_note("ended; %llu texts were answered", (unsigned long long)nch_serve_answers_texts(answers));
	}
	nch_server_close(server);
	nch_serve_answers_free(answers);
	return status;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	nch_predictor *predictor = NULL;
	const char *folder;
	serve_call call = {.server = {.limits = {.head = 16384}, .farewell_seconds = 10.0}};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	NCH_TRY(nch_options_take(options, &limit_group, &call, error));
	if (!call.remote && !nch_os_is_loopback(call.address))
		return nch_fail(error, NCH_USAGE, "--listen %s: other machines could reach that, and anybody there could ask; add --allow-remote if you mean it", call.address);
	NCH_TRY(nch_default_model(call.model, NCH_DEFAULT_EMOTIONS, &folder, error));
	const nch_predictor_how opening = nch_common_how(options, call.int8);
	NCH_TRY(nch_predictor_open_how(folder, &opening, &predictor, error));
	nch_status status = predictor->settings.target != NCH_TARGET_NONE
	                        ? nch_fail(error, NCH_DATA, "%s was trained with --target: such models answer records, by nunchi predict", folder)
	                        : serve(&call, predictor, error);
	nch_predictor_close(predictor);
	return status;
}

const nch_command nch_command_serve = {
	.name = "serve",
	.summary = "answer by HTTP, for one's own tools",
	.usage = "[--model DIR] [--listen 127.0.0.1:8080]",
	.details = "POST /predict takes {\"text\":\"…\"} or {\"texts\":[\"…\",…]} and gives what nunchi predict gives, to the bit; \"logits\":true\n"
	           "adds the logits. GET /health, GET /metrics (Prometheus) and / (a page to try it with). Requests that come together\n"
	           "are computed together. Ctrl-C and SIGTERM end it when all that has come is answered.",
	.groups = (const nch_option_group *const[]){&own_group, &limit_group, NULL},
	.run = run,
};
