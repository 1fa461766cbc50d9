/* examples.c - tokenizing a whole data set, and packing batches. */
#include "data/examples.h"

#include <string.h>

#include "base/memory.h"

enum { PIECE = 256 }; /* rows of one tokenizing task */

typedef struct piece { /* what one task made */
	nch_tokens tokens;
	uint32_t length[PIECE], first[PIECE], second[PIECE];
	size_t cut;
} piece;

typedef struct encode_job {
	const nch_text *texts;
	size_t count, max_len;
	const nch_tokenizer *tokenizer;
	nch_tokenizer_scratch **scratch; /* one a thread */
	piece *pieces;
	nch_error *errors; /* one a piece */
} encode_job;

static nch_status encode_piece(const encode_job *job, size_t index, size_t thread)
{
	piece *p = &job->pieces[index];
	size_t begin = index * PIECE, end = job->count - begin < PIECE ? job->count : begin + PIECE;
	nch_error *error = &job->errors[index];
	for (size_t i = begin; i < end; i++) {
		const nch_text *t = &job->texts[i];
		size_t before = p->tokens.count;
		nch_layout layout;
		bool cut;
		NCH_TRY(nch_tokenizer_encode_model(job->tokenizer, job->scratch[thread], t->text, t->length, t->pair, t->pair_length, job->max_len,
		                                   &p->tokens, &layout, &cut, error));
		p->length[i - begin] = (uint32_t)(p->tokens.count - before);
		p->first[i - begin] = (uint32_t)layout.first;
		p->second[i - begin] = (uint32_t)layout.second;
		p->cut += cut;
	}
	return NCH_OK;
}

static void encode_task(void *context, size_t index, size_t thread)
{
	const encode_job *job = context;
	job->errors[index].status = encode_piece(job, index, thread);
}

/* Puts the pieces together. */
static nch_status gather(const encode_job *job, size_t pieces, nch_examples *e, nch_error *error)
{
	nch_specials specials = nch_tokenizer_specials(job->tokenizer);
	size_t total = 0, row = 0, at = 0;
	for (size_t p = 0; p < pieces; p++)
		total += job->pieces[p].tokens.count;
	e->token = nch_alloc(total, sizeof *e->token);
	if (e->token == NULL)
		return nch_no_memory(error);
	for (size_t p = 0; p < pieces; p++) {
		const piece *part = &job->pieces[p];
		for (size_t t = 0; t < part->tokens.count; t++) {
			int32_t id = part->tokens.items[t].id;
			e->token[at++] = id;
			e->unknown += id == specials.unk;
			e->content += id != specials.cls && id != specials.sep;
		}
		for (size_t i = 0; i < PIECE && row < job->count; i++, row++) {
			e->first[row] = part->first[i];
			e->second[row] = part->second[i];
			e->offsets[row + 1] = e->offsets[row] + part->length[i];
			if (part->length[i] > e->longest)
				e->longest = part->length[i];
		}
		e->cut += part->cut;
	}
	return NCH_OK;
}

void nch_examples_frames(const nch_tokenizer *tokenizer, nch_examples *examples)
{
	for (int pair = 0; pair < 2; pair++) {
		nch_frame frame;
		if (nch_tokenizer_frame(tokenizer, pair == 1, &frame, NULL) == NCH_OK)
			memcpy(examples->around[pair], frame.counts, sizeof frame.counts);
	}
}

nch_status nch_examples_from_texts(const nch_text *texts, size_t count, const nch_tokenizer *tokenizer, size_t max_len, nch_pool *pool,
                                   nch_examples *examples, nch_error *error)
{
	size_t pieces = (count + PIECE - 1) / PIECE, threads = nch_pool_threads(pool);
	nch_status status = NCH_OK;
	encode_job job = {texts, count, max_len, tokenizer, NULL, NULL, NULL};
	*examples = (nch_examples){.rows = count};
	job.scratch = nch_alloc(threads, sizeof *job.scratch);
	job.pieces = nch_alloc(pieces, sizeof *job.pieces);
	job.errors = nch_alloc(pieces, sizeof *job.errors);
	examples->offsets = nch_alloc(count + 1, sizeof *examples->offsets);
	examples->first = nch_alloc(count, sizeof *examples->first);
	examples->second = nch_alloc(count, sizeof *examples->second);
	examples->label = nch_alloc(count, sizeof *examples->label);
	if (!job.scratch || !job.pieces || !job.errors || !examples->offsets || !examples->first || !examples->second || !examples->label)
		status = nch_no_memory(error);
	for (size_t i = 0; i < count && status == NCH_OK; i++)
		examples->label[i] = -1;
	for (size_t t = 0; t < threads && status == NCH_OK; t++)
		status = nch_tokenizer_scratch_new(tokenizer, &job.scratch[t], error);
	if (status == NCH_OK)
		nch_pool_run(pool, pieces, encode_task, &job);
	for (size_t p = 0; p < pieces && status == NCH_OK; p++)
		if (job.errors[p].status != NCH_OK)
			status = nch_fail(error, job.errors[p].status, "%s", job.errors[p].text);
	nch_examples_frames(tokenizer, examples);
	if (status == NCH_OK)
		status = gather(&job, pieces, examples, error);
	for (size_t t = 0; job.scratch && t < threads; t++)
		nch_tokenizer_scratch_free(job.scratch[t]);
	for (size_t p = 0; job.pieces && p < pieces; p++)
		nch_tokens_free(&job.pieces[p].tokens);
	nch_free(job.scratch);
	nch_free(job.pieces);
	nch_free(job.errors);
	if (status != NCH_OK)
		nch_examples_free(examples);
	return status;
}

