/* cmd_tokenize.c - `nunchi tokenize` and `nunchi detokenize`: a line in, a line out. */
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "io/line_stream.h"
#include "tokenizer/tokenizer.h"

/* Lines are worked on in batches, and a batch in chunks, each with an output of its own; so threads share nothing and the
 * order stays. */
#define BATCH_LINES 8192
#define CHUNK_LINES 64

struct chunk {
	nch_buffer out;
	nch_error error;
};

struct job {
	const nch_tokenizer *tokenizer;
	nch_tokenizer_scratch **scratches; /* one a thread */
	nch_tokens *tokens;                /* one a thread */
	bool pieces, special;
	const nch_line *lines;
	size_t count;
	uint64_t first_number;
	const char *path;
	nch_status (*convert)(struct job *job, size_t thread, const nch_line *line, nch_buffer *out, nch_error *error);
	struct chunk chunks[BATCH_LINES / CHUNK_LINES];
};

static nch_status convert_text(struct job *job, size_t thread, const nch_line *line, nch_buffer *out, nch_error *error)
{
	nch_tokens *tokens = &job->tokens[thread];
	nch_status status;
	tokens->count = 0;
	if (job->special)
		status = nch_tokenizer_encode_model(job->tokenizer, job->scratches[thread], line->text, line->length, NULL, 0, 0,
		                                    tokens, NULL, NULL, error);
	else
		status = nch_tokenizer_encode(job->tokenizer, job->scratches[thread], line->text, line->length, tokens, error);
	if (status == NCH_OK && !job->pieces && tokens->count > 0)
		nch_buffer_integers(out, &tokens->items->id, sizeof *tokens->items, tokens->count);
	for (size_t i = 0; status == NCH_OK && job->pieces && i < tokens->count; i++) {
		if (i > 0)
			nch_buffer_byte(out, ' ');
		nch_buffer_text(out, nch_tokenizer_piece(job->tokenizer, tokens->items[i].id)); /* an id that comes out has a piece */
	}
	return status;
}

/* What nch_tokenizer_explain tells, with an empty line behind it. */
static nch_status convert_explain(struct job *job, size_t thread, const nch_line *line, nch_buffer *out, nch_error *error)
{
	nch_buffer_text(out, "text        ");
	nch_buffer_add(out, line->text, line->length);
	nch_buffer_byte(out, '\n');
	return nch_tokenizer_explain(job->tokenizer, job->scratches[thread], line->text, line->length, out, error);
}

/* The ids (or pieces) of a line, separated by blanks. */
static nch_status read_ids(const struct job *job, const nch_line *line, int32_t **ids, size_t *count, nch_error *error)
{
	size_t capacity = 0;
	char word[1024];
	for (const char *at = line->text;;) {
		at += strspn(at, " \t");
		size_t length = strcspn(at, " \t");
		if (length == 0)
			return NCH_OK;
		int64_t id = -1;
		if (length >= sizeof word)
			return nch_fail(error, NCH_DATA, "a word of %zu bytes is no %s", length, job->pieces ? "piece" : "id");
		memcpy(word, at, length);
		word[length] = '\0';
		if (job->pieces)
			id = nch_tokenizer_find(job->tokenizer, word);
		else if (!nch_number_read_integer(word, length, &id))
			return nch_fail(error, NCH_DATA, "\"%s\" is no id", word);
		if (id < 0 || (uint64_t)id >= nch_tokenizer_size(job->tokenizer))
			return nch_fail(error, NCH_DATA, "the tokenizer has no %s %s", job->pieces ? "piece" : "id", word);
		NCH_TRY(nch_grow(ids, &capacity, *count + 1, sizeof **ids, error));
		(*ids)[(*count)++] = (int32_t)id;
		at += length;
	}
}

static nch_status convert_ids(struct job *job, size_t thread, const nch_line *line, nch_buffer *out, nch_error *error)
{
	(void)thread;
	int32_t *ids = NULL;
	size_t count = 0;
	nch_status status = read_ids(job, line, &ids, &count, error);
	if (status == NCH_OK)
		status = nch_tokenizer_decode(job->tokenizer, ids, count, out, error);
	nch_free(ids);
	return status;
}

static void run_chunk(void *context, size_t index, size_t thread)
{
	struct job *job = context;
	struct chunk *chunk = &job->chunks[index];
	nch_buffer_clear(&chunk->out);
	chunk->error.status = NCH_OK;
	for (size_t i = index * CHUNK_LINES; i < job->count && i < (index + 1) * CHUNK_LINES; i++) {
		if (job->convert(job, thread, &job->lines[i], &chunk->out, &chunk->error) != NCH_OK) {
			nch_fail_prefix(&chunk->error, "%s:%llu", job->path, (unsigned long long)(job->first_number + i));
			return;
		}
		nch_buffer_byte(&chunk->out, '\n');
	}
	nch_buffer_check(&chunk->out, &chunk->error);
}

static nch_status run_batch(struct job *job, nch_pool *pool, nch_error *error)
{
	size_t chunks = (job->count + CHUNK_LINES - 1) / CHUNK_LINES;
	nch_pool_run(pool, chunks, run_chunk, job);
	for (size_t i = 0; i < chunks; i++) {
		if (job->chunks[i].error.status != NCH_OK) {
			*error = job->chunks[i].error;
			return error->status;
		}
		nch_output_buffer(&job->chunks[i].out);
	}
	nch_output_flush();
	return NCH_OK;
}

