/* sentencepiece_selftest.c - a model may carry samples of text with the pieces that they must be cut into. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "tokenizer/sentencepiece/sentencepiece_private.h"

#define SAME_SCORE 1e-7f /* two ways to cut with the same score are both right */

/* The pieces of scratch->segmentation separated by blanks; runs of unknown characters are one piece, or one for each byte. */
static void join_pieces(const nch_sentencepiece *sp, const nch_sentencepiece_scratch *s, nch_buffer *out)
{
	bool after_unknown = false;
	size_t at = 0;
	for (size_t i = 0; i < s->segmentation.count; i++) {
		nch_segment segment = s->segmentation.items[i];
		const char *text = s->normalized.text + at;
		bool unknown = segment.id == sp->model.unk;
		if (i > 0 && !(unknown && after_unknown && !sp->model.byte_fallback))
			nch_buffer_byte(out, ' ');
		if (unknown && sp->model.byte_fallback)
			for (uint32_t k = 0; k < segment.length; k++)
				nch_buffer_printf(out, "%s<0x%02X>", k > 0 ? " " : "", (unsigned)(unsigned char)text[k]);
		else
			nch_buffer_add(out, text, segment.length);
		after_unknown = unknown;
		at += segment.length;
	}
}

/* The score of pieces that are separated by blanks, as a unigram model sums it. */
static float score_of(const nch_sentencepiece *sp, const nch_vocabulary *vocabulary, const char *pieces, size_t length)
{
	float sum = 0;
	for (size_t at = 0; at <= length;) {
		const char *space = memchr(pieces + at, ' ', length - at);
		size_t end = space != NULL ? (size_t)(space - pieces) : length;
		int32_t id = nch_vocabulary_find(vocabulary, pieces + at, end - at);
		sum += id < 0 || id == sp->model.unk ? sp->unigram.unk_score : sp->unigram.scores[id];
		at = end + 1;
	}
	return sum;
}

static nch_status check_sample(const nch_sentencepiece *sp, const nch_vocabulary *vocabulary, const nch_sp_sample *sample,
                               nch_sentencepiece_scratch *scratch, nch_buffer *got, nch_error *error)
{
	nch_buffer_clear(got);
	NCH_TRY(nch_sentencepiece_cut(sp, scratch, sample->input.text, sample->input.length, error));
	join_pieces(sp, scratch, got);
	NCH_TRY(nch_buffer_check(got, error));
	if (got->length == sample->expected.length && (got->length == 0 || memcmp(got->data, sample->expected.text, got->length) == 0))
		return NCH_OK;
	if (sp->model.type == NCH_SP_UNIGRAM && got->length > 0 &&
	    fabsf(score_of(sp, vocabulary, got->data, got->length) -
	          score_of(sp, vocabulary, sample->expected.text, sample->expected.length)) <= SAME_SCORE)
		return NCH_OK;
	return nch_fail(error, NCH_FORMAT, "the SentencePiece model fails its own test: \"%.80s\" gives \"%.120s\", not \"%.120s\"",
	                sample->input.text, got->length > 0 ? got->data : "", sample->expected.text);
}

nch_status nch_sentencepiece_self_test(const nch_sentencepiece *sp, const nch_vocabulary *vocabulary, nch_error *error)
{
	nch_sentencepiece_scratch scratch = {0};
	nch_buffer got = {0};
	nch_status status = NCH_OK;
	for (size_t i = 0; i < sp->model.sample_count && status == NCH_OK; i++)
		status = check_sample(sp, vocabulary, &sp->model.samples[i], &scratch, &got, error);
	nch_buffer_free(&got);
	nch_sentencepiece_scratch_clear(&scratch);
	return status;
}
