"""nunchi and transformers on each other's folders: what one saves, the other loads, and both give the same logits.

usage: transformers_check.py [NUNCHI]      (default: build/nunchi)      Needs torch and transformers; run from the repository's root.
 1. A model trained by nunchi for a few steps is loaded by AutoModelForSequenceClassification and AutoTokenizer, without a warning, a missing or an unexpected
    tensor; the logits of some sentences are equal within 2e-5, their ids too; the model card is one that the hub reads.
 2. Random-weight models of every family, saved by transformers, are opened by nunchi; the same comparison. Then nunchi converts, trains and pretrains them,
    transformers loads what comes out without a missing or unexpected tensor and saves it again, and not a byte of a tensor has changed on the way.
 3. A discriminator and its generator, from nunchi to transformers and back, tables shared.
"""
import filecmp, json, logging, os, shutil, subprocess, sys, tempfile, warnings
import torch, transformers
from huggingface_hub import ModelCard
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM, AutoModelForPreTraining, AutoModelForSequenceClassification, AutoTokenizer, BertConfig, RobertaConfig, ElectraConfig, \
    DistilBertConfig, AlbertConfig, FunnelConfig, ModernBertConfig, DebertaV2Config

transformers.logging.set_verbosity_warning()
nunchi = sys.argv[1] if len(sys.argv) > 1 else "build/nunchi"
SENTENCES = ["오늘 정말 기분이 좋아서 하루 종일 웃고 다녔어요", "아", "왜 내 물건을 말도 없이 가져가는데? 진짜 화난다 ㅠㅠ", "내일 회의는 세 시에 시작합니다. " * 20, "ㅋㅋㅋ 3,000원 abc"]
failed = 0

def call(*args, stdin=None):
    return subprocess.run([nunchi, *args], input=stdin, capture_output=True, text=True, check=True).stdout

def expect(name, good, what=""):
    global failed
    failed += not good
    print("ok    " if good else "FAILED", name, "" if good else what)

def compare(name, folder, model, position_offset=0, limit=512):
    """The logits that nunchi and transformers give for the same ids."""
    global failed
    model.eval()
    answers = [json.loads(line)["logits"] for line in call("predict", "--model", folder, "--logits", stdin="\n".join(SENTENCES) + "\n").splitlines()]
    ids = [[int(i) for i in line.split()] for line in call("tokenize", "--tokenizer", folder, "--special", stdin="\n".join(SENTENCES) + "\n").splitlines()]
    worst = 0.0
    with torch.no_grad():
        for row, ours in zip(ids, answers):
            if len(row) > limit:
                row = row[:limit - 1] + row[-1:]
            if model.config.model_type == "funnel" and len(row) < 5:
                continue  # transformers fails on these: it makes fewer distances than there are keys
            theirs = model(input_ids=torch.tensor([row]), attention_mask=torch.ones((1, len(row)), dtype=torch.long)).logits[0].tolist()
            worst = max(worst, max(abs(a - b) for a, b in zip(ours, theirs)))
    good = worst <= 2e-5
    failed += not good
    print(f"{'ok    ' if good else 'FAILED'} {name}: largest difference of a logit {worst:.2g}")

work = tempfile.mkdtemp()
spiece = work + "/vocabulary.spiece"
call("tokenizer", "train", "--quiet", "--input", "data/course.tsv", "--vocab-size", "2000", "--bert-specials", "--out", spiece)
call("train", "--quiet", "--train", "data/course.tsv", "--limit", "200", "--valid-split", "0.2", "--preset", "tiny", "--tokenizer", spiece, "--epochs", "1", "--out", work + "/ours")
said = []
class Listener(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())
logging.getLogger("transformers").addHandler(Listener(logging.WARNING))
warnings.simplefilter("always")
with warnings.catch_warnings(record=True) as caught:
    model, info = AutoModelForSequenceClassification.from_pretrained(work + "/ours", output_loading_info=True)
    tokenizer = AutoTokenizer.from_pretrained(work + "/ours")
expect("model and tokenizer load without a warning", not caught and not said, [str(w.message) for w in caught] + said)
ids = [[int(i) for i in line.split()] for line in call("tokenize", "--tokenizer", work + "/ours", "--special", stdin="\n".join(SENTENCES) + "\n").splitlines()]
expect("their tokenizer gives our ids", tokenizer(SENTENCES)["input_ids"] == ids)
expect("the tokenizer's file is copied whole", filecmp.cmp(spiece, work + "/ours/spiece.model", shallow=False))
card = ModelCard.load(work + "/ours/README.md")
expect("the hub can read the model card", card.data.language == "ko" and card.data.eval_results[0].metric_type == "accuracy"
       and card.data.pipeline_tag == "text-classification", card.data)
