/* predictor.c - opening a model folder and asking it. */
#include "train/predictor.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

/* The loss by name, and a threshold a label. */
static nch_status set_thresholds(nch_predictor *p, const char *folder, nch_error *error)
{
	size_t labels = nch_predictor_labels(p);
	const nch_settings *s = &p->settings;
	p->loss = p->model->config.multi_label ? NCH_LOSS_BCE : NCH_LOSS_CE;
	nch_loss_kind named;
	if (nch_loss_find(s->loss, &named) && (named == NCH_LOSS_ASL_SINGLE || nch_loss_has_cells(named) == p->model->config.multi_label))
		p->loss = named;
	if (s->threshold_count > 0 && s->threshold_count != labels)
		return nch_fail(error, NCH_FORMAT, "%s/nunchi.json: %zu thresholds for %zu labels", folder, s->threshold_count, labels);
	p->thresholds = nch_alloc(labels, sizeof *p->thresholds);
	if (p->thresholds == NULL)
		return nch_no_memory(error);
	for (size_t c = 0; c < labels; c++)
		p->thresholds[c] = s->threshold_count > 0 ? s->thresholds[c] : (float)s->threshold;
	return NCH_OK;
}

static nch_status open_parts(nch_predictor *p, const char *folder, size_t threads, const char *isa, nch_error *error)
{
	const nch_model_options options = {.map = true};
	NCH_TRY(nch_model_open(folder, &options, &p->model, error));
	NCH_TRY(nch_tokenizer_load(folder, &p->tokenizer, error));
	if (nch_tokenizer_size(p->tokenizer) > p->model->config.vocab_size)
		return nch_fail(error, NCH_FORMAT, "%s: the tokenizer has %zu pieces, the model only %zu: they do not belong together", folder,
		                nch_tokenizer_size(p->tokenizer), p->model->config.vocab_size);
	NCH_TRY(nch_settings_read(folder, &p->settings, error));
	if (nch_cleansing_find(p->settings.cleansing, &p->cleansing, error) != NCH_OK)
		return nch_fail_prefix(error, "%s/nunchi.json", folder);
	if (!nch_long_find(p->settings.long_texts, &p->long_texts))
		return nch_fail(error, NCH_FORMAT, "%s/nunchi.json: \"long\" is none of cut, tail, head-tail and window: %s", folder, p->settings.long_texts);
	NCH_TRY(set_thresholds(p, folder, error));
	size_t limit = nch_model_max_len(p->model);
	p->max_len = p->settings.max_len > 0 && p->settings.max_len < limit ? p->settings.max_len : limit;
	NCH_TRY(nch_compute_new(threads, isa, 128, p->model->config.hidden / p->model->config.heads, &p->compute, error));
	return nch_tape_new(p->compute, &p->tape, error);
}

nch_status nch_predictor_open(const char *folder, size_t threads, const char *isa, nch_predictor **predictor, nch_error *error)
{
	nch_predictor *made = nch_alloc(1, sizeof *made);
	if (made == NULL)
		return nch_no_memory(error);
	made->folder = nch_copy_text(folder, strlen(folder));
	nch_status status = made->folder != NULL ? open_parts(made, folder, threads, isa, error) : nch_no_memory(error);
	if (status != NCH_OK) {
		nch_predictor_close(made);
		return status;
	}
	*predictor = made;
	return NCH_OK;
}

void nch_predictor_close(nch_predictor *predictor)
{
	if (predictor == NULL)
		return;
	nch_tape_free(predictor->tape);
	nch_compute_free(predictor->compute);
	nch_tokenizer_free(predictor->tokenizer);
	nch_model_free(predictor->model);
	nch_settings_free(&predictor->settings);
	nch_free(predictor->thresholds);
	nch_free(predictor->folder);
	nch_free(predictor);
}

size_t nch_predictor_labels(const nch_predictor *predictor)
{
	return predictor->model->config.labels;
}

const char *nch_predictor_label(const nch_predictor *predictor, size_t label)
{
	return predictor->model->config.label_names[label];
}

/* What the model is given: copies of texts, marked and cleansed, one after the other in one buffer. */
typedef struct prepared_texts {
	nch_text *texts;
	nch_buffer bytes, marked, clean;
} prepared_texts;

static void free_prepared(prepared_texts *made)
{
	nch_free(made->texts);
	nch_buffer_free(&made->bytes);
	nch_buffer_free(&made->marked);
	nch_buffer_free(&made->clean);
}

static nch_status add_clean(prepared_texts *made, const nch_cleansing *cleansing, const char *text, size_t length, size_t *clean_length,
                            nch_error *error)
{
	if (cleansing != NULL) {
		NCH_TRY(nch_cleansing_apply(cleansing, text, length, &made->clean, error));
		text = made->clean.data;
		length = made->clean.length;
	}
	nch_buffer_add(&made->bytes, text, length);
	*clean_length = length;
	return nch_buffer_check(&made->bytes, error);
}

