/* predictor_prepare.c - a text as training saw its like: marked, cleansed. */
#include "train/predictor_prepare.h"

#include "base/memory.h"

bool nch_prepare_is_needed(const nch_predictor *predictor)
{
	return predictor->cleansing != NULL || predictor->settings.target != NCH_TARGET_NONE;
}

void nch_prepared_texts_free(nch_prepared_texts *made)
{
	nch_free(made->texts);
	nch_buffer_free(&made->bytes);
	nch_buffer_free(&made->marked);
	nch_buffer_free(&made->clean);
}

static nch_status add_clean(nch_prepared_texts *made, const nch_cleansing *cleansing, const char *text, size_t length, size_t *clean_length,
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
static nch_status prepare_text(nch_prepared_texts *made, const nch_predictor *p, const nch_text *from, nch_text *to, nch_error *error)
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
nch_status nch_prepare_texts(const nch_predictor *p, const nch_text *texts, size_t count, nch_prepared_texts *made, nch_error *error)
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
