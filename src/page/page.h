/* page.h - the models as a page in a browser asks them: files are handed over as bytes (base/os_wasm.c), then texts are answered. One set of models
 * at a time.
 *
 * Each function but the last returns 0, or else the answer is {"error":"…"}. Texts are UTF-8, not ended by anything. */
#ifndef NCH_PAGE_PAGE_H
#define NCH_PAGE_PAGE_H

#include <stddef.h>

/* Opens the model whose files are called model/config.json, model/model.safetensors …, and that of books in model/storybook/ where there is one. The
 * answer: {"labels":[{"name","mark","light","dark"}],"inside":true}, how each label looks (apps/emotions.h), and whether there is a transformer to
 * look into. */
int nch_page_open(void);
/* One text: {"label","labels" (those that are given),"scores":{…},"logits":[…],"words":[{"word","worth"}]}. What a word is worth to the answer is
 * what `nunchi explain --by word` says. */
int nch_page_ask(const char *text, size_t length);
/* Where the transformer looked, of a committee its first one: {"label","score" (its own answer),"tokens":[…],"layers","heads","attention":[…]}, all
 * maps one after the other: (layers, heads, tokens, tokens), who looks, then at whom. */
int nch_page_look(const char *text, size_t length);
/* Pages of their own, HTML: all steps of that transformer (apps/trace.h), and a book with its arc (apps/book_html.h). */
int nch_page_trace(const char *text, size_t length, int korean);
int nch_page_book(const char *text, size_t length, int korean);
const char *nch_page_answer(void); /* of the last call, UTF-8; valid until the next one */

#endif
