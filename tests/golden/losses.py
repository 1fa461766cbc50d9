"""Writes losses_golden.h: values and gradients of the losses, computed by PyTorch's automatic differentiation in double.

    python tests/golden/losses.py > tests/golden/losses_golden.h      (PyTorch 2.x)

Each loss is written down here from its paper's formula, without regard to digits; tests/unit/losses_test.c holds src/nn/loss.c to it.
Focal: Lin et al. 2017, equation 5. Asymmetric: Ridnik et al. 2021, equations 4 to 7; `stopped` takes the factor out of the gradient, as
their published training does. The single-label form: the published companion of it, on a softmax.
"""
import torch

torch.set_default_dtype(torch.float64)
ROWS, LABELS = 6, 5


def numbers(seed, count):
    x, out = seed, []
    for _ in range(count):
        x = (x * 1664525 + 1013904223) % 2**32
        out.append((x >> 8) / 2.0**24)
    return out


# logits are multiples of 1/64 between -6 and 6 (exact in float), a few far out
LOGITS = torch.tensor([round((v * 12 - 6) * 64) / 64 for v in numbers(3, ROWS * LABELS)]).reshape(ROWS, LABELS)
LOGITS[0, 0], LOGITS[1, 1], LOGITS[2, 2], LOGITS[3, 3] = 14.0, -14.0, 0.0, -3.0
GOALS = torch.tensor([float(v < 0.35) for v in numbers(5, ROWS * LABELS)]).reshape(ROWS, LABELS)
GOALS[4] = 0.0
TARGETS = torch.tensor([int(v * LABELS) for v in numbers(7, ROWS)])
WEIGHTS = torch.tensor([0.5, 1.0, 1.5, 2.0, 3.0])

CASES = [  # name, smoothing, weighted, alpha, gamma, gamma_neg, gamma_pos, clip, whole
    ("BCE", 0.0, 0, 0, 0, 0, 0, 0, 0), ("BCE", 0.1, 1, 0, 0, 0, 0, 0, 0), ("BCE", 0.0, 1, 0, 0, 0, 0, 0, 0), ("BCE", 0.2, 0, 0, 0, 0, 0, 0, 0),
    ("FOCAL", 0.0, 0, 0.25, 2.0, 0, 0, 0, 0), ("FOCAL", 0.0, 1, 0.25, 2.0, 0, 0, 0, 0), ("FOCAL", 0.1, 1, -1.0, 1.5, 0, 0, 0, 0),
    ("FOCAL", 0.0, 0, 0.75, 0.0, 0, 0, 0, 0), ("FOCAL", 0.1, 0, 0.25, 2.0, 0, 0, 0, 0), ("FOCAL", 0.1, 1, 0.25, 2.0, 0, 0, 0, 0),
    ("ASL", 0.0, 0, 0, 0, 4.0, 1.0, 0.05, 0), ("ASL", 0.0, 0, 0, 0, 4.0, 1.0, 0.05, 1), ("ASL", 0.1, 0, 0, 0, 4.0, 1.0, 0.05, 0),
    ("ASL", 0.1, 1, 0, 0, 3.0, 0.5, 0.2, 1), ("ASL", 0.0, 0, 0, 0, 2.0, 0.0, 0.0, 0), ("ASL", 0.0, 1, 0, 0, 0.0, 0.0, 0.0, 1),
    ("ASL_SINGLE", 0.1, 0, 0, 0, 4.0, 0.0, 0, 1), ("ASL_SINGLE", 0.0, 0, 0, 0, 4.0, 1.0, 0, 1), ("ASL_SINGLE", 0.1, 1, 0, 0, 2.5, 0.5, 0, 1),
    ("ASL_SINGLE_GOALS", 0.1, 0, 0, 0, 4.0, 0.0, 0, 1), ("ASL_SINGLE_GOALS", 0.0, 1, 0, 0, 3.0, 1.0, 0, 1),
    ("ASL", 0.0, 1, 0, 0, 4.0, 1.0, 0.05, 0), ("ASL_SINGLE", 0.0, 1, 0, 0, 4.0, 0.0, 0, 1),
    ("CE", 0.1, 0, 0, 0, 0, 0, 0, 0), ("CE", 0.0, 0, 0, 0, 0, 0, 0, 0), ("CE", 0.0, 1, 0, 0, 0, 0, 0, 0), ("CE", 0.1, 1, 0, 0, 0, 0, 0, 0),
]


