# What reads text reads it alike: encodings and line ends are recognised, what is no text is refused, tables are tables.
. tests/cli/lib.sh

"$NUNCHI" tokenizer train --quiet --vocab-size 2000 --bert-specials --input data/course.tsv --out "$work/v.spiece" 2> "$work/.err" &&
	"$NUNCHI" train --quiet --train data/course.tsv --limit 300 --preset tiny --tokenizer "$work/v.spiece" --epochs 1 --lr 1e-3 \
		--out "$work/m" > "$work/.out" 2> "$work/.err" || bad "a small model"

# --- the same lines in every encoding, with every line end ---
printf '오늘 너무 행복해\n\n무서워 죽겠어!\n각각의 “마음”, 그리고 걔\n' > "$work/utf8"
if ! iconv -f utf-8 -t cp949 "$work/utf8" > "$work/cp949" 2> "$work/.err"; then
	skip "iconv knows no CP949"
	finish
fi
{ printf '\357\273\277' && cat "$work/utf8"; } > "$work/bom"
{ printf '\377\376' && iconv -f utf-8 -t utf-16le "$work/utf8"; } > "$work/utf16"
tr '\n' '\r' < "$work/utf8" > "$work/cr"
awk '{ printf "%s\r\n", $0 }' "$work/cp949" > "$work/crlf"
kinds='cp949 bom utf16 cr crlf'

# tag tells offsets, which CR LF moves
compared() {
	sed 's/"begin":[0-9]*,"end":[0-9]*,//' "$work/.out" > "$work/.out2" && mv "$work/.out2" "$work/.out"
}
# same COMMAND…: what it says of $work/utf8 it says of the others too, as files and through a pipe
same() {
	"$NUNCHI" "$@" "$work/utf8" > "$work/.out" 2> "$work/.err" || bad "$*"
	compared
	mv "$work/.out" "$work/want"
	for kind in $kinds; do
		run "$@" "$work/$kind"
		compared
		check "$1 of $kind" cmp "$work/.out" "$work/want"
		input=$work/$kind
		run "$@" -
		unset input
		compared
		check "$1 of $kind through standard input" cmp "$work/.out" "$work/want"
	done
	check "$1 answered" test -s "$work/want"
}
same predict --model "$work/m"
same ensemble --model "$work/m" --model "$work/m"
same tokenize --tokenizer "$work/m" --pieces
same sentences
same tag --model "$work/m"
input=$work/utf8
run chat --model "$work/m"
cp "$work/.out" "$work/want"
for kind in $kinds; do
	input=$work/$kind
	run chat --model "$work/m"
	check "chat of $kind" cmp "$work/.out" "$work/want"
done
unset input
printf '{"text":"무서워 죽겠어"}\n{"text":"행복해"}\n' > "$work/r.jsonl"
iconv -f utf-8 -t cp949 "$work/r.jsonl" > "$work/r949.jsonl"
for command in predict tag; do
	run $command --model "$work/m" --input jsonl "$work/r.jsonl"
	cp "$work/.out" "$work/want"
	run $command --model "$work/m" --input jsonl "$work/r949.jsonl"
	check "$command of records in CP949" cmp "$work/.out" "$work/want"
done
run explain --model "$work/m" --text '너무 행복해'
cp "$work/.out" "$work/want"
run explain --model "$work/m" --text "$(printf '너무 행복해' | iconv -f utf-8 -t cp949)"
check "explain of an argument in CP949" cmp "$work/.out" "$work/want"
exits 1 '--text: not valid' -- explain --model "$work/m" --text "$(printf '행복 \377\200')"
for kind in utf8 cp949; do
	run pretrain --corpus "$work/$kind" --preset tiny --tokenizer "$work/v.spiece" --epochs 1 --batch 2 --allow-unknown --out "$work/p-$kind"
	grep '^weights sha256' "$work/.out" > "$work/$kind.out"
done
check "pretrain of CP949" cmp "$work/utf8.out" "$work/cp949.out"

# --- what --encoding says counts ---
exits 1 'utf8:1: not valid CP949' -- tokenize --tokenizer "$work/m" --encoding cp949 "$work/utf8"
exits 1 'cp949:1: not valid UTF-8' -- predict --model "$work/m" --encoding utf-8 "$work/cp949"
exits 0 '' -- predict --model "$work/m" --encoding euc-kr "$work/cp949"
for command in "predict --model $work/m" "ensemble --model $work/m" "chat --model $work/m" "explain --model $work/m --text 가" \
	"tokenize --tokenizer $work/m" "detokenize --tokenizer $work/m" sentences "tag --model $work/m"; do
	exits 2 '--encoding latin-9: known are' -- $command --encoding latin-9
done

# --- what is no text is refused ---
cp tests/golden/xlsx/plain.xlsx "$work/book" 2> /dev/null || cp "$(ls tests/golden/xlsx/*.xlsx | head -n 1)" "$work/book"
printf '가나다\n라\0마\n' > "$work/binary"
printf '좋아\n\377\200\n싫어\n' > "$work/broken"
for command in "predict --model $work/m" "ensemble --model $work/m" "tokenize --tokenizer $work/m" sentences "tag --model $work/m"; do
	exits 1 'book: is a spreadsheet' -- $command "$work/book"
	exits 1 'binary:2: holds a NUL' -- $command "$work/binary"
	exits 1 'broken:2: not valid UTF-8' -- $command "$work/broken"
