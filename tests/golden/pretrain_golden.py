"""Goldens of masked-language-model training from PyTorch and transformers: which tokens are hidden, and five steps of AdamW. Prints tests/golden/pretrain_golden.h.

usage: pretrain_golden.py > pretrain_golden.h      Needs torch and transformers.
The hidden tokens are drawn here anew from src/train/masking.h's description (Philox4x32-10 of Salmon et al. 2011, addressed by seed, epoch, row and token), so
that the addresses, too, are held. Weights come from a formula that both sides know.
"""
import numpy as np, torch
from transformers import BertConfig, BertForMaskedLM
from formula import formula

torch.set_num_threads(1)
SEED, VOCABULARY, ROWS, SHARE = 99, 60, 8, 0.15
CLS, SEP, MASK, SPECIAL = 2, 3, 4, 5  # 0 [PAD], 1 [UNK]; 5 … 34 begin words, 35 … 59 go on

def philox(key, counter):
    c, k = list(counter), [key & 0xffffffff, key >> 32]
    for _ in range(10):
        first, second = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(second >> 32) ^ c[1] ^ k[0], second & 0xffffffff, (first >> 32) ^ c[3] ^ k[1], first & 0xffffffff]
        k = [(k[0] + 0x9E3779B9) & 0xffffffff, (k[1] + 0xBB67AE85) & 0xffffffff]
    return c

def words(epoch, index):
    return philox(SEED, [index & 0xffffffff, index >> 32, 0xF003 << 16, epoch])

def uniform(epoch, index):
    w = words(epoch, index)
    return ((w[0] >> 6 << 27) | w[1] >> 5) / 2.0 ** 53

def address(row, token, number):
    return (row << 22 | token) * 3 + number

def hide(ids, epoch, row, whole):
    out, labels, first = list(ids), [-100] * len(ids), 0
    for i, token in enumerate(ids):
        if token < SPECIAL:
            first = i + 1
            continue
        if not whole or token < 35:
            first = i
        if uniform(epoch, address(row, first, 0)) >= SHARE:
            continue
        labels[i] = token
        fate = uniform(epoch, address(row, i, 1))
        if fate < 0.8:
            out[i] = MASK
        elif fate < 0.9:
            w = words(epoch, address(row, i, 2))
            out[i] = (w[0] << 32 | w[1]) % VOCABULARY
    return out, labels

def sentence(row):
    n = 6 + row * 11 % 23
    return [CLS] + [SPECIAL + (row * 31 + i * 17 + i * i * 3) % (VOCABULARY - SPECIAL) for i in range(n)] + [SEP]

def array(kind, name, values, fmt):
    print(f"static const {kind} {name}[] = {{" + ", ".join(fmt % v for v in values) + "};")

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
