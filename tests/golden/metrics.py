"""Writes metrics_golden.h: scikit-learn's figures for made-up predictions that tests/unit/metrics_test.c makes up in the same way.

    python tests/golden/metrics.py > tests/golden/metrics_golden.h      (scikit-learn 1.x, NumPy)

The numbers come from x = x * 1664525 + 1013904223 (mod 2^32), starting with the case's seed; a score is (x >> 8) / 2^24,
rounded down to a multiple of 1 / 2^(24 - coarse) so that ties occur.
"""
import warnings

import numpy as np
import sklearn
from sklearn import metrics as M
from sklearn.calibration import calibration_curve

warnings.simplefilter("ignore")

# name, rows, classes, coarse bits, kind
SINGLE = [
    ("random", 200, 7, 0, "random"), ("ties", 300, 5, 21, "random"), ("binary", 150, 2, 0, "random"), ("binary_ties", 97, 2, 22, "random"),
    ("perfect", 60, 4, 0, "perfect"), ("absent", 80, 6, 0, "absent"), ("one_class", 20, 3, 0, "one_class"), ("one_row", 1, 3, 0, "random"),
    ("many", 5000, 44, 16, "random"), ("always_wrong", 40, 3, 0, "wrong"),
]
MULTI = [
    ("random", 200, 8, 0, "random"), ("ties", 300, 5, 21, "random"), ("empty_label", 50, 4, 0, "empty_label"), ("all_positive", 50, 3, 0, "all_positive"),
    ("nothing_positive", 30, 3, 0, "nothing"), ("one_label", 64, 1, 20, "random"), ("one_row", 1, 5, 0, "random"), ("constant", 40, 3, 24, "random"),
    ("many", 2000, 44, 14, "random"), ("perfect", 30, 4, 0, "perfect"), ("thresholds", 250, 6, 18, "thresholds"),
    ("full_label", 60, 4, 0, "full_label"),
]


class Numbers:
    def __init__(self, seed):
        self.x = seed

    def next(self):
        self.x = (self.x * 1664525 + 1013904223) % 2**32
        return self.x >> 8


def scores_of(numbers, rows, classes, coarse):
    s = np.array([[(numbers.next() >> coarse) << coarse for _ in range(classes)] for _ in range(rows)])
    return (s / 2.0**24).astype(np.float32)


def auc(y, s):
    return M.roc_auc_score(y, s) if 0 < y.sum() < len(y) else np.nan


BINS = 15


def calibration_error(confidence, right):
    """Guo et al. 2017, equation 3: the mean over the predictions of |accuracy - confidence| of their bin, of 15 equally wide ones."""
    confidence, right = confidence.astype(np.float64), right.astype(np.float64)
    bin_of = np.clip(np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence), 0, BINS - 1)
    error = sum(abs(right[bin_of == b].mean() - confidence[bin_of == b].mean()) * (bin_of == b).mean() for b in set(bin_of))
    if confidence.min() >= 0 and confidence.max() <= 1 and len(set(right)) == 2:
        true, sure = calibration_curve(right, confidence, n_bins=BINS)
        assert abs((abs(true - sure) * np.bincount(bin_of)[sorted(set(bin_of))]).sum() / len(right) - error) < 1e-12
    return error


def by_label(y, p, s):
    """Precision, recall, F1, support, ROC-AUC and average precision of the first eight labels, as 0/1 columns."""
    figures = []
    for c in range(min(8, y.shape[1])):
        precision, recall, f1, _ = M.precision_recall_fscore_support(y[:, c], p[:, c], average="binary", zero_division=0)
        figures += [precision, recall, f1, y[:, c].sum(), auc(y[:, c], s[:, c]), M.average_precision_score(y[:, c], s[:, c])]
    return figures


def out(name, values):
    print("static const double %s[] = {%s};" % (name, ", ".join("NAN" if np.isnan(v) else repr(float(v)) for v in values)))


