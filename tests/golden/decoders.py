"""What Hugging Face's tokenizers make of texts and of ids, for small files tokenizer.json of each kind that there is a way back for; prints tests/golden/decoders_golden.h.

usage: decoders.py > decoders_golden.h      Needs: pip install tokenizers==0.23.3
"""
import json

from tokenizers import Tokenizer

MARK = "\u2581"
BYTES = ["<0xEA>", "<0xB0>", "<0x80>", "<0xFF>"]
LLAMA = {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": MARK}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
                                         {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
METASPACE = {"type": "Metaspace", "replacement": MARK, "prepend_scheme": "always", "split": True}
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}


def bpe(pieces, merges, **more):
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
             "ignore_merges": False, "vocab": {piece: i for i, piece in enumerate(pieces)}, "merges": merges}
    model.update(more)
    return model


def unigram(pieces, **more):
    return dict({"type": "Unigram", "unk_id": 0, "vocab": [[piece, -float(i)] for i, piece in enumerate(pieces)], "byte_fallback": False}, **more)


def whole(model, normalizer=None, cut=None, decoder=None):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": normalizer, "pre_tokenizer": cut, "post_processor": None, "decoder": decoder,
            "model": model}


PREPEND = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": MARK}, {"type": "Replace", "pattern": {"String": " "}, "content": MARK}]}
CASES = [
    (whole(bpe(["\u0120", "h", "i", "hi", "\u00ea", "\u00b0", "\u0122", "!", "\u0120hi"], ["h i", "\u0120 hi"]), cut=BYTE_LEVEL, decoder=BYTE_LEVEL),
     ["hi hi!", "\uac00 hi"], [[4, 5, 6], [4, 5, 3], [4, 5], [8, 6, 6, 7], [4, 4, 5, 6, 5, 0], []]),
    (whole(bpe(["h", "i", "\u00ea", "\u00b0", "\u0122"], []), cut=BYTE_LEVEL, decoder={"type": "Sequence", "decoders": [BYTE_LEVEL]}), ["\uac00"], [[2, 3, 4, 0, 1]]),
    (whole(bpe(["<unk>", *BYTES, MARK, "a", "b", MARK + "a"], [[MARK, "a"]], unk_token="<unk>", fuse_unk=True, byte_fallback=True), PREPEND, decoder=LLAMA),
     ["a b", "\uac00a", "ba \uac00\uac00"], [[8, 5, 7], [1, 2, 3, 6], [1, 6], [1, 2], [4, 1, 2, 3, 7], [4, 4, 7], [5, 1, 2, 3], [6]]),
    (whole(unigram(["<unk>", MARK, "a", MARK + "a", *BYTES], byte_fallback=True), cut=METASPACE, decoder=LLAMA), ["a \uac00", "\uac00a aa"], [[3, 3], [4, 5, 6, 2], [4, 2]]),
    (whole(unigram(["<unk>", MARK, "a", MARK + "a", "b"]), cut=METASPACE, decoder=METASPACE), ["a ab", "b  a"], [[3, 4, 3], [1, 2, 1, 4], [4, 3], [2]]),
    (whole(bpe(["[UNK]", "a", "b</w>", "ab</w>", "c</w>", "a</w>"], ["a b</w>"], unk_token="[UNK]", end_of_word_suffix="</w>"), cut={"type": "Whitespace"},
           decoder={"type": "BPEDecoder", "suffix": "</w>"}), ["ab c", "a b"], [[3, 4], [1, 3, 5], [5]]),
    (whole(bpe(["[UNK]", "a", "##b", "ab"], ["a ##b"], unk_token="[UNK]", continuing_subword_prefix="##"), cut={"type": "Whitespace"}), ["ab a", "abb"], [[3, 1], [1, 2]]),
]


def quoted(text):
    return '"' + "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else "\\%03o" % b for b in text.encode()) + '"'


print("/* Made by decoders.py: files tokenizer.json; texts and the ids that tokenizers cuts them into; ids and the text that it makes of them. */")
print("static const struct {\n\tconst char *json, *texts[4], *ids[4], *given[8], *made[8];\n} decoder_rows[] = {")
for file, texts, given in CASES:
    tokenizer = Tokenizer.from_str(json.dumps(file))
    numbers = lambda ids: " ".join(map(str, ids))
    lists = [texts, [numbers(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts], [numbers(ids) for ids in given],
             [tokenizer.decode(ids, skip_special_tokens=False) for ids in given]]
    print("\t{%s,\n\t %s},\n" % (quoted(json.dumps(file)), ",\n\t ".join("{%s}" % ", ".join(map(quoted, items)) for items in lists)), end="")
print("};")
