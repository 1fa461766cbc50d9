"""A spreadsheet as large as the dialogues of AI Hub, with what real ones have in them: are nunchi's rows pandas' rows, and how long does each take?

    python tests/golden/xlsx_large.py [FILE.xlsx]       (openpyxl, pandas, scikit-learn; NUNCHI=build/nunchi)

38,594 rows with rich-text strings, stray cells right of the table, blank rows within and styled blank rows behind. The rows are compared by way of
`nunchi split` with scikit-learn's split of pandas' rows: texts, labels, and their order.
"""
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time

import openpyxl
import pandas
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from sklearn.model_selection import train_test_split

ROWS = 38594
NUNCHI = os.environ.get("NUNCHI", "build/nunchi")


def make(path):
    with open("data/course.tsv", encoding="utf-8") as f:
        bundled = [line.rstrip("\n").split("\t") for line in f][1:]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Sentence", "Emotion", None, None, None])
    for i in range(ROWS):
        text, label = bundled[i % len(bundled)]
        text = "%s (%d)" % (text, i) if i >= len(bundled) else text
        if i % 50 == 7:
            text = CellRichText(text[:4], TextBlock(InlineFont(b=True, color="00FF0000"), text[4:9]), text[9:])
        elif i % 97 == 5:
            text = text + "\n둘째 줄 <&> \"따옴표\""
        sheet.append([text, label] + ([None, None, "메모 %d" % i] if i % 1000 == 3 else []))
        if i % 9000 == 8999:
            sheet.append([])
    for r in range(sheet.max_row + 1, sheet.max_row + 200):
        sheet.cell(r, 1).font = openpyxl.styles.Font(bold=True)
    book.save(path)


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as f:
        return [tuple(row) for row in csv.reader(f, delimiter="\t")][1:]


def main():
    folder = tempfile.mkdtemp()
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(folder, "large.xlsx")
    if not os.path.exists(path):
        make(path)
    begin = time.process_time()
    frame = pandas.read_excel(path)
    seconds = time.process_time() - begin
    frame = frame[["Sentence", "Emotion"]].dropna(how="all")
    print("%d bytes; pandas: %d rows in %.2f s of processor time" % (os.path.getsize(path), len(frame), seconds))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([NUNCHI, "data", "--data", path, "--quiet", "--json"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("nunchi data: %.2f s of processor time" % (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    subprocess.run([NUNCHI, "split", "--data", path, "--test-split", "0.2", "--split-seed", "42", "--out-dir", folder, "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    wanted = list(zip(frame["Sentence"].astype(str), frame["Emotion"].astype(str)))
    train, test = train_test_split(wanted, test_size=0.2, random_state=42)
    assert rows_of(os.path.join(folder, "train.tsv")) == train, "the training rows differ"
    assert rows_of(os.path.join(folder, "test.tsv")) == test, "the test rows differ"
    print("the same %d + %d rows in the same order" % (len(train), len(test)))


main()
