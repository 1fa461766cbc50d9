/* sentencepiece_model.c - see sentencepiece_model.h. The field numbers are those of sentencepiece_model.proto. */
#include "tokenizer/sentencepiece/sentencepiece_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tokenizer/sentencepiece/protobuf.h"

#define LONGEST_PIECE 8000 /* bytes; SentencePiece's limit since 0.2.2 */

/* fields of ModelProto */
enum { MODEL_PIECE = 1, MODEL_TRAINER = 2, MODEL_NORMALIZER = 3, MODEL_SELF_TEST = 4, MODEL_DENORMALIZER = 5 };
/* of ModelProto.SentencePiece */
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };
/* of TrainerSpec, as far as they matter after training */
enum {
	TRAINER_TYPE = 3,
	TRAINER_VOCAB_SIZE = 4,
	TRAINER_COVERAGE = 10,
	TRAINER_MAX_PIECE_LENGTH = 20,
	TRAINER_SUFFIX = 24,
	TRAINER_SPLIT_DIGITS = 25,
	TRAINER_BYTE_FALLBACK = 35,
	TRAINER_UNK_ID = 40,
	TRAINER_BOS_ID = 41,
	TRAINER_EOS_ID = 42,
	TRAINER_PAD_ID = 43,
	TRAINER_UNK_SURFACE = 44,
	TRAINER_UNK_PIECE = 45,
	TRAINER_BOS_PIECE = 46,
	TRAINER_EOS_PIECE = 47,
	TRAINER_PAD_PIECE = 48
};
/* of NormalizerSpec */
enum { NORMALIZER_NAME = 1, NORMALIZER_CHARSMAP = 2, NORMALIZER_PREFIX = 3, NORMALIZER_REMOVE = 4, NORMALIZER_ESCAPE = 5 };
/* of SelfTestData and its Sample */
enum { SELF_TEST_SAMPLE = 1, SAMPLE_INPUT = 1, SAMPLE_EXPECTED = 2 };

typedef struct reader {
	nch_sp_model *model;
	size_t piece_capacity, sample_capacity;
	nch_error *error;
} reader;

static nch_status broken(const reader *r, const char *what)
{
	return nch_fail(r->error, NCH_FORMAT, "not a SentencePiece model: %s is cut or damaged", what);
}

static nch_protobuf message_of(const nch_protobuf_field *field)
{
	return (nch_protobuf){field->data, field->size, 0, false};
}

static nch_status keep_text(const reader *r, const nch_protobuf_field *field, nch_sp_text *text)
{
	text->length = field->size;
	text->text = nch_arena_text(r->model->arena, (const char *)field->data, field->size);
	return text->text != NULL ? NCH_OK : nch_no_memory(r->error);
}

static nch_status read_piece(reader *r, nch_protobuf message)
{
	nch_sp_piece piece = {"", 0, 0, NCH_PIECE_NORMAL};
	nch_sp_text text = {"", 0};
	nch_protobuf_field field;
	while (nch_protobuf_next(&message, &field)) {
		if (field.number == PIECE_TEXT && field.wire == NCH_WIRE_BYTES)
			NCH_TRY(keep_text(r, &field, &text));
		else if (field.number == PIECE_SCORE && field.wire == NCH_WIRE_FIXED32)
			piece.score = nch_protobuf_float(&field);
		else if (field.number == PIECE_TYPE && field.wire == NCH_WIRE_VARINT && field.value >= 1 && field.value <= 6)
			piece.type = (nch_piece_type)field.value; /* other values are of the future: as if absent */
	}
	if (message.broken)
		return broken(r, "a piece");
	if (text.length == 0)
		return nch_fail(r->error, NCH_FORMAT, "not a usable SentencePiece model: piece %zu is empty", r->model->piece_count);
	if (text.length >= LONGEST_PIECE || r->model->piece_count >= INT32_MAX)
		return nch_fail(r->error, NCH_FORMAT, "not a usable SentencePiece model: piece %zu is too long", r->model->piece_count);
	piece.text = text.text;
	piece.length = (uint32_t)text.length;
	NCH_TRY(nch_grow(&r->model->pieces, &r->piece_capacity, r->model->piece_count + 1, sizeof piece, r->error));
	r->model->pieces[r->model->piece_count++] = piece;
	return NCH_OK;
}

