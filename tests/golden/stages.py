"""What Hugging Face's tokenizers make of texts, one normalizer or pre-tokenizer of a tokenizer.json at a time; prints tests/golden/stages_golden.h. A normalizer gives a text, a
pre-tokenizer words, each with the bytes of the text that it stands for. (No text begins with a tab: of a word that is nothing but the space that ByteLevel puts in front,
tokenizers say that it stands for the first character; here it stands for nothing.) The charsmap is SentencePiece's, of a few rules.

usage: stages.py > stages_golden.h      Needs: pip install tokenizers==0.23.3 sentencepiece==0.2.3
"""
import base64
import json
import os
import tempfile

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as pb
from tokenizers import Tokenizer

TEXTS = ["", " ", "  영화가  재미없어!! ㅋㅋ", "Caf\u00e9 \u2460 \ufb01 \u0130I \u00b2\u00bd", "a,b.c 1,000원 (2)3", "don't we'll I'D they've 's 're", "줄\t\r\n다음 줄 \u3000 끝 ",
         "中文字 hello", "e\u0301\u0323 각 \u1100\u1161\u11a8 \uac00\u11a8", "\u2764\ufe0f \U0001f44d\U0001f3fd \U0001f1f0\U0001f1f7\U0001f1fa", "\u2581가\u2581 \u2581", "x\u00a0y \u200d z",
         "__a_b-c \u24d0\u0663", "A\x01B\ufffdC", "\n  a\n   b  \nbc ac\n", "12ab34 5"]
RULES = {"\u2460": "1", "e\u0301": "\u00e9", "\u1100\u1161\u11a8": "각", "\ufb01": "fi", "\u3000": " ", "\u2764\ufe0f": "<3", "a": "b"}


def charsmap():
    folder = tempfile.mkdtemp()
    with open(folder + "/rules.tsv", "w", encoding="utf-8") as f:
        for left, right in RULES.items():
            f.write(" ".join("%X" % ord(c) for c in left) + "\t" + " ".join("%X" % ord(c) for c in right) + "\n")
    with open(folder + "/text", "w", encoding="utf-8") as f:
        f.write("하나 둘 셋\n" * 20)
    spm.SentencePieceTrainer.train(input=folder + "/text", model_prefix=folder + "/m", vocab_size=10, hard_vocab_limit=False, normalization_rule_tsv=folder + "/rules.tsv", minloglevel=3)
    model = pb.ModelProto.FromString(open(os.path.join(folder, "m.model"), "rb").read())
    return base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()


def replace(kind, pattern, content):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def bert(clean, chinese, accents, lower):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents, "lowercase": lower}


def metaspace(scheme, split=True):
    return {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": split}


def byte_level(space, regex):
    return {"type": "ByteLevel", "add_prefix_space": space, "trim_offsets": True, "use_regex": regex}


def split_at(kind, pattern):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": "Isolated", "invert": False}


NORMALIZERS = [bert(True, False, False, False), bert(False, True, False, False), bert(False, False, True, False), bert(False, False, False, True), bert(True, True, None, True)]
NORMALIZERS += [{"type": name} for name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents")]
NORMALIZERS += [{"type": "Strip", "strip_left": left, "strip_right": right} for left, right in ((True, True), (True, False), (False, True))]
NORMALIZERS += [{"type": "Prepend", "prepend": "\u2581"}, replace("String", " ", "\u2581"), replace("String", "ab", ""), replace("Regex", " {2,}", " "), replace("Regex", "\\s+", "_"),
                replace("Regex", "^ +", ">"), replace("Regex", "\u2581+$", ""), replace("Regex", "^\u2581", ""), replace("Regex", "(?<![ab])c", "CC"),
                {"type": "Precompiled", "precompiled_charsmap": charsmap()},
                {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, {"type": "Strip", "strip_left": True, "strip_right": True}]}]
PRE_TOKENIZERS = [{"type": name} for name in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit")]
PRE_TOKENIZERS += [metaspace("always"), metaspace("first"), metaspace("never"), metaspace("always", False), {"type": "Punctuation", "behavior": "Isolated"},
                   {"type": "Digits", "individual_digits": True}, {"type": "Digits", "individual_digits": False}, split_at("String", "b"), split_at("Regex", "ab|a|\\.|ㅋㅋ"),
                   byte_level(True, True), byte_level(False, True), byte_level(True, False),
                   {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Digits", "individual_digits": True}, metaspace("first")]}]


def quoted(text):
    return '"' + "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else "\\%03o" % b for b in text.encode()) + '"'


def stage_of(part, stage):
    whole = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None,
             "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}
    whole[part] = stage
    return getattr(Tokenizer.from_str(json.dumps(whole)), part)


def words_of(stage, text):
    places = [len(text[:i].encode()) for i in range(len(text) + 1)]
    return "|".join("%s(%d-%d)" % (word, places[begin], places[end]) for word, (begin, end) in stage.pre_tokenize_str(text))


print("/* Made by stages.py: texts, and what each stage of a tokenizer.json makes of them in tokenizers. */")
print("static const char *const stage_texts[] = {%s};" % ", ".join(map(quoted, TEXTS)))
print("static const struct {\n\tconst char *json;\n\tbool cuts;\n\tconst char *results[%d];\n} stage_rows[] = {" % len(TEXTS))
for part, stages in (("normalizer", NORMALIZERS), ("pre_tokenizer", PRE_TOKENIZERS)):
    for json_of in stages:
        stage = stage_of(part, json_of)
        results = [stage.normalize_str(text) if part == "normalizer" else words_of(stage, text) for text in TEXTS]
        print("\t{%s, %s,\n\t {%s}}," % (quoted(json.dumps(json_of)), "false" if part == "normalizer" else "true", ",\n\t  ".join(map(quoted, results))))
print("};")
