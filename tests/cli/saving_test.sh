# Saving a model is one act: killed before the k-th rename, for every k, a folder answers as before or as after, and never else; and so it does to who opens it while it is
# written.
. "$(dirname "$0")/lib.sh"

if ! preload break_in; then
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

# killed_at K arguments...: runs the program, which ends before its rename number K; the exit status is in $status
killed_at() {
	kill_at=$1
	shift
	KILL_AT=$kill_at LD_PRELOAD="$work/break_in.so" timeout 100 "$NUNCHI" "$@" > "$work/.out" 2> "$work/.err" < /dev/null
	status=$?
}

# at_every_rename NAME BEFORE ASK arguments...: the folder BEFORE, copied to $work/model, is changed by the program, which is killed before each of its renames. What ASK prints of
# it is what it printed before ($work/old.txt) or what it prints after ($work/new.txt). Unless everything is wanted, some of them will do.
at_every_rename() {
	name=$1 before_folder=$2 ask=$3 k=0 old=0 new=0 tried=0
	shift 3
	while [ $k -lt 200 ]; do
		k=$((k + 1))
		rm -rf "$work/model"
		[ -z "$before_folder" ] || cp -r "$before_folder" "$work/model"
		killed_at $k "$@"
		tried=$((tried + 1))
		$ask "$work/model" > "$work/now.txt"
		if cmp -s "$work/now.txt" "$work/old.txt"; then
			old=$((old + 1))
		elif cmp -s "$work/now.txt" "$work/new.txt"; then
			new=$((new + 1))
		else
			cp "$work/now.txt" "$work/.out"
			bad "$name, killed before rename $k: what is neither the old nor the new"
		fi
		[ $status -ne 137 ] && break
	done
	tally "$name, killed at a rename" $tried $((old + new))
	check "$name: in the end it was done" test $status -eq 0 -a $new -ge 1
}

# another model takes the place of one, by --overwrite
cp "$work/before.txt" "$work/old.txt"
cp "$work/after.txt" "$work/new.txt"
at_every_rename train "$work/before" answers train $after --overwrite --out "$work/model"
check "it was killed at many renames ($tried), old answers $old, new ones $new" test $tried -ge 13 -a $old -ge 5 -a $new -ge 5
check "in the end the run was done" test $status -eq 0
check "nothing of the first model is left" test ! -e "$work/model/spiece.model" -a ! -e "$work/model/.saved" -a ! -e "$work/model/.new"

# what was cut short is finished by the next that writes, and a self-test of another model never lies there
rm -rf "$work/model"
cp -r "$work/before" "$work/model"
k=$((old + 2))
killed_at $k train $after --overwrite --out "$work/model"
check "a change was cut short" test -d "$work/model/.saved"
check "inspect reads the new model" sh -c "'$NUNCHI' inspect '$work/model' --tensors=no | grep -q '3 labels\|labels.*3\|싫다'"
exits 1 'self_test' -- inspect --verify "$work/model"
exits 0 '' -- train $after --overwrite --out "$work/model"
answers "$work/model" > "$work/now.txt"
check "run again, it is the new model" cmp "$work/now.txt" "$work/after.txt"
exits 0 '' -- inspect --verify "$work/model"

# a model that is converted into the place of another, a committee, n-grams
at_every_rename convert "$work/before" answers convert --quiet --from "$work/after" --to "$work/model"
check "nothing of the first model is left" test ! -e "$work/model/spiece.model" -a ! -e "$work/model/.lock"
exits 0 '' -- train $before --seed 9 --out "$work/other"
exits 0 '' -- ensemble --quiet --model "$work/before" --model "$work/other" --model "$work/before" --save "$work/many"
few="ensemble --quiet --model $work/other --model $work/before --weights .9,.1 --save"
exits 0 '' -- $few "$work/few"
answers "$work/many" > "$work/old.txt"
answers "$work/few" > "$work/new.txt"
check "the two committees answer differently" sh -c "! cmp -s '$work/old.txt' '$work/new.txt'"
at_every_rename ensemble "$work/many" answers $few "$work/model" --overwrite
check "the member that is gone is gone" test -d "$work/model/member-1" -a ! -e "$work/model/member-2"
grams="train --train $work/seven.tsv --preset ngram --quiet --threads 1"
exits 0 '' -- $grams --out "$work/grams"
cp "$work/before.txt" "$work/old.txt"
answers "$work/grams" > "$work/new.txt"
at_every_rename n-grams "$work/before" answers $grams --overwrite --out "$work/model"

# a tokenizer's file
tokens() { "$NUNCHI" tokenize --tokenizer "$1" "$work/lines.txt" 2>&1; }
tokens "$work/first.spiece" > "$work/old.txt"
tokens "$work/second.txt" > "$work/new.txt"
at_every_rename "tokenizer train" "$work/first.spiece" tokens tokenizer train --quiet --type wordpiece --input "$work/other.txt" --vocab-size 2000 --out "$work/model"

