#!/usr/bin/env python3
"""Three families with three tokenizers vote together: nunchi ensemble against votes that are counted here.

BERT with a WordPiece vocabulary, ELECTRA with another and RoBERTa with SentencePiece's pieces; their random weights come from transformers,
`nunchi train --init` teaches them data/ea.jsonl, each with another way of showing targets. What each says alone comes from
`nunchi predict`, the votes of all from `nunchi ensemble`.

    python3 tests/golden/ensemble_check.py [build/nunchi]        needs transformers and torch
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import transformers

nunchi = sys.argv[1] if len(sys.argv) > 1 else "build/nunchi"
work = Path(tempfile.mkdtemp(prefix="nunchi-votes-"))
data = "data/ea.jsonl"


def run(*arguments):
    return subprocess.run([nunchi, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def learn_vocabulary(name, kind, size):
    path = work / name
    run("tokenizer", "train", "--quiet", "--type", kind, "--vocab-size", size, *(["--bert-specials"] if kind == "unigram" else []),
        "--input", data, "--text", "input.form", "--out", path)
    return path


def train(name, config, tokenizer, target):
    torch.manual_seed(len(name))
    start = work / (name + "-start")
    transformers.AutoModel.from_config(config).save_pretrained(start)
    run("train", "--init", start, "--tokenizer", tokenizer, "--train", data, "--valid-split", 0.2, "--multi-label", "--target", target,
        "--threshold", "tune-per-label", "--best-by", "micro-f1", "--epochs", 2, "--lr", "1e-3", "--max-len", 48, "--quiet",
        "--allow-unknown", "--out", work / name)
    return work / name


sizes = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128, max_position_embeddings=66)
small, large, pieces = learn_vocabulary("a.txt", "wordpiece", 1500), learn_vocabulary("b.txt", "wordpiece", 2000), learn_vocabulary("c.spiece", "unigram", 1000)
count = lambda path: sum(1 for _ in open(path, encoding="utf-8"))
folders = [
    train("bert", transformers.BertConfig(vocab_size=count(small), **sizes), small, "pair"),
    train("electra", transformers.ElectraConfig(vocab_size=count(large), embedding_size=32, **sizes), large, "markers"),
    train("roberta", transformers.RobertaConfig(vocab_size=1000, type_vocab_size=2, pad_token_id=1, **sizes), pieces, "both"),
]
alone = [[json.loads(line) for line in run("predict", "--model", f, "--input", "jsonl", data).splitlines()] for f in folders]
thresholds = [json.load(open(f / "nunchi.json"))["thresholds"] for f in folders]
labels = list(alone[0][0]["scores"])
models = [word for f in folders for word in ("--model", f)]
votes = {v: [json.loads(line) for line in run("ensemble", *models, "--vote", v, "--input", "jsonl", data).splitlines()] for v in ("soft", "hard")}

largest, wrong, unsure = 0.0, 0, 0
for row in range(len(alone[0])):
    for k, label in enumerate(labels):
        scores = [a[row]["scores"][label] for a in alone]
        mean, bar = sum(scores) / 3, sum(t[k] for t in thresholds) / 3
        ballots = sum(s >= t[k] for s, t in zip(scores, thresholds))
        largest = max(largest, abs(mean - votes["soft"][row]["scores"][label]), abs(ballots / 3 - votes["hard"][row]["scores"][label]))
        unsure += abs(mean - bar) < 1e-7
        wrong += (mean >= bar) != (label in votes["soft"][row]["labels"]) and abs(mean - bar) >= 1e-7
        wrong += (ballots >= 2) != (label in votes["hard"][row]["labels"])
print(f"{len(alone[0])} rows, {len(labels)} labels, {[f.name for f in folders]}: largest difference of a score {largest:.1e}, wrong votes {wrong}, too close to tell {unsure}")
chosen = json.loads(run("ensemble", *models, "--greedy", "--json", "--data", data))
single = {f: json.loads(run("eval", "--model", f, "--data", data, "--json"))["micro_f1"] for f in folders}
first = max(single.values())
print(f"alone {[round(v, 4) for v in single.values()]}, greedy {[(Path(c['model']).name, round(c['value'], 4)) for c in chosen['chosen']]}")
together = json.loads(run("eval", *[word for c in chosen["chosen"] for word in ("--model", c["model"])], "--data", data, "--json"))["micro_f1"]
agree = abs(chosen["chosen"][0]["value"] - first) < 1e-9 and abs(chosen["chosen"][-1]["value"] - together) < 1e-9
print("greedy begins with the best and its last figure is what eval says:", agree)
sys.exit(0 if largest < 1e-6 and wrong == 0 and agree else 1)
