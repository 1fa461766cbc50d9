/* self_test.c - writing and verifying self_test.json. */
#include "train/self_test.h"

#include <string.h>

#include "base/change.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "train/predictor.h"

/* Korean with spaces, endings, jamo, numbers, an emoji, Latin letters; and almost nothing. */
static const char *const sentences[] = {"오늘 정말 행복한 하루였어요!", "왜 그렇게 말했는지 아직도 화가 나 ㅠㅠ", "내일 3시 회의, 자료는 1,200부 준비해 주세요.",
                                        "Good morning, 세계! ㅋㅋㅋ 😂", "아"};
enum { SENTENCES = sizeof sentences / sizeof *sentences };

/* What a folder says now. Start with {0}. */
typedef struct answers {
	nch_predictor *predictor;
	nch_examples examples;
	float *values; /* (SENTENCES, columns) */
	size_t columns;
	const char *kind; /* of the values: "logits" or "embedding" */
	char weights[65], vocabulary[65];
} answers;

static void free_answers(answers *a)
{
	nch_predictor_close(a->predictor);
	nch_examples_free(&a->examples);
	nch_free(a->values);
}

static void hash_hex(nch_sha256 *hash, char hex[65])
{
	unsigned char digest[32];
	nch_sha256_finish(hash, digest);
	nch_sha256_hex(digest, hex);
}

/* Of the file as it lies there; "" if the folder keeps its weights in another one. */
static nch_status hash_weights(const char *folder, char hex[65], nch_error *error)
{
	char *path = nch_folder_file(folder, "model.safetensors");
	nch_mapping file = {0};
	nch_sha256 hash;
	hex[0] = '\0';
	nch_status status = path == NULL ? nch_no_memory(error) : NCH_OK;
	if (status == NCH_OK && nch_file_exists(path) && (status = nch_file_map(path, &file, error)) == NCH_OK) {
		nch_sha256_start(&hash);
		nch_sha256_add(&hash, file.data, file.size);
		hash_hex(&hash, hex);
		nch_file_unmap(&file);
	}
	nch_free(path);
	return status;
}

/* Of all pieces in the order of their ids, each with its closing NUL. */
static void hash_vocabulary(const nch_tokenizer *tokenizer, char hex[65])
{
	nch_sha256 hash;
	nch_sha256_start(&hash);
	for (size_t i = 0; i < nch_tokenizer_size(tokenizer); i++) {
		const char *piece = nch_tokenizer_piece(tokenizer, (int32_t)i);
		if (piece != NULL)
			nch_sha256_add(&hash, piece, strlen(piece) + 1);
	}
	hash_hex(&hash, hex);
}

/* What is no transformer has no ids, and n-grams in place of pieces. */
static nch_status ask_ngram(const char *folder, const nch_text *texts, answers *a, nch_error *error)
{
	size_t cells;
	nch_sha256 hash;
	a->kind = "logits";
	a->columns = nch_predictor_labels(a->predictor);
	a->examples.offsets = nch_alloc(SENTENCES + 1, sizeof *a->examples.offsets);
	if (a->examples.offsets == NULL || !nch_size_mul(SENTENCES, a->columns, &cells) || (a->values = nch_alloc(cells, sizeof *a->values)) == NULL)
		return nch_no_memory(error);
	NCH_TRY(nch_predictor_logits(a->predictor, texts, SENTENCES, a->values, error));
	nch_sha256_start(&hash);
	if (a->predictor->ngram != NULL)
		nch_sha256_add(&hash, a->predictor->ngram->table.bytes.data, a->predictor->ngram->table.bytes.length);
	hash_hex(&hash, a->vocabulary);
	return hash_weights(folder, a->weights, error);
}

static nch_status ask(const char *folder, size_t threads, const char *isa, answers *a, nch_error *error)
{
	nch_text texts[SENTENCES];
	size_t cells;
	for (size_t i = 0; i < SENTENCES; i++)
		texts[i] = (nch_text){.text = sentences[i], .length = strlen(sentences[i])};
	NCH_TRY(nch_predictor_open(folder, threads, isa, &a->predictor, error));
	if (a->predictor->model == NULL)
		return ask_ngram(folder, texts, a, error);
	bool has_head = !a->predictor->model->classifier_weight->fresh;
	a->kind = has_head ? "logits" : "embedding";
	a->columns = has_head ? nch_predictor_labels(a->predictor) : a->predictor->model->config.hidden;
	a->predictor->long_texts = NCH_LONG_CUT;
	if (!nch_size_mul(SENTENCES, a->columns, &cells) || (a->values = nch_alloc(cells, sizeof *a->values)) == NULL)
		return nch_no_memory(error);
	NCH_TRY(nch_predictor_examples(a->predictor, texts, SENTENCES, &a->examples, error));
	NCH_TRY(nch_predictor_rows(a->predictor, &a->examples, has_head ? NCH_OUTPUT_LOGITS : NCH_OUTPUT_MEAN, a->values, error));
	hash_vocabulary(a->predictor->tokenizer, a->vocabulary);
	return hash_weights(folder, a->weights, error);
}

