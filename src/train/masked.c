/* masked.c - packed batches with hidden tokens, and how many of them a model guesses. */
#include "train/masked.h"

#include "base/memory.h"
#include "kernels/math.h"

nch_status nch_masked_fill(nch_masked *masked, const nch_masking *masking, nch_packed *packed, const size_t *rows, uint32_t epoch, nch_error *error)
{
	masked->count = 0;
	if (packed->tokens > masked->room) {
		size_t room = masked->room;
		masked->room = 0;
		NCH_TRY(nch_grow(&masked->where, &(size_t){room}, packed->tokens, sizeof *masked->where, error));
		NCH_TRY(nch_grow(&masked->target, &(size_t){room}, packed->tokens, sizeof *masked->target, error));
		masked->room = packed->tokens;
	}
	for (size_t i = 0; i < packed->sentences; i++) {
		size_t begin = packed->offsets[i], length = packed->offsets[i + 1] - begin;
		masked->count += nch_masking_apply(masking, packed->token + begin, length, epoch, rows[i], begin, masked->where + masked->count,
		                                   masked->target + masked->count);
	}
	return NCH_OK;
}

void nch_masked_free(nch_masked *masked)
{
	nch_free(masked->where);
	nch_free(masked->target);
	*masked = (nch_masked){0};
}

size_t nch_masked_count(const nch_masking *masking, const nch_examples *examples, const size_t *rows, size_t count, uint32_t epoch)
{
	size_t sum = 0;
	for (size_t i = 0; i < count; i++) {
		size_t begin = examples->offsets[rows[i]];
		sum += nch_masking_count(masking, examples->token + begin, examples->offsets[rows[i] + 1] - begin, epoch, rows[i]);
	}
	return sum;
}

size_t nch_masked_right(const nch_tensor *logits, const int32_t *target)
{
	size_t right = 0;
	for (size_t i = 0; i < logits->rows; i++) {
		const float *z = logits->data + i * logits->columns;
		right += nch_largest(z, logits->columns) == (size_t)target[i];
	}
	return right;
}

nch_status nch_masked_prior(nch_model *model, const nch_masking *masking, const nch_examples *examples, nch_error *error)
{
	size_t words = masking->vocab_size, total = words;
	size_t *count = nch_alloc(words, sizeof *count);
	if (count == NULL)
		return nch_no_memory(error);
	for (size_t w = 0; w < words; w++)
		count[w] = 1;
	for (size_t t = 0; t < examples->offsets[examples->rows]; t++) {
		count[examples->token[t]] += !masking->special[examples->token[t]];
		total += !masking->special[examples->token[t]];
	}
	for (size_t w = 0; w < words; w++) /* the model may have room for more words than the tokenizer has */
		model->mlm_bias->data[w] = (float)(nch_log((double)count[w]) - nch_log((double)total));
	nch_free(count);
	return NCH_OK;
}

/* What the batches of a measurement share. */
typedef struct measurement {
	const nch_model *model;
	nch_tape *tape;
	const nch_masking *masking;
	nch_packed packed;
	nch_masked masked;
	double loss;
	size_t right, counted;
} measurement;

static nch_status measure_batch(measurement *m, const nch_examples *examples, const size_t *rows, size_t count, nch_error *error)
{
	const nch_step step = {0};
	NCH_TRY(nch_packed_fill(&m->packed, examples, rows, count, m->model->config.position_offset, error));
	NCH_TRY(nch_masked_fill(&m->masked, m->masking, &m->packed, rows, 0, error));
	if (m->masked.count == 0)
		return NCH_OK;
	NCH_TRY(nch_tape_begin(m->tape, &step, error));
	nch_batch batch = {.tokens = m->packed.tokens, .sentences = count, .token = m->packed.token, .type = m->packed.type,
	                   .position = m->packed.position, .offsets = m->packed.offsets};
	nch_tensor *logits = nch_model_mlm_logits(m->model, m->tape, &batch, m->masked.where, m->masked.count);
	const nch_loss loss = {.kind = NCH_LOSS_CE, .target = m->masked.target, .scale = 1.0, .sum = &m->loss};
	nch_loss_op(m->tape, logits, &loss);
	NCH_TRY(nch_tape_check(m->tape, error));
	m->right += nch_masked_right(logits, m->masked.target);
	m->counted += m->masked.count;
	return NCH_OK;
}

nch_status nch_masked_scores(const nch_model *model, nch_tape *tape, const nch_examples *examples, const nch_masking *masking, nch_scores *scores,
                             nch_error *error)
{
	enum { TOKENS = 4096 }; /* of one batch, if one sentence is not longer */
	measurement m = {.model = model, .tape = tape, .masking = masking};
	size_t *rows = nch_alloc(examples->rows, sizeof *rows);
	nch_status status = rows == NULL ? nch_no_memory(error) : NCH_OK;
	for (size_t begin = 0, end; begin < examples->rows && status == NCH_OK; begin = end) {
		for (end = begin; end < examples->rows && (end == begin || examples->offsets[end + 1] - examples->offsets[begin] <= TOKENS); end++)
			rows[end - begin] = end;
		status = measure_batch(&m, examples, rows, end - begin, error);
	}
	double share = m.counted > 0 ? (double)m.right / (double)m.counted : 0.0;
	*scores = (nch_scores){m.counted > 0 ? m.loss / (double)m.counted : 0.0, share, share, share};
	nch_packed_free(&m.packed);
	nch_masked_free(&m.masked);
	nch_free(rows);
	return status;
}
