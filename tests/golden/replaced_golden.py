"""Goldens of replaced-token detection from PyTorch and transformers: the words that the generator draws, both losses, the gradient of every tensor, and five steps of AdamW.
Prints tests/golden/replaced_golden.h.

usage: replaced_golden.py > replaced_golden.h      Needs torch and transformers.
Everything is computed in double, so that what differs is nunchi's rounding alone. Hidden and drawn tokens are made anew (masking.py), weights come from a formula that both
sides know.
"""
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining
from formula import formula
from masking import ROWS, VOCABULARY, array, draw, hide, sentence

torch.set_num_threads(1)
WEIGHT, STEPS, PLACES = 50.0, 5, (0, 0.23, 0.37, 0.71, 1)

def config(hidden, heads, feed_forward):
    return ElectraConfig(vocab_size=VOCABULARY, embedding_size=40, hidden_size=hidden, num_hidden_layers=2, num_attention_heads=heads, intermediate_size=feed_forward,
                         max_position_embeddings=64, type_vocab_size=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)

generator, discriminator = ElectraForMaskedLM(config(32, 1, 128)), ElectraForPreTraining(config(48, 4, 80))
formula(generator)
formula(discriminator)
generator.double()
discriminator.double()
tables = discriminator.electra.embeddings
for name in ("word_embeddings", "position_embeddings", "token_type_embeddings"):
    setattr(generator.electra.embeddings, name, getattr(tables, name))
generator.generator_lm_head.weight = tables.word_embeddings.weight
shared = {id(p) for p in tables.parameters()}
named = sorted(discriminator.named_parameters()) + sorted((n, p) for n, p in generator.named_parameters() if id(p) not in shared)

no = ["bias", "LayerNorm.weight"]
groups = [dict(params=[p for n, p in named if not any(x in n for x in no)], weight_decay=0.01),
          dict(params=[p for n, p in named if any(x in n for x in no)], weight_decay=0.0)]
optimizer = torch.optim.AdamW(groups, lr=2e-3)

def picks(values):
    """The norm, and elements at PLACES."""
    flat = values.detach().flatten()
    return [flat.norm().item()] + [flat[int(p * (len(flat) - 1))].item() for p in PLACES]

def one(ids, model):
    return model(input_ids=torch.tensor([ids]), attention_mask=torch.ones((1, len(ids)), dtype=torch.long)).logits[0]

def step(epoch):
    """Sums of both losses, samples, and what was counted."""
    mlm, rtd, hidden, tokens, right, samples = 0.0, 0.0, 0, 0, 0, []
    for row in range(ROWS):
        original = sentence(row)
        out, labels = hide(original, epoch, row, False)
        where = [i for i, label in enumerate(labels) if label >= 0]
        logits = one(out, generator)[where]
        mlm = mlm + cross_entropy(logits, torch.tensor([labels[i] for i in where], dtype=torch.long), reduction="sum")
        read = list(original)
        for i, chances in zip(where, torch.softmax(logits.detach(), 1).tolist()):
            read[i] = draw(chances, epoch, row, i)
            samples.append(read[i])
        goals = torch.tensor([float(a != b) for a, b in zip(read, original)], dtype=torch.double)
        verdicts = one(read, discriminator)
        rtd = rtd + binary_cross_entropy_with_logits(verdicts, goals, reduction="sum")
        right += ((verdicts > 0) == (goals > 0.5)).sum().item()
        hidden += len(where)
        tokens += len(read)
    return mlm / hidden, rtd / tokens, samples, right

losses, norms, counts, drawn = [], [], [], []
for epoch in range(1, STEPS + 1):
    mlm, rtd, samples, right = step(epoch)
    optimizer.zero_grad()
    (mlm + WEIGHT * rtd).backward()
    if epoch == 1:
        gradients = [v for _, p in named for v in picks(p.grad)]
    norms.append(torch.nn.utils.clip_grad_norm_([p for _, p in named], 1.0).item())
    optimizer.step()
    losses += [mlm.item(), rtd.item()]
    counts.append(right)
    drawn += samples

print("/* replaced_golden.h - made by tests/golden/replaced_golden.py; do not edit. */\n#include <stddef.h>\n#include <stdint.h>\n")
array("double", "golden_places", PLACES, "%g")
array("int32_t", "golden_drawn", drawn, "%d")
array("double", "golden_losses", losses, "%.12g")
array("double", "golden_norms", norms, "%.9g")
array("size_t", "golden_right", counts, "%d")
array("float", "golden_gradients", gradients, "%.7g")
array("float", "golden_weights", [v for _, p in named for v in picks(p)], "%.8g")