static nch_status read_trainer_text(reader *r, const nch_protobuf_field *field)
{
	nch_sp_model *m = r->model;
	switch (field->number) {
	case TRAINER_UNK_PIECE:
		return keep_text(r, field, &m->unk_piece);
	case TRAINER_BOS_PIECE:
		return keep_text(r, field, &m->bos_piece);
	case TRAINER_EOS_PIECE:
		return keep_text(r, field, &m->eos_piece);
	case TRAINER_PAD_PIECE:
		return keep_text(r, field, &m->pad_piece);
	case TRAINER_UNK_SURFACE:
		return keep_text(r, field, &m->unk_surface);
	default:
		return NCH_OK;
	}
}

static void read_trainer_number(nch_sp_model *m, const nch_protobuf_field *field)
{
	switch (field->number) {
	case TRAINER_TYPE:
		if (field->value >= 1 && field->value <= 4)
			m->type = (nch_sp_model_type)field->value;
		break;
	case TRAINER_VOCAB_SIZE:
		m->vocab_size = (int32_t)(uint32_t)field->value;
		break;
	case TRAINER_MAX_PIECE_LENGTH:
		m->max_piece_length = (int32_t)(uint32_t)field->value;
		break;
	case TRAINER_SUFFIX:
		m->treat_whitespace_as_suffix = field->value != 0;
		break;
	case TRAINER_SPLIT_DIGITS:
		m->split_digits = field->value != 0;
		break;
	case TRAINER_BYTE_FALLBACK:
		m->byte_fallback = field->value != 0;
		break;
	default:
		break;
	}
}

static nch_status read_trainer(reader *r, nch_protobuf message)
{
	nch_protobuf_field field;
	while (nch_protobuf_next(&message, &field)) {
		if (field.wire == NCH_WIRE_BYTES)
			NCH_TRY(read_trainer_text(r, &field));
		else if (field.wire == NCH_WIRE_VARINT)
			read_trainer_number(r->model, &field);
		else if (field.number == TRAINER_COVERAGE && field.wire == NCH_WIRE_FIXED32)
			r->model->character_coverage = nch_protobuf_float(&field);
	}
	return message.broken ? broken(r, "its trainer_spec") : NCH_OK;
}

static nch_status read_normalizer(reader *r, nch_protobuf message, nch_sp_normalizer_spec *spec)
{
	nch_protobuf_field field;
	while (nch_protobuf_next(&message, &field)) {
		bool varint = field.wire == NCH_WIRE_VARINT, bytes = field.wire == NCH_WIRE_BYTES;
		if (field.number == NORMALIZER_NAME && bytes)
			NCH_TRY(keep_text(r, &field, &spec->name));
		else if (field.number == NORMALIZER_CHARSMAP && bytes)
			NCH_TRY(keep_text(r, &field, &spec->charsmap));
		else if (field.number == NORMALIZER_PREFIX && varint)
			spec->add_dummy_prefix = field.value != 0;
		else if (field.number == NORMALIZER_REMOVE && varint)
			spec->remove_extra_whitespaces = field.value != 0;
		else if (field.number == NORMALIZER_ESCAPE && varint)
			spec->escape_whitespaces = field.value != 0;
	}
	return message.broken ? broken(r, "its normalizer_spec") : NCH_OK;
}

static nch_status read_sample(reader *r, nch_protobuf message)
{
	nch_sp_sample sample = {{"", 0}, {"", 0}};
	nch_protobuf_field field;
	while (nch_protobuf_next(&message, &field)) {
		if (field.number == SAMPLE_INPUT && field.wire == NCH_WIRE_BYTES)
			NCH_TRY(keep_text(r, &field, &sample.input));
		else if (field.number == SAMPLE_EXPECTED && field.wire == NCH_WIRE_BYTES)
			NCH_TRY(keep_text(r, &field, &sample.expected));
	}
	if (message.broken)
		return broken(r, "its self_test_data");
	NCH_TRY(nch_grow(&r->model->samples, &r->sample_capacity, r->model->sample_count + 1, sizeof sample, r->error));
	r->model->samples[r->model->sample_count++] = sample;
	return NCH_OK;
}

