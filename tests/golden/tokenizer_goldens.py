"""Makes the goldens of the tokenizers from SentencePiece and Hugging Face's libraries:

    sp/*.model            small models that SentencePiece trained with its various options
    tokenizer_nasty.tsv   nasty strings (hexadecimal) and their ids for each tokenizer; "-" stands for no ids
    tokenizer_long.tsv    very long words: the number of their ids and the ids' SHA-256
    tokenizer_sums.tsv    SHA-256 of the ids of whole data sets of ../shared, a line a sentence, ids separated by blanks

usage: tokenizer_goldens.py      (in tests/golden; ../../../shared must be there)
Needs: pip install sentencepiece==0.2.3 tokenizers==0.23.3 transformers==5.23
"""
import csv
import hashlib
import io
import json
import os
import shutil
import tempfile

import sentencepiece as spm
from nasty import FIXED, strings
from sentencepiece import sentencepiece_model_pb2 as pb
from transformers import BertTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.join(HERE, "../../../shared")
KOBERT = SHARED + "/tokenizers/kobert/kobert_news_wiki_ko_cased-1087f8699e.spiece"
EMOTIONS = [line.split("\t")[0] for line in open(HERE + "/../../data/course.tsv", encoding="utf-8")][1:]

OPTIONS = {
    "unigram": {}, "bpe": {}, "word": {}, "char": {},
    "unigram-bytes": dict(byte_fallback=True), "bpe-bytes": dict(byte_fallback=True),
    "unigram-user": dict(user_defined_symbols=["ㅋㅋ", "영화", "<foo>", "a b"], control_symbols=["[CLS]", "<c>"]),
    "bpe-user": dict(user_defined_symbols=["ㅋㅋ", "영화", "<foo>"], control_symbols=["[CLS]"]),
    "unigram-suffix": dict(treat_whitespace_as_suffix=True), "unigram-spaces": dict(remove_extra_whitespaces=False, split_by_whitespace=False),
    "bpe-spaces": dict(remove_extra_whitespaces=False, allow_whitespace_only_pieces=True, add_dummy_prefix=False),
    "unigram-test": dict(self_test_sample_size=20), "unigram-unk": dict(unk_id=-1, byte_fallback=True),
}


def train_models():
    """Without normalization rules, which would make them large; the C test adds those of nmt_nfkc, and so does rules()."""
    folder = tempfile.mkdtemp()
    with open(folder + "/text", "w", encoding="utf-8") as f:
        f.write("\n".join(EMOTIONS[:1500] + ["영화 ㅋㅋㅋ <foo> a b ..... 1,000 the quick brown fox"] * 5))
    os.makedirs(HERE + "/sp", exist_ok=True)
    for name, options in OPTIONS.items():
        size = 1300 if options.get("byte_fallback") else 1000
        spm.SentencePieceTrainer.train(input=folder + "/text", model_prefix=folder + "/m", model_type=name.split("-")[0], vocab_size=size,
                                       character_coverage=0.98, normalization_rule_name="identity",
                                       hard_vocab_limit=False, minloglevel=3, num_threads=1, **options)
        model = pb.ModelProto.FromString(open(folder + "/m.model", "rb").read())
        model.trainer_spec.ClearField("input")
        model.trainer_spec.ClearField("model_prefix")
        with open(f"{HERE}/sp/{name}.model", "wb") as f:
            f.write(model.SerializeToString())
    for kind in ("unigram", "bpe"):  # every third piece unused
        model = pb.ModelProto.FromString(open(f"{HERE}/sp/{kind}.model", "rb").read())
        for i, piece in enumerate(model.pieces):
            if piece.type == 1 and len(piece.piece) > 1 and i % 3 == 0:
                piece.type = 5
        with open(f"{HERE}/sp/{kind}-unused.model", "wb") as f:
            f.write(model.SerializeToString())


def nmt_nfkc():
    folder = tempfile.mkdtemp()
    spm.SentencePieceTrainer.train(sentence_iterator=iter(EMOTIONS[:300]), model_prefix=folder + "/m", vocab_size=800, minloglevel=3)
    return pb.ModelProto.FromString(open(folder + "/m.model", "rb").read()).normalizer_spec.precompiled_charsmap


def sp_encoder(data):
    processor = spm.SentencePieceProcessor(model_proto=data)
    return lambda text: processor.encode(text)


def bert_encoder(vocabulary, config):
    folder = tempfile.mkdtemp()
    shutil.copy(vocabulary, folder + "/vocab.txt")
    os.chmod(folder + "/vocab.txt", 0o644)
    with open(folder + "/tokenizer_config.json", "w") as f:
        json.dump(dict(tokenizer_class="BertTokenizer", **config), f)
    backend = BertTokenizer.from_pretrained(folder).backend_tokenizer
    return lambda text: backend.encode(text.decode("utf-8", "replace") if isinstance(text, bytes) else text, add_special_tokens=False).ids


