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

# as_whole SAID: whether a command that ended with 0 did what it does otherwise: what it said, but for the time, and every file that tells no time. A picture of a run is not worth the
# run: if it cannot be drawn, there is a note instead.
as_whole() {
	sed 's/ in [0-9]*:[0-9:]*$//' "$1" | cmp -s - "$work/want" && diff -r -x curves.svg -x log.jsonl -x metrics.json -x checkpoint "$work/whole" . -x said -x warned -x differs > differs
}

# fails VARIABLE N arguments...: runs the command with an allocation that fails; whether it ends as it may. It is done many thousand times: no program is run that is not needed.
fails() {
	variable=$1 n=$2
	shift 2
	for old in out*; do [ ! -e "$old" ] || rm -rf "$old"; done
	: > differs
	eval "LD_PRELOAD=\$work/fail_alloc.so $variable=$n \"\$NUNCHI\" \"\$@\"" > said 2> warned < "$work/lines"
	status=$?
	[ $status -eq 0 ] && as_whole said && return 0
	[ $status -eq 1 ] && { IFS= read -r line && ! IFS= read -r more && [ -z "$more" ]; } < warned && [ "${line#nunchi: }" != "$line" ]
}

# worker W arguments...: every $workers-th of the failures, from number W on, in a folder of its own, part-W; how many were tried and held, and which did not, come into its file result
worker() (
	mkdir "$work/part-$1"
	cd "$work/part-$1" || exit 1
	k=$1 wrong= tried=0 held=0
	shift
	while at=$((first + k / kinds * step)) && [ "$at" -le "$all" ]; do
		if [ $((k % 2)) -eq 0 ]; then variable=FAIL_AT; else variable=FAIL_FROM; fi
		tried=$((tried + 1))
		if fails $variable "$at" "$@"; then held=$((held + 1)); else wrong="$wrong $variable=$at($status)" && cp warned "$work/.err" && cp differs "$work/.out"; fi
		k=$((k + workers))
	done
	echo "$tried $held$wrong" >> "$work/results"
)
workers=${FAULT_JOBS:-$(getconf _NPROCESSORS_ONLN 2> /dev/null || echo 1)}

# every NAME SAMPLES arguments...: fails allocations of the command one by one, each alone and each with all that follow; so many of them, unless everything is wanted.
# What the command writes is called out.
every() {
	name=$1 samples=$2
	shift 2
	rm -rf "$work/whole" "$work"/part-* "$work/count" "$work/results"
	mkdir "$work/whole"
	(cd "$work/whole" && LD_PRELOAD="$work/fail_alloc.so" FAIL_COUNT="$work/count" "$NUNCHI" "$@" 2> "$work/.err" < "$work/lines" | sed 's/ in [0-9]*:[0-9:]*$//' > "$work/want")
	[ -s "$work/count" ] && [ ! -s "$work/.err" ] || { bad "$name fails by itself"; return; }
	all=$(cat "$work/count")
	first=1 step=1 kinds=2 # both kinds of each
	if [ "${NUNCHI_TESTS:-}" != long ]; then
		step=$((all / samples + 1)) kinds=1 # in turn
		first=$((step < 2 ? 1 : step / 2))
	fi
	number=0
	while [ $number -lt "$workers" ]; do
		worker $number "$@" &
		number=$((number + 1))
	done
	wait
	[ "$(grep -c '' < "$work/results")" -eq "$workers" ] || bad "$name: not all workers came to their end"
	wrong=$(sed 's/^[0-9]* [0-9]*//' "$work/results" | tr -d '\n')
	[ -z "$wrong" ] || bad "$name: of $all allocations, the failure of these:$wrong"
	tally "allocations of $name" $(awk '{ tried += $1; held += $2 } END { print tried, held }' "$work/results")
}
"$NUNCHI" tokenize --tokenizer "$work/ko.model" "$work/lines" > "$work/ids"
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
every cv 12 cv --train "$work/train.tsv" --preset ngram --folds 2 --quiet --threads 1 --out out
every sweep 12 sweep --train "$work/train.tsv" --valid-split 0.25 --preset ngram --set ngram-c=1,2 --quiet --threads 1 --out out
every compare 12 compare "$work/m" "$work/m2" --svg out.svg --quiet
every chat 12 chat --model "$work/m" --threads 1
every trace 15 trace --model "$work/m" --text '오늘 정말 행복해요' --label 행복 --threads 1 --html out.html --graph out.svg
every gradcheck 12 gradcheck --model "$work/m" --text '오늘 정말 행복해요' --label 행복 --samples 1 --threads 1 --quiet
every detokenize 12 detokenize --tokenizer "$work/ko.model" "$work/ids"
every ensemble 15 ensemble --model "$work/m" --model "$work/m2" --quiet --threads 1 --save out
every recommend 12 recommend --songs "$work/songs.jsonl" --model "$work/m" --text 행복해 --threads 1 --quiet
# a folder that holds another model: the run is refused with a line, with memory or without, and nothing in the folder is another
cp -r "$work/m2" "$work/theirs"
taken="train --train $work/train.tsv $small --valid-split 0.2 --out $work/theirs"
LD_PRELOAD="$work/fail_alloc.so" FAIL_COUNT="$work/count" "$NUNCHI" $taken > "$work/.out" 2> "$work/.err"
check "another model is not replaced" grep -q 'holds a model already' "$work/.err"
all=$(cat "$work/count") step=1 at=1 tried=0 held=0
[ "${NUNCHI_TESTS:-}" = long ] || step=$((all / 15 + 1))
while [ $at -le "$all" ]; do
	LD_PRELOAD="$work/fail_alloc.so" FAIL_AT=$at "$NUNCHI" $taken > "$work/.out" 2> "$work/.err"
	status=$?
	tried=$((tried + 1))
	if [ $status -eq 1 ] && diff -r "$work/m2" "$work/theirs" > "$work/.out"; then held=$((held + 1)); else bad "train beside another model, without allocation $at: status $status"; fi
	at=$((at + step))
