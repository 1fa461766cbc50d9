# library_test.sh - the examples of docs/library.md, as they stand there: compiled against this folder and against an installed tree, run; what a
# classifier tells and answers, in C and in Python, beside what the program answers; and classifiers in several threads.
. "$(dirname "$0")/lib.sh"

build=$(dirname "$NUNCHI")
if checked; then
	skip "a checked library needs its flags; the example is compiled with the plain one"
	finish
fi
compiler=$(sed -n '1s/ -.*//p' "$build/flags" 2> /dev/null)
compiler=${compiler##* } # "ccache gcc": the compiler is the last word
compiler=${compiler:-cc}
strict='-std=c11 -Wall -Wextra -Wpedantic -Werror'
head -n 200 data/course.tsv > "$work/few.tsv"
exits 0 '' -- tokenizer train --quiet --vocab-size 1000 --bert-specials --input "$work/few.tsv" --out "$work/vocabulary.spiece"
exits 0 '' -- train --quiet --train "$work/few.tsv" --preset tiny --tokenizer "$work/vocabulary.spiece" --epochs 1 --out "$work/model"

# example NUMBER: that one of the page
example() { awk -v wanted="$1" '/^```c example$/ { on = ++count == wanted; next } /^```/ { on = 0 } on' docs/library.md; }
example 1 > "$work/ask.c"
example 2 > "$work/example.c"
for name in ask example; do
	lines=$(grep -c '' < "$work/$name.c")
	if [ "$lines" -gt 20 ] && [ "$lines" -le 34 ]; then good; else bad "the example $name has $lines lines"; fi
	check "the example $name is compiled" "$compiler" $strict -Isrc -o "$work/$name" "$work/$name.c" "$build/libnunchi.a" -lm -pthread
done
"$work/example" "$work/model" > "$work/.out" 2> "$work/.err"
check 'it tells three sentences, and who speaks' sh -c "[ \$(grep -cE '^(speech|narration) .*: [^ ]+ [01]\\.[0-9]{2}\$' '$work/.out') = 3 ] &&
	[ \$(grep -c '^speech \"우산이 없어!\":' '$work/.out') = 1 ]"
cp "$work/.out" "$work/want"
if "$work/example" "$work/nothing" > "$work/.out" 2> "$work/.err"; then bad 'a model that is absent is an error'; else check 'and says why' grep -q nothing "$work/.err"; fi

# models of every kind: one label a text, several toward a target, a committee, the one that comes with the program
head -n 60 data/ea.jsonl > "$work/ea.jsonl"
exits 0 '' -- train --quiet --preset ngram --train "$work/few.tsv" --out "$work/grams"
exits 0 '' -- train --quiet --preset ngram --multi-label --target both --threshold 0.3 --train "$work/ea.jsonl" --out "$work/several"
exits 0 "" -- ensemble --quiet --model "$work/model" --model "$work/grams" --weights .5,.5 --save "$work/committee"
printf '비가 와서 슬프다\n신난다! 정말 좋아\nqzx qzx\n\n이게 뭐야, 화가 나\n' > "$work/texts"
for model in "$work/model" "$work/grams" "$work/committee" data/model; do
	[ -e "$model/config.json" ] || { skip 'no default model here'; continue; }
	"$work/ask" "$model" > "$work/.out" 2> "$work/.err"
	head -n 2 "$work/texts" | "$NUNCHI" predict --quiet --model "$model" | sed 's/^{"text":"\(.*\)","label":"\([^"]*\)","score":\([^,]*\),.*/\1 \2 \3/' |
		awk '{ score = $NF; label = $(NF - 1); text = $1; for (i = 2; i < NF - 1; i++) text = text " " $i; printf "%s: %s %.2f\n", text, label, score }' > "$work/.want"
	check "the example answers as predict does: $(basename "$model")" cmp "$work/.out" "$work/.want"
done

# the shared library: what the header tells, and nothing else
make -s -o "$build/flags" -o "$build/libnunchi.a" -o "$build/src/nunchi.o" BUILD="$build" CC="$compiler" "$build/libnunchi.so" > "$work/.out" 2>&1
check 'there is a shared library' test -s "$build/libnunchi.so"
nm -D --defined-only "$build/libnunchi.so" 2> "$work/.err" | sed -n 's/.* [TDBRW] //p' | LC_ALL=C sort > "$work/.out"
grep -v '^ \*' src/nunchi.h | grep -o 'nch_[a-z_]*(' | tr -d '(' | LC_ALL=C sort -u > "$work/.want"
check 'it shows the functions of the header, and nothing else' cmp "$work/.out" "$work/.want"

# an installed tree: what is there must be enough
check 'it is installed' make -s -o "$build/nunchi" -o "$build/libnunchi.a" -o "$build/libnunchi.so" BUILD="$build" DESTDIR="$work/tree" PREFIX=/usr install
mkdir "$work/elsewhere"
cp "$work/example.c" "$work/elsewhere"
for way in '-lnunchi' '-l:libnunchi.a -lm -pthread'; do
	check "the example is compiled there: $way" sh -c "cd '$work/elsewhere' && '$compiler' $strict -I'$work/tree/usr/include' -o example example.c -L'$work/tree/usr/lib' $way"
	LD_LIBRARY_PATH=$work/tree/usr/lib "$work/elsewhere/example" "$work/model" > "$work/.out" 2> "$work/.err"
	check 'and tells the same' cmp "$work/.out" "$work/want"
done
check 'so does the installed program' sh -c "'$work/tree/usr/bin/nunchi' --version && '$work/tree/usr/bin/nunchi' predict --model '$work/model' data/books/heungbu.txt > /dev/null"

# what a classifier tells, and how it refuses
cat > "$work/calls.c" <<'END'
#include <stdio.h>
#include <string.h>

#include "nunchi.h"

#define NEED(what) do { if (!(what)) { printf("line %d: %s: %s\n", __LINE__, #what, why); return 1; } } while (0)

int main(int argc, char **argv)
{
	static char why[200] = "";
	static float scores[3 * 8], plain[8];
	static unsigned char given[3 * 8];
	const char *text = "실시간 위치 공유를 켜 달라는 남자친구 벌써 네 번째 확인이다";
	nch_verdict v[3];
	size_t reached = 0;
	if (argc != 3)
		return 1;
	/* one label a text */
	nch_classifier *one = nch_classifier_open_how(argv[1], 1, "scalar", 0, why, sizeof why);
	NEED(one != NULL && !nch_classifier_is_multi_label(one) && !nch_classifier_takes_targets(one) && strcmp(nch_classifier_isa(one), "scalar") == 0);
	NEED(nch_classifier_threshold(one, 0) == -1.0f && nch_classifier_labels(one) == 7);
	nch_question q[3] = {{.text = text, .length = strlen(text)}, {0}, {.text = "아주", .length = 3}};
	NEED(nch_classifier_ask(one, q, 3, v, scores, given, why, sizeof why) == 0);
	NEED(nch_classifier_scores(one, &text, 1, plain, why, sizeof why) == 0 && memcmp(plain, scores, 7 * sizeof *plain) == 0);
	NEED(nch_classifier_best(one, plain) == v[0].best && scores[v[0].best] == v[0].probability);
	for (size_t c = 0; c < 7; c++)
		NEED(given[c] == (c == v[0].best) && v[0].given == 1);
	NEED(v[0].unknown >= 0.0f && v[0].unknown < 1.0f && v[1].unknown == 0.0f);
	NEED(nch_classifier_ask(one, q, 0, v, NULL, NULL, why, sizeof why) == 0);
	/* text number 3 is whole again, then is broken in different ways */
	q[2].length = 2;
	NEED(nch_classifier_ask(one, q, 3, v, NULL, NULL, why, sizeof why) == -1 && strcmp(why, "text number 3 is not UTF-8") == 0);
	q[2].length = 6;
	q[2].target_begin = 3;
	q[2].target_end = 5;
	NEED(nch_classifier_ask(one, q, 3, v, NULL, NULL, why, sizeof why) == -1 && strstr(why, "text number 3: its target is the bytes [3, 5), which begin or end inside") != NULL);
	q[2].target_end = 7;
	NEED(nch_classifier_ask(one, q, 3, v, NULL, NULL, why, sizeof why) == -1 && strstr(why, "are not in it") != NULL);
	q[2].target_end = 2;
	NEED(nch_classifier_ask(one, q, 3, v, NULL, NULL, why, sizeof why) == -1 && strstr(why, "end before they begin") != NULL);
	NEED(nch_classifier_scores(one, (const char *const[]){"\xEA\xB0"}, 1, plain, why, sizeof why) == -1);
	NEED(nch_classifier_open_how(argv[1], 1, "mmx", 0, why, sizeof why) == NULL && strstr(why, "mmx") != NULL);
	nch_classifier_close(one);
	/* several, toward a target: it changes the answer, and labels are given from the threshold on */
	nch_classifier *several = nch_classifier_open(argv[2], 1, why, sizeof why);
	NEED(several != NULL && nch_classifier_is_multi_label(several) && nch_classifier_takes_targets(several) && nch_classifier_labels(several) == 8);
	NEED(nch_classifier_threshold(several, 7) == 0.3f && nch_classifier_threshold(several, 8) == -1.0f);
	q[1] = q[0];
	q[1].target_end = strlen("실시간 위치 공유를 켜 달라는 남자친구");
	q[2] = q[0];
	q[2].pair = "남자친구";
	q[2].pair_length = strlen(q[2].pair);
	NEED(nch_classifier_ask(several, q, 3, v, scores, given, why, sizeof why) == 0);
	NEED(memcmp(scores, scores + 8, 8 * sizeof *scores) != 0 && memcmp(scores, scores + 16, 8 * sizeof *scores) != 0);
	for (size_t c = 0; c < 8; c++) {
		NEED(given[8 + c] == (scores[8 + c] >= 0.3f));
		reached += given[8 + c];
	}
	NEED(v[1].given == reached);
	nch_classifier_close(several);
	if (nch_classifier_open_how(argv[2], 1, NULL, 1, why, sizeof why) != NULL || strstr(why, "no transformer") == NULL)
		return puts("in bytes") != EOF;
	return 0;
}
END
check 'a program of many calls is compiled' "$compiler" $strict -Isrc -o "$work/calls" "$work/calls.c" "$build/libnunchi.a" -lm -pthread
check 'a classifier tells what it is, and refuses what it must' "$work/calls" "$work/model" "$work/several"

# Python, by ctypes: the same bits as predict
cat > "$work/beside.py" <<'END'
import json, subprocess, struct, sys
sys.path.insert(0, "docs")
import nunchi

program, folder, records = sys.argv[1:]
rows = [json.loads(line) for line in open(records, encoding="utf-8")]
texts = [row["input"]["form"] for row in rows]
targets = [(row["input"]["target"]["begin"], row["input"]["target"]["end"]) for row in rows]
model = nunchi.Model(folder, threads=2, isa="scalar")
said = subprocess.run([program, "predict", "--quiet", "--model", folder, "--threads", "1", records], stdout=subprocess.PIPE, check=True).stdout.decode()
single = lambda number: struct.pack("f", number)
for line, answer in zip([json.loads(line) for line in said.splitlines()], model.ask(texts, targets=targets), strict=True):
    assert list(line["scores"]) == model.labels, model.labels
    assert [single(score) for score in line["scores"].values()] == [single(score) for score in answer.scores.values()], (line, answer)
    assert line["best" if model.is_multi_label else "label"] == answer.label and line.get("labels", [answer.label]) == answer.labels, (line, answer)
    assert single(line["score"]) == single(answer.probability) and ("unknown" not in line or single(line["unknown"]) == single(answer.unknown)), (line, answer)
try:
    nunchi.Model("/nowhere")
except ValueError as why:
    assert "/nowhere" in str(why)
else:
    raise SystemExit("a model that is absent is an error")
END
if python3 -c 'import ctypes, sys; sys.exit(sys.version_info < (3, 10))' 2> /dev/null; then
	export NUNCHI_LIBRARY="$(realpath "$build")/libnunchi.so" PYTHONDONTWRITEBYTECODE=1
	for model in "$work/model" "$work/several" "$work/committee" data/model; do
		[ -e "$model/config.json" ] || { skip 'no default model here'; continue; }
		check "Python answers as predict does: $(basename "$model")" python3 "$work/beside.py" "$NUNCHI" "$model" "$work/ea.jsonl"
	done
	python3 docs/nunchi.py "$work/grams" < "$work/texts" > "$work/.out" 2> "$work/.err"
	check 'as a program it answers each line' sh -c "[ \$(grep -cE '^[^	]+	[01]\\.[0-9]{2}	' '$work/.out') = 5 ]"
else
	skip 'no python3 with ctypes'
fi

# two classifiers of one folder in two threads, beside one alone: the same bits; texts without sentences; wrong calls
cat > "$work/threads.c" <<'END'
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "nunchi.h"

static const char *const texts[] = {"비가 와서 슬프다", "", "신난다! 정말 좋아", "이게 뭐야, 화가 나"};
static const char *folder;

static void *ask(void *into)
{
	char why[100];
	float *scores = into;
	nch_classifier *model = nch_classifier_open(folder, 1, why, sizeof why);
	if (model == NULL || nch_classifier_labels(model) != 7)
		return NULL;
	for (int round = 0; round < 50; round++)
		if (nch_classifier_scores(model, texts, 4, scores, why, sizeof why) != 0)
			return NULL;
	nch_classifier_close(model);
	return into;
}

int main(int argc, char **argv)
{
	static float first[28], second[28], alone[28];
	pthread_t one, two;
	void *a, *b;
	char why[8] = "";
	nch_tagged *sentences;
	size_t count;
	float *scores;
	folder = argc > 1 ? argv[1] : "";
	if (pthread_create(&one, NULL, ask, first) != 0 || pthread_create(&two, NULL, ask, second) != 0)
		return 1;
	pthread_join(one, &a);
	pthread_join(two, &b);
	if (a == NULL || b == NULL || ask(alone) == NULL || memcmp(first, alone, sizeof alone) != 0 || memcmp(second, alone, sizeof alone) != 0)
		return 2;
	nch_classifier *model = nch_classifier_open(folder, 2, NULL, 0);
	if (model == NULL || nch_classifier_tag(model, " \n ", 3, &sentences, &count, &scores, NULL, 0) != 0 || count != 0)
		return 3;
	nch_tagged_free(sentences, scores);
	if (nch_classifier_tag(model, texts[0], strlen(texts[0]), &sentences, &count, &scores, NULL, 0) != 0 || count != 1 ||
	    memcmp(scores, alone, 7 * sizeof *scores) != 0 || sentences[0].label != nch_classifier_best(model, alone) || sentences[0].speech)
		return 4;
	nch_tagged_free(sentences, scores);
	if (nch_classifier_label(model, 7) != NULL || nch_classifier_open("/nowhere", 1, why, sizeof why) != NULL || strlen(why) != 7)
		return 5;
	nch_classifier_close(model);
	nch_classifier_close(NULL);
	nch_tagged_free(NULL, NULL);
	return puts(nch_version()) == EOF;
}
END
check 'a program of threads is compiled' "$compiler" $strict -D_XOPEN_SOURCE=700 -Isrc -o "$work/threads" "$work/threads.c" "$build/libnunchi.a" -lm -pthread
check 'threads with classifiers of their own get the bits of one alone' "$work/threads" "$work/model"
finish
