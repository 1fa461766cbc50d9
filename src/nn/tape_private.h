/* tape_private.h - what the ops see of the tape. Beside them and src/nn/tape.c only those include this who look on (exact.c, eye.c). */
#ifndef NCH_NN_TAPE_PRIVATE_H
#define NCH_NN_TAPE_PRIVATE_H

#include "nn/exact.h"
#include "nn/eye.h"
#include "nn/tape.h"

/* What kind of op it is: a constant in its file, beside its builder. */
typedef struct nch_op {
	const char *name;
	void (*backward)(nch_tape *tape, nch_node *node); /* gives the gradient of node->out to the inputs */
	void (*exact)(nch_exact *exact, const nch_node *node); /* the same formula in double, without tricks; NULL: nobody has written it */
} nch_op;

/* One op as it was applied. Each op's own record begins with this; what else it holds (inputs, what the forward pass keeps for the backward pass) is
 * its file's affair. */
struct nch_node {
	const nch_op *op;
	nch_tensor *out; /* NULL: of the loss, whose gradient is 1 */
};

struct nch_tape {
	nch_compute *compute;
	nch_arena *activations; /* data and nodes */
	nch_arena *gradients;   /* of activations; blocks are reused within the step */
	nch_node **nodes;
	size_t count, capacity;
	struct spare {
		float *data;
		size_t floats;
	} *spares;              /* blocks of `gradients` that nobody uses now */
	size_t spare_count, spare_capacity;
	nch_step step;
	bool failed;
	nch_attention_watch *watch;
	void *watch_context;
	const nch_eye *eye; /* or NULL: nobody looks on */
};

/* rows × columns floats for a new activation; NULL, and the tape has failed, without memory. */
float *nch_tape_floats(nch_tape *tape, size_t rows, size_t columns);
/* A new activation; wants_grad is set if the tape records and one of the inputs wants one. */
nch_tensor *nch_tape_tensor(nch_tape *tape, size_t rows, size_t columns, nch_tensor *const *inputs, size_t count);
/* Writes an op down: its record of `size` bytes, zeros behind the node that it begins with. NULL if nothing is recorded (the op need not save
 * anything) or without memory. */
void *nch_tape_record(nch_tape *tape, const nch_op *op, nch_tensor *out, size_t size);

/* Memory for a gradient, and its return. */
float *nch_gradient_take(nch_tape *tape, size_t floats);
void nch_gradient_release(nch_tape *tape, float *data, size_t floats);
/* tensor->grad += data, or = data where nothing is set; the memory (from nch_gradient_take) is taken over. */
void nch_gradient_give(nch_tape *tape, nch_tensor *tensor, float *data);
/* Makes tensor->grad ready for adding: allocated, and zero where nothing was set. False without memory. */
bool nch_gradient_open(nch_tape *tape, nch_tensor *tensor);
/* The same for an op that can itself overwrite: allocated; *accumulate tells whether to add. */
bool nch_gradient_start(nch_tape *tape, nch_tensor *tensor, int *accumulate);

nch_dropout nch_tape_dropout(const nch_tape *tape, float p, uint32_t site, uint64_t row);

#endif
