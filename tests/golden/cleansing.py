"""The cleansing of Korean comments as it is published, in Python; writes src/text/emoji_ranges.h and cleansing_golden.h.

    python tests/golden/cleansing.py EMOJI_FOLDER     (the unpacked source of emoji 0.6.0, from PyPI; ../shared for the sums)

What is rebuilt here from the descriptions of KcBERT and KcELECTRA: a keep-list of characters, URLs removed, blanks trimmed, runs of a
letter shortened to two as soynlp's repeat_normalize does (four and more in the released 0.0.493, three and more in its repository).
"""
import csv
import hashlib
import os
import re
import sys

sys.path.insert(0, sys.argv[1])
import emoji  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
EMOJI = "".join(emoji.UNICODE_EMOJI.keys())
KEEP = r" .,?!/@$%~％·∼()\x00-\x7Fㄱ-ㅣ가-힣"
WITH_EMOJI = re.compile("[^" + KEEP + EMOJI + "]+")
WITHOUT_EMOJI = re.compile("[^" + KEEP + "]+")
URL = re.compile(r"https?:\/\/(www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_\+.~#?&//=]*)")
PLACEHOLDER = re.compile(r"&(?:name|affiliation|social-security-num|tel-num|card-num|bank-account|num|online-account|address|others)[0-9]*&")
REPEATS = {"": re.compile(r"(\w)\1{3,}"), "-git": re.compile(r"(\w)\1{2,}")}
SPACES = re.compile(r"\s+")


def clean(text, name):
    if name.startswith("placeholders") or name.startswith("nikl"):
        text = PLACEHOLDER.sub("", text)
    if name.startswith("placeholders"):
        return text
    text = (WITH_EMOJI if "-1" in name else WITHOUT_EMOJI).sub(" ", text)
    text = URL.sub("", text)
    text = text.strip()
    text = REPEATS["-git" if name.endswith("-git") else ""].sub(r"\1\1", text)
    return SPACES.sub(" ", text).strip()


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
        "chatbot": [r[0] for r in list(csv.reader(read("chatbot/ChatbotData.csv")))[1:]],
    }


def c_text(text):
    out = ""
    for byte in text.encode():
        out += chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else "\\%03o" % byte
    return '"' + out + '"'


def main():
    with open(os.path.join(ROOT, "src", "text", "emoji_ranges.h"), "w") as f:
        f.write("/* Made by tests/golden/cleansing.py: the code points beyond ASCII of the emoji that the Python package emoji 0.6.0 knows. */\n")
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
        f.write("};\n/* SHA-256 of all cleaned texts of a file, a line break behind each. */\nstatic const struct {\n\tconst char *data, *name, *sum;\n} golden_sums[] = {\n")
        for data, texts in rows().items():
            for name in NAMES if data != "reviews" else ["kc-1", "kc-1-git", "nikl-ea-2"]:
                h = hashlib.sha256()
                for text in texts:
                    h.update(clean(text, name).encode() + b"\n")
                f.write('\t{ "%s", "%s", "%s" },\n' % (data, name, h.hexdigest()))
        f.write("};\n")


main()
