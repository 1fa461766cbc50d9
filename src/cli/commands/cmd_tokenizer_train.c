/* cmd_tokenizer_train.c - `nunchi tokenizer train`: pieces learnt from text. */
#include <string.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "io/columns.h"
#include "io/line_stream.h"
#include "io/rows.h"
#include "tokenizer/training/trainer.h"

typedef struct trainer_call {
	nch_text_list input, defined;
	const char *out, *text;
	nch_tokenizer_training training;
} trainer_call;

static const nch_option own_options[] = {
	{"input", NCH_SET_LIST(trainer_call, input), .argument = "FILE", .help = "text, a sentence a line; of .csv .tsv .xlsx .jsonl .json the text column", .required = true},
	{"out", NCH_SET_TEXT(trainer_call, out), .argument = "FILE", .help = "the model file", .required = true},
	{"type", NCH_SET_CHOICE(trainer_call, training.type), .choices = "unigram|bpe|wordpiece", .help = "kind of tokenizer", .otherwise = "unigram"},
	{"vocab-size", NCH_SET_INTEGER(trainer_call, training.vocab_size), .argument = "N", .help = "pieces, special ones included", .otherwise = "8000", .least = 10, .most = 1000000},
	{"text", NCH_SET_TEXT(trainer_call, text), .argument = "NAME", .help = "column of the text"},
	{"character-coverage", NCH_SET_REAL(trainer_call, training.character_coverage), .argument = "SHARE", .help = "of all characters, the share that gets pieces", .otherwise = "0.9995", .least = 0.5,
	 .most = 1},
	{"required-chars", NCH_SET_TEXT(trainer_call, training.required_characters), .argument = "TEXT", .help = "unigram, bpe: characters that get pieces however rare they are"},
	{"normalization", NCH_SET_TEXT(trainer_call, training.normalization), .argument = "NAME", .help = "what is done to the text first: identity, nfkc, nmt_nfkc, nfkc_cf, nmt_nfkc_cf,\n"
	                                                   "or nmt_nfkc_jamo, which leaves ㅋㅋ and ㅠㅠ as they are typed", .otherwise = "nmt_nfkc"},
	{"max-piece-length", NCH_SET_INTEGER(trainer_call, training.max_piece_length), .argument = "N", .help = "characters of the longest piece", .otherwise = "16", .least = 1, .most = 512},
	{"bert-specials", NCH_SET_FLAG(trainer_call, training.bert_specials), .help = "[UNK] [PAD] [CLS] [SEP] [MASK] first, as a BERT wants them and KoBERT has them;\n"
	                                          "otherwise <unk> <s> </s>, as SentencePiece"},
	{"user-defined", NCH_SET_LIST(trainer_call, defined), .argument = "PIECE", .help = "a string that always stays whole"},
	{"byte-fallback", NCH_SET_FLAG(trainer_call, training.byte_fallback), .help = "spell characters without a piece in bytes"},
	{"lower-case", NCH_SET_FLAG(trainer_call, training.lower_case), .help = "wordpiece: small letters, no accents"},
	{"split-digits", NCH_SET_FLAG(trainer_call, training.split_digits), .help = "a digit is a piece of its own"},
	{0}};
static const nch_option_group own_group = {"Options", own_options};

/* The files one after the other, each as lines or as a column of rows. */
struct source {
	nch_text_list files;
	size_t next;
	const char *column;
	nch_lines *lines;
	nch_rows *rows;
	size_t text_column;
	nch_buffer text; /* the row's, without line breaks */
};

static bool is_table(const char *path)
{
	static const char *const suffixes[] = {".csv", ".tsv", ".xlsx", ".jsonl", ".json"};
	if (nch_rows_is_part(path))
		return true;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (nch_path_has_suffix(path, suffixes[i]))
			return true;
	return false;
}

static void close_source(struct source *source)
{
	nch_lines_close(source->lines);
	nch_rows_close(source->rows);
	source->lines = NULL;
	source->rows = NULL;
}

