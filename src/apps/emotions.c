/* emotions.c - how an emotion looks on a page.
 *
 * The colours keep a contrast of 4.5 to 1 to their ground; hues are apart for the usual kinds of colour blindness (Okabe & Ito 2008), and marks and
 * underlines are apart for everybody. */
#include "apps/emotions.h"

#include <string.h>

enum { HAPPY, SAD, ANGRY, AFRAID, SURPRISED, DISGUSTED, NEUTRAL, MORE };

static const nch_emotion_look looks[] = {
	[HAPPY] = {"▲", "#9a5b00", "#f0b429", "solid", false},
	[SAD] = {"▽", "#0b5fa5", "#6db8f2", "dashed", false},
	[ANGRY] = {"◆", "#b3261e", "#ff8a80", "wavy", false},
	[AFRAID] = {"◇", "#6a3fa0", "#c3a3f5", "dotted", false},
	[SURPRISED] = {"✱", "#00695c", "#4fd1b5", "double", false},
	[DISGUSTED] = {"✖", "#5d6b00", "#c5d44c", "dashed", false},
	[NEUTRAL] = {"", "#5f6368", "#9aa0a6", "none", true},
	[MORE] = {"●", "#a3246f", "#f48fc6", "dotted", false},
	{"■", "#39566b", "#a8c4d9", "double", false},
	{"★", "#7a4a2b", "#d9a982", "solid", false},
	{"○", "#2f6b2f", "#8fd18f", "wavy", false},
	{"□", "#444b9a", "#a9b0f5", "dashed", false},
};

static const struct {
	const char *name;
	size_t look;
} names[] = {
	{"행복", HAPPY}, {"기쁨", HAPPY}, {"즐거움", HAPPY}, {"사랑", HAPPY}, {"긍정", HAPPY}, {"happy", HAPPY}, {"happiness", HAPPY}, {"joy", HAPPY}, {"positive", HAPPY},
	{"슬픔", SAD}, {"상처", SAD}, {"sad", SAD}, {"sadness", SAD},
	{"분노", ANGRY}, {"화남", ANGRY}, {"분노혐오", ANGRY}, {"부정", ANGRY}, {"angry", ANGRY}, {"anger", ANGRY}, {"negative", ANGRY},
	{"공포", AFRAID}, {"불안", AFRAID}, {"두려움", AFRAID}, {"fear", AFRAID}, {"anxious", AFRAID}, {"anxiety", AFRAID},
	{"놀람", SURPRISED}, {"당황", SURPRISED}, {"surprise", SURPRISED}, {"surprised", SURPRISED},
	{"혐오", DISGUSTED}, {"disgust", DISGUSTED},
	{"중립", NEUTRAL}, {"평온", NEUTRAL}, {"없음", NEUTRAL}, {"neutral", NEUTRAL}, {"none", NEUTRAL},
};

const nch_emotion_look *nch_emotion_look_of(const char *name, size_t index)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, name) == 0)
			return &looks[names[i].look];
	size_t others = sizeof looks / sizeof *looks - MORE;
	return &looks[MORE + index % others];
}
