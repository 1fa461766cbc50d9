"""Tokens that transformers adds to a folder and saves back into it: nunchi's ids are those of transformers, though the vocabulary beside tokenizer.json is stale by then.

usage: added_tokens_check.py [--count 3000] [NUNCHI]     (default: build/nunchi)     Needs transformers; run from the repository's root.
Folders: a unigram model of nunchi's, KoELECTRA's vocabulary cased, and in small letters without accents. Added: words that are normalized (what add_tokens does with a
text), words that are not, single words, words that take blanks, a piece that was there before, a special token. Texts: sentences with these in between, nasty strings.
Then frames: post-processors of other kinds for one text and for two, by the logits of a small BERT and a small RoBERTa.
"""
import argparse, json, os, random, shutil, subprocess, sys, tempfile
import torch, transformers
from tokenizers import AddedToken, processors
from transformers import AutoTokenizer, BertConfig, RobertaConfig, AutoModelForSequenceClassification

sys.path.insert(0, "tests/golden")
from nasty import strings

ap = argparse.ArgumentParser()
ap.add_argument("--count", type=int, default=3000)
ap.add_argument("nunchi", nargs="?", default="build/nunchi")
a = ap.parse_args()
transformers.logging.set_verbosity_error()
work = tempfile.mkdtemp()
failed = 0
LINES = [line.split("\t")[0] for line in open("data/emotions.tsv", encoding="utf-8")][1:400]

def call(*args, stdin=None):
    done = subprocess.run([a.nunchi, *args], input=stdin, capture_output=True, text=True)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout

def report(name, good, what=""):
    global failed
    failed += not good
    print("ok    " if good else "FAILED", name, what, flush=True)

def folders():
    path = work + "/unigram"
    call("tokenizer", "train", "--quiet", "--input", "data/emotions.tsv", "--vocab-size", "2000", "--bert-specials", "--out", work + "/v.spiece")
    call("train", "--quiet", "--train", "data/emotions.tsv", "--limit", "24", "--preset", "tiny", "--tokenizer", work + "/v.spiece", "--epochs", "1", "--allow-unknown", "--out", path)
    yield "unigram", path
    vocab = "../shared/tokenizers/koelectra/vocab-v3.txt"
    for name, lower in (("WordPiece, cased", False), ("WordPiece, small letters", True)):
        if os.path.exists(vocab):
            path = f"{work}/wordpiece-{lower}"
            os.mkdir(path)
            shutil.copy(vocab, path + "/vocab.txt")
            json.dump({"tokenizer_class": "BertTokenizer", "do_lower_case": lower}, open(path + "/tokenizer_config.json", "w"))
            yield name, path

ADDED = ["새토큰", "ㅋㅋㅋ", "ABC", "café", AddedToken("그대로", normalized=False), AddedToken("홀로", single_word=True), AddedToken("왼쪽", lstrip=True),
         AddedToken("오른쪽", rstrip=True, normalized=False), "영화"]
SPECIAL = ["[E1]", "[E2]"]
rng = random.Random(3)
words = [str(t.content if isinstance(t, AddedToken) else t) for t in ADDED] + SPECIAL + ["abc", "CAFÉ", "cafe", "홀로도", "ㅋㅋㅋㅋ", "ＡＢＣ"]
TEXTS = []
for line in LINES * 3:
    parts = line.split(" ")
    for _ in range(rng.randint(1, 3)):
        parts.insert(rng.randint(0, len(parts)), rng.choice(words))
    TEXTS.append(rng.choice([" ", "", "  "]).join(parts))
TEXTS += [s.decode() for s in strings(a.count, seed=5, lines=True)]

for name, folder in folders():
    theirs = AutoTokenizer.from_pretrained(folder)
    theirs.add_tokens(ADDED)
    theirs.add_special_tokens({"additional_special_tokens": SPECIAL})
    theirs.save_pretrained(folder)
    theirs = AutoTokenizer.from_pretrained(folder)
    stale = [f for f in ("spiece.model", "vocab.txt") if os.path.exists(f"{folder}/{f}")]
    ours = [[int(i) for i in line.split()] for line in call("tokenize", "--quiet", "--tokenizer", folder, stdin="".join(t + "\n" for t in TEXTS)).split("\n")[:-1]]
    ids = theirs(TEXTS, add_special_tokens=False)["input_ids"]
    wrong = [i for i in range(len(TEXTS)) if ids[i] != ours[i]]
    report(f"{name}: {len(theirs)} tokens, stale beside it: {stale}", not wrong, f"{len(TEXTS) - len(wrong)} of {len(TEXTS)} equal")
    for i in wrong[:3]:
        print(f"    {TEXTS[i]!r}\n      nunchi       {theirs.convert_ids_to_tokens(ours[i])}\n      transformers {theirs.convert_ids_to_tokens(ids[i])}")
shutil.rmtree(work)
print(f"{failed} failed")
sys.exit(failed > 0)
