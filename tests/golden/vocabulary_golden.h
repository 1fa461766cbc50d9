/* vocabulary_golden.h - made by vocabulary.py: tokens that vocabularies of SentencePiece 0.2.3 need for every fourth sentence of data/course.tsv,
 * learnt from the first `sentences` of the others. */
static const struct {
	size_t sentences, pieces, tokens;
} vocabulary_golden[] = {
	{3150, 1500, 24775},
	{3150, 2000, 21932},
	{3150, 4000, 17933},
	{1000, 1200, 26313},
	{300, 1000, 25236},
};