/* --- writing --- */

static void write_sentence(const answers *a, size_t index, nch_buffer *out)
{
	const nch_examples *e = &a->examples;
	nch_buffer_text(out, index > 0 ? ",\n    {\"text\": " : "\n    {\"text\": ");
	nch_json_write_text(out, sentences[index], strlen(sentences[index]));
	nch_buffer_text(out, ", \"ids\": [");
	for (size_t t = e->offsets[index]; t < e->offsets[index + 1]; t++)
		nch_buffer_printf(out, "%s%d", t > e->offsets[index] ? ", " : "", (int)e->token[t]);
	nch_buffer_printf(out, "],\n     \"%s\": [", a->kind);
	for (size_t c = 0; c < a->columns; c++) {
		nch_buffer_text(out, c > 0 ? ", " : "");
		nch_json_write_double(out, (double)a->values[index * a->columns + c]); /* the float itself, not the nearest short number */
	}
	nch_buffer_text(out, "]}");
}

static void write_answers(const answers *a, nch_buffer *out)
{
	nch_buffer_printf(out, "{\n  \"weights_file_sha256\": \"%s\",\n  \"vocabulary_sha256\": \"%s\",\n  \"labels\": [", a->weights, a->vocabulary);
	for (size_t c = 0; c < nch_predictor_labels(a->predictor); c++) {
		const char *name = nch_predictor_label(a->predictor, c);
		nch_buffer_text(out, c > 0 ? ", " : "");
		nch_json_write_text(out, name, strlen(name));
	}
	nch_buffer_text(out, "],\n  \"sentences\": [");
	for (size_t i = 0; i < SENTENCES; i++)
		write_sentence(a, i, out);
	nch_buffer_text(out, "\n  ]\n}\n");
}

nch_status nch_self_test_write(const char *folder, size_t threads, const char *isa, nch_error *error)
{
	answers a = {0};
	nch_buffer out = {0};
	char *path = nch_path_join(folder, "self_test.json");
	nch_status status = path == NULL ? nch_no_memory(error) : ask(folder, threads, isa, &a, error);
	if (status == NCH_OK) {
		write_answers(&a, &out);
		status = nch_buffer_check(&out, error);
	}
	if (status == NCH_OK)
		status = nch_file_write(path, out.data, out.length, error);
	nch_buffer_free(&out);
	nch_free(path);
	free_answers(&a);
	return status;
}

/* --- verifying --- */

static nch_status compare_labels(const char *folder, const answers *a, const nch_json *saved, nch_error *error)
{
	const nch_json *item = saved != NULL ? saved->first : NULL;
	size_t labels = nch_predictor_labels(a->predictor);
	if (saved == NULL || saved->count != labels)
		return nch_fail(error, NCH_DATA, "%s: the model has %zu labels, %zu when it was saved: config.json is not the saved one", folder, labels,
		                saved != NULL ? saved->count : 0);
	for (size_t c = 0; c < labels; c++, item = item->next)
		if (item->type != NCH_JSON_STRING || strcmp(item->text, nch_predictor_label(a->predictor, c)) != 0)
			return nch_fail(error, NCH_DATA, "%s: label %zu is \"%s\", it was \"%s\" when the model was saved: config.json is not the saved one", folder, c,
			                nch_predictor_label(a->predictor, c), item->type == NCH_JSON_STRING ? item->text : "");
	return NCH_OK;
}

static nch_status compare_ids(const char *folder, const answers *a, const nch_json *sentence, size_t index, nch_error *error)
{
	const nch_json *ids = nch_json_get(sentence, "ids"), *item = ids != NULL ? ids->first : NULL;
	const nch_examples *e = &a->examples;
	size_t length = e->offsets[index + 1] - e->offsets[index];
	for (size_t t = 0; t < length || item != NULL; t++, item = item->next) {
		if (t < length && item != NULL && item->type == NCH_JSON_NUMBER && item->number == (double)e->token[e->offsets[index] + t])
			continue;
		return nch_fail(error, NCH_DATA, "%s: the tokenizer is not the saved one (or max_len or cleansing): token %zu of \"%s\" is %d, it was %s", folder, t + 1,
		                sentences[index], t < length ? (int)e->token[e->offsets[index] + t] : -1, item != NULL && item->type == NCH_JSON_NUMBER ? item->text : "none");
	}
	return NCH_OK;
}