static nch_status read_self_test(reader *r, nch_protobuf message)
{
	nch_protobuf_field field;
	while (nch_protobuf_next(&message, &field))
		if (field.number == SELF_TEST_SAMPLE && field.wire == NCH_WIRE_BYTES)
			NCH_TRY(read_sample(r, message_of(&field)));
	return message.broken ? broken(r, "its self_test_data") : NCH_OK;
}

static nch_status read_model(reader *r, nch_protobuf message)
{
	nch_protobuf_field field;
	while (nch_protobuf_next(&message, &field)) {
		if (field.wire != NCH_WIRE_BYTES)
			continue;
		nch_protobuf inner = message_of(&field);
		if (field.number == MODEL_PIECE)
			NCH_TRY(read_piece(r, inner));
		else if (field.number == MODEL_TRAINER)
			NCH_TRY(read_trainer(r, inner));
		else if (field.number == MODEL_NORMALIZER)
			NCH_TRY(read_normalizer(r, inner, &r->model->normalizer));
		else if (field.number == MODEL_SELF_TEST)
			NCH_TRY(read_self_test(r, inner));
		else if (field.number == MODEL_DENORMALIZER)
			NCH_TRY(read_normalizer(r, inner, &r->model->denormalizer));
	}
	return message.broken ? broken(r, "the file") : NCH_OK;
}

/* --- what a usable model must be --- */

/* Pieces that a text may come to, and pieces that only stand for something, are two name spaces in SentencePiece. */
static bool is_reserved(const nch_sp_piece *piece)
{
	return piece->type == NCH_PIECE_UNKNOWN || piece->type == NCH_PIECE_CONTROL || piece->type == NCH_PIECE_BYTE;
}

static int compare_texts(const void *left, const void *right)
{
	const nch_sp_piece *a = *(const nch_sp_piece *const *)left, *b = *(const nch_sp_piece *const *)right;
	uint32_t shorter = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->text, b->text, shorter);
	return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static int compare_pieces(const void *left, const void *right)
{
	const nch_sp_piece *a = *(const nch_sp_piece *const *)left, *b = *(const nch_sp_piece *const *)right;
	if (is_reserved(a) != is_reserved(b))
		return is_reserved(a) ? 1 : -1;
	return compare_texts(left, right);
}

/* In models of byte-pair encoding there is one name space only. */
static nch_status check_distinct(const reader *r)
{
	const nch_sp_model *m = r->model;
	int (*compare)(const void *, const void *) = m->type == NCH_SP_BPE ? compare_texts : compare_pieces;
	const nch_sp_piece **sorted = nch_alloc(m->piece_count, sizeof(*sorted));
	if (sorted == NULL)
		return nch_no_memory(r->error);
	for (size_t i = 0; i < m->piece_count; i++)
		sorted[i] = &m->pieces[i];
	qsort(sorted, m->piece_count, sizeof(*sorted), compare);
	nch_status status = NCH_OK;
	for (size_t i = 1; i < m->piece_count && status == NCH_OK; i++)
		if (compare(&sorted[i - 1], &sorted[i]) == 0)
			status = nch_fail(r->error, NCH_FORMAT, "not a usable SentencePiece model: the piece \"%.60s\" stands in it twice",
			                  sorted[i]->text);
	nch_free(sorted);
	return status;
}

static nch_status check_types(const reader *r)
{
	nch_sp_model *m = r->model;
	bool byte_found[256] = {false};
	size_t bytes = 0;
	m->unk = -1;
	for (size_t i = 0; i < m->piece_count; i++) {
		nch_sp_piece *piece = &m->pieces[i];
		if (memchr(piece->text, 0, piece->length) != NULL) {
			if (piece->length != 1 || !m->byte_fallback)
				return nch_fail(r->error, NCH_FORMAT, "not a usable SentencePiece model: piece %zu has a NUL in it", i);
			piece->type = NCH_PIECE_UNUSED; /* some converters write one beside <0x00> */
		} else if (piece->type == NCH_PIECE_UNKNOWN) {
			if (m->unk >= 0)
				return nch_fail(r->error, NCH_FORMAT, "not a usable SentencePiece model: it has two unknown pieces");
			m->unk = (int32_t)i;
		} else if (piece->type == NCH_PIECE_BYTE) {
			int byte = nch_sp_byte_of_piece(piece->text, piece->length);
			if (!m->byte_fallback || byte < 0)
				return nch_fail(r->error, NCH_FORMAT, "not a usable SentencePiece model: \"%.20s\" is no piece for a byte%s",
				                piece->text, m->byte_fallback ? "" : ", as byte_fallback is off");
			bytes += !byte_found[byte];
			byte_found[byte] = true;
		}
	}
	if (m->unk < 0 && !m->byte_fallback) /* with bytes for everything, a model can do without */
		return nch_fail(r->error, NCH_FORMAT, "not a usable SentencePiece model: it has no unknown piece");
	if (m->byte_fallback && bytes != 256)
		return nch_fail(r->error, NCH_FORMAT, "not a usable SentencePiece model: byte_fallback needs 256 byte pieces, it has %zu",
		                bytes);
	return NCH_OK;
}

