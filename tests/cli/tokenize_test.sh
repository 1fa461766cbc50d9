# tokenize, detokenize, tokenizer info
. "$(dirname "$0")/lib.sh"

kobert=$(ls "$root"/../shared/tokenizers/kobert/*.spiece 2> /dev/null | head -n 1)
if [ -z "$kobert" ]; then
	skip "../shared/tokenizers is absent"
	finish
fi
printf '\357\273\277나는 오늘 행복해요\r\n\n끝' > "$work/text"
prints '1375 3419 5025 7848 6999

1363' -- tokenize --tokenizer "$kobert" "$work/text"
prints '▁나는 ▁오늘 ▁행복 해 요

▁끝' -- tokenize --tokenizer "$kobert" --pieces "$work/text"
input=$work/text
prints '2 1375 3419 5025 7848 6999 3
2 3
2 1363 3' -- tokenize --tokenizer "$kobert" --special
prints '2 1375 3419 5025 7848 6999 3
2 3
2 1363 3' -- tokenize --special --tokenizer "$kobert" -
printf '1375 3419  5025 7848 6999\n\n1363\n' > "$work/ids"
input=$work/ids
prints '나는 오늘 행복해요

끝' -- detokenize --tokenizer "$kobert"
printf '▁나는 ▁오늘\n' > "$work/pieces"
prints '나는 오늘' -- detokenize --pieces --tokenizer "$kobert" "$work/pieces"
unset input

# whatever the number of threads, the lines keep their order
i=0
while [ $i -lt 3000 ]; do
	echo "문장 $i 정말 좋아요 ㅋㅋ"
	i=$((i + 1))
done > "$work/many"
"$NUNCHI" tokenize --threads 1 --tokenizer "$kobert" "$work/many" > "$work/one"
"$NUNCHI" tokenize --threads 7 --tokenizer "$kobert" "$work/many" > "$work/seven"
check "one thread and seven" cmp "$work/one" "$work/seven"
check "a line in, a line out" test "$(grep -c '' < "$work/one")" -eq 3000

# what is written by hand is answered at once
mkfifo "$work/in"
"$NUNCHI" tokenize --tokenizer "$kobert" "$work/in" > "$work/answer" &
program=$!
exec 3> "$work/in"
echo '안녕' >&3
tries=0
while [ ! -s "$work/answer" ] && [ $tries -lt 50 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
check "a line is answered before the next one comes" test -s "$work/answer"
exec 3>&-
wait "$program"

# bad input
printf 'good\n\377 \200 bad bytes \000 and a NUL\n' > "$work/bytes"
exits 1 'bytes:2: holds a NUL' -- tokenize --tokenizer "$kobert" "$work/bytes"
check "the line before came back" test "$(grep -c '' < "$work/.out")" -eq 1
head -c 1000000 /dev/zero | tr '\0' 'a' > "$work/long"
exits 0 '' -- tokenize --tokenizer "$kobert" "$work/long"
: > "$work/empty"
exits 0 '' -- tokenize --tokenizer "$kobert" "$work/empty"
check "nothing in, nothing out" test ! -s "$work/.out"
exits 1 'absent: there is no such file' -- tokenize --tokenizer "$kobert" "$work/absent"
exits 1 'is a folder' -- tokenize --tokenizer "$kobert" "$work"
exits 1 'empty' -- tokenize --tokenizer "$work/empty" "$work/text"
exits 1 'text' -- tokenize --tokenizer "$work/text" "$work/text"
head -c 5000 "$kobert" > "$work/cut.model"
exits 1 'cut.model' -- tokenize --tokenizer "$work/cut.model" "$work/text"
echo '5 x' > "$work/bad"
exits 1 'bad:1: "x" is no id' -- detokenize --tokenizer "$kobert" "$work/bad"
printf '5\n-1\n' > "$work/bad"
exits 1 'bad:2: the tokenizer has no id -1' -- detokenize --tokenizer "$kobert" "$work/bad"
printf '8002\n' > "$work/bad"
exits 1 'bad:1: the tokenizer has no id 8002' -- detokenize --tokenizer "$kobert" "$work/bad"

# tokenizer info
exits 0 '' -- tokenizer info "$kobert"
check "info counts the pieces" grep -Eq 'pieces +8002$' "$work/.out"
check "info names the special tokens" grep -Eq 'separator +3 \[SEP\]$' "$work/.out"
exits 2 'needs a file' -- tokenizer info
exits 1 'no such file' -- tokenizer info "$work/absent"

# a closed pipe
( "$NUNCHI" tokenize --tokenizer "$kobert" "$root/../shared/data/reviews/reviews-test.tsv"; echo $? > "$work/status" ) 2> "$work/err" |
	head -n 1 > /dev/null
check "head ends it quietly" test ! -s "$work/err"
finish