done
run predict --model "$work/m" "$work/broken"
check "the lines before a bad one are answered" test "$(grep -c '' < "$work/.out")" -eq 1

# --- tables: read as for training, given back with the answer ---
printf 'id,문장,메모\n1,"오늘, 너무 행복해",=1+1\n2,"그가 ""가자""고 했다\n무서워",-3\n\n3,,@x\n4\n' > "$work/t.csv"
exits 0 't.csv: text: 문장$' -- predict --model "$work/m" --format csv "$work/t.csv"
cp "$work/.out" "$work/table.csv"
printf '\357\273\277id,문장,메모,label,score\n1,"오늘, 너무 행복해",=1+1,L\n2,"그가 ""가자""고 했다\n무서워",-3,L\n3,,@x,L\n4,,,L\n' > "$work/want"
sed 's/,[^,]*,0[.][0-9]*$/,L/' "$work/table.csv" > "$work/got"
check "rows come back with their answers" cmp "$work/got" "$work/want"
exits 0 '' -- predict --model "$work/m" --format csv --excel-safe "$work/t.csv"
for cell in "'=1+1" "'-3" "'@x"; do
	check "$cell is no formula" grep -Fq ",$cell," "$work/.out"
done
printf 'text,number\n행복해,+82 2\n' > "$work/plus.csv"
exits 0 '' -- predict --model "$work/m" --format csv --excel-safe "$work/plus.csv"
check "'+82 2 is no formula" grep -Fq ",'+82 2," "$work/.out"
exits 0 '' -- predict --model "$work/m" --format tsv "$work/t.csv"
check "tabs, if wanted" sh -c "awk -F '\t' 'NF != 5' '$work/.out' | grep -c '' | grep -qx 0"
run predict --model "$work/m" "$work/t.csv"
sed 's/,"scores".*//' "$work/.out" > "$work/objects"
check "objects otherwise, and the header is none" test "$(grep -c '' < "$work/objects")" -eq 4
check "whose text is the column's" grep -q '^{"text":"그가 \\"가자\\"고 했다\\n무서워","label":' "$work/objects"
run predict --model "$work/m" --batch 1 "$work/t.csv"
check "batches change nothing" sh -c "sed 's/,\"scores\".*//' '$work/.out' | cmp - '$work/objects'"
iconv -f utf-8 -t cp949 "$work/t.csv" > "$work/t949.csv"
run predict --model "$work/m" --format csv "$work/t949.csv"
check "a table in CP949" cmp "$work/.out" "$work/table.csv"
run ensemble --model "$work/m" --model "$work/m" --format csv "$work/t.csv"
check "ensemble, too" test "$(head -n 1 "$work/.out")" = "$(head -n 1 "$work/table.csv")"
input=$work/t.csv
run predict --model "$work/m" --input table --format csv
check "a table through standard input" cmp "$work/.out" "$work/table.csv"
run predict --model "$work/m"
check "lines, if nothing else is said" test "$(grep -c '' < "$work/.out")" -eq 7
unset input
exits 0 'text: 메모$' -- predict --model "$work/m" --text 메모 "$work/t.csv"
exits 1 "no column 'nix'; the columns are: id, 문장, 메모" -- predict --model "$work/m" --text nix "$work/t.csv"
exits 2 'for JSON lines' -- predict --model "$work/m" --in-place x "$work/t.csv"
exits 2 'excel-safe is for tables' -- predict --model "$work/m" --excel-safe "$work/t.csv"
exits 2 'for plain lines' -- predict --model "$work/m" --pair-separator , "$work/t.csv"
printf 'text,label\n행복해,1\n무서워,2,3\n' > "$work/wide.csv"
exits 1 'wide.csv:3: has 3 columns' -- predict --quiet --model "$work/m" --format csv "$work/wide.csv"
check "the rows before a bad one are answered" test "$(grep -c '' < "$work/.out")" -eq 2
printf '오늘\t1\n내일\t0\n' > "$work/bare.tsv"
exits 0 'text: column 1$' -- predict --model "$work/m" --format tsv "$work/bare.tsv"
check "no header in, no header out" sh -c "head -n 1 '$work/.out' | grep -q '^오늘	1	'"
printf '[{"문장":"행복해"},\n{"문장":\n"무서워"}]' > "$work/a.json"
exits 0 '' -- predict --model "$work/m" "$work/a.json"
check "an array of records" test "$(grep -c '^{"text":"[행무]' < "$work/.out")" -eq 2
exits 2 'JSON lines' -- predict --model "$work/m" --in-place x "$work/a.json"
printf '행복해\n"무서워", 그가 말했다\n' > "$work/two.txt"
exits 0 '' -- predict --model "$work/m" --format csv "$work/two.txt"
check "lines as CSV have a header and quotes" sh -c "head -n 1 '$work/.out' | tail -c +4 | grep -qx 'text,label,score' && grep -q '^\"\"\"무서워\"\", 그가 말했다\",' '$work/.out'"

finish
