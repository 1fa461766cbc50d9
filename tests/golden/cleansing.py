"""The cleansing of Korean comments as it is published, in Python; writes src/text/emoji_ranges.h and cleansing_golden.h.

    python tests/golden/cleansing.py        (needs pip install emoji==0.6.0 soynlp==0.0.493 regex; ../shared for the sums)

What runs here is the published code's own pattern, emoji list and URL pattern (KcBERT's and KcELECTRA's description of their data), and
soynlp's own repeat_normalize, in both of its forms: the released 0.0.493 shortens runs of four and more letters, its repository (since 2022)
runs of three and more; they differ in that one pattern. On every text both `re`, which the description imports, and the module `regex`,
which many copies of it import, must give the same.
"""
import csv
import hashlib
import os
import re

import emoji
import regex
import soynlp
from soynlp.normalizer import _normalizer as soynlp_normalizer

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
assert emoji.__version__ == "0.6.0" and soynlp.__version__ == "0.0.493"
EMOJI = "".join(emoji.UNICODE_EMOJI.keys())
KEEP = r" .,?!/@$%~％·∼()\x00-\x7Fㄱ-ㅣ가-힣"
URL = r"https?:\/\/(www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_\+.~#?&//=]*)"
PLACEHOLDER = r"&(?:name|affiliation|social-security-num|tel-num|card-num|bank-account|num|online-account|address|others)[0-9]*&"
PATTERNS = {m: {"emoji": m.compile("[^" + KEEP + EMOJI + "]+"), "no emoji": m.compile("[^" + KEEP + "]+"), "url": m.compile(URL),
                "placeholder": m.compile(PLACEHOLDER)} for m in (re, regex)}
RELEASED, REPOSITORY = soynlp_normalizer.repeatchars_pattern, re.compile(r"(\w)\1{2,}")
assert RELEASED.pattern == r"(\w)\1{3,}"


def repeat_normalize(text, pattern):
    soynlp_normalizer.repeatchars_pattern = pattern
    return soynlp_normalizer.repeat_normalize(text, num_repeats=2)


def steps(text, name, module=re):
    """What each step of the recipe makes of the text; the last one is the result. repeat_normalize is two steps: letters, then blanks."""
    p, made = PATTERNS[module], []
    if name.startswith("placeholders") or name.startswith("nikl"):
        made.append(p["placeholder"].sub("", text))
    if name.startswith("placeholders"):
        return made
    made.append(p["emoji" if "-1" in name else "no emoji"].sub(" ", made[-1] if made else text))
    made.append(p["url"].sub("", made[-1]))
    made.append(made[-1].strip())
    pattern = REPOSITORY if name.endswith("-git") else RELEASED
    made.append(pattern.sub(r"\1\1", made[-1]))
    made.append(repeat_normalize(made[-2], pattern))
    return made


def clean(text, name, module=re):
    return steps(text, name, module)[-1]


NAMES = ["placeholders-1", "kc-1", "kc-1-git", "kc-2", "kc-2-git", "nikl-ea-1", "nikl-ea-1-git", "nikl-ea-2", "nikl-ea-2-git"]
NASTY = [
    "", " ", "ㅋㅋㅋㅋㅋㅋ 재밌다!!!!!", "ㅋㅋㅋ", "ㅋㅋㅋㅋ", "와아아아아 aaaa 1111 ____", "하,,,,내일 &others& 표 &name1& 구하길 &nameX& &num&",
    "좋아요😂😂❤️👍🏻 ㅠㅠㅠㅠ", "漢字와 한글 日本語カナ", "가\u00a0나\u3000다\u200b라\ufeff마", "http://a.bc", "보세요 https://www.example.com/path?q=1&r=2#x 끝",
    "https://www.com 뭐", "http://example.com한글", "http://example.co.kr/한글 뒤", "http://a.b(c) d", "https://.com http://a..b", "http://" + "a" * 300 + ".com/x",
    "http://a.b.c.d.e.f/g http://1.2.3.4:8080/", "https://www.x", "httpshttp://a.bcd", "http://a.com)", "http://a.()", "HTTP://A.COM", "http://ex-ample.com/%EA%B0%80~_+.",
    "1️⃣ #️⃣ ©®™ ℹℹℹℹ ㊗㊙ 🇰🇷 👨‍👩‍👧", "％·∼~·・…“”‘’「」", "\x00\x01\x1c\x1f\x7f제어 문자", "탭\t줄\n바꿈\r\n끝", "ᄒ​ᅡᆫ 첫가끝 ㆍㅏ ㅤ", "𝒜𝓫 ①②③ ½", "가" * 10, "ㅠㅜㅠㅜㅠㅠㅠㅜㅜㅜ",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🤷🏽‍♀️ ☺ ☺️ ♥♡★☆", "a.b@c.com http://u:p@h.com:80/x", "...!!!???~~~", "&others&&others& & others& &OTHERS&", "http://a.bcdefghij", "http://a.bcdef_g", "http://a.b-c",
]