expect("it is verified", call("inspect", "--verify", work + "/ours").startswith("ok"))
expect("what kind of problem it is", model.config.problem_type == "single_label_classification", model.config.problem_type)
for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
    if info[kind]:
        failed += 1
        print("FAILED", kind, info[kind])
labels = [model.config.id2label[i] for i in range(model.config.num_labels)]
if labels != sorted(labels) or len(labels) != 7:
    failed += 1
    print("FAILED labels", labels)
compare("trained by nunchi, loaded by transformers", work + "/ours", model)

torch.manual_seed(7)
size = dict(vocab_size=2000, num_labels=4, initializer_range=0.2)
small = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128, **size)
third = dict(relative_attention=True, pos_att_type="p2c|c2p", share_att_key=True, position_buckets=32, norm_rel_ebd="layer_norm", position_biased_input=False)
modern = dict(pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3, max_position_embeddings=512)
MODELS = [
    ("BERT 1×48, 3 heads", BertConfig(hidden_size=48, num_hidden_layers=1, num_attention_heads=3, intermediate_size=100, **size)),
    ("BERT 4×128, gelu_new", BertConfig(hidden_size=128, num_hidden_layers=4, num_attention_heads=2, intermediate_size=512, hidden_act="gelu_new", **size)),
    ("RoBERTa 2×64", RobertaConfig(**small, max_position_embeddings=514, type_vocab_size=1, pad_token_id=1)),
    ("ELECTRA 2×64, embeddings 32", ElectraConfig(embedding_size=32, **small)),
    ("DistilBERT 2×64", DistilBertConfig(dim=64, n_layers=2, n_heads=4, hidden_dim=128, **size)),
    ("ALBERT 3×64, embeddings 32", AlbertConfig(embedding_size=32, **dict(small, num_hidden_layers=3))),
    ("Funnel 2-1-1 × 64", FunnelConfig(d_model=64, n_head=4, d_head=16, d_inner=128, block_sizes=[2, 1, 1], **dict(size, initializer_range=0.1), initializer_std=0.2)),
    ("Funnel 1-1 × 64, max, factorized, keys pooled", FunnelConfig(d_model=64, n_head=2, d_head=24, d_inner=128, block_sizes=[1, 1], pooling_type="max",
        attention_type="factorized", pool_q_only=False, **dict(size, initializer_range=0.1), initializer_std=0.2)),
    ("ModernBERT 4×64", ModernBertConfig(**dict(small, num_hidden_layers=4), **modern)),
    ("ModernBERT 2×64, biases, mean, other angles", ModernBertConfig(**small, **modern, local_attention=8, attention_bias=True, mlp_bias=True, norm_bias=True,
        classifier_bias=True, classifier_pooling="mean", hidden_activation="silu", layer_types=["sliding_attention", "full_attention"],
        rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 500.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 60.0}})),
    ("DeBERTa-v3 2×64", DebertaV2Config(**small, **third)),
    ("DeBERTa-v2 2×64, positions too, no buckets, original head", DebertaV2Config(**small, relative_attention=True, pos_att_type=["c2p", "p2c"], max_relative_positions=60,
        type_vocab_size=2, legacy=False)),
]

def tensors(folder):
    return {n: (t.dtype, tuple(t.shape), t.numpy().tobytes()) for n, t in load_file(folder + "/model.safetensors").items()}

def through_transformers(name, auto, folder):
    """Loaded by transformers and saved again: no tensor is missing, too many or changed; the model."""
    model, info = auto.from_pretrained(folder, output_loading_info=True)
    expect(name + ": no tensor missing or unexpected", not any(info[k] for k in ("missing_keys", "unexpected_keys", "mismatched_keys")), info)
    shutil.rmtree(work + "/again", ignore_errors=True)
    model.save_pretrained(work + "/again")
    expect(name + ": every byte comes back", tensors(work + "/again") == tensors(folder))
    expect(name + ": and its fingerprint", call("fingerprint", folder) == call("fingerprint", work + "/again"))
    return model

