/* eye.h - somebody who looks on while a model computes: every step of a forward pass by its name, with the line of C that made it.
 *
 * What a family computes is written in its own file (src/nn/forward.c, src/nn/funnel.c); there each tensor that has a name goes through NCH_SEE on
 * its way. Where nobody looks that is one comparison with NULL. The names and formulas are one table, nch_seen_steps. */
#ifndef NCH_NN_EYE_H
#define NCH_NN_EYE_H

#include "nn/tape.h"

typedef enum nch_seen {
	NCH_SEEN_EMBEDDINGS_SUM,
	NCH_SEEN_EMBEDDINGS_NORM,
	NCH_SEEN_EMBEDDINGS_PROJECTED,
	NCH_SEEN_POOLED_QUERY, /* Funnel: the rows before a layer, two by two */
	NCH_SEEN_QKV, /* ModernBERT: all three in one, before they are rotated */
	NCH_SEEN_QUERY,
	NCH_SEEN_KEY,
	NCH_SEEN_VALUE,
	NCH_SEEN_SCORES,    /* these two (heads, queries, keys): told by the op itself */
	NCH_SEEN_ATTENTION,
	NCH_SEEN_CONTEXT,
	NCH_SEEN_MIXED,
	NCH_SEEN_ATTENDED,
	NCH_SEEN_ATTENDED_SUM, /* these three where LayerNorm stands before a map, not behind the sum */
	NCH_SEEN_UP_OF_NORM,
	NCH_SEEN_OUTPUT_SUM,
	NCH_SEEN_UP,
	NCH_SEEN_ACTIVATED, /* made within the next linear op; whoever looks makes it again */
	NCH_SEEN_DOWN,
	NCH_SEEN_OUTPUT,
	NCH_SEEN_POOLED,
	NCH_SEEN_LOGITS,
	NCH_SEEN_PROBABILITIES, /* these two are made of the logits */
	NCH_SEEN_LOSS,
	NCH_SEEN_STEPS
} nch_seen;

typedef struct nch_seen_step {
	const char *name;    /* within its layer */
	bool in_layer;
	const char *formula; /* x is what the layer was given */
} nch_seen_step;
extern const nch_seen_step nch_seen_steps[NCH_SEEN_STEPS];

/* Where in the source something was computed; constants. */
typedef struct nch_place {
	const char *file, *function;
	int line;
} nch_place;

/* Of what no tensor is made for. `back`: how many lines above the macro it stands. */
#define NCH_PLACE(name, function, back) const nch_place name = {__FILE__, function, __LINE__ - (back)}
extern const nch_place nch_place_of_ce, nch_place_of_bce;

/* Attention of all heads, of a batch of one sentence: the scores and their softmax, each (heads, queries, keys), before dropout. */
typedef struct nch_seen_scores {
	size_t heads, queries, keys;
	const float *scores, *attention;
	const char *formula; /* of the scores, where it is not that of the table */
	nch_place place;
} nch_seen_scores;

/* f(x) within a linear op, which keeps neither it nor its gradient: the values (gradient false) or, in the way back, their gradient. */
typedef struct nch_seen_activated {
	const nch_tensor *x;
	const float *values; /* of x's shape */
	bool gradient;
	nch_place place;
} nch_seen_activated;

/* What the pointers point to is valid during the call only. gradient: told of each op's output in the way back, from the last to the first, when its
 * gradient is whole (tensor->grad; NULL: it has none) and before it is used. */
typedef struct nch_eye {
	void *context;
	void (*step)(void *context, nch_seen what, size_t layer, const nch_tensor *tensor, const nch_place *place);
	void (*scores)(void *context, const nch_seen_scores *scores);
	void (*activated)(void *context, const nch_seen_activated *activated);
	void (*gradient)(void *context, const nch_tensor *tensor);
} nch_eye;

/* Who looks from now on; NULL: nobody. The eye is the caller's. */
void nch_tape_set_eye(nch_tape *tape, const nch_eye *eye);

/* The tensor, which may be NULL, after it has been shown under that name. */
#define NCH_SEE(tape, what, layer, made) nch_tape_see((tape), (what), (layer), (made), &(const nch_place){__FILE__, __func__, __LINE__})
nch_tensor *nch_tape_see(nch_tape *tape, nch_seen what, size_t layer, nch_tensor *tensor, const nch_place *place);

#endif
