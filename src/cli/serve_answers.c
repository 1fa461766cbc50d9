/* serve_answers.c - see serve_answers.h. */
#include "cli/serve_answers.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/os.h"
#include "base/version.h"
#include "cli/answer.h"

enum { MOST_WAITING_BYTES = 64 << 20 };

/* A request that waits: its texts, in one buffer. */
typedef struct job {
	nch_reply *reply;
	nch_buffer bytes;
	struct {
		size_t text, length, pair, pair_length;
		bool has_pair;
	} *texts;
	size_t count, capacity;
	bool many, logits;
	struct job *next;
} job;

struct nch_serve_answers {
	nch_predictor *predictor;
	const nch_server_counts *counts;
	size_t batch, queue;
	bool any_host;
	nch_arena *arena; /* of one request's JSON */
	job *first, *last;
	size_t waiting, waiting_bytes; /* texts, and their bytes */
	nch_text *texts; /* of a batch, as the arrays below */
	float *logits, *scores, *unknown;
	bool *given;
	size_t room; /* texts that the arrays hold */
	uint64_t answered, batches, turned_away;
	double computing; /* seconds */
	double started;
};

/* --- answers that need no model --- */

static void fill(nch_reply *reply, int status, const char *type, const char *text)
{
	reply->status = status;
	reply->type = type;
	nch_buffer_text(&reply->body, text);
	reply->ready = true;
}

static void fail(nch_reply *reply, int status, const char *text)
{
	nch_buffer_clear(&reply->body);
	nch_buffer_text(&reply->body, "{\"error\":");
	nch_json_write_text(&reply->body, text, strlen(text));
	fill(reply, status, "application/json", "}\n");
}

static void tell_health(const nch_serve_answers *a, nch_reply *reply)
{
	nch_buffer_printf(&reply->body, "{\"status\":\"ok\",\"version\":\"" NCH_VERSION "\",\"labels\":%zu,\"waiting\":%zu}", a->predictor->labels, a->waiting);
	fill(reply, 200, "application/json", "\n");
}

static void add_metric(nch_buffer *out, const char *name, const char *type, const char *help, double value)
{
	nch_buffer_printf(out, "# HELP nunchi_%s %s\n# TYPE nunchi_%s %s\nnunchi_%s ", name, help, name, type, name);
	nch_json_write_double(out, value);
	nch_buffer_byte(out, '\n');
}

static void add_histogram(nch_buffer *out, const nch_server_counts *c)
{
	uint64_t sum = 0;
	nch_buffer_text(out, "# HELP nunchi_request_seconds From a request's last byte to its answer.\n# TYPE nunchi_request_seconds histogram\n");
	for (size_t i = 0; i <= NCH_SERVER_BUCKETS; i++) {
		sum += c->histogram[i];
		nch_buffer_text(out, "nunchi_request_seconds_bucket{le=\"");
		if (i < NCH_SERVER_BUCKETS)
			nch_json_write_double(out, nch_server_bounds[i]);
		else
			nch_buffer_text(out, "+Inf");
		nch_buffer_printf(out, "\"} %llu\n", (unsigned long long)sum);
	}
	nch_buffer_text(out, "nunchi_request_seconds_sum ");
	nch_json_write_double(out, c->seconds);
	nch_buffer_printf(out, "\nnunchi_request_seconds_count %llu\n", (unsigned long long)sum);
}

static void tell_metrics(const nch_serve_answers *a, nch_reply *reply)
{
	const nch_server_counts *c = a->counts;
	nch_buffer *out = &reply->body;
	nch_buffer_text(out, "# HELP nunchi_requests_total Answers by the class of their status.\n# TYPE nunchi_requests_total counter\n");
	for (int i = 2; i <= 5; i++)
		nch_buffer_printf(out, "nunchi_requests_total{status=\"%dxx\"} %llu\n", i, (unsigned long long)c->by_status[i]);
	add_metric(out, "texts_total", "counter", "Texts that were answered.", (double)a->answered);
	add_metric(out, "batches_total", "counter", "Batches that they were computed in.", (double)a->batches);
	add_metric(out, "computing_seconds_total", "counter", "Time that the batches took.", a->computing);
	add_metric(out, "waiting_texts", "gauge", "Texts in the queue.", (double)a->waiting);
	add_metric(out, "turned_away_total", "counter", "Requests for which the queue had no room (503).", (double)a->turned_away);
	add_metric(out, "connections", "gauge", "Open connections.", (double)c->open);
	add_metric(out, "connections_total", "counter", "Connections so far.", (double)c->accepted);
	add_metric(out, "malformed_total", "counter", "Requests that were no HTTP.", (double)c->refused);
	add_metric(out, "timeouts_total", "counter", "Requests that did not come whole in time.", (double)c->timed_out);
	add_metric(out, "uptime_seconds", "gauge", "Time since the start.", nch_os_seconds() - a->started);
	add_histogram(out, c);
	fill(reply, 200, "text/plain; version=0.0.4; charset=utf-8", "");
}