static nch_status run_lines(struct job *job, nch_lines *lines, nch_pool *pool, nch_error *error)
{
	nch_progress progress;
	nch_progress_start(&progress, "tokenizing", "MB", nch_lines_size(lines) / 1000000);
	nch_status status;
	do {
		job->first_number = nch_lines_number(lines) + job->count;
		status = nch_lines_next(lines, BATCH_LINES, &job->lines, &job->count, error);
		if (status == NCH_OK)
			status = run_batch(job, pool, error);
		if (nch_lines_size(lines) > 0)
			nch_progress_update(&progress, nch_lines_bytes(lines) / 1000000, NULL);
	} while (status == NCH_OK && job->count > 0);
	nch_progress_end(&progress);
	return status;
}

typedef struct tokenize_call {
	const char *tokenizer;
	bool pieces, special, explain;
	nch_encoding encoding;
} tokenize_call;

/* Everything that a job needs and gives back. */
static nch_status run_job(struct job *job, const nch_options *options, const tokenize_call *call, nch_error *error)
{
	nch_tokenizer *tokenizer = NULL;
	nch_pool *pool = NULL;
	nch_lines *lines = NULL;
	job->pieces = call->pieces;
	job->special = call->special;
	nch_status status = nch_tokenizer_load(call->tokenizer, &tokenizer, error);
	if (status == NCH_OK)
		status = nch_lines_open(nch_options_argument(options, 0), call->encoding, &lines, error);
	if (status == NCH_OK)
		status = nch_common_pool(options, &pool, error);
	if (status == NCH_OK) {
		job->tokenizer = tokenizer;
		job->path = nch_lines_path(lines);
		job->scratches = nch_alloc(nch_pool_threads(pool), sizeof *job->scratches);
		job->tokens = nch_alloc(nch_pool_threads(pool), sizeof *job->tokens);
		if (job->scratches == NULL || job->tokens == NULL)
			status = nch_no_memory(error);
	}
	for (size_t i = 0; status == NCH_OK && i < nch_pool_threads(pool); i++)
		status = nch_tokenizer_scratch_new(tokenizer, &job->scratches[i], error);
	if (status == NCH_OK)
		status = run_lines(job, lines, pool, error);
	for (size_t i = 0; job->scratches != NULL && i < nch_pool_threads(pool); i++)
		nch_tokenizer_scratch_free(job->scratches[i]);
	for (size_t i = 0; job->tokens != NULL && i < nch_pool_threads(pool); i++)
		nch_tokens_free(&job->tokens[i]);
	nch_free(job->scratches);
	nch_free(job->tokens);
	for (size_t i = 0; i < sizeof job->chunks / sizeof job->chunks[0]; i++)
		nch_buffer_free(&job->chunks[i].out);
	nch_pool_free(pool);
	nch_lines_close(lines);
	nch_tokenizer_free(tokenizer);
	return status;
}

static const nch_option tokenize_options[] = {
	{"tokenizer", NCH_SET_TEXT(tokenize_call, tokenizer), .argument = "FILE|DIR", .help = "a tokenizer's file, or a model's folder", .required = true},
	{"pieces", NCH_SET_FLAG(tokenize_call, pieces), .help = "pieces instead of ids"},
	{"special", NCH_SET_FLAG(tokenize_call, special), .help = "with the special tokens that a model wants around a text"},
	{"explain", NCH_SET_FLAG(tokenize_call, explain), .help = "how each line comes to its tokens: the lattice of a unigram model, the merges of BPE,\n"
	                                     "the words of WordPiece"},
	NCH_ENCODING_INTO(tokenize_call, encoding),
	{0}};
static const nch_option_group tokenize_group = {"Options", tokenize_options};

static nch_status run_tokenize(const nch_options *options, nch_error *error)
{
	static struct job job;
	tokenize_call call = {0};
	NCH_TRY(nch_options_take(options, &tokenize_group, &call, error));
	job.convert = call.explain ? convert_explain : convert_text;
	return run_job(&job, options, &call, error);
}

const nch_command nch_command_tokenize = {
	.name = "tokenize",
	.summary = "text to ids or pieces, a line each",
	.usage = "--tokenizer FILE|DIR [--pieces] [--special] [--explain] [FILE|-]",
	.details = "Each line of FILE (or of standard input) gives a line of ids, separated by blanks.",
	.groups = (const nch_option_group *const[]){&tokenize_group, NULL},
	.most_arguments = 1,
	.run = run_tokenize,
};

static const nch_option detokenize_options[] = {
	{"tokenizer", NCH_SET_TEXT(tokenize_call, tokenizer), .argument = "FILE|DIR", .help = "a tokenizer's file, or a model's folder", .required = true},
	{"pieces", NCH_SET_FLAG(tokenize_call, pieces), .help = "the lines hold pieces, not ids"},
	NCH_ENCODING_INTO(tokenize_call, encoding),
	{0}};
static const nch_option_group detokenize_group = {"Options", detokenize_options};

static nch_status run_detokenize(const nch_options *options, nch_error *error)
{
	static struct job job = {.convert = convert_ids};
	tokenize_call call = {0};
	NCH_TRY(nch_options_take(options, &detokenize_group, &call, error));
	return run_job(&job, options, &call, error);
}

const nch_command nch_command_detokenize = {
	.name = "detokenize",
	.summary = "ids back to text",
	.usage = "--tokenizer FILE|DIR [--pieces] [FILE|-]",
	.details = "The inverse of tokenize: each line of ids gives the text that they stand for.",
	.groups = (const nch_option_group *const[]){&detokenize_group, NULL},
	.most_arguments = 1,
	.run = run_detokenize,
};
