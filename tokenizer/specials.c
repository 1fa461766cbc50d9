/* specials.c - see specials.h. */
#include "tokenizer/specials.h"

#include <string.h>

const nch_special_kind nch_special_kinds[NCH_SPECIAL_KINDS] = {
	{"unk_token", {"[UNK]", "<unk>"}},
	{"pad_token", {"[PAD]", "<pad>"}},
	{"cls_token", {"[CLS]", "<cls>", "<s>"}},
	{"sep_token", {"[SEP]", "<sep>", "</s>"}},
	{"mask_token", {"[MASK]", "<mask>"}},
};

int32_t *nch_special_place(nch_specials *s, size_t i)
{
	int32_t *places[NCH_SPECIAL_KINDS] = {&s->unk, &s->pad, &s->cls, &s->sep, &s->mask};
	return places[i];
}

void nch_default_specials(nch_tokenizer *tokenizer)
{
	for (size_t i = 0; i < NCH_SPECIAL_KINDS; i++) {
		int32_t *place = nch_special_place(&tokenizer->specials, i);
		for (size_t k = 0; *place < 0 && nch_special_kinds[i].usual[k] != NULL; k++)
			*place = nch_tokenizer_find(tokenizer, nch_special_kinds[i].usual[k]);
	}
}

nch_status nch_add_specials(nch_tokenizer *tokenizer, nch_error *error)
{
	for (size_t i = 0; i < NCH_SPECIAL_KINDS; i++) {
		int32_t id = *nch_special_place(&tokenizer->specials, i);
		if (id < 0)
			continue;
		const char *text = tokenizer->vocabulary.texts[id];
		nch_added_token token = {text, strlen(text), id, false, false, false, false};
		NCH_TRY(nch_tokenizer_add_token(tokenizer, &token, error));
	}
	return NCH_OK;
}
