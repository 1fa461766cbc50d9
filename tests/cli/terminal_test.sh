# What comes from data and models may hold a terminal's control sequences: on a terminal they are shown, not obeyed; in report.txt and the model card always; in files and
# pipes bytes stay what they are.
. "$(dirname "$0")/lib.sh"

esc=$(printf '\033')
evil="행복${esc}[31m<script>alert(1)</script>"
{
	printf 'text\tlabel\n'
	awk -F '\t' -v evil="$evil" 'NR > 1 && ($2 == "행복" || $2 == "슬픔") { n++; print $1 "\t" ($2 == "행복" ? evil : $2) } n == 160 { exit }' data/course.tsv
} > "$work/evil.tsv"
"$NUNCHI" tokenizer train --quiet --vocab-size 2000 --bert-specials --input data/course.tsv --out "$work/v.spiece" 2> "$work/.err" &&
	"$NUNCHI" train --quiet --train "$work/evil.tsv" --valid-split 0.2 --preset tiny --tokenizer "$work/v.spiece" --epochs 1 --lr 1e-3 --out "$work/m" \
		> "$work/.out" 2> "$work/.err" || bad "a small model"
check "the label is what it was" grep -q '\\u001[bB]\[31m<script>' "$work/m/config.json"
for file in report.txt README.md; do
	check "$file has no control characters" sh -c "! LC_ALL=C grep -q '[[:cntrl:]]' '$work/m/$file'"
	check "$file has the label" grep -q '행복.*\\x1B' "$work/m/$file"
done
check "the card has no markup of others" sh -c "! grep -q '<script' '$work/m/README.md'"

# --- on a terminal ---
if ! compile tests/faults/pty.c pty || ! "$work/pty" true; then
	skip "no terminal can be made here"
	finish
fi
tried=0 held=0
# on_terminal COMMAND: what a terminal gets of it, without its carriage returns; without our own bold type and clearing of the line, so that any escape is another's
on_terminal() {
	NO_COLOR=1 LANG=C.UTF-8 "$work/pty" sh -c "$*" < /dev/null 2> "$work/.err" | tr -d '\r' | sed "s/$esc\[K//g" > "$work/.out"
}
# shown NAME COMMAND: it answers, and no sequence of others is in it
shown() {
	name=$1
	shift
	on_terminal "$@"
	check "$name answers" grep -q '행복\|비\|emotion' "$work/.out"
	tried=$((tried + 1))
	if LC_ALL=C grep -q "$esc\|$(printf '\302\233')" "$work/.out"; then bad "$name sends more to the terminal than text"; else held=$((held + 1)); fi
}
printf '비가 온다%s]0;title%s 좋다 %s2J그렇다\n' "$esc" "$(printf '\007')" "$(printf '\302\233')" > "$work/text"
m=$work/m
shown inspect "$NUNCHI inspect '$m'"
check "what would be hidden is shown" grep -q '행복.*\\x1B' "$work/.out"
shown eval "$NUNCHI eval --quiet --model '$m' --data '$work/evil.tsv'"
shown predict "$NUNCHI predict --quiet --model '$m' '$work/text'"
shown "predict's table" "$NUNCHI predict --quiet --model '$m' --format tsv '$work/text'"
shown explain "$NUNCHI explain --model '$m' --text '비${esc}[31m행복'"
shown sentences "$NUNCHI sentences '$work/text'"
shown "sentences as objects" "$NUNCHI sentences --format jsonl '$work/text'"
shown tag "$NUNCHI tag --quiet --model '$m' --format tsv '$work/text'"
shown tokenize "$NUNCHI tokenize --quiet --tokenizer '$m' --explain '$work/text'"
shown data "$NUNCHI data --quiet --data '$work/evil.tsv'"
printf '비\n' > "$work/talk"
shown chat "$NUNCHI chat --model '$m' < '$work/talk'"
printf 'text\tlabel\n비가\t%s\n' "행복${esc}[2J" > "$work/strange.tsv"
shown "eval's errors" "$NUNCHI eval --quiet --model '$m' --data '$work/strange.tsv' || true"
cp -r "$m" "$work/other"
shown "an ensemble" "$NUNCHI ensemble --quiet --format tsv --model '$m' --model '$work/other' '$work/text'"
shown "compare" "$NUNCHI compare '$m' '$work/other'; echo 비"
printf '{"id":"1","title":"비%s]0;x","artist":"%s[31m행복","lyrics":"오늘 비가 온다"}\n{"id":"2","title":"해","artist":"나","lyrics":"정말 행복해요"}\n' '\u001b' '\u001b' > "$work/songs.jsonl"
shown recommend "$NUNCHI recommend --quiet --model '$m' --songs '$work/songs.jsonl' --text 행복"
shown "recommend's table" "$NUNCHI recommend --quiet --format tsv --model '$m' --songs '$work/songs.jsonl' --text 행복"
shown train "$NUNCHI train --quiet --train '$work/evil.tsv' --valid-split 0.2 --preset ngram --out '$work/grams'"
tally "hostile texts on a terminal" $tried $held

# --- through a pipe: to the byte ---
run predict --quiet --model "$m" --format tsv "$work/text"
check "pipes get the bytes" grep -q "$esc]0;title" "$work/.out"

finish
