"""Writes src/base/unicode_{category,case,single,multi}.c: the properties of Unicode 17 characters that tokenizers need.

usage: unicode_tables.py ../../src/base
Needs: pip install unicodedata2==17.0.0 regex  (the first has the Unicode Character Database, the second the scripts).
"""
import os
import sys

import regex
import unicodedata2 as u

assert u.unidata_version == "17.0.0"
CODES = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
CATEGORIES = "Cn Cc Cf Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs".split()


def rows(items, width=116):
    line = "\t"
    for item in items:
        if len(line) + len(item) + 1 > width:
            print(line.rstrip())
            line = "\t"
        line += item + "," if line == "\t" else " " + item + ","
    print(line.rstrip())


def table(declaration, items, count=None):
    print(f"\n{declaration} = {{")
    rows(items)
    print("};")
    if count:
        print(f"const size_t {count} = {len(items)};")


def runs(value):
    """(first, value) wherever the value changes."""
    out, last = [], None
    for c in range(0x110000):
        v = value(c)
        if v != last:
            out.append((c, v))
            last = v
    return out


def scripts():
    names = sorted(set(regex.findall(r"[A-Za-z_]+", """
      Common Inherited Latin Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Nko Samaritan Mandaic Devanagari Bengali Gurmukhi Gujarati
      Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Cherokee Canadian_Aboriginal Ogham Runic
      Tagalog Hanunoo Buhid Tagbanwa Khmer Mongolian Limbu Tai_Le New_Tai_Lue Buginese Tai_Tham Balinese Sundanese Batak Lepcha Ol_Chiki
      Braille Glagolitic Coptic Tifinagh Han Hiragana Katakana Bopomofo Yi Lisu Vai Bamum Syloti_Nagri Phags_Pa Saurashtra Kayah_Li Rejang
      Javanese Cham Tai_Viet Meetei_Mayek Linear_B Lycian Carian Old_Italic Gothic Old_Permic Ugaritic Old_Persian Deseret Shavian Osmanya
      Osage Elbasan Caucasian_Albanian Linear_A Cypriot Imperial_Aramaic Palmyrene Nabataean Hatran Phoenician Lydian Meroitic_Hieroglyphs
      Meroitic_Cursive Kharoshthi Old_South_Arabian Old_North_Arabian Manichaean Avestan Inscriptional_Parthian Inscriptional_Pahlavi
      Psalter_Pahlavi Old_Turkic Old_Hungarian Brahmi Kaithi Sora_Sompeng Chakma Mahajani Sharada Khojki Multani Khudawadi Grantha Newa
      Tirhuta Siddham Modi Takri Ahom Warang_Citi Pau_Cin_Hau Bhaiksuki Marchen Cuneiform Egyptian_Hieroglyphs Anatolian_Hieroglyphs Mro
      Bassa_Vah Pahawh_Hmong Miao Tangut Duployan SignWriting Mende_Kikakui Adlam Nushu Masaram_Gondi Soyombo Zanabazar_Square Dogra
      Gunjala_Gondi Hanifi_Rohingya Makasar Medefaidrin Old_Sogdian Sogdian Elymaic Nandinagari Nyiakeng_Puachue_Hmong Wancho Chorasmian
      Dives_Akuru Khitan_Small_Script Yezidi Cypro_Minoan Old_Uyghur Tangsa Toto Vithkuqi Kawi Nag_Mundari""")))
    names.remove("Common")
    names = ["Common"] + names
    of = {}
    text = "".join(map(chr, CODES))
    for number, name in enumerate(names):
        pattern = regex.compile(rf"\p{{Script={name}}}")
        for m in pattern.finditer(text):
            of[ord(m.group())] = number
    return names, of


def expand(text, compat):
    """One level of decomposition, as the database has it, without the tag."""
    d = u.decomposition(text)
    if not d or (d[0] == "<" and not compat):
        return None
    return [int(x, 16) for x in d.split() if x[0] != "<"]


def decompositions():
    singles, multis, pool = [], [], []
    for c in CODES:
        if 0xAC00 <= c <= 0xD7A3:
            continue
        d = u.decomposition(chr(c))
        if not d:
            continue
        compat, target = d[0] == "<", expand(chr(c), True)
        if len(target) == 1:
            if singles and singles[-1][1] + 1 == c and singles[-1][3] == compat and singles[-1][2] + c - singles[-1][0] == target[0]:
                singles[-1][1] = c
            else:
                singles.append([c, c, target[0], compat])
        else:
            multis.append((c, len(pool), len(target), compat))
            pool += target
    return singles, multis, pool


