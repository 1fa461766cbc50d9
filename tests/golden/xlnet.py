"""What transformers' XLNetTokenizer (the class that runs SentencePiece itself, in transformers 4) makes of texts, with a model of tests/golden/sp; prints the rows of
tests/golden/xlnet_golden.h. KoBERT's class does the same. The model is unigram.model's single characters, and pieces that end with a digit and a comma.

usage: xlnet.py > xlnet_golden.h      (in tests/golden)     Needs: pip install transformers==4.46.3 sentencepiece
"""
from sentencepiece import sentencepiece_model_pb2 as pb
from transformers import XLNetTokenizer

MORE = ["\u25811,", "0,", "\u0663,", "\u2581\u25813,", "10", "\u25811", "\u2581a", "a,", "3", "0", "1", "\u0663", "fi", "\u110c\u1161", "``", '"', "i", "\u0307", "A", "1,", "\u2581the", "qu"]
model = pb.ModelProto.FromString(open("sp/unigram.model", "rb").read())
pieces = [piece for i, piece in enumerate(model.pieces) if i < 3 or len(piece.piece) == 1]
for text in MORE:
    if text not in [piece.piece for piece in pieces]:
        pieces.append(pb.ModelProto.SentencePiece(piece=text, score=-5.0 - 0.01 * len(pieces)))
del model.pieces[:]
model.pieces.extend(pieces)
model.trainer_spec.vocab_size = len(pieces)
open("sp/unigram-comma.model", "wb").write(model.SerializeToString())

TEXTS = ["the  quick\tbrown \u3000fox  ", "``영화'' 1,000", "Caf\u00e9 \u2460 \ufb01 \uac01\u0301", "1,000 ,, 3, \u0663, 10, a,", "\x1c\u00a0\u0130\u0130 ABC`", "", " ", "'''a'''", "\u3131\u314b\u314b\u314b 1,"]
print("/* Made by xlnet.py: texts, and the ids of XLNetTokenizer for the model unigram-comma.model. */")
print("static const struct {\n\tbool lower_case, keep_accents;\n\tconst char *text, *ids;\n} xlnet_rows[] = {")
for lower, keep in ((False, False), (True, False), (False, True)):
    tokenizer = XLNetTokenizer("sp/unigram-comma.model", do_lower_case=lower, keep_accents=keep, unk_token="<unk>", bos_token="<s>", eos_token="</s>",
                               sep_token="</s>", pad_token="<unk>", cls_token="<s>", mask_token="<unk>", additional_special_tokens=[])
    for text in TEXTS:
        ids = [tokenizer.sp_model.piece_to_id(p) for p in tokenizer._tokenize(text)]
        quoted = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else "\\%03o" % b for b in text.encode())
        print('\t{%s, %s, "%s", "%s"},' % (str(lower).lower(), str(keep).lower(), quoted, " ".join(map(str, ids))))
print("};")
