"""Fine-tuning of a classifier whose labels stand in an order of their own, by nunchi and by PyTorch: twenty steps of AdamW, the same weights within 5e-5.

usage: finetune_check.py [NUNCHI]      (default: build/nunchi)      Needs torch and transformers; run from the repository's root.
A small BERT with random weights is saved by transformers with the data's seven labels in reverse order. `nunchi train --init` must keep the head and the
model's order; PyTorch trains the same model on the ids that nunchi makes. No dropout, rows in the file's order, eight a step; epsilon is
1e-6, since Adam makes whole steps of gradients that are nothing but rounding (those of key.bias are zero) where it is smaller. With `--labels` in a third order the
head's rows must move along with the names.
"""
import csv, json, os, subprocess, sys, tempfile
import torch
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification, BertConfig

nunchi = sys.argv[1] if len(sys.argv) > 1 else "build/nunchi"
ROWS, BATCH, RATE = 160, 8, 1e-3
torch.set_num_threads(1)
torch.manual_seed(5)
work = tempfile.mkdtemp()

def call(*args, stdin=None):
    return subprocess.run([nunchi, *args], input=stdin, capture_output=True, text=True, check=True).stdout

rows = list(csv.reader(open("data/course.tsv", encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE))
names = sorted({label for _, label in rows[1:]})
step = max(1, (len(rows) - 1) // ROWS)
rows = rows[1::step][:ROWS]
assert {label for _, label in rows} == set(names), "every label must be among the rows"
with open(work + "/train.tsv", "w", encoding="utf-8") as out:
    out.write("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows))
call("tokenizer", "train", "--quiet", "--input", "data/course.tsv", "--vocab-size", "2000", "--bert-specials", "--out", work + "/v.spiece")
order = names[::-1]
config = BertConfig(vocab_size=2000, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128, hidden_dropout_prob=0.0,
                    attention_probs_dropout_prob=0.0, id2label=dict(enumerate(order)), label2id={n: i for i, n in enumerate(order)}, initializer_range=0.1, pad_token_id=1)
model = AutoModelForSequenceClassification.from_config(config)
model.save_pretrained(work + "/init")
subprocess.run(["cp", work + "/v.spiece", work + "/init/spiece.model"], check=True)

def train(out, *more):
    call("train", "--quiet", "--init", work + "/init", "--train", work + "/train.tsv", "--shuffle", "no", "--batch", str(BATCH), "--epochs", "1", "--lr", str(RATE),
         "--schedule", "constant", "--warmup", "0", "--weight-decay", "0.01", "--epsilon", "1e-6", "--clip", "0", "--dropout", "0", "--attention-dropout", "0", "--classifier-dropout", "0",
         "--out", work + "/" + out, *more)
    labels = json.load(open(f"{work}/{out}/config.json", encoding="utf-8"))["id2label"]
    return [labels[str(i)] for i in range(len(labels))], load_file(f"{work}/{out}/model.safetensors")

labels, ours = train("ours")
failed = labels != order
print("ok     the model's order of labels stays" if not failed else f"FAILED the order of labels: {labels}")
ids = [[int(i) for i in line.split()] for line in call("tokenize", "--tokenizer", work + "/init", "--special", stdin="\n".join(t for t, _ in rows) + "\n").splitlines()]
decay = [p for n, p in model.named_parameters() if p.dim() > 1]
plain = [p for n, p in model.named_parameters() if p.dim() == 1]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=RATE, eps=1e-6)
model.train()
for begin in range(0, ROWS, BATCH):
    part, width = ids[begin:begin + BATCH], max(map(len, ids[begin:begin + BATCH]))
    tokens = torch.tensor([row + [1] * (width - len(row)) for row in part])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in part])
    goal = torch.tensor([order.index(label) for _, label in rows[begin:begin + BATCH]])
    optimizer.zero_grad()
    model(input_ids=tokens, attention_mask=mask, labels=goal).loss.backward()
    optimizer.step()
theirs = {n: t for n, t in model.state_dict().items() if n in ours}
worst = max((ours[n] - theirs[n]).abs().max().item() for n in ours)
good = worst <= 5e-5 and set(ours) == {n for n, _ in model.named_parameters()}
failed |= not good
print(f"{'ok    ' if good else 'FAILED'} twenty steps: largest difference of a weight {worst:.2g}")
third = names[3:] + names[:3]
labels, moved = train("moved", "--labels", ",".join(third))
rows_of = [order.index(name) for name in third]
worst = max((moved[n] - (theirs[n][rows_of] if n.startswith("classifier.") else theirs[n])).abs().max().item() for n in ours)
good = labels == third and worst <= 5e-5
failed |= not good
print(f"{'ok    ' if good else 'FAILED'} --labels in a third order: largest difference of a weight {worst:.2g}")
sys.exit(failed)
