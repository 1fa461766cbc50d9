"""Goldens of every model family from PyTorch and transformers: logits, gradients, the losses of ten steps. Prints tests/golden/families_golden.h.

usage: families_golden.py > families_golden.h      Needs torch and transformers.
The weights come from a formula that both sides know (element i of the tensor whose name is the t-th in order), so that no weights are committed; the
configurations are committed as the text that transformers writes, so that reading them is part of the test.
"""
import contextlib, json, sys
import numpy as np, torch, transformers as tf
from formula import formula

torch.manual_seed(0)
torch.set_num_threads(1)
tf.logging.set_verbosity_error()
LENGTHS = [1, 2, 17, 128, 512]
LABELS = 5
PICKS = (0, .23, .37, .71, 1)

SMALL = dict(vocab_size=120, num_hidden_layers=2, max_position_embeddings=514, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
def cases():
    bert = dict(SMALL, hidden_size=48, num_attention_heads=4, intermediate_size=80)
    yield "bert", tf.BertForSequenceClassification, tf.BertConfig(**bert, hidden_act="relu")
    yield "bert multi-label", tf.BertForSequenceClassification, tf.BertConfig(**dict(bert, hidden_size=32, num_hidden_layers=3), hidden_act="silu", problem_type="multi_label_classification")
    yield "bert mlm", tf.BertForMaskedLM, tf.BertConfig(**bert)
    roberta = dict(bert, type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5)
    yield "roberta", tf.RobertaForSequenceClassification, tf.RobertaConfig(**roberta)
    yield "roberta mlm", tf.RobertaForMaskedLM, tf.RobertaConfig(**roberta, hidden_act="relu")
    electra = dict(SMALL, embedding_size=24, hidden_size=40, num_attention_heads=5, intermediate_size=64)
    yield "electra", tf.ElectraForSequenceClassification, tf.ElectraConfig(**electra)
    yield "electra without projection", tf.ElectraForSequenceClassification, tf.ElectraConfig(**dict(electra, embedding_size=40), hidden_act="gelu_new")
    yield "electra mlm", tf.ElectraForMaskedLM, tf.ElectraConfig(**electra)
    distil = dict(vocab_size=120, max_position_embeddings=514, n_layers=2, n_heads=4, dim=48, hidden_dim=80, dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0)
    yield "distilbert", tf.DistilBertForSequenceClassification, tf.DistilBertConfig(**distil)
    yield "distilbert mlm", tf.DistilBertForMaskedLM, tf.DistilBertConfig(**distil, activation="relu")
    albert = dict(SMALL, embedding_size=16, hidden_size=48, num_attention_heads=3, intermediate_size=96, classifier_dropout_prob=0.0)
    yield "albert", tf.AlbertForSequenceClassification, tf.AlbertConfig(**dict(albert, num_hidden_layers=4))
    yield "albert as wide as its embeddings", tf.AlbertForSequenceClassification, tf.AlbertConfig(**dict(albert, embedding_size=48, num_hidden_layers=1), hidden_act="gelu")
    yield "albert mlm", tf.AlbertForMaskedLM, tf.AlbertConfig(**albert)

    # transformers computes no sentence of 2 to 4 tokens where blocks pool (it has fewer distances than keys then), except factorized
    funnel = dict(vocab_size=120, d_model=32, n_head=4, d_head=8, d_inner=48, hidden_dropout=0.0, attention_dropout=0.0, type_vocab_size=3)
    yield "funnel", tf.FunnelForSequenceClassification, tf.FunnelConfig(**funnel, block_sizes=[2, 1, 1])
    yield "funnel factorized", tf.FunnelForSequenceClassification, tf.FunnelConfig(**funnel, block_sizes=[1, 1, 1], attention_type="factorized")
    yield "funnel max, keys pooled, wide heads", tf.FunnelForSequenceClassification, tf.FunnelConfig(**dict(funnel, d_head=12), block_sizes=[1, 2], pooling_type="max", pool_q_only=False)
    yield "funnel without separate cls", tf.FunnelForSequenceClassification, tf.FunnelConfig(**dict(funnel, d_head=16, n_head=2), block_sizes=[1, 1, 1], separate_cls=False, hidden_act="relu")
    yield "funnel repeated, not truncated", tf.FunnelForSequenceClassification, tf.FunnelConfig(**funnel, block_sizes=[1, 1], block_repeats=[2, 2], truncate_seq=False)

    modern = dict(vocab_size=120, hidden_size=48, num_hidden_layers=4, num_attention_heads=4, intermediate_size=40, max_position_embeddings=514,
                  pad_token_id=1, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3)
    yield "modernbert", tf.ModernBertForSequenceClassification, tf.ModernBertConfig(**modern, local_attention=16)
    yield "modernbert with biases, mean", tf.ModernBertForSequenceClassification, tf.ModernBertConfig(**dict(modern, num_hidden_layers=3, num_attention_heads=2), local_attention=6, attention_bias=True, mlp_bias=True, norm_bias=True, classifier_bias=True, classifier_pooling="mean", classifier_activation="silu", hidden_activation="silu", layer_types=["sliding_attention", "full_attention", "sliding_attention"], rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 500.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 60.0}})
    yield "modernbert mlm", tf.ModernBertForMaskedLM, tf.ModernBertConfig(**modern)

    deberta = dict(SMALL, hidden_size=48, num_attention_heads=3, intermediate_size=80, relative_attention=True)
    third = dict(deberta, pos_att_type="p2c|c2p", share_att_key=True, position_buckets=16, norm_rel_ebd="layer_norm", position_biased_input=False)
    yield "deberta as the third version is", tf.DebertaV2ForSequenceClassification, tf.DebertaV2Config(**dict(third, num_attention_heads=6))  # with 3, ten steps in float differ from ten in double by 5e-4
    yield "deberta, content to position alone", tf.DebertaV2ForSequenceClassification, tf.DebertaV2Config(**dict(deberta, num_attention_heads=4, type_vocab_size=2), embedding_size=24, pos_att_type=["c2p"], max_relative_positions=40, pooler_hidden_act="tanh", hidden_act="relu")
    yield "deberta mlm", tf.DebertaV2ForMaskedLM, tf.DebertaV2Config(**dict(third, position_buckets=32, max_relative_positions=100), embedding_size=32)
    yield "deberta mlm of the original program", tf.DebertaV2ForMaskedLM, tf.DebertaV2Config(**dict(deberta, pos_att_type="p2c", position_biased_input=True), position_buckets=24, legacy=False)
    yield "deberta without distances", tf.DebertaV2ForSequenceClassification, tf.DebertaV2Config(**dict(deberta, relative_attention=False, pos_att_type="c2p|p2c"))