def deltas(mapping):
    """Runs [first, last, step, delta] of characters that are mapped to themselves plus delta."""
    out = []
    for c in CODES:
        m = mapping(c)
        if m == c:
            continue
        if out and out[-1][3] == m - c and ((out[-1][0] == out[-1][1] and c - out[-1][1] in (1, 2)) or c - out[-1][1] == out[-1][2]):
            out[-1][2] = c - out[-1][1]
            out[-1][1] = c
        else:
            out.append([c, c, 1, m - c])
    return out


# Capitals that came after the Unicode version of Python's own str.lower and str.casefold (14).
NEW_CAPITALS = {0x1C89: 0x1C8A, 0xA7CB: 0x264, 0xA7CC: 0xA7CD, 0xA7CE: 0xA7CF, 0xA7D2: 0xA7D3, 0xA7D4: 0xA7D5, 0xA7DA: 0xA7DB, 0xA7DC: 0x19B}
NEW_CAPITALS.update({c: c + 0x20 for c in range(0x10D50, 0x10D66)})
NEW_CAPITALS.update({c: c + 0x1B for c in range(0x16EA0, 0x16EB9)})


def simple_lower(c):
    if c in NEW_CAPITALS:
        return NEW_CAPITALS[c]
    low = chr(c).lower()
    return ord(low) if len(low) == 1 else c


def simple_fold(c):
    if c in NEW_CAPITALS:
        return NEW_CAPITALS[c]
    folded = chr(c).casefold()
    return ord(folded) if len(folded) == 1 else simple_lower(c) if chr(c).isupper() or u.category(chr(c)) == "Lt" else c


def start(name, what):
    sys.stdout = open(os.path.join(sys.argv[1], name), "w", encoding="utf-8")
    print(f"/* {name} - {what} of the characters of Unicode 17. Made by")
    print(" * tests/golden/unicode_tables.py from the Unicode Character Database; unicode.c reads it. */")
    print('#include "base/unicode_tables.h"')


start("unicode_category.c", "the general categories and the scripts")
names, script_of = scripts()
table("/* Where the general category changes: first character << 8 | category. */\nconst uint32_t nch_unicode_categories[]",
      [f"0x{c << 8 | CATEGORIES.index(v):X}" for c, v in runs(lambda c: u.category(chr(c)))], "nch_unicode_category_count")
table("/* Where the script changes: first character << 8 | number of the script; 0 is Common. */\nconst uint32_t nch_unicode_scripts[]",
      [f"0x{c << 8 | v:X}" for c, v in runs(lambda c: script_of.get(c, 0))], "nch_unicode_script_count")
for name in ("Inherited", "Han", "Hiragana", "Katakana"):
    print(f"const int nch_unicode_script_{name.lower()} = {names.index(name)};")

start("unicode_case.c", "the lower-case letters and the combining classes")
table("/* Lower case: first, last, step, what is added. */\nconst nch_unicode_case nch_unicode_lower[]",
      [f"{{0x{a:X}, 0x{b:X}, {s}, {d}}}" for a, b, s, d in deltas(simple_lower)], "nch_unicode_lower_count")
table("/* Simple case folding, in the same form. */\nconst nch_unicode_case nch_unicode_fold[]",
      [f"{{0x{a:X}, 0x{b:X}, {s}, {d}}}" for a, b, s, d in deltas(simple_fold)], "nch_unicode_fold_count")
classes = runs(lambda c: u.combining(chr(c))) + [(0x110000, 0)]
table("/* Combining classes other than 0: first, last, class. */\nconst nch_unicode_class nch_unicode_classes[]",
      [f"{{0x{a:X}, 0x{b - 1:X}, {v}}}" for (a, v), (b, _) in zip(classes, classes[1:]) if v], "nch_unicode_class_count")

singles, multis, pool = decompositions()
start("unicode_single.c", "the decompositions into one character")
table("/* Runs: first, how many more, what the first becomes, whether only by compatibility. */\n"
      "const nch_unicode_single nch_unicode_singles[]", [f"{{0x{a:X},{b - a},0x{t:X},{int(k)}}}" for a, b, t, k in singles], "nch_unicode_single_count")

start("unicode_multi.c", "the decompositions into several characters")
table("/* The character, where in the pool, how many, whether only by compatibility. */\n"
      "const nch_unicode_multi nch_unicode_multis[]", [f"{{0x{c:X},{o},{n},{int(k)}}}" for c, o, n, k in multis], "nch_unicode_multi_count")
table("const uint32_t nch_unicode_pool[]", [f"0x{c:X}" for c in pool])
pairs = sorted((pool[o], pool[o + 1], c) for c, o, n, k in multis
               if not k and n == 2 and u.normalize("NFC", u.normalize("NFD", chr(c))) == chr(c))
table("/* Two characters and what they are composed to, in order (Hangul is computed). */\nconst uint32_t nch_unicode_pairs[][3]",
      [f"{{0x{a:X},0x{b:X},0x{c:X}}}" for a, b, c in pairs], "nch_unicode_pair_count")
