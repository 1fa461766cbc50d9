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

static const nch_option own_options[] = {
	{"model", NCH_OPTION_TEXT, "DIR", .help = "the model's folder (default: the one that comes with the program)"},
	NCH_INT8_OPTION,
	{"listen", NCH_OPTION_TEXT, "ADDRESS:PORT", .help = "where to listen; port 0: one that is free", .otherwise = "127.0.0.1:8080"},
	{"allow-remote", NCH_OPTION_FLAG, .help = "listen also at an address that other machines can reach; anybody there may ask"},
	{0}};
static const nch_option_group own_group = {"Server", own_options};

static const nch_option limit_options[] = {
	{"batch", NCH_OPTION_INTEGER, "N", .help = "texts computed at once; never changes a bit of the answers", .otherwise = "64", .least = 1, .most = 100000},
	{"queue", NCH_OPTION_INTEGER, "N", .help = "texts that wait at most; further requests get 503", .otherwise = "4096", .least = 1, .most = 1000000},
	{"connections", NCH_OPTION_INTEGER, "N", .help = "open at a time; further ones wait", .otherwise = "512", .least = 1, .most = 60000},
	{"max-body", NCH_OPTION_INTEGER, "BYTES", .help = "the largest request", .otherwise = "1048576", .least = 16, .most = 1073741824},
	{"request-timeout", NCH_OPTION_REAL, "SECONDS", .help = "a request must have come whole by then, and its answer been taken", .otherwise = "10", .least = 0.1, .most = 3600},
	{"idle-timeout", NCH_OPTION_REAL, "SECONDS", .help = "how long a connection without a request is kept", .otherwise = "60", .least = 0.1, .most = 86400},
	{0}};
static const nch_option_group limit_group = {"Limits", limit_options};

/* "127.0.0.1:8080", "[::1]:8080" */
static nch_status read_listen(const char *text, char *address, size_t room, unsigned *port, nch_error *error)
{
	const char *colon = strrchr(text, ':'), *begin = text, *end = colon;
	int64_t number = 0;
	if (colon != NULL && text[0] == '[' && colon > text + 2 && colon[-1] == ']') {
		begin++;
		end--;
	}
	if (colon == NULL || end == begin || (size_t)(end - begin) >= room || !nch_number_read_integer(colon + 1, strlen(colon + 1), &number) || number < 0 || number > 65535)
		return nch_fail(error, NCH_USAGE, "--listen %s: an address and a port, such as 127.0.0.1:8080 or [::1]:8080", text);
	snprintf(address, room, "%.*s", (int)(end - begin), begin);
	if (strcmp(address, "localhost") == 0)
		snprintf(address, room, "127.0.0.1");
	*port = (unsigned)number;
	return NCH_OK;
}

static nch_status serve(const nch_options *options, nch_predictor *predictor, const nch_server_options *how, nch_error *error)
{
	nch_serve_answers *answers = NULL;
	nch_server *server = NULL;
	bool remote = nch_options_flag(options, "allow-remote");
	NCH_TRY(nch_serve_answers_new(predictor, (size_t)nch_options_integer(options, "batch"), (size_t)nch_options_integer(options, "queue"), remote, &answers, error));
	const nch_service service = nch_serve_answers_service(answers);
	nch_status status = nch_server_open(how, &service, &server, error);
	if (status == NCH_OK) {
		const volatile sig_atomic_t *stop = nch_train_screen_stop();
		nch_serve_answers_counts(answers, nch_server_count(server));
		nch_output_note("serving at http://%s%s%s:%u/ (Ctrl-C ends)", strchr(how->address, ':') ? "[" : "", how->address, strchr(how->address, ':') ? "]" : "",
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
	char address[64];
	nch_predictor *predictor = NULL;
	const char *folder;
	nch_server_options how = {.address = address, .connections = (size_t)nch_options_integer(options, "connections"),
	                          .limits = {.head = 16384, .body = (size_t)nch_options_integer(options, "max-body")},
	                          .request_seconds = nch_options_real(options, "request-timeout"), .idle_seconds = nch_options_real(options, "idle-timeout"),
	                          .farewell_seconds = 10.0};
	NCH_TRY(read_listen(nch_options_text(options, "listen"), address, sizeof address, &how.port, error));
	if (!nch_options_flag(options, "allow-remote") && !nch_os_is_loopback(address))
		return nch_fail(error, NCH_USAGE, "--listen %s: other machines could reach that, and anybody there could ask; add --allow-remote if you mean it", address);
	NCH_TRY(nch_default_model(nch_options_text(options, "model"), NCH_DEFAULT_EMOTIONS, &folder, error));
	const nch_predictor_how opening = nch_common_how(options);
	NCH_TRY(nch_predictor_open_how(folder, &opening, &predictor, error));
	nch_status status = predictor->settings.target != NCH_TARGET_NONE
	                        ? nch_fail(error, NCH_DATA, "%s was trained with --target: such models answer records, by nunchi predict", folder)
	                        : serve(options, predictor, &how, error);
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
