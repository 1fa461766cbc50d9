"""The tokenizer.json that nunchi writes for a SentencePiece model, read by transformers: the same ids as SentencePiece's own, for the sentences of
data/course.tsv composed (NFC) and decomposed (NFD), and for nasty strings. Then the other way: nunchi reads that tokenizer.json without the SentencePiece model
beside it, and gives the ids that transformers gives.

usage: tokenizer_json_check.py [--count 20000] [NUNCHI]     (default: build/nunchi)     Needs sentencepiece, transformers; run from the repository's root.
Special tokens that are written out in a text ([SEP], "<s>") are found by transformers before anything else, and are letters (or pieces) to SentencePiece; nasty strings
with one are left out. SentencePiece sums scores as floats, transformers as doubles: of sums that are equal, another may win (a tie). And transformers' Precompiled drops a
mark behind a character that it replaces (a full-width A with an accent); so of the nasty strings, which are full of such, 15 in 1,000 may differ, and 50 where each byte of
an unknown character is a token; of the sentences none.
"""
import argparse, json, os, shutil, subprocess, sys, tempfile, unicodedata
import sentencepiece as spm
from transformers import AutoTokenizer

sys.path.insert(0, "tests/golden")
from nasty import SPECIAL, strings

ap = argparse.ArgumentParser()
ap.add_argument("--count", type=int, default=20000)
ap.add_argument("--show", type=int, default=2)
ap.add_argument("--only")
ap.add_argument("nunchi", nargs="?", default="build/nunchi")
a = ap.parse_args()
work = tempfile.mkdtemp()
LINES = [line.split("\t")[0] for line in open("data/course.tsv", encoding="utf-8")][1:]
TEXTS = {"NFC": LINES, "NFD": [unicodedata.normalize("NFD", line) for line in LINES],
         "nasty": [s.decode() for s in strings(a.count, seed=11, lines=True)]}
failed = 0

def call(*args, stdin=None):
    done = subprocess.run([a.nunchi, *args], input=stdin, capture_output=True)
    assert done.returncode == 0, (args, done.stderr.decode())
    return done.stdout

def models():
    """Name and file of SentencePiece models: nunchi's own of both types, with user-defined pieces; KoBERT's; SentencePiece's own."""
    for kind in ("unigram", "bpe"):
        for name, options in {"plain": [], "specials": ["--bert-specials"], "users": ["--bert-specials", "--user-defined", "ㅠㅠ", "--user-defined", "ㅋㅋ", "--user-defined", "ㅋㅋㅋ"],
                              "identity": ["--bert-specials", "--normalization", "identity"], "jamo": ["--bert-specials", "--normalization", "nmt_nfkc_jamo", "--user-defined", "ㅠㅠ"], "bytes": ["--byte-fallback"]}.items():
            path = f"{work}/{kind}-{name}.spiece"
            call("tokenizer", "train", "--quiet", "--type", kind, "--input", "data/course.tsv", "--vocab-size", "2000", "--out", path, *options)
            yield f"nunchi's {kind}, {name}", path
    for name in ("unigram", "bpe", "unigram-bytes", "bpe-bytes", "unigram-spaces", "bpe-spaces"):
        yield f"SentencePiece's {name}", f"tests/golden/sp/{name}.model"
    kobert = "../shared/tokenizers/kobert/kobert_news_wiki_ko_cased-1087f8699e.spiece"
    if os.path.exists(kobert):
        yield "KoBERT's", kobert

def report(name, what, pairs, texts, rounded, share):
    """rounded: sums of scores may be rounded in two ways, so that of equal ones (the same pieces in another order) another is taken."""
    global failed
    wrong = [i for i, (x, y) in enumerate(pairs) if x != y]
    ties = [i for i in wrong if rounded and sorted(pairs[i][0]) == sorted(pairs[i][1])]
    other = [i for i in wrong if i not in set(ties)]
    good = len(other) <= share * len(pairs) and len(ties) <= len(pairs) // 20
    failed += not good
    print(f"{'ok    ' if good else 'FAILED'} {name}, {what}: {len(pairs) - len(wrong)} of {len(pairs)} equal, {len(ties)} ties, {len(other)} others", flush=True)
    for i in other[:a.show]:
        print(f"    {texts[i]!r}\n      {pairs[i][0]}\n      {pairs[i][1]}")

for name, path in models():
    if a.only and a.only not in name:
        continue
    folder = f"{work}/folder"
    shutil.rmtree(folder, ignore_errors=True)
    call("train", "--quiet", "--train", "data/course.tsv", "--limit", "24", "--preset", "tiny", "--tokenizer", path, "--epochs", "1", "--allow-unknown", "--out", folder)
    if not os.path.exists(folder + "/tokenizer.json"):
        print("FAILED", name, "has no tokenizer.json")
        failed += 1
        continue
    theirs = AutoTokenizer.from_pretrained(folder)
    peer = spm.SentencePieceProcessor(model_file=path)

    control = [peer.id_to_piece(i) for i in range(peer.get_piece_size()) if peer.is_control(i) or peer.is_unknown(i)] + theirs.all_special_tokens
    alone = f"{work}/alone"
    shutil.rmtree(alone, ignore_errors=True)
    os.mkdir(alone)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(f"{folder}/{file}", alone)
    for what, texts in TEXTS.items():
        texts = [t for t in texts if not any(c in t for c in control)]
        ids = theirs(texts, add_special_tokens=False)["input_ids"]
        share, unigram = (0.05 if "bytes" in name else 0.015) if what == "nasty" else 0, "unigram" in name or "KoBERT" in name
        report(name, f"{what}, transformers and SentencePiece", list(zip(ids, peer.encode(texts))), texts, unigram, share)
        with open(work + "/texts", "w", encoding="utf-8") as out:
            out.write("".join(t + "\n" for t in texts))
        for place, where in ((alone, "nunchi from tokenizer.json"), (folder, "nunchi from the folder")):
            ours = [[int(i) for i in line.split()] for line in call("tokenize", "--quiet", "--tokenizer", place, work + "/texts").decode().split("\n")[:-1]]
            report(name, f"{what}, {where} and transformers", list(zip(ours, ids)), texts, unigram and place == folder, 0 if place == alone else share)
shutil.rmtree(work)
print(f"{failed} failed")
sys.exit(failed > 0)
