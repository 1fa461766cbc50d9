"""nunchi.py - nunchi from Python, with nothing but ctypes: a model is opened once and asked often.

    model = nunchi.Model("my-model", threads=2)
    for answer in model.ask(["오늘 정말 기분이 좋아요", "너무 슬프다"]):
        print(answer.label, answer.probability, answer.scores)

The library is the one that NUNCHI_LIBRARY names, else the system's. As a program: python3 nunchi.py MODEL < sentences
"""
import ctypes
import os
import sys
from collections import namedtuple
from ctypes import POINTER, c_char_p, c_float, c_int, c_size_t, c_ubyte, c_void_p

# label: the best one; labels: all that are given (of a model of many labels maybe none); unknown: how much of the text the model never met
Answer = namedtuple("Answer", "label probability labels scores unknown")


class Question(ctypes.Structure):  # as in nunchi.h
    _fields_ = [("text", c_char_p), ("length", c_size_t), ("pair", c_char_p), ("pair_length", c_size_t), ("target_begin", c_size_t), ("target_end", c_size_t)]


class Verdict(ctypes.Structure):
    _fields_ = [("best", c_size_t), ("probability", c_float), ("unknown", c_float), ("given", c_size_t)]


library = ctypes.CDLL(os.environ.get("NUNCHI_LIBRARY", "libnunchi.so"))
for name, result, *arguments in [("open_how", c_void_p, c_char_p, c_size_t, c_char_p, c_int, c_char_p, c_size_t), ("close", None, c_void_p),
                                 ("labels", c_size_t, c_void_p), ("label", c_char_p, c_void_p, c_size_t), ("is_multi_label", c_int, c_void_p),
                                 ("threshold", c_float, c_void_p, c_size_t), ("isa", c_char_p, c_void_p),
                                 ("ask", c_int, c_void_p, POINTER(Question), c_size_t, POINTER(Verdict), POINTER(c_float), POINTER(c_ubyte), c_char_p, c_size_t)]:
    function = getattr(library, "nch_classifier_" + name)
    function.restype, function.argtypes = result, arguments


class Model:
    handle = None

    def __init__(self, folder, threads=0, isa=None, in_bytes=False):
        why = ctypes.create_string_buffer(512)
        self.handle = library.nch_classifier_open_how(os.fsencode(folder), threads, isa.encode() if isa else None, in_bytes, why, len(why))
        if not self.handle:
            raise ValueError(why.value.decode(errors="replace"))
        count = library.nch_classifier_labels(self.handle)
        self.labels = [library.nch_classifier_label(self.handle, i).decode() for i in range(count)]
        self.thresholds = [library.nch_classifier_threshold(self.handle, i) for i in range(count)]  # -1 where a text has one label
        self.is_multi_label = bool(library.nch_classifier_is_multi_label(self.handle))
        self.isa = library.nch_classifier_isa(self.handle).decode()

    def __del__(self):
        library.nch_classifier_close(self.handle)

    def ask(self, texts, pairs=None, targets=None):
        """An Answer for each text. pairs: a second text for each; targets: for each (begin, end), in characters, or None."""
        count, width, why = len(texts), len(self.labels), ctypes.create_string_buffer(512)
        questions, verdicts = (Question * count)(), (Verdict * count)()
        scores, given = (c_float * (count * width))(), (c_ubyte * (count * width))()
        for i, text in enumerate(texts):
            questions[i].text, questions[i].length = text.encode(), len(text.encode())
            if pairs is not None:
                questions[i].pair, questions[i].pair_length = pairs[i].encode(), len(pairs[i].encode())
            if targets is not None and targets[i] is not None:
                questions[i].target_begin, questions[i].target_end = (len(text[:at].encode()) for at in targets[i])
        if library.nch_classifier_ask(self.handle, questions, count, verdicts, scores, given, why, len(why)) != 0:
            raise ValueError(why.value.decode(errors="replace"))
        answers = []
        for i, verdict in enumerate(verdicts):
            row = slice(i * width, (i + 1) * width)
            labels = [label for label, yes in zip(self.labels, given[row]) if yes]
            answers.append(Answer(self.labels[verdict.best], verdict.probability, labels, dict(zip(self.labels, scores[row])), verdict.unknown))
        return answers


if __name__ == "__main__":
    model, sentences = Model(sys.argv[1]), [line.decode().rstrip("\n") for line in sys.stdin.buffer]
    for sentence, answer in zip(sentences, model.ask(sentences)):
        print(", ".join(answer.labels) or "(" + answer.label + ")", "%.2f" % answer.probability, sentence, sep="\t")
