/* serve_answers.h - what a server answers with a model: texts out of requests, a bounded queue of them, answers in batches.
 *
 *     POST /predict   {"text":"…"} {"text":"…","pair":"…"} {"texts":["…",{"text":"…","pair":"…"},…]}, with "logits":true or not
 *     GET /health     {"status":"ok",…}
 *     GET /metrics    Prometheus' text format
 *     GET /           a page to try it with
 *
 * One text is answered with the line that `nunchi predict` prints, many with {"answers":[…]} of such objects in their order: the same bytes. */
#ifndef NCH_CLI_SERVE_ANSWERS_H
#define NCH_CLI_SERVE_ANSWERS_H

#include "serve/server.h"
#include "train/predictor.h"

typedef struct nch_serve_answers nch_serve_answers;

/* Answers with `predictor` (borrowed): at most `batch` texts at once, unless one request has more; at most `queue` texts wait, further requests get
 * 503. `any_host`: requests may name any host, else only this machine, so that no web page can reach it by a name of its own. */
nch_status nch_serve_answers_new(nch_predictor *predictor, size_t batch, size_t queue, bool any_host, nch_serve_answers **answers, nch_error *error);
nch_service nch_serve_answers_service(nch_serve_answers *answers);
void nch_serve_answers_counts(nch_serve_answers *answers, const nch_server_counts *counts); /* whose /metrics are told; borrowed */
uint64_t nch_serve_answers_texts(const nch_serve_answers *answers); /* answered so far */
void nch_serve_answers_free(nch_serve_answers *answers); /* NULL is allowed */

extern const char nch_serve_page[];

#endif