/* --- requests with texts --- */

static void free_job(job *j)
{
	if (j == NULL)
		return;
	nch_buffer_free(&j->bytes);
	nch_free(j->texts);
	nch_free(j);
}

/* A string, or an object with "text" and perhaps "pair". */
static nch_status add_text(job *j, const nch_json *value, nch_error *error)
{
	const nch_json *text = value, *pair = NULL;
	if (value->type == NCH_JSON_OBJECT) {
		text = nch_json_get(value, "text");
		pair = nch_json_get(value, "pair");
	}
	if (text == NULL || text->type != NCH_JSON_STRING || (pair != NULL && pair->type != NCH_JSON_STRING && pair->type != NCH_JSON_NULL))
		return nch_fail(error, NCH_DATA, "a text is a string, or an object with a string \"text\" and, if it is a pair, a string \"pair\"");
	if (memchr(text->text, '\0', text->length) != NULL || (pair != NULL && pair->type == NCH_JSON_STRING &&
	                                                       memchr(pair->text, '\0', pair->length) != NULL))
		return nch_fail(error, NCH_DATA, "a text has no NUL in it");
	NCH_TRY(nch_grow(&j->texts, &j->capacity, j->count + 1, sizeof *j->texts, error));
	size_t at = j->count++;
	j->texts[at].text = j->bytes.length;
	j->texts[at].length = text->length;
	j->texts[at].has_pair = pair != NULL && pair->type == NCH_JSON_STRING;
	nch_buffer_add(&j->bytes, text->text, text->length);
	nch_buffer_byte(&j->bytes, '\0');
	j->texts[at].pair = j->bytes.length;
	j->texts[at].pair_length = j->texts[at].has_pair ? pair->length : 0;
	if (j->texts[at].has_pair)
		nch_buffer_add(&j->bytes, pair->text, pair->length);
	nch_buffer_byte(&j->bytes, '\0');
	return nch_buffer_check(&j->bytes, error);
}

static nch_status read_job(nch_serve_answers *a, const nch_buffer *body, job *j, nch_error *error)
{
	nch_json *root = NULL;
	nch_arena_reset(a->arena);
	NCH_TRY(nch_json_parse(body->data != NULL ? body->data : "", body->length, "request", a->arena, &root, error));
	if (root->type != NCH_JSON_OBJECT)
		return nch_fail(error, NCH_DATA, "a request is an object: {\"text\":\"…\"} or {\"texts\":[\"…\",\"…\"]}");
	const nch_json *texts = nch_json_get(root, "texts");
	j->logits = nch_json_bool(root, "logits", false);
	if (texts == NULL)
		return add_text(j, root, error);
	j->many = true;
	if (texts->type != NCH_JSON_ARRAY || nch_json_get(root, "text") != NULL)
		return nch_fail(error, NCH_DATA, "\"texts\" is an array of texts, and stands in place of \"text\"");
	for (const nch_json *item = texts->first; item != NULL; item = item->next)
		NCH_TRY(add_text(j, item, error));
	return NCH_OK;
}