static void set_defaults(nch_sp_model *model)
{
	nch_sp_normalizer_spec spec = {.add_dummy_prefix = true, .remove_extra_whitespaces = true, .escape_whitespaces = true};
	model->unk = -1;
	model->type = NCH_SP_UNIGRAM;
	model->vocab_size = 8000;
	model->max_piece_length = 16;
	model->character_coverage = 0.9995f;
	model->unk_piece = (nch_sp_text){"<unk>", 5};
	model->bos_piece = (nch_sp_text){"<s>", 3};
	model->eos_piece = (nch_sp_text){"</s>", 4};
	model->pad_piece = (nch_sp_text){"<pad>", 5};
	model->unk_surface = (nch_sp_text){" \xE2\x81\x87 ", 5};
	model->normalizer = model->denormalizer = spec;
}

nch_status nch_sp_model_read(const void *data, size_t size, nch_sp_model *model, nch_error *error)
{
	*model = (nch_sp_model){.arena = nch_arena_new(0)};
	reader r = {.model = model, .error = error};
	if (model->arena == NULL)
		return nch_no_memory(error);
	set_defaults(model);
	nch_status status = read_model(&r, (nch_protobuf){data, size, 0, false});
	if (status == NCH_OK)
		status = check_types(&r);
	if (status == NCH_OK)
		status = check_distinct(&r);
	if (status != NCH_OK)
		nch_sp_model_free(model);
	return status;
}

void nch_sp_model_free(nch_sp_model *model)
{
	nch_arena_free(model->arena);
	nch_free(model->pieces);
	nch_free(model->samples);
	*model = (nch_sp_model){0};
}

bool nch_sp_model_recognize(const void *data, size_t size)
{
	/* A writer puts the pieces first; the first one is then a whole message that opens with its text. */
	nch_protobuf message = {data, size, 0, false};
	nch_protobuf_field field, inner;
	if (!nch_protobuf_next(&message, &field) || field.wire != NCH_WIRE_BYTES || field.number < MODEL_PIECE ||
	    field.number > MODEL_DENORMALIZER)
		return false;
	nch_protobuf first = message_of(&field);
	return nch_protobuf_next(&first, &inner);
}

int nch_sp_byte_of_piece(const char *text, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";
	if (length != 6 || memcmp(text, "<0x", 3) != 0 || text[5] != '>')
		return -1;
	const char *high = memchr(digits, text[3], 16), *low = memchr(digits, text[4], 16);
	return high != NULL && low != NULL ? (int)(high - digits) * 16 + (int)(low - digits) : -1;
}

/* --- writing --- */

static void put_text(nch_buffer *out, uint32_t number, nch_sp_text text)
{
	if (text.text != NULL)
		nch_protobuf_put_bytes(out, number, text.text, text.length);
}

static void put_piece(nch_buffer *out, const nch_sp_piece *piece)
{
	nch_protobuf_put_bytes(out, PIECE_TEXT, piece->text, piece->length);
	nch_protobuf_put_float(out, PIECE_SCORE, piece->score);
	if (piece->type != NCH_PIECE_NORMAL)
		nch_protobuf_put_varint(out, PIECE_TYPE, (uint64_t)piece->type);
}

