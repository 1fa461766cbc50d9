"""Compares unigram vocabularies of `nunchi tokenizer train` with those that SentencePiece 0.2.3 learns from the same lines: how many tokens
each needs for lines that neither has seen. A vocabulary that chooses its pieces badly needs more.

usage: vocabulary_compare.py CORPUS UNSEEN [--lines 2000,20000,100000,640674] [--pieces 1000,2000,4000,8000,16000,32000]
                             [--count 5000] [--most 1.02] [--keep DIR] [--nunchi ../../build/nunchi]

CORPUS is plain text, a line each; UNSEEN is plain text or a .tsv with a column `document`. --keep DIR keeps SentencePiece's models there, so that
the next run need not learn them again. A cell that neither learns (fewer pieces than characters) is left out. Exit status 1 if any ratio is
above --most.
"""
import argparse
import itertools
import os
import subprocess
import sys
import tempfile

import sentencepiece

ap = argparse.ArgumentParser(usage=__doc__)
ap.add_argument("corpus")
ap.add_argument("unseen")
ap.add_argument("--lines", default="2000,20000,100000,640674")
ap.add_argument("--pieces", default="1000,2000,4000,8000,16000,32000")
ap.add_argument("--count", type=int, default=5000)
ap.add_argument("--most", type=float, default=1.02)
ap.add_argument("--keep")
ap.add_argument("--nunchi", default="../../build/nunchi")
a = ap.parse_args()
work = tempfile.mkdtemp(prefix="nunchi-vocabulary-")
keep = a.keep or work
os.makedirs(keep, exist_ok=True)


def read_lines(path, count):
    with open(path, encoding="utf-8") as file:
        rows = (line.rstrip("\n") for line in file)
        if path.endswith(".tsv"):
            column = next(rows).split("\t").index("document")
            rows = (row.split("\t")[column] for row in rows)
        return list(itertools.islice(rows, count))


def tokens(model):
    processor = sentencepiece.SentencePieceProcessor(model_file=model)
    return sum(len(ids) for ids in processor.encode(unseen)), processor.get_piece_size()


def learn_theirs(text, lines, pieces):
    prefix = f"{keep}/{lines}-{pieces}"
    if not os.path.exists(prefix + ".model"):
        try:
            sentencepiece.SentencePieceTrainer.train(input=text, model_prefix=prefix, vocab_size=pieces, hard_vocab_limit=False, num_threads=1,
                                                     minloglevel=2)
        except RuntimeError as error:
            if "required_chars" not in str(error):
                raise
            return None
    return prefix + ".model"


def learn_ours(text, pieces):
    out = f"{work}/ours.spiece"
    done = subprocess.run([a.nunchi, "tokenizer", "train", "--quiet", "--vocab-size", str(pieces), "--input", text, "--out", out],
                          capture_output=True, text=True)
    if done.returncode != 0 and "pieces are too few" not in done.stderr:
        sys.exit(done.stderr)
    return out if done.returncode == 0 else None


unseen = read_lines(a.unseen, a.count)
worst = 0
print("  lines   asked   pieces  SentencePiece   pieces     nunchi   ratio")
for lines in map(int, a.lines.split(",")):
    text = f"{work}/text.txt"
    with open(text, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in read_lines(a.corpus, lines))
    for pieces in map(int, a.pieces.split(",")):
        theirs, ours = learn_theirs(text, lines, pieces), learn_ours(text, pieces)
        if theirs is None or ours is None:
            print(f"{lines:7} {pieces:7}   too few: SentencePiece {'learns' if theirs else 'refuses'}, nunchi {'learns' if ours else 'refuses'}")
            worst = max(worst, 1e9 if (theirs is None) != (ours is None) else 0)
            continue
        (t, t_pieces), (o, o_pieces) = tokens(theirs), tokens(ours)
        worst = max(worst, o / t)
        print(f"{lines:7} {pieces:7}  {t_pieces:7} {t:14}  {o_pieces:7} {o:10}  {o / t:6.4f}", flush=True)
print(f"worst ratio {worst:.4f}, {'OK' if worst <= a.most else f'above {a.most}'}")
sys.exit(worst > a.most)