def single(name, rows, classes, coarse, kind, seed):
    n = Numbers(seed)
    s = scores_of(n, rows, classes, coarse)
    y = np.array([n.next() % classes for _ in range(rows)])
    if kind == "absent":
        y = np.where(y == 2, 1, y)
        s[:, 4] = 0
    if kind == "one_class":
        y[:] = 1
        s[:, 1] = 2
    if kind == "perfect":
        s[np.arange(rows), y] = 2
    p = s.argmax(1)
    if kind == "wrong":
        p = (y + 1) % classes
    figures = [M.accuracy_score(y, p)]
    for average in ["macro", "micro", "weighted"]:
        figures += list(M.precision_recall_fscore_support(y, p, average=average, zero_division=0)[:3])
    figures.append(M.cohen_kappa_score(y, p) if len(set(y) | set(p)) > 1 else np.nan)
    one_hot = np.eye(classes)[y]
    areas = [auc(one_hot[:, c], s[:, c]) for c in range(classes)]
    if classes == 2:
        figures += [areas[1], areas[1], M.average_precision_score(y, s[:, 1]), M.average_precision_score(y, s[:, 1])]
    else:
        figures += [np.mean(areas), auc(one_hot.ravel(), s.ravel())]
        figures += [np.mean([M.average_precision_score(one_hot[:, c], s[:, c]) for c in range(classes)]),
                    M.average_precision_score(one_hot.ravel(), s.ravel())]
    precision, recall, f1, support = M.precision_recall_fscore_support(y, p, labels=range(classes), zero_division=0)
    figures += list(precision[:2]) + list(recall[:2]) + list(f1[:2]) + list(support[:2])
    figures += list(M.confusion_matrix(y, p, labels=range(classes))[:2, :2].ravel())
    if classes > 2 and len(set(y)) == classes and name != "one_row":  # what goes in has to sum to 1
        whole = s.astype(np.float64)
        assert abs(np.nanmean([auc(one_hot[:, c], (whole / whole.sum(1, keepdims=True))[:, c]) for c in range(classes)])
                   - M.roc_auc_score(y, whole / whole.sum(1, keepdims=True), multi_class="ovr")) < 1e-12
    figures.append(calibration_error(s[np.arange(rows), p], y == p))
    figures += by_label(one_hot.astype(int), np.eye(classes, dtype=int)[p], s)
    out("single_" + name, figures)


def multi(name, rows, classes, coarse, kind, seed):
    n = Numbers(seed)
    s = scores_of(n, rows, classes, coarse)
    y = np.array([[n.next() % 3 == 0 for _ in range(classes)] for _ in range(rows)]).astype(int)
    if kind == "empty_label":
        y[:, 1] = 0
        s[:, 1] = 0
    if kind == "all_positive":
        y[:] = 1
    if kind == "nothing":
        y[:] = 0
        s[:] = 0
    if kind == "perfect":
        s = (y * 0.75 + 0.125).astype(np.float32)
    if kind == "full_label":
        y[:, 2] = 1
    t = np.float32(0.5) if kind != "thresholds" else ((np.arange(classes) + 1) / 8).astype(np.float32)
    p = (s >= t).astype(int)
    # scikit-learn reads a single column as one label a row, a single row is fine: go by cells for one column
    figures = [(y == p).all(1).mean()]
    if classes == 1:
        one = M.precision_recall_fscore_support(y[:, 0], p[:, 0], average="binary", zero_division=0)[:3]
        figures += list(one) * 3
        hits, guesses, truths = y * p, p, y
        figures += [hits.mean(), hits.mean(), hits.mean()]
    else:
        for average in ["macro", "micro", "weighted", "samples"]:
            figures += list(M.precision_recall_fscore_support(y, p, average=average, zero_division=0)[:3])
    figures.append((y != p).mean() if classes == 1 else M.hamming_loss(y, p))
    figures += [np.mean([auc(y[:, c], s[:, c]) for c in range(classes)]), auc(y.ravel(), s.ravel())]
    figures += [np.mean([M.average_precision_score(y[:, c], s[:, c]) for c in range(classes)]),
                M.average_precision_score(y.ravel(), s.ravel())]
    if classes > 1 and rows > 1:
        mine = figures[-4:]
        theirs = [M.roc_auc_score(y, s, average="macro"), M.roc_auc_score(y, s, average="micro"), M.average_precision_score(y, s, average="macro"),
                  M.average_precision_score(y, s, average="micro")]
        assert np.allclose(mine, theirs, rtol=0, atol=1e-12, equal_nan=True), (name, mine, theirs)
        assert abs(M.accuracy_score(y, p) - figures[0]) < 1e-15
    figures.append(calibration_error(s.ravel(), y.ravel()))
    figures += by_label(y, p, s)
    out("multi_" + name, figures)


def main():
    print("/* Made by metrics.py with scikit-learn %s and NumPy %s. */" % (sklearn.__version__, np.__version__))
    for kind, cases, make in [("single", SINGLE, single), ("multi", MULTI, multi)]:
        for i, case in enumerate(cases):
            make(*case, seed=i + 1)
        print("static const struct golden_case %s_cases[] = {" % kind)
        for name, rows, classes, coarse, what in cases:
            print('\t{ "%s", %d, %d, %d, "%s", %s_%s },' % (name, rows, classes, coarse, what, kind, name))
        print("};")


main()