static nch_status compare_values(const char *folder, const answers *a, const nch_json *sentence, size_t index, nch_error *error)
{
	const nch_json *values = nch_json_get(sentence, a->kind), *item = values != NULL ? values->first : NULL;
	if (values == NULL || values->count != a->columns)
		return nch_fail(error, NCH_DATA, "%s: the model gives %zu numbers a text (%s), it gave %zu when it was saved", folder, a->columns, a->kind,
		                values != NULL ? values->count : 0);
	for (size_t c = 0; c < a->columns; c++, item = item->next) {
		float now = a->values[index * a->columns + c], then = (float)item->number;
		if (item->type != NCH_JSON_NUMBER || memcmp(&now, &then, sizeof now) != 0)
			return nch_fail(error, NCH_DATA, "%s: the weights (or config.json) are not the saved ones: %s %zu of \"%s\" is %.9g, it was %.9g", folder, a->kind,
			                c + 1, sentences[index], (double)now, (double)then);
	}
	return NCH_OK;
}

static nch_status compare(const char *folder, const answers *a, const nch_json *saved, nch_error *error)
{
	const nch_json *list = nch_json_get(saved, "sentences"), *sentence = list != NULL ? list->first : NULL;
	const char *weights = nch_json_text(saved, "weights_file_sha256", "");
	if (list == NULL || list->count != SENTENCES)
		return nch_fail(error, NCH_FORMAT, "%s/self_test.json: has not the %d sentences of this version's test", folder, SENTENCES);
	NCH_TRY(compare_labels(folder, a, nch_json_get(saved, "labels"), error));
	for (size_t i = 0; i < SENTENCES; i++, sentence = sentence->next) {
		if (strcmp(nch_json_text(sentence, "text", ""), sentences[i]) != 0)
			return nch_fail(error, NCH_FORMAT, "%s/self_test.json: sentence %zu is not that of this version's test", folder, i + 1);
		NCH_TRY(compare_ids(folder, a, sentence, i, error));
		NCH_TRY(compare_values(folder, a, sentence, i, error));
	}
	if (strcmp(nch_json_text(saved, "vocabulary_sha256", ""), a->vocabulary) != 0)
		return nch_fail(error, NCH_DATA, "%s: the tokenizer's vocabulary is not the saved one, though it gives the test sentences the same ids", folder);
	if (strcmp(weights, a->weights) != 0)
		return nch_fail(error, NCH_DATA, "%s/model.safetensors: not the bytes that were saved (SHA-256 %.12s…, it was %.12s…), though the test sentences' %s are the same",
		                folder, a->weights, weights, a->kind);
	return NCH_OK;
}

static nch_status read_saved(const char *folder, nch_arena *arena, nch_buffer *text, nch_json **saved, nch_error *error)
{
	char *path = nch_folder_file(folder, "self_test.json");
	nch_status status = path == NULL || arena == NULL ? nch_no_memory(error) : NCH_OK;
	if (status == NCH_OK && nch_file_is_folder(folder) && !nch_file_exists(path))
		status = nch_fail(error, NCH_DATA, "%s: has no self_test.json, so there is nothing to compare with; folders that nunchi saves have one", folder);
	if (status == NCH_OK)
		status = nch_file_read(path, (size_t)16 << 20, text, error);
	if (status == NCH_OK)
		status = nch_json_parse(text->data != NULL ? text->data : "", text->length, path, arena, saved, error);
	nch_free(path);
	return status;
}

nch_status nch_self_test_verify(const char *folder, size_t threads, const char *isa, nch_buffer *report, nch_error *error)
{
	answers a = {0};
	nch_buffer text = {0};
	nch_arena *arena = nch_arena_new(0);
	nch_json *saved = NULL;
	nch_status status = read_saved(folder, arena, &text, &saved, error);
	if (status == NCH_OK)
		status = ask(folder, threads, isa, &a, error);
	if (status == NCH_OK)
		status = compare(folder, &a, saved, error);
	if (status == NCH_OK) {
		nch_buffer_printf(report, "ok: %d sentences have the ids and %s that were saved, model.safetensors its bytes\n", SENTENCES, a.kind);
		status = nch_buffer_check(report, error);
	}
	free_answers(&a);
	nch_buffer_free(&text);
	nch_arena_free(arena);
	return status;
}
