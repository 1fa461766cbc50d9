"""Scores sentence splitters on gold files: one sentence a line, an empty line between texts.

    python3 tests/golden/sentences.py [--peers] [--errors] build/nunchi ../shared/data/sentences/*.txt

The measure is that of kss's benchmark (github.com/hyunwoongko/kss, bench/sentence_split), written anew. Blanks don't count. A
gold sentence scores 1 if the splitter gave exactly it (EM), else the share of letters that it has in common with the one
piece that overlaps best and has not been given to another sentence: 2 × common / (gold + piece) (F1). The penalised F1 multiplies
the scores of a text by gold sentences / pieces where there are more pieces than sentences, so that cutting
everywhere does not pay. All three are means over the gold sentences of a file.

--peers adds kss and kiwipiepy, if they are installed, in the same run; "stops" is a split behind . ! and ?
The speed of nunchi is here that of starting a program for each text; `nunchi bench sentences` measures its own.
"""

import argparse
import json
import re
import subprocess
import sys
import time


def texts_of(path):
    gold = []
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\r\n")
        if line:
            gold.append(line)
        elif gold:
            yield gold
            gold = []
    if gold:
        yield gold


def spans_of(pieces):
    spans, at = [], 0
    for piece in pieces:
        length = len(re.sub(r"\s+", "", piece))
        spans.append((at, at + length))
        at += length
    return spans


def score(gold, pieces):
    """Lists over the gold sentences: exact, shared."""
    gold_spans, spans = spans_of(gold), [s for s in spans_of(pieces) if s[0] < s[1]]
    assert not spans or spans[-1][1] == gold_spans[-1][1], "the pieces are not the text"
    exact, shared, overlaps = [0] * len(gold), [0.0] * len(gold), []
    where = {span: i for i, span in enumerate(gold_spans)}
    for p, (begin, end) in enumerate(spans):
        if (begin, end) in where:
            exact[where[begin, end]] = 1
            shared[where[begin, end]] = 1.0
            continue
        for i, (gold_begin, gold_end) in enumerate(gold_spans):
            common = min(end, gold_end) - max(begin, gold_begin)
            if common > 0:
                overlaps.append((2 * common / (end - begin + gold_end - gold_begin), i, p))
    taken = set()
    for value, i, p in sorted(overlaps, reverse=True):
        if p not in taken:
            taken.add(p)
            shared[i] = max(shared[i], value)
    return exact, shared, len(spans)


def measure(path, split):
    exact, shared, penalised, pieces, characters, seconds = [], [], [], 0, 0, 0.0
    wrong = []
    split("먼저 불러 둔다.")  # what is loaded at the first call is not timed
    for gold in texts_of(path):
        text = "".join(gold)
        start = time.perf_counter()
        found = split(text)
        seconds += time.perf_counter() - start
        characters += len(text)
        e, s, count = score(gold, found)
        exact += e
        shared += s
        penalised += [x * min(len(gold) / count, 1) for x in s]
        pieces += count
        wrong += [(x, g) for x, g in zip(s, gold) if x < 1]
    mean = lambda values: sum(values) / len(values)
    return len(exact), pieces, mean(exact), mean(shared), mean(penalised), characters / seconds, wrong


def nunchi(program):
    def split(text):
        run = subprocess.run([program, "sentences", "--format", "jsonl", "-"], input=text.encode(), capture_output=True, check=True)
        pieces = [json.loads(line)["text"] for line in run.stdout.decode().splitlines()]
        assert "".join(pieces) == text
        return pieces

    return split


def stops(text):
    return re.split(r"(?<=[.!?])\s+", text.strip())


def peers():
    try:
        import kss

        for backend in ("punct", "fast", "pecab"):
            yield "kss " + backend, lambda text, b=backend: kss.split_sentences(text, backend=b)
    except ImportError:
        print("kss is not installed", file=sys.stderr)
    try:
        from kiwipiepy import Kiwi

        kiwi = Kiwi()
        yield "kiwipiepy", lambda text: [s.text for s in kiwi.split_into_sents(text)]
    except ImportError:
        print("kiwipiepy is not installed", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--errors", action="store_true", help="print the sentences that nunchi did not find")
    parser.add_argument("program")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    splitters = [("nunchi", nunchi(arguments.program)), ("stops", stops)]
    splitters += list(peers()) if arguments.peers else []
    for path in arguments.files:
        for name, split in splitters:
            count, pieces, exact, shared, penalised, rate, wrong = measure(path, split)
            print(f"{path.split('/')[-1]:16} {name:12} gold {count:4} pieces {pieces:4}  EM {exact:.3f}  F1 {shared:.3f}  penalised {penalised:.3f}  {rate:12,.0f} characters/s")
            if arguments.errors and name == "nunchi":
                for value, sentence in wrong:
                    print(f"    {value:.2f} {sentence}")


if __name__ == "__main__":
    main()
