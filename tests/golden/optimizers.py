"""Writes optimizers_golden.h: weights after 20 steps of every optimizer with every schedule, by PyTorch in double precision.

    python tests/golden/optimizers.py > tests/golden/optimizers_golden.h      (torch, transformers)

Weights and gradients come from formulas that tests/unit/optimizer_test.c has too; they are rounded to float first. No model is run: what is
compared is the schedule, the clipping and the step alone.
"""
import numpy as np
import torch
import transformers
from transformers import BertConfig, BertForSequenceClassification, get_cosine_schedule_with_warmup, get_linear_schedule_with_warmup, get_wsd_schedule

CONFIG = BertConfig(vocab_size=12, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24, max_position_embeddings=10,
                    type_vocab_size=2, num_labels=3)
SHAPES = sorted((n, tuple(p.shape)) for n, p in BertForSequenceClassification(CONFIG).named_parameters())
STEPS, WARMUP, FALL, CLIP, DECAY = 20, 4, 5, 1.0, 0.01


def weight(t, name, n):
    i = np.arange(n, dtype=np.uint64)
    x = ((i * 2654435761 + t * 97531 + 12345) % 2**32) / 2.0**32
    return np.float32((x - 0.5) * 0.4 + (1.0 if name.endswith("LayerNorm.weight") else 0.0)).astype(np.float64)


def gradient(step, t, n):
    i = np.arange(n, dtype=np.uint64)
    x = ((i * 2246822519 + t * 3266489917 + step * 668265263 + 374761393) % 2**32) / 2.0**32
    return np.float32((x - 0.5) * np.array([1.0, 0.1, 0.01, 0.001])[i % 4]).astype(np.float64)


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", algorithm 2."""
    def __init__(self, groups, lr, betas):
        super().__init__(groups, dict(lr=lr, betas=betas, weight_decay=0.0))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (b1, b2), lr, decay = group["betas"], group["lr"], group["weight_decay"]
            for w in group["params"]:
                m = self.state[w].setdefault("m", torch.zeros_like(w))
                c = b1 * m + (1 - b1) * w.grad
                w.copy_(w - lr * (c.sign() + decay * w))
                m.copy_(b2 * m + (1 - b2) * w.grad)


class Lamb(torch.optim.Optimizer):
    """You et al. 2020, "Large Batch Optimization for Deep Learning", algorithm 2, with phi(x) = x."""
    def __init__(self, groups, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(groups, dict(lr=lr, betas=betas, eps=eps, weight_decay=0.0))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (b1, b2), lr, decay = group["betas"], group["lr"], group["weight_decay"]
            for w in group["params"]:
                s = self.state[w]
                if not s:
                    s.update(t=0, m=torch.zeros_like(w), v=torch.zeros_like(w))
                s["t"] += 1
                s["m"].copy_(b1 * s["m"] + (1 - b1) * w.grad)
                s["v"].copy_(b2 * s["v"] + (1 - b2) * w.grad ** 2)
                m, v = s["m"] / (1 - b1 ** s["t"]), s["v"] / (1 - b2 ** s["t"])
                u = m / (v.sqrt() + group["eps"]) + decay * w
                ratio = w.norm() / u.norm() if w.norm() > 0 and u.norm() > 0 else 1.0
                w.copy_(w - lr * ratio * u)


def run(kind, schedule):
    weights = [torch.tensor(weight(t, n, int(np.prod(s))).reshape(s), requires_grad=True) for t, (n, s) in enumerate(SHAPES)]
    groups = [dict(params=[w for w in weights if w.dim() > 1], weight_decay=DECAY), dict(params=[w for w in weights if w.dim() == 1], weight_decay=0.0)]
    make = {"adamw": lambda: torch.optim.AdamW(groups, lr=2e-3), "adam": lambda: torch.optim.Adam(groups, lr=2e-3),
            "radam": lambda: torch.optim.RAdam(groups, lr=2e-3), "sgd": lambda: torch.optim.SGD(groups, lr=0.05, momentum=0.9),
            "lion": lambda: Lion(groups, lr=2e-3, betas=(0.9, 0.99)), "lamb": lambda: Lamb(groups, lr=2e-3)}
    optimizer = make[kind]()
    scheduler = {"constant": lambda: torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, s / WARMUP)),
                 "linear": lambda: get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS),
                 "cosine": lambda: get_cosine_schedule_with_warmup(optimizer, WARMUP, STEPS),
                 "wsd": lambda: get_wsd_schedule(optimizer, WARMUP, FALL, num_training_steps=STEPS, decay_type="linear")}[schedule]()
    for step in range(STEPS):
        for t, w in enumerate(weights):
            w.grad = torch.tensor(gradient(step, t, w.numel()).reshape(w.shape))
        torch.nn.utils.clip_grad_norm_(weights, CLIP)
        optimizer.step()
        scheduler.step()
    picks = [w.detach().ravel()[int((w.numel() - 1) * 0.37)].item() for w in weights]
    print("static const double golden_%s_%s[] = {%s};" % (kind, schedule, ", ".join("%.12g" % p for p in picks)))


print("/* Made by optimizers.py with torch %s, transformers %s. */" % (torch.__version__, transformers.__version__))
for kind in ("adamw", "adam", "radam", "sgd", "lion", "lamb"):
    for schedule in ("constant", "linear", "cosine", "wsd"):
        run(kind, schedule)