def encoders():
    """Name of each tokenizer and how to encode with it. The name says to the C test what to load."""
    rules, all_of_them = nmt_nfkc(), {}
    for file in sorted(os.listdir(HERE + "/sp")):
        data = open(f"{HERE}/sp/{file}", "rb").read()
        all_of_them["sp/" + file] = sp_encoder(data)
        if file in ("unigram.model", "bpe.model", "unigram-user.model"):
            model = pb.ModelProto.FromString(data)
            model.normalizer_spec.precompiled_charsmap = rules
            all_of_them["sp/" + file + "+nmt_nfkc"] = sp_encoder(model.SerializeToString())
    all_of_them["kobert"] = sp_encoder(open(KOBERT, "rb").read())
    for v in ("v1", "v3"):
        all_of_them["koelectra-" + v] = bert_encoder(f"{SHARED}/tokenizers/koelectra/vocab-{v}.txt", dict(do_lower_case=False))
    all_of_them["koelectra-v3+lower"] = bert_encoder(f"{SHARED}/tokenizers/koelectra/vocab-v3.txt", dict(do_lower_case=True))
    all_of_them["koelectra-v3+lower+accents"] = bert_encoder(f"{SHARED}/tokenizers/koelectra/vocab-v3.txt",
                                                             dict(do_lower_case=True, strip_accents=False))
    return all_of_them


def join(ids):
    return " ".join(map(str, ids)) or "-"


def write_nasty(tokenizers):
    texts = FIXED + [s for s in strings(900, seed=2024) if len(s) < 70][:300]
    with open(HERE + "/tokenizer_nasty.tsv", "w") as f:
        f.write("text\t" + "\t".join(tokenizers) + "\n")
        for text in texts:
            f.write((text.hex() or "-") + "\t" + "\t".join(join(encode(text)) for encode in tokenizers.values()) + "\n")


def data_sets():
    rows = lambda path, column, skip: [line.rstrip("\n").split("\t")[column] for line in open(path, encoding="utf-8")][skip:]
    yield "data/reviews/reviews-train.tsv", 1, 1, rows(SHARED + "/data/reviews/reviews-train.tsv", 1, 1)
    yield "data/reviews/reviews-test.tsv", 1, 1, rows(SHARED + "/data/reviews/reviews-test.tsv", 1, 1)
    yield "data/kote/val.tsv", 1, 0, rows(SHARED + "/data/kote/val.tsv", 1, 0)
    for part in ("train", "dev", "test"):
        yield f"data/goemotions-ko/{part}.tsv", 0, 0, rows(f"{SHARED}/data/goemotions-ko/{part}.tsv", 0, 0)
    with open(SHARED + "/data/chatbot/ChatbotData.csv", encoding="utf-8") as f:
        yield "data/chatbot/ChatbotData.csv", 0, 1, [line.rstrip("\n") for line in f][1:]  # whole lines, quotes and all


def write_sums(tokenizers):
    with open(HERE + "/tokenizer_sums.tsv", "w") as f:
        f.write("data\tcolumn\tskip\ttokenizer\tlines\tsha256\n")
        for path, column, skip, texts in data_sets():
            for name in ("kobert", "koelectra-v1", "koelectra-v3", "koelectra-v3+lower"):
                digest = hashlib.sha256()
                for text in texts:
                    digest.update((" ".join(map(str, tokenizers[name](text))) + "\n").encode())
                column_name = "line" if path.endswith(".csv") else column
                f.write(f"{path}\t{column_name}\t{skip}\t{name}\t{len(texts)}\t{digest.hexdigest()}\n")


# Words so long that sums of scores are started anew on the way.
LONG = [("영화가정말재미있었어요", 3000), ("ㅋ", 60000), ("었어요했는데", 10000), ("겠어요했습니다", 8571), ("!!!입니다", 10000)]


def write_long(tokenizers):
    with open(HERE + "/tokenizer_long.tsv", "w") as f:
        f.write("text\ttimes\ttokenizer\ttokens\tsha256\n")
        for text, times in LONG:
            for name in ("sp/unigram.model", "sp/unigram-bytes.model", "sp/bpe.model"):
                ids = tokenizers[name](text * times)
                f.write(f"{text}\t{times}\t{name}\t{len(ids)}\t{hashlib.sha256(join(ids).encode()).hexdigest()}\n")


if __name__ == "__main__":
    train_models()
    every = encoders()
    write_nasty(every)
    write_sums(every)
    write_long(every)
