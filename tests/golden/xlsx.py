"""Writes inflate_golden.h (compressed bytes from zlib, and pandas' rows of openpyxl.xlsx) and openpyxl.xlsx.

    cd tests/golden && python xlsx.py > inflate_golden.h        (zlib, openpyxl, pandas)
"""
import datetime
import zlib

import openpyxl
import pandas
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

TIMES = 60


def raw(level, strategy):
    text = "".join("안녕하세요 %d, " % (i * i * 7919 % 1000) for i in range(TIMES)).encode()
    c = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return text, c.compress(text) + c.flush()


def array(name, data):
    print("static const unsigned char %s[] = {" % name)
    for i in range(0, len(data), 20):
        print("\t" + " ".join("0x%02x," % b for b in data[i:i + 20]))
    print("};")


def make_book():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "대화"
    sheet.append(["번호", "발화", "감정", None, "점수", "날짜", "참"])
    rich = CellRichText("이건 ", TextBlock(InlineFont(b=True), "정말"), " 너무해")
    sheet.append([1, rich, "분노", None, 0.5, datetime.datetime(2023, 7, 14, 9, 30), True])
    sheet.append([2, '따옴표 "말", 쉼표', "중립", None, 3.0, datetime.date(1999, 12, 31), False])
    sheet.append([3, "두\n줄 <b>&amp;</b>", "행복", None, 1e-7, None, None])
    sheet.append([])
    sheet.append([4, " 앞뒤 칸 ", "슬픔"])
    sheet["J6"] = "떠돌이"
    sheet.append([None, "=1+1", "공포"])
    sheet["A20"].font = openpyxl.styles.Font(bold=True)  # a cell with a style and without a value
    other = book.create_sheet("기타")
    other.append(["text", "label"])
    other.append(["ㅋㅋ 😀", 7])
    book.save("openpyxl.xlsx")


def rows(sheet):
    frame = pandas.read_excel("openpyxl.xlsx", sheet_name=sheet, header=None, dtype=object, keep_default_na=False)
    out = ""
    for i, row in enumerate(frame.values.tolist()):
        cells = ["" if c is None or c == "" or c != c else str(c) for c in row]
        while len(cells) > 1 and not cells[-1]:
            cells.pop()
        if i > 0 and any(cells):
            out += "%d[%s]" % (i + 1, "|".join(cells))
    return out


def main():
    print("/* Made by xlsx.py with zlib %s, openpyxl %s and pandas %s. */" % (zlib.ZLIB_VERSION, openpyxl.__version__, pandas.__version__))
    text, stored = raw(0, zlib.Z_DEFAULT_STRATEGY)
    print("#define GOLDEN_TIMES %d\n#define GOLDEN_LENGTH %d\n#define GOLDEN_CRC 0x%08xu" % (TIMES, len(text), zlib.crc32(text)))
    array("golden_stored", stored)
    array("golden_fixed", raw(9, zlib.Z_FIXED)[1])
    array("golden_dynamic", raw(9, zlib.Z_DEFAULT_STRATEGY)[1])
    make_book()
    for name, sheet in [("first", "대화"), ("second", "기타")]:
        text = rows(sheet).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        print('static const char golden_openpyxl_%s[] = "%s";' % (name, text))


main()
