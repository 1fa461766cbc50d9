/* The best cut of a word, and by how much it is the best: what a cache of words may be trusted by. */
#include <string.h>

#include "test.h"
#include "tokenizer/sentencepiece/unigram.h"

/* The margin of the best cut of a word of letters, by pieces whose last one is "abc" with this score. */
static float margin_of(const char *word, float abc, size_t *pieces)
{
	nch_sp_piece list[] = {{.text = "<unk>", .length = 5, .type = NCH_PIECE_UNKNOWN}, {.text = "a", .length = 1, .score = -1.0f, .type = NCH_PIECE_NORMAL},
	                       {.text = "b", .length = 1, .score = -1.0f, .type = NCH_PIECE_NORMAL}, {.text = "c", .length = 1, .score = -1.0f, .type = NCH_PIECE_NORMAL},
	                       {.text = "ab", .length = 2, .score = -1.5f, .type = NCH_PIECE_NORMAL}, {.text = "bc", .length = 2, .score = -2.0f, .type = NCH_PIECE_NORMAL},
	                       {.text = "abc", .length = 3, .score = abc, .type = NCH_PIECE_NORMAL}};
	const nch_sp_model model = {.pieces = list, .piece_count = sizeof list / sizeof *list, .unk = 0};
	nch_unigram unigram;
	nch_segmentation s = {0};
	float score = 0.0f;
	CHECK(nch_unigram_init(&unigram, &model, NULL) == NCH_OK);
	CHECK(nch_unigram_encode(&unigram, word, strlen(word), &score, &s, NULL) == NCH_OK);
	float margin = s.margin;
	*pieces = s.count;
	nch_segmentation_free(&s);
	nch_unigram_free(&unigram);
	return margin;
}

/* abc, or ab c -2.5, or a bc and a b c -3: at the end of c they are offered in the order abc, a bc, ab c. */
TEST(margins)
{
	size_t pieces;
	CHECK(margin_of("abc", -2.25f, &pieces) == 0.25f && pieces == 1); /* the second best comes last */
	CHECK(margin_of("abc", -2.75f, &pieces) == 0.25f && pieces == 2); /* the best comes last; ab beats a b by .5 */
	CHECK(margin_of("abc", -2.5f, &pieces) == 0.0f && pieces == 1);   /* a tie */
	CHECK(margin_of("abc", -0.5f, &pieces) == 2.0f && pieces == 1);
	CHECK(margin_of("ab", -9.0f, &pieces) == 0.5f && pieces == 1);
	CHECK(margin_of("ac", -9.0f, &pieces) > 1e30f && pieces == 2); /* there is no other way */
	CHECK(margin_of("acab", -9.0f, &pieces) == 0.5f && pieces == 3); /* the least of all places */
}

int main(void)
{
	RUN(margins);
	return test_end();
}
