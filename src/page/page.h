/* page.h - the model as a page in a browser asks it: files are handed over as bytes (base/os_wasm.c), then texts are answered. One model at a time. */
#ifndef NCH_PAGE_PAGE_H
#define NCH_PAGE_PAGE_H

#include <stddef.h>

/* Opens the model whose files are called model/config.json, model/model.safetensors … 0, or else nch_page_answer() says why not. */
int nch_page_open(void);
/* Answers a text with a JSON object: "label", "labels" (those that are given), "scores", "logits", and "words", each with its "worth": by how much the best label's
 * logit falls where the word is left out. 0, or else the answer has an "error". */
int nch_page_ask(const char *text, size_t length);
const char *nch_page_answer(void); /* of the last call, UTF-8; valid until the next one */

#endif
