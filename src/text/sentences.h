/* sentences.h - Korean text cut into sentences, by rules that a reader can follow and without an analyser.
 *
 * A sentence of Korean shows its end in its last word: the verb stands there, and its ending says that nothing follows (먹었습니다,
 * 좋아요, 갔다). In letters, blogs and chats the ending is often all there is, without a full stop. So a gap between two words is
 * looked at from three sides:
 *
 *     …맛있었어요ㅎㅎ 다음에는…
 *         ~~~~ ~~ ~~~~
 *         stem tail next
 *
 *   stem   what the last word ends in: a FINAL ending (습니다), a WEAK one that may also be something else (가자, 좋네), an OPEN
 *          one that waits for more (먹고 나서, 집에), or nothing of note;
 *   tail   what stands between: nothing, a comma, a full stop, ? or !, dots, an emoticon, the end of a quotation;
 *   next   what follows: a word that goes on with the sentence (라고, 보니), one that opens a new one (그런데), or any other.
 *
 * sentence_rules.c holds all the words and endings as tables; the decision itself is one small table there. Quotations and brackets that
 * are closed on their line are kept whole. A line break of any kind (base/utf8.h) ends a sentence, unless lines are to be joined.
 *
 * Any bytes are taken; time is linear in the length, memory one byte for each bracket or quotation mark and the list of pieces. */
#ifndef NCH_TEXT_SENTENCES_H
#define NCH_TEXT_SENTENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "text/splitter.h"

/* Why a piece ends where it does. */
typedef enum nch_sentence_reason {
	NCH_SENTENCE_TEXT_END,  /* nothing follows */
	NCH_SENTENCE_LINE,      /* a line break, or a blank line where lines are joined */
	NCH_SENTENCE_STOP,      /* a full stop */
	NCH_SENTENCE_QUESTION,  /* a question or exclamation mark */
	NCH_SENTENCE_DOTS,      /* an ellipsis */
	NCH_SENTENCE_EMOTICON,  /* ㅎㅎ ^^ ~ 😊 behind an ending */
	NCH_SENTENCE_QUOTATION, /* a closed quotation, or a remark in brackets */
	NCH_SENTENCE_ENDING     /* the ending of the last word alone */
} nch_sentence_reason;

/* A piece of the text: bytes [begin, end), with the blanks and line breaks that follow the sentence. The pieces of a text, put together,
 * are the text. [text_begin, text_end) is the piece without what is blank at its ends; empty only where the whole text is blank. */
typedef struct nch_sentence {
	size_t begin, text_begin, text_end, end;
	nch_sentence_reason reason;
	const char *ending; /* the rule that knew the last word, as it stands in the table; NULL: none did */
} nch_sentence;

typedef struct nch_sentences {
	nch_sentence *items;
	size_t count, capacity;
} nch_sentences;

/* Replaces the content of *sentences, which starts as {0} and is released with nch_sentences_free. join_lines: a line break counts as a
 * blank, as in a text that was broken to fit a page; only an empty line ends a sentence. An empty text has no pieces. */
nch_status nch_sentences_split(const nch_splitter *splitter, const char *text, size_t length, bool join_lines, nch_sentences *sentences,
                               nch_error *error);
void nch_sentences_free(nch_sentences *sentences);

const char *nch_sentence_reason_name(nch_sentence_reason reason); /* "ending" */

#endif
