"""The coefficients of kernels/vmath.h: weighted least squares on Chebyshev nodes (nearly minimax), in 50 digits.

usage: polynomials.py        needs mpmath. Prints each polynomial's coefficients, rounded to float32 one after the other (what a
rounding loses is taken up by the coefficients fitted after it), and the largest relative error left.
"""
import re, struct
from mpmath import mp, mpf, matrix, lu_solve, cos, pi, exp, log, tanh, ncdf, sqrt

mp.dps = 50

def to_float32(x):
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])

def fit(name, target, weight, low, high, degree, nodes=120):
    """target(t) ~ sum c[i] t^i on [low, high]; weight(t) turns an absolute error into the error that counts."""
    ts = [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * nodes)) for i in range(nodes)]
    fixed = []
    while len(fixed) <= degree:
        free = degree + 1 - len(fixed)
        a, b = matrix(nodes, free), matrix(nodes, 1)
        for r, t in enumerate(ts):
            w = weight(t)
            for c in range(free):
                a[r, c] = w * t ** (len(fixed) + c)
            b[r] = w * (target(t) - sum(f * t ** i for i, f in enumerate(fixed)))
        s = lu_solve(a.T * a, a.T * b)
        fixed.append(to_float32(s[0]))
    worst = max(abs(weight(t) * (target(t) - sum(f * t ** i for i, f in enumerate(fixed)))) for t in ts)
    print(f"/* {name}: degree {degree}, relative error {float(worst):.2g} */")
    print("{" + ", ".join(re.sub("0+p", "p", float(f).hex()) + "f" for f in fixed) + "}\n")

ln2 = log(mpf(2))
tiny = mpf(10) ** -12
fit("exp: (e^r - 1 - r) / r^2 on |r| <= ln2/2", lambda r: (exp(r) - 1 - r) / r ** 2, lambda r: r ** 2 / exp(r), -ln2 / 2, ln2 / 2, 4)
fit("log: (log(1+f) - f + f^2/2) / f^3 on [sqrt(1/2), sqrt(2)] - 1", lambda f: (log(1 + f) - f + f ** 2 / 2) / f ** 3, lambda f: f ** 3 / log(1 + f),
    sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1, 7)
fit("tanh: (tanh(x) - x) / x^3 in x^2, |x| <= 0.625", lambda s: (tanh(sqrt(s)) - sqrt(s)) / sqrt(s) ** 3, lambda s: sqrt(s) ** 3 / tanh(sqrt(s)),
    tiny, mpf(0.625) ** 2, 4)
fit("normal: (Phi(x) - 1/2) / x in x^2, |x| <= 1.25", lambda s: (ncdf(sqrt(s)) - mpf(1) / 2) / sqrt(s), lambda s: sqrt(s) / ncdf(-sqrt(s)), tiny,
    mpf(1.25) ** 2, 5)
middle = mpf(125) / 64  # -log(Phi(-2.5)) - 2.5^2 / 2 but for what a float32 can say; the rest is the first coefficient
fit("normal: -log(Phi(-x)) - x^2 / 2 - 125/64 on [1.25, 7], in t = x - 2.5", lambda t: -log(ncdf(-(t + 2.5))) - (t + 2.5) ** 2 / 2 - middle,
    lambda t: mpf(1), mpf(1.25) - 2.5, mpf(7) - 2.5, 9)