static void take_texts(nch_serve_answers *a, const nch_http_request *request, nch_reply *reply)
{
	nch_error error = {0};
	job *j = nch_alloc(1, sizeof *j);
	nch_status status = j != NULL ? read_job(a, &request->body, j, &error) : nch_no_memory(&error);
	if (status != NCH_OK) {
		fail(reply, status == NCH_MEMORY ? 503 : 400, error.text);
	} else if (j->count > a->queue) {
		fail(reply, 413, "more texts than the queue holds; send them in several requests");
	} else if (a->waiting + j->count > a->queue || a->waiting_bytes + j->bytes.length > MOST_WAITING_BYTES) {
		a->turned_away++;
		reply->more = "Retry-After: 1\r\n";
		fail(reply, 503, "the queue is full; try again in a moment");
	} else {
		j->reply = reply;
		*(a->last != NULL ? &a->last->next : &a->first) = j;
		a->last = j;
		a->waiting += j->count;
		a->waiting_bytes += j->bytes.length;
		return;
	}
	free_job(j);
}

/* --- who may ask, and for what --- */

/* "127.0.0.1:8080", "localhost", "[::1]:80": this machine. A web page that makes a name of its own point here sends that name. */
static bool is_this_machine(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i]);
		if (strncasecmp(host, names[i], length) == 0 && (host[length] == '\0' || host[length] == ':'))
			return true;
	}
	return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.:") == strlen(host);
}

static bool is_path(const char *target, const char *path)
{
	size_t length = strlen(path);
	return strncmp(target, path, length) == 0 && (target[length] == '\0' || target[length] == '?');
}

static void take(void *context, const nch_http_request *request, nch_reply *reply)
{
	nch_serve_answers *a = context;
	const char *target = request->target;
	bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0, posts = strcmp(request->method, "POST") == 0;
	if (!a->any_host && request->host != NULL && !is_this_machine(request->host))
		fail(reply, 403, "this server is asked for by the name of this machine (localhost) alone; --allow-remote lifts that");
	else if (is_path(target, "/predict") && posts)
		take_texts(a, request, reply);
	else if (is_path(target, "/predict")) {
		reply->more = "Allow: POST\r\n";
		fail(reply, 405, "POST a JSON object: {\"text\":\"…\"}");
	} else if (!is_path(target, "/health") && !is_path(target, "/metrics") && !is_path(target, "/"))
		fail(reply, 404, "there are /predict, /health, /metrics and /");
	else if (!reads) {
		reply->more = "Allow: GET, HEAD\r\n";
		fail(reply, 405, "GET it");
	} else if (is_path(target, "/health"))
		tell_health(a, reply);
	else if (is_path(target, "/metrics"))
		tell_metrics(a, reply);
	else {
		reply->more = "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'\r\n";
		fill(reply, 200, "text/html; charset=utf-8", nch_serve_page);
	}
}

/* --- batches --- */

static void free_arrays(nch_serve_answers *a)
{
	nch_free(a->texts);
	nch_free(a->logits);
	nch_free(a->scores);
	nch_free(a->unknown);
	nch_free(a->given);
}

static nch_status make_room(nch_serve_answers *a, size_t count, nch_error *error)
{
	size_t labels = a->predictor->labels, cells;
	if (count <= a->room)
		return NCH_OK;
	if (!nch_size_mul(count, labels, &cells))
		return nch_no_memory(error);
	a->room = 0;
	free_arrays(a);
	a->texts = nch_alloc(count, sizeof *a->texts);
	a->unknown = nch_alloc(count, sizeof *a->unknown);
	a->logits = nch_alloc(cells, sizeof *a->logits);
	a->scores = nch_alloc(cells, sizeof *a->scores);
	a->given = nch_alloc(cells, sizeof *a->given);
	if (!a->texts || !a->unknown || !a->logits || !a->scores || !a->given)
		return nch_no_memory(error);
	a->room = count;
	return NCH_OK;
}

static void write_answers(nch_serve_answers *a, job *j, size_t from)
{
	nch_predictor *p = a->predictor;
	size_t labels = p->labels;
	const nch_answer_form form = {.format = NCH_ANSWER_JSONL, .logits = j->logits};
	const nch_answerer who = {labels, p->label_names, p->multi_label, p->settings.label_objects};
	nch_buffer *out = &j->reply->body;
	if (j->many)
		nch_buffer_text(out, "{\"answers\":[");
	for (size_t i = from; i < from + j->count; i++) {
		size_t best = nch_predictor_answer(p, a->logits + i * labels, a->scores + i * labels, a->given + i * labels);
		const nch_record record = {.line = {.text = (char *)(uintptr_t)a->texts[i].text, .length = a->texts[i].length, .end = "\n"}, .text = a->texts[i]};
		const nch_answer answer = {a->scores + i * labels, a->logits + i * labels, a->given + i * labels, best, a->unknown[i], false};
		if (i > from)
			nch_buffer_byte(out, ',');
		nch_answer_write(&form, &who, &record, &answer, out);
		if (j->many && !out->failed && out->length > 0 && out->data[out->length - 1] == '\n')
			out->data[--out->length] = '\0';
	}
	if (j->many)
		nch_buffer_text(out, "]}\n");
	fill(j->reply, 200, "application/json", "");
}

