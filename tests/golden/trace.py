"""Goldens of nunchi trace from transformers, in double: hidden states, attentions, logits, the loss, and the gradients of all these and of the parameters, for
three families. Prints tests/golden/trace_golden.h.

usage: trace.py > trace_golden.h      Needs torch and transformers.
The weights come from formula.py; the sentence is made of syllables that the test's vocabulary knows: piece 5 + k is the k-th of them. Of each matrix every
STRIDE-th value is kept.
"""
import numpy as np, torch, transformers as tf
from formula import formula

torch.manual_seed(0)
torch.set_num_threads(1)
tf.logging.set_verbosity_error()
STRIDE, LABEL = 7, 2
IDS = [2, 5 + 11, 5 + 60, 5 + 3, 5 + 60, 5 + 99, 5 + 42, 3]  # [CLS] six syllables [SEP]

SMALL = dict(vocab_size=120, num_hidden_layers=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, num_labels=5)
FUNNEL = dict(vocab_size=120, d_model=32, n_head=4, d_head=8, d_inner=48, hidden_dropout=0.0, attention_dropout=0.0, activation_dropout=0.0,
              type_vocab_size=3, block_sizes=[2, 1], num_labels=5)
CASES = [
    ("bert", tf.BertForSequenceClassification, tf.BertConfig(**SMALL, hidden_size=48, num_attention_heads=4, intermediate_size=80)),
    ("electra", tf.ElectraForSequenceClassification, tf.ElectraConfig(**SMALL, embedding_size=24, hidden_size=40, num_attention_heads=5, intermediate_size=64)),
    ("funnel", tf.FunnelForSequenceClassification, tf.FunnelConfig(**FUNNEL)),
]

def array(kind, name, values):
    print(f"static const {kind} {name}[] = {{" + ", ".join("%.9g" % v for v in values) + "};")

def picks(x):
    return x.flatten()[::STRIDE].tolist()

print("/* trace_golden.h - made by tests/golden/trace.py; do not edit. */")
print(f"enum {{ TRACE_STRIDE = {STRIDE}, TRACE_LABEL = {LABEL} }};")
for name, kind, config in CASES:
    config._attn_implementation = "eager"
    model = kind(config)
    formula(model)
    model = model.double().eval()
    types = [2] + [0] * (len(IDS) - 1) if name == "funnel" else [0] * len(IDS)
    out = model(input_ids=torch.tensor([IDS]), token_type_ids=torch.tensor([types]), attention_mask=torch.ones(1, len(IDS), dtype=torch.long),
                output_hidden_states=True, output_attentions=True, labels=torch.tensor([LABEL]))
    watched = list(out.hidden_states) + list(out.attentions) + [out.logits]
    for x in watched:
        x.retain_grad()
    out.loss.backward()
    print(f"static const char {name}_config[] = " + "\n\t".join('"%s\\n"' % line.replace('"', '\\"') for line in
          config.to_json_string().replace('"transformers_version"', '"architectures": ["%s"],\n  "transformers_version"' % kind.__name__).split("\n")) + ";")
    array("double", f"{name}_hidden", [v for x in out.hidden_states for v in picks(x)])
    array("double", f"{name}_hidden_grad", [v for x in out.hidden_states for v in (picks(x.grad) if x.grad is not None else picks(x * 0))])
    array("double", f"{name}_attention", [v for x in out.attentions for v in picks(x)])
    array("double", f"{name}_attention_grad", [v for x in out.attentions for v in picks(x.grad)])
    array("double", f"{name}_logits", out.logits.flatten().tolist())
    array("double", f"{name}_logits_grad", out.logits.grad.flatten().tolist())
    print(f"static const double {name}_loss = %.12g;" % out.loss.item())
    grads = [p.grad for _, p in sorted(model.named_parameters()) if p.grad is not None]
    array("double", f"{name}_norms", [g.norm().item() for g in grads])
    array("double", f"{name}_picks", [g.flatten()[int((g.numel() - 1) * f)].item() for g in grads for f in (0, .37, 1)])
