# Saving a model is one act: killed before the k-th rename, for every k, a folder answers as before or as after, and never else.
. "$(dirname "$0")/lib.sh"

cat > "$work/kill.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>

/* Ends the process, as kill -9 does, before its rename number KILL_AT. */
int rename(const char *from, const char *to)
{
	static int calls;
	const char *at = getenv("KILL_AT");
	int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
	if (at != NULL && ++calls == atoi(at))
		raise(SIGKILL);
	return real(from, to);
}
END
if ! ${CC:-cc} -shared -fPIC -o "$work/kill.so" "$work/kill.c" -ldl 2> "$work/.err" || checked; then
	skip "no shared library can be put before the program here"
	finish
fi

head -n 65 data/course.tsv > "$work/seven.tsv"
(printf 'text\tlabel\n'; sed -n 2,65p data/course.tsv | sed 's/\t[분혐공].*/\t싫다/; s/\t[행놀].*/\t좋다/; s/\t[슬중].*/\t그저/') > "$work/three.tsv"
exits 0 '' -- tokenizer train --quiet --input data/course.tsv --vocab-size 2000 --bert-specials --out "$work/first.spiece"
sed -n 100,3000p data/course.tsv | cut -f 1 > "$work/other.txt"
exits 0 '' -- tokenizer train --quiet --type wordpiece --input "$work/other.txt" --vocab-size 2000 --out "$work/second.txt"
printf '오늘 정말 행복한 하루였어요\n왜 내 물건을 말도 없이 가져가는데?\n' > "$work/lines.txt"
before="--train $work/seven.tsv --preset tiny --tokenizer $work/first.spiece --epochs 1 --lr 1e-3 --max-len 24 --quiet --threads 1"
after="--train $work/three.tsv --preset tiny --tokenizer $work/second.txt --epochs 1 --lr 1e-3 --max-len 16 --quiet --threads 1 --allow-unknown"
answers() { "$NUNCHI" predict --model "$1" --threads 1 "$work/lines.txt" 2>&1; }

exits 0 '' -- train $before --out "$work/before"
exits 0 '' -- train $after --out "$work/after"
answers "$work/before" > "$work/before.txt"
answers "$work/after" > "$work/after.txt"
check "the two models answer differently" sh -c "! cmp -s '$work/before.txt' '$work/after.txt'"

# another model takes the place of one, by --overwrite
k=0 killed=0 old=0 new=0
while [ $k -lt 100 ]; do
	k=$((k + 1))
	rm -rf "$work/model"
	cp -r "$work/before" "$work/model"
	KILL_AT=$k LD_PRELOAD="$work/kill.so" timeout 100 "$NUNCHI" train $after --overwrite --out "$work/model" > "$work/.out" 2> "$work/.err"
	status=$?
	answers "$work/model" > "$work/now.txt"
	if cmp -s "$work/now.txt" "$work/before.txt"; then
		old=$((old + 1))
	elif cmp -s "$work/now.txt" "$work/after.txt"; then
		new=$((new + 1))
	else
		cp "$work/now.txt" "$work/.out"
		bad "killed before rename $k: answers that are neither the old model's nor the new one's"
	fi
	[ $status -ne 137 ] && break
	killed=$((killed + 1))
done
check "it was killed at many renames ($killed), old answers $old, new ones $new" test $killed -ge 12 -a $old -ge 5 -a $new -ge 5
check "in the end the run was done" test $status -eq 0
check "nothing of the first model is left" test ! -e "$work/model/spiece.model" -a ! -e "$work/model/.saved" -a ! -e "$work/model/.new"

# what was cut short is finished by the next that writes, and a self-test of another model never lies there
rm -rf "$work/model"
cp -r "$work/before" "$work/model"
k=$((old + 2))
KILL_AT=$k LD_PRELOAD="$work/kill.so" "$NUNCHI" train $after --overwrite --out "$work/model" > "$work/.out" 2> "$work/.err"
check "a change was cut short" test -d "$work/model/.saved"
check "inspect reads the new model" sh -c "'$NUNCHI' inspect '$work/model' --tensors=no | grep -q '3 labels\|labels.*3\|싫다'"
exits 1 'self_test' -- inspect --verify "$work/model"
exits 0 '' -- train $after --overwrite --out "$work/model"
answers "$work/model" > "$work/now.txt"
check "run again, it is the new model" cmp "$work/now.txt" "$work/after.txt"
exits 0 '' -- inspect --verify "$work/model"

# a masked language model, and a discriminator with its generator
cut -f 1 "$work/seven.tsv" > "$work/texts.txt"
for objective in mlm rtd; do
	small="--corpus $work/texts.txt --preset tiny --max-len 16 --epochs 1 --quiet --threads 1 --allow-unknown --objective $objective"
	exits 0 '' -- pretrain $small --tokenizer "$work/first.spiece" --out "$work/$objective"
	k=0
	while [ $k -lt 100 ]; do
		k=$((k + 1))
		rm -rf "$work/model"
		cp -r "$work/$objective" "$work/model"
		KILL_AT=$k LD_PRELOAD="$work/kill.so" timeout 100 "$NUNCHI" pretrain $small --tokenizer "$work/second.txt" --overwrite --out "$work/model" > "$work/.out" 2> "$work/.err"
		status=$?
		check "$objective, killed before rename $k: a whole model" "$NUNCHI" inspect "$work/model" --tensors=no
		[ $status -ne 137 ] && break
	done
done
finish