/* Computes the jobs' texts and writes their answers. */
static nch_status compute(nch_serve_answers *a, job *first, const job *behind, size_t count, nch_error *error)
{
	size_t at = 0;
	NCH_TRY(make_room(a, count, error));
	for (const job *j = first; j != behind; j = j->next)
		for (size_t i = 0; i < j->count; i++)
			a->texts[at++] = (nch_text){.text = j->bytes.data + j->texts[i].text, .length = j->texts[i].length,
			                            .pair = j->texts[i].has_pair ? j->bytes.data + j->texts[i].pair : NULL, .pair_length = j->texts[i].pair_length};
	memset(a->unknown, 0, count * sizeof *a->unknown);
	a->predictor->shares = a->unknown;
	nch_status status = count > 0 ? nch_predictor_logits(a->predictor, a->texts, count, a->logits, error) : NCH_OK;
	a->predictor->shares = NULL;
	NCH_TRY(status);
	at = 0;
	for (job *j = first; j != behind; j = j->next) {
		write_answers(a, j, at);
		at += j->count;
	}
	return NCH_OK;
}

/* Jobs from the front of the queue, as many as make a batch. Where they fail together, each is tried alone, so that one request is not refused for
 * another's sake. */
static bool work(void *context)
{
	nch_serve_answers *a = context;
	size_t count = 0;
	job *first = a->first, *behind = first;
	nch_error error = {0};
	if (first == NULL)
		return false;
	while (behind != NULL && (behind == first || count + behind->count <= a->batch)) {
		count += behind->count;
		behind = behind->next;
	}
	double start = nch_os_seconds();
	nch_status status = compute(a, first, behind, count, &error);
	for (job *j = first; j != behind && status != NCH_OK; j = j->next)
		if (!j->reply->ready && compute(a, j, j->next, j->count, &error) != NCH_OK)
			fail(j->reply, error.status == NCH_DATA ? 422 : error.status == NCH_MEMORY ? 503 : 500, error.text);
	a->computing += nch_os_seconds() - start;
	a->batches++;
	a->answered += count;
	a->waiting -= count;
	a->first = behind;
	if (behind == NULL)
		a->last = NULL;
	while (first != behind) {
		job *next = first->next;
		a->waiting_bytes -= first->bytes.length;
		free_job(first);
		first = next;
	}
	return a->first != NULL;
}

/* --- opening and closing --- */

nch_status nch_serve_answers_new(nch_predictor *predictor, size_t batch, size_t queue, bool any_host, nch_serve_answers **answers, nch_error *error)
{
	nch_serve_answers *a = nch_alloc(1, sizeof *a);
	if (a != NULL)
		a->arena = nch_arena_new(0);
	if (a == NULL || a->arena == NULL) {
		nch_free(a);
		return nch_no_memory(error);
	}
	a->predictor = predictor;
	a->batch = batch;
	a->queue = queue;
	a->any_host = any_host;
	a->started = nch_os_seconds();
	*answers = a;
	return NCH_OK;
}

nch_service nch_serve_answers_service(nch_serve_answers *answers)
{
	return (nch_service){take, work, answers};
}

void nch_serve_answers_counts(nch_serve_answers *answers, const nch_server_counts *counts)
{
	answers->counts = counts;
}

uint64_t nch_serve_answers_texts(const nch_serve_answers *answers)
{
	return answers->answered;
}

void nch_serve_answers_free(nch_serve_answers *a)
{
	if (a == NULL)
		return;
	while (a->first != NULL) {
		job *next = a->first->next;
		free_job(a->first);
		a->first = next;
	}
	free_arrays(a);
	nch_arena_free(a->arena);
	nch_free(a);
}
