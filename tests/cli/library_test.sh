# library_test.sh - the example of docs/library.md, as it stands there: compiled against this folder and against an installed tree, run; and
# classifiers in several threads.
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

awk '/^```c example$/ { on = 1; next } /^```/ { on = 0 } on' docs/library.md > "$work/example.c"
lines=$(grep -c '' < "$work/example.c")
if [ "$lines" -gt 20 ] && [ "$lines" -le 34 ]; then good; else bad "the example has $lines lines"; fi
check 'the example is compiled' "$compiler" $strict -Isrc -o "$work/example" "$work/example.c" "$build/libnunchi.a" -lm -pthread
"$work/example" "$work/model" > "$work/.out" 2> "$work/.err"
check 'it tells three sentences, and who speaks' sh -c "[ \$(grep -cE '^(speech|narration) .*: [^ ]+ [01]\\.[0-9]{2}\$' '$work/.out') = 3 ] &&
	[ \$(grep -c '^speech \"우산이 없어!\":' '$work/.out') = 1 ]"
cp "$work/.out" "$work/want"
if "$work/example" "$work/nothing" > "$work/.out" 2> "$work/.err"; then bad 'a model that is absent is an error'; else check 'and says why' grep -q nothing "$work/.err"; fi

# an installed tree: what is there must be enough
check 'it is installed' make -s -o "$build/nunchi" -o "$build/libnunchi.a" BUILD="$build" DESTDIR="$work/tree" PREFIX=/usr install
mkdir "$work/elsewhere"
cp "$work/example.c" "$work/elsewhere"
check 'the example is compiled there' sh -c "cd '$work/elsewhere' && '$compiler' $strict -I'$work/tree/usr/include' -o example example.c -L'$work/tree/usr/lib' -lnunchi -lm -pthread"
"$work/elsewhere/example" "$work/model" > "$work/.out" 2> "$work/.err"
check 'and tells the same' cmp "$work/.out" "$work/want"
check 'so does the installed program' sh -c "'$work/tree/usr/bin/nunchi' --version && '$work/tree/usr/bin/nunchi' predict --model '$work/model' data/books/heungbu.txt > /dev/null"

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
