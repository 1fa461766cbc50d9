"""Goldens of masked-language-model training from PyTorch and transformers: which tokens are hidden, and five steps of AdamW. Prints tests/golden/pretrain_golden.h.

usage: pretrain_golden.py > pretrain_golden.h      Needs torch and transformers.
The hidden tokens are drawn anew (masking.py). Weights come from a formula that both sides know.
"""
import torch
from transformers import BertConfig, BertForMaskedLM
from formula import formula
from masking import ROWS, VOCABULARY, array, hide, sentence

torch.set_num_threads(1)
print("/* pretrain_golden.h - made by tests/golden/pretrain_golden.py; do not edit. */\n#include <stddef.h>\n#include <stdint.h>\n")
for whole in (False, True):
    ids, chosen = [], []
    for row in range(ROWS):
        out, labels = hide(sentence(row), 3, row, whole)
        ids += out
        chosen += [l for l in labels if l >= 0]
    array("int32_t", f"golden_hidden_{'words' if whole else 'tokens'}", ids, "%d")
    array("int32_t", f"golden_targets_{'words' if whole else 'tokens'}", chosen, "%d")

model = BertForMaskedLM(BertConfig(vocab_size=VOCABULARY, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=80, max_position_embeddings=64,
                                   type_vocab_size=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0))
formula(model)
model.train()
no = ["bias", "LayerNorm.weight"]
groups = [dict(params=[p for n, p in model.named_parameters() if not any(x in n for x in no)], weight_decay=0.01),
          dict(params=[p for n, p in model.named_parameters() if any(x in n for x in no)], weight_decay=0.0)]
optimizer = torch.optim.AdamW(groups, lr=2e-3)
losses, norms, right = [], [], []
for epoch in range(1, 6):
    total, count, hits = 0.0, 0, 0
    for row in range(ROWS):
        out, labels = hide(sentence(row), epoch, row, False)
        logits = model(input_ids=torch.tensor([out]), attention_mask=torch.ones((1, len(out)), dtype=torch.long)).logits[0]
        target = torch.tensor(labels)
        total = total + torch.nn.functional.cross_entropy(logits, target, ignore_index=-100, reduction="sum")
        count += (target >= 0).sum().item()
        hits += ((logits.argmax(1) == target) & (target >= 0)).sum().item()
    loss = total / count
    optimizer.zero_grad()
    loss.backward()
    if epoch == 1:
        word = model.bert.embeddings.word_embeddings.weight.grad
        array("float", "golden_word_gradients", [word.norm().item()] + [word[t, (t * 7) % 48].item() for t in range(0, VOCABULARY, 6)], "%.9g")
    norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
    optimizer.step()
    losses.append(loss.item())
    right.append(hits)
array("double", "golden_losses", losses, "%.9g")
array("double", "golden_norms", norms, "%.9g")
array("size_t", "golden_right", right, "%d")
