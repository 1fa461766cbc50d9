/* song_index.c - whether an index of songs still tells what the songs and the model would. */
#include "apps/song_index.h"

#include <stdio.h>
#include <string.h>

#include "apps/songs_private.h"
#include "base/memory.h"
#include "base/os.h"
#include "base/sha256.h"

/* Different letters, so that many rows of the embeddings have a part in the answers. */
static const char *const probes[] = {"비가 오던 날 너를 처음 만났지", "왜 자꾸 나한테만 그래, 정말 화가 나!", "happy birthday ㅋㅋㅋ 12월 25일 오후 3시"};
enum { PROBES = sizeof probes / sizeof *probes };

static nch_status mark_source(const char *const *paths, size_t count, unsigned char digest[32], nch_error *error)
{
	nch_sha256 hash;
	nch_sha256_start(&hash);
	for (size_t i = 0; i < count; i++) {
		nch_mapping file = {0};
		if (strcmp(paths[i], "-") == 0)
			return NCH_OK;
		NCH_TRY(nch_file_map_any(paths[i], &file, error));
		uint64_t size = file.size; /* else the same bytes, cut elsewhere into files, had the same mark */
		nch_sha256_add(&hash, &size, sizeof size);
		nch_sha256_add(&hash, file.data, file.size);
		nch_file_unmap(&file);
	}
	nch_sha256_finish(&hash, digest);
	return NCH_OK;
}

static nch_status mark_model(nch_predictor *predictor, unsigned char digest[32], nch_error *error)
{
	nch_sha256 hash;
	nch_text texts[PROBES];
	size_t labels = nch_predictor_labels(predictor);
	float *scores = nch_alloc(labels, PROBES * sizeof *scores);
	if (scores == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < PROBES; i++)
		texts[i] = (nch_text){.text = probes[i], .length = strlen(probes[i])};
	nch_status status = nch_predictor_logits(predictor, texts, PROBES, scores, error);
	nch_sha256_start(&hash);
	for (size_t i = 0; i < PROBES && status == NCH_OK; i++)
		nch_predictor_scores(predictor, scores + i * labels, scores + i * labels);
	for (size_t c = 0; c < labels; c++)
		nch_sha256_add(&hash, nch_predictor_label(predictor, c), strlen(nch_predictor_label(predictor, c)) + 1);
	nch_sha256_add(&hash, scores, PROBES * labels * sizeof *scores);
	nch_sha256_finish(&hash, digest);
	nch_free(scores);
	return status;
}

nch_status nch_song_marks_of(const char *const *paths, size_t count, nch_predictor *predictor, nch_song_marks *marks, nch_error *error)
{
	*marks = (nch_song_marks){0};
	NCH_TRY(mark_source(paths, count, marks->source, error));
	return predictor != NULL ? mark_model(predictor, marks->model, error) : NCH_OK;
}

static bool is_zero(const unsigned char digest[32])
{
	static const unsigned char zero[32];
	return memcmp(digest, zero, sizeof zero) == 0;
}

bool nch_song_marks_same_source(const nch_song_marks *a, const nch_song_marks *b)
{
	return !is_zero(a->source) && memcmp(a->source, b->source, sizeof a->source) == 0;
}

bool nch_song_marks_same_model(const nch_song_marks *a, const nch_song_marks *b)
{
	return is_zero(a->model) || is_zero(b->model) || memcmp(a->model, b->model, sizeof a->model) == 0;
}

bool nch_song_index_may_replace(const char *path)
{
	char begin[sizeof NCH_SONGS_MAGIC - 1];
	FILE *file = nch_os_fopen(path, "rb");
	if (file == NULL)
		return !nch_file_exists(path);
	size_t got = fread(begin, 1, sizeof begin, file);
	fclose(file);
	return got == 0 || (got == sizeof begin && memcmp(begin, NCH_SONGS_MAGIC, sizeof begin - 1) == 0); /* any version's */
}
