"""Writes split_golden.h: hashes of the row lists that scikit-learn's splits give, for every size from 2 to 500 and two large ones.

    python tests/golden/split.py > tests/golden/split_golden.h      (scikit-learn 1.x, NumPy)

A hash is the sum (64 bits) of mix(number + (place + 1) * 0x9E3779B97F4A7C15), mix being splitmix64's, over all the numbers of a group and their
places in it from 0: the train list, then 0xFFFFFFFF, then the test list, for one split after the other: sizes of a group ascending, for each the
seeds, for each the folds. Where scikit-learn refuses to split, 0xFFFFFFFE stands instead.
"""
import sys
import numpy as np
import sklearn
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

SEEDS = list(range(0, 51)) + [1234]  # 34 and 42 are among them
GROUPS = [(first, min(first + 24, 500)) for first in range(2, 501, 25)]
LARGE = [38594, 61699]


def classes_of(rows):
    """Seven classes of very different sizes, from a formula that C has too."""
    i = np.arange(rows, dtype=np.uint64)
    x = (i * 2654435761 + i * i * 40503) % 2**32
    percent = (x >> 16) % 100
    return np.searchsorted([50, 75, 87, 93, 97, 99], percent, side="right")


class Hash:
    def __init__(self):
        self.value = np.uint64(0)
        self.place = 0

    def add(self, items):
        items = np.asarray(items).astype(np.uint64)
        x = items + (np.arange(self.place, self.place + len(items), dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        self.value += (x ^ (x >> np.uint64(31))).sum(dtype=np.uint64)
        self.place += len(items)

    def split(self, make):
        try:
            for train, test in make():
                self.add(train)
                self.add([0xFFFFFFFF])
                self.add(test)
        except ValueError:
            self.add([0xFFFFFFFE])


def kinds(rows, seed):
    y = classes_of(rows)
    index = np.arange(rows)
    folds = min(10, rows)
    return {
        "random": lambda: [train_test_split(index, test_size=0.2, random_state=seed)],
        "third": lambda: [train_test_split(index, test_size=1 / 3, random_state=seed)],
        "stratified": lambda: [train_test_split(index, test_size=0.2, random_state=seed, stratify=y)],
        "kfold": lambda: KFold(folds, shuffle=True, random_state=seed).split(index),
        "stratified_kfold": lambda: StratifiedKFold(5, shuffle=True, random_state=seed).split(index, y),
        "plain": lambda: [train_test_split(index, test_size=0.2, shuffle=False)],
        "plain_stratified_kfold": lambda: StratifiedKFold(5).split(index, y),
    }


def main():
    import warnings
    warnings.simplefilter("ignore")
    print("/* Made by split.py with scikit-learn %s and NumPy %s. */" % (sklearn.__version__, np.__version__))
    names = list(kinds(10, 0))
    for name in names:
        print("static const uint64_t golden_%s[] = {" % name)
        for sizes, seeds in [(range(a, b + 1), SEEDS) for a, b in GROUPS] + [([n], SEEDS) for n in LARGE]:
            if name.startswith("plain"):
                seeds = seeds[:1]
            h = Hash()
            np.seterr(over="ignore")
            for rows in sizes:
                for seed in seeds:
                    h.split(kinds(rows, seed)[name])
            print("\t0x%016xu," % h.value)
        print("};")
        sys.stdout.flush()


main()
