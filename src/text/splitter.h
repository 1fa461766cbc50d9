/* splitter.h - the rules by which a text is cut into sentences, made ready for looking up. */
#ifndef NCH_TEXT_SPLITTER_H
#define NCH_TEXT_SPLITTER_H

/* May be used by several threads at once. NULL without memory. Release with nch_splitter_free. */
typedef struct nch_splitter nch_splitter;
nch_splitter *nch_splitter_new(void);
void nch_splitter_free(nch_splitter *splitter); /* NULL is allowed */

#endif
