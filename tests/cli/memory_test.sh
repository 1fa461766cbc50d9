# memory_test.sh - an allocation that fails, alone or with all after it: the command ends with status 1 and one line, or with what it says otherwise. Some allocations of each
# command, unless NUNCHI_TESTS=long: then all of them.
. "$(dirname "$0")/lib.sh"

if ! preload fail_alloc; then
	skip "no library can be loaded before the C library here"
	finish
fi
data=data/course.tsv
head -n 61 "$data" > "$work/train.tsv"
cut -f 1 "$work/train.tsv" | sed -n 2,6p > "$work/lines"
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 1500 --bert-specials --user-defined ㅠㅠ --out "$work/ko.model"
small="--preset tiny --layers 1 --hidden 32 --tokenizer $work/ko.model --epochs 1 --batch 32 --quiet --threads 1"
exits 0 '' -- train --train "$work/train.tsv" $small --valid-split 0.2 --out "$work/m"

head -n 31 data/ea.jsonl > "$work/many.jsonl"
exits 0 '' -- train --train "$work/train.tsv" $small --valid-split 0.2 --seed 9 --out "$work/m2"
printf '{"id":"1","title":"비","artist":"가","lyrics":"오늘 비가 온다"}\n{"id":"2","title":"해","artist":"나","lyrics":"정말 행복해요"}\n' > "$work/songs.jsonl"

# fails VARIABLE N arguments...: runs the command with an allocation that fails, in a folder of this variable's; whether it ends as it may
fails() {
	variable=$1 n=$2
	shift 2
	rm -rf out out.model
	env LD_PRELOAD="$work/fail_alloc.so" $variable=$n timeout 60 "$NUNCHI" "$@" > said 2> warned < /dev/null
	status=$?
	[ $status -eq 0 ] && cmp -s said "$work/want" && return 0
	[ $status -eq 1 ] && [ "$(grep -c '' < warned)" -eq 1 ] && grep -q '^nunchi: ' warned
}

# one_by_one VARIABLE FIRST STEP ALL arguments...: `fails` for each STEPth allocation; how many were tried and held, and which did not, into this variable's folder
one_by_one() (
	cd "$work/$1" || exit 1
	at=$2 step=$3 all=$4 variable=$1 wrong= tried=0 held=0
	shift 4
	while [ "$at" -le "$all" ]; do
		tried=$((tried + 1))
		if fails "$variable" "$at" "$@"; then held=$((held + 1)); else wrong="$wrong $variable=$at($status)" && cp warned "$work/.err"; fi
		at=$((at + step))
	done
	echo "$tried $held$wrong" > result
)

# every NAME SAMPLES arguments...: fails allocations of the command one by one: each alone, and beside it each with all that follow. What the command writes is called out.
every() {
	name=$1 samples=$2
	shift 2
	rm -rf "$work/whole" "$work/FAIL_AT" "$work/FAIL_FROM"
	mkdir "$work/whole" "$work/FAIL_AT" "$work/FAIL_FROM"
	(cd "$work/whole" && LD_PRELOAD="$work/fail_alloc.so" FAIL_COUNT="$work/count" "$NUNCHI" "$@" > "$work/want" 2> "$work/.err" < /dev/null) || { bad "$name fails by itself"; return; }
	all=$(cat "$work/count")
	step=1 first=1 second=1
	if [ "${NUNCHI_TESTS:-}" != long ]; then # in turn
		step=$((2 * (all / samples + 1)))
		first=$((step / 4 > 0 ? step / 4 : 1)) second=$((first + step / 2))
	fi
	one_by_one FAIL_AT $first $step "$all" "$@" &
	one_by_one FAIL_FROM $second $step "$all" "$@"
	wait $!
	read -r tried held wrong < "$work/FAIL_AT/result"
	read -r tried_from held_from wrong_from < "$work/FAIL_FROM/result"
	[ -z "$wrong$wrong_from" ] || bad "$name: of $all allocations, the failure of these: $wrong $wrong_from"
	tally "allocations of $name" $((tried + tried_from)) $((held + held_from))
}
every tokenize 15 tokenize --tokenizer "$work/m" --threads 1 --quiet "$work/lines"
every "tokenizer info" 12 tokenizer info "$work/ko.model"
every inspect 20 inspect "$work/m"
every predict 15 predict --model "$work/m" --threads 1 --quiet "$work/lines"
every eval 15 eval --model "$work/m" --data "$work/train.tsv" --threads 1 --quiet
every explain 15 explain --model "$work/m" --text '오늘 정말 행복해요' --threads 1 --quiet
every data 15 data --data "$work/train.tsv" --model "$work/m" --quiet --threads 1
every fingerprint 10 fingerprint "$work/m"
every convert 15 convert --from "$work/m" --to out --quiet
every sentences 15 sentences --quiet "$work/lines"
every tag 15 tag --model "$work/m" --threads 1 --quiet "$work/lines"
every split 15 split --data "$work/train.tsv" --test-split 0.2 --stratify --out-dir out --quiet
every train 40 train --train "$work/train.tsv" $small --valid-split 0.2 --stratify --class-weights balanced --out out
every "train, several labels" 20 train --train "$work/many.jsonl" --multi-label --target both $small --allow-unknown --valid-split 0.3 --threshold tune-per-label --out out
every "train, n-grams" 15 train --train "$work/train.tsv" --preset ngram --quiet --threads 1 --valid-split 0.2 --stratify --out out
every pretrain 15 pretrain --corpus "$work/lines" --preset tiny --layers 1 --hidden 32 --tokenizer "$work/ko.model" --allow-unknown --epochs 1 --quiet --threads 1 --out out
every ensemble 15 ensemble --model "$work/m" --model "$work/m2" --quiet --threads 1 --save out
every recommend 12 recommend --songs "$work/songs.jsonl" --model "$work/m" --text 행복해 --threads 1 --quiet
every "tokenizer train" 15 tokenizer train --quiet --threads 1 --input "$work/train.tsv" --vocab-size 500 --out out.model
finish
