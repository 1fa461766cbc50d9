"""Writes calibration_golden.h: temperatures by SciPy's scalar minimizer, McNemar's exact p by SciPy's binomial test.

    OMP_NUM_THREADS=1 python tests/golden/calibration.py > tests/golden/calibration_golden.h      (scipy 1.x)

The logits are made up by the formula of metrics.py: x = x * 1664525 + 1013904223 (mod 2^32), of which x >> 8 is used.
"""
import numpy as np
import scipy
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import binomtest

ROWS, LABELS = 60, 4


def numbers(seed):
    x = seed
    while True:
        x = (x * 1664525 + 1013904223) % 2**32
        yield x >> 8


def main():
    n = numbers(7)
    z = np.array([[np.float32(next(n) % 2001 / 250.0 - 4.0) for _ in range(LABELS)] for _ in range(ROWS)], dtype=np.float64)
    y = np.array([next(n) % LABELS if next(n) % 3 == 0 else int(z[i].argmax()) for i in range(ROWS)])
    goals = np.array([[next(n) % 3 == 0 if z[i, c] < 0.5 else next(n) % 4 > 0 for c in range(LABELS)] for i in range(ROWS)], dtype=float)

    def softmax_loss(b):
        s = b * z - (b * z).max(axis=1, keepdims=True)
        return (np.log(np.exp(s).sum(axis=1)) - s[np.arange(ROWS), y]).mean()

    def cell_line(c):
        """a and d of sigma(a z + d), with Platt's goals"""
        n1 = goals[:, c].sum()
        t = np.where(goals[:, c] == 1, (n1 + 1) / (n1 + 2), 1 / (ROWS - n1 + 2))
        f = lambda x: (np.logaddexp(0, x[0] * z[:, c] + x[1]) - t * (x[0] * z[:, c] + x[1])).sum()
        return minimize(f, [1, 0], method="BFGS", options={"gtol": 1e-9}).x

    def best(f):
        return 1 / minimize_scalar(f, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-12}).x

    print("/* Made by calibration.py with SciPy %s. */\n#include <stddef.h>\n" % scipy.__version__)
    print("enum { GOLDEN_ROWS = %d, GOLDEN_LABELS = %d };" % (ROWS, LABELS))
    print("static const double golden_temperature = %.9f;" % best(softmax_loss))
    lines = [cell_line(c) for c in range(LABELS)]
    print("static const double golden_temperatures[] = {%s};" % ", ".join("%.9f" % (1 / a) for a, _ in lines))
    print("static const double golden_biases[] = {%s};" % ", ".join("%.9f" % d for _, d in lines))
    pairs = [(0, 0), (1, 0), (3, 9), (12, 12), (40, 71), (700, 803), (2500, 3100)]
    print("static const struct { size_t first, second; double p; } golden_mcnemar[] = {")
    for a, b in pairs:
        print("\t{%d, %d, %.12g}," % (a, b, binomtest(min(a, b), a + b, 0.5).pvalue if a + b else 1.0))
    print("};")


main()