done
tally "allocations of train, beside another model" $tried $held
# a server: it does not begin, and says why; or it answers what it answers otherwise, or that it cannot, and after that it answers again
# asked: one request; whether the answer is right, or there is none: the connection was ended, or a status says that the server cannot
asked() {
	code=$(curl -s --max-time 20 -o "$work/said" -w '%{http_code}' -d '{"text":"오늘 정말 행복해요"}' "${url}predict")
	case $code in
	200) [ ! -e "$work/answer" ] || cmp -s "$work/said" "$work/answer" ;;
	000 | 5??) true ;;
	*) false ;;
	esac
}
# served VARIABLE=N REQUESTS: requests to a server that lacks this allocation, and its end; whether all went as it may
served() {
	: > "$work/.err" # what the one before said
	env LD_PRELOAD="$work/fail_alloc.so" "$1" "$NUNCHI" serve --model "$work/m" --listen 127.0.0.1:0 --threads 1 > "$work/.out" 2> "$work/.err" < /dev/null &
	server=$! url=
	while [ -z "$url" ] && kill -0 $server 2> /dev/null; do
		url=$(sed -n 's#.*\(http://127.0.0.1:[0-9]*/\).*#\1#p' "$work/.err")
		[ -n "$url" ] || sleep 0.02
	done
	if [ -z "$url" ]; then
		wait $server
		[ $? -eq 1 ] && [ "$(grep -c '' < "$work/.err")" -eq 1 ]
		return
	fi
	right=0 number=0
	while [ $number -lt "$2" ]; do
		asked || right=1
		number=$((number + 1))
	done
	[ "$code" = 200 ] || right=1
	kill -TERM $server
	wait $server && [ $right -eq 0 ]
}
if command -v curl > /dev/null; then
	check "a server answers" served FAIL_AT=0 1
	cp "$work/said" "$work/answer"
	check "counted" served FAIL_COUNT="$work/count" 2
	all=$(cat "$work/count") step=1 at=1 tried=0 held=0
	[ "${NUNCHI_TESTS:-}" = long ] || { step=$((all / 15 + 1)) && at=$((step / 2)); }
	while [ $at -le "$all" ]; do
		tried=$((tried + 1)) # the third request has all it needs
		if served FAIL_AT=$at 3; then held=$((held + 1)); else bad "serve, without allocation $at: $code $(head -c 200 "$work/said")"; fi
		at=$((at + step))
	done
	tally "allocations of serve" $tried $held
else
	skip "no curl"
fi
every "tokenizer train" 15 tokenizer train --quiet --threads 1 --input "$work/train.tsv" --vocab-size 500 --out out.model
finish