static nch_status open_next(struct source *source, nch_error *error)
{
	const char *path = source->files.items[source->next++];
	if (!is_table(path))
		return nch_lines_open(path, NCH_ENCODING_AUTO, &source->lines, error);
	const nch_rows_options options = {.names = &source->column, .name_count = source->column != NULL, .text_name = source->column};
	const nch_columns_wanted wanted = {.text = source->column, .no_label = true};
	nch_columns_taken taken = {0};
	NCH_TRY(nch_rows_open(path, &options, &source->rows, error));
	if (nch_rows_columns(source->rows) > 0) {
		NCH_TRY(nch_columns_take(source->rows, &wanted, &taken, error));
		nch_output_note_later("%s: text: %s", path, nch_rows_column_name(source->rows, taken.text));
	}
	source->text_column = taken.text;
	return NCH_OK;
}

/* The text of the next usable row; bad rows have no text to learn from. */
static nch_status next_row(struct source *source, bool *found, nch_error *error)
{
	nch_row row;
	bool more = true;
	nch_status status;
	do {
		status = nch_rows_next(source->rows, &row, &more, error);
	} while (status == NCH_DATA || (status == NCH_OK && more && row.count <= source->text_column));
	NCH_TRY(status);
	*found = more;
	if (!more)
		return NCH_OK;
	const nch_cell *cell = &row.cells[source->text_column];
	nch_buffer_clear(&source->text);
	for (size_t i = 0; i < cell->length; i++)
		nch_buffer_byte(&source->text, cell->text[i] == '\n' || cell->text[i] == '\r' ? ' ' : cell->text[i]);
	nch_buffer_byte(&source->text, ' '); /* so that an empty text is a buffer too */
	return nch_buffer_check(&source->text, error);
}

static nch_status next_line(void *context, const char **line, size_t *length, nch_error *error)
{
	struct source *source = context;
	for (;;) {
		bool found = false;
		if (source->lines == NULL && source->rows == NULL) {
			if (source->next == source->files.count) {
				*line = NULL;
				return NCH_OK;
			}
			NCH_TRY(open_next(source, error));
		}
		if (source->lines != NULL) {
			const nch_line *batch;
			size_t count;
			NCH_TRY(nch_lines_next(source->lines, 1, &batch, &count, error));
			found = count > 0;
			if (found) {
				*line = batch->text;
				*length = batch->length;
			}
		} else {
			NCH_TRY(next_row(source, &found, error));
			*line = source->text.data;
			*length = found ? source->text.length - 1 : 0;
		}
		if (found)
			return NCH_OK;
		close_source(source);
	}
}

static bool show_progress(void *context, double done, const char *stage)
{
	nch_progress_update(context, (uint64_t)(done * 100), stage);
	return true;
}

static nch_status train(const nch_options *options, nch_pool *pool, nch_error *error)
{
	trainer_call call = {0};
	const char *list[65] = {0};
	nch_tokenizer_training *training = &call.training;
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	*training = nch_tokenizer_training_defaults(training->type);
	NCH_TRY(nch_options_take(options, &own_group, &call, error)); /* again: what was said wins over the type's defaults */
	if (call.defined.count > 64)
		return nch_fail(error, NCH_USAGE, "--user-defined: at most 64 of them");
	for (size_t i = 0; i < call.defined.count; i++)
		list[i] = call.defined.items[i];
	training->user_defined = call.defined.count > 0 ? list : NULL;
	training->pool = pool;
	struct source source = {.files = call.input, .column = call.text};
	nch_progress progress;
	nch_progress_start(&progress, "tokenizer", "%", 100);
	size_t pieces = 0;
	nch_status status = nch_tokenizer_train(training, next_line, &source, call.out, &pieces, show_progress, &progress, error);
	nch_progress_end(&progress);
	if (status == NCH_OK && pieces < training->vocab_size)
		nch_output_warning("the text has no more than %zu pieces: --vocab-size %zu became %zu", pieces, training->vocab_size, pieces);
	close_source(&source);
	nch_buffer_free(&source.text);
	return status;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	nch_pool *pool;
	NCH_TRY(nch_common_pool(options, &pool, error));
	nch_status status = train(options, pool, error);
	nch_pool_free(pool);
	return status;
}

const nch_command nch_command_tokenizer_train = {
	.name = "tokenizer train",
	.summary = "learn a tokenizer from text",
	.usage = "--input FILE … --out FILE [--vocab-size N]",
	.details = "Writes a model file that SentencePiece loads (unigram, bpe) or a vocab.txt as BERT's readers want it\n"
	           "(wordpiece). The same text and options give the same file, byte for byte.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.run = run,
};