# --- who opens a folder while it is changed: before each file that it opens, all of a change comes to pass, or a part of it ---
LD_PRELOAD="$work/break_in.so" OPENS="$work/opens" "$NUNCHI" predict --model "$work/before" --threads 1 "$work/lines.txt" > "$work/.out" 2>&1
opens=$(cat "$work/opens")
check "a model is many files ($opens are opened)" test "$opens" -ge 6
change="'$NUNCHI' convert --quiet --from '$work/after' --to '$work/model'"
parts="0 3 9 14"
[ "${NUNCHI_TESTS:-}" = long ] && parts=$(seq 0 20)
tried=0 held=0 old=0
for part in $parts; do # the change is cut short before this rename; 0: it is not
	run=$change
	[ "$part" -gt 0 ] && run="KILL_AT=$part LD_PRELOAD='$work/break_in.so' $change; true"
	at=0
	while [ $at -lt "$opens" ]; do
		at=$((at + 1))
		rm -rf "$work/model"
		cp -r "$work/before" "$work/model"
		RUN_AT=$at RUN="$run" LD_PRELOAD="$work/break_in.so" timeout 100 "$NUNCHI" predict --model "$work/model" --threads 1 "$work/lines.txt" > "$work/now.txt" 2> "$work/.err"
		tried=$((tried + 1))
		if cmp -s "$work/now.txt" "$work/before.txt"; then
			old=$((old + 1)) held=$((held + 1))
		elif cmp -s "$work/now.txt" "$work/after.txt"; then
			held=$((held + 1))
		else
			cp "$work/now.txt" "$work/.out"
			bad "changed (to rename $part) before file $at of $opens was opened: answers that are neither the old model's nor the new one's"
		fi
	done
done
tally "reading a model while it is changed" $tried $held
check "some answers are the old ones ($old of $tried), some the new ones" test $old -gt 0 -a $old -lt $tried

# two who write into one folder
rm -rf "$work/model"
cp -r "$work/before" "$work/model"
RUN_AT=20 RUN="'$NUNCHI' convert --quiet --from '$work/other' --to '$work/model' 2> '$work/second.err'; true" LD_PRELOAD="$work/break_in.so" \
	"$NUNCHI" convert --quiet --from "$work/after" --to "$work/model" > "$work/.out" 2> "$work/.err"
check "the first is done" test $? -eq 0
check "the second is refused" grep -q 'is writing into this folder' "$work/second.err"
answers "$work/model" > "$work/now.txt"
check "and the model is the first one's" cmp "$work/now.txt" "$work/after.txt"

# --- a masked language model, and a discriminator with its generator: both folders are of one run ---
cut -f 1 "$work/seven.tsv" > "$work/texts.txt"
for objective in mlm rtd; do
	small="--corpus $work/texts.txt --preset tiny --max-len 16 --epochs 1 --quiet --threads 1 --allow-unknown --objective $objective"
	exits 0 '' -- pretrain $small --tokenizer "$work/first.spiece" --out "$work/$objective"
	tried=0 held=0 k=0
	while [ $k -lt 100 ]; do
		k=$((k + 1))
		rm -rf "$work/model"
		cp -r "$work/$objective" "$work/model"
		killed_at $k pretrain $small --tokenizer "$work/second.txt" --overwrite --out "$work/model"
		tried=$((tried + 1))
		if "$NUNCHI" inspect "$work/model" --tensors=no > "$work/.out" 2> "$work/.err"; then held=$((held + 1)); else bad "$objective, killed before rename $k: no whole model"; fi
		[ $status -ne 137 ] && break
	done
	tally "pretrain --objective $objective, killed at a rename" $tried $held
done

# --- a sweep: killed between the files of its report, and while a job's files are written; the same call then leaves what one that was never killed leaves ---
sweep="sweep --train $work/seven.tsv --valid-split 0.25 --preset tiny --tokenizer $work/first.spiece --allow-unknown --epochs 1 --max-len 16 --quiet --threads 1 --set batch=10,30"
exits 0 '' -- $sweep --out "$work/swept"
exits 0 '' -- $sweep --merge --out "$work/swept"
# report_killed NAME COMMAND RENAMES FILES…: the command writes these files into $work/model by so many renames; killed before each of them, the same call leaves what $want has
report_killed() {
	name=$1 report=$2 renames=$3
	shift 3
	k=0 tried=0 held=0
	while [ $k -lt "$renames" ]; do
		k=$((k + 1))
		rm -rf "$work/model"
		cp -r "$want" "$work/model"
		for file; do rm "$work/model/$file"; done
		killed_at $k $report --merge --out "$work/model"
		check "$name's report, killed before rename $k" test $status -eq 137
		killed_at 0 $report --merge --out "$work/model"
		tried=$((tried + 1))
		if diff -r "$want" "$work/model" > "$work/.out" 2>&1; then held=$((held + 1)); else bad "$name's report, killed before rename $k, is not the same one after the same call"; fi
	done
	tally "$name's report, killed at a rename" $tried $held
}
want=$work/swept
report_killed "a sweep" "$sweep" 3 sweep.tsv sweep.svg curves.svg
cross="cv --train $work/seven.tsv --folds 2 --preset tiny --tokenizer $work/first.spiece --allow-unknown --epochs 1 --max-len 16 --quiet --threads 1"
exits 0 '' -- $cross --out "$work/crossed"
want=$work/crossed
report_killed "a cross-validation" "cv --folds 2" 2 cv.json out-of-fold.jsonl
step=29 k=5 tried=0 held=0
[ "${NUNCHI_TESTS:-}" = long ] && step=1
while [ $k -lt 300 ]; do
	rm -rf "$work/model"
	killed_at $k $sweep --out "$work/model"
	[ $status -ne 137 ] && break
	killed_at 0 $sweep --out "$work/model"
	tried=$((tried + 1))
	(cd "$work/swept" && find . -type f ! -path '*/checkpoint/*' | sort) > "$work/want.txt"
	(cd "$work/model" && find . -type f ! -path '*/checkpoint/*' | sort) > "$work/now.txt"
	if [ $status -eq 0 ] && cmp -s "$work/want.txt" "$work/now.txt" && cmp -s "$work/swept/sweep.tsv" "$work/model/sweep.tsv" &&
		cmp -s "$work/swept/job-0001/model.safetensors" "$work/model/job-0001/model.safetensors"; then
		held=$((held + 1))
	else
		bad "a sweep, killed before rename $k, and called again: other files than those of one that was never killed"
	fi
	k=$((k + step))
done
tally "a sweep, killed at a rename" $tried $held
finish
