/* op_embedding.c - the rows of the tables that belong to each token, added up; and their gradients, added back by ascending token. */
#include "nn/int8.h"
#include "nn/tape_private.h"

#include <string.h>

typedef struct embedding_node {
	nch_node node;
	nch_tensor *tables[3]; /* word, type, position */
	const nch_batch *batch;
	const int32_t *types;
} embedding_node;

typedef struct embedding_job {
	const nch_kernels *kernels;
	const nch_int8_kernels *int8;
	const nch_batch *batch;
	const nch_tensor *word, *type, *position;
	const int32_t *types;
	nch_tensor *out;
	/* backward */
	float *table;
	const int32_t *index;
} embedding_job;

/* The same sum where some of the tables are bytes. */
static void embed_bytes(const embedding_job *job, size_t begin, size_t end)
{
	const nch_tensor *tables[] = {job->word, job->type, job->position};
	const int32_t *indices[] = {job->batch->token, job->types, job->batch->position};
	float *out = job->out->data;
	for (int i = 0; i < 3; i++) {
		const nch_tensor *t = tables[i];
		if (t == NULL)
			continue;
		if (t->int8 != NULL)
			job->int8->look_up(out, t->int8->table, t->int8->scale, indices[i], t->columns, i > 0, begin, end);
		else if (i == 0)
			job->kernels->embedding(out, t->data, NULL, NULL, indices[i], NULL, NULL, t->columns, begin, end);
		else
			for (size_t r = begin; r < end; r++)
				job->kernels->add(out + r * t->columns, t->data + (size_t)indices[i][r] * t->columns, t->columns);
	}
}

static bool is_bytes(const nch_tensor *table)
{
	return table != NULL && table->int8 != NULL;
}

static void embed_range(void *context, size_t begin, size_t end)
{
	const embedding_job *job = context;
	const nch_batch *batch = job->batch;
	if (is_bytes(job->word) || is_bytes(job->type) || is_bytes(job->position)) {
		embed_bytes(job, begin, end);
		return;
	}
	job->kernels->embedding(job->out->data, job->word->data, job->type ? job->type->data : NULL, job->position ? job->position->data : NULL,
	                        batch->token, job->type ? job->types : NULL, job->position ? batch->position : NULL, job->out->columns, begin, end);
}

/* Each token's row of the type table: the first, where there is but one (RoBERTa), whichever text of a pair the token is from. */
static const int32_t *type_rows(nch_tape *tape, const nch_batch *batch, const nch_tensor *type)
{
	if (type == NULL || type->rows > 1)
		return batch->type;
	int32_t *zeros = nch_tape_alloc(tape, batch->tokens, sizeof *zeros);
	if (zeros != NULL)
		memset(zeros, 0, batch->tokens * sizeof *zeros);
	return zeros;
}

static void embedding_backward(nch_tape *tape, nch_node *node);
static void embedding_exact(nch_exact *e, const nch_node *node);
static const nch_op embedding_op = {"embedding", embedding_backward, embedding_exact};

nch_tensor *nch_embedding(nch_tape *tape, const nch_batch *batch, nch_tensor *word, nch_tensor *type, nch_tensor *position)
{
	if (tape->failed)
		return NULL;
	nch_tensor *inputs[] = {word, type, position};
	nch_tensor *out = nch_tape_tensor(tape, batch->tokens, word->columns, inputs, 3);
	embedding_node *node = nch_tape_record(tape, &embedding_op, out, sizeof *node);
	const int32_t *types = type_rows(tape, batch, type);
	if (tape->failed)
		return NULL;
	if (node != NULL) {
		for (int i = 0; i < 3; i++)
			node->tables[i] = inputs[i];
		node->batch = batch;
		node->types = types;
	}
	embedding_job job = {tape->compute->kernels, tape->compute->int8, batch, word, type, position, types, out, NULL, NULL};
	nch_parallel(tape->compute, batch->tokens, 8, embed_range, &job);
	return out;
}

static void add_back_range(void *context, size_t begin, size_t end)
{
	const embedding_job *job = context;
	job->kernels->embedding_backward(job->table, job->out->grad, job->index, job->out->rows, job->out->columns, begin, end);
}

static void embedding_backward(nch_tape *tape, nch_node *node)
{
	const embedding_node *n = (embedding_node *)node;
	const int32_t *indices[] = {n->batch->token, n->types, n->batch->position};
	for (int i = 0; i < 3; i++) {
		nch_tensor *table = n->tables[i];
		if (table == NULL || !table->wants_grad || !nch_gradient_open(tape, table))
			continue;
		embedding_job job = {.kernels = tape->compute->kernels, .out = node->out, .table = table->grad, .index = indices[i]};
		nch_parallel(tape->compute, table->columns, 64, add_back_range, &job);
	}
}

/* In double. */
static void embedding_exact(nch_exact *e, const nch_node *node)
{
	const embedding_node *n = (const embedding_node *)node;
	const int32_t *indices[] = {n->batch->token, n->types, n->batch->position};
	size_t columns = node->out->columns;
	double *y = nch_exact_room(e, node->out);
	if (nch_exact_failed(e))
		return;
	for (size_t i = 0; i < node->out->rows * columns; i++)
		y[i] = 0;
	for (int t = 0; t < 3; t++) {
		const double *table = n->tables[t] ? nch_exact_values(e, n->tables[t]) : NULL;
		for (size_t i = 0; table != NULL && i < node->out->rows * columns; i++)
			y[i] += table[(size_t)indices[t][i / columns] * columns + i % columns];
	}
}