def is_norm(name):
    return "norm" in name.lower()

def sentence(s, n):  # every second one is a pair: its second part is of type 1
    ids = [5 + (s * 31 + i * 17 + i * i * 3) % 115 for i in range(n)]
    types = [1 if s % 2 == 1 and i >= n // 2 and i > 0 else 0 for i in range(n)]
    return ids, types

def shortest(config):
    return 5 if config.model_type == "funnel" and config.attention_type != "factorized" else 1

def chosen(s, n):  # tokens that a masked language model is asked for, and what would be right
    return {i: (s * 13 + i * 5) % 120 for i in range(n) if (s + i) % 6 == 0 or i == n - 1}

def inputs(model, row):
    ids, types = row
    given = dict(input_ids=torch.tensor([ids]), attention_mask=torch.ones((1, len(ids)), dtype=torch.long))
    if model.config.model_type == "funnel":  # as its tokenizer does
        given["token_type_ids"] = torch.tensor([[2] + types[1:]])
    elif getattr(model.config, "type_vocab_size", 1) > 1:
        given["token_type_ids"] = torch.tensor([types])
    return given

def logits_of(model, s, n):
    """(1, labels), or (chosen tokens, vocabulary)"""
    n = max(n, shortest(model.config))
    out = model(**inputs(model, sentence(s, n))).logits[0]
    return out[sorted(chosen(s, n))] if is_mlm(model) else out[None]

def is_mlm(model):
    return type(model).__name__.endswith("MaskedLM")

def loss_of(model, rows):
    """rows: (s, length, label). The mean over rows, over rows × labels, or over the chosen tokens. Each sentence alone: nothing is padded."""
    total, count = 0.0, 0
    for s, n, label in rows:
        n = max(n, shortest(model.config))
        z = logits_of(model, s, n)
        if is_mlm(model):
            y = chosen(s, n)
            total = total + torch.nn.functional.cross_entropy(z, torch.tensor([y[i] for i in sorted(y)]), reduction="sum")
            count += len(y)
        elif model.config.problem_type == "multi_label_classification":
            y = torch.tensor([[float((label + c) % 3 == 0) for c in range(LABELS)]])
            total = total + torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum")
            count += LABELS
        else:
            total = total + torch.nn.functional.cross_entropy(z, torch.tensor([label]), reduction="sum")
            count += 1
    return total / count

def picks(x):
    x = x.flatten()
    return [x[int((x.numel() - 1) * f)].item() for f in PICKS]

def numbers(values, fmt="%.9g"):
    return "{" + ", ".join(fmt % v for v in values) + "}"

def name_hash(names):  # FNV-1a over the names, each with a newline
    h = 2166136261
    for b in "".join(n + "\n" for n in names).encode():
        h = ((h ^ b) * 16777619) & 0xffffffff
    return h

def steps(make, kind):
    model = make()
    no = lambda n: "bias" in n or is_norm(n)
    named = list(model.named_parameters())
    opt = torch.optim.AdamW([dict(params=[p for n, p in named if not no(n)], weight_decay=0.01), dict(params=[p for n, p in named if no(n)], weight_decay=0.0)], lr=2e-3)
    losses = []
    for step in range(10):
        rows = [(step * 4 + r, 1 + (step * 7 + r * 13) % 32, (step + r * 3) % LABELS) for r in range(4)]
        opt.zero_grad()
        loss = loss_of(model, rows)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        losses.append(loss.item())
    return losses

print("/* families_golden.h - made by tests/golden/families_golden.py; do not edit. */")
print("static const size_t golden_lengths[] = %s;" % numbers(LENGTHS, "%d"))
print("static const double golden_places[] = %s; /* of the elements that were picked */" % numbers(PICKS))
print("""
typedef struct golden_case {
	const char *name, *config; /* config.json */
	size_t shortest;           /* shorter sentences are made that long */
	size_t tensors, parameters;
	unsigned names; /* FNV-1a over the sorted names, each with a newline */
	const float *logits; /* classifiers: (sentences, labels); masked LM: of each sentence, elements at golden_places */
	double loss;
	const float *gradients; /* of each tensor, in the order of the names: norm, and elements at golden_places */
	double losses[10];
} golden_case;
""")
table = []
for number, (name, kind, config) in enumerate(cases()):
    config.num_labels = LABELS
    config.architectures = [kind.__name__]
    def make():
        model = kind(config)
        formula(model)
        return model.train()
    model = make()
    named = sorted(model.named_parameters())
    with torch.no_grad():
        logits = [logits_of(model, s, n) for s, n in enumerate(LENGTHS)]
    flat = [v for z in logits for v in (picks(z) if is_mlm(model) else z.flatten().tolist())]
    loss = loss_of(model, [(s, n, s % LABELS) for s, n in enumerate(LENGTHS[:4])])
    loss.backward()
    print("static const float golden_logits_%d[] = %s;" % (number, numbers(flat)))
    print("static const float golden_gradients_%d[] = %s;" % (number, numbers([v for _, p in named for v in [p.grad.norm().item()] + picks(p.grad)], "%.6g")))
    data = config.to_diff_dict()
    data.pop("transformers_version", None)
    table.append('\t{.name = %s, .config = %s,\n\t .shortest = %d, .tensors = %d, .parameters = %d, .names = %du, .logits = golden_logits_%d, .loss = %.9g, .gradients = golden_gradients_%d,\n\t .losses = %s},' % (
        json.dumps(name), json.dumps(json.dumps(data)), shortest(config), len(named), sum(p.numel() for _, p in named), name_hash(n for n, _ in named), number, loss.item(), number, numbers(steps(make, kind))))
    print(name, len(named), file=sys.stderr)
print("static const golden_case golden_cases[] = {\n" + "\n".join(table) + "\n};")
