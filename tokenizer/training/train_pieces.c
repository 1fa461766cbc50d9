/* train_pieces.c - see train_pieces.h. */
#include "tokenizer/training/train_pieces.h"

#include "base/memory.h"
#include "base/unicode.h"

nch_status nch_piece_rules_init(nch_piece_rules *rules, const nch_corpus *corpus, const nch_tokenizer_training *training,
                                nch_error *error)
{
	*rules = (nch_piece_rules){.longest = training->max_piece_length, .split_digits = training->split_digits,
	                           .any_script = training->type == NCH_TRAIN_WORDPIECE};
	rules->scripts = nch_alloc(corpus->codes, sizeof *rules->scripts);
	rules->digits = nch_alloc(corpus->codes, sizeof *rules->digits);
	if (rules->scripts == NULL || rules->digits == NULL) {
		nch_piece_rules_free(rules);
		return nch_no_memory(error);
	}
	for (uint32_t code = 1; code < corpus->codes; code++) {
		uint32_t c = corpus->characters[code] & ~NCH_INSIDE_WORD;
		bool inherits;
		int script = nch_unicode_script_of(c, &inherits);
		rules->scripts[code] = inherits ? -1 : (int16_t)script;
		rules->digits[code] = (c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19);
		if (c == 0x2581 && !rules->any_script)
			rules->space = code;
	}
	return NCH_OK;
}

void nch_piece_rules_free(nch_piece_rules *rules)
{
	nch_free(rules->scripts);
	nch_free(rules->digits);
	*rules = (nch_piece_rules){0};
}

bool nch_piece_is_valid(const nch_piece_rules *rules, const uint32_t *codes, size_t length)
{
	int last = -1; /* no script yet */
	if (length == 0 || length > rules->longest)
		return false;
	for (size_t i = 0; i < length; i++) {
		uint32_t code = codes[i];
		if (code == 0 || (code == rules->space && i > 0) || (rules->split_digits && rules->digits[code] && length > 1))
			return false;
		if (code == rules->space)
			continue;
		int script = rules->scripts[code] < 0 ? last : rules->scripts[code];
		if (!rules->any_script && last >= 0 && script >= 0 && script != last)
			return false;
		last = script;
	}
	return true;
}

void nch_trained_free(nch_trained *trained)
{
	nch_arena_free(trained->arena);
	nch_free(trained->items);
	*trained = (nch_trained){0};
}

nch_status nch_trained_add(nch_trained *trained, const nch_corpus *corpus, const uint32_t *codes, size_t length, double score,
                           nch_error *error)
{
	if (trained->arena == NULL && (trained->arena = nch_arena_new(0)) == NULL)
		return nch_no_memory(error);
	NCH_TRY(nch_grow(&trained->items, &trained->capacity, trained->count + 1, sizeof *trained->items, error));
	nch_buffer text = {0};
	nch_corpus_decode(corpus, codes, length, &text);
	nch_status status = nch_buffer_check(&text, error);
	if (status == NCH_OK) {
		const char *copy = nch_arena_text(trained->arena, text.data, text.length);
		trained->items[trained->count] = (nch_trained_piece){copy, text.length, score};
		status = copy != NULL ? NCH_OK : nch_no_memory(error);
	}
	trained->count += status == NCH_OK;
	nch_buffer_free(&text);
	return status;
}

nch_status nch_trainer_report(const nch_trainer *trainer, double done, const char *stage)
{
	if (trainer->progress != NULL && !trainer->progress(trainer->progress_context, done, stage))
		return nch_fail(trainer->error, NCH_CANCELLED, "training was cancelled");
	return NCH_OK;
}
