"""Prints vocabulary_golden.h: how many tokens SentencePiece 0.2.3's own unigram vocabularies need for every fourth sentence of data/course.tsv,
learnt from the first ones of the others, with the special pieces of --bert-specials.

usage: vocabulary.py > vocabulary_golden.h      (in tests/golden; needs sentencepiece)
"""
import os
import tempfile

import sentencepiece

here = os.path.dirname(os.path.abspath(__file__))
with open(here + "/../../data/course.tsv", encoding="utf-8") as file:
    sentences = [line.split("\t")[0] for line in file][1:]
unseen = sentences[::4]
rest = [s for i, s in enumerate(sentences) if i % 4]

print("""/* vocabulary_golden.h - made by vocabulary.py: tokens that vocabularies of SentencePiece 0.2.3 need for every fourth sentence of data/course.tsv,
 * learnt from the first `sentences` of the others. */
static const struct {
	size_t sentences, pieces, tokens;
} vocabulary_golden[] = {""")
with tempfile.TemporaryDirectory() as work:
    for count, pieces in ((len(rest), 1500), (len(rest), 2000), (len(rest), 4000), (1000, 1200), (300, 1000)):
        with open(work + "/text.txt", "w", encoding="utf-8") as file:
            file.writelines(s + "\n" for s in rest[:count])
        sentencepiece.SentencePieceTrainer.train(input=work + "/text.txt", model_prefix=work + "/v", vocab_size=pieces, num_threads=1, minloglevel=2,
                                                 unk_id=0, pad_id=1, bos_id=2, eos_id=3, control_symbols=["[MASK]"])
        processor = sentencepiece.SentencePieceProcessor(model_file=work + "/v.model")
        print(f"\t{{{count}, {pieces}, {sum(map(len, processor.encode(unseen)))}}},")
print("};")
