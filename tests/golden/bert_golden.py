"""Goldens of a small BERT from PyTorch and transformers: logits, every gradient, and the losses of 20 steps. Prints tests/golden/bert_golden.h.

usage: bert_golden.py > bert_golden.h      Needs torch and transformers.
The weights come from a formula that both sides know (element i of the tensor whose name is the t-th in order), so that no weights are committed.
"""
import numpy as np, torch
from transformers import BertConfig, BertForSequenceClassification, get_linear_schedule_with_warmup, get_cosine_schedule_with_warmup
from formula import formula

torch.manual_seed(0)
torch.set_num_threads(1)
CONFIG = dict(vocab_size=120, hidden_size=48, num_hidden_layers=3, num_attention_heads=4, intermediate_size=80, max_position_embeddings=600,
              type_vocab_size=2, num_labels=5, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, classifier_dropout=0.0)

def token(s, i):
    return 5 + (s * 31 + i * 17 + i * i * 3) % 115

LENGTHS = [1, 2, 7, 16, 17, 33, 64, 130, 512]
def sentence(s, n):  # every third one is a pair: its second half is of type 1
    ids = [token(s, i) for i in range(n)]
    types = [1 if s % 3 == 2 and i >= n // 2 else 0 for i in range(n)]
    return ids, types

def batch(rows):
    n = max(len(r[0]) for r in rows)
    x = torch.zeros((len(rows), n), dtype=torch.long); t = x.clone(); m = x.clone()
    for r, (ids, types) in enumerate(rows):
        x[r, :len(ids)] = torch.tensor(ids); t[r, :len(ids)] = torch.tensor(types); m[r, :len(ids)] = 1
    return dict(input_ids=x, token_type_ids=t, attention_mask=m)

def c_array(kind, name, values, fmt="%.9g"):
    print(f"static const {kind} {name}[] = {{" + ", ".join(fmt % v for v in values) + "};")

def fresh():
    model = BertForSequenceClassification(BertConfig(**CONFIG))
    formula(model)
    return model

print("/* bert_golden.h - made by tests/golden/bert_golden.py; do not edit. */")
c_array("size_t", "golden_lengths", LENGTHS, "%d")
model = fresh().eval()
with torch.no_grad():
    logits = [model(**batch([sentence(s, n)])).logits[0] for s, n in enumerate(LENGTHS)]
c_array("float", "golden_logits", torch.cat(logits).tolist())

# one step over sentences 0..6 with labels s % 5: loss and gradients (norm, sum and three elements of each tensor, in name order)
rows = [sentence(s, n) for s, n in enumerate(LENGTHS[:7])]
labels = torch.tensor([s % 5 for s in range(len(rows))])
model = fresh().train()
loss = model(**batch(rows), labels=labels).loss
loss.backward()
print("static const double golden_loss = %.9g;" % loss.item())
grads = [p.grad for _, p in sorted(model.named_parameters())]
c_array("float", "golden_gradient_norms", [g.norm().item() for g in grads])
c_array("float", "golden_gradient_picks", [g.flatten()[int((g.numel() - 1) * f)].item() for g in grads for f in (0, .37, 1)])

# 20 steps of AdamW with the no-decay group, warm-up, clipping; batches of 4 sentences of 5..36 tokens
def run(kind, schedule):
    model = fresh().train()
    no = ["bias", "LayerNorm.weight"]
    decay = 0.01 if kind in ("adamw", "sgd", "radam", "adam") else 0
    groups = [dict(params=[p for n, p in model.named_parameters() if not any(x in n for x in no)], weight_decay=decay),
              dict(params=[p for n, p in model.named_parameters() if any(x in n for x in no)], weight_decay=0.0)]
    opt = dict(adamw=lambda: torch.optim.AdamW(groups, lr=2e-3), adam=lambda: torch.optim.Adam(groups, lr=2e-3),
               radam=lambda: torch.optim.RAdam(groups, lr=2e-3), sgd=lambda: torch.optim.SGD(groups, lr=0.05, momentum=0.9))[kind]()
    sched = {"linear": lambda: get_linear_schedule_with_warmup(opt, 4, 20), "cosine": lambda: get_cosine_schedule_with_warmup(opt, 4, 20),
             "constant": lambda: torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, s / 4))}[schedule]()
    losses, norms = [], []
    for step in range(20):
        rows = [sentence(step * 4 + r, 5 + (step * 7 + r * 13) % 32) for r in range(4)]
        y = torch.tensor([(step + r * 3) % 5 for r in range(4)])
        opt.zero_grad()
        loss = model(**batch(rows), labels=y).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        opt.step(); sched.step()
        losses.append(loss.item())
    c_array("double", f"golden_{kind}_{schedule}_losses", losses)
    c_array("double", f"golden_{kind}_{schedule}_norms", norms)

for kind, schedule in (("adamw", "linear"), ("adamw", "cosine"), ("adam", "constant"), ("radam", "linear"), ("sgd", "cosine")):
    run(kind, schedule)
