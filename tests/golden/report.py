"""Writes report_golden.h: scikit-learn's classification_report for predictions that tests/unit/report_test.c makes up in the same way.

    python tests/golden/report.py > tests/golden/report_golden.h      (scikit-learn 1.x)

Numbers as in metrics.py: x = x * 1664525 + 1013904223 (mod 2^32), of which x >> 8 is used.
"""
import warnings

import numpy as np
import sklearn
from sklearn.metrics import classification_report

warnings.simplefilter("ignore")
NAMES = ["공포", "놀람", "분노", "슬픔", "중립", "행복과 기쁨이 아주 큰 것", "disgust"]


def numbers(seed):
    x = seed
    while True:
        x = (x * 1664525 + 1013904223) % 2**32
        yield x >> 8


def out(name, text):
    print("static const char %s[] =" % name)
    for line in text.split("\n")[:-1]:
        print('\t"%s\\n"' % line)
    print(";")


def main():
    print("/* Made by report.py with scikit-learn %s. */" % sklearn.__version__)
    n = numbers(5)
    y = [next(n) % 7 for _ in range(500)]
    p = [t if next(n) % 3 else next(n) % 7 for t in y]
    out("golden_seven", classification_report(y, p, target_names=NAMES))
    out("golden_seven_digits", classification_report(y, p, target_names=NAMES, digits=4))
    y = [t if t != 3 else 2 for t in y]
    p = [t if t != 3 else 2 for t in p]
    out("golden_absent", classification_report(y, p, target_names=[NAMES[i] for i in (0, 1, 2, 4, 5, 6)]))
    n = numbers(6)
    y = np.array([[next(n) % 4 == 0 for _ in range(7)] for _ in range(12000)]).astype(int)
    p = np.array([[next(n) % 3 == 0 for _ in range(7)] for _ in range(12000)]).astype(int)
    p[:, 2] = 0
    out("golden_multi", classification_report(y, p, target_names=NAMES))


main()
