"""Writes tokenizer/unicode/bert_tables.c: which characters Hugging Face's tokenizers take for punctuation, control characters and marks.

usage: bert_tables.py > ../../tokenizer/unicode/bert_tables.c
Needs: pip install tokenizers==0.23.3 unicodedata2==17.0.0. The library's tables are of older Unicode versions than 17 (and of two
different ones), so it is asked about every character.
"""
import unicodedata2 as u
from tokenizers import normalizers as N, pre_tokenizers as P

CODES = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
clean = N.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
strip = N.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
any_mark, pre = N.StripAccents(), P.BertPreTokenizer()


def table(comment, name, codes):
    runs = []
    for c in codes:
        if runs and runs[-1][1] + 1 == c:
            runs[-1][1] = c
        else:
            runs.append([c, c])
    print(f"\n/* {comment} */\nconst uint32_t {name}[][2] = {{")
    line = "\t"
    for a, b in runs:
        item = f"{{0x{a:X},0x{b:X}}},"
        if len(line) + len(item) > 116:
            print(line.rstrip())
            line = "\t"
        line += item + " "
    print(line.rstrip() + f"\n}};\nconst size_t {name}_count = {len(runs)};")


print("/* bert_tables.c - what Hugging Face's tokenizers 0.23 take characters for. Made by tests/golden/bert_tables.py, which asks them. */")
print('#include "tokenizer/unicode/bert_tables.h"')
table("Punctuation: every one is a word of its own.", "nch_bert_punctuation", [c for c in CODES if len(pre.pre_tokenize_str("a" + chr(c) + "b")) == 3])
table("Characters that cleaning drops.", "nch_bert_dropped", [c for c in CODES if clean.normalize_str("a" + chr(c) + "b") == "ab"])
table("Marks that stripping accents drops.", "nch_bert_accents", [c for c in CODES if strip.normalize_str(chr(c)) == ""])
table("Marks that the normalizer StripAccents drops.", "nch_bert_marks", [c for c in CODES if any_mark.normalize_str(chr(c)) == ""])
nfd, nfkd = N.NFD(), N.NFKD()
table("Characters that are too young to be decomposed there.", "nch_bert_young",
      [c for c in CODES if nfd.normalize_str(chr(c)) != u.normalize("NFD", chr(c))])
table("The same for compatibility decompositions.", "nch_bert_young_compatibility",
      [c for c in CODES if nfkd.normalize_str(chr(c)) != u.normalize("NFKD", chr(c))])
