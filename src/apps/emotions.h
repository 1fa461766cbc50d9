/* emotions.h - how an emotion looks on a page: a colour for a light and a dark ground, and a mark for those who see no colours.
 *
 * Known names, Korean or English, have a fixed look; any other label gets one by its number. */
#ifndef NCH_APPS_EMOTIONS_H
#define NCH_APPS_EMOTIONS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct nch_emotion_look {
	const char *mark;        /* one character, UTF-8; "" for a neutral one */
	const char *light, *dark; /* CSS colours of text and lines on a light and on a dark ground; tints are made from them by transparency */
	const char *underline;   /* CSS text-decoration-style; "none" without a line */
	bool neutral;
} nch_emotion_look;

/* The look of the label of this name, the `index`th of a model. */
const nch_emotion_look *nch_emotion_look_of(const char *name, size_t index);

#endif
