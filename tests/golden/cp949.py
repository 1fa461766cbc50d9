"""Writes src/io/cp949_tables.h (python cp949.py tables) or tests/golden/cp949_golden.h (python cp949.py golden) from Python's codec.

    python tests/golden/cp949.py tables > src/io/cp949_tables.h
    python tests/golden/cp949.py golden > tests/golden/cp949_golden.h

The golden hashes: SHA-256 over one number of four bytes, lowest first, for each single byte and then for each pair of bytes (the code point, or
0xFFFFFFFF if the bytes are not one character); and for each code point up to 0x10FFFF the bytes that it becomes (lead × 256 + trail, or the one
byte, or 0xFFFFFFFF).
"""
import hashlib
import struct
import sys


def decode(data):
    try:
        text = data.decode("cp949")
    except UnicodeDecodeError:
        return 0xFFFFFFFF
    return ord(text) if len(text) == 1 else 0xFFFFFFFF


def encode(code):
    try:
        data = chr(code).encode("cp949")
    except UnicodeEncodeError:
        return 0xFFFFFFFF
    return int.from_bytes(data, "big")


def table(name, comment, leads):
    values = [decode(bytes([lead, trail])) for lead in leads for trail in range(0xA1, 0xFF)]
    print("\n/* %s */\nstatic const uint16_t %s[%d] = {" % (comment, name, len(values)))
    for i in range(0, len(values), 16):
        print("\t" + " ".join("0," if v == 0xFFFFFFFF else "0x%04X," % v for v in values[i:i + 16]))
    print("};")


def tables():
    print("/* cp949_tables.h - the characters of KS X 1001 as CP949 has them, rows of 94 (trails A1 to FE); 0: none.")
    print(" * Written by tests/golden/cp949.py from Python's codec. */")
    print("#ifndef NCH_IO_CP949_TABLES_H\n#define NCH_IO_CP949_TABLES_H\n\n#include <stdint.h>")
    table("nch_cp949_symbols", "leads A1 to AC", range(0xA1, 0xAD))
    table("nch_cp949_hangul", "leads B0 to C8, in Unicode's order", range(0xB0, 0xC9))
    table("nch_cp949_hanja", "leads CA to FD", range(0xCA, 0xFE))
    print("\n#endif")


def golden():
    singles = b"".join(struct.pack("<I", decode(bytes([a]))) for a in range(256))
    pairs = b"".join(struct.pack("<I", decode(bytes([a, b]))) for a in range(256) for b in range(256))
    codes = b"".join(struct.pack("<I", encode(c)) for c in range(0x110000))
    print("/* Made by cp949.py with Python %s. */" % sys.version.split()[0])
    print('static const char golden_cp949_decode[] = "%s";' % hashlib.sha256(singles + pairs).hexdigest())
    print('static const char golden_cp949_encode[] = "%s";' % hashlib.sha256(codes).hexdigest())


{"tables": tables, "golden": golden}[sys.argv[1]]()
