# A soak: predict answers line after line, for a few seconds, or for the ten minutes of NUNCHI_TESTS=long (NUNCHI_SOAK=86400: for a day); its memory does not grow, no answer is
# left out, and the same line has the same answer at the end as at the beginning.
. "$(dirname "$0")/lib.sh"

seconds=2
[ "${NUNCHI_TESTS:-}" = long ] && seconds=600
seconds=${NUNCHI_SOAK:-$seconds}
head -n 121 data/course.tsv > "$work/train.tsv"
exits 0 '' -- tokenizer train --quiet --input data/course.tsv --vocab-size 2000 --bert-specials --out "$work/ko.model"
exits 0 '' -- train --train "$work/train.tsv" --preset tiny --layers 1 --tokenizer "$work/ko.model" --epochs 1 --max-len 32 --quiet --threads 1 --out "$work/m"
sed 1d data/course.tsv | cut -f 1 | head -n 500 > "$work/lines"
lines=$(grep -c '' < "$work/lines")
exits 0 '' -- predict --model "$work/m" --quiet --threads 1 "$work/lines"
cp "$work/.out" "$work/want"

# memory PROCESS: what it has in memory, in kB; nothing where that is not told
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2> /dev/null; }

mkfifo "$work/questions" "$work/answers"
"$NUNCHI" predict --model "$work/m" --quiet --threads 1 "$work/questions" > "$work/answers" 2> "$work/.err" &
program=$!
exec 4< "$work/answers" # first: the program waits for it
exec 3> "$work/questions"
end=$(($(date +%s) + seconds)) rounds=0 right=0 first=
while [ "$(date +%s)" -lt $end ] || [ $rounds -lt 4 ]; do
	cat "$work/lines" >&3 &
	writer=$!
	timeout 100 head -n "$lines" <&4 > "$work/.out" || break
	wait $writer
	rounds=$((rounds + 1))
	if cmp -s "$work/.out" "$work/want"; then right=$((right + 1)); fi
	[ $rounds -eq 2 ] && first=$(memory $program)
	last=$(memory $program)
done
exec 3>&- 4<&-
wait $program
check "it ends with 0" test $? -eq 0
check "it said nothing" test ! -s "$work/.err"
tally "answers in a soak of $seconds s, by $lines" $rounds $right
if [ -n "$first" ] && ! checked; then
	echo "memory: $first kB after two rounds, $last kB after $rounds"
	check "its memory stays ($first kB, then $last kB)" test "$last" -le $((first + first / 20 + 512))
else
	skip "memory: nobody tells how much a process has"
fi
finish