/* The id of a piece with this text, or -1 as a protobuf int32: ten bytes. */
static uint64_t id_of(const nch_sp_model *model, nch_sp_text text)
{
	for (size_t i = 0; i < model->piece_count; i++)
		if (model->pieces[i].length == text.length && memcmp(model->pieces[i].text, text.text, text.length) == 0)
			return i;
	return UINT64_MAX;
}

static void put_trainer(nch_buffer *out, const nch_sp_model *m)
{
	nch_protobuf_put_varint(out, TRAINER_TYPE, (uint64_t)m->type);
	nch_protobuf_put_varint(out, TRAINER_VOCAB_SIZE, (uint64_t)m->vocab_size);
	nch_protobuf_put_float(out, TRAINER_COVERAGE, m->character_coverage);
	nch_protobuf_put_varint(out, TRAINER_MAX_PIECE_LENGTH, (uint64_t)m->max_piece_length);
	nch_protobuf_put_varint(out, TRAINER_SUFFIX, m->treat_whitespace_as_suffix);
	nch_protobuf_put_varint(out, TRAINER_SPLIT_DIGITS, m->split_digits);
	nch_protobuf_put_varint(out, TRAINER_BYTE_FALLBACK, m->byte_fallback);
	nch_protobuf_put_varint(out, TRAINER_UNK_ID, (uint64_t)m->unk);
	nch_protobuf_put_varint(out, TRAINER_BOS_ID, id_of(m, m->bos_piece));
	nch_protobuf_put_varint(out, TRAINER_EOS_ID, id_of(m, m->eos_piece));
	nch_protobuf_put_varint(out, TRAINER_PAD_ID, id_of(m, m->pad_piece));
	put_text(out, TRAINER_UNK_SURFACE, m->unk_surface);
	put_text(out, TRAINER_UNK_PIECE, m->unk_piece);
	put_text(out, TRAINER_BOS_PIECE, m->bos_piece);
	put_text(out, TRAINER_EOS_PIECE, m->eos_piece);
	put_text(out, TRAINER_PAD_PIECE, m->pad_piece);
}

static void put_normalizer(nch_buffer *out, const nch_sp_normalizer_spec *spec)
{
	put_text(out, NORMALIZER_NAME, spec->name);
	put_text(out, NORMALIZER_CHARSMAP, spec->charsmap);
	nch_protobuf_put_varint(out, NORMALIZER_PREFIX, spec->add_dummy_prefix);
	nch_protobuf_put_varint(out, NORMALIZER_REMOVE, spec->remove_extra_whitespaces);
	nch_protobuf_put_varint(out, NORMALIZER_ESCAPE, spec->escape_whitespaces);
}

/* Appends a message that was built in *inner, and clears it. */
static void put_message(nch_buffer *out, uint32_t number, nch_buffer *inner)
{
	nch_protobuf_put_bytes(out, number, inner->data, inner->length);
	out->failed |= inner->failed;
	nch_buffer_clear(inner);
}

static void put_samples(nch_buffer *out, const nch_sp_model *model)
{
	nch_buffer samples = {0}, sample = {0};
	for (size_t i = 0; i < model->sample_count; i++) {
		put_text(&sample, SAMPLE_INPUT, model->samples[i].input);
		put_text(&sample, SAMPLE_EXPECTED, model->samples[i].expected);
		put_message(&samples, SELF_TEST_SAMPLE, &sample);
	}
	if (model->sample_count > 0)
		put_message(out, MODEL_SELF_TEST, &samples);
	nch_buffer_free(&sample);
	nch_buffer_free(&samples);
}

nch_status nch_sp_model_write(const nch_sp_model *model, nch_buffer *out, nch_error *error)
{
	nch_buffer inner = {0};
	for (size_t i = 0; i < model->piece_count; i++) {
		put_piece(&inner, &model->pieces[i]);
		put_message(out, MODEL_PIECE, &inner);
	}
	put_trainer(&inner, model);
	put_message(out, MODEL_TRAINER, &inner);
	put_normalizer(&inner, &model->normalizer);
	put_message(out, MODEL_NORMALIZER, &inner);
	put_samples(out, model);
	if (model->denormalizer.charsmap.text != NULL) {
		put_normalizer(&inner, &model->denormalizer);
		put_message(out, MODEL_DENORMALIZER, &inner);
	}
	nch_buffer_free(&inner);
	return nch_buffer_check(out, error);
}
