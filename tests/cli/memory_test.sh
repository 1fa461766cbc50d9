# memory_test.sh - an allocation that fails, whichever it is: the command ends with status 1 and one line, or with what it says otherwise. Some allocations of each
# command, unless NUNCHI_TESTS=long: then all of them.
. "$(dirname "$0")/lib.sh"

build=$(dirname "$NUNCHI")
if checked; then
	skip "a checked program has an allocator of its own"
	finish
fi
compiler=$(sed -n '1s/ -.*//p' "$build/flags" 2> /dev/null)
compiler=${compiler##* }
if ! "${compiler:-cc}" -std=gnu11 -O1 -shared -fPIC -o "$work/fail_alloc.so" tests/faults/fail_alloc.c -ldl 2> "$work/.err" ||
	! LD_PRELOAD="$work/fail_alloc.so" FAIL_COUNT="$work/count" "$NUNCHI" --version > "$work/.out" 2>&1 || ! [ -s "$work/count" ]; then
	skip "no library can be loaded before the C library here"
	finish
fi
data=data/course.tsv
head -n 61 "$data" > "$work/train.tsv"
cut -f 1 "$work/train.tsv" | sed -n 2,6p > "$work/lines"
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 1500 --bert-specials --user-defined ㅠㅠ --out "$work/ko.model"
small="--preset tiny --layers 1 --hidden 32 --tokenizer $work/ko.model --epochs 1 --batch 32 --quiet --threads 1"
exits 0 '' -- train --train "$work/train.tsv" $small --valid-split 0.2 --out "$work/m"

# every NAME SAMPLES arguments...: fails allocations of the command one by one
tried=0
every() {
	name=$1 samples=$2
	shift 2
	rm -rf "$work/out"
	LD_PRELOAD="$work/fail_alloc.so" FAIL_COUNT="$work/count" "$NUNCHI" "$@" > "$work/want" 2> "$work/.err" < /dev/null || { bad "$name fails by itself"; return; }
	all=$(cat "$work/count")
	step=1
	[ "${NUNCHI_TESTS:-}" = long ] || step=$((all / samples + 1))
	at=$((step < 2 ? 1 : step / 2)) wrong=
	while [ "$at" -le "$all" ]; do
		rm -rf "$work/out"
		LD_PRELOAD="$work/fail_alloc.so" FAIL_AT=$at timeout 60 "$NUNCHI" "$@" > "$work/.out" 2> "$work/.err" < /dev/null
		status=$?
		tried=$((tried + 1))
		if [ $status -eq 1 ] && [ "$(grep -c '' < "$work/.err")" -eq 1 ] && grep -q '^nunchi: ' "$work/.err"; then
			:
		elif [ $status -eq 0 ] && cmp -s "$work/.out" "$work/want"; then
			:
		else
			wrong="$wrong $at($status)"
		fi
		at=$((at + step))
	done
	if [ -z "$wrong" ]; then good; else bad "$name: of $all allocations, the failure of these:$wrong"; fi
}
every tokenize 15 tokenize --tokenizer "$work/m" --threads 1 --quiet "$work/lines"
every "tokenizer info" 12 tokenizer info "$work/ko.model"
every inspect 20 inspect "$work/m"
every predict 15 predict --model "$work/m" --threads 1 --quiet "$work/lines"
every eval 15 eval --model "$work/m" --data "$work/train.tsv" --threads 1 --quiet
every explain 15 explain --model "$work/m" --text '오늘 정말 행복해요' --threads 1 --quiet
every data 15 data --data "$work/train.tsv" --model "$work/m" --quiet --threads 1
every fingerprint 10 fingerprint "$work/m"
every convert 15 convert --from "$work/m" --to "$work/out" --quiet
every sentences 15 sentences --quiet "$work/lines"
every tag 15 tag --model "$work/m" --threads 1 --quiet "$work/lines"
every split 15 split --data "$work/train.tsv" --test-split 0.2 --stratify --out-dir "$work/out" --quiet
every train 40 train --train "$work/train.tsv" $small --valid-split 0.2 --stratify --class-weights balanced --out "$work/out"
every "tokenizer train" 15 tokenizer train --quiet --threads 1 --input "$work/train.tsv" --vocab-size 500 --out "$work/out.model"
echo "$tried failed allocations"
finish