/* One text as training saw its like: data/dataset.c does the same with rows. */
static nch_status prepare_text(prepared_texts *made, const nch_predictor *p, const nch_text *from, nch_text *to, nch_error *error)
{
	nch_target_mode mode = p->settings.target;
	nch_text t = *from;
	if (nch_target_mode_has_pair(mode) && (t.target.present || t.pair == NULL)) {
		t.pair = t.text + t.target.begin; /* without a target: an empty one */
		t.pair_length = t.target.end - t.target.begin;
	}
	if (nch_target_mode_has_markers(mode) && t.target.present) {
		nch_buffer_clear(&made->marked);
		nch_target_mark(t.text, t.length, &t.target, &made->marked);
		NCH_TRY(nch_buffer_check(&made->marked, error));
		t.text = made->marked.data;
		t.length = made->marked.length;
	}
	NCH_TRY(add_clean(made, p->cleansing, t.text, t.length, &to->length, error));
	if (t.pair != NULL)
		NCH_TRY(add_clean(made, p->cleansing, t.pair, t.pair_length, &to->pair_length, error));
	to->pair = t.pair; /* whether there is one */
	return NCH_OK;
}

/* The buffer moves while it grows, so the pointers are set when it is complete. */
static nch_status prepare_texts(const nch_predictor *p, const nch_text *texts, size_t count, prepared_texts *made, nch_error *error)
{
	made->texts = nch_alloc(count, sizeof *made->texts);
	if (made->texts == NULL)
		return nch_no_memory(error);
	nch_buffer_text(&made->bytes, "");
	for (size_t i = 0; i < count; i++)
		NCH_TRY(prepare_text(made, p, &texts[i], &made->texts[i], error));
	const char *at = made->bytes.data != NULL ? made->bytes.data : "";
	for (size_t i = 0; i < count; i++) {
		made->texts[i].text = at;
		at += made->texts[i].length;
		made->texts[i].pair = made->texts[i].pair != NULL ? at : NULL;
		at += made->texts[i].pair_length;
	}
	return NCH_OK;
}

/* The texts' tokens, each text's whole; max_len 0: of any length. */
static nch_status tokenize(const nch_predictor *p, const nch_text *texts, size_t count, size_t max_len, nch_examples *examples, nch_error *error)
{
	prepared_texts made = {0};
	nch_status status = NCH_OK;
	if (p->cleansing != NULL || p->settings.target != NCH_TARGET_NONE) {
		status = prepare_texts(p, texts, count, &made, error);
		texts = made.texts;
	}
	if (status == NCH_OK)
		status = nch_examples_from_texts(texts, count, p->tokenizer, max_len, p->compute->pool, examples, error);
	free_prepared(&made);
	return status;
}

nch_status nch_predictor_examples(const nch_predictor *predictor, const nch_text *texts, size_t count, nch_examples *examples, nch_error *error)
{
	return tokenize(predictor, texts, count, predictor->max_len, examples, error);
}

nch_status nch_predictor_read(const nch_predictor *p, const nch_text *text, nch_reading *reading, nch_error *error)
{
	prepared_texts made = {0};
	nch_tokenizer_scratch *scratch = NULL;
	nch_status status = prepare_texts(p, text, 1, &made, error);
	if (status == NCH_OK)
		status = nch_tokenizer_scratch_new(p->tokenizer, &scratch, error);
	if (status == NCH_OK) {
		const nch_text *t = made.texts;
		reading->text_length = t->length;
		status = nch_tokenizer_encode_model(p->tokenizer, scratch, t->text, t->length, t->pair, t->pair_length, 0, &reading->tokens, &reading->first, NULL,
		                                    error);
	}
	if (status == NCH_OK) {
		reading->bytes = made.bytes;
		made.bytes = (nch_buffer){0};
	}
	nch_tokenizer_scratch_free(scratch);
	free_prepared(&made);
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
		return nch_fail(error, NCH_DATA, "this folder holds an encoder without a classifier: train one (`nunchi train --init`), or ask for --embeddings");
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
		p->cut += fitted.cut;
		p->unknown += whole->unknown;
		p->content += whole->content;
	}
	nch_free(rows);
	nch_free(windows);
	nch_examples_free(&fitted);
	return status;
}

static nch_status answer(nch_predictor *p, const nch_text *texts, size_t count, nch_output output, float *values, nch_error *error)
{
	nch_examples whole;
	NCH_TRY(tokenize(p, texts, count, 0, &whole, error));
	nch_status status = nch_predictor_run(p, &whole, output, values, error);
	nch_examples_free(&whole);
	return status;
}

nch_status nch_predictor_logits(nch_predictor *predictor, const nch_text *texts, size_t count, float *logits, nch_error *error)
{
	return answer(predictor, texts, count, NCH_OUTPUT_LOGITS, logits, error);
}

nch_status nch_predictor_embeddings(nch_predictor *predictor, const nch_text *texts, size_t count, nch_output output, float *values, nch_error *error)
{
	return answer(predictor, texts, count, output, values, error);
}

void nch_predictor_scores(const nch_predictor *predictor, const float *logits, float *scores)
{
	size_t labels = nch_predictor_labels(predictor);
	if (nch_loss_is_softmax(predictor->loss, predictor->model->config.multi_label, labels)) {
		predictor->compute->kernels->softmax(scores, logits, labels);
		return;
	}
	for (size_t c = 0; c < labels; c++)
		scores[c] = (float)(1.0 / (1.0 + nch_exp(-(double)logits[c])));
}

size_t nch_predictor_answer(const nch_predictor *predictor, const float *logits, float *scores, bool *given)
{
	size_t labels = nch_predictor_labels(predictor);
	nch_predictor_scores(predictor, logits, scores);
	for (size_t c = 0; given != NULL && c < labels; c++)
		given[c] = scores[c] >= predictor->thresholds[c];
	return nch_largest(logits, labels); /* scores near 1 are equal too soon */
}
