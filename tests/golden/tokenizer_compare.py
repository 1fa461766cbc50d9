"""Compares the ids of `nunchi tokenize` with those of SentencePiece and Hugging Face's tokenizers on generated nasty strings: every
model of sp/, with and without nmt_nfkc, KoBERT's, KoELECTRA's vocabularies as they are and lower-cased.

usage: tokenizer_compare.py [--count 1000000] [--seed 1] [--nunchi ../../build/nunchi] [NAME ...]      (in tests/golden; ../../../shared must be there)
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

from nasty import strings
from sentencepiece import sentencepiece_model_pb2 as pb
import tokenizer_goldens as goldens

ap = argparse.ArgumentParser(usage=__doc__)
ap.add_argument("--count", type=int, default=1000000)
ap.add_argument("--seed", type=int, default=1)
ap.add_argument("--nunchi", default="../../build/nunchi")
ap.add_argument("names", nargs="*")
a = ap.parse_args()
work = tempfile.mkdtemp(prefix="nunchi-nasty-")
RULES = goldens.nmt_nfkc()


def files():
    """Name and file or folder of each tokenizer, and its peer."""
    for name, peer in goldens.encoders().items():
        path = f"{work}/{name.replace('/', '_')}"
        if name.startswith("sp/"):
            model = pb.ModelProto.FromString(open(f"{goldens.HERE}/{name.split('+')[0]}", "rb").read())
            if name.endswith("+nmt_nfkc"):
                model.normalizer_spec.precompiled_charsmap = RULES
            path += ".model"
            open(path, "wb").write(model.SerializeToString())
        elif name == "kobert":
            path = goldens.KOBERT
        else:
            os.mkdir(path)
            shutil.copy(f"{goldens.SHARED}/tokenizers/koelectra/vocab-{name.split('-')[1][:2]}.txt", path + "/vocab.txt")
            config = {"tokenizer_class": "BertTokenizer", "do_lower_case": "+lower" in name}
            if "+accents" in name:
                config["strip_accents"] = False
            json.dump(config, open(path + "/tokenizer_config.json", "w"))
        yield name, path, peer


texts = strings(a.count, seed=a.seed, lines=True)
with open(work + "/texts", "wb") as out:
    for text in texts:
        out.write(text + b"\n")
print(f"{len(texts)} strings, {sum(map(len, texts)) / 1e6:.1f} MB")
failed = 0
for name, path, peer in files():
    if a.names and name not in a.names:
        continue
    ours = subprocess.run([a.nunchi, "tokenize", "--quiet", "--tokenizer", path, work + "/texts"], stdout=subprocess.PIPE, check=True).stdout.split(b"\n")
    assert len(ours) == len(texts) + 1, (name, len(ours))
    differ = 0
    for text, line in zip(texts, ours):
        expected = " ".join(map(str, peer(text))).encode()
        if line != expected:
            differ += 1
            if differ <= 3:
                print(f"  {name}: {text!r}\n    nunchi {line.decode()}\n    peer   {expected.decode()}")
    failed += differ
    print(f"{name}: {differ} of {len(texts)} differ", flush=True)
shutil.rmtree(work)
sys.exit(failed > 0)
