/* predictor_encoder.c - a transformer that answers: tokens, windows, logits or embeddings. */
#include <math.h>

#include "base/memory.h"
#include "train/predictor_prepare.h"
#include "train/predictor_private.h"

/* What only a transformer can do. */
static nch_status need_encoder(const nch_predictor *p, const char *lacks, nch_error *error)
{
	if (p->model != NULL)
		return NCH_OK;
	return nch_fail(error, NCH_USAGE, "%s is no transformer: it %s", p->folder, lacks);
}

/* The texts' tokens, each text's whole; max_len 0: of any length. */
static nch_status tokenize(const nch_predictor *p, const nch_text *texts, size_t count, size_t max_len, nch_examples *examples, nch_error *error)
{
	nch_prepared_texts made = {0};
	nch_status status = NCH_OK;
	if (nch_prepare_is_needed(p)) {
		status = nch_prepare_texts(p, texts, count, &made, error);
		texts = made.texts;
	}
	if (status == NCH_OK)
		status = nch_examples_from_texts(texts, count, p->tokenizer, max_len, p->compute->pool, examples, error);
	nch_prepared_texts_free(&made);
	return status;
}

size_t nch_predictor_limit(const nch_predictor *predictor)
{
	return predictor->long_texts == NCH_LONG_CUT ? predictor->max_len : 0;
}

nch_status nch_predictor_examples(const nch_predictor *predictor, const nch_text *texts, size_t count, nch_examples *examples, nch_error *error)
{
	NCH_TRY(need_encoder(predictor, "reads no tokens", error));
	return tokenize(predictor, texts, count, predictor->max_len, examples, error);
}

nch_status nch_predictor_read(const nch_predictor *p, const nch_text *text, nch_reading *reading, nch_error *error)
{
	nch_prepared_texts made = {0};
	nch_tokenizer_scratch *scratch = NULL;
	NCH_TRY(need_encoder(p, "reads no tokens", error));
	nch_status status = nch_prepare_texts(p, text, 1, &made, error);
	if (status == NCH_OK)
		status = nch_tokenizer_scratch_new(p->tokenizer, &scratch, error);
	if (status == NCH_OK) {
		const nch_text *t = made.texts;
		reading->text_length = t->length;
		status = nch_tokenizer_encode_model(p->tokenizer, scratch, t->text, t->length, t->pair, t->pair_length, 0, &reading->tokens,
		                                    &reading->layout, NULL, error);
	}
	if (status == NCH_OK) {
		reading->bytes = made.bytes;
		made.bytes = (nch_buffer){0};
	}
	nch_tokenizer_scratch_free(scratch);
	nch_prepared_texts_free(&made);
	return status;
}

void nch_reading_free(nch_reading *reading)
{
	nch_buffer_free(&reading->bytes);
	nch_tokens_free(&reading->tokens);
	*reading = (nch_reading){0};
}

nch_status nch_predictor_rows(nch_predictor *p, const nch_examples *rows, nch_output output, float *values, nch_error *error)
{
	size_t columns = output == NCH_OUTPUT_LOGITS ? nch_predictor_labels(p) : p->model->config.hidden;
	if (output == NCH_OUTPUT_LOGITS && p->model->classifier_weight->fresh)
		return nch_fail(error, NCH_DATA, "this folder holds an encoder without a classifier: train one (`nunchi train --init`), or ask for ⟨embeddings⟩");
	NCH_TRY(nch_evaluate_outputs(p->model, p->tape, rows, output, 0, values, error));
	for (size_t i = 0; i < rows->rows * columns; i++)
		if (!isfinite(values[i]))
			return nch_fail(error, NCH_DATA, "%s: the model answers with what is no number: its weights hold NaN or infinity (did its training diverge?)",
			                p->folder);
	return NCH_OK;
}

/* Each text's row is the mean of its windows' rows, summed in double from the first window on. */
void nch_average_windows(const float *rows, const size_t *windows, size_t count, size_t columns, float *values)
{
	for (size_t i = 0; i < count; i++)
		for (size_t c = 0; c < columns; c++) {
			double sum = 0.0;
			for (size_t w = windows[i]; w < windows[i + 1]; w++)
				sum += (double)rows[w * columns + c];
			values[i * columns + c] = (float)(sum / (double)(windows[i + 1] - windows[i]));
		}
}