static nch_status copy_labels(const nch_dataset *dataset, const size_t *rows, nch_examples *e, nch_error *error)
{
	size_t goals;
	e->classes = dataset->labels.count;
	if (dataset->multi_label) {
		if (!nch_size_mul(e->rows, e->classes, &goals) || (e->goals = nch_alloc(goals, sizeof *e->goals)) == NULL)
			return nch_no_memory(error);
	}
	for (size_t i = 0; i < e->rows; i++) {
		size_t row = rows ? rows[i] : i;
		e->label[i] = nch_dataset_label(dataset, row);
		if (e->goals != NULL)
			nch_dataset_targets(dataset, row, e->goals + i * e->classes);
	}
	return NCH_OK;
}

nch_text *nch_dataset_texts(const nch_dataset *dataset, const size_t *rows, size_t count)
{
	nch_text *texts = nch_alloc(count, sizeof *texts);
	for (size_t i = 0; texts != NULL && i < count; i++) {
		size_t row = rows ? rows[i] : i;
		texts[i].text = nch_dataset_text(dataset, row, &texts[i].length);
		texts[i].pair = nch_dataset_pair(dataset, row, &texts[i].pair_length);
	}
	return texts;
}

nch_status nch_examples_make(const nch_dataset *dataset, const size_t *rows, size_t count, const nch_tokenizer *tokenizer, size_t max_len,
                             nch_pool *pool, nch_examples *examples, nch_error *error)
{
	nch_text *texts = nch_dataset_texts(dataset, rows, count);
	if (texts == NULL)
		return nch_no_memory(error);
	nch_status status = nch_examples_from_texts(texts, count, tokenizer, max_len, pool, examples, error);
	nch_free(texts);
	if (status == NCH_OK && (status = copy_labels(dataset, rows, examples, error)) != NCH_OK)
		nch_examples_free(examples);
	return status;
}

nch_status nch_examples_truth(const nch_dataset *dataset, const size_t *rows, size_t count, nch_examples *examples, nch_error *error)
{
	*examples = (nch_examples){.rows = count};
	if ((examples->label = nch_alloc(count, sizeof *examples->label)) == NULL)
		return nch_no_memory(error);
	nch_status status = copy_labels(dataset, rows, examples, error);
	if (status != NCH_OK)
		nch_examples_free(examples);
	return status;
}

void nch_examples_free(nch_examples *examples)
{
	nch_free(examples->token);
	nch_free(examples->offsets);
	nch_free(examples->first);
	nch_free(examples->second);
	nch_free(examples->label);
	nch_free(examples->goals);
	*examples = (nch_examples){0};
}

/* --- batches --- */

static nch_status make_room(nch_packed *p, size_t tokens, size_t sentences, size_t classes, bool goals, nch_error *error)
{
	if (tokens > p->token_room) {
		size_t room = p->token_room;
		p->token_room = 0;
		NCH_TRY(nch_grow(&p->token, &(size_t){room}, tokens, sizeof *p->token, error));
		NCH_TRY(nch_grow(&p->type, &(size_t){room}, tokens, sizeof *p->type, error));
		NCH_TRY(nch_grow(&p->position, &(size_t){room}, tokens, sizeof *p->position, error));
		p->token_room = tokens;
	}
	if (sentences > p->sentence_room) {
		size_t room = p->sentence_room;
		p->sentence_room = 0;
		NCH_TRY(nch_grow(&p->offsets, &(size_t){room}, sentences + 1, sizeof *p->offsets, error));
		NCH_TRY(nch_grow(&p->label, &(size_t){room}, sentences, sizeof *p->label, error));
		if (goals)
			NCH_TRY(nch_grow(&p->goals, &(size_t){room * classes}, sentences * classes, sizeof *p->goals, error));
		p->sentence_room = sentences;
	}
	return NCH_OK;
}

nch_status nch_packed_fill(nch_packed *packed, const nch_examples *examples, const size_t *rows, size_t count, size_t position_offset,
                           nch_error *error)
{
	size_t tokens = 0, at = 0;
	for (size_t i = 0; i < count; i++)
		tokens += examples->offsets[rows[i] + 1] - examples->offsets[rows[i]];
	NCH_TRY(make_room(packed, tokens, count, examples->classes, examples->goals != NULL, error));
	packed->tokens = tokens;
	packed->sentences = count;
	packed->offsets[0] = 0;
	for (size_t i = 0; i < count; i++) {
		size_t row = rows[i], begin = examples->offsets[row], length = examples->offsets[row + 1] - begin;
		memcpy(packed->token + at, examples->token + begin, length * sizeof *packed->token);
		for (size_t t = 0; t < length; t++) {
			packed->type[at + t] = t >= examples->first[row];
			packed->position[at + t] = (int32_t)(position_offset + t);
		}
		at += length;
		packed->offsets[i + 1] = at;
		packed->label[i] = examples->label[row];
		if (examples->goals != NULL)
			memcpy(packed->goals + i * examples->classes, examples->goals + row * examples->classes, examples->classes * sizeof(float));
	}
	return NCH_OK;
}

void nch_packed_free(nch_packed *packed)
{
	nch_free(packed->token);
	nch_free(packed->type);
	nch_free(packed->position);
	nch_free(packed->offsets);
	nch_free(packed->label);
	nch_free(packed->goals);
	*packed = (nch_packed){0};
}
