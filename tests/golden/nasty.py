"""Strings on which tokenizers disagree: conjoining and compatibility jamo, NFD, half and full width, emoji with joiners and selectors,
combining marks, controls, U+2581, very long words, numbers with commas, special tokens written out, every script, bytes that are no UTF-8.

    from nasty import strings
    strings(1000, seed=1)            # list of bytes
    strings(1000, seed=1, lines=True)  # without line breaks, NUL and malformed UTF-8: fit for files of lines
"""
import random
import unicodedata

WORDS = ("영화가 정말 재미있었어요 그런데 배우들의 연기는 조금 아쉽네요 최고의 감동 눈물이 났다 다시 보고 싶은 걍 ㅋㅋㅋ ㅠㅠ 뭐야 이게 "
         "나는 오늘 학교에 갔다 행복해요 슬퍼서 짜증나 the quick brown fox don't can't it's BERT KoELECTRA 2023년 3.14 1,000원 ~~~ ... !?").split()
SPECIAL = ["[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "<s>", "</s>", "<unk>", "<pad>", "<mask>", "<foo>", "<0x41>", "##가", "[MASK ]", "▁▁"]
EMOJI = ["😂", "❤️", "👨‍👩‍👧", "👍🏽", "🇰🇷", "☺️", "1️⃣", "🏳️‍🌈", "\u200d", "\ufe0f", "\ufe0e"]
BLANKS = ["  ", "   ", "\u3000", "\u00a0", "\u2003", "\u200b", "\ufeff", "\t", "\n", "\r\n", "\u2028", "\u00ad", "\u0085", "\u061c"]
NUMBERS = ["1,000", "3,", "12,345,678", "1,2", "10,", "0.5", "１，０００", "Ⅳ", "½", "①", "²,"]


def strings(count, seed, lines=False):
    rng = random.Random(seed)
    block = lambda a, b: lambda: chr(rng.randint(a, b))
    any_character = lambda: chr(rng.choice([rng.randint(1, 0xD7FF), rng.randint(0xE000, 0xFFFF), rng.randint(0x10000, 0x1FFFF), rng.randint(0x20000, 0x10FFFF)]))
    atoms = [(lambda: rng.choice(WORDS), 30), (block(0x1100, 0x11FF), 5), (block(0x3131, 0x318E), 6), (block(0xAC00, 0xD7A3), 8),
             (lambda: unicodedata.normalize("NFD", rng.choice(WORDS)), 5), (block(0xFF01, 0xFFEE), 4), (block(0x20, 0x7E), 10),
             (lambda: rng.choice(EMOJI), 5), (block(0x300, 0x36F), 4), (block(0, 0x1F), 3), (block(0x7F, 0x9F), 2), (lambda: "▁", 3),
             (lambda: " ", 12), (lambda: rng.choice(BLANKS), 4), (lambda: rng.choice(NUMBERS), 3), (any_character, 5), (block(0xA0, 0x24F), 3),
             (block(0x370, 0x6FF), 3), (block(0x900, 0xDFF), 2), (block(0x4E00, 0x9FFF), 3), (block(0x3040, 0x30FF), 2), (block(0x2000, 0x2BFF), 3),
             (block(0xA960, 0xA97F), 1), (block(0xD7B0, 0xD7FB), 1), (block(0xFB00, 0xFDFF), 2), (block(0x1D400, 0x1D7FF), 1), (block(0xE00, 0x17FF), 3),
             (lambda: rng.choice(".ㅋㅎㅠㅜ!?~ㄷ;") * rng.randint(2, 30), 8), (lambda: rng.choice(WORDS) * rng.randint(2, 6), 2),
             (lambda: rng.choice(SPECIAL), 3)]
    makers, weights = [a for a, _ in atoms], [w for _, w in atoms]
    out = []
    for _ in range(count):
        parts = [make() for make in rng.choices(makers, weights, k=rng.choice([1, 2, 3, 5, 8, 13, 30]))]
        text = rng.choice(["", "", " "]).join(parts)
        if lines:
            for c in "\n\r\0\x85\x0b\x0c\x1c\x1d\x1e\u2028\u2029":
                text = text.replace(c, "?")
            out.append(text.lstrip("\ufeff").encode())
            continue
        data = bytearray(text.encode())
        if rng.random() < 0.08:  # no longer UTF-8
            for _ in range(rng.randint(1, 3)):
                if data:
                    at, kind = rng.randrange(len(data)), rng.random()
                    if kind < 0.4:
                        data[at] = rng.randrange(256)
                    elif kind < 0.7:
                        del data[at]
                    else:
                        data.insert(at, rng.randrange(128, 256))
        out.append(bytes(data))
    return out


# What every list begins with.
FIXED = [b"", b" ", b"   ", "▁".encode(), " ▁ ▁".encode(), b"\0", b"a\0b", b"\xff\xfe", "가".encode()[:2], b"\xf0\x9f", b"\xed\xa0\x80", b"\xc0\x80",
         b"\xf4\x90\x80\x80", "▁▁a".encode(), "a▁".encode(), "a ▁ ".encode(), "....".encode(), "..............".encode(), "ㅋ".encode() * 60,
         ("가나 " * 20).encode(), b"e" * 101, "한국어 모델을 공유합니다.".encode(), "3, 4,000, 5,".encode(), "영화[MASK]가 [SEP] 좋다".encode(),
         "\u1112\u1161\u11ab\u1100\u1173\u11af".encode(), "ﾊﾟﾋﾟ".encode(), "é É e\u0301".encode(), "ǅ İ ß ﬁ".encode(), "\u1100\u1161\u0301".encode()]
