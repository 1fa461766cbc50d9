/* sentencepiece_json.c - a unigram SentencePiece model told as a tokenizer.json, for Hugging Face's tokenizers. */
#include <string.h>

#include "base/json.h"
#include "tokenizer/internal.h"
#include "tokenizer/sentencepiece_model.h"

static void put_base64(nch_buffer *out, const unsigned char *data, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		unsigned bits = (unsigned)data[i] << 16 | (left > 1 ? (unsigned)data[i + 1] << 8 : 0) | (left > 2 ? data[i + 2] : 0u);
		nch_buffer_byte(out, digits[bits >> 18]);
		nch_buffer_byte(out, digits[bits >> 12 & 63]);
		nch_buffer_byte(out, left > 1 ? digits[bits >> 6 & 63] : '=');
		nch_buffer_byte(out, left > 2 ? digits[bits & 63] : '=');
	}
}

static void put_added(nch_buffer *out, const nch_sp_model *model)
{
	bool first = true;
	nch_buffer_text(out, "\"added_tokens\": [");
	for (size_t i = 0; i < model->piece_count; i++) {
		const nch_sp_piece *piece = &model->pieces[i];
		if (piece->type != NCH_PIECE_UNKNOWN && piece->type != NCH_PIECE_CONTROL && piece->type != NCH_PIECE_USER_DEFINED)
			continue;
		nch_buffer_printf(out, "%s\n  {\"id\": %zu, \"content\": ", first ? "" : ",", i);
		nch_json_write_text(out, piece->text, piece->length);
		nch_buffer_printf(out, ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": %s}",
		                  piece->type != NCH_PIECE_USER_DEFINED || piece->text[0] == '[' ? "true" : "false");
		first = false;
	}
	nch_buffer_text(out, "],\n");
}

static void put_normalizer(nch_buffer *out, const nch_sp_model *model)
{
	nch_sp_text charsmap = model->normalizer.charsmap;
	if (charsmap.length == 0) {
		nch_buffer_text(out, "\"normalizer\": null,\n");
		return;
	}
	nch_buffer_text(out, "\"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"");
	put_base64(out, (const unsigned char *)charsmap.text, charsmap.length);
	nch_buffer_text(out, "\"},\n");
}

/* "[CLS] $A [SEP]", or with a second text. */
static void put_template(nch_buffer *out, const nch_tokenizer *tokenizer)
{
	const char *cls = nch_tokenizer_piece(tokenizer, tokenizer->specials.cls), *sep = nch_tokenizer_piece(tokenizer, tokenizer->specials.sep);
	if (cls == NULL || sep == NULL) {
		nch_buffer_text(out, "\"post_processor\": null,\n");
		return;
	}
	nch_buffer c = {0}, s = {0};
	nch_json_write_text(&c, cls, strlen(cls));
	nch_json_write_text(&s, sep, strlen(sep));
	const char *first = c.data != NULL ? c.data : "", *last = s.data != NULL ? s.data : "";
	const char *special = "{\"SpecialToken\": {\"id\": %s, \"type_id\": %d}}", *text = "{\"Sequence\": {\"id\": \"%s\", \"type_id\": %d}}";
	nch_buffer_text(out, "\"post_processor\": {\"type\": \"TemplateProcessing\",\n  \"single\": [");
	nch_buffer_printf(out, special, first, 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, text, "A", 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, special, last, 0);
	nch_buffer_text(out, "],\n  \"pair\": [");
	nch_buffer_printf(out, special, first, 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, text, "A", 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, special, last, 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, text, "B", 1);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, special, last, 1);
	nch_buffer_printf(out, "],\n  \"special_tokens\": {%s: {\"id\": %s, \"ids\": [%d], \"tokens\": [%s]}, ", first, first,
	                  (int)tokenizer->specials.cls, first);
	nch_buffer_printf(out, "%s: {\"id\": %s, \"ids\": [%d], \"tokens\": [%s]}}},\n", last, last, (int)tokenizer->specials.sep, last);
	out->failed |= c.failed || s.failed;
	nch_buffer_free(&c);
	nch_buffer_free(&s);
}

static void put_model(nch_buffer *out, const nch_sp_model *model)
{
	nch_buffer_printf(out, "\"model\": {\"type\": \"Unigram\", \"unk_id\": %d, \"byte_fallback\": %s, \"vocab\": [", (int)model->unk,
	                  model->byte_fallback ? "true" : "false");
	for (size_t i = 0; i < model->piece_count; i++) {
		nch_buffer_text(out, i > 0 ? ",\n  [" : "\n  [");
		nch_json_write_text(out, model->pieces[i].text, model->pieces[i].length);
		nch_buffer_text(out, ", ");
		nch_json_write_double(out, (double)model->pieces[i].score);
		nch_buffer_byte(out, ']');
	}
	nch_buffer_text(out, "]}\n");
}

nch_status nch_sp_model_to_json(const nch_tokenizer *tokenizer, const nch_sp_model *model, nch_buffer *out, nch_error *error)
{
	const char *space = "{\"type\": \"Metaspace\", \"replacement\": \"\xE2\x96\x81\", \"prepend_scheme\": \"always\", \"split\": true}";
	nch_buffer_text(out, "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null,\n");
	put_added(out, model);
	put_normalizer(out, model);
	nch_buffer_printf(out, "\"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"WhitespaceSplit\"}, %s]},\n", space);
	put_template(out, tokenizer);
	nch_buffer_printf(out, "\"decoder\": %s,\n", space);
	put_model(out, model);
	nch_buffer_text(out, "}\n");
	return nch_buffer_check(out, error);
}
