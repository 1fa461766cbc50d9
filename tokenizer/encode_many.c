/* encode_many.c - see encode_many.h. */
#include "tokenizer/encode_many.h"

#include <string.h>

#include "base/memory.h"

#define CHUNK_TEXTS 64

/* What one task makes: the tokens of CHUNK_TEXTS texts. */
typedef struct chunk {
	nch_tokens tokens;
	size_t ends[CHUNK_TEXTS]; /* in tokens, of each text */
	nch_error error;
} chunk;

struct nch_encoder {
	const nch_tokenizer *tokenizer;
	nch_pool *pool;
	nch_tokenizer_scratch **scratches; /* [threads] */
	chunk *chunks;
	size_t chunk_capacity;
	/* the call that is running */
	const nch_text *texts;
	size_t count, max_len;
	bool for_model;
	nch_token *items;
	const size_t *begins;
};

void nch_token_lists_free(nch_token_lists *lists)
{
	nch_free(lists->items);
	nch_free(lists->begins);
	*lists = (nch_token_lists){0};
}

nch_status nch_encoder_new(const nch_tokenizer *tokenizer, nch_pool *pool, nch_encoder **encoder, nch_error *error)
{
	nch_encoder *e = nch_alloc(1, sizeof *e);
	if (e == NULL)
		return nch_no_memory(error);
	*e = (nch_encoder){.tokenizer = tokenizer, .pool = pool};
	e->scratches = nch_alloc(nch_pool_threads(pool), sizeof(*e->scratches));
	nch_status status = e->scratches != NULL ? NCH_OK : nch_no_memory(error);
	for (size_t i = 0; i < nch_pool_threads(pool) && status == NCH_OK; i++)
		status = nch_tokenizer_scratch_new(tokenizer, &e->scratches[i], error);
	if (status != NCH_OK) {
		nch_encoder_free(e);
		return status;
	}
	*encoder = e;
	return NCH_OK;
}

void nch_encoder_free(nch_encoder *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; e->scratches != NULL && i < nch_pool_threads(e->pool); i++)
		nch_tokenizer_scratch_free(e->scratches[i]);
	for (size_t i = 0; i < e->chunk_capacity; i++)
		nch_tokens_free(&e->chunks[i].tokens);
	nch_free(e->scratches);
	nch_free(e->chunks);
	nch_free(e);
}

static void encode_chunk(void *context, size_t index, size_t thread)
{
	nch_encoder *e = context;
	chunk *c = &e->chunks[index];
	size_t begin = index * CHUNK_TEXTS, end = begin + CHUNK_TEXTS < e->count ? begin + CHUNK_TEXTS : e->count;
	c->tokens.count = 0;
	c->error.status = NCH_OK;
	for (size_t i = begin; i < end; i++) {
		const nch_text *text = &e->texts[i];
		nch_tokenizer_scratch *scratch = e->scratches[thread];
		nch_status status = e->for_model ? nch_tokenizer_encode_model(e->tokenizer, scratch, text->bytes, text->length, NULL, 0, e->max_len,
		                                                              &c->tokens, NULL, NULL, &c->error)
		                                 : nch_tokenizer_encode(e->tokenizer, scratch, text->bytes, text->length, &c->tokens, &c->error);
		if (status != NCH_OK)
			return;
		c->ends[i - begin] = c->tokens.count;
	}
}

static void copy_chunk(void *context, size_t index, size_t thread)
{
	nch_encoder *e = context;
	(void)thread;
	if (e->chunks[index].tokens.count > 0)
		memcpy(e->items + e->begins[index * CHUNK_TEXTS], e->chunks[index].tokens.items, e->chunks[index].tokens.count * sizeof *e->items);
}

static nch_status make_chunks(nch_encoder *e, size_t chunks, nch_error *error)
{
	size_t before = e->chunk_capacity;
	if (chunks <= before)
		return NCH_OK;
	NCH_TRY(nch_grow(&e->chunks, &e->chunk_capacity, chunks, sizeof *e->chunks, error));
	memset(e->chunks + before, 0, (e->chunk_capacity - before) * sizeof *e->chunks);
	return NCH_OK;
}

nch_status nch_encode_many(nch_encoder *e, const nch_text *texts, size_t count, bool for_model, size_t max_len, nch_token_lists *lists,
                           nch_error *error)
{
	size_t chunks = count / CHUNK_TEXTS + (count % CHUNK_TEXTS != 0), total = 0;
	e->texts = texts;
	e->count = count;
	e->for_model = for_model;
	e->max_len = max_len;
	NCH_TRY(make_chunks(e, chunks, error));
	NCH_TRY(nch_grow(&lists->begins, &lists->begin_capacity, count + 1, sizeof *lists->begins, error));
	nch_pool_run(e->pool, chunks, encode_chunk, e);
	for (size_t i = 0; i < count; i++) {
		const chunk *c = &e->chunks[i / CHUNK_TEXTS];
		if (c->error.status != NCH_OK) {
			if (error != NULL)
				*error = c->error;
			return c->error.status;
		}
		size_t start = i % CHUNK_TEXTS == 0 ? 0 : c->ends[i % CHUNK_TEXTS - 1];
		lists->begins[i] = total;
		total += c->ends[i % CHUNK_TEXTS] - start;
	}
	lists->begins[count] = total;
	lists->count = count;
	NCH_TRY(nch_grow(&lists->items, &lists->item_capacity, total + 1, sizeof *lists->items, error));
	e->items = lists->items;
	e->begins = lists->begins;
	nch_pool_run(e->pool, chunks, copy_chunk, e);
	return NCH_OK;
}
