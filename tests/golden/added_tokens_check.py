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
LINES = [line.split("\t")[0] for line in open("data/course.tsv", encoding="utf-8")][1:400]

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
    call("tokenizer", "train", "--quiet", "--input", "data/course.tsv", "--vocab-size", "2000", "--bert-specials", "--out", work + "/v.spiece")
    call("train", "--quiet", "--train", "data/course.tsv", "--limit", "24", "--preset", "tiny", "--tokenizer", work + "/v.spiece", "--epochs", "1", "--allow-unknown", "--out", path)
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
# frames: the model's own answers for texts and pairs, whatever stands around them
def template(single, pair):
    return processors.TemplateProcessing(single=single, pair=pair, special_tokens=[("[CLS]", 2), ("[SEP]", 3), ("[MASK]", 4)])
FRAMES = {
    "BertProcessing": (processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2)), "bert"),
    "RobertaProcessing": (processors.RobertaProcessing(("[SEP]", 3), ("[CLS]", 2)), "roberta"),
    "two separators, all of type 0": (template("[CLS] $A [SEP]", "[CLS] $A [SEP] [SEP] $B [SEP]"), "roberta"),
    "all of type 0": (template("[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]"), "bert"),
    "a mask in front, nothing behind": (template("[CLS] [MASK] $A", "[CLS] [MASK] $A [SEP] $B:1"), "bert"),
    "after ByteLevel": (processors.Sequence([processors.ByteLevel(trim_offsets=True), template("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")]), "bert"),
}
torch.manual_seed(2)
size = dict(vocab_size=2000, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128, initializer_range=0.2, num_labels=3)
PAIRS = [("나는 오늘 정말 행복해", "무슨 일이야"), ("아", "왜 그래 또"), ("내일 회의는 세 시에 시작합니다. " * 8, "응"), ("짧다", "길고 긴 말 " * 30)]
fresh = work + "/fresh"
call("train", "--quiet", "--train", "data/course.tsv", "--limit", "24", "--preset", "tiny", "--tokenizer", work + "/v.spiece", "--epochs", "1", "--allow-unknown", "--out", fresh)
for name, (processor, kind) in FRAMES.items():
    for long in ("cut", "window"):
        folder = work + "/frame"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(work + "/unigram", folder)
        os.remove(folder + "/spiece.model")
        config = RobertaConfig(**size, type_vocab_size=1, pad_token_id=1, max_position_embeddings=130) if kind == "roberta" else BertConfig(**size, max_position_embeddings=128)
        model = AutoModelForSequenceClassification.from_config(config).eval()
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(f"{fresh}/{file}", folder)
        model.save_pretrained(folder)
        theirs = AutoTokenizer.from_pretrained(folder)
        theirs._tokenizer.post_processor = processor
        theirs.save_pretrained(folder)
        json.dump({"max_len": 48, "long": long}, open(folder + "/nunchi.json", "w"))
        worst = 0.0
        for pair in (False, True):
            lines = "".join((f"{t}\t{p}" if pair else t) + "\n" for t, p in PAIRS)
            answers = [json.loads(line)["logits"] for line in call("predict", "--quiet", "--model", folder, "--logits", *(["--pair-separator", "\\t"] if pair else []), stdin=lines).splitlines()]
            for (t, p), ours in zip(PAIRS, answers):
                if long == "window" and len(theirs(t, p if pair else None)["input_ids"]) > 48:
                    continue  # transformers has no windows that are averaged
                row = theirs(t, p if pair else None, truncation="longest_first", max_length=48, return_tensors="pt")
                with torch.no_grad():
                    logits = model(**row).logits[0].tolist()
                worst = max(worst, max(abs(x - y) for x, y in zip(ours, logits)))
        report(f"{name}, {long}", worst <= 2e-5, f"largest difference of a logit {worst:.2g}")
shutil.rmtree(work)
print(f"{failed} failed")
sys.exit(failed > 0)
