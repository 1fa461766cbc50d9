/* http_test.c - requests out of bytes. */
#include "serve/http.h"

#include <string.h>

#include "test.h"

static const nch_http_limits limits = {.head = 400, .body = 100};

/* Takes the text in pieces of `step` bytes; returns how many were taken. */
static size_t feed(nch_http_request *r, const char *text, size_t step)
{
	size_t at = 0, length = strlen(text);
	while (at < length && r->state != NCH_HTTP_DONE && r->state != NCH_HTTP_REFUSED) {
		size_t give = length - at < step ? length - at : step, taken = nch_http_take(r, text + at, give);
		at += taken;
		if (taken < give)
			break;
	}
	return at;
}

/* The same whatever the pieces: method, target and body of a good request. */
static void check_good(const char *text, const char *method, const char *target, const char *body, bool keeps)
{
	for (size_t step = 1; step <= strlen(text); step++) {
		nch_http_request r = {.limits = limits};
		CHECK(feed(&r, text, step) == strlen(text));
		CHECK(r.state == NCH_HTTP_DONE);
		if (r.state == NCH_HTTP_DONE) {
			CHECK_TEXT(r.method, method);
			CHECK_TEXT(r.target, target);
			CHECK_TEXT(r.body.data != NULL ? r.body.data : "", body);
			CHECK(r.keep_alive == keeps);
		}
		nch_http_free(&r);
	}
}

TEST(good_requests)
{
	check_good("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "", true);
	check_good("\r\n\r\nGET /x?y=1 HTTP/1.1\r\nHost:a\r\nConnection: x, Close\r\n\r\n", "GET", "/x?y=1", "", false);
	check_good("GET / HTTP/1.0\r\n\r\n", "GET", "/", "", false);
	check_good("POST /p HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc", "POST", "/p", "abc", true);
	check_good("POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n002;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n", "POST", "/p", "abcde", true);
}

/* What must be refused, and with which status. */
TEST(bad_requests)
{
#define HEAD "POST / HTTP/1.1\r\nHost: a\r\n"
	static const struct {
		const char *text;
		int status;
	} bad[] = {
		{"GET /\r\n\r\n", 400}, {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400}, {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505}, {"GET / FTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400}, {"GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400}, {"GET / HTTP/1.1\nHost: a\n\n", 400},
		{"GET / HTTP/1.1\r\n\r\n", 400}, {HEAD "Host: b\r\n\r\n", 400}, {HEAD "X : y\r\n\r\n", 400}, {HEAD " folded\r\n\r\n", 400}, {HEAD "nothing\r\n\r\n", 400},
		{HEAD "X: a\rb\r\n\r\n", 400}, {HEAD "X: a\x01\r\n\r\n", 400}, {HEAD "Content-Length: -1\r\n\r\n", 400}, {HEAD "Content-Length: 0x1\r\n\r\n", 400},
		{HEAD "Content-Length: +1\r\n\r\n", 400}, {HEAD "Content-Length:\r\n\r\n", 400}, {HEAD "Content-Length: 1, 1\r\n\r\n", 400},
		{HEAD "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400}, {HEAD "Content-Length: 101\r\n\r\n", 413},
		{HEAD "Content-Length: 99999999999999999999999999999999\r\n\r\n", 413}, {HEAD "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n", 501}, {HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400}, {HEAD "Expect: cake\r\n\r\n", 417},
		{HEAD "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400}, {HEAD "Transfer-Encoding: chunked\r\n\r\n\r\n", 400},
		{HEAD "Transfer-Encoding: chunked\r\n\r\n65\r\n", 413}, {HEAD "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFFFFFF\r\n", 413},
		{HEAD "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400}, {HEAD "Transfer-Encoding: chunked\r\n\r\n1 \r\n", 400},
		{HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400}, {HEAD "Transfer-Encoding: chunked\r\n\r\n1\na\r\n", 400},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		for (size_t step = 1; step < 60; step += 7) {
			nch_http_request r = {.limits = limits};
			feed(&r, bad[i].text, step);
			if (r.state != NCH_HTTP_REFUSED || r.refusal != bad[i].status)
				printf("  case %zu: state %d, status %d, not %d\n", i, (int)r.state, r.refusal, bad[i].status);
			CHECK(r.state == NCH_HTTP_REFUSED && r.refusal == bad[i].status);
			nch_http_free(&r);
		}
	nch_http_request r = {.limits = limits};
	CHECK(nch_http_take(&r, "GET /\0 HTTP/1.1\r\n", 17) > 0 && r.refusal == 400);
	nch_http_free(&r);
}

TEST(limits_hold)
{
	nch_http_request r = {.limits = limits};
	for (int i = 0; i < 500 && r.state == NCH_HTTP_HEAD; i++)
		nch_http_take(&r, "a", 1);
	CHECK(r.refusal == 414 && r.head.length <= limits.head);
	nch_http_free(&r);
	r = (nch_http_request){.limits = limits};
	feed(&r, "GET / HTTP/1.1\r\n", 100);
	for (int i = 0; i < 500 && r.state == NCH_HTTP_HEAD; i++)
		feed(&r, "X: y\r\n", 100);
	CHECK(r.refusal == 431 && r.head.length <= limits.head);
	nch_http_free(&r);
	r = (nch_http_request){.limits = limits};
	feed(&r, HEAD "Transfer-Encoding: chunked\r\n\r\n", 100);
	for (int i = 0; i < 500 && r.state != NCH_HTTP_REFUSED; i++)
		feed(&r, "1\r\na\r\n", 100);
	CHECK(r.refusal == 413 && r.body.length == limits.body);
	nch_http_free(&r);
}

/* One behind the other: each takes its own bytes alone. */
TEST(pipelined)
{
	const char *text = HEAD "Content-Length: 2\r\n\r\nabGET /next HTTP/1.1\r\nHost: a\r\n\r\n";
	nch_http_request r = {.limits = limits};
	size_t taken = nch_http_take(&r, text, strlen(text));
	CHECK(r.state == NCH_HTTP_DONE && strncmp(text + taken, "GET /next", 9) == 0);
	nch_http_next(&r);
	CHECK(!nch_http_has_begun(&r));
	taken += nch_http_take(&r, text + taken, strlen(text) - taken);
	CHECK(r.state == NCH_HTTP_DONE && taken == strlen(text));
	CHECK_TEXT(r.target, "/next");
	CHECK(r.body.length == 0);
	nch_http_free(&r);
}

int main(void)
{
	RUN(good_requests);
	RUN(bad_requests);
	RUN(limits_hold);
	RUN(pipelined);
	return test_end();
}
