"""Writes ngram_golden.h: what scikit-learn's TfidfVectorizer and LogisticRegression make of the two bundled storybooks.

    OMP_NUM_THREADS=1 python tests/golden/ngram.py > tests/golden/ngram_golden.h      (scikit-learn 1.x)

Learnt from data/books/simcheong.tsv, asked about the first sentences of data/books/heungbu.tsv: of four labels, of two (중립 or not), of three
that may be given together (행복, 슬픔, "somebody speaks"), with class weights; and n-grams of some strings in the order in which they are met.
"""
import unicodedata

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

ASKED = 12
LETTERS = ["갔다", "싫은  Café ㅋㅠ"]
STRINGS = ["가", " 오늘  정말!", "Ab\u00a0CDEfg h", "ㅋㅋㅋㅋㅋ\tİx", "😂가나"]


def read(name):
    rows = [line.rstrip("\n").split("\t") for line in open("data/books/%s.tsv" % name, encoding="utf-8")][1:]
    rows = [r for r in rows if len(r) == 2]
    return [r[0] for r in rows], [r[1] for r in rows]


def numbers(name, table):
    print("static const double %s[%d][%d] = {" % (name, len(table), len(table[0])))
    for row in table:
        print("\t{" + ", ".join("%.8f" % x for x in row) + "},")
    print("};")


def fit(x, y, **options):
    return LogisticRegression(C=3, tol=1e-9, max_iter=5000, **options).fit(x, y)


def main():
    print("/* Made by ngram.py with scikit-learn %s. */" % sklearn.__version__)
    texts, labels = read("simcheong")
    asked = read("heungbu")[0][:ASKED]
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
    x, t = vectorizer.fit_transform(texts), vectorizer.transform(asked)
    print("enum { GOLDEN_FEATURES = %d, GOLDEN_CELLS = %d };" % (x.shape[1], x.nnz))
    print("static const char *const golden_grams[] = {")
    analyze = vectorizer.build_analyzer()
    for s in STRINGS:
        print('\t"%s",' % "|".join(analyze(s)))
    print("};")
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, preprocessor=lambda s: unicodedata.normalize("NFD", s.lower()))
    print("static const char *const golden_letters[] = {")
    analyze = letters.build_analyzer()
    for s in LETTERS:
        print('\t"%s",' % "|".join(analyze(s)))
    print("};")
    numbers("golden_of_letters", fit(letters.fit_transform(texts), labels).predict_proba(letters.transform(asked)))
    model = fit(x, labels)
    numbers("golden_four", model.predict_proba(t))
    numbers("golden_two", fit(x, [label == "중립" for label in labels]).predict_proba(t))
    numbers("golden_balanced", fit(x, labels, class_weight="balanced").predict_proba(t))
    several = [[label == "행복", label == "슬픔", '"' in text] for text, label in zip(texts, labels)]
    numbers("golden_several", np.stack([fit(x, [s[c] for s in several]).predict_proba(t)[:, 1] for c in range(3)], axis=1))


main()