def ranges(code_points):
    out = []
    for c in sorted(code_points):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def rows():
    data = os.path.join(ROOT, "..", "shared", "data")
    if not os.path.isdir(data):
        return {}
    read = lambda path: open(os.path.join(data, path), encoding="utf-8", newline="")
    return {
        "kote": [r[1] for r in csv.reader(read("kote/val.tsv"), delimiter="\t")],
        "goemotions": [line.rstrip("\n").split("\t")[0] for name in ("train", "dev", "test") for line in read("goemotions-ko/%s.tsv" % name)],
        "reviews": [line.rstrip("\n").split("\t")[1] for name in ("test", "train") for line in list(read("reviews/reviews-%s.tsv" % name))[1:]],
        "chatbot-questions": [r[0] for r in list(csv.reader(read("chatbot/ChatbotData.csv")))[1:]],
        "chatbot-answers": [r[1] for r in list(csv.reader(read("chatbot/ChatbotData.csv")))[1:]],
    }


def c_text(text):
    out = ""
    for byte in text.encode():
        out += chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else "\\%03o" % byte
    return '"' + out + '"'


def sums(texts, name):
    hashes = [hashlib.sha256() for _ in steps("", name)]
    for text in texts:
        made = steps(text, name)
        assert made == steps(text, name, regex), text
        for h, step in zip(hashes, made):
            h.update(step.encode() + b"\n")
    return [h.hexdigest() for h in hashes]


def main():
    with open(os.path.join(ROOT, "src", "text", "emoji_ranges.h"), "w") as f:
        f.write("/* emoji_ranges.h - made by tests/golden/cleansing.py: the code points beyond ASCII of the emoji that the Python package emoji 0.6.0 knows. */\n")
        f.write("static const uint32_t emoji_ranges[][2] = {\n")
        for a, b in ranges({ord(c) for c in EMOJI if ord(c) > 127}):
            f.write("\t{ 0x%04X, 0x%04X },\n" % (a, b))
        f.write("};\n")
    with open(os.path.join(ROOT, "tests", "golden", "cleansing_golden.h"), "w") as f:
        f.write("/* Made by cleansing.py with emoji %s. */\n" % emoji.__version__)
        f.write("static const char *const golden_names[] = { %s };\n" % ", ".join('"%s"' % n for n in NAMES))
        f.write("static const struct {\n\tconst char *text;\n\tsize_t length;\n\tconst char *cleaned[%d];\n} golden_nasty[] = {\n" % len(NAMES))
        for text in NASTY:
            f.write("\t{ %s, %d,\n\t  { " % (c_text(text), len(text.encode())) + ",\n\t    ".join(c_text(clean(text, n).replace("\0", "\x01")) for n in NAMES) + " } },\n")
        f.write("};\n/* SHA-256 of all texts of a file after each step, a line break behind each. */\n"
                "static const struct {\n\tconst char *data, *name, *sums[%d];\n} golden_sums[] = {\n" % len(steps("", "nikl-ea-1")))
        for data, texts in rows().items():
            for name in NAMES:
                f.write('\t{ "%s", "%s",\n\t  { %s } },\n' % (data, name, ",\n\t    ".join('"%s"' % s for s in sums(texts, name))))
        f.write("};\n")


main()