for name, config in MODELS:
    folder, out = work + "/theirs", work + "/out"
    shutil.rmtree(folder, ignore_errors=True)
    theirs = AutoModelForSequenceClassification.from_config(config)
    theirs.save_pretrained(folder)
    for file in os.listdir(work + "/ours"):
        if file.startswith(("spiece", "tokenizer", "special")):
            shutil.copy(work + "/ours/" + file, folder)
    compare(name, folder, theirs)
    shutil.rmtree(out, ignore_errors=True)
    call("convert", "--from", folder, "--to", out)
    expect(name + ", converted: the same bytes", tensors(out) == tensors(folder))
    through_transformers(name + ", converted", AutoModelForSequenceClassification, out)
    shutil.rmtree(out, ignore_errors=True)
    call("train", "--quiet", "--init", folder, "--train", "data/course.tsv", "--limit", "100", "--epochs", "1", "--lr", "1e-3", "--out", out)
    compare(name + ", trained", out, through_transformers(name + ", trained", AutoModelForSequenceClassification, out))
    if config.model_type == "funnel":
        continue  # its masked language model needs a decoder
    shutil.rmtree(out, ignore_errors=True)
    call("pretrain", "--quiet", "--init", folder, "--corpus", "data/course.tsv", "--limit", "100", "--epochs", "1", "--lr", "1e-3", "--out", out)
    through_transformers(name + ", pretrained", AutoModelForMaskedLM, out)
# --- 3 ---

def check_pair(name, folder):
    """Both load as what they are, and their tables are the same."""
    discriminator = through_transformers(name + ", discriminator", AutoModelForPreTraining, folder)
    generator = through_transformers(name + ", generator", AutoModelForMaskedLM, folder + "/generator")
    expect(name + ": their classes", [type(discriminator).__name__, type(generator).__name__] == ["ElectraForPreTraining", "ElectraForMaskedLM"])
    for table in ("word_embeddings", "position_embeddings", "token_type_embeddings"):
        expect(f"{name}: one table of {table}", torch.equal(getattr(discriminator.electra.embeddings, table).weight, getattr(generator.electra.embeddings, table).weight))
    expect(name + ": the last matrix is the word table", torch.equal(generator.generator_lm_head.weight, generator.electra.embeddings.word_embeddings.weight))

rtd = ["pretrain", "--objective", "rtd", "--corpus", "data/course.tsv", "--limit", "100", "--epochs", "1", "--lr", "1e-3", "--max-len", "32"]
call(*rtd, "--quiet", "--preset", "tiny", "--embedding", "96", "--tokenizer", spiece, "--out", work + "/pair")
check_pair("pretrained by nunchi", work + "/pair")
shutil.rmtree(work + "/theirs")
torch.manual_seed(8)
theirs = AutoModelForPreTraining.from_config(ElectraConfig(embedding_size=32, **small))
their_generator = AutoModelForMaskedLM.from_config(ElectraConfig(embedding_size=32, **dict(small, hidden_size=32, num_attention_heads=1)))
their_generator.electra.embeddings.load_state_dict(dict(theirs.electra.embeddings.state_dict(), **{n: p for n, p in their_generator.electra.embeddings.state_dict().items() if "LayerNorm" in n}))
theirs.save_pretrained(work + "/theirs")
their_generator.save_pretrained(work + "/theirs/generator")
for file in os.listdir(work + "/ours"):
    if file.startswith(("spiece", "tokenizer", "special")):
        shutil.copy(work + "/ours/" + file, work + "/theirs")
told = subprocess.run([nunchi, *rtd, "--init", work + "/theirs", "--out", work + "/pair-2"], capture_output=True, text=True).stderr
expect("transformers' pair: nothing is made anew or dropped", not any(word in told for word in ("newly made", "dropped", "not used", "differ")), told)
check_pair("begun by transformers, gone on with by nunchi", work + "/pair-2")
call("train", "--quiet", "--init", work + "/pair-2", "--train", "data/course.tsv", "--limit", "100", "--epochs", "1", "--lr", "1e-3", "--out", work + "/pair-tuned")
compare("a discriminator fine-tuned", work + "/pair-tuned", through_transformers("a discriminator fine-tuned", AutoModelForSequenceClassification, work + "/pair-tuned"))

shutil.rmtree(work)
print(f"{failed} failed")
sys.exit(failed > 0)