nch_status nch_predictor_run(nch_predictor *p, const nch_examples *whole, nch_output output, float *values, nch_error *error)
{
	nch_examples fitted = {0};
	size_t columns = output == NCH_OUTPUT_LOGITS ? nch_predictor_labels(p) : p->model->config.hidden, cells;
	size_t *windows = nch_alloc(whole->rows + 1, sizeof *windows);
	float *rows = NULL;
	nch_status status = windows == NULL ? nch_no_memory(error) : nch_examples_fit(whole, p->max_len, p->long_texts, windows, &fitted, error);
	if (status == NCH_OK && (!nch_size_mul(fitted.rows, columns, &cells) || (rows = nch_alloc(cells, sizeof *rows)) == NULL))
		status = nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_predictor_rows(p, &fitted, output, rows, error);
	if (status == NCH_OK) {
		nch_average_windows(rows, windows, whole->rows, columns, values);
		p->cut += fitted.cut + whole->cut;
		p->gaps += fitted.gaps;
		p->unknown += whole->unknown;
		p->content += whole->content;
	}
	nch_free(rows);
	nch_free(windows);
	nch_examples_free(&fitted);
	return status;
}

nch_status nch_predictor_embeddings(nch_predictor *p, const nch_text *texts, size_t count, nch_output output, float *values, nch_error *error)
{
	nch_examples whole;
	NCH_TRY(need_encoder(p, "has no embeddings", error));
	NCH_TRY(tokenize(p, texts, count, nch_predictor_limit(p), &whole, error));
	nch_status status = nch_predictor_run(p, &whole, output, values, error);
	nch_examples_free(&whole);
	return status;
}

/* --- the kind --- */

static nch_status open_encoder(nch_predictor *p, const char *folder, const nch_predictor_how *how, nch_error *error)
{
	const nch_model_options options = {.map = true, .int8 = how->int8, .floats = how->floats};
	NCH_TRY(nch_model_open(folder, &options, &p->model, error));
	const nch_config *config = &p->model->config;
	p->labels = config->labels;
	p->label_names = config->label_names;
	p->multi_label = config->multi_label;
	NCH_TRY(nch_tokenizer_load(folder, &p->tokenizer, error));
	if (nch_tokenizer_size(p->tokenizer) > config->vocab_size)
		return nch_fail(error, NCH_FORMAT, "%s: the tokenizer has %zu pieces, the model only %zu: they do not belong together", folder,
		                nch_tokenizer_size(p->tokenizer), config->vocab_size);
	size_t limit = nch_model_max_len(p->model);
	p->max_len = p->settings.max_len > 0 && p->settings.max_len < limit ? p->settings.max_len : limit;
	NCH_TRY(nch_compute_new(how->threads, how->isa, 128, config->hidden / config->heads, &p->compute, error));
	return nch_tape_new(p->compute, &p->tape, error);
}

/* Of the tokens of one text, special ones aside, how many are unknown. */
static float unknown_share(const nch_predictor *p, const nch_examples *e, size_t row)
{
	nch_specials specials = nch_tokenizer_specials(p->tokenizer);
	size_t unknown = 0, content = 0;
	for (size_t t = e->offsets[row]; t < e->offsets[row + 1]; t++) {
		unknown += e->token[t] == specials.unk;
		content += e->token[t] != specials.cls && e->token[t] != specials.sep;
	}
	return content > 0 ? (float)unknown / (float)content : 0.0f;
}

static nch_status ask_encoder(nch_predictor *p, const nch_text *prepared, size_t count, float *logits, nch_error *error)
{
	nch_examples whole;
	size_t limit = p->shares != NULL ? 0 : nch_predictor_limit(p); /* shares are those of all tokens */
	NCH_TRY(nch_examples_from_texts(prepared, count, p->tokenizer, limit, p->compute->pool, &whole, error));
	for (size_t i = 0; p->shares != NULL && i < count; i++)
		p->shares[i] = unknown_share(p, &whole, i);
	nch_status status = nch_predictor_run(p, &whole, NCH_OUTPUT_LOGITS, logits, error);
	nch_examples_free(&whole);
	return status;
}

const nch_predictor_kind nch_predictor_encoder = {open_encoder, ask_encoder};