def loss_of(case, z):
    name, s, weighted, alpha, gamma, gneg, gpos, clip, whole = case
    w = WEIGHTS if weighted else torch.ones(LABELS)
    if name == "CE":
        return torch.nn.functional.cross_entropy(z, TARGETS, weight=w, label_smoothing=s, reduction="sum") / ROWS
    if name.startswith("ASL_SINGLE"):
        hard = GOALS if name.endswith("GOALS") else torch.nn.functional.one_hot(TARGETS, LABELS).double()
        logp = torch.log_softmax(z, -1)
        p = logp.exp()
        factor = hard * (1 - p) ** gpos + (1 - hard) * p**gneg
        y = (hard * (1 - s) + s / LABELS) * w
        return -(y * factor * logp).sum(-1).mean()
    y = GOALS * (1 - s) + 0.5 * s
    p = torch.sigmoid(z)
    logp, logq = torch.nn.functional.logsigmoid(z), torch.nn.functional.logsigmoid(-z)
    if name == "ASL":
        if clip > 0:
            r = torch.clamp(1 - p + clip, max=1.0)
            logq = torch.log(r)
        else:
            r = 1 - p
        factor = (1 - (y * p + (1 - y) * r)) ** (gpos * y + gneg * (1 - y))
        if not whole:
            factor = factor.detach()
        return -(factor * (w * y * logp + (1 - y) * logq)).mean()
    bce = -(w * y * logp + (1 - y) * logq)
    if name == "FOCAL":
        a = 1.0 if alpha < 0 else alpha * y + (1 - alpha) * (1 - y)
        bce = a * (1 - (y * p + (1 - y) * (1 - p))) ** gamma * bce
    if name == "BCE":  # PyTorch's own, which the formula has to agree with
        assert abs(torch.nn.functional.binary_cross_entropy_with_logits(z, y, pos_weight=w) - bce.mean()) < 1e-14
    return bce.mean()


def row(values):
    return "{" + ", ".join(repr(float(v)) for v in values) + "}"


print("/* Made by tests/golden/losses.py with PyTorch %s. */" % torch.__version__.split("+")[0])
print("enum { LOSS_ROWS = %d, LOSS_LABELS = %d };" % (ROWS, LABELS))
print("static const float loss_logits[] = %s;" % row(LOGITS.flatten()))
print("static const float loss_goals[] = %s;" % row(GOALS.flatten()))
print("static const int32_t loss_targets[] = {%s};" % ", ".join(str(int(t)) for t in TARGETS))
print("static const float loss_weights[] = %s;" % row(WEIGHTS))
print("static const struct loss_case {\n\tnch_loss_kind kind;\n\tbool goals, weighted;\n\tfloat smoothing;\n\tnch_loss_shape shape;\n\tdouble value;\n"
      "\tdouble gradient[LOSS_ROWS * LOSS_LABELS];\n} loss_cases[] = {")
for case in CASES:
    z = LOGITS.clone().requires_grad_(True)
    value = loss_of(case, z)
    value.backward()
    name, s, weighted, alpha, gamma, gneg, gpos, clip, whole = case
    print("\t{NCH_LOSS_%s, %d, %d, %rf, {%r, %r, %r, %r, %r, %d}, %r,\n\t %s}," % (
        name.replace("_GOALS", ""), name not in ("CE", "ASL_SINGLE"), weighted, float(s), float(alpha), float(gamma), float(gneg), float(gpos),
        float(clip), whole, value.item(), row(z.grad.flatten())))
print("};")
